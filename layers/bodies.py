"""Ready GeoJSON of features: from the kept texts of their layer, else from the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from layers import fragments
from layers.columns import Rows
from layers.fragments import Text, fragments_of
from layers.store.protocol import PublicReader
from layers.stored_texts import stored_texts
from layers.table import LayerTable

if TYPE_CHECKING:
    from layers.segments.parts import Building

CHUNK = 20_000
"""Rows whose texts are kept in memory at a time."""


def feature_bodies(
    reader: PublicReader, table: LayerTable, rows: Rows, lang: str = "en"
) -> list[Text]:
    """Return the GeoJSON text of each row, in the order of `rows` (OGC:CRS84)."""
    kept = fragments_of(table)
    if kept is None or not len(rows):
        return [*stored_texts(reader, table, rows, lang)]
    outdated = kept.outdated(table)[rows]
    # An outdated row reads any text at first, which is then replaced.
    texts = kept.texts(np.where(outdated, 0, rows))
    if outdated.any():
        fresh = stored_texts(reader, table, rows[outdated], lang)
        for at, text in zip(np.flatnonzero(outdated).tolist(), fresh, strict=True):
            texts[at] = text
    return texts


def write_fragments(folder: Path, building: Building) -> None:
    """Write the texts of a layer: those of the fragments before, and of what is new since."""
    rows = building.rows
    parts = (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
    texts = (feature_bodies(building.reader, building.former, part) for part in parts)
    fragments.save(folder, building.table, texts)


def feature_body(
    reader: PublicReader, table: LayerTable, feature_id: str, lang: str = "en"
) -> bytes | None:
    """Return the GeoJSON text of one feature, None when the public has none."""
    rows = table.positions([feature_id])
    return bytes(feature_bodies(reader, table, rows[:1], lang)[0]) if len(rows) else None

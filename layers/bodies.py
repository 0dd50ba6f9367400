"""Ready GeoJSON of features: the store's stored text with the computed members spliced in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from layers.computed import computed_members
from layers.content import Rows
from layers.store.protocol import PublicReader
from layers.table import LayerTable

CHUNK = 1000
"""Features read from the store at a time: memory stays flat however many are asked for."""


def feature_bodies(
    reader: PublicReader, table: LayerTable, rows: Rows, lang: str = "en"
) -> Iterator[bytes]:
    """Yield the GeoJSON text of each row, in the order of `rows` (OGC:CRS84)."""
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        bodies = reader.bodies(table.layer.id, table.seqs[chunk].tolist())
        texts = [bodies[seq] for seq in table.seqs[chunk].tolist()]
        yield from map(spliced, texts, computed_members(table, chunk, lang))


def feature_body(
    reader: PublicReader, table: LayerTable, feature_id: str, lang: str = "en"
) -> bytes | None:
    """Return the GeoJSON text of one feature, None when the public has none."""
    rows = table.positions([feature_id])
    if not len(rows):
        return None
    return next(feature_bodies(reader, table, np.asarray(rows[:1]), lang))


def spliced(body: bytes, members: bytes) -> bytes:
    """Return a Feature text with more members at the end of its `properties`."""
    if not members:
        return body
    return b"%s,%s}}" % (body[:-2], members)

"""GeoJSON texts as the store has them, with what is computed set in at their end."""

from __future__ import annotations

import numpy as np

from layers.columns import Rows
from layers.computed import computed_members
from layers.store.protocol import PublicReader
from layers.table import LayerTable


def stored_texts(
    reader: PublicReader, table: LayerTable, rows: Rows, lang: str = "en"
) -> list[bytes]:
    """Return the GeoJSON text of each row, in the order of `rows` (OGC:CRS84)."""
    seqs = table.seqs[rows]
    order = np.argsort(seqs, kind="stable")
    texts = np.empty(len(rows), object)
    texts[order] = reader.texts(seqs[order].tolist())
    members = computed_members(table, rows, lang)
    return list(map(spliced, texts.tolist(), members)) if any(members) else texts.tolist()


def spliced(body: bytes, members: bytes) -> bytes:
    """Return a Feature text with more members at the end of its `properties`."""
    if not members:
        return body
    return b"%s,%s}}" % (body[:-2], members)

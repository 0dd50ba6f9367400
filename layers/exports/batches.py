"""The rows of an export, in parts that fit into memory however large their geometries are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from layers.bodies import spliced
from layers.computed import computed_members
from layers.content import Rows
from layers.store.protocol import PublicReader
from layers.table import LayerTable

BYTES_PER_COORDINATE = 16
FEATURE_WEIGHT = 17
"""A feature without its geometry, counted in coordinates: some 20 bytes each."""


def batches(table: LayerTable, rows: Rows, weight: int) -> Iterator[Rows]:
    """Yield the rows in the order of the store's file, `weight` coordinates at a time.

    A feature beyond that goes alone.
    """
    rows = rows[np.argsort(table.seqs[rows], kind="stable")]
    coordinates = table.shape_bytes(rows) // BYTES_PER_COORDINATE
    ends = np.cumsum(coordinates + FEATURE_WEIGHT)
    start = 0
    while start < len(rows):
        before = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, before + weight, side="right")), start + 1)
        yield rows[start:stop]
        start = stop


def feature_texts(reader: PublicReader, table: LayerTable, batch: Rows) -> list[bytes]:
    """Return the GeoJSON texts of a batch, with the computed members inside."""
    texts = reader.texts(table.seqs[batch].tolist())
    members = computed_members(table, batch, "en")
    return list(map(spliced, texts, members)) if any(members) else texts

"""The rows of an export, in parts that fit into memory however large their geometries are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from layers.bodies import feature_bodies
from layers.content import Rows
from layers.fragments import BETWEEN, Text, fragments_of
from layers.store.protocol import PublicReader
from layers.table import LayerTable

BYTES_PER_COORDINATE = 16
FEATURE_WEIGHT = 17
"""A feature without its geometry, counted in coordinates: some 20 bytes each."""
TEXTS_WEIGHT = 8_000
"""Coordinates of the texts that are read at a time, about five hundred points."""
PIECE = 512 * 1024
"""Bytes that go out at a time where there is no need to hold more."""


def in_file_order(table: LayerTable, rows: Rows) -> Rows:
    """Return rows in the order of every export: by Morton key, of equals the older one first.

    It is that of the base, and depends on nothing but what is published: an edited row has the
    place that it will have in the next base.
    """
    keys, seqs = table.content.keys.values, table.seqs
    is_new = rows >= table.base.count
    old, new = rows[~is_new], rows[is_new]
    new = new[np.lexsort((seqs[new], keys[new]))]
    if not table.base.cached("in file order", lambda: _is_ordered(table)):
        return rows[np.lexsort((seqs[rows], keys[rows]))]
    old = np.sort(old)
    # What is new has a higher number in the store than all that was there before.
    return np.insert(old, np.searchsorted(keys[old], keys[new], side="right"), new)


def _is_ordered(table: LayerTable) -> bool:
    count = table.base.count
    keys, seqs = table.content.keys.values[:count], table.seqs[:count]
    rises = keys[1:] > keys[:-1]
    return bool((rises | ((keys[1:] == keys[:-1]) & (seqs[1:] > seqs[:-1]))).all())


def batches(table: LayerTable, rows: Rows, weight: int) -> Iterator[Rows]:
    """Yield the rows in the order of a file, `weight` coordinates at a time.

    A feature beyond that goes alone.
    """
    yield from _cut(table, in_file_order(table, rows), weight)


def _cut(table: LayerTable, rows: Rows, weight: int) -> Iterator[Rows]:
    coordinates = table.shape_bytes(rows) // BYTES_PER_COORDINATE
    ends = np.cumsum(coordinates + FEATURE_WEIGHT)
    start = 0
    while start < len(rows):
        before = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, before + weight, side="right")), start + 1)
        yield rows[start:stop]
        start = stop


def joined_texts(reader: PublicReader, table: LayerTable, rows: Rows) -> Iterator[Text]:
    """Yield the GeoJSON texts of rows in the order of a file, `BETWEEN` behind each."""
    yield from _gathered(_texts(reader, table, in_file_order(table, rows)))


def _texts(reader: PublicReader, table: LayerTable, rows: Rows) -> Iterator[Text]:
    kept = fragments_of(table)
    outdated = np.ones(len(rows), bool) if kept is None else kept.outdated(table)[rows]
    changes = np.flatnonzero(outdated[1:] != outdated[:-1]) + 1
    for part in np.split(rows, changes) if len(rows) else ():
        if kept is not None and not kept.outdated(table)[part[0]]:
            yield from kept.stretches(part, PIECE)
        else:
            for batch in _cut(table, part, TEXTS_WEIGHT):
                yield BETWEEN.join([*feature_bodies(reader, table, batch), b""])


def _gathered(pieces: Iterable[Text]) -> Iterator[Text]:
    """Yield the same bytes in larger pieces; what is large already goes on as it is."""
    waiting: list[Text] = []
    size = 0
    for piece in pieces:
        if size + len(piece) > PIECE and waiting:
            yield b"".join(waiting)
            waiting, size = [], 0
        if len(piece) * 2 > PIECE:
            yield piece
        else:
            waiting.append(piece)
            size += len(piece)
    if waiting:
        yield b"".join(waiting)

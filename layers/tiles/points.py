"""Tiles of places: single features where there is room for them, clusters where there is not.

Places are sorted by Morton key, so a tile, and each cell of a grid laid over a tile, is one
contiguous run of them. A cluster is the content of one cell: it stands at the place of its
best-ranked member, under that one's names, with counts of all. Since cells tile the world, the
counts of all tiles of a zoom add up to the number of places.

The cells of low zooms are counted once; an edit corrects the counts of the cells it touches.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geomap.grid import GRID_BITS, Tile
from layers.columns import Mask, Rows
from layers.content import NOWHERE, Keys
from layers.tiles import engine, places
from layers.tiles.mvt import Ints
from layers.tiles.properties import Dress, Groups

SINGLES_FROM_ZOOM = 7
MAX_SINGLES = 2000
"""Places that a tile shows one by one; with more it shows cells."""
COARSE_BITS = 4
"""Below `SINGLES_FROM_ZOOM`: 16 x 16 cells a tile, 16 px on a map with tiles of 256 px."""
FINE_BITS = 6
"""From `SINGLES_FROM_ZOOM`: 64 x 64 cells a tile."""
MAX_BYTES = 256 * 1024
"""A tile beyond this is written again with cells twice as wide."""
COUNTED_BITS = SINGLES_FROM_ZOOM - 1 + COARSE_BITS
"""The finest grid whose cells are counted once for all tiles."""

Standing = npt.NDArray[Any]
"""Places by rank: the best has the lowest number. What was edited stands in between."""


class Cells(NamedTuple):
    """The cells of a grid that hold a place, in Morton order."""

    numbers: Keys
    best: Standing
    counts: Ints
    """Of each group, shape (cells, groups)."""


class Edited(NamedTuple):
    """Places that came after the index was built, in Morton order."""

    keys: Keys
    rows: Rows
    standing: npt.NDArray[np.float64]
    """No two equal, none a whole number."""
    groups: npt.NDArray[np.integer[Any]]

    def part(self, chosen: slice | Mask) -> Edited:
        """Return some of them."""
        keys, rows = self.keys[chosen], self.rows[chosen]
        return Edited(keys, rows, self.standing[chosen], self.groups[chosen])


NONE = Edited(np.empty(0, np.uint64), np.empty(0, np.intp), np.empty(0), np.empty(0, np.int16))


class Prepared(NamedTuple):
    """What an index is made from, beside keys and groups."""

    rows: Rows | None
    """The rows that have a place in Morton order; None when they stand so, the rest behind."""
    standing: Standing
    """The place of each row by rank."""
    cells: Cells | None = None
    """The cells of `COUNTED_BITS`."""


class PointIndex:
    """The places of a layer, or those of them that a filter keeps. Immutable."""

    def __init__(
        self, keys: Keys, by_rank: Rows, groups: Groups, prepared: Prepared | None = None
    ) -> None:
        """Sort the rows of a table.

        Args:
            keys: Morton key of each row, `NOWHERE` where a row has no place.
            by_rank: All rows, the best-ranked first.
            groups: The group of each row.
            prepared: What is known of rows in Morton order; nothing is sorted then.
        """
        if prepared is None:
            prepared = _prepared(keys, by_rank)
        placed = int(np.searchsorted(keys, NOWHERE)) if prepared.rows is None else None
        rows = slice(placed) if prepared.rows is None else prepared.rows
        # Compacted rows stand in Morton order themselves: then no row need be looked up.
        self._rows = prepared.rows
        self._row_keys, self._by_rank, self._codes = keys, by_rank, groups.codes
        self._keys = keys[rows]
        self._standing, self._groups = prepared.standing[rows], groups.numbers[rows]
        self._dead, self._edited = np.empty(0, np.intp), NONE
        self._counted: dict[int, Cells] = {}
        if prepared.cells is not None:
            self._counted[COUNTED_BITS] = prepared.cells

    def __len__(self) -> int:
        return len(self._keys) - len(self._dead) + len(self._edited.keys)

    @property
    def nbytes(self) -> int:
        """Bytes that the index takes."""
        arrays = (self._rows, self._keys, self._standing, self._groups)
        return sum(array.nbytes for array in arrays if array is not None)

    def followed(
        self, row_keys: Keys, dead: Rows, edited: Edited, codes: tuple[str, ...]
    ) -> PointIndex:
        """Return the index after edits, at the cost of the edits.

        Args:
            row_keys: Morton key of each row, now.
            dead: Rows of the index that are no longer, ascending.
            edited: Places of rows that the index was not built from.
            codes: The groups, now; those that were are the first.
        """
        index = copy(self)
        index._row_keys, index._codes, index._edited = row_keys, codes, edited
        if self._rows is None:
            index._dead = dead[: np.searchsorted(dead, len(self._keys))].astype(np.intp)
        else:
            index._dead = np.flatnonzero(np.isin(self._rows, dead))
        return index

    def among(self, mask: Mask) -> PointIndex:
        """Return the index of those places whose rows the mask keeps, shape (rows,)."""
        index = copy(self)
        rows = self._rows_at(0, len(self._keys))
        kept = np.flatnonzero(mask[rows])
        index._rows, index._keys = rows[kept].astype(np.int32), self._keys[kept]
        index._standing, index._groups = self._standing[kept], self._groups[kept]
        index._dead = np.empty(0, np.intp)
        index._edited = self._edited.part(mask[self._edited.rows])
        index._counted = {}
        return index

    def encode(self, tile: Tile, layer_name: str, dress: Dress) -> bytes:
        """Return the tile's layer of this name, empty where there is no place."""
        encoded = b""
        for rows, counts in self._divisions(tile):
            encoded = self._encoded(tile, layer_name, dress, (rows, counts))
            if len(encoded) <= MAX_BYTES:
                break
        return encoded

    def _divisions(self, tile: Tile) -> Iterator[tuple[Rows, Ints | None]]:
        """Yield ways to show the places of a tile, each coarser than the one before.

        A way is a row for each feature, and how many of each group it stands for, None when
        each stands for itself.
        """
        ends = np.array(tile.key_range(), np.uint64)
        first, after = self._keys.searchsorted(ends).tolist()
        dead, edited = self._dead, self._edited
        if len(dead):
            dead = dead[slice(*dead.searchsorted((first, after)))]
        if len(edited.keys):
            edited = edited.part(slice(*edited.keys.searchsorted(ends)))
        count = after - first - len(dead) + len(edited.keys)
        if not count:
            return
        low = tile.z < SINGLES_FROM_ZOOM
        if not low and count <= MAX_SINGLES:
            rows = self._rows_at(first, after)
            if len(dead) or len(edited.keys):
                rows = np.concatenate([np.delete(rows, dead - first), edited.rows])
            yield rows, None
        for bits in range(COARSE_BITS if low else FINE_BITS, -1, -1):
            grid = tile.z + bits
            cells = self._low(tile, grid) if low else self._high(slice(first, after), grid)
            if len(dead) or len(edited.keys):
                cells = self._corrected(cells, _shift(grid), dead, edited)
            yield self._rows_of(cells.best), cells.counts

    def counted(self) -> Cells:
        """Return the finest cells that are counted for all tiles; edits are left out."""
        if COUNTED_BITS not in self._counted:
            self._counted[COUNTED_BITS] = self._high(slice(None), COUNTED_BITS)
        return self._counted[COUNTED_BITS]

    def _rows_at(self, first: int, after: int) -> Rows:
        return np.arange(first, after) if self._rows is None else self._rows[first:after]

    def _low(self, tile: Tile, grid: int) -> Cells:
        """Return the cells of a tile out of those that were counted for the whole layer."""
        if grid not in self._counted:
            self._counted[grid] = _coarser(self.counted(), COUNTED_BITS - grid)
        cells = self._counted[grid]
        ends = np.array(tile.key_range(), np.uint64) >> _shift(grid)
        part = slice(*np.searchsorted(cells.numbers, ends))
        return Cells(cells.numbers[part], cells.best[part], cells.counts[part])

    def _high(self, part: slice, grid: int) -> Cells:
        """Count the cells of some places that stand together."""
        numbers = self._keys[part] >> _shift(grid)
        starts = _starts(numbers)
        if not len(starts):
            return Cells(numbers, np.empty(0, np.int32), np.empty((0, self._width), np.int64))
        cell = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(numbers)))
        width = self._width
        counts = np.bincount(cell * width + self._groups[part], minlength=len(starts) * width)
        best = np.minimum.reduceat(self._standing[part], starts)
        return Cells(numbers[starts], best, counts.reshape(-1, width))

    @property
    def _width(self) -> int:
        return len(self._codes) + 1

    def _corrected(self, cells: Cells, shift: np.uint64, dead: Ints, edited: Edited) -> Cells:
        """Return cells without what died and with what came."""
        numbers = np.union1d(cells.numbers, edited.keys >> shift)
        counts = np.zeros((len(numbers), self._width), np.int64)
        best = np.full(len(numbers), np.inf)
        at = np.searchsorted(numbers, cells.numbers)
        # A group that is new has no count in cells that were counted before.
        counts[at, : cells.counts.shape[1]], best[at] = cells.counts, cells.best
        cell = np.searchsorted(numbers, self._keys[dead] >> shift)
        np.subtract.at(counts, (cell, self._groups[dead]), 1)
        for lost in np.unique(cell[best[cell] == self._standing[dead]]):
            best[lost] = self._best_alive(numbers[lost], shift)
        cell = np.searchsorted(numbers, edited.keys >> shift)
        np.add.at(counts, (cell, edited.groups), 1)
        np.minimum.at(best, cell, edited.standing)
        kept = counts.any(axis=1)
        return Cells(numbers[kept], best[kept], counts[kept])

    def _best_alive(self, number: np.uint64, shift: np.uint64) -> float:
        ends = np.array([number, number + np.uint64(1)]) << shift
        first, after = np.searchsorted(self._keys, ends)
        dead = self._dead[slice(*np.searchsorted(self._dead, (first, after)))]
        alive = np.delete(self._standing[first:after], dead - first)
        return float(alive.min()) if len(alive) else np.inf

    def _rows_of(self, best: Standing) -> Rows:
        edited = np.flatnonzero(best % 1)
        rows = np.zeros(len(best), np.intp)
        old = np.flatnonzero(best % 1 == 0)
        rows[old] = self._by_rank[best[old].astype(np.intp)]
        order = np.argsort(self._edited.standing)
        at = np.searchsorted(self._edited.standing, best[edited], sorter=order)
        rows[edited] = self._edited.rows[order[at]]
        return rows

    def _encoded(
        self, tile: Tile, layer_name: str, dress: Dress, shown: tuple[Rows, Ints | None]
    ) -> bytes:
        rows, counts = shown
        groups = (
            {} if counts is None else self._told(counts, places.MOST_KEYS - len(dress.all()) - 1)
        )
        features = places.Shown(tile.z, rows, self._row_keys[rows], counts, groups)
        return engine.encode(layer_name, dress, features)

    def _told(self, counts: Ints, most: int) -> dict[str, int]:
        """Return the groups that the clusters of a tile tell: the largest, where there are many.

        Cities of the whole world are of more countries than a layer may have properties. What
        clusters stand for altogether they tell in any case.
        """
        sums = counts[counts.sum(axis=1) > 1].sum(axis=0)
        # Cells that were counted before a group was first seen know nothing of it.
        counted = Groups(self._codes, self._groups).counted()
        there = [(key, group) for key, group in counted if group < len(sums) and sums[group]]
        largest = sorted(there, key=lambda one: -sums[one[1]])[:most]
        return {key: group for key, group in there if (key, group) in largest}


def _prepared(keys: Keys, by_rank: Rows) -> Prepared:
    rows = np.argsort(keys, kind="stable")
    rows = rows[: np.searchsorted(keys[rows], NOWHERE)].astype(np.int32)
    standing = np.empty(len(keys), np.int32)
    standing[by_rank] = np.arange(len(keys), dtype=np.int32)
    return Prepared(rows, standing)


def _coarser(cells: Cells, levels: int) -> Cells:
    """Return cells `2**levels` times as wide."""
    numbers = cells.numbers >> np.uint64(2 * levels)
    starts = _starts(numbers)
    if not len(starts):
        return cells
    best = np.minimum.reduceat(cells.best, starts)
    return Cells(numbers[starts], best, np.add.reduceat(cells.counts, starts, axis=0))


def _starts(numbers: Keys) -> Ints:
    """Return where each run of equal numbers begins."""
    return np.flatnonzero(np.concatenate([numbers[:1] == numbers[:1], numbers[1:] != numbers[:-1]]))


def _shift(grid: int) -> np.uint64:
    """Return by how many bits a key is longer than the number of its cell in a grid."""
    return np.uint64(2 * (GRID_BITS - grid))

"""Places as features of a tile, written with NumPy: a matrix of words, a feature each row.

All of a feature is written in words of four bytes: its head, a word for each property (the key's
number and that of its value), its place. So that they fit, numbers take two or three bytes where
one would do, which every reader of protobuf understands. What features do not tell is then cut
out by one mask. `kernel.encode` has the same signature and the same features.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geomap.grid import GRID_BITS, cells_of
from layers.tiles.mvt import EXTENT, whole_layer
from layers.tiles.properties import Dress
from layers.tiles.values import Ints, Picked, Rows, whole

Keys = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.integer[Any]]
Words = npt.NDArray[np.integer[Any]]
"""Four bytes each, the lowest first."""

MOST_KEYS = 127
"""Properties of one layer: the number of a key takes one byte."""
_COUNTED_TO = 65_535
_UNIT_BITS = EXTENT.bit_length() - 1
_SIX_OF_BOTH = EXTENT - 1
_FRAME = 4
"""Words of a feature beside those of its properties."""
_PLACE = 0x09008522
"""Geometry: five bytes (the length takes two itself), one MoveTo."""


class Shown(NamedTuple):
    """The features of a tile: places, each for itself or for all in a cell of a grid."""

    zoom: int
    rows: npt.NDArray[np.integer[Any]]
    """Of the table, one a feature."""
    keys: Keys
    """Morton keys of those rows."""
    counts: Ints | None = None
    """How many of each group a feature stands for, shape (features, groups); None: itself."""
    groups: Mapping[str, int] = {}
    """Properties that carry the counts, and the group of each."""


def encode(name: str, dress: Dress, shown: Shown) -> bytes:
    """Return one layer of a tile, empty where there is no feature.

    Args:
        name: Name of the layer.
        dress: What features say; details only of what stands for itself.
        shown: The features.
    """
    if not len(shown.rows):
        return b""
    said = _Said([], [], [], [], 0)
    rows = run_of(shown.rows)
    for key, source in dress.names.items():
        said = said.with_one(key, source.pick(rows))
    alone = None
    if shown.counts is not None:
        total = shown.counts.sum(axis=1)
        said, alone = said.with_counts(shown.counts, total, shown.groups), total == 1
    for key, picked in _details(dress, shown.rows, alone):
        said = said.with_one(key, picked)
    features = _features(said, _tile_units(shown.keys, shown.zoom))
    return whole_layer(name, features, said.keys, said.entries)


def run_of(rows: npt.NDArray[np.integer[Any]]) -> Rows:
    """Return rows as a slice, where each follows the one before it."""
    first, count = int(rows[0]), len(rows)
    if rows[-1] - first + 1 == count and (rows[1:] - rows[:-1] == 1).all():
        return slice(first, first + count)
    return rows


class _Said(NamedTuple):
    """What features tell, key by key."""

    keys: list[str]
    indices: list[Indices]
    """For each key, the number of each feature's value among those of the key, -1 for none."""
    values: list[slice]
    """For each key, the numbers of its values in the layer."""
    entries: list[bytes]
    size: int
    """Number of values in `entries`."""

    def with_one(self, key: str, picked: Picked) -> _Said:
        """Return it with one property more, unless no feature has it."""
        return self._with([key], [picked.indices], picked) if picked.size else self

    def with_counts(self, counts: Ints, total: Ints, groups: Mapping[str, int]) -> _Said:
        """Return it with the counts of what stands for several; equal counts share a value."""
        several = np.flatnonzero(total > 1)
        if not len(several):
            return self
        table = np.concatenate([total[None, several], counts.T[list(groups.values())][:, several]])
        used, numbered = _numbered(table)
        indices = np.full((len(table), len(total)), -1, np.int32)
        indices[:, several] = np.where(table > 0, numbered, -1)
        keys = ["count", *groups]
        kept = [n for n in range(len(keys)) if (indices[n] >= 0).any()]
        picked = Picked(indices, b"".join(map(whole, used.tolist())), len(used))
        return self._with([keys[n] for n in kept], [indices[n] for n in kept], picked)

    def _with(self, keys: list[str], indices: list[Indices], shared: Picked) -> _Said:
        values = slice(self.size, self.size + shared.size)
        return _Said(
            self.keys + keys,
            self.indices + indices,
            self.values + [values] * len(keys),
            [*self.entries, shared.entries],
            values.stop,
        )


def _numbered(table: Ints) -> tuple[Ints, Ints]:
    """Return the numbers above 0 that occur, and for each place which of them stands there."""
    most = int(table.max())
    if most > _COUNTED_TO:
        used, which = np.unique(table, return_inverse=True)
        above = int(used[0] == 0)
        return used[above:], which.reshape(table.shape) - above
    seen = np.bincount(table.ravel(), minlength=1)
    seen[0] = 0
    used = np.flatnonzero(seen)
    seen[used] = np.arange(len(used))
    return used, seen[table]


def _details(
    dress: Dress, rows: npt.NDArray[np.integer[Any]], alone: npt.NDArray[np.bool_] | None
) -> list[tuple[str, Picked]]:
    """Return what those features tell that stand for themselves."""
    if alone is None or alone.all():
        run = run_of(rows)
        return [(key, source.pick(run)) for key, source in dress.details.items()]
    places = np.flatnonzero(alone)
    if not len(places):
        return []
    run, told = run_of(rows[places]), []
    for key, source in dress.details.items():
        picked = source.pick(run)
        indices = np.full(len(alone), -1, np.int32)
        indices[places] = picked.indices
        told.append((key, Picked(indices, picked.entries, picked.size)))
    return told


def _features(said: _Said, places: Words) -> bytes:
    """Return all features.

    Args:
        said: What they tell.
        places: The last word of each feature.
    """
    properties, count = len(said.keys), len(places)
    words = np.empty((count, properties + _FRAME), "<u4")
    numbers = _three_bytes(max(16, said.size.bit_length()))
    told = np.zeros(count, np.intp)
    for key, (of, values) in enumerate(zip(said.indices, said.values, strict=True)):
        # Zero, at the end, stands for what is not told: the padding of a number is never zero.
        tags = np.append(numbers[values] | np.uint32(key), np.uint32(0))
        words[:, key + 2] = tags.take(of, mode="wrap")
        told += of >= 0
    heads, sizes = _heads()
    words[:, 0], words[:, 1] = heads[told], sizes[told]
    words[:, -2], words[:, -1] = _PLACE, places
    if (told == properties).all():
        return words.tobytes()
    told_words: Words = words[words != 0]
    return told_words.tobytes()


@lru_cache(maxsize=4)
def _three_bytes(bits: int) -> Words:
    """Return the varints of all numbers below 2**bits, padded to three bytes, from the second."""
    numbers = np.arange(1 << bits, dtype=np.uint32)
    low = (numbers & 0x7F | 0x80) << 8
    return low | (numbers >> 7 & 0x7F | 0x80) << 16 | (numbers >> 14) << 24


@lru_cache(maxsize=1)
def _heads() -> tuple[Words, Words]:
    """Return the first two words of features that tell 0, 1, … properties."""
    told = np.arange(MOST_KEYS + 1, dtype=np.uint32)
    size = 4 * (told + _FRAME) - 3  # of what comes after the length itself
    head = 0x12 | (size & 0x7F | 0x80) << 8 | (size >> 7) << 16 | 0x18 << 24
    return head, 0x1201 | (4 * told & 0x7F | 0x80) << 16 | (4 * told >> 7) << 24


def _tile_units(keys: Keys, zoom: int) -> Words:
    """Return places within a tile, 0 … 4095, x east and y south, as two varints of two bytes."""
    shift = 2 * (GRID_BITS - _UNIT_BITS - zoom)
    bits = keys >> np.uint64(shift) if shift >= 0 else keys << np.uint64(-shift)
    low, high = _interleaved()
    within = bits.astype(np.uint32)
    return low.take(within & _SIX_OF_BOTH) | high.take(within >> _UNIT_BITS & _SIX_OF_BOTH)


@lru_cache(maxsize=1)
def _interleaved() -> tuple[Words, Words]:
    """Return the word of the lower six bits of x and y, and of the higher six, by their key."""
    x, y = (cells.astype(np.uint32) for cells in cells_of(np.arange(1 << _UNIT_BITS, dtype="u8")))
    return x << 1 | 0x80 | y << 17 | 0x80 << 16, x << 8 | y << 24

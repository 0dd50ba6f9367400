"""What features say, as a table of addresses: how a compiled loop is told of columns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layers.tiles.mvt import LAYER_HEAD, LAYER_KEY
from layers.tiles.places import MOST_KEYS, Shown
from layers.tiles.properties import Dress
from layers.tiles.values import Bytes, Ints, Names, Numbers, Source, Terms, Texts, sized

TERMS, TEXTS, NAMES, UUIDS, NUMBERS = range(5)
KIND, DATA, WIDTH, BLOB, OFFSETS, OFFSET_WIDTH, SIZE, DETAIL = range(8)
"""Fields of a column: what it is; address of what it has of each row, and bytes of one; address
of the entries and of where each begins, and bytes of such a number; how many values a dictionary
has; whether only single features tell. `kernel` is compiled with these numbers."""

Array = npt.NDArray[Any]
_WIDEST = 4
"""Bytes of a code that the loop reads."""
_MOST_ROOM = 2 * 1024 * 1024
_ROOMS = threading.local()
_NO_ROOM = np.empty(0, np.uint8)
_NO_COUNTS = np.empty((0, 0), np.int64)


class Flat(NamedTuple):
    """The columns of a layer by their addresses."""

    columns: Ints
    """The fields of each column, shape (columns, 8)."""
    keys: tuple[str, ...]
    largest: int
    """Most values that a dictionary holds."""
    arrays: Sequence[Array]
    """What stands at the addresses, so that it stays there."""


class Work(NamedTuple):
    """What the loop is given."""

    columns: Ints
    rows: Array
    keys: Array
    counts: Array
    groups: Array
    key_entries: Array
    key_ends: Array
    name: Array
    room: Array
    """Where the layer is written, if it fits: fresh memory costs more than the loop."""
    scratch: Array
    """Room for a number of each value of the largest dictionary; need not be cleared."""
    zoom: int


def work_of(name: str, dress: Dress, shown: Shown) -> Work:
    """Return what the loop is given to write one layer, of this name."""
    told, counts = dress.once(flat), _NO_COUNTS
    keys: tuple[str, ...] = told.keys
    if shown.counts is not None:
        counts = np.ascontiguousarray(shown.counts, np.int64)
        keys = (*keys, "count", *shown.groups)
    return Work(
        told.columns,
        shown.rows.astype(np.int64, copy=False),
        shown.keys,
        counts,
        np.array([*shown.groups.values()], np.int64),
        *key_entries(keys),
        np.frombuffer(bytearray(LAYER_HEAD + sized(name.encode())), np.uint8),
        getattr(_ROOMS, "bytes", _NO_ROOM),
        np.empty(told.largest, np.int32),
        shown.zoom,
    )


def make_room(size: int) -> None:
    """Keep room for layers of so many bytes, for the next ones of this thread."""
    if size <= _MOST_ROOM:
        _ROOMS.bytes = np.empty(2 * size, np.uint8)


def flat(dress: Dress) -> Flat:
    """Return the columns of what features say; names first."""
    held: list[Array] = []
    told = [(source, False) for source in dress.names.values()]
    told += [(source, True) for source in dress.details.values()]
    columns = [[*_fields(source, held), int(detail)] for source, detail in told]
    largest = max((row[SIZE] for row in columns if row[KIND] == TERMS), default=0)
    return Flat(np.array(columns, np.int64).reshape(-1, 8), tuple(dress.all()), largest, held)


@lru_cache(maxsize=64)
def key_entries(keys: tuple[str, ...]) -> tuple[Bytes, Ints]:
    """Return the names of properties as a layer holds them, end to end, and where each ends."""
    assert len(keys) <= MOST_KEYS  # noqa: S101
    entries = [LAYER_KEY + sized(key.encode()) for key in keys]
    ends = np.cumsum([0, *map(len, entries)])
    return np.frombuffer(bytearray(b"".join(entries)), np.uint8), ends


def _fields(source: Source, held: list[Array]) -> list[int]:
    return _KINDS[type(source)](source, held)


def _terms(source: Terms, held: list[Array]) -> list[int]:
    codes, size = source.codes, len(source.offsets) - 1
    codes = codes if codes.itemsize <= _WIDEST else codes.astype(np.int32)
    return [TERMS, _address(codes, held), codes.itemsize, *_entries(source, held), size]


def _texts(source: Texts, held: list[Array]) -> list[int]:
    return [TEXTS, 0, 0, *_entries(source, held), 0]


def _names(source: Names, held: list[Array]) -> list[int]:
    keys = source.ids.keys
    kind = UUIDS if source.ids.packed else NAMES
    return [kind, _address(keys, held), keys.itemsize, 0, 0, 0, 0]


def _numbers(source: Numbers, held: list[Array]) -> list[int]:
    return [NUMBERS, _address(source.numbers.astype(np.float64, copy=False), held), 8, 0, 0, 0, 0]


def _entries(source: Terms | Texts, held: list[Array]) -> list[int]:
    offsets = source.offsets
    return [_address(source.blob, held), _address(offsets, held), offsets.itemsize]


def _address(array: Array, held: list[Array]) -> int:
    flat = np.ascontiguousarray(array)
    held.append(flat)
    return int(flat.ctypes.data)


_KINDS: Mapping[type, Callable[[Any, list[Array]], list[int]]] = {
    Terms: _terms,
    Texts: _texts,
    Names: _names,
    Numbers: _numbers,
}

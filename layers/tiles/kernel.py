"""Places as features of a tile, written by one compiled loop; `places.encode`, but faster.

Importing it compiles, or loads what was compiled before: seconds, so `engine` does it aside.
Columns are read by their addresses, which `flat` keeps alive. Varints are as short as can be.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import numpy as np
from numba import carray, njit, types  # type: ignore[attr-defined]

from geomap import grid
from geomap.grid import GRID_BITS
from layers.tiles import flat, mvt, numbering, octets, values
from layers.tiles.flat import Work, make_room, work_of
from layers.tiles.mvt import EXTENT
from layers.tiles.numbering import MANY, NOT_TOLD, Tags, number_all, tell
from layers.tiles.octets import (
    SLACK,
    Array,
    copy,
    move,
    part,
    pointer,
    put,
    put_uuid,
    store,
    width,
)
from layers.tiles.places import Shown
from layers.tiles.properties import Dress
from layers.tiles.values import EXACT

_UNIT_SHIFT = GRID_BITS - (EXTENT.bit_length() - 1)
_ROOM = 16
"""Bytes before the layer's own, for its length."""
_FRAME = 24
"""Bytes of a feature beside its tags, at most."""
_MOST_NUMBER = 13
"""Bytes of an entry beside a text, at most."""
_UUID = 36


@part
def _offset(column: Array, at: int) -> int:
    """Return where an entry begins."""
    if column[flat.OFFSET_WIDTH] == 4:
        return int(carray(pointer(column[flat.OFFSETS]), (MANY,), np.int32)[at])
    return int(carray(pointer(column[flat.OFFSETS]), (MANY,), np.int64)[at])


@part
def _entries_size(work: Work, tags: Tags) -> int:
    """Return how many bytes the values take at most."""
    size = 0
    for key in range(len(work.columns)):
        column, order = work.columns[key], tags.order[key]
        if column[flat.KIND] == flat.TERMS or column[flat.KIND] == flat.TEXTS:
            for nth in range(tags.sizes[key]):
                size += _offset(column, order[nth] + 1) - _offset(column, order[nth])
        else:
            size += tags.sizes[key] * (max(column[flat.WIDTH], _UUID) + _MOST_NUMBER)
    if len(tags.sizes) > len(work.columns):
        size += tags.sizes[len(work.columns)] * _MOST_NUMBER
    return size


@part
def _put_runs(column: Array, order: Array, out: Array, at: int) -> int:
    """Write ready entries; those that follow one another in memory are copied as one."""
    start = end = 0
    for nth in range(len(order)):
        first = _offset(column, order[nth])
        if first != end:
            move(out.ctypes.data + at, column[flat.BLOB] + start, end - start)
            at, start = at + end - start, first
        end = _offset(column, order[nth] + 1)
    move(out.ctypes.data + at, column[flat.BLOB] + start, end - start)
    return at + end - start


@part
def _put_name(out: Array, at: int, letters: Array) -> int:
    """Write a text as an entry, without the zeros that fill it up."""
    size = len(letters)
    while size and letters[size - 1] == 0:
        size -= 1
    out[at] = 0x22
    at = put(out, at + 1, 1 + width(size) + size)
    out[at] = 0x0A
    return copy(out, put(out, at + 1, size), letters, 0, size)


@part
def _put_whole(out: Array, at: int, number: int) -> int:
    """Write a whole number as an entry."""
    key, written = (0x28, number) if number >= 0 else (0x30, -2 * number - 1)
    out[at], out[at + 1], out[at + 2] = 0x22, 1 + width(written), key
    return put(out, at + 3, written)


@part
def _put_number(out: Array, at: int, number: float, bits: int) -> int:
    """Write a number as an entry; `bits` are those of the same number."""
    if abs(number) <= EXACT and number == np.floor(number):
        return _put_whole(out, at, int(number))
    out[at], out[at + 1], out[at + 2] = 0x22, 9, 0x19
    for byte in range(8):
        out[at + 3 + byte] = (bits >> 8 * byte) & 0xFF
    return at + 11


@part
def _put_entries(work: Work, tags: Tags, key: int, out: Array, at: int) -> int:
    """Write the values of one property."""
    column, order = work.columns[key], tags.order[key, : tags.sizes[key]]
    kind, width, place = column[flat.KIND], column[flat.WIDTH], pointer(column[flat.DATA])
    if kind in (flat.TERMS, flat.TEXTS):
        return _put_runs(column, order, out, at)
    octets = carray(place, (MANY,), np.uint8)
    numbers, bits = carray(place, (MANY,), np.float64), carray(place, (MANY,), np.int64)
    for value in order:
        if kind == flat.UUIDS:
            at = put_uuid(out, at, column[flat.DATA] + 16 * value)
        elif kind == flat.NAMES:
            at = _put_name(out, at, octets[width * value : width * (value + 1)])
        else:
            at = _put_number(out, at, numbers[value], bits[value])
    return at


@part
def _unit(bits: int, zoom: int) -> int:
    """Return the zigzag of a place within a tile; its bits stand in the even places."""
    bits &= 0x5555555555555555
    bits = (bits | bits >> 1) & 0x3333333333333333
    bits = (bits | bits >> 2) & 0x0F0F0F0F0F0F0F0F
    bits = (bits | bits >> 4) & 0x00FF00FF00FF00FF
    bits = (bits | bits >> 8) & 0x0000FFFF0000FFFF
    bits = (bits | bits >> 16) & 0x00000000FFFFFFFF
    shift = _UNIT_SHIFT - zoom
    return ((bits >> shift if shift >= 0 else bits << -shift) & EXTENT - 1) << 1


@part
def _put_feature(out: Array, at: int, tags: Tags, feature: int, place: tuple[int, int]) -> int:
    """Write one feature; its place is the zigzag of x and y, of two bytes at most."""
    x, y = place
    drawn, size, address = 1 + width(x) + width(y), int(tags.widths[feature]), out.ctypes.data
    length = 2 + 1 + width(size) + size + 2 + drawn
    if length < 1 << 7:
        store(address + at, 0x12 | length << 8 | 0x18 << 16 | 1 << 24 | 0x12 << 32 | size << 40)
        at += 6
    else:
        out[at] = 0x12
        at = put(out, at + 1, length)
        out[at], out[at + 1], out[at + 2] = 0x18, 1, 0x12
        at = put(out, at + 3, size)
    for key in range(len(tags.found)):
        tag = int(tags.found[key, feature])
        # What is not told is written over by what comes next.
        store(address + at, tag)
        at += (tag != NOT_TOLD) * (2 + (tag > 0xFFFF) + (tag > 0xFFFFFF))
    store(address + at, 0x22 | drawn << 8 | 0x09 << 16)
    return put(out, put(out, at + 3, x), y)


@part
def _put_layer(work: Work, tags: Tags, out: Array, at: int) -> int:
    """Write the layer's message: name, features, keys, values, extent."""
    at = copy(out, at, work.name, 0, len(work.name))
    for feature in range(len(work.rows)):
        key = int(work.keys[feature])
        at = _put_feature(
            out, at, tags, feature, (_unit(key, work.zoom), _unit(key >> 1, work.zoom))
        )
    for key in range(len(tags.numbers)):
        if tags.numbers[key] >= 0:
            at = copy(out, at, work.key_entries, work.key_ends[key], work.key_ends[key + 1])
    for key in range(len(work.columns)):
        at = _put_entries(work, tags, key, out, at)
    if len(tags.sizes) > len(work.columns):
        counts = tags.order[len(work.columns) :].reshape(-1)
        for nth in range(tags.sizes[len(work.columns)]):
            at = _put_whole(out, at, int(counts[nth]))
    out[at], out[at + 1], out[at + 2] = 0x28, 0x80, 0x20
    return at + 3


@part
def _loop(work: Work) -> Array:
    """Return the bytes of the layer."""
    features, groups = work.counts.shape
    totals = np.ones(len(work.rows), np.int64)
    for feature in range(features):
        totals[feature] = 0
        for group in range(groups):
            totals[feature] += work.counts[feature, group]
    tags = number_all(work, totals)
    tell(tags, len(work.columns))
    size = _ROOM + SLACK + len(work.name) + len(work.key_entries) + _entries_size(work, tags)
    size += len(work.rows) * (_FRAME + 6 * len(tags.sizes))
    out = work.room if len(work.room) >= size else np.empty(size, np.uint8)
    end = _put_layer(work, tags, out, _ROOM)
    start = _ROOM - 1 - width(end - _ROOM)
    out[start] = 0x1A
    put(out, start + 1, end - _ROOM)
    return out[start:end]


_LONGS, _TABLE, _BYTES = types.int64[::1], types.int64[:, ::1], types.uint8[::1]
_GIVEN = (_TABLE, _LONGS, types.uint64[::1], _TABLE, _LONGS, _BYTES, _LONGS, _BYTES, _BYTES)
_WORK = cast(Any, types.NamedTuple)([*_GIVEN, types.int32[::1], types.int64], Work)


def _compiled(sources: int) -> Callable[[Work], Array]:
    """Return the loop, from the cache where it was compiled of these very sources.

    Numba looks at the file of the function alone and not at those of its parts: what the closure
    holds is part of the key as well.
    """

    def encoded(work: Work) -> Array:
        return _loop(work) if sources else work.room

    made: Callable[[Work], Array]
    made = njit(types.uint8[::1](_WORK), nogil=True, cache=True)(encoded)
    return made


def _sources() -> int:
    """Return a number for the text of every module that the loop is compiled of."""
    told = blake2b(digest_size=7)
    parts = (flat.__file__, grid.__file__, mvt.__file__, numbering.__file__, octets.__file__)
    for path in (__file__, values.__file__, *parts):
        told.update(Path(path).read_bytes())
    return int.from_bytes(told.digest(), "big")


_encode = _compiled(_sources())


def encode(name: str, dress: Dress, shown: Shown) -> bytes:
    """See `places.encode`."""
    if not len(shown.rows):
        return b""
    work = work_of(name, dress, shown)
    layer: bytes = _encode(work).tobytes()
    if len(layer) > len(work.room):
        make_room(len(layer))
    return layer

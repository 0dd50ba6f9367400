"""Places as features of a tile, written by one compiled loop; `places.encode`, but faster.

Importing it compiles, or loads what was compiled before: seconds, so `engine` does it aside.
Columns are read by their addresses, which `flat` keeps alive. Varints are as short as can be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.core import cgutils
from numba.extending import intrinsic

from geomap.grid import GRID_BITS
from layers.tiles import flat
from layers.tiles.flat import Work, make_room, work_of
from layers.tiles.mvt import EXTENT
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
_HEX = np.frombuffer(bytes(range(256)).hex().encode(), np.uint8)
_MANY = 1 << 40
"""An array whose length the loop need not know."""
_SMALL = 1024
"""Counts below that are told once, however many features have them."""

Array = npt.NDArray[Any]
Function = TypeVar("Function", bound=Callable[..., Any])
_part: Callable[[Function], Function] = cast(Any, njit(nogil=True))
"""Compiles a part of the loop, into it."""


class Tags(NamedTuple):
    """Which value each feature has of each property."""

    found: Array
    """Number of the value among those of its property, -1 for none; shape (features, keys)."""
    order: Array
    """For each property, its values: codes, rows or counts; shape (keys, features)."""
    sizes: Array
    """How many values each property adds to those of the layer."""
    numbers: Array
    """Number of each key in the layer, -1 where no feature has it."""
    bases: Array
    """Number of the first value of each property; all counts share one list."""
    widths: Array
    """Bytes of the tags of each feature."""


def _inttoptr(_typing: Any, address: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), code


def _memcpy(_typing: Any, target: Any, source: Any, size: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        at, start = (builder.inttoptr(one, cgutils.voidptr_t) for one in arguments[:2])
        cast(Any, cgutils).raw_memcpy(builder, at, start, arguments[2], 1)
        return _context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp), code


_pointer: Callable[[int], Any] = cast(Any, intrinsic(_inttoptr))
_move: Callable[[int, int, int], None] = cast(Any, intrinsic(_memcpy))


@_part
def _width(number: int) -> int:
    if number < 1 << 14:
        return 1 + (number > 0x7F)
    width = 3
    while number >> 7 * width:
        width += 1
    return width


@_part
def _put(out: Array, at: int, number: int) -> int:
    """Write a varint; return where the next byte goes."""
    while number > 0x7F:
        out[at] = number & 0x7F | 0x80
        number >>= 7
        at += 1
    out[at] = number
    return at + 1


@_part
def _copy(out: Array, at: int, source: Array, start: int, end: int) -> int:
    for place in range(start, end):
        out[at + place - start] = source[place]
    return at + end - start


@_part
def _offset(column: Array, at: int) -> int:
    """Return where an entry begins."""
    if column[flat.OFFSET_WIDTH] == 4:
        return int(carray(_pointer(column[flat.OFFSETS]), (_MANY,), np.int32)[at])
    return int(carray(_pointer(column[flat.OFFSETS]), (_MANY,), np.int64)[at])


@_part
def _number_codes(codes: Array, work: Work, alone: Array, tags: Tags, key: int) -> None:
    """Number the distinct codes of the features in the order in which they occur."""
    order, scratch, seen = tags.order[key], work.scratch, 0
    for feature in range(len(work.rows)):
        code = int(codes[work.rows[feature]])
        if code < 0 or not alone[feature]:
            continue
        at = int(scratch[code])
        # What nobody has written there is believed only if the list says the same.
        if at < 0 or at >= seen or order[at] != code:
            at = seen
            scratch[code], order[at] = at, code
            seen += 1
        tags.found[feature, key] = at
        tags.numbers[key] = 0
    tags.sizes[key] = seen


@_part
def _number_rows(work: Work, alone: Array, tags: Tags, key: int) -> None:
    """Number the rows that have a value: each has its own."""
    column, seen = work.columns[key], 0
    numbers = carray(_pointer(column[flat.DATA]), (_MANY,), np.float64)
    for feature in range(len(work.rows)):
        row = work.rows[feature]
        if not alone[feature]:
            continue
        if column[flat.KIND] == flat.TEXTS and _offset(column, row + 1) - _offset(column, row) <= 1:
            continue
        if column[flat.KIND] == flat.NUMBERS and np.isnan(numbers[row]):
            continue
        tags.found[feature, key], tags.order[key, seen] = seen, row
        tags.numbers[key] = 0
        seen += 1
    tags.sizes[key] = seen


@_part
def _number_values(work: Work, alone: Array, tags: Tags, key: int) -> None:
    column = work.columns[key]
    place, size, width = _pointer(column[flat.DATA]), _MANY, column[flat.WIDTH]
    if column[flat.KIND] == flat.TERMS:
        if width == 1:
            _number_codes(carray(place, (size,), np.int8), work, alone, tags, key)
        elif width == 2:
            _number_codes(carray(place, (size,), np.int16), work, alone, tags, key)
        else:
            _number_codes(carray(place, (size,), np.int32), work, alone, tags, key)
    else:
        _number_rows(work, alone, tags, key)


@_part
def _number_counts(work: Work, tags: Tags, totals: Array) -> None:
    """Number the counts of what stands for several; small ones that are equal share a value."""
    first = len(work.columns)
    known, seen = np.full(_SMALL, -1, np.int32), 0
    values = tags.order[first:].reshape(-1)
    for feature in range(len(work.rows)):
        if totals[feature] < 2:
            continue
        for nth in range(len(work.groups) + 1):
            count = work.counts[feature, work.groups[nth - 1]] if nth else totals[feature]
            if count <= 0:
                continue
            at = int(known[count]) if count < _SMALL else -1
            if at < 0:
                at = seen
                values[at] = count
                seen += 1
                if count < _SMALL:
                    known[count] = at
            tags.found[feature, first + nth] = at
            tags.numbers[first + nth] = 0
    tags.sizes[first] = seen


@_part
def _number_all(work: Work, totals: Array) -> Tags:
    """Number the values of all properties, and the keys of those that are told."""
    features, columns = len(work.rows), len(work.columns)
    keys = len(work.key_ends) - 1
    tags = Tags(
        np.full((features, keys), -1, np.int32),
        np.empty((keys, features), np.int32),
        np.zeros(keys, np.int64),
        np.full(keys, -1, np.int64),
        np.zeros(keys, np.int64),
        np.zeros(features, np.int64),
    )
    everyone = np.ones(features, np.bool_)
    alone = totals == 1
    for key in range(columns):
        _number_values(work, alone if work.columns[key, flat.DETAIL] else everyone, tags, key)
    if keys > columns:
        _number_counts(work, tags, totals)
    told = 0
    for key in range(keys):
        if tags.numbers[key] == 0:
            tags.numbers[key] = told
            told += 1
    return tags


@_part
def _measure(tags: Tags, columns: int) -> None:
    """Find the bases, and the bytes of the tags of each feature."""
    features, keys = tags.found.shape
    for key in range(1, keys):
        tags.bases[key] = tags.bases[key - 1] + (tags.sizes[key - 1] if key <= columns else 0)
    for feature in range(features):
        size = 0
        for key in range(keys):
            at = int(tags.found[feature, key])
            if at >= 0:
                size += 1 + _width(tags.bases[key] + at)
        tags.widths[feature] = size


@_part
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


@_part
def _put_runs(column: Array, order: Array, out: Array, at: int) -> int:
    """Write ready entries; those that follow one another in memory are copied as one."""
    start = end = 0
    for nth in range(len(order)):
        first = _offset(column, order[nth])
        if first != end:
            _move(out.ctypes.data + at, column[flat.BLOB] + start, end - start)
            at, start = at + end - start, first
        end = _offset(column, order[nth] + 1)
    _move(out.ctypes.data + at, column[flat.BLOB] + start, end - start)
    return at + end - start


@_part
def _put_name(out: Array, at: int, letters: Array) -> int:
    """Write a text as an entry, without the zeros that fill it up."""
    size = len(letters)
    while size and letters[size - 1] == 0:
        size -= 1
    out[at] = 0x22
    at = _put(out, at + 1, 1 + _width(size) + size)
    out[at] = 0x0A
    return _copy(out, _put(out, at + 1, size), letters, 0, size)


@_part
def _put_whole(out: Array, at: int, number: int) -> int:
    """Write a whole number as an entry."""
    key, written = (0x28, number) if number >= 0 else (0x30, -2 * number - 1)
    out[at], out[at + 1], out[at + 2] = 0x22, 1 + _width(written), key
    return _put(out, at + 3, written)


@_part
def _put_number(out: Array, at: int, number: float, bits: int) -> int:
    """Write a number as an entry; `bits` are those of the same number."""
    if abs(number) <= EXACT and number == np.floor(number):
        return _put_whole(out, at, int(number))
    out[at], out[at + 1], out[at + 2] = 0x22, 9, 0x19
    for byte in range(8):
        out[at + 3 + byte] = (bits >> 8 * byte) & 0xFF
    return at + 11


@_part
def _put_uuid(out: Array, at: int, octets: Array) -> int:
    """Write a UUID as an entry."""
    out[at], out[at + 1], out[at + 2], out[at + 3] = 0x22, _UUID + 2, 0x0A, _UUID
    at += 4
    for nth in range(16):
        if nth in (4, 6, 8, 10):
            out[at] = 0x2D
            at += 1
        digits = 2 * int(octets[nth])
        out[at], out[at + 1] = _HEX[digits], _HEX[digits + 1]
        at += 2
    return at


@_part
def _put_entries(work: Work, tags: Tags, key: int, out: Array, at: int) -> int:
    """Write the values of one property."""
    column, order = work.columns[key], tags.order[key, : tags.sizes[key]]
    kind, width, place = column[flat.KIND], column[flat.WIDTH], _pointer(column[flat.DATA])
    if kind in (flat.TERMS, flat.TEXTS):
        return _put_runs(column, order, out, at)
    octets = carray(place, (_MANY,), np.uint8)
    numbers, bits = carray(place, (_MANY,), np.float64), carray(place, (_MANY,), np.int64)
    for value in order:
        if kind == flat.UUIDS:
            at = _put_uuid(out, at, octets[16 * value : 16 * value + 16])
        elif kind == flat.NAMES:
            at = _put_name(out, at, octets[width * value : width * (value + 1)])
        else:
            at = _put_number(out, at, numbers[value], bits[value])
    return at


@_part
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


@_part
def _put_feature(out: Array, at: int, tags: Tags, feature: int, place: tuple[int, int]) -> int:
    """Write one feature; its place is the zigzag of x and y."""
    x, y = place
    drawn, size = 1 + _width(x) + _width(y), tags.widths[feature]
    out[at] = 0x12
    at = _put(out, at + 1, 2 + 1 + _width(size) + size + 2 + drawn)
    out[at], out[at + 1], out[at + 2] = 0x18, 1, 0x12
    at = _put(out, at + 3, size)
    for key in range(len(tags.bases)):
        number = int(tags.found[feature, key])
        if number >= 0:
            out[at] = tags.numbers[key]
            at = _put(out, at + 1, tags.bases[key] + number)
    out[at], out[at + 1], out[at + 2] = 0x22, drawn, 0x09
    return _put(out, _put(out, at + 3, x), y)


@_part
def _put_layer(work: Work, tags: Tags, out: Array, at: int) -> int:
    """Write the layer's message: name, features, keys, values, extent."""
    at = _copy(out, at, work.name, 0, len(work.name))
    for feature in range(len(work.rows)):
        key = int(work.keys[feature])
        at = _put_feature(
            out, at, tags, feature, (_unit(key, work.zoom), _unit(key >> 1, work.zoom))
        )
    for key in range(len(tags.numbers)):
        if tags.numbers[key] >= 0:
            at = _copy(out, at, work.key_entries, work.key_ends[key], work.key_ends[key + 1])
    for key in range(len(work.columns)):
        at = _put_entries(work, tags, key, out, at)
    if len(tags.sizes) > len(work.columns):
        counts = tags.order[len(work.columns) :].reshape(-1)
        for nth in range(tags.sizes[len(work.columns)]):
            at = _put_whole(out, at, int(counts[nth]))
    out[at], out[at + 1], out[at + 2] = 0x28, 0x80, 0x20
    return at + 3


def _loop(work: Work) -> Array:
    """Return the bytes of the layer."""
    features, groups = work.counts.shape
    totals = np.ones(len(work.rows), np.int64)
    for feature in range(features):
        totals[feature] = 0
        for group in range(groups):
            totals[feature] += work.counts[feature, group]
    tags = _number_all(work, totals)
    _measure(tags, len(work.columns))
    size = _ROOM + len(work.name) + len(work.key_entries) + _entries_size(work, tags)
    size += len(work.rows) * (_FRAME + 6 * len(tags.sizes))
    out = work.room if len(work.room) >= size else np.empty(size, np.uint8)
    end = _put_layer(work, tags, out, _ROOM)
    start = _ROOM - 1 - _width(end - _ROOM)
    out[start] = 0x1A
    _put(out, start + 1, end - _ROOM)
    return out[start:end]


_LONGS, _TABLE, _BYTES = types.int64[::1], types.int64[:, ::1], types.uint8[::1]
_GIVEN = (_TABLE, _LONGS, types.uint64[::1], _TABLE, _LONGS, _BYTES, _LONGS, _BYTES, _BYTES)
_WORK = cast(Any, types.NamedTuple)([*_GIVEN, types.int32[::1], types.int64], Work)
_encode = njit(types.uint8[::1](_WORK), nogil=True, cache=True)(_loop)


def encode(name: str, dress: Dress, shown: Shown) -> bytes:
    """See `places.encode`."""
    if not len(shown.rows):
        return b""
    work = work_of(name, dress, shown)
    layer: bytes = _encode(work).tobytes()
    if len(layer) > len(work.room):
        make_room(len(layer))
    return layer

"""Bytes as a compiled loop writes them: numbers, texts and ids, at addresses.

Stores of eight bytes run past the end of what they say by up to seven: what comes next is written
over them, and whoever gives the room gives `SLACK` bytes more. They take the machine to be
little-endian, as all are that numba compiles for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy.typing as npt
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

SLACK = 8
_UUID = 36
_LOW = 0xFFFFFFFF
_NIBBLES = 0x000F000F000F000F
_EACH = 0x0101010101010101

Array = npt.NDArray[Any]
Function = TypeVar("Function", bound=Callable[..., Any])
part: Callable[[Function], Function] = cast(Any, njit(nogil=True))
"""Compiles a part of the loop, into it."""


def _inttoptr(_typing: Any, address: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), code


def _memcpy(_typing: Any, target: Any, source: Any, size: Any) -> Any:
    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        at, start = (builder.inttoptr(one, cgutils.voidptr_t) for one in arguments[:2])
        cast(Any, cgutils).raw_memcpy(builder, at, start, arguments[2], 1)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp), code


def _store_eight(_typing: Any, address: Any, number: Any) -> Any:
    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        at = builder.inttoptr(arguments[0], arguments[1].type.as_pointer())
        # Nothing stands at a multiple of eight here.
        builder.store(arguments[1], at, align=1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), code


def _load_eight(_typing: Any, address: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        at = builder.inttoptr(arguments[0], arguments[0].type.as_pointer())
        return builder.load(at, align=1)

    return types.int64(types.int64), code


pointer: Callable[[int], Any] = cast(Any, intrinsic(_inttoptr))
move: Callable[[int, int, int], None] = cast(Any, intrinsic(_memcpy))
store: Callable[[int, int], None] = cast(Any, intrinsic(_store_eight))
"""Write eight bytes at an address, the lowest first."""
_load: Callable[[int], int] = cast(Any, intrinsic(_load_eight))


@part
def width(number: int) -> int:
    """Return how many bytes a varint takes."""
    if number < 1 << 14:
        return 1 + (number > 0x7F)
    size = 3
    while number >> 7 * size:
        size += 1
    return size


@part
def put(out: Array, at: int, number: int) -> int:
    """Write a varint; return where the next byte goes."""
    while number > 0x7F:
        out[at] = number & 0x7F | 0x80
        number >>= 7
        at += 1
    out[at] = number
    return at + 1


@part
def copy(out: Array, at: int, source: Array, start: int, end: int) -> int:
    """Write a part of some bytes; return where the next one goes."""
    for place in range(start, end):
        out[at + place - start] = source[place]
    return at + end - start


@part
def _digits(octets: int) -> int:
    """Return the eight hexadecimal digits of four bytes, the first of all lowest."""
    spread = (octets | octets << 16) & 0x0000FFFF0000FFFF
    spread = (spread | spread << 8) & 0x00FF00FF00FF00FF
    nibbles = spread >> 4 & _NIBBLES | (spread & _NIBBLES) << 8
    letters = nibbles + 6 * _EACH >> 4 & _EACH
    return nibbles + 0x30 * _EACH + letters * 0x27


@part
def put_uuid(out: Array, at: int, address: int) -> int:
    """Write the UUID whose sixteen bytes stand at an address, as the entry of a text."""
    out[at], out[at + 1], out[at + 2], out[at + 3] = 0x22, _UUID + 2, 0x0A, _UUID
    first, last = _load(address), _load(address + 8)
    to = out.ctypes.data + at + 4
    second, third = _digits(first >> 32 & _LOW), _digits(last & _LOW)
    # Each store runs into the place of the next one; hyphens follow what they would lie under.
    store(to, _digits(first & _LOW))
    store(to + 9, second)
    store(to + 14, second >> 32)
    store(to + 19, third)
    store(to + 24, third >> 32)
    store(to + 28, _digits(last >> 32 & _LOW))
    for hyphen in (8, 13, 18, 23):
        out[at + 4 + hyphen] = 0x2D
    return at + 4 + _UUID

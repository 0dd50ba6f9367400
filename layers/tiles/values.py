"""The values of properties as they lie in memory, and those of some rows as a tile holds them.

A value is kept as a ready entry of a layer's `values`, from the time a column is built: a tile
copies bytes. What a column is made of is flat arrays, so that a compiled loop reads it as well.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from layers.ids import RowIds

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Rows: TypeAlias = npt.NDArray[np.integer[Any]] | slice

VALUE = 0x22
STRING, DOUBLE, UINT, SINT, BOOL = b"\x0a", b"\x19", b"\x28", b"\x30", b"\x38"
EXACT = 2**53
"""Readers in JavaScript hold no larger whole number."""
ONE_BYTE = 127
_SMALL_DICTIONARY = 4096
_SHORT = 24
"""Bytes; entries that are shorter are copied byte by byte, others one by one."""


class Picked(NamedTuple):
    """One property of the features of a tile."""

    indices: npt.NDArray[np.integer[Any]]
    """Of each feature's value among `size` entries, -1 where it has none."""
    entries: bytes
    """The protobuf entries of those values."""
    size: int


class Column(Protocol):
    """The values that a property has in all rows of a layer."""

    def pick(self, rows: Rows) -> Picked:
        """Return the values of some rows, given in ascending order."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A column most of whose values are distinct: one entry a row.

    No entry is shorter than two bytes: a row with fewer has no value.
    """

    blob: Bytes
    offsets: npt.NDArray[np.integer[Any]]

    def pick(self, rows: Rows) -> Picked:
        """Return the values of some rows, given in ascending order."""
        if isinstance(rows, slice):
            offsets = self.offsets[rows.start : rows.stop + 1]
            starts, ends = offsets[:-1], offsets[1:]
        else:
            starts, ends = self.offsets[rows], self.offsets[rows + 1]
        sizes = ends - starts
        present = sizes > 1
        count = int(np.count_nonzero(present))
        if not count:
            return nothing(len(sizes))
        if isinstance(rows, slice) and int(sizes.sum(where=present)) == ends[-1] - starts[0]:
            entries = self.blob[starts[0] : ends[-1]].tobytes()
        else:
            entries = gathered(self.blob, starts[present], ends[present])
        if count == len(sizes):
            return Picked(np.arange(count, dtype=np.int32), entries, count)
        indices = np.cumsum(present, dtype=np.int32)
        return Picked(np.where(present, indices - 1, -1), entries, count)


@dataclass(frozen=True, slots=True)
class Terms:
    """A column of few values: a code for each row, -1 where it has none."""

    codes: npt.NDArray[np.signedinteger[Any]]
    blob: Bytes
    """The entries of all values, in the order of their codes."""
    offsets: npt.NDArray[np.integer[Any]]

    def pick(self, rows: Rows) -> Picked:
        """Return the values of some rows."""
        codes = self.codes[rows]
        if len(self.offsets) <= _SMALL_DICTIONARY:
            used, indices = self._marked(codes)
        else:
            used, indices = self._numbered(codes)
        entries = gathered(self.blob, self.offsets[used], self.offsets[used + 1])
        return Picked(indices, entries, len(used))

    def _marked(self, codes: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int32]]:
        """Return the codes in use and, for each row, which of them is its own."""
        places = codes.astype(np.intp)
        known = np.full(len(self.offsets), -1, np.int32)
        known[places] = 0
        known[-1] = -1  # where the code -1 was marked
        used = np.flatnonzero(known == 0)
        known[used] = np.arange(len(used), dtype=np.int32)
        return used, known.take(places, mode="wrap")

    def _numbered(self, codes: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int32]]:
        """As `_marked`, at the cost of the rows, however large the dictionary is."""
        numbers = np.arange(len(codes), dtype=np.int32)
        # Nothing is read of this but what has just been written: it need not be cleared.
        last = np.empty(len(self.offsets), np.int32)
        last[codes] = numbers
        speaker = last[codes]
        speaks = (speaker == numbers) & (codes >= 0)
        indices = np.cumsum(speaks, dtype=np.int32)[speaker] - 1
        return codes[speaks], np.where(codes >= 0, indices, -1)


@dataclass(frozen=True, slots=True)
class Names:
    """A column of ids, all distinct."""

    ids: RowIds

    def pick(self, rows: Rows) -> Picked:
        """Return the values of some rows."""
        return distinct(self.ids[rows])


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of many numbers, NaN where a row has none. Whole ones are written as integers."""

    numbers: npt.NDArray[np.float64]

    def pick(self, rows: Rows) -> Picked:
        """Return the values of some rows."""
        numbers = self.numbers[rows]
        known = ~np.isnan(numbers)
        used, which = np.unique(numbers[known], return_inverse=True)
        indices = np.full(len(numbers), -1)
        indices[known] = which
        return Picked(indices, b"".join(map(entry, used.tolist())), len(used))


Source: TypeAlias = Texts | Terms | Names | Numbers
"""What a column is made of."""


def nothing(count: int) -> Picked:
    """Return a property that none of `count` features has."""
    return Picked(np.full(count, -1, np.int32), b"", 0)


def gathered(
    blob: Bytes, starts: npt.NDArray[np.integer[Any]], ends: npt.NDArray[np.integer[Any]]
) -> bytes:
    """Return some entries end to end."""
    sizes = ends - starts
    if len(sizes) and int(sizes.sum()) < _SHORT * len(sizes):
        shift = np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        return blob[shift + np.arange(len(shift))].tobytes()
    view = memoryview(blob.data)
    spans = zip(starts.tolist(), ends.tolist(), strict=True)
    return b"".join([view[start:end] for start, end in spans])


def column(values: Sequence[Any] | npt.NDArray[Any]) -> Terms | Texts:
    """Return the column of these values; None stands for no value.

    Args:
        values: Text, numbers or truth values, one a row. Whole floats are written as integers.
    """
    codes: dict[Any, int] = {None: -1}
    numbered = np.fromiter(
        (codes.setdefault(value, len(codes) - 1) for value in values), np.int32, len(values)
    )
    return coded(numbered, list(codes)[1:])


def coded(codes: npt.NDArray[np.integer], values: Sequence[Any]) -> Terms | Texts:
    """Return the column of values that are numbered already.

    Args:
        codes: Of each row's value in `values`, -1 where it has none.
        values: Text, numbers or truth values, each once.
    """
    entries = [entry(value) for value in values]
    if len(entries) > max(_SMALL_DICTIONARY, len(codes) // 4):
        return _texts([entries[code] if code >= 0 else b"" for code in codes.tolist()])
    dictionary = _texts(entries)
    return Terms(codes.astype(np.int32), dictionary.blob, dictionary.offsets)


def texts(values: Sequence[str | None] | npt.NDArray[Any]) -> Texts:
    """Return a column of texts that are taken as distinct; None stands for no text."""
    return _texts([b"" if value is None else text_entry(value) for value in values])


def _texts(entries: Sequence[bytes]) -> Texts:
    offsets = np.zeros(len(entries) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, entries), np.int64, len(entries)), out=offsets[1:])
    return Texts(np.frombuffer(b"".join(entries), np.uint8), offsets)


def numbers(values: Ints) -> Picked:
    """Return a property of whole numbers from 0; features with 0 do not have it."""
    used = np.unique(values[values > 0])
    indices = np.where(values > 0, np.searchsorted(used, values), -1)
    return Picked(indices, b"".join(map(whole, used.tolist())), len(used))


def entry(value: str | float | bool) -> bytes:
    """Return one value as an entry of a layer's `values`."""
    if isinstance(value, str):
        return text_entry(value)
    if isinstance(value, bool):
        body = BOOL + bytes([value])
    elif float(value).is_integer() and abs(value) <= EXACT:
        number = int(value)
        body = UINT + varint(number) if number >= 0 else SINT + varint(-2 * number - 1)
    else:
        body = DOUBLE + struct.pack("<d", value)
    return bytes([VALUE]) + sized(body)


def text_entry(value: str) -> bytes:
    """Return a text as an entry of a layer's `values`."""
    encoded = value.encode()
    return _text_head(len(encoded)) + encoded


def text_of(entry: bytes) -> str:
    """Return the text of an entry that `text_entry` made."""
    at = 1
    for _ in range(2):
        while entry[at] > 0x7F:
            at += 1
        at += 2  # the last byte of the length, and the key of the text or its first letter
    return entry[at - 1 :].decode()


def distinct(values: npt.NDArray[np.bytes_]) -> Picked:
    """Return a property of short texts in UTF-8, all taken as distinct."""
    count, width = len(values), values.dtype.itemsize
    if width > ONE_BYTE - 2:
        entries = b"".join(text_entry(value.decode()) for value in values.tolist())
        return Picked(np.arange(count), entries, count)
    letters = np.ascontiguousarray(values).view(np.uint8).reshape(count, width)
    matrix = np.empty((count, width + 4), np.uint8)
    matrix[:, :4] = VALUE, width + 2, STRING[0], width
    if width % 4:
        matrix[:, 4:] = letters
    else:
        # Ids of four letters at a time: rows are short, and each part of one costs the same.
        matrix.view(np.uint32)[:, 1:] = letters.view(np.uint32)
    indices = np.arange(count, dtype=np.int32)
    if letters[:, -1:].all():
        return Picked(indices, matrix.tobytes(), count)
    sizes = np.char.str_len(values)
    matrix[:, 1], matrix[:, 3] = sizes + 2, sizes
    kept = np.arange(width + 4) < sizes[:, None] + 4
    return Picked(indices, matrix[kept].tobytes(), count)


@lru_cache(maxsize=1024)
def _text_head(length: int) -> bytes:
    head = STRING + varint(length)
    return bytes([VALUE]) + varint(len(head) + length) + head


@lru_cache(maxsize=16_384)
def whole(value: int) -> bytes:
    """Return a whole number as an entry of a layer's `values`."""
    return entry(value)


def varint(number: int) -> bytes:
    """Return a number from 0 as protobuf writes it: seven bits a byte, the lowest first."""
    septets = bytearray()
    while number > 0x7F:
        septets.append(number & 0x7F | 0x80)
        number >>= 7
    septets.append(number)
    return bytes(septets)


def sized(body: bytes) -> bytes:
    """Return bytes after their length."""
    return varint(len(body)) + body

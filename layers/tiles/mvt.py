"""Mapbox Vector Tiles, version 2, written column by column with NumPy.

Everything in a feature is a protobuf varint: field numbers, lengths, tag indices and geometry
commands. A layer's features are therefore laid out as one stream of numbers, and the stream
becomes bytes at once; no feature is ever an object of its own. Values of properties are kept as
ready-made protobuf entries from the time a column is built, so a tile copies bytes.

Source:
    Mapbox Vector Tile Specification 2.1, https://github.com/mapbox/vector-tile-spec.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

EXTENT = 4096
"""Units along the edge of a tile."""

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.integer[Any]]
Numbers = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]

# Protobuf keys: field number << 3 | wire type.
_TILE_LAYER = b"\x1a"
_LAYER_HEAD = b"\x78\x02\x0a"  # version = 2, then the name
_LAYER_KEY = b"\x1a"
_LAYER_EXTENT = b"\x28\x80\x20"  # 4096
_LAYER_VALUE = 0x22
_LAYER_FEATURE = 0x12
_FEATURE_TAGS = 0x12
_FEATURE_TYPE = 0x18
_FEATURE_GEOMETRY = 0x22
_STRING, _DOUBLE, _UINT, _SINT, _BOOL = b"\x0a", b"\x19", b"\x28", b"\x30", b"\x38"

_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 15
_SMALL_DICTIONARY = 4096
_ONE_BYTE = 127
_EXACT = 2**53  # Readers in JavaScript hold no larger whole number.


class GeometryType(IntEnum):
    """What the commands of a feature draw."""

    POINT = 1
    LINE = 2
    POLYGON = 3


class Ragged(NamedTuple):
    """A list of numbers for each feature, end to end."""

    numbers: Ints
    lengths: Ints
    """How many of `numbers` belong to each feature, shape (features,)."""

    def take(self, features: Ints) -> Ragged:
        """Return some of the features."""
        starts = np.cumsum(self.lengths) - self.lengths
        lengths = self.lengths[features]
        return Ragged(self.numbers[spans(starts[features], lengths)], lengths)


class Picked(NamedTuple):
    """One property of the features of a tile."""

    indices: Ints
    """Of each feature's value among `size` entries, -1 where it has none."""
    entries: bytes
    """The protobuf entries of those values."""
    size: int


class Column(Protocol):
    """The values that a property has in all rows of a layer."""

    def pick(self, rows: Places) -> Picked:
        """Return the values of some rows, given in ascending order."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A column most of whose values are distinct: one entry a row, empty where it has none."""

    blob: Bytes
    offsets: Ints

    def pick(self, rows: Places) -> Picked:
        """Return the values of some rows, given in ascending order."""
        if not len(rows):
            return Picked(np.empty(0, np.int64), b"", 0)
        starts, ends = self.offsets[rows], self.offsets[rows + 1]
        present = ends > starts
        indices = np.where(present, np.cumsum(present) - 1, -1)
        if rows[-1] - rows[0] + 1 == len(rows):
            entries = self.blob[starts[0] : ends[-1]]
        else:
            entries = self.blob[spans(starts, ends - starts)]
        return Picked(indices, entries.tobytes(), int(present.sum()))


@dataclass(frozen=True, slots=True)
class Terms:
    """A column of few values: a code for each row, -1 where it has none."""

    codes: npt.NDArray[np.int32]
    entries: Sequence[bytes]

    def pick(self, rows: Places | slice) -> Picked:
        """Return the values of some rows."""
        codes = self.codes[rows]
        if len(self.entries) <= _SMALL_DICTIONARY:
            used = np.flatnonzero(np.bincount(codes + 1, minlength=1)[1:])
        else:
            used = np.unique(codes[codes >= 0])
        indices = np.where(codes >= 0, np.searchsorted(used, codes), -1)
        return Picked(indices, b"".join([self.entries[code] for code in used.tolist()]), len(used))


def column(values: Sequence[Any] | npt.NDArray[Any]) -> Column:
    """Return the column of these values; None stands for no value.

    Args:
        values: Text, numbers or truth values, one a row. Whole floats are written as integers.
    """
    codes: dict[Any, int] = {None: -1}
    numbered = np.fromiter(
        (codes.setdefault(value, len(codes) - 1) for value in values), np.int32, len(values)
    )
    return coded(numbered, list(codes)[1:])


def coded(codes: npt.NDArray[np.integer], values: Sequence[Any]) -> Column:
    """Return the column of values that are numbered already.

    Args:
        codes: Of each row's value in `values`, -1 where it has none.
        values: Text, numbers or truth values, each once.
    """
    entries = [entry(value) for value in values]
    if len(entries) > max(_SMALL_DICTIONARY, len(codes) // 4):
        return _texts([entries[code] if code >= 0 else b"" for code in codes.tolist()])
    return Terms(codes.astype(np.int32), tuple(entries))


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
    return Picked(indices, b"".join(map(_number, used.tolist())), len(used))


def entry(value: str | float | bool) -> bytes:
    """Return one value as an entry of a layer's `values`."""
    if isinstance(value, str):
        return text_entry(value)
    if isinstance(value, bool):
        body = _BOOL + bytes([value])
    elif float(value).is_integer() and abs(value) <= _EXACT:
        number = int(value)
        body = _UINT + _varint(number) if number >= 0 else _SINT + _varint(-2 * number - 1)
    else:
        body = _DOUBLE + struct.pack("<d", value)
    return bytes([_LAYER_VALUE]) + _sized(body)


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
    if width > _ONE_BYTE - 2:
        entries = b"".join(text_entry(value.decode()) for value in values.tolist())
        return Picked(np.arange(count), entries, count)
    sizes = np.char.str_len(values)
    matrix = np.empty((count, width + 4), np.uint8)
    matrix[:, 0], matrix[:, 1], matrix[:, 2] = _LAYER_VALUE, sizes + 2, _STRING[0]
    matrix[:, 3] = sizes
    matrix[:, 4:] = np.ascontiguousarray(values).view(np.uint8).reshape(count, width)
    if (sizes == width).all():
        return Picked(np.arange(count), matrix.tobytes(), count)
    return Picked(
        np.arange(count), matrix[np.arange(width + 4) < sizes[:, None] + 4].tobytes(), count
    )


@lru_cache(maxsize=1024)
def _text_head(length: int) -> bytes:
    head = _STRING + _varint(length)
    return bytes([_LAYER_VALUE]) + _varint(len(head) + length) + head


@lru_cache(maxsize=16_384)
def _number(value: int) -> bytes:
    return entry(value)


def points(coordinates: Ints) -> Ragged:
    """Return the geometry of features of one point each, shape (n, 2), tile units."""
    commands = np.empty((len(coordinates), 3), np.int64)
    commands[:, 0] = 1 << 3 | _MOVE_TO
    commands[:, 1:] = zigzag(coordinates)
    return Ragged(commands.ravel(), np.full(len(coordinates), 3))


def multipoints(coordinates: Ints, features: Ints, count: int) -> Ragged:
    """Return the geometry of features of several points.

    Args:
        coordinates: Tile units, shape (points, 2).
        features: The feature of each point, ascending, shape (points,); each of 0 … count - 1
            has at least one.
        count: Number of features.
    """
    sizes = np.bincount(features, minlength=count)
    heads = sizes << 3 | _MOVE_TO
    steps = _steps(coordinates, features)
    return Ragged(np.insert(steps.ravel(), 2 * (np.cumsum(sizes) - sizes), heads), 2 * sizes + 1)


def paths(
    coordinates: Ints, path_of: Ints, feature_of: Ints, count: int, *, closed: bool
) -> Ragged:
    """Return the geometry of lines, or of the rings of polygons.

    Args:
        coordinates: Tile units, shape (vertices, 2); a ring without its repeated last vertex.
        path_of: The path of each vertex, ascending, shape (vertices,).
        feature_of: The feature of each path, ascending, shape (paths,). Outer rings stand
            before their holes and have positive area in tile units (y down), holes negative.
        count: Number of features.
        closed: Whether paths are rings.
    """
    sizes = np.bincount(path_of, minlength=len(feature_of))
    lengths = 2 * sizes + 2 + closed
    starts = np.cumsum(lengths) - lengths
    numbers = np.empty(int(lengths.sum()), np.int64)
    first = np.cumsum(sizes) - sizes
    # Two numbers for each vertex, one command before the first, another one after it.
    places = np.repeat(starts - 2 * first + 2, sizes) + np.arange(0, 2 * len(path_of), 2)
    places[first] -= 1
    steps = _steps(coordinates, feature_of[path_of])
    numbers[places], numbers[places + 1] = steps[:, 0], steps[:, 1]
    numbers[starts] = 1 << 3 | _MOVE_TO
    numbers[starts + 3] = (sizes - 1) << 3 | _LINE_TO
    if closed:
        numbers[starts + lengths - 1] = _CLOSE_PATH
    return Ragged(numbers, _sums(lengths, feature_of, count))


def scattered(picked: Picked, places: Ints, count: int) -> Picked:
    """Return a property of some features as one of all `count`; `places` says which they are."""
    indices = np.full(count, -1, np.int64)
    indices[places] = picked.indices
    return Picked(indices, picked.entries, picked.size)


def encode_layer(
    name: str,
    properties: Sequence[tuple[str, Picked]],
    geometry: Ragged,
    types: npt.NDArray[np.integer],
) -> bytes:
    """Return one layer of a tile, empty where there is no feature.

    Args:
        name: Name of the layer.
        properties: Key and values of each property; values in the order of the features.
        geometry: Commands of each feature, from `points`, `multipoints` or `paths`.
        types: `GeometryType` of each feature, shape (features,).
    """
    if not len(types):
        return b""
    used = [(key, picked) for key, picked in properties if picked.size]
    body = [_LAYER_HEAD + _sized(name.encode()), _features(used, geometry, types)]
    body += [_LAYER_KEY + _sized(key.encode()) for key, _ in used]
    body += [picked.entries for _, picked in used]
    body.append(_LAYER_EXTENT)
    return _TILE_LAYER + _sized(b"".join(body))


def joined(parts: Sequence[Ragged]) -> Ragged:
    """Return the features of all parts, one part after the other."""
    return Ragged(*(np.concatenate(lists) for lists in zip(*parts, strict=True)))


def _features(
    properties: Sequence[tuple[str, Picked]], geometry: Ragged, types: npt.NDArray[np.integer]
) -> bytes:
    """Return all features: type, tags, geometry; the fields of a message have no order."""
    tags = _tags([picked for _, picked in properties], len(types))
    sizes = 6 + tags.lengths + 2 + geometry.lengths
    starts = np.cumsum(sizes) - sizes
    after_tags = starts + 6 + tags.lengths
    stream = np.zeros(int(sizes.sum()), np.uint32)
    stream[starts], stream[starts + 2], stream[starts + 3] = _LAYER_FEATURE, _FEATURE_TYPE, types
    stream[starts + 4] = _FEATURE_TAGS
    stream[spans(starts + 6, tags.lengths)] = tags.numbers
    stream[after_tags] = _FEATURE_GEOMETRY
    stream[spans(after_tags + 2, geometry.lengths)] = geometry.numbers
    width = _width(stream)
    # Inner lengths first: the length of the whole feature counts their own bytes too.
    for place, first, after in (
        (starts + 5, starts + 6, after_tags),
        (after_tags + 1, after_tags + 2, starts + sizes),
        (starts + 1, starts + 2, starts + sizes),
    ):
        ends = np.concatenate([[0], np.cumsum(width, dtype=np.int64)])
        stream[place] = ends[after] - ends[first]
        width[place] = _width(stream[place])
    return _varints(stream, width).tobytes()


def _tags(picked: Sequence[Picked], count: int) -> Ragged:
    """Return pairs of key and value index for each feature."""
    if not picked:
        return Ragged(np.empty(0, np.int64), np.zeros(count, np.int64))
    values = np.column_stack([one.indices for one in picked])
    present = values >= 0
    bases = np.cumsum([0, *(one.size for one in picked[:-1])])
    pairs = np.empty((*values.shape, 2), np.int64)
    pairs[:, :, 0] = np.arange(len(picked))
    pairs[:, :, 1] = values + bases
    return Ragged(pairs[present].ravel(), 2 * present.sum(axis=1))


def _steps(coordinates: Ints, features: Ints) -> Ints:
    """Return zigzag steps from vertex to vertex; each feature starts from the origin."""
    steps = coordinates.copy()
    steps[1:] -= coordinates[:-1]
    starts = np.flatnonzero(features[1:] != features[:-1]) + 1
    steps[starts] = coordinates[starts]
    return zigzag(steps)


def zigzag(values: Ints) -> Ints:
    """Return whole numbers as the specification counts them: 0, -1, 1, -2 as 0, 1, 2, 3."""
    return (values << 1) ^ (values >> 63)


def unzigzag(numbers: Ints) -> Ints:
    """Return the whole numbers of which `zigzag` made these."""
    return (numbers >> 1) ^ -(numbers & 1)


def spans(starts: Ints, lengths: Ints) -> Ints:
    """Return start, start + 1, … for each span, end to end."""
    shift = starts - (np.cumsum(lengths) - lengths)
    return np.repeat(shift, lengths) + np.arange(int(lengths.sum()))


def _sums(values: Ints, groups: Ints, count: int) -> Ints:
    return np.bincount(groups, weights=values, minlength=count).astype(np.int64)


def _width(values: Numbers) -> Bytes:
    """Return how many bytes each number takes as a varint."""
    width = np.ones(len(values), np.uint8)
    bits, highest = 7, int(values.max(initial=0))
    while highest >> bits:
        width += values >= 1 << bits
        bits += 7
    return width


def _varints(values: Numbers, width: Bytes) -> Bytes:
    """Return the bytes of numbers, seven bits a byte, the lowest first."""
    at = np.cumsum(width, dtype=np.int64) - width
    octets = np.empty(int(width.sum(dtype=np.int64)), np.uint8)
    while len(values):
        more = width > 1
        octets[at] = values.astype(np.uint8) & 0x7F | more.view(np.uint8) << 7
        rest = np.flatnonzero(more)
        values, width, at = values[rest] >> np.uint32(7), width[rest] - 1, at[rest] + 1
    return octets


def _varint(number: int) -> bytes:
    septets = bytearray()
    while number > 0x7F:
        septets.append(number & 0x7F | 0x80)
        number >>= 7
    septets.append(number)
    return bytes(septets)


def _sized(body: bytes) -> bytes:
    return _varint(len(body)) + body

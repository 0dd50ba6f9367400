"""Mapbox Vector Tiles, version 2, written column by column with NumPy.

Everything in a feature is a protobuf varint: field numbers, lengths, tag indices and geometry
commands. A layer's features are therefore laid out as one stream of numbers, and the stream
becomes bytes at once; no feature is ever an object of its own. Values of properties are kept as
ready-made protobuf entries from the time a column is built, so a tile copies bytes.

Source:
    Mapbox Vector Tile Specification 2.1, https://github.com/mapbox/vector-tile-spec.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layers.tiles.values import (
    Bytes,
    Column,
    Ints,
    Picked,
    Terms,
    Texts,
    coded,
    column,
    distinct,
    entry,
    numbers,
    sized,
    text_entry,
    text_of,
    texts,
)

__all__ = [
    "EXTENT", "LAYER_HEAD", "LAYER_KEY", "Column", "GeometryType", "Ints", "Picked", "Ragged",
    "Terms", "Texts", "coded", "column", "distinct", "encode_layer", "entry", "joined",
    "multipoints", "numbers", "paths", "points", "scattered", "spans", "text_entry", "text_of",
    "texts", "whole_layer",
]  # fmt: skip

EXTENT = 4096
"""Units along the edge of a tile."""

Numbers = npt.NDArray[np.uint32]

# Protobuf keys: field number << 3 | wire type.
_TILE_LAYER = b"\x1a"
LAYER_HEAD = b"\x78\x02\x0a"  # version = 2, then the name
LAYER_KEY = b"\x1a"
_LAYER_EXTENT = b"\x28\x80\x20"  # 4096
_LAYER_FEATURE = 0x12
_FEATURE_TAGS = 0x12
_FEATURE_TYPE = 0x18
_FEATURE_GEOMETRY = 0x22

_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 15


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
    entries = [picked.entries for _, picked in used]
    return whole_layer(name, _features(used, geometry, types), [key for key, _ in used], entries)


def whole_layer(name: str, features: bytes, keys: Sequence[str], entries: Sequence[bytes]) -> bytes:
    """Return a layer of its features, its keys and the entries of their values."""
    said = [LAYER_KEY + sized(key.encode()) for key in keys]
    head = LAYER_HEAD + sized(name.encode())
    return _TILE_LAYER + sized(b"".join([head, features, *said, *entries, _LAYER_EXTENT]))


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

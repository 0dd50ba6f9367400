"""Cut shapes into the tiles of one zoom, coarse tiles first, so that each cut is of little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geomap.grid import MAX_LAT, to_unit_square
from layers.bake.topology import Geometries
from layers.tiles import mvt

BUFFER = 64
"""Units beyond the edge of a tile that are drawn too, so that no edge shows."""

_POLYGON_CORNERS = 5


class Piece(NamedTuple):
    """What lies in one tile: shapes in units from the tile's north-west corner."""

    x: int
    y: int
    shapes: Geometries
    rows: npt.NDArray[np.intp]
    """The row of each shape among those that were cut, ascending."""


def projected(shapes: Geometries, z: int) -> Geometries:
    """Return shapes given in degrees in units of zoom `z` from the north-west, y down.

    What lies beyond the Mercator square is cut off, so that some shapes may be empty.
    """
    # Cut off, not pressed to the edge: a ring pressed flat runs over itself.
    inside = shapely.clip_by_rect(shapes, -180, -MAX_LAT, 180, MAX_LAT)
    unit = to_unit_square(shapely.get_coordinates(inside))
    return np.asarray(shapely.set_coordinates(inside, unit * (mvt.EXTENT << z)))


def cut(shapes: Geometries, z: int) -> Iterator[Piece]:
    """Yield the pieces of projected shapes in every tile of zoom `z` that holds any."""
    whole = Piece(0, 0, shapes, np.arange(len(shapes)))
    yield from _quartered(whole, 0, z)


def covers(piece: Piece) -> bool:
    """Tell whether a tile lies wholly within one polygon."""
    if len(piece.shapes) != 1:
        return False
    shape = piece.shapes[0]
    edge = (mvt.EXTENT + 2 * BUFFER) ** 2
    corners = shapely.get_num_coordinates(shape)
    return bool(corners == _POLYGON_CORNERS and shapely.area(shape) == edge)


def _quartered(piece: Piece, level: int, z: int) -> Iterator[Piece]:
    if level == z:
        corner = np.array([piece.x, piece.y]) * mvt.EXTENT
        moved = shapely.get_coordinates(piece.shapes) - corner
        yield piece._replace(shapes=shapely.set_coordinates(piece.shapes, moved))
        return
    for dy in (0, 1):
        for dx in (0, 1):
            child = _clipped(piece, 2 * piece.x + dx, 2 * piece.y + dy, mvt.EXTENT << z - level - 1)
            if len(child.shapes):
                yield from _quartered(child, level + 1, z)


def _clipped(piece: Piece, x: int, y: int, size: int) -> Piece:
    west, north = x * size - BUFFER, y * size - BUFFER
    edge = size + 2 * BUFFER
    clipped = shapely.clip_by_rect(piece.shapes, west, north, west + edge, north + edge)
    left = ~shapely.is_empty(clipped)
    return Piece(x, y, clipped[left], piece.rows[left])

"""Shapes of a tile as features of a vector tile: whole units, no vertex twice, rings turned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from layers.bake.topology import Geometries
from layers.tiles import mvt

Ints = npt.NDArray[np.int64]

_LINE, _POLYGON = 1, 3


class Drawn(NamedTuple):
    """Features of one layer of a tile."""

    geometry: mvt.Ragged
    types: npt.NDArray[np.int64]
    rows: npt.NDArray[np.intp]
    """The row of each feature in the columns of its theme."""


_NONE = np.empty(0, dtype=np.int64)
_NOTHING = Drawn(mvt.Ragged(_NONE, _NONE), _NONE, _NONE)


def polygons(shapes: Geometries, rows: npt.NDArray[np.intp]) -> Drawn:
    """Return polygons, one feature each; those smaller than a unit are left out."""
    parts, part_rows = _parts(shapes, rows, _POLYGON)
    if not len(parts):
        return _NOTHING
    parts = shapely.orient_polygons(parts)
    _, corners, (rings, owners) = shapely.to_ragged_array(parts)
    ring_of = np.repeat(np.arange(len(rings) - 1), np.diff(rings))
    polygon_of_ring = np.repeat(np.arange(len(parts)), np.diff(owners))
    units, ring_of = _distinct(np.rint(corners).astype(np.int64), ring_of)
    turned = _areas(units, ring_of, len(rings) - 1)
    outer = np.zeros(len(rings) - 1, dtype=bool)
    outer[owners[:-1]] = True
    sound = np.where(outer, turned > 0, turned < 0)
    sound &= sound[owners[:-1]][polygon_of_ring]
    # The last vertex of a ring repeats the first, which closing the path says.
    inner = np.diff(ring_of, append=-1) == 0
    keep = sound[ring_of] & inner
    return _paths(units[keep], ring_of[keep], sound, polygon_of_ring, part_rows, closed=True)


def lines(shapes: Geometries, rows: npt.NDArray[np.intp]) -> Drawn:
    """Return lines, one feature each; those shorter than a unit are left out."""
    parts, part_rows = _parts(shapes, rows, _LINE)
    if not len(parts):
        return _NOTHING
    vertices, line_of = shapely.get_coordinates(parts, return_index=True)
    units, line_of = _distinct(np.rint(vertices).astype(np.int64), line_of)
    sound = np.bincount(line_of, minlength=len(parts)) > 1
    keep = sound[line_of]
    return _paths(units[keep], line_of[keep], sound, np.arange(len(parts)), part_rows, closed=False)


def points(shapes: Geometries, rows: npt.NDArray[np.intp]) -> Drawn:
    """Return points, one feature each."""
    units = np.rint(shapely.get_coordinates(shapes)).astype(np.int64)
    return Drawn(mvt.points(units), np.full(len(rows), int(mvt.GeometryType.POINT)), rows)


def _parts(
    shapes: Geometries, rows: npt.NDArray[np.intp], kind: int
) -> tuple[Geometries, npt.NDArray[np.intp]]:
    singles, outer = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(singles, return_index=True)
    wanted = shapely.get_type_id(parts) == kind
    return parts[wanted], rows[outer[inner[wanted]]]


def _distinct(units: Ints, path_of: npt.NDArray[np.intp]) -> tuple[Ints, npt.NDArray[np.intp]]:
    moved = (np.diff(units, axis=0, prepend=units[:1] - 1) != 0).any(axis=1)
    kept = moved | (np.diff(path_of, prepend=-1) != 0)
    return units[kept], path_of[kept]


def _areas(units: Ints, ring_of: npt.NDArray[np.intp], count: int) -> Ints:
    """Return twice the area of each closed ring, positive where y down and x right turn."""
    cross = units[:-1, 0] * units[1:, 1] - units[1:, 0] * units[:-1, 1]
    same = ring_of[:-1] == ring_of[1:]
    sums = np.bincount(ring_of[:-1][same], weights=cross[same], minlength=count)
    return sums.astype(np.int64)


def _paths(
    units: Ints,
    path_of: npt.NDArray[np.intp],
    sound: npt.NDArray[np.bool_],
    part_of: npt.NDArray[np.intp],
    part_rows: npt.NDArray[np.intp],
    *,
    closed: bool,
) -> Drawn:
    """Return the sound paths, numbered anew, as the features that still have any."""
    renumbered = np.cumsum(sound) - 1
    features, feature_of = np.unique(part_of[sound], return_inverse=True)
    geometry = mvt.paths(units, renumbered[path_of], feature_of, len(features), closed=closed)
    kind = mvt.GeometryType.POLYGON if closed else mvt.GeometryType.LINE
    return Drawn(geometry, np.full(len(features), int(kind)), part_rows[features])

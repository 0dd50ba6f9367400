"""Geometry literals: coordinates checked, brought into OGC:CRS84, and made into shapes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import shapely

from geomap.errors import CoordinateOutOfRange
from geomap.places import Bounds
from geomap.systems import System, in_degrees
from layers.cql2.raw import Box, Geometry, refused
from layers.cql2.tree import Shape

MOST_VERTICES = 1000
_DEPTHS: Mapping[str, int] = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_STEPS = 16
"""Into how many pieces the sides of a box in another system are cut before it is turned."""


def shape_of(said: Box | Geometry, system: System) -> Shape:
    """Return the shape of a literal.

    Args:
        said: A box or a geometry.
        system: Of its coordinates, axes in the order of its definition.

    Raises:
        ParameterInvalid: It is no geometry, crosses itself, or lies beyond the world.
    """
    made = _box(said, system) if isinstance(said, Box) else _geometry(said.json, said.at)
    # A box in degrees may cross the antimeridian; it is checked and cut already.
    if isinstance(said, Geometry) or not system.is_storage:
        made = _within_the_world(made, system, said.at)
    if not shapely.is_valid(made):
        reason = shapely.is_valid_reason(made)
        raise refused(said.at, shapely.get_type_id(made), f"a valid geometry is expected: {reason}")
    return Shape(shapely.to_wkb(made))


def _box(said: Box, system: System) -> shapely.Geometry:
    half = len(said.numbers) // 2
    corners = (*said.numbers[:2], *said.numbers[half : half + 2])
    if not system.is_storage:
        return _plain_box(corners, said.at)
    try:
        parts = Bounds(*corners).parts()
    except CoordinateOutOfRange as problem:
        raise refused(said.at, list(said.numbers), str(problem)) from problem
    return shapely.union_all(
        [_flat(part.west, part.south, part.east, part.north) for part in parts]
    )


def _plain_box(corners: Sequence[float], at: str) -> shapely.Geometry:
    west, south, east, north = corners
    if not (all(map(math.isfinite, corners)) and west <= east and south <= north):
        raise refused(at, list(corners), "the lower corner, then the upper one, are expected.")
    box = _flat(west, south, east, north)
    longest = max(east - west, north - south)
    return shapely.segmentize(box, longest / _STEPS) if longest else box


def _flat(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """Return a box; where it has no width or no height, the line or the point that it is."""
    if west < east and south < north:
        return shapely.box(west, south, east, north)
    ends = [(west, south), (east, north)]
    return shapely.Point(*ends[0]) if ends[0] == ends[1] else shapely.LineString(ends)


def _geometry(json: Mapping[str, Any], at: str) -> shapely.Geometry:
    if _counted(json, at) > MOST_VERTICES:
        raise refused(at, json.get("type"), f"up to {MOST_VERTICES} positions are allowed.")
    try:
        return shapely.force_2d(shapely.from_geojson(orjson.dumps(json)))
    except shapely.errors.GEOSException as problem:
        raise refused(at, json.get("type"), f"a geometry is expected: {problem}.") from problem


def _counted(json: Mapping[str, Any], at: str) -> int:
    """Return how many positions a geometry has, all of which are checked."""
    kind = json.get("type")
    if kind == "GeometryCollection" and json.keys() == {"type", "geometries"}:
        parts = json["geometries"]
        if all(isinstance(part, Mapping) and part.get("type") in _DEPTHS for part in parts):
            return sum(_counted(part, at) for part in parts)
    if not isinstance(kind, str) or kind not in _DEPTHS or json.keys() != {"type", "coordinates"}:
        known = ", ".join(_DEPTHS)
        raise refused(at, kind, f"type, one of {known}, and coordinates are expected.")
    return _positions(json["coordinates"], _DEPTHS[kind], at)


def _positions(said: Any, depth: int, at: str) -> int:
    if not isinstance(said, list | tuple) or not said:
        raise refused(at, said, "coordinates are expected.")
    if depth:
        return sum(_positions(part, depth - 1, at) for part in said)
    if len(said) not in (2, 3) or not all(_is_finite(number) for number in said):
        raise refused(at, said, "a position of two numbers or three is expected.")
    return 1


def _is_finite(number: Any) -> bool:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return abs(number) < 1e300


def _within_the_world(made: shapely.Geometry, system: System, at: str) -> shapely.Geometry:
    try:
        turned = in_degrees(made, system)
    except CoordinateOutOfRange as problem:
        raise refused(at, made.wkt[:60], str(problem)) from problem
    places = shapely.get_coordinates(turned)
    inside = np.isfinite(places).all(axis=1) & (np.abs(places) <= (180, 90)).all(axis=1)
    if not inside.all():
        wrong = shapely.get_coordinates(made)[~inside][0]
        expected = "longitudes within ±180 and latitudes within ±90 are expected"
        raise refused(at, " ".join(map(str, wrong.tolist())), f"{expected}, in the order of axes.")
    return turned

"""Geometry literals: coordinates checked, brought into OGC:CRS84, and made into shapes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geomap.errors import CoordinateOutOfRange, ParameterInvalid
from geomap.places import Bounds
from layers.cql2.raw import Box, Geometry, refused
from layers.cql2.tree import Shape

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MOST_VERTICES = 1000
_DEPTHS: Mapping[str, int] = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_URI = re.compile(r"(?:https?://www\.opengis\.net/def/crs/)(EPSG|OGC)/[0-9.]{1,10}/(\w{1,20})")
_CODE = re.compile(r"\[?(EPSG|OGC):(\w{1,20})\]?")
_STEPS = 16
"""Into how many pieces the sides of a box in another system are cut before it is turned."""

Turn = Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]


def shape_of(said: Box | Geometry, crs: str) -> Shape:
    """Return the shape of a literal.

    Args:
        said: A box or a geometry.
        crs: The system of its coordinates, as `turn_of` takes it.

    Raises:
        ParameterInvalid: It is no geometry, crosses itself, or lies beyond the world.
    """
    turn = turn_of(crs)
    made = _box(said, turn) if isinstance(said, Box) else _geometry(said.json, said.at)
    # A box in degrees may cross the antimeridian; it is checked and cut already.
    if isinstance(said, Geometry) or turn is not None:
        made = _within_the_world(made, turn, said.at)
    if not shapely.is_valid(made):
        reason = shapely.is_valid_reason(made)
        raise refused(said.at, shapely.get_type_id(made), f"a valid geometry is expected: {reason}")
    return Shape(shapely.to_wkb(made))


@lru_cache(64)
def turn_of(crs: str) -> Turn | None:
    """Return what turns coordinates of a system into longitude and latitude; None for CRS84.

    Args:
        crs: An URI of OGC, `EPSG:…` or `[EPSG:…]`; axes are in the order of its definition.

    Raises:
        ParameterInvalid: There is no such system, or it is not one of places.
    """
    match = _URI.fullmatch(crs) or _CODE.fullmatch(crs)
    expected = f"the URI of a reference system, such as {CRS84}."
    if match is None:
        raise ParameterInvalid("filter-crs", crs, expected)
    if match.groups() == ("OGC", "CRS84"):
        return None
    try:
        system = CRS.from_authority(*match.groups())
        change = Transformer.from_crs(system, "OGC:CRS84", always_xy=True)
    except CRSError as problem:
        raise ParameterInvalid("filter-crs", crs, expected) from problem
    if not (system.is_geographic or system.is_projected):
        raise ParameterInvalid("filter-crs", crs, expected)
    swapped = system.axis_info[0].direction in ("north", "south")

    def turn(places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        first, second = places.T[::-1] if swapped else places.T
        return np.column_stack(change.transform(first, second, errcheck=True))

    return turn


def _box(said: Box, turn: Turn | None) -> shapely.Geometry:
    half = len(said.numbers) // 2
    corners = (*said.numbers[:2], *said.numbers[half : half + 2])
    if turn is not None:
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


def _within_the_world(made: shapely.Geometry, turn: Turn | None, at: str) -> shapely.Geometry:
    try:
        turned = made if turn is None else shapely.transform(made, turn)
    except ProjError as problem:
        raise refused(at, made.wkt[:60], "coordinates of filter-crs are expected.") from problem
    places = shapely.get_coordinates(turned)
    inside = np.isfinite(places).all(axis=1) & (np.abs(places) <= (180, 90)).all(axis=1)
    if not inside.all():
        wrong = shapely.get_coordinates(made)[~inside][0]
        expected = "longitudes within ±180 and latitudes within ±90 are expected"
        raise refused(at, " ".join(map(str, wrong.tolist())), f"{expected}, in the order of axes.")
    return turned

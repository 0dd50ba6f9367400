"""Lengths, areas, boxes and great-circle arcs on the WGS 84 ellipsoid. Degrees are CRS84."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from geomap.errors import CoordinateOutOfRange, SamePlaceTwice
from geomap.places import Bounds, LngLat

Floats = NDArray[np.float64]

_ELLIPSOID = Geod(ellps="WGS84")
_SMALLEST_RADIUS_KM = 6335.439
"""Radius of curvature along the meridian at the equator; nowhere is the Earth more curved."""

_ROUNDING = 1e-12
"""Radians: some micrometres, more than arithmetic loses."""
_ON_EDGE = 1e-9
"""Degrees: a tenth of a millimetre; what is so near the antimeridian lies on it."""


def geodesic_km(start: LngLat, end: LngLat) -> float:
    """Return the length of the shortest path over the ellipsoid.

    Args:
        start: Degrees, CRS84 order. Longitudes may wrap: 190 is -170.
        end: As `start`.

    Returns:
        Kilometres; 0.0 for one place with itself.

    Raises:
        CoordinateOutOfRange: A latitude is beyond 90 degrees or a number is not finite.

    Source:
        Karney, "Algorithms for geodesics", J. Geodesy 87 (2013), by way of PROJ.
    """
    return float(distances_km(start, np.array([end]))[0])


def distances_km(place: LngLat, lnglats: Floats) -> Floats:
    """Return the length of the shortest path from one place to each of many.

    Args:
        place: Degrees, CRS84 order.
        lnglats: Shape (n, 2), degrees, longitude first.

    Returns:
        Shape (n,), kilometres.

    Raises:
        CoordinateOutOfRange: A latitude is beyond 90 degrees or a number is not finite.
    """
    ends = _checked(lnglats)
    starts = np.broadcast_to(_checked(np.array([place])), ends.shape)
    return _inverse(starts, ends)[1]


def great_circle(
    start: LngLat, end: LngLat, *, max_step_km: float = 100.0
) -> LineString | MultiLineString:
    """Return the shortest path as a line, cut where it crosses the antimeridian.

    Args:
        start: Degrees, CRS84 order. Longitudes may wrap: 190 is -170.
        end: As `start`.
        max_step_km: No two neighbouring vertices are further apart than this.

    Returns:
        A line whose ends are exactly the two places; two lines that end and begin at exactly
        ±180 degrees when it crosses the antimeridian. The cut lies on the straight segment
        between two vertices, which is off the path by metres, but by more within a step of a pole.

    Raises:
        CoordinateOutOfRange: A latitude is beyond 90 degrees or a number is not finite.
        SamePlaceTwice: Both ends are one place: there is no line.
    """
    [line] = great_circles(np.array([start]), np.array([end]), max_step_km=max_step_km)
    if line is None:
        raise SamePlaceTwice(start)
    return line


def great_circles(
    starts: Floats, ends: Floats, *, max_step_km: float = 100.0
) -> NDArray[np.object_]:
    """Return many shortest paths at once; see `great_circle`.

    Args:
        starts: Shape (n, 2), degrees, longitude first.
        ends: As `starts`.
        max_step_km: No two neighbouring vertices are further apart than this.

    Returns:
        Shape (n,), shapely lines; None where both ends are one place.

    Raises:
        CoordinateOutOfRange: A latitude is beyond 90 degrees or a number is not finite.
    """
    starts, ends = _checked(starts), _checked(ends)
    azimuths, lengths = _inverse(starts, ends)
    steps = np.maximum(np.ceil(lengths / max_step_km), 1).astype(np.int64)
    line_of = np.repeat(np.arange(len(starts)), steps + 1)
    vertex = np.arange(len(line_of)) - np.repeat(np.cumsum(steps + 1) - (steps + 1), steps + 1)
    lnglats = _along(starts, azimuths, lengths, line_of, vertex / steps[line_of])
    lnglats[vertex == 0] = starts
    lnglats[vertex == steps[line_of]] = ends
    return _lines(lnglats, line_of, lengths > 0)


def buffer_box(place: LngLat, km: float) -> Bounds:
    """Return a box that holds every place within `km`; it may hold a few more.

    Args:
        place: Degrees, CRS84 order.
        km: Kilometres, not negative.

    Returns:
        The box; it crosses the antimeridian or spans all longitudes where the circle does.

    Raises:
        CoordinateOutOfRange: The place is none, or the distance negative or not finite.
    """
    lng, lat = _checked(np.array([place]))[0].tolist()
    if not (math.isfinite(km) and km >= 0):
        raise CoordinateOutOfRange(f"A distance of {km} km cannot be: it must be 0 or more.")
    # A path over the ellipsoid is nowhere shorter than over a sphere of the smallest radius.
    reach = km / _SMALLEST_RADIUS_KM + _ROUNDING
    south, north = lat - math.degrees(reach), lat + math.degrees(reach)
    if south <= -90 or north >= 90:
        return Bounds(-180.0, max(south, -90.0), 180.0, min(north, 90.0))
    aside = math.degrees(math.asin(min(math.sin(reach) / math.cos(math.radians(lat)), 1.0)))
    return Bounds(_wrapped(lng - aside), south, _wrapped(lng + aside), north)


def area_km2(geometry: BaseGeometry) -> float:
    """Return the area on the ellipsoid in square kilometres; 0.0 for points and lines."""
    oriented = shapely.orient_polygons(geometry)
    return abs(float(_ELLIPSOID.geometry_area_perimeter(oriented)[0])) / 1e6


def _checked(lnglats: Floats) -> Floats:
    """Return a copy with longitudes within ±180, those that are there already untouched."""
    places = np.array(lnglats, dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(places).all():
        raise CoordinateOutOfRange("A place needs two finite numbers, longitude and latitude.")
    beyond = np.abs(places[:, 1]) > 90
    if beyond.any():
        raise CoordinateOutOfRange(
            f"The latitude {places[beyond, 1][0]} must be within ±90; longitude comes first."
        )
    outside = np.abs(places[:, 0]) > 180
    places[outside, 0] = (places[outside, 0] + 180) % 360 - 180
    return places


def _inverse(starts: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """Return azimuths at the start in degrees, and lengths in kilometres."""
    azimuths, _, metres = _ELLIPSOID.inv(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])
    return np.asarray(azimuths), np.asarray(metres) / 1000


def _along(
    starts: Floats,
    azimuths: Floats,
    lengths: Floats,
    line_of: NDArray[np.int64],
    share: Floats,
) -> Floats:
    """Return the places at a share of the way of their lines, shape (vertices, 2)."""
    lngs, lats, _ = _ELLIPSOID.fwd(
        starts[line_of, 0],
        starts[line_of, 1],
        azimuths[line_of],
        share * lengths[line_of] * 1000,
    )
    return np.column_stack([lngs, lats])


def _lines(
    lnglats: Floats, line_of: NDArray[np.int64], has_length: NDArray[np.bool_]
) -> NDArray[np.object_]:
    """Build the lines; those that cross the antimeridian are unrolled and cut."""
    lines = np.full(len(has_length), None, dtype=object)
    jumps = (np.abs(np.diff(lnglats[:, 0])) > 180) & (np.diff(line_of) == 0)
    crossing = np.zeros(len(lines), dtype=bool)
    crossing[line_of[:-1][jumps]] = True
    whole = (has_length & ~crossing)[line_of]
    number = np.cumsum(has_length & ~crossing) - 1
    lines[has_length & ~crossing] = shapely.linestrings(
        lnglats[whole], indices=number[line_of[whole]]
    )
    first = np.searchsorted(line_of, np.arange(len(lines) + 1))
    for row in np.flatnonzero(crossing & has_length):
        lines[row] = _cut(lnglats[first[row] : first[row + 1]])
    return lines


def _cut(lnglats: Floats) -> LineString | MultiLineString:
    """Cut one line at the antimeridian; the parts end and begin at exactly ±180."""
    parts = [LineString(part) for part in _parts(_with_crossings(_unrolled(lnglats)))]
    return parts[0] if len(parts) == 1 else MultiLineString(parts)


def _unrolled(lnglats: Floats) -> Floats:
    """Return rows of (longitude that goes on beyond ±180, latitude, longitude as given)."""
    turns = -np.round(np.diff(lnglats[:, 0]) / 360)
    lngs = lnglats[:, 0] + 360 * np.concatenate([[0.0], np.cumsum(turns)])
    on_edge = np.abs(np.abs(lngs) - 180) < _ON_EDGE
    lngs[on_edge] = np.copysign(180.0, lngs[on_edge])
    return np.column_stack([lngs, lnglats[:, 1], lnglats[:, 0]])


def _with_crossings(line: Floats) -> Floats:
    """Insert a row wherever an unrolled line crosses ±180 between two vertices."""
    sides = np.sign(np.abs(line[:, 0]) - 180)
    [before] = np.nonzero(sides[:-1] * sides[1:] < 0)
    edge = np.copysign(180.0, line[before, 0])
    (lng, lat, _), (next_lng, next_lat, _) = line[before].T, line[before + 1].T
    share = (edge - lng) / (next_lng - lng)
    crossings = np.column_stack([edge, lat + share * (next_lat - lat), edge])
    joined: Any = np.insert(line, before + 1, crossings, axis=0)
    return np.asarray(joined, dtype=np.float64)


def _parts(line: Floats) -> Iterator[Floats]:
    """Yield the stretches between crossings, with longitudes as they were given."""
    middles = (line[:-1, 0] + line[1:, 0]) / 2
    turns = np.floor((middles + 180) / 360)
    bounds = [0, *(np.flatnonzero(np.diff(turns)) + 1), len(turns)]
    for begin, finish in pairwise(bounds):
        part = line[begin : finish + 1]
        rolled_back = part[:, 0] - 360 * turns[begin]
        lngs = np.where(np.abs(rolled_back) == 180, rolled_back, part[:, 2])
        yield np.column_stack([lngs, part[:, 1]])


def _wrapped(lng: float) -> float:
    return lng if -180 <= lng <= 180 else (lng + 180) % 360 - 180

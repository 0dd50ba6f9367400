"""A place out of a form: two numbers in a reference system, GeoJSON, or well-known text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geomap.model import Fault

LONGEST = 2_000_000
"""Characters of an outline; a larger one is an import."""
DEEPEST = 8
"""Brackets within brackets: a multipolygon has five."""
_NUMBER = re.compile(r"[+-]?\d{1,9}([.,]\d{1,12})?", re.ASCII)
_WKT = re.compile(r"(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\b[\sA-Z]*\(", re.ASCII | re.IGNORECASE)
_OPEN, _CLOSED = frozenset("([{"), frozenset(")]}")


class Place(NamedTuple):
    """What a form says of a place, and what is wrong with it."""

    geometry: BaseGeometry | None
    crs: str
    """The reference system of its numbers, easting or longitude first."""
    faults: tuple[Fault, ...] = ()


def place_of(typed: Mapping[str, str]) -> Place:
    """Return the place that a form names.

    Args:
        typed: `geometry` holds GeoJSON (always OGC:CRS84) or WKT in the reference system `crs`;
            `north` and `east`, when both are filled in, are a point in it and count first.
    """
    crs = typed.get("crs") or "EPSG:4326"
    north, east = typed.get("north", "").strip(), typed.get("east", "").strip()
    if north or east:
        return _point(north, east, crs)
    text = typed.get("geometry", "").strip()
    if not text:
        return Place(None, crs)
    if len(text) > LONGEST or _depth(text) > DEEPEST:
        return _faulty(text, "This outline is too large for a form; import it as a file.", crs)
    if text.startswith("{"):
        return _parsed(text, "OGC:CRS84")
    if _WKT.match(text):
        return _parsed(text, crs)
    return _faulty(text, "Write GeoJSON, or WKT such as POINT (28.73 60.71).", crs)


def _point(north: str, east: str, crs: str) -> Place:
    numbers = [_number(text) for text in (north, east)]
    wrong = [
        Fault("NUMBER_UNPARSABLE", column, text, "This must be a number, such as 60.7158.")
        for column, text, number in zip(("north", "east"), (north, east), numbers, strict=True)
        if number is None
    ]
    if wrong:
        return Place(None, crs, tuple(wrong))
    return Place(shapely.Point(numbers[1], numbers[0]), crs)


def _number(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return number if math.isfinite(number) else None


def _parsed(text: str, crs: str) -> Place:
    try:
        read = shapely.from_geojson if text.startswith("{") else shapely.from_wkt
        geometry = read(text)
    except (GEOSException, ValueError) as problem:
        return _faulty(text, f"It cannot be read: {str(problem)[:200]}", crs)
    if geometry.geom_type == "GeometryCollection":
        parts = shapely.get_parts(geometry)
        if len(parts) != 1:
            return _faulty(text, "Give one point, line or area; it may have several parts.", crs)
        [geometry] = parts
    return Place(geometry, crs)


def _depth(text: str) -> int:
    deepest = depth = 0
    for letter in text:
        if letter in _OPEN:
            depth += 1
            deepest = max(deepest, depth)
        elif letter in _CLOSED:
            depth -= 1
    return deepest


def _faulty(text: str, hint: str, crs: str) -> Place:
    return Place(None, crs, (Fault("GEOM_INVALID", "geometry", text[:200], hint),))

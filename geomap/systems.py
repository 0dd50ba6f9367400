"""Reference systems as clients of the API name them, with axes in the order of their definition.

Files have easting or longitude first whatever the definition says (`geomap.crs`); here EPSG:4326
is latitude first, as its definition has it. PROJ knows the order of each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError

from geomap.crs import FILE_CRS, STORAGE_CRS
from geomap.errors import CoordinateOutOfRange, CrsUnknown
from geomap.places import Bounds

CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_URI = "http://www.opengis.net/def/crs/EPSG/0/"
EDGE_POINTS = 50
"""Into how many parts the edges of a box are cut before they are turned into degrees."""
AIR = 0.01
"""Of its width: how much wider than the places along its edges a box is taken."""
WORLD = Bounds(-180.0, -90.0, 180.0, 90.0)
DECIMALS = {True: 9, False: 3}
"""Of degrees, of metres: a tenth of a millimetre, a millimetre."""

_EPSG_NAME = re.compile(
    r"(?:\[?EPSG:|urn:ogc:def:crs:EPSG:[0-9.]{0,10}:|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/)"
    r"([0-9]{4,6})\]?",
    re.ASCII,
)
_CRS84_NAME = re.compile(
    r"\[?(?:OGC:)?CRS84\]?|urn:ogc:def:crs:OGC:[0-9.]{0,10}:CRS84"
    r"|https?://www\.opengis\.net/def/crs/OGC/[0-9.]+/CRS84",
    re.ASCII,
)
_RUSSIAN = re.compile(r"(?:Pulkovo 1942|Pulkovo 1995|GSK-2011)(?: / Gauss-Kruger zone \d+)?")
"""The datums of Russian registers, and their zones of six degrees."""


@dataclass(frozen=True, slots=True)
class System:
    """One reference system: `OGC:CRS84` or `EPSG:<code>`."""

    code: str
    name: str

    @property
    def uri(self) -> str:
        """Its name in links and headers."""
        if self.code == STORAGE_CRS:
            return CRS84_URI
        return EPSG_URI + self.code.removeprefix("EPSG:")

    @property
    def is_storage(self) -> bool:
        """Whether coordinates are as they are kept: degrees, longitude first."""
        return self.code == STORAGE_CRS


CRS84 = System(STORAGE_CRS, "WGS 84 longitude, latitude")


def system_named(text: str) -> System:
    """Return the system of a URI, a URN, `EPSG:3067` or `[EPSG:3067]`.

    Raises:
        CrsUnknown: It is none that is on offer.
    """
    if _CRS84_NAME.fullmatch(text):
        return CRS84
    if found := _EPSG_NAME.fullmatch(text):
        code = f"EPSG:{int(found[1])}"
        if name := FILE_CRS.get(code) or _russian_name(code):
            return System(code, name)
    raise CrsUnknown(
        f"There is no reference system {text[:100]!r} here; /collections lists those on offer, "
        f"for example {EPSG_URI}3067."
    )


@cache
def systems() -> Mapping[str, System]:
    """Return every system on offer by its URI, OGC:CRS84 first.

    The Russian zones are those that PROJ's copy of the EPSG registry has and holds for current.
    """
    listed = query_crs_info("EPSG", [PJType.GEOGRAPHIC_2D_CRS, PJType.PROJECTED_CRS])
    russian = [one for one in listed if _RUSSIAN.fullmatch(one.name) and not one.deprecated]
    russian.sort(key=lambda one: int(one.code))
    known = [
        CRS84,
        *(System(code, name) for code, name in FILE_CRS.items()),
        *(System(f"EPSG:{one.code}", one.name) for one in russian),
    ]
    return {system.uri: system for system in known}


def told_in(geometries: NDArray[np.object_], system: System) -> NDArray[np.object_]:
    """Return geometries in a system, all coordinates in one pass.

    Args:
        geometries: OGC:CRS84, shape (n,), two dimensions; None is allowed.
        system: Its own order of axes is kept.

    Returns:
        Shape (n,); None where a place cannot be told in this system.
    """
    if system.is_storage:
        return geometries
    change, decimals = _from_storage(system.code), DECIMALS[_is_degrees(system.code)]

    def projected(places: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = np.column_stack(change.transform(places[:, 0], places[:, 1]))
        rounded: NDArray[np.float64] = np.round(moved, decimals)
        return rounded

    told: NDArray[np.object_] = shapely.transform(geometries, projected)
    places, owners = shapely.get_coordinates(told, return_index=True)
    told[owners[~np.isfinite(places).all(axis=1)]] = None
    return told


def points_in(lnglats: NDArray[np.float64], system: System) -> NDArray[np.float64]:
    """Return places in a system, shape (n, 2), its own order of axes; not finite where untold."""
    change = _from_storage(system.code)
    return np.column_stack(change.transform(lnglats[:, 0], lnglats[:, 1]))


def box_in_degrees(corners: tuple[float, float, float, float], system: System) -> Bounds:
    """Return a box in degrees that holds a box of a system, and is hardly more than that.

    Args:
        corners: Least of the first axis, least of the second, greatest of both. Longitudes may
            run over the antimeridian, the greater one first.
        system: Whose axes the corners have.

    Raises:
        CoordinateOutOfRange: It is no box of this system.
    """
    if system.is_storage:
        return Bounds(*corners)
    if is_latitude_first_wgs84(system):
        south, west, north, east = corners
        return Bounds(west, south, east, north)
    change = _from_storage(system.code)
    edges = _edges(corners)
    lngs, lats = change.transform(edges[:, 0], edges[:, 1], direction="INVERSE")
    told = np.isfinite(lngs) & np.isfinite(lats)
    if not told.any():
        raise CoordinateOutOfRange(_NO_BOX.format(name=system.name))
    if not told.all() or _holds_a_pole(corners, change):
        return WORLD
    return _around(lngs, lats)


def _edges(corners: tuple[float, float, float, float]) -> NDArray[np.float64]:
    """Return places along the edges of a box, all the way around."""
    x0, y0, x1, y1 = corners
    step = np.linspace(0, 1, EDGE_POINTS, endpoint=False)[:, None]
    ring = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
    sides = [start + (end - start) * step for start, end in pairwise(ring)]
    return np.concatenate(sides)


def _holds_a_pole(corners: tuple[float, float, float, float], change: Transformer) -> bool:
    poles = np.column_stack(change.transform([0.0, 0.0], [-90.0, 90.0]))
    return bool(((poles >= corners[:2]) & (poles <= corners[2:])).all(axis=1).any())


def _around(lngs: NDArray[np.float64], lats: NDArray[np.float64]) -> Bounds:
    """Return the box of a closed line, a little wider, as it may bend between its places."""
    lngs = np.unwrap(lngs, period=360)
    air = (np.ptp(lngs) + 1e-9) * AIR, (np.ptp(lats) + 1e-9) * AIR
    south, north = max(lats.min() - air[1], -90.0), min(lats.max() + air[1], 90.0)
    west, east = lngs.min() - air[0], lngs.max() + air[0]
    if east - west >= 360:
        return Bounds(-180.0, float(south), 180.0, float(north))
    return Bounds(_turned(float(west)), float(south), _turned(float(east)), float(north))


def in_degrees(geometry: shapely.Geometry, system: System) -> shapely.Geometry:
    """Return a geometry of a system in OGC:CRS84; coordinates beyond the world stay so.

    Args:
        geometry: Coordinates in the order of the system's axes.
        system: Whose they are.

    Raises:
        CoordinateOutOfRange: A coordinate cannot be in this system.
    """
    if system.is_storage:
        return geometry
    change = _from_storage(system.code)

    def turned(places: NDArray[np.float64]) -> NDArray[np.float64]:
        first, second = places.T
        moved = change.transform(first, second, direction="INVERSE", errcheck=True)
        return np.column_stack(moved)

    try:
        return shapely.transform(geometry, turned)
    except ProjError as problem:
        raise CoordinateOutOfRange(_NO_PLACE.format(name=system.name)) from problem


def is_latitude_first_wgs84(system: System) -> bool:
    """Tell whether a system is OGC:CRS84 with its axes the other way round."""
    return system.code == "EPSG:4326"


def longitude_axis(system: System) -> int | None:
    """Return which axis, 0 or 1, is longitude and so may run over the antimeridian, or None."""
    if not _is_degrees(system.code):
        return None
    directions = [axis.direction for axis in CRS.from_user_input(system.code).axis_info]
    return directions.index("east")


_NO_PLACE = "The coordinates do not lie where {name} places points on the Earth."
_NO_BOX = "The box does not lie where {name} places points on the Earth."


def _turned(lng: float) -> float:
    return lng if -180 <= lng <= 180 else (lng + 180) % 360 - 180


@lru_cache(maxsize=128)
def _russian_name(code: str) -> str:
    try:
        name = str(CRS.from_user_input(code).name)
    except CRSError:
        return ""
    return name if _RUSSIAN.fullmatch(name) else ""


@lru_cache(maxsize=128)
def _is_degrees(code: str) -> bool:
    return bool(CRS.from_user_input(code).is_geographic)


@lru_cache(maxsize=128)
def _from_storage(code: str) -> Transformer:
    return Transformer.from_crs(STORAGE_CRS, code)

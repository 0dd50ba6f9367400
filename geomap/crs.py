"""Reference systems: inside, all is OGC:CRS84; files may bring others, easting first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from geomap.errors import CoordinateOutOfRange, CrsUnknown

STORAGE_CRS = "OGC:CRS84"
DEGREES = frozenset({STORAGE_CRS, "EPSG:4326"})
"""In files both are longitude and latitude of WGS 84, longitude first."""
FILE_CRS: Mapping[str, str] = {
    "EPSG:4326": "WGS 84",
    "EPSG:3857": "WGS 84 / Pseudo-Mercator",
    "EPSG:3035": "ETRS89-extended / LAEA Europe",
    "EPSG:3067": "ETRS89 / TM35FIN",
    "EPSG:3006": "SWEREF99 TM",
    "EPSG:3301": "Estonian Coordinate System of 1997",
    "EPSG:3059": "LKS-92 / Latvia TM",
    "EPSG:3346": "LKS-94 / Lithuania TM",
    "EPSG:25833": "ETRS89 / UTM zone 33N",
    "EPSG:25834": "ETRS89 / UTM zone 34N",
    "EPSG:25835": "ETRS89 / UTM zone 35N",
    "EPSG:25836": "ETRS89 / UTM zone 36N",
}
"""Reference systems that exports offer, by code, with the names of the EPSG registry."""


@lru_cache(maxsize=64)
def transformer(from_crs: str) -> Transformer:
    """Return what turns coordinates of a reference system into longitude and latitude.

    Args:
        from_crs: A name that PROJ knows, for example `EPSG:3067`. Files put easting or
            longitude first whatever the definition says, so that is taken for granted.

    Raises:
        CrsUnknown: No reference system has this name, or it is not one for places on a map.
    """
    try:
        crs = CRS.from_user_input(from_crs)
        if not (crs.is_geographic or crs.is_projected):
            raise CrsUnknown(f"{from_crs!r} is {crs.name}, which does not place points on a map.")
        return Transformer.from_crs(crs, STORAGE_CRS, always_xy=True)
    except CRSError as problem:
        raise CrsUnknown(
            f"There is no reference system {from_crs[:100]!r}; give its EPSG code, for example "
            "EPSG:4326, EPSG:3067 or EPSG:3857."
        ) from problem


@lru_cache(maxsize=64)
def is_northing_first(crs: str) -> bool:
    """Tell whether a definition puts northing or latitude first, as that of EPSG:4326 does."""
    axes = CRS.from_user_input(crs).axis_info
    return bool(axes) and axes[0].direction.lower() in ("north", "south")


def to_crs84(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    """Return a geometry in OGC:CRS84: degrees, longitude first.

    Args:
        geometry: Coordinates in `crs`, easting or longitude first.
        crs: As in `transformer`.

    Raises:
        CrsUnknown: No reference system has this name.
        CoordinateOutOfRange: A coordinate cannot be in this system, or comes out beyond ±180
            or ±90 degrees; often the axes are swapped or the system is another one.
    """
    change = transformer(crs)

    def lnglats(places: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(places[:, 0], places[:, 1], errcheck=True))

    try:
        moved: BaseGeometry = shapely.transform(geometry, lnglats)
    except ProjError as problem:
        raise CoordinateOutOfRange(_IMPOSSIBLE.format(crs=crs)) from problem
    if not _within_the_world(moved):
        raise CoordinateOutOfRange(_IMPOSSIBLE.format(crs=crs))
    return moved


def from_crs84(geometries: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """Return geometries in another reference system, easting or longitude first.

    Args:
        geometries: OGC:CRS84, shape (n,); None is allowed.
        crs: A key of `FILE_CRS`, or OGC:CRS84.

    Returns:
        Shape (n,); None where a place cannot be told in this system.
        Far from the area it is made for, a system gives numbers that are of little use.
    """
    if crs in DEGREES:
        return geometries
    change = _from_storage(crs)

    def projected(places: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(places[:, 0], places[:, 1]))

    moved: NDArray[np.object_] = shapely.transform(geometries, projected)
    places, owners = shapely.get_coordinates(moved, return_index=True)
    moved[owners[~np.isfinite(places).all(axis=1)]] = None
    return moved


@lru_cache(maxsize=64)
def _from_storage(crs: str) -> Transformer:
    return Transformer.from_crs(STORAGE_CRS, crs, always_xy=True)


_IMPOSSIBLE = (
    "The coordinates cannot be in {crs}: check that easting (or longitude) comes first and that "
    "the reference system is the right one."
)


def _within_the_world(geometry: BaseGeometry) -> bool:
    places = np.abs(shapely.get_coordinates(geometry))
    return bool(np.isfinite(places).all() and (places <= (180, 90)).all())

"""The edge of the house: rows in, sound records and every fault out. Inside, all is OGC:CRS84."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geomap.crs import to_crs84, transformer
from geomap.errors import CoordinateOutOfRange, DateUnparsable
from geomap.model import Fault
from geomap.when import parse_edtf
from layers.fields import CHECKERS, Check, is_blank, object_schema
from layers.findings import Findings
from layers.layer import Field, Kind, Layer

CRS84 = "OGC:CRS84"
DECIMALS = 7
"""Of a degree: about a centimetre, finer than any source here."""
SPANS = ("_from", "_to")
_NOWHERE = shapely.Point(np.inf, np.inf)


class Checked(NamedTuple):
    """A row after its check. `properties` and `geometry` hold what was sound in it."""

    properties: dict[str, Any]
    geometry: BaseGeometry | None
    """OGC:CRS84, two-dimensional, rounded to seven decimals."""
    faults: list[Fault]

    @property
    def sound(self) -> bool:
        """Whether the row may be taken: it has warnings at most."""
        return not any(fault.severity == "error" for fault in self.faults)


class LayerCheck:
    """Checks rows of one layer, given in one reference system; made once, called for each row.

    Args:
        layer: The layer whose fields and geometry types the rows must have.
        crs: Reference system of the rows' geometries, easting or longitude first.

    Raises:
        CrsUnknown: The reference system is not known.
    """

    def __init__(self, layer: Layer, *, crs: str = CRS84) -> None:
        self.layer = layer
        self.crs = "" if _is_crs84(crs) else crs
        self._area = _area_of_use(crs) if self.crs else None
        self._fields: dict[str, tuple[Field, Check]] = {
            field.name: (field, CHECKERS[field.kind].check) for field in layer.fields
        }
        self._required = tuple(
            field for field in layer.fields if field.required and not field.derived
        )
        self._references = tuple(
            field.name for field in layer.fields if field.kind is Kind.REFERENCE
        )
        self._computed = frozenset(
            field.name + end for field in layer.fields if field.kind is Kind.EDTF for end in SPANS
        )

    def __call__(self, raw: Mapping[str, Any], geometry: BaseGeometry | None) -> Checked:
        """Return what is sound in one row, and all of its faults."""
        found = Findings()
        properties = self._properties(raw, found)
        place = None if geometry is None else self._geometry(geometry, found)
        return Checked(properties, place, found.faults)

    def _properties(self, raw: Mapping[str, Any], found: Findings) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, value in raw.items():
            if is_blank(value) or name in self._computed:
                continue
            if name not in self._fields:
                found.warning("COLUMN_UNKNOWN", name, value, "It is kept in `extra`.")
                kept["extra"] = {**kept.get("extra", {}), name: value}
                continue
            field, check = self._fields[name]
            good = check(field, value, name, found)
            if good is not None:
                self._keep(kept, field, good)
        for field in self._required:
            if is_blank(raw.get(field.name)):
                found.error("REQUIRED_MISSING", field.name, "", field.help)
        ends = [kept[name] for name in self._references if name in kept]
        if len(set(ends)) < len(ends):
            found.error("PAIR_OF_ONE", self._references[-1], ends[-1], "Name another city.")
        return kept

    @staticmethod
    def _keep(kept: dict[str, Any], field: Field, value: Any) -> None:
        if field.kind is Kind.EXTRA:
            value = {**kept.get(field.name, {}), **value}
        kept[field.name] = value
        if field.kind is Kind.EDTF:
            kept[f"{field.name}_from"], kept[f"{field.name}_to"] = years_of(value)

    def _geometry(self, geometry: BaseGeometry, found: Findings) -> BaseGeometry | None:
        if geometry.is_empty:
            found.warning("GEOM_EMPTY", "geometry", "", "It is kept without geometry.")
            return None
        if geometry.geom_type not in self.layer.geometry:
            hint = f"The layer takes {', '.join(sorted(self.layer.geometry))}."
            found.error("GEOM_TYPE_WRONG", "geometry", geometry.geom_type, hint)
            return None
        if geometry.has_z:
            found.warning("VALUE_INVALID", "geometry", "Z", "Heights are left out.")
            geometry = shapely.force_2d(geometry)
        place = self._plain_point(geometry) or self._at_home(geometry, found)
        if place is None or _is_valid(place, found):
            return place
        return None

    def _plain_point(self, geometry: BaseGeometry) -> BaseGeometry | None:
        """Return a point in degrees that nothing is wrong with: most of all that are checked."""
        if self.crs or geometry.geom_type != "Point":
            return None
        x, y = geometry.x, geometry.y
        if not (-180 <= x <= 180 and -90 <= y <= 90) or not (x or y):
            return None
        rounded = (round(x, DECIMALS), round(y, DECIMALS))
        if rounded == (x, y) and x and y:
            return geometry
        return shapely.Point(rounded[0] + 0.0, rounded[1] + 0.0)

    def _at_home(self, geometry: BaseGeometry, found: Findings) -> BaseGeometry | None:
        given = shapely.get_coordinates(geometry)
        if not np.isfinite(given).all():
            found.error("PLACE_IMPOSSIBLE", "geometry", _pair(given), "A number is not finite.")
            return None
        if not given.any():
            found.warning(
                "PLACE_IMPOSSIBLE", "geometry", "0, 0", "Nothing stands there; kept without place."
            )
            return None
        place = geometry
        if self.crs:
            try:
                place = to_crs84(geometry, self.crs)
            except CoordinateOutOfRange:
                place = _NOWHERE
        there = shapely.get_coordinates(place)
        if not self._is_on_earth(given, there, found):
            return None
        return shapely.transform(place, _rounded)

    def _is_on_earth(self, given: Any, there: Any, found: Findings) -> bool:
        inside = _within_degrees(there)
        swapped = self._swapped(given, there, inside)
        if swapped:
            hint = "Longitude (or easting) comes first: the numbers seem to have changed places."
            found.error("AXIS_SWAPPED_SUSPECT", "geometry", _pair(given), hint)
        elif not inside:
            hint = "Latitudes lie within ±90 and longitudes within ±180 degrees."
            if self.crs:
                hint = f"The place is not on the Earth; are the numbers of {self.crs}?"
            found.error("PLACE_IMPOSSIBLE", "geometry", _pair(given), hint)
        return inside and not swapped

    def _swapped(self, given: Any, there: Any, inside: bool) -> bool:
        if self._area is None:
            return not inside and _within_degrees(given[:, ::-1])
        if inside and _within_box(there, self._area):
            return False
        try:
            turned = to_crs84(shapely.multipoints(given[:, ::-1]), self.crs)
        except CoordinateOutOfRange:
            return False
        return _within_box(shapely.get_coordinates(turned), self._area)


def checked(
    layer: Layer,
    raw: Mapping[str, Any],
    geometry: BaseGeometry | None,
    *,
    crs: str = CRS84,
) -> Checked:
    """Return what is sound in one row, and all of its faults at once.

    Args:
        layer: The layer it is meant for.
        raw: Values by the names of the layer's fields; others go to `extra` with a warning.
        geometry: In `crs`, easting or longitude first. Invalid polygons are faults with the
            reason, never repaired.
        crs: Reference system, for example `EPSG:3067`.

    Returns:
        The properties as the store keeps them (EDTF fields with `<name>_from` and `<name>_to`),
        the geometry in OGC:CRS84 with seven decimals, and the faults.

    Raises:
        CrsUnknown: The reference system is not known.
    """
    return LayerCheck(layer, crs=crs)(raw, geometry)


def years_of(edtf: str) -> tuple[int | None, int | None]:
    """Return the first and the last year of an EDTF date; None where it is open or no date."""
    try:
        span = parse_edtf(edtf)
    except DateUnparsable:
        return (None, None)
    return (span.year_from, span.year_to)


def json_schema(layer: Layer) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one feature of a layer as GeoJSON."""
    properties = object_schema(layer.fields)
    for field in layer.fields:
        if field.kind is Kind.EDTF:
            for end in SPANS:
                properties["properties"][field.name + end] = {"type": ["integer", "null"]}
    kinds = sorted(layer.geometry)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": layer.title,
        "description": layer.description,
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string"},
            "geometry": {
                "anyOf": [
                    {"type": "null"},
                    {
                        "type": "object",
                        "required": ["type", "coordinates"],
                        "properties": {
                            "type": {"enum": kinds},
                            "coordinates": {"type": "array", "minItems": 1},
                        },
                    },
                ]
            },
            "properties": properties,
        },
    }


@cache
def _is_crs84(crs: str) -> bool:
    # Files put longitude first whatever the register of reference systems says of EPSG:4326.
    return crs.upper() in ("", CRS84, "CRS84", "EPSG:4326", "WGS84")


@cache
def _area_of_use(crs: str) -> tuple[float, float, float, float] | None:
    transformer(crs)  # says in words what is wrong with a name that nobody knows
    system = CRS.from_user_input(crs)
    area = system.area_of_use
    if not system.is_projected or area is None or area.west > area.east:
        return None
    # Registers go a little beyond the area that is meant: ships sink at sea.
    return (area.west - 5, area.south - 5, area.east + 5, area.north + 5)


def _rounded(coordinates: Any) -> Any:
    return np.round(coordinates, DECIMALS) + 0.0  # no -0.0, which readers print as it is


def _within_degrees(coordinates: Any) -> bool:
    return _within_box(coordinates, (-180.0, -90.0, 180.0, 90.0))


def _within_box(coordinates: Any, box: tuple[float, float, float, float]) -> bool:
    if not np.isfinite(coordinates).all():
        return False
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    return bool(low[0] >= box[0] and low[1] >= box[1] and high[0] <= box[2] and high[1] <= box[3])


def _is_valid(geometry: BaseGeometry, found: Findings) -> bool:
    if geometry.geom_type in ("Point", "MultiPoint") or shapely.is_valid(geometry):
        return True
    reason = shapely.is_valid_reason(geometry)
    found.error("GEOM_INVALID", "geometry", reason, "Mend the outline where the reason says.")
    return False


def _pair(coordinates: Any) -> str:
    return ", ".join(str(number) for number in coordinates[0])

"""GeoJSON Features that someone sends, read with every fault, as records to be stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geomap.errors import BodyUnreadable, InputFaulty
from geomap.model import Fault, Feature, Visibility
from geomap.photos import named_in
from layers.catalog import layer_named
from layers.checking import LayerCheck
from layers.fields import is_blank
from layers.findings import Findings
from layers.imports.geojson import geometry_of
from layers.layer import Kind, Layer
from layers.projection import FLAT_NAMES, flat_names
from layers.schema import CELLS_KM, ENVELOPE, read_only

MOST_DEEP = 24
"""Nesting of a body: that of `extra`, and what stands around it."""
MOST_VERTICES = 100_000
NESTING: Mapping[str, int] = {
    "Point": 1,
    "MultiPoint": 2,
    "LineString": 2,
    "MultiLineString": 3,
    "Polygon": 3,
    "MultiPolygon": 4,
}
FOREIGN = frozenset({"type", "id", "geometry", "properties", "bbox", "links", "@context"})
"""Members of a Feature; `bbox` and `links` are the house's to tell and are passed over."""
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """What someone sends for one record."""

    document: Json
    """The whole Feature as it shall be: the body itself, or the patched record."""
    stated: Json
    """What was said of it: the body itself, or the patch."""
    place: BaseGeometry | None
    """Easting or longitude first, in `crs`; that of the record before where nothing was said."""
    crs: str
    faults: tuple[Fault, ...] = ()
    """Those of the geometry as it was written."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a record is made from, beside what is sent."""

    feature: Feature
    """As it was before, or empty with its new id and its source."""
    told: Json
    """The properties that it is told with; empty for a new record."""
    lenient: bool
    """Whether what no field takes goes to `extra`, and what cannot be changed is passed over."""
    has_city: Callable[[str], bool]
    """Whether whoever sends this can see a city of this id."""
    has_photo: Callable[[str], bool]
    """Whether a photo of this id is kept, and is no other record's."""


def parsed(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        BodyUnreadable: It is no JSON, no object, or nested too deep.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise BodyUnreadable(f"The body is no JSON: {problem}.") from problem
    if not isinstance(document, dict):
        raise BodyUnreadable("The body must be a JSON object.")
    if _is_deeper(document, MOST_DEEP):
        raise BodyUnreadable(f"The body is nested more than {MOST_DEEP} deep.")
    return document


def merged(target: Any, patch: Any) -> Any:
    """Return the result of a merge patch (RFC 7396); the arguments stay as they are."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def written_place(member: Any) -> tuple[BaseGeometry | None, tuple[Fault, ...]]:
    """Return the geometry of a GeoJSON object in the numbers it has, and what is wrong with it."""
    if member is None:
        return None, ()
    if why := _miswritten(member):
        return None, (Fault("GEOM_INVALID", "geometry", why, _GEOJSON),)
    place, why = geometry_of(member)
    if place is None:
        return None, (Fault("GEOM_INVALID", "geometry", why, _GEOJSON),)
    return place, ()


def record_of(given: Given, basis: Basis) -> Feature:
    """Return the record that was sent, checked as an import's are, its revision that of before.

    Raises:
        InputFaulty: With every fault.
    """
    layer = layer_named(basis.feature.layer)
    found = Findings(list(given.faults))
    _check_envelope(given, basis.feature, found)
    values, stated = _properties(given.document, found), _properties(given.stated, found)
    _check_read_only(layer, stated, basis, found)
    envelope = _envelope(values, basis.feature, found)
    values = _own_values(layer, values, stated, basis)
    checked = LayerCheck(layer, crs=given.crs)(values, given.place)
    found.faults += checked.faults
    _check_references(layer, checked.properties, basis, found)
    faults = [fault for fault in found.faults if fault.severity == "error" or not basis.lenient]
    if faults:
        raise InputFaulty(faults)
    kept = _kept_derived(layer, basis.feature)
    properties = {**kept, **checked.properties}
    return replace(basis.feature, geometry=checked.geometry, properties=properties, **envelope)


def _kept_derived(layer: Layer, before: Feature) -> Json:
    """Return what the house has derived: it is derived anew where it must be."""
    derived = {field.name for field in layer.fields if field.derived}
    return {name: value for name, value in before.properties.items() if name in derived}


def _check_envelope(given: Given, before: Feature, found: Findings) -> None:
    document, stated = given.document, given.stated
    if document.get("type") != "Feature":
        found.error("VALUE_INVALID", "type", document.get("type", ""), "This must be Feature.")
    if before.revision and stated.get("id", before.id) != before.id:
        found.error("READ_ONLY", "id", stated["id"], f"The record is {before.id}; leave it out.")
    for name in stated.keys() - FOREIGN:
        found.error("COLUMN_UNKNOWN", name, stated[name], "Put it into `properties`.")


def _properties(document: Json, found: Findings) -> dict[str, Any]:
    properties = document.get("properties")
    if isinstance(properties, Mapping):
        return dict(properties)
    if properties is not None and not found.faults:
        found.error("VALUE_INVALID", "properties", properties, "This must be an object.")
    return {}


def _check_read_only(layer: Layer, stated: Json, basis: Basis, found: Findings) -> None:
    """Refuse other values of what the house fills: those that it has are no change."""
    if basis.lenient:
        return
    is_new = not basis.feature.revision
    for name in read_only(layer) & stated.keys():
        if name == "source_id" and is_new:
            continue
        value, now = stated[name], basis.told.get(name)
        if value != now and not (is_blank(value) and is_blank(now)):
            found.error("READ_ONLY", name, value, f"It is {now!r}; leave it out.")


def _envelope(values: dict[str, Any], before: Feature, found: Findings) -> dict[str, Any]:
    """Take `visibility` and `cell_km` out of the values; left out, they stay as they are."""
    visibility, cell_km = (values.pop(name, None) for name in ENVELOPE)
    kept: dict[str, Any] = {"visibility": before.visibility, "cell_km": before.cell_km}
    if visibility is not None:
        if visibility in [*Visibility]:
            kept["visibility"] = Visibility(visibility)
        else:
            hint = f"One of {', '.join(Visibility)} is expected."
            found.error("ENUM_UNKNOWN", "visibility", visibility, hint)
    if cell_km is not None:
        if cell_km in CELLS_KM and not isinstance(cell_km, bool):
            kept["cell_km"] = int(cell_km)
        else:
            hint = f"One of {', '.join(map(str, CELLS_KM))} is expected."
            found.error("NUMBER_OUT_OF_RANGE", "cell_km", cell_km, hint)
    return kept


def _own_values(layer: Layer, values: Json, stated: Json, basis: Basis) -> dict[str, Any]:
    """Return the values that fields take, with the flat names among the names."""
    passed_over = read_only(layer) | {*FLAT_NAMES}
    # What is told of a record that does not say it itself, its source's date for example, and
    # comes back as it was told, is no value of its own.
    told, before = basis.told, basis.feature.properties
    filled = {name for name in values if name not in before and values[name] == told.get(name)}
    passed_over |= filled if basis.feature.revision else set()
    own = {name: value for name, value in values.items() if name not in passed_over}
    if "name" not in read_only(layer):
        own["names"] = _with_flat(own.get("names"), stated, basis.told)
    return own


def _with_flat(names: Any, stated: Json, told: Json) -> Any:
    """Return names in which those are changed that were stated flat, as `name_fi` for example.

    Many clients know flat columns only. A flat name that says what was told is no wish.
    """
    wishes = {key: stated[key] for key in FLAT_NAMES if key in stated}
    wishes = {key: value for key, value in wishes.items() if value != told.get(key)}
    if not wishes or not (names is None or _are_names(names)):
        return names
    kept = list(names or ())
    for key, value in wishes.items():
        shown = flat_names(kept).get(key)
        if is_blank(value) or value != shown:
            kept = _renamed(kept, key.removeprefix("name").lstrip("_"), shown, value)
    return kept


def _are_names(names: Any) -> bool:
    return isinstance(names, list) and all(
        isinstance(name, Mapping) and isinstance(name.get("value"), str) for name in names
    )


def _renamed(names: list[Any], lang: str, shown: str | None, value: Any) -> list[Any]:
    """Return names in which the one shown for a language ("" is any) is another, or no more."""
    for place, name in enumerate(names):
        own = not lang or str(name.get("lang", "")).lower().split("-")[0] == lang
        if own and name["value"] == shown:
            new = [] if is_blank(value) else [{**name, "value": value}]
            return [*names[:place], *new, *names[place + 1 :]]
    if is_blank(value):
        return names
    return [*names, {"value": value, "lang": lang or "und", "type": "preferred"}]


def _check_references(layer: Layer, properties: Json, basis: Basis, found: Findings) -> None:
    for field in layer.fields:
        value = properties.get(field.name) if field.kind is Kind.REFERENCE else None
        if value is not None and not basis.has_city(value):
            hint = f"The layer {field.of!r} has no such feature."
            found.error("REF_NOT_FOUND", field.name, value, hint)
    for number, photo_id in enumerate(named_in(properties)):
        if not basis.has_photo(photo_id):
            hint = "There is no such photo here for this record; send it again."
            found.error("REF_NOT_FOUND", f"photos[{number}].id", photo_id, hint)


_GEOJSON = "Write a GeoJSON geometry: a type and its coordinates in the axes of Content-Crs."


def _miswritten(member: Any) -> str:
    """Return what is wrong with the writing of a geometry, before any of it is built."""
    kind = member.get("type") if isinstance(member, Mapping) else None
    if not isinstance(kind, str) or kind not in NESTING:
        return f"geometry of type {kind!r}"
    coordinates = member.get("coordinates")
    if not isinstance(coordinates, list):
        return "there are no coordinates"
    for count, position in enumerate(_positions(coordinates, NESTING[kind]), start=1):
        if count > MOST_VERTICES:
            return f"more than {MOST_VERTICES:,} vertices"
        if why := _misplaced(position):
            return why
    return ""


def _positions(coordinates: Any, depth: int) -> Iterator[Any]:
    if depth == 1 or not isinstance(coordinates, list):
        yield coordinates
        return
    for part in coordinates:
        yield from _positions(part, depth - 1)


def _misplaced(position: Any) -> str:
    if not isinstance(position, list) or len(position) not in {2, 3}:
        return f"{str(position)[:60]} is no position of two numbers"
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in position):
        return f"{str(position)[:60]} holds what is no number"
    return ""


def _is_deeper(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [inner for one in level for inner in _inner(one)]
        if not level:
            return False
    return True


def _inner(value: Any) -> Iterator[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    yield from (one for one in inner if isinstance(one, dict | list))


def flipped(place: BaseGeometry) -> BaseGeometry:
    """Return a geometry whose two axes have changed places."""
    turned: BaseGeometry = shapely.transform(place, lambda numbers: numbers[:, ::-1])
    return turned

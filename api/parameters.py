"""Every query parameter: its name, how its text is read, and how the OpenAPI document tells of it.

Numbers are ASCII digits and nothing that Python would kindly read besides: no `nan`, no `1_0`,
no digits of other scripts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from geomap.errors import CoordinateOutOfRange, CrsUnknown, ParameterInvalid
from geomap.grid import MAX_ZOOM
from geomap.i18n import LANGUAGES
from geomap.places import Bounds, LngLat
from geomap.systems import (
    CRS84,
    CRS84_URI,
    System,
    box_in_degrees,
    longitude_axis,
    system_named,
)
from geomap.terms import VOCABULARIES
from geomap.when import Interval, parse_interval
from layers.cql2.filter import OLD_NAMES, READERS
from layers.cql2.raw import MOST_BYTES, require_short
from layers.layer import Field, Kind, Layer
from layers.paging import MOST_KEYS
from layers.query import filterable

Read = TypeVar("Read")
Schema = Mapping[str, Any]

HALF_EARTH_KM = 20038.0
LONGEST_TEXT = 200

_NUMBER = re.compile(r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e[-+]?\d{1,3})?", re.A | re.I)
_WHOLE = re.compile(r"[0-9]{1,100}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Parameter(Generic[Read]):
    """One query parameter. `read` raises ParameterInvalid where the text cannot be meant."""

    name: str
    help: str
    schema: Schema
    read: Callable[[str], Read]


def number(name: str, text: str) -> float:
    """Return a finite number written in ASCII.

    Raises:
        ParameterInvalid: It is not one.
    """
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise ParameterInvalid(name, text, "a number such as 24.94 is expected.")
    return value


def whole(name: str, text: str, least: int, most: int | None = None) -> int:
    """Return a whole number of at least `least`.

    Raises:
        ParameterInvalid: It is not one, or outside the bounds.
    """
    value = int(text) if _WHOLE.fullmatch(text) else least - 1
    if value < least or (most is not None and value > most):
        range_ = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise ParameterInvalid(name, text, f"a whole number {range_} is expected.")
    return value


def one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    """Return the text, which must be one of those known.

    Raises:
        ParameterInvalid: It is not.
    """
    if text not in known:
        raise ParameterInvalid(name, text, f"one of {', '.join(known)} is expected.")
    return text


class Corners(NamedTuple):
    """The numbers of a box as they came, in the axes of a reference system not yet known."""

    text: str
    numbers: tuple[float, float, float, float]


def corners(text: str) -> Corners:
    """Return four numbers, or those of six that are no heights.

    Raises:
        ParameterInvalid: There are not four or six numbers.
    """
    numbers = [number("bbox", part.strip(" ")) for part in text.split(",")]
    if len(numbers) not in {4, 6}:
        raise ParameterInvalid("bbox", text, "four numbers or six are expected: w,s,e,n.")
    half = len(numbers) // 2
    return Corners(text, (*numbers[:2], *numbers[half : half + 2]))  # type: ignore[arg-type]


def bbox(text: str, system: System = CRS84) -> Bounds:
    """Return the smallest box in degrees that holds the box which a text states.

    Args:
        text: Four numbers, or six, whose heights are read and left aside.
        system: In whose axes the numbers are.

    Raises:
        ParameterInvalid: There are not four or six numbers, or they are no box.
    """
    box = corners(text).numbers
    axis = longitude_axis(system)
    if any(box[n] > box[n + 2] for n in (0, 1) if n != axis):
        raise ParameterInvalid("bbox", text, "the least of each axis comes first.")
    try:
        return box_in_degrees(box, system)
    except CoordinateOutOfRange as problem:
        raise ParameterInvalid("bbox", text, str(problem)) from problem


def _system(name: str, text: str) -> System:
    try:
        return system_named(text)
    except CrsUnknown as problem:
        raise ParameterInvalid(name, text, str(problem)) from problem


def near(text: str) -> LngLat:
    """Return a place, longitude first.

    Raises:
        ParameterInvalid: It is no place.
    """
    numbers = [number("near", part.strip(" ")) for part in text.split(",")]
    if len(numbers) != 2 or abs(numbers[0]) > 180 or abs(numbers[1]) > 90:
        raise ParameterInvalid("near", text, "longitude,latitude in degrees are expected.")
    return LngLat(*numbers)


def within_km(text: str) -> float:
    """Return a distance in kilometres, above 0 and not beyond the other side of the Earth.

    Raises:
        ParameterInvalid: It is none.
    """
    value = number("within_km", text)
    if not 0 < value <= HALF_EARTH_KM:
        raise ParameterInvalid("within_km", text, f"kilometres up to {HALF_EARTH_KM:.0f}.")
    return value


def plain(name: str, text: str) -> str:
    """Return a short text without control characters.

    Raises:
        ParameterInvalid: It is long, or has such characters.
    """
    if len(text) > LONGEST_TEXT or _CONTROL.search(text):
        raise ParameterInvalid(name, text, f"up to {LONGEST_TEXT} printable characters.")
    return text


def _offset(name: str, text: str) -> float:
    value = number(name, text)
    if value < 0:
        raise ParameterInvalid(name, text, "a distance of 0 or more is expected.")
    return value


def _keys(text: str) -> str:
    """Return the keys of an order without the `+` that some have, or the space it becomes."""
    return ",".join(key.strip().removeprefix("+").strip() for key in text.split(","))


def _truth(name: str, text: str) -> bool:
    return one_of(name, text, ("true", "false")) == "true"


BBOX: Parameter[Corners] = Parameter(
    "bbox",
    "Features whose geometry meets this box: west, south, east, north in degrees (OGC:CRS84), or "
    "in the axes of `bbox-crs`; west above east crosses the antimeridian. Features without a "
    "place match any box.",
    {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
    corners,
)
BBOX_CRS: Parameter[System] = Parameter(
    "bbox-crs",
    "The reference system of `bbox`, by its URI, with axes in the order of its definition.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    lambda text: _system("bbox-crs", text),
)
PLACED: Parameter[bool] = Parameter(
    "placed",
    "Leave features without a place out, as a list beside a map wants it.",
    {"type": "boolean", "default": False},
    lambda text: _truth("placed", text),
)
DATETIME: Parameter[Interval] = Parameter(
    "datetime",
    "An instant or an interval of RFC 3339, open ends as `..`; compared by years. Features "
    "without a time match any.",
    {"type": "string"},
    parse_interval,
)
DATED: Parameter[bool] = Parameter(
    "dated",
    "With `datetime`: leave features without a time out.",
    {"type": "boolean", "default": False},
    lambda text: _truth("dated", text),
)
WORDS: Parameter[str] = Parameter(
    "q",
    "Features one of whose names, in any language, starts with each of these words.",
    {"type": "string", "maxLength": LONGEST_TEXT},
    lambda text: plain("q", text).strip(),
)
NEAR: Parameter[LngLat] = Parameter(
    "near",
    "Features within `within_km` of this place: longitude, latitude in degrees.",
    {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
    near,
)
WITHIN_KM: Parameter[float] = Parameter(
    "within_km",
    "With `near`: the distance, in kilometres along the ellipsoid.",
    {"type": "number", "exclusiveMinimum": True, "minimum": 0, "default": 20},
    within_km,
)
REGION: Parameter[str] = Parameter(
    "region",
    "Features inside the cross-border region of this id.",
    {"type": "string"},
    lambda text: plain("region", text),
)
LIMIT: Parameter[int] = Parameter(
    "limit",
    "Features a page; a number above the maximum is taken as the maximum.",
    {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    lambda text: whole("limit", text, 1),
)
AFTER: Parameter[str] = Parameter(
    "after",
    "Where the page begins, as a `next` link states it.",
    {"type": "string"},
    lambda text: plain("after", text),
)
SORTBY: Parameter[str] = Parameter(
    "sortby",
    "Fields to order by, comma-separated, `-` before one for descending, for example "
    "`-rank,name`; the sortables of a collection tell which there are.",
    {"type": "array", "minItems": 1, "maxItems": MOST_KEYS, "items": {"type": "string"}},
    lambda text: _keys(plain("sortby", text)),
)
ZOOM: Parameter[int] = Parameter(
    "zoom",
    "The zoom level of the map that the overview is for.",
    {"type": "integer", "minimum": 0, "maximum": MAX_ZOOM, "default": 3},
    lambda text: whole("zoom", text, 0, MAX_ZOOM),
)
LANG: Parameter[str] = Parameter(
    "lang",
    "The language of sentences and labels; else as `Accept-Language` says.",
    {"type": "string", "enum": list(LANGUAGES)},
    lambda text: one_of("lang", text, tuple(LANGUAGES)),
)
FORMAT: Parameter[str] = Parameter(
    "f",
    "The representation; else as `Accept` says.",
    {"type": "string"},
    lambda text: plain("f", text),
)
CRS: Parameter[System] = Parameter(
    "crs",
    "The reference system of the geometries, by its URI or as EPSG:3067. In features its axes "
    "have the order of its definition; in files easting or longitude comes first.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    lambda text: _system("crs", text),
)
PROPERTIES: Parameter[tuple[str, ...]] = Parameter(
    "properties",
    "The properties to tell, comma-separated; all of them when it is not there.",
    {"type": "array", "items": {"type": "string"}},
    lambda text: tuple(plain("properties", text).split(",")),
)
PROFILE: Parameter[tuple[str, ...]] = Parameter(
    "profile",
    "Profiles of the answer, comma-separated: rel-as-key, rel-as-uri or rel-as-link for references "
    "to other features; rfc7946, jsonfg or jsonfg-plus for GeoJSON. Others change nothing.",
    {"type": "array", "items": {"type": "string"}},
    lambda text: tuple(part.strip() for part in plain("profile", text).split(",")),
)
MAX_OFFSET: Parameter[float] = Parameter(
    "max-allowable-offset",
    "Draw lines and areas with fewer points, nowhere further off than this, in the units of `crs`.",
    {"type": "number", "minimum": 0},
    lambda text: _offset("max-allowable-offset", text),
)
BOM: Parameter[bool] = Parameter(
    "bom",
    "With CSV: begin with a byte-order mark, by which Excel knows UTF-8.",
    {"type": "boolean", "default": False},
    lambda text: _truth("bom", text),
)
COLLECTIONS: Parameter[str] = Parameter(
    "collections",
    "The collections to show, comma-separated; all when it is not there.",
    {"type": "array", "items": {"type": "string"}},
    lambda text: plain("collections", text),
)


def _filter(text: str) -> str:
    require_short(text)
    return text


FILTER: Parameter[str] = Parameter(
    "filter",
    "A condition in CQL2 (OGC 21-065r2) on what `queryables` names, for example "
    "`rank > 50 AND S_INTERSECTS(geometry, BBOX(20, 59, 32, 70))`.",
    {"type": "string", "maxLength": MOST_BYTES},
    _filter,
)
FILTER_LANG: Parameter[str] = Parameter(
    "filter-lang",
    "The encoding of `filter`.",
    # GDAL sends filters at all only where it finds the name that drafts had for the text.
    {"type": "string", "enum": [*READERS, "cql-text"], "default": "cql2-text"},
    lambda text: OLD_NAMES.get(text) or one_of("filter-lang", text, tuple(READERS)),
)
FILTER_CRS: Parameter[System] = Parameter(
    "filter-crs",
    "The reference system of coordinates in `filter`, axes in the order of its definition.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    lambda text: _system("filter-crs", text),
)
BOXES: tuple[Parameter[Any], ...] = (BBOX, BBOX_CRS, PLACED)
"""What narrows features where a box is asked for: pages, counts, exports."""
FILTERS: tuple[Parameter[Any], ...] = (
    DATETIME,
    DATED,
    WORDS,
    NEAR,
    WITHIN_KM,
    REGION,
    FILTER,
    FILTER_LANG,
    FILTER_CRS,
)
"""What narrows features wherever they are read: pages, counts, tiles, exports."""

PARAMETERS: Mapping[str, Parameter[Any]] = {
    parameter.name: parameter
    for parameter in (
        *BOXES,
        *FILTERS,
        LIMIT,
        AFTER,
        SORTBY,
        ZOOM,
        LANG,
        FORMAT,
        CRS,
        PROPERTIES,
        PROFILE,
        MAX_OFFSET,
        BOM,
        COLLECTIONS,
    )
}


def queryables(layer: Layer) -> Mapping[str, Parameter[tuple[str, ...]]]:
    """Return the parameters that ask for a value of a field, or for one of several."""
    return {name: _queryable(layer, name) for name in filterable(layer)}


def _queryable(layer: Layer, name: str) -> Parameter[tuple[str, ...]]:
    field = layer.field(layer.either.get(name, (name,))[0])
    help_ = field.help if field else "The state of the relation, as computed for today."
    kind = field.kind if field else Kind.TERM
    check = _CHECKS.get(kind, plain)
    known = _codes(field)

    def read(text: str) -> tuple[str, ...]:
        # A text may hold commas of its own.
        values = (text,) if kind is Kind.TEXT else tuple(text.split(","))
        for value in values:
            if value and known:
                one_of(name, value, known)
            elif value:
                check(name, value)
        return values

    items: dict[str, Any] = {"type": "number" if check is number else "string"}
    if known:
        items["enum"] = [*known, ""]
    schema = items if kind is Kind.TEXT else {"type": "array", "items": items}
    return Parameter(
        name, f"{help_} Several values: any of them; an empty one: none.", schema, read
    )


def _codes(field: Field | None) -> tuple[str, ...]:
    """Return the codes of a TERM; a field that is not stored is the computed status."""
    if field is not None and field.kind is not Kind.TERM:
        return ()
    vocabulary = VOCABULARIES[field.vocabulary if field else "status"]
    return tuple(term.code for term in vocabulary.codes)


def _country(name: str, text: str) -> str:
    if not _COUNTRY.fullmatch(text):
        raise ParameterInvalid(name, text, "two capital letters of ISO 3166-1, such as FI.")
    return text


_CHECKS: Mapping[Kind, Callable[[str, str], Any]] = {
    Kind.COUNTRY: _country,
    Kind.INTEGER: number,
    Kind.NUMBER: number,
}

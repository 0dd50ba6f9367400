"""Every query parameter: its name, how its text is read, what the OpenAPI document says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from api import reading
from api.parameters_editing import EDITING
from api.reading import Parameter
from geomap.grid import MAX_ZOOM
from geomap.i18n import LANGUAGES
from geomap.places import Bounds, LngLat
from geomap.systems import CRS84_URI, System
from geomap.terms import VOCABULARIES
from geomap.when import Interval, parse_interval
from layers.cql2.filter import OLD_NAMES, READERS
from layers.cql2.raw import MOST_BYTES
from layers.layer import Field, Kind, Layer
from layers.paging import MOST_KEYS
from layers.query import filterable

BBOX: Parameter[reading.Corners] = Parameter(
    "bbox",
    "Features whose geometry meets this box: west, south, east, north in degrees (OGC:CRS84), or "
    "in the axes of `bbox-crs`; west above east crosses the antimeridian. Features without a "
    "place match any box.",
    {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
    reading.corners,
)
BBOX_CRS: Parameter[System] = Parameter(
    "bbox-crs",
    "The reference system of `bbox`, by its URI, with axes in the order of its definition.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    lambda text: reading.system("bbox-crs", text),
)
PLACED: Parameter[bool] = Parameter(
    "placed",
    "Leave features without a place out, as a list beside a map wants it.",
    {"type": "boolean", "default": False},
    lambda text: reading.truth("placed", text),
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
    lambda text: reading.truth("dated", text),
)
WORDS: Parameter[str] = Parameter(
    "q",
    "Features one of whose names, in any language, starts with each of these words.",
    {"type": "string", "maxLength": reading.LONGEST_TEXT},
    lambda text: reading.plain("q", text).strip(),
)
NEAR: Parameter[LngLat] = Parameter(
    "near",
    "Features within `within_km` of this place: longitude, latitude in degrees.",
    {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
    reading.near,
)
WITHIN_KM: Parameter[float] = Parameter(
    "within_km",
    "With `near`: the distance, in kilometres along the ellipsoid.",
    {"type": "number", "exclusiveMinimum": True, "minimum": 0, "default": 20},
    reading.within_km,
)
REGION: Parameter[str] = Parameter(
    "region",
    "Features inside the cross-border region of this id.",
    {"type": "string"},
    lambda text: reading.plain("region", text),
)
LIMIT: Parameter[int] = Parameter(
    "limit",
    "Features a page; a number above the maximum is taken as the maximum.",
    {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    lambda text: reading.whole("limit", text, 1),
)
AFTER: Parameter[str] = Parameter(
    "after",
    "Where the page begins, as a `next` link states it.",
    {"type": "string"},
    lambda text: reading.plain("after", text),
)
SORTBY: Parameter[str] = Parameter(
    "sortby",
    "Fields to order by, comma-separated, `-` before one for descending, for example "
    "`-rank,name`; the sortables of a collection tell which there are.",
    {"type": "array", "minItems": 1, "maxItems": MOST_KEYS, "items": {"type": "string"}},
    lambda text: reading.keys(reading.plain("sortby", text)),
)
ZOOM: Parameter[int] = Parameter(
    "zoom",
    "The zoom level of the map that the overview is for.",
    {"type": "integer", "minimum": 0, "maximum": MAX_ZOOM, "default": 3},
    lambda text: reading.whole("zoom", text, 0, MAX_ZOOM),
)
LANG: Parameter[str] = Parameter(
    "lang",
    "The language of sentences and labels; else as `Accept-Language` says.",
    {"type": "string", "enum": list(LANGUAGES)},
    lambda text: reading.one_of("lang", text, tuple(LANGUAGES)),
)
FORMAT: Parameter[str] = Parameter(
    "f",
    "The representation; else as `Accept` says.",
    {"type": "string"},
    lambda text: reading.plain("f", text),
)
CRS: Parameter[System] = Parameter(
    "crs",
    "The reference system of the geometries, by its URI or as EPSG:3067. In features its axes "
    "have the order of its definition; in files easting or longitude comes first.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    lambda text: reading.system("crs", text),
)
PROPERTIES: Parameter[tuple[str, ...]] = Parameter(
    "properties",
    "The properties to tell, comma-separated; all of them when it is not there.",
    {"type": "array", "items": {"type": "string"}},
    lambda text: tuple(reading.plain("properties", text).split(",")),
)
PROFILE: Parameter[tuple[str, ...]] = Parameter(
    "profile",
    "Profiles of the answer, comma-separated: rel-as-key, rel-as-uri or rel-as-link for references "
    "to other features; rfc7946, jsonfg or jsonfg-plus for GeoJSON. Others change nothing.",
    {"type": "array", "items": {"type": "string"}},
    lambda text: tuple(part.strip() for part in reading.plain("profile", text).split(",")),
)
MAX_OFFSET: Parameter[float] = Parameter(
    "max-allowable-offset",
    "Draw lines and areas with fewer points, nowhere further off than this, in the units of `crs`.",
    {"type": "number", "minimum": 0},
    lambda text: reading.distance("max-allowable-offset", text),
)
BOM: Parameter[bool] = Parameter(
    "bom",
    "With CSV: begin with a byte-order mark, by which Excel knows UTF-8.",
    {"type": "boolean", "default": False},
    lambda text: reading.truth("bom", text),
)
COLLECTIONS: Parameter[str] = Parameter(
    "collections",
    "The collections to show, comma-separated; all when it is not there.",
    {"type": "array", "items": {"type": "string"}},
    lambda text: reading.plain("collections", text),
)


FILTER: Parameter[str] = Parameter(
    "filter",
    "A condition in CQL2 (OGC 21-065r2) on what `queryables` names, for example "
    "`rank > 50 AND S_INTERSECTS(geometry, BBOX(20, 59, 32, 70))`.",
    {"type": "string", "maxLength": MOST_BYTES},
    reading.condition,
)
FILTER_LANG: Parameter[str] = Parameter(
    "filter-lang",
    "The encoding of `filter`.",
    # GDAL sends filters at all only where it finds the name that drafts had for the text.
    {"type": "string", "enum": [*READERS, "cql-text"], "default": "cql2-text"},
    lambda text: OLD_NAMES.get(text) or reading.one_of("filter-lang", text, tuple(READERS)),
)
FILTER_CRS: Parameter[System] = Parameter(
    "filter-crs",
    "The reference system of coordinates in `filter`, axes in the order of its definition.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    lambda text: reading.system("filter-crs", text),
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
        *EDITING,
    )
}


def place_asked(stated: Mapping[str, str]) -> LngLat | None:
    """Return the place that a map sends a form, by `lng` and `lat`; None where it sends none.

    Raises:
        ParameterInvalid: They are no numbers.
        CoordinateOutOfRange: They lie nowhere on Earth.
    """
    if not {"lng", "lat"} <= stated.keys():
        return None
    lng, lat = (round(reading.number(name, stated[name]), 6) for name in ("lng", "lat"))
    Bounds(lng, lat, lng, lat)
    return LngLat(lng, lat)


def number_after(text: str | None) -> int | None:
    """Return the number with which the page before ended; None where there was none.

    Raises:
        ParameterInvalid: It is no such number.
    """
    return None if text is None else reading.whole("after", text, 0, 2**53)


def queryables(layer: Layer) -> Mapping[str, Parameter[tuple[str, ...]]]:
    """Return the parameters that ask for a value of a field, or for one of several."""
    return {name: _queryable(layer, name) for name in filterable(layer)}


def _queryable(layer: Layer, name: str) -> Parameter[tuple[str, ...]]:
    field = layer.field(layer.either.get(name, (name,))[0])
    help_ = field.help if field else "The state of the relation, as computed for today."
    kind = field.kind if field else Kind.TERM
    check = _CHECKS.get(kind, reading.plain)
    known = _codes(field)

    def read(text: str) -> tuple[str, ...]:
        # A text may hold commas of its own.
        values = (text,) if kind is Kind.TEXT else tuple(text.split(","))
        for value in values:
            if value and known:
                reading.one_of(name, value, known)
            elif value:
                check(name, value)
        return values

    items: dict[str, Any] = {"type": "number" if check is reading.number else "string"}
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


_CHECKS: Mapping[Kind, Callable[[str, str], Any]] = {
    Kind.COUNTRY: reading.country,
    Kind.INTEGER: reading.number,
    Kind.NUMBER: reading.number,
}

"""JSON-FG 1.0 (OGC 21-045r1): features with their time, their type, and any reference system."""

from __future__ import annotations

from typing import Any

import orjson

from geomap.systems import System
from layers.fragments import Text
from layers.layer import Layer
from layers.table import LayerTable

Json = dict[str, Any]

MEDIA_TYPE = "application/vnd.ogc.fg+json"
_CONF = "http://www.opengis.net/spec/json-fg-1/1.0/conf/"
CONFORMS_TO = [f"{_CONF}core", f"{_CONF}types-schemas"]
DIMENSIONS = {"Point": 0, "LineString": 1, "Polygon": 2}
OPEN = ".."


def jsonfg_feature(table: LayerTable, row: int, text: Text, place: str | None) -> Json:
    """Return a feature, without the members that a root object has beside.

    Args:
        table: The feature's layer.
        row: Its row there.
        text: GeoJSON, OGC:CRS84.
        place: The same geometry as GeoJSON in another system; None in OGC:CRS84.
    """
    feature: Json = orjson.loads(text)
    return {
        "type": "Feature",
        "id": feature["id"],
        "featureType": table.layer.id,
        "time": time_of(table, row),
        "geometry": feature["geometry"],
        "place": orjson.Fragment(place) if place else None,
        "properties": feature["properties"],
    }


def root_members(layer: Layer, system: System, schema: str) -> Json:
    """Return what a root object says of all that it holds.

    Args:
        layer: What the features are of.
        system: That of `place`.
        schema: The address of the layer's schema.
    """
    members: Json = {
        "conformsTo": CONFORMS_TO,
        "featureSchema": schema,
        "coordRefSys": system.uri,
    }
    dimensions = {DIMENSIONS[kind.removeprefix("Multi")] for kind in layer.geometry}
    if len(dimensions) == 1:
        members["geometryDimension"] = dimensions.pop()
    return members


def time_of(table: LayerTable, row: int) -> Json | None:
    """Return the `time` of a feature: full days at both ends, an open one as `..`."""
    time = table.layer.time()
    if time is None:
        return None
    first, last = (table.value(f"{time.name}_{side}", row) for side in ("from", "to"))
    interval = [_day(first, "01-01"), _day(last, "12-31")]
    return None if interval == [OPEN, OPEN] else {"interval": interval}


def _day(year: float | None, rest: str) -> str:
    """Return a date of RFC 3339, which knows the years 0 to 9999 only; else an open end."""
    return f"{int(year):04}-{rest}" if year is not None and 0 <= year <= 9999 else OPEN

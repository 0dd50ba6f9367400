"""The collections: what each layer is, where it lies, and where its features are to be had."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from fastapi import Request
from starlette.responses import Response

from api import conformance
from api.depends import Language, ReadableLayer, Reads
from api.links import (
    GEOJSON,
    HTML,
    JSON,
    QGIS_LAYER,
    QUERYABLES,
    SCHEMA,
    SCHEMA_OF,
    SORTABLES,
    STYLES,
    TILESETS,
    Link,
    link,
    url,
)
from api.negotiate import (
    AS_FEATURES,
    AS_JSON,
    AS_SCHEMA,
    TITLES,
    answered,
    representations,
)
from api.parameters import FORMAT, LANG
from api.router import Router
from api.service import CurrentService
from geomap.systems import CRS84_URI, systems
from layers.exports.table import EXPORTS
from layers.layer import Layer
from layers.schema import layer_schema, sortables_schema
from layers.table import LayerTable

CRS84 = CRS84_URI
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
ALL_SYSTEMS = [CRS84_URI, "#/crs"]
"""In the list of collections: what the list itself names, behind the one that test suites want."""

router = Router("Collections", conformance.SCHEMAS)
_READS = Reads(FORMAT)
_OF_SCHEMA = Reads(FORMAT, LANG)


@router.get("/collections", "getCollections", _READS, AS_JSON, "collections")
def collections(request: Request, service: CurrentService) -> Response:
    """The collections of this map."""
    tables = service.follower.current().tables
    versions = tuple(table.version for table in tables.values())

    def body() -> bytes:
        described = [described_collection(request, table, alone=False) for table in tables.values()]
        return orjson.dumps(
            {
                "links": representations(request, AS_JSON),
                "crs": list(systems()),
                "collections": described,
            }
        )

    return answered(request, versions, JSON, body)


@router.get("/collections/{layer_id}", "getCollection", _READS, AS_JSON, "collection")
def collection(request: Request, layer: ReadableLayer, service: CurrentService) -> Response:
    """What a collection is, and where it lies."""
    table = service.follower.current().tables[layer.id]
    return answered(
        request,
        (table.version,),
        JSON,
        lambda: orjson.dumps(described_collection(request, table, alone=True)),
    )


@router.get("/collections/{layer_id}/schema", "getSchema", _OF_SCHEMA, AS_SCHEMA, "schema")
def schema(request: Request, layer: ReadableLayer, lang: Language) -> Response:
    """What the features of a collection hold, as JSON Schema: what is told and may be given."""
    address = url(request, f"/collections/{layer.id}/schema")
    body = layer_schema(layer, address, lang)
    return answered(request, (lang,), SCHEMA, lambda: orjson.dumps(body))


@router.get("/collections/{layer_id}/sortables", "getSortables", _OF_SCHEMA, AS_SCHEMA, "schema")
def sortables(request: Request, layer: ReadableLayer, lang: Language) -> Response:
    """What the features of a collection can be ordered by, as JSON Schema."""
    address = url(request, f"/collections/{layer.id}/sortables")
    body = sortables_schema(layer, address, lang)
    return answered(request, (lang,), SCHEMA, lambda: orjson.dumps(body))


def described_collection(request: Request, table: LayerTable, *, alone: bool) -> dict[str, Any]:
    """Return a collection object with its exact extent (OGC:CRS84).

    Args:
        request: Its address goes into the links.
        table: The collection.
        alone: Whether the object is the document, and not one of its list.
    """
    layer = table.layer
    return {
        "id": layer.id,
        "title": layer.title,
        "description": layer.description,
        "attribution": layer.attribution,
        "extent": table.cached("extent", lambda: _extent(table)),
        "itemType": "feature",
        "crs": list(systems()) if alone else ALL_SYSTEMS,
        "storageCrs": CRS84_URI,
        "links": [*_own(request, layer, alone=alone), *_links(request, layer)],
    }


def _own(request: Request, layer: Layer, *, alone: bool) -> list[Link]:
    if alone:
        return representations(request, AS_JSON)
    here = f"/collections/{layer.id}"
    return [
        link(url(request, here), "self", JSON),
        link(url(request, here, {"f": "html"}), "alternate", HTML),
    ]


def _links(request: Request, layer: Layer) -> list[Link]:
    here = f"/collections/{layer.id}"
    # A media type is linked once; of names for the same the first is its own.
    names = dict(reversed([(media_type, name) for name, media_type in AS_FEATURES.items()]))
    items = [
        link(
            url(
                request, f"{here}/items", {} if media_type == GEOJSON else {"f": names[media_type]}
            ),
            "items",
            media_type,
            f"{layer.title} as {TITLES[media_type]}",
        )
        for media_type in dict.fromkeys(AS_FEATURES.values())
    ]
    exports = [
        link(
            url(request, f"{here}/export", {"f": export.name}),
            "enclosure",
            export.media_type,
            f"All of it as {export.title}",
        )
        for export in EXPORTS.values()
    ]
    return [
        link(url(request, "/"), "root", JSON),
        link(url(request, "/collections"), "parent", JSON, "Collections"),
        *items,
        link(url(request, f"{here}/schema"), SCHEMA_OF, SCHEMA, "What features hold"),
        link(url(request, f"{here}/queryables"), QUERYABLES, SCHEMA, "What filters may ask"),
        link(url(request, f"{here}/sortables"), SORTABLES, SCHEMA, "What to order by"),
        link(url(request, f"{here}/tiles", {"f": "json"}), TILESETS, JSON, "Vector tiles"),
        link(url(request, f"{here}/styles"), STYLES, JSON, "Styles for MapLibre"),
        link(url(request, f"{here}/geomap.qlr"), "related", QGIS_LAYER, "A layer for QGIS"),
        *exports,
    ]


def _extent(table: LayerTable) -> dict[str, Any]:
    extent: dict[str, Any] = {}
    if box := table.extent():
        corners = [box.west, box.south, box.east, box.north]
        extent["spatial"] = {"bbox": [corners], "crs": CRS84_URI}
    if time := table.layer.time():
        sides = [table.numbers(f"{time.name}_{side}") for side in ("from", "to")]
        years = np.column_stack(sides)[table.alive]
        if len(years := years[np.isfinite(years).any(axis=1)]):
            # One feature without a beginning, or an end, leaves that end of the extent open.
            first, last = years[:, 0].min(), years[:, 1].max()
            interval = [_moment(first, "01-01T00:00:00Z"), _moment(last, "12-31T23:59:59Z")]
            extent["temporal"] = {"interval": [interval], "trs": GREGORIAN}
    return extent


def _moment(year: float, rest: str) -> str | None:
    """Return a date-time of RFC 3339, which knows the years 0 to 9999 only; else an open end."""
    return f"{int(year):04}-{rest}" if 0 <= year <= 9999 else None

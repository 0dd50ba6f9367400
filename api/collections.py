"""The collections: what each layer is, where it lies, and where its features are to be had."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from fastapi import Request
from starlette.responses import Response

from api.depends import ReadableLayer, Reads
from api.links import GEOJSON, JSON, TILESETS, Link, link, url
from api.negotiate import AS_JSON, answered
from api.parameters import FORMAT
from api.router import Router
from api.service import CurrentService
from layers.exports.table import EXPORTS
from layers.layer import Layer
from layers.table import LayerTable

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

router = Router("Collections")
_READS = Reads(FORMAT)


@router.get("/collections", "getCollections", _READS, AS_JSON, "collections")
def collections(request: Request, service: CurrentService) -> Response:
    """The collections of this map."""
    tables = service.follower.current().tables
    versions = tuple(table.version for table in tables.values())
    described = [described_collection(request, table) for table in tables.values()]
    body = {"links": [link(url(request, "/collections"), "self", JSON)], "collections": described}
    return answered(request, versions, JSON, lambda: orjson.dumps(body))


@router.get("/collections/{layer_id}", "getCollection", _READS, AS_JSON, "collection")
def collection(request: Request, layer: ReadableLayer, service: CurrentService) -> Response:
    """What a collection is, and where it lies."""
    table = service.follower.current().tables[layer.id]
    body = described_collection(request, table)
    return answered(request, (table.version,), JSON, lambda: orjson.dumps(body))


def described_collection(request: Request, table: LayerTable) -> dict[str, Any]:
    """Return a collection object with its exact extent (OGC:CRS84)."""
    layer = table.layer
    return {
        "id": layer.id,
        "title": layer.title,
        "description": layer.description,
        "attribution": layer.attribution,
        "extent": table.cached("extent", lambda: _extent(table)),
        "itemType": "feature",
        "crs": [CRS84],
        "links": _links(request, layer),
    }


def _links(request: Request, layer: Layer) -> list[Link]:
    here = f"/collections/{layer.id}"
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
        link(url(request, here), "self", JSON),
        link(url(request, "/"), "root", JSON),
        link(url(request, f"{here}/items"), "items", GEOJSON, layer.title),
        link(url(request, f"{here}/tiles", {"f": "json"}), TILESETS, JSON, "Vector tiles"),
        *exports,
    ]


def _extent(table: LayerTable) -> dict[str, Any]:
    extent: dict[str, Any] = {}
    if box := table.extent():
        corners = [box.west, box.south, box.east, box.north]
        extent["spatial"] = {"bbox": [corners], "crs": CRS84}
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

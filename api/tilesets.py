"""What clients ask before they ask for tiles: TileJSON, tilesets, GDAL's metadata, the grids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from api.collections import CRS84
from api.depends import ReadableLayer, Reads, collections_of
from api.links import JSON, MVT, TILING_SCHEME, Link, link, url
from api.negotiate import AS_JSON, answered
from api.parameters import COLLECTIONS, FORMAT
from api.router import Router
from api.service import CurrentService, Service
from api.tiles import grid_of
from geomap.grid import MAX_LAT
from layers.layer import Layer
from layers.snapshot import Snapshot
from layers.tiles.contents import box_of, drawn_layers, vector_layers
from layers.tiles.grids import GRIDS, WEB_MERCATOR, Grid, definition

MAX_ZOOM = 16
"""What clients need to ask for; beyond it they enlarge, and tiles up to zoom 22 are answered."""

router = Router("Tiles")
_ONE = Reads(FORMAT)
_MANY = Reads(FORMAT, COLLECTIONS)
_OF = "/collections/{layer_id}/tiles"
_GRID = "/{tileMatrixSetId}"


@router.get(_OF, "collection.vector.getTileSetsList", _ONE, AS_JSON, "tileSets")
def collection_tilesets(request: Request, layer: ReadableLayer) -> Response:
    """The tilesets of a collection."""
    return _tilesets(request, f"/collections/{layer.id}", layer.title)


@router.get("/tiles", "dataset.vector.getTileSetsList", _MANY, AS_JSON, "tileSets")
def dataset_tilesets(request: Request, service: CurrentService) -> Response:
    """The tilesets of all collections together."""
    collections_of(request)
    return _tilesets(request, "", service.settings.title)


@router.get(f"{_OF}/metadata.json", "collection.getTileMetadata", _ONE, AS_JSON, "tileMetadata")
def collection_metadata(
    request: Request, layer: ReadableLayer, service: CurrentService
) -> Response:
    """What GDAL's MVT driver reads beside `{z}/{x}/{y}.pbf`."""
    return _metadata(request, [layer], service)


@router.get("/tiles/metadata.json", "dataset.getTileMetadata", _MANY, AS_JSON, "tileMetadata")
def dataset_metadata(request: Request, service: CurrentService) -> Response:
    """What GDAL's MVT driver reads beside the tiles of all collections."""
    return _metadata(request, collections_of(request), service)


@router.get(_OF + _GRID, "collection.vector.getTileSet", _ONE, AS_JSON, "tileSet")
def collection_tileset(request: Request, layer: ReadableLayer, service: CurrentService) -> Response:
    """A tileset of a collection: its grid, its layers, where its tiles are."""
    return _tileset(request, f"/collections/{layer.id}", [layer], service)


@router.get(f"/tiles{_GRID}", "dataset.vector.getTileSet", _MANY, AS_JSON, "tileSet")
def dataset_tileset(request: Request, service: CurrentService) -> Response:
    """A tileset of all collections together."""
    return _tileset(request, "", collections_of(request), service)


@router.get(
    f"{_OF}/WebMercatorQuad/tilejson.json", "collection.getTileJson", _ONE, AS_JSON, "tileJson"
)
def collection_tilejson(
    request: Request, layer: ReadableLayer, service: CurrentService
) -> Response:
    """TileJSON 3.0 of a collection."""
    return _tilejson(request, f"/collections/{layer.id}", [layer], service)


@router.get(
    "/tiles/WebMercatorQuad/tilejson.json", "dataset.getTileJson", _MANY, AS_JSON, "tileJson"
)
def dataset_tilejson(request: Request, service: CurrentService) -> Response:
    """TileJSON 3.0 of all collections together."""
    return _tilejson(request, "", collections_of(request), service)


@router.get("/tileMatrixSets", "getTileMatrixSetsList", _ONE, AS_JSON, "tileMatrixSets")
def grids(request: Request) -> Response:
    """The grids that tiles are had in."""
    known = [
        {
            **{name: definition(grid_id)[name] for name in ("id", "title", "uri", "crs")},
            "links": [link(url(request, f"/tileMatrixSets/{grid_id}"), "self", JSON)],
        }
        for grid_id in GRIDS
    ]
    return answered(request, (), JSON, lambda: orjson.dumps({"tileMatrixSets": known}))


@router.get(f"/tileMatrixSets{_GRID}", "getTileMatrixSet", _ONE, AS_JSON, "tileMatrixSet")
def grid(request: Request) -> Response:
    """A grid, as OGC defines it."""
    body = definition(grid_of(request).id)
    return answered(request, (), JSON, lambda: orjson.dumps(body))


def _tilesets(request: Request, above: str, title: str) -> Response:
    here = url(request, f"{above}/tiles", {"f": "json"})
    tilesets = [
        {**_named(title, one), "links": _tileset_links(request, above, one)}
        for one in GRIDS.values()
    ]
    body = {"links": [link(here, "self", JSON)], "tilesets": tilesets}
    return answered(request, (), JSON, lambda: orjson.dumps(body))


def _tileset(request: Request, above: str, layers: Sequence[Layer], service: Service) -> Response:
    snapshot, grid = service.follower.current(), grid_of(request)
    rows_first = f"{above}/tiles/{grid.id}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    template = {**link(_asked(request, rows_first), "item", MVT), "templated": True}
    body = {
        **_named(_title(layers), grid),
        "attribution": _attribution(layers),
        "boundingBox": _bounding_box(snapshot, layers, grid),
        "tileMatrixSetLimits": [_limits(grid, z) for z in range(grid.last_zoom + 1)],
        "layers": [
            {"id": name, "dataType": "vector", "geometryDimension": dimension}
            for name, dimension, _ in drawn_layers(layers)
        ],
        "links": [*_tileset_links(request, above, grid), template],
    }
    return answered(request, _versions(snapshot, layers), JSON, lambda: orjson.dumps(body))


def _limits(grid: Grid, z: int) -> dict[str, Any]:
    """Return the limits of a zoom: all of it, for where features are today may change any time.

    What they say is which zooms there are; a definition goes on to deeper ones.
    """
    columns, rows = grid.size(z)
    return {
        "tileMatrix": str(z),
        "minTileRow": 0,
        "maxTileRow": rows - 1,
        "minTileCol": 0,
        "maxTileCol": columns - 1,
    }


def _tilejson(request: Request, above: str, layers: Sequence[Layer], service: Service) -> Response:
    snapshot = service.follower.current()
    body = tilejson(request, above, layers, snapshot)
    return answered(request, _versions(snapshot, layers), JSON, lambda: orjson.dumps(body))


def tilejson(
    request: Request, above: str, layers: Sequence[Layer], snapshot: Snapshot
) -> dict[str, Any]:
    """Return the TileJSON of these layers, whose tiles are at `above`/tiles."""
    return {
        "tilejson": "3.0.0",
        "name": _title(layers),
        "attribution": _attribution(layers),
        "scheme": "xyz",
        "tiles": [_asked(request, f"{above}/tiles/{{z}}/{{x}}/{{y}}.pbf")],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": box_of(snapshot, layers),
        "vector_layers": vector_layers(layers),
    }


def _metadata(request: Request, layers: Sequence[Layer], service: Service) -> Response:
    snapshot = service.follower.current()
    body = {
        "name": _title(layers),
        "format": "pbf",
        "type": "overlay",
        "version": "2",
        "minzoom": "0",
        "maxzoom": str(MAX_ZOOM),
        "bounds": ",".join(f"{degrees:.6f}" for degrees in box_of(snapshot, layers)),
        # A text inside the document, as in an MBTiles file.
        "json": orjson.dumps({"vector_layers": vector_layers(layers)}).decode(),
    }
    return answered(request, _versions(snapshot, layers), JSON, lambda: orjson.dumps(body))


def _named(title: str, grid: Grid) -> dict[str, Any]:
    defined = definition(grid.id)
    return {
        "title": f"{title}: {defined['title']}",
        "dataType": "vector",
        "crs": defined["crs"],
        "tileMatrixSetId": grid.id,
        "tileMatrixSetURI": defined["uri"],
    }


def _tileset_links(request: Request, above: str, grid: Grid) -> list[Link]:
    here = f"{above}/tiles/{grid.id}"
    links = [
        link(_asked(request, here, f="json"), "self", JSON),
        link(url(request, f"/tileMatrixSets/{grid.id}"), TILING_SCHEME, JSON),
    ]
    if grid is WEB_MERCATOR:  # TileJSON knows no other.
        described = _asked(request, f"{here}/tilejson.json")
        links.append(link(described, "describedby", JSON, "TileJSON"))
    return links


def _asked(request: Request, path: str, **query: str) -> str:
    """Return an address that asks for the collections that this request asks for."""
    chosen = request.query_params.get("collections")
    return url(request, path, query | ({"collections": chosen} if chosen is not None else {}))


def _title(layers: Sequence[Layer]) -> str:
    return ", ".join(layer.title for layer in layers)


def _attribution(layers: Sequence[Layer]) -> str:
    return "; ".join(dict.fromkeys(layer.attribution for layer in layers))


def _versions(snapshot: Snapshot, layers: Sequence[Layer]) -> tuple[str, ...]:
    return tuple(snapshot.tables[layer.id].version for layer in layers)


def _bounding_box(snapshot: Snapshot, layers: Sequence[Layer], grid: Grid) -> dict[str, Any]:
    most_lat = MAX_LAT if grid is WEB_MERCATOR else 90.0
    west, south, east, north = box_of(snapshot, layers, most_lat)
    return {"crs": CRS84, "lowerLeft": [west, south], "upperRight": [east, north]}

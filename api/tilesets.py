"""What clients ask before they ask for tiles: TileJSON, tilesets, GDAL's metadata, the grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from geomap.grid import MAX_LAT
from geomap.grid import MAX_ZOOM as DEEPEST
from layers.content import NAME_COLUMNS
from layers.layer import Kind, Layer, column_names
from layers.snapshot import Snapshot
from layers.tiles.properties import HEAVY

MAX_ZOOM = 16
"""What clients need to ask for; beyond it they enlarge, and tiles up to zoom 22 are answered."""

GRID_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
GRID_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
EDGE_M = 20037508.342789244
WIDEST_SCALE = 559082264.0287178
"""Scale denominator of zoom level 0, at pixels of 0.28 mm (OGC 17-083r4, annex D.1)."""
DRAWN: Mapping[str, tuple[tuple[str, int], ...]] = {
    "sites": (("sites", 0), ("sites_shapes", 2)),
    "regions": (("regions", 2), ("regions_labels", 0)),
    "cities": (("cities", 0),),
    "twins": (("twins", 1),),
}
"""Layer → its layers in a tile: name, and dimension of their geometry."""

_NUMBERS = frozenset({Kind.NUMBER, Kind.INTEGER, Kind.EDTF})
_WORLD = ((-180.0,), (-90.0,), (180.0,), (90.0,))

router = Router("Tiles")
_ONE = Reads(FORMAT)
_MANY = Reads(FORMAT, COLLECTIONS)
_OF = "/collections/{layer_id}/tiles"


@router.get(_OF, "collection.vector.getTileSetsList", _ONE, AS_JSON, "tileSets")
def collection_tilesets(request: Request, layer: ReadableLayer) -> Response:
    """The tilesets of a collection."""
    return _tilesets(request, f"/collections/{layer.id}", layer.title)


@router.get("/tiles", "dataset.vector.getTileSetsList", _MANY, AS_JSON, "tileSets")
def dataset_tilesets(request: Request, service: CurrentService) -> Response:
    """The tilesets of all collections together."""
    return _tilesets(request, "", service.settings.title)


@router.get(f"{_OF}/WebMercatorQuad", "collection.vector.getTileSet", _ONE, AS_JSON, "tileSet")
def collection_tileset(request: Request, layer: ReadableLayer, service: CurrentService) -> Response:
    """A tileset of a collection: its grid, its layers, where its tiles are."""
    return _tileset(request, f"/collections/{layer.id}", [layer], service)


@router.get("/tiles/WebMercatorQuad", "dataset.vector.getTileSet", _MANY, AS_JSON, "tileSet")
def dataset_tileset(request: Request, service: CurrentService) -> Response:
    """The tileset of all collections together."""
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


@router.get("/tileMatrixSets", "getTileMatrixSetsList", _ONE, AS_JSON, "tileMatrixSets")
def grids(request: Request) -> Response:
    """The grids of tiles: one."""
    here = url(request, "/tileMatrixSets/WebMercatorQuad")
    known = {"id": "WebMercatorQuad", "uri": GRID_URI, "links": [link(here, "self", JSON)]}
    return answered(request, (), JSON, lambda: orjson.dumps({"tileMatrixSets": [known]}))


@router.get("/tileMatrixSets/WebMercatorQuad", "getTileMatrixSet", _ONE, AS_JSON, "tileMatrixSet")
def grid(request: Request) -> Response:
    """The grid WebMercatorQuad."""
    body = {
        "id": "WebMercatorQuad",
        "title": "Google Maps Compatible for the World",
        "uri": GRID_URI,
        "crs": GRID_CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(z) for z in range(DEEPEST + 1)],
    }
    return answered(request, (), JSON, lambda: orjson.dumps(body))


def _matrix(z: int) -> dict[str, Any]:
    side = 2**z
    return {
        "id": str(z),
        "scaleDenominator": WIDEST_SCALE / side,
        "cellSize": 2 * EDGE_M / 256 / side,
        "pointOfOrigin": [-EDGE_M, EDGE_M],
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": side,
        "matrixHeight": side,
    }


def _tilesets(request: Request, above: str, title: str) -> Response:
    here = url(request, f"{above}/tiles", {"f": "json"})
    tileset = {**_named(title), "links": _tileset_links(request, above)}
    body = {"links": [link(here, "self", JSON)], "tilesets": [tileset]}
    return answered(request, (), JSON, lambda: orjson.dumps(body))


def _tileset(request: Request, above: str, layers: Sequence[Layer], service: Service) -> Response:
    snapshot = service.follower.current()
    rows_first = f"{above}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    template = {**link(url(request, rows_first), "item", MVT), "templated": True}
    body = {
        **_named(_title(layers)),
        "boundingBox": _bounding_box(snapshot, layers),
        "layers": [
            {"id": name, "dataType": "vector", "geometryDimension": dimension}
            for name, dimension, _ in _drawn(layers)
        ],
        "links": [*_tileset_links(request, above), template],
    }
    return answered(request, _versions(snapshot, layers), JSON, lambda: orjson.dumps(body))


def _tilejson(request: Request, above: str, layers: Sequence[Layer], service: Service) -> Response:
    snapshot = service.follower.current()
    body = {
        "tilejson": "3.0.0",
        "name": _title(layers),
        "attribution": "; ".join(dict.fromkeys(layer.attribution for layer in layers)),
        "scheme": "xyz",
        "tiles": [_template(request, above)],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": _box(snapshot, layers),
        "vector_layers": _vector_layers(layers),
    }
    return answered(request, _versions(snapshot, layers), JSON, lambda: orjson.dumps(body))


def _metadata(request: Request, layers: Sequence[Layer], service: Service) -> Response:
    snapshot = service.follower.current()
    body = {
        "name": _title(layers),
        "format": "pbf",
        "type": "overlay",
        "version": "2",
        "minzoom": "0",
        "maxzoom": str(MAX_ZOOM),
        "bounds": ",".join(f"{degrees:.6f}" for degrees in _box(snapshot, layers)),
        # A text inside the document, as in an MBTiles file.
        "json": orjson.dumps({"vector_layers": _vector_layers(layers)}).decode(),
    }
    return answered(request, _versions(snapshot, layers), JSON, lambda: orjson.dumps(body))


def _named(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "dataType": "vector",
        "crs": GRID_CRS,
        "tileMatrixSetURI": GRID_URI,
    }


def _tileset_links(request: Request, above: str) -> list[Link]:
    here = f"{above}/tiles/WebMercatorQuad"
    grid_at = "/tileMatrixSets/WebMercatorQuad"
    return [
        link(url(request, here, {"f": "json"}), "self", JSON),
        link(url(request, grid_at), TILING_SCHEME, JSON),
        link(url(request, f"{here}/tilejson.json"), "describedby", JSON, "TileJSON"),
    ]


def _template(request: Request, above: str) -> str:
    chosen = request.query_params.get("collections")
    query = {"collections": chosen} if chosen is not None else None
    return url(request, f"{above}/tiles/{{z}}/{{x}}/{{y}}.pbf", query)


def _title(layers: Sequence[Layer]) -> str:
    return ", ".join(layer.title for layer in layers)


def _versions(snapshot: Snapshot, layers: Sequence[Layer]) -> tuple[str, ...]:
    return tuple(snapshot.tables[layer.id].version for layer in layers)


def _drawn(layers: Sequence[Layer]) -> list[tuple[str, int, Layer]]:
    return [(name, dimension, layer) for layer in layers for name, dimension in DRAWN[layer.id]]


def _vector_layers(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    return [
        {"id": name, "description": layer.title, "fields": _fields(layer)}
        for name, _, layer in _drawn(layers)
    ]


def _fields(layer: Layer) -> dict[str, str]:
    """Return what features in tiles carry: names, short fields, a cluster's count."""
    fields = dict.fromkeys(("id", *NAME_COLUMNS), "String") | {"count": "Number"}
    for field in layer.fields:
        if field.queryable and field.kind not in HEAVY:
            kind = "Number" if field.kind in _NUMBERS else "String"
            fields |= dict.fromkeys(column_names(field), kind)
    return fields | ({layer.group_by: "String"} if layer.group_by not in fields else {})


def _box(snapshot: Snapshot, layers: Sequence[Layer]) -> list[float]:
    """Return west, south, east, north of what the layers show, in degrees; else the world."""
    extents = [snapshot.tables[layer.id].extent() for layer in layers]
    boxes = [(box.west, box.south, box.east, box.north) for box in extents if box]
    west, south, east, north = zip(*boxes, strict=True) if boxes else _WORLD
    return [
        min(west),
        max(min(south), -MAX_LAT),
        max(east),
        min(max(north), MAX_LAT),
    ]


def _bounding_box(snapshot: Snapshot, layers: Sequence[Layer]) -> dict[str, Any]:
    west, south, east, north = _box(snapshot, layers)
    return {"crs": CRS84, "lowerLeft": [west, south], "upperRight": [east, north]}

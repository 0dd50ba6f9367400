"""Vector tiles: of one collection, of several together, and of the map beneath.

`api.front` answers the most of them before these routes are reached; both draw with `drawn`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from fastapi import Request
from starlette.responses import Response

from api import conformance
from api.compression import GZIPPED, gzipped, takes_gzip, unzipped
from api.depends import CurrentWishes, ReadableLayer, Reads, Wishes, collections_of, query_of
from api.features import found
from api.links import MVT
from api.negotiate import AS_TILE, CACHING, VARY, is_held, tag_of
from api.parameters import COLLECTIONS, FILTERS, FORMAT
from api.router import Router
from api.service import CurrentService, Service
from geomap.errors import TileOutOfRange
from geomap.grid import Tile
from layers.layer import Layer
from layers.query import Query
from layers.snapshot import Snapshot
from layers.tiles.basemap import ARCHIVE, basemap_tile
from layers.tiles.grids import WEB_MERCATOR, Grid, grid_named
from layers.tiles.render import render

MOST_DIGITS = 9
Versions = tuple[str, ...]
KNOWN_BY = frozenset({"authorization", "cookie"})
"""Headers by which people say who they are."""

router = Router("Tiles", conformance.TILES)
OF_ONE = Reads(FORMAT, *FILTERS, filters=True)
OF_MANY = Reads(FORMAT, COLLECTIONS, *FILTERS, filters=True)
OF_BASEMAP = Reads(FORMAT)
BASEMAP = "/basemap/{z}/{x}/{y}.mvt"
GRID = "/tiles/WebMercatorQuad/{z}/{y}/{x}"
"""As `api.front` answers it; the route is that of any grid."""
ANY_GRID = "/tiles/{tileMatrixSetId}/{z}/{y}/{x}"
XYZ = "/tiles/{z}/{x}/{y}.pbf"
COLLECTION = "/collections/{layer_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What all tiles of a map have in common: their layers, and what narrows these."""

    ids: tuple[str, ...]
    query: Query
    key: Hashable
    """Equal for those that show the same."""
    grid: Grid = WEB_MERCATOR

    def versions(self, snapshot: Snapshot) -> Versions:
        """Return the version of each layer: all that a tile depends on, beside what is asked."""
        return tuple([snapshot.tables[layer_id].version for layer_id in self.ids])


class Wanted(NamedTuple):
    """One tile, in one form."""

    asked: Asked
    tile: Tile
    compressed: bool

    def key(self) -> Hashable:
        """Return what tells this tile from others in the cache, beside its version."""
        return self.asked.key, self.tile, self.compressed


@router.get(COLLECTION + ANY_GRID, "collection.vector.getTile", OF_ONE, AS_TILE)
@router.get(COLLECTION + XYZ, "collection.vector.getTile.xyz", OF_ONE, AS_TILE)
def collection_tile(
    request: Request, layer: ReadableLayer, wishes: CurrentWishes, service: CurrentService
) -> Response:
    """A tile of one collection: row before column, or as XYZ."""
    return _tile(request, asked_of([layer], wishes, grid_of(request)), service)


@router.get(ANY_GRID, "dataset.vector.getTile", OF_MANY, AS_TILE)
@router.get(XYZ, "dataset.vector.getTile.xyz", OF_MANY, AS_TILE)
def dataset_tile(request: Request, wishes: CurrentWishes, service: CurrentService) -> Response:
    """A tile of several collections together: row before column, or as XYZ."""
    asked = asked_of(collections_of(request), wishes, grid_of(request))
    return _tile(request, asked, service)


@router.get(BASEMAP, "getBasemapTile", OF_BASEMAP, AS_TILE)
def basemap(request: Request) -> Response:
    """A tile of the map beneath: land, borders, water, names of places."""
    compressed = takes_gzip(request.headers.get("accept-encoding", ""))
    body = drawn_basemap(tile_of(request, WEB_MERCATOR), compressed=compressed)
    return _answered(request, basemap_version(), body, compressed=compressed)


def asked_of(layers: Sequence[Layer], wishes: Wishes, grid: Grid = WEB_MERCATOR) -> Asked:
    """Return what these wishes ask of the tiles of these layers.

    Raises:
        ParameterInvalid: A distance has no place, or a filter asks for what is not there.
    """
    ids, query = tuple(layer.id for layer in layers), query_of(wishes, *layers)
    return Asked(ids, query, (ids, query.key(), grid.id), grid)


def grid_of(request: Request) -> Grid:
    """Return the grid that the path names; that of the Web's maps where it names none.

    Raises:
        GridNotFound: There is none of this id.
    """
    return grid_named(request.path_params.get("tileMatrixSetId", WEB_MERCATOR.id))


def tile_of(request: Request, grid: Grid) -> Tile:
    """Return the tile that the path names.

    Raises:
        TileOutOfRange: There is no such tile.
    """
    numbers = [request.path_params[name] for name in ("z", "x", "y")]
    if not all(text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS for text in numbers):
        raise TileOutOfRange("A tile has three whole numbers: zoom level, column and row.")
    z, x, y = map(int, numbers)
    return grid.tile(z, x, y)


def drawn(service: Service, snapshot: Snapshot, wanted: Wanted) -> tuple[Versions, bytes]:
    """Return a tile, empty where nothing is, and the versions of the layers that it shows.

    These are the snapshot's; or newer ones, where words are to be found in the store.
    """
    asked = wanted.asked
    if not asked.query.words:
        return _encoded(service, snapshot, wanted)
    with service.follower.reading() as (now, reader):
        layers = [now.tables[layer_id].layer for layer_id in asked.ids]
        seqs = [found(asked.query, layer, reader).seqs or frozenset() for layer in layers]
        query = replace(asked.query, seqs=frozenset().union(*seqs))
        return _encoded(service, now, wanted._replace(asked=replace(asked, query=query)))


def kept(service: Service, wanted: Wanted, versions: Versions) -> bytes | None:
    """Return the tile that was drawn of these versions, None where none is kept."""
    return service.tiles.get(wanted.key(), versions)


@lru_cache(maxsize=1)
def basemap_version() -> Versions:
    """Return what tells one baked base map from another."""
    return ("basemap", hashlib.blake2b(ARCHIVE.read_bytes(), digest_size=12).hexdigest())


def drawn_basemap(tile: Tile, *, compressed: bool) -> bytes:
    """Return a tile of the map beneath; empty where there is only sea."""
    body = basemap_tile(tile)
    return body if compressed or not body else unzipped(body)


def tag_header(tag: str, *, encoded: bool) -> str:
    """Return an `ETag`: a compressed tile is another representation than the plain one."""
    return f'"{tag}{GZIPPED}"' if encoded else f'"{tag}"'


def tile_headers(*, encoded: bool, shared_s: int, known: bool = False) -> dict[str, str]:
    """Return what every tile carries beside its tag.

    Args:
        encoded: Whether it is compressed.
        shared_s: Seconds for which caches between us and the public need not ask.
        known: Whether it is for someone who says who they are: no cache may give it to others,
            nor give them what it has for others.
    """
    headers = dict(CACHING)
    if shared_s:
        public = f"public, max-age=0, must-revalidate, s-maxage={shared_s}"
        headers["Cache-Control"] = "private, no-cache" if known else public
        headers["Vary"] = f"{VARY}, Authorization, Cookie"
    return headers | {"Content-Encoding": "gzip"} if encoded else headers


def _encoded(service: Service, snapshot: Snapshot, wanted: Wanted) -> tuple[Versions, bytes]:
    versions = wanted.asked.versions(snapshot)
    body = kept(service, wanted, versions)
    if body is None:
        body = _made(service, snapshot, wanted)
        service.tiles.put(wanted.key(), body, versions)
    return versions, body


def _made(service: Service, snapshot: Snapshot, wanted: Wanted) -> bytes:
    """Return a tile from its other form where that is kept, else from the layers."""
    asked, tile, compressed = wanted
    other = kept(service, Wanted(asked, tile, not compressed), asked.versions(snapshot))
    if other is not None and not compressed:
        return unzipped(other) if other else b""
    if other is None:
        other = render(snapshot, asked.ids, tile, asked.query, asked.grid)
    return gzipped(other) if other and compressed else other


def _tile(request: Request, asked: Asked, service: Service) -> Response:
    compressed = takes_gzip(request.headers.get("accept-encoding", ""))
    wanted = Wanted(asked, tile_of(request, asked.grid), compressed)
    snapshot = service.follower.current()
    held = asked.versions(snapshot)
    if is_held(request, tag_of(request, *held)):
        return _answered(request, held, b"", compressed=compressed)
    versions, body = drawn(service, snapshot, wanted)
    return _answered(request, versions, body, compressed=compressed)


def _answered(request: Request, versions: Versions, body: bytes, *, compressed: bool) -> Response:
    tag, encoded = tag_of(request, *versions), compressed and bool(body)
    held = is_held(request, tag)
    encoded = encoded and not held
    headers = tile_headers(
        encoded=encoded,
        shared_s=request.app.state.settings.shared_tiles_s,
        known=not KNOWN_BY.isdisjoint(request.headers),
    )
    headers = {"ETag": tag_header(tag, encoded=encoded), **headers}
    if held:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MVT, headers=headers)

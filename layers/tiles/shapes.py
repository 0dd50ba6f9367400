"""Tiles of lines and areas: cut from what is ready on the grid of their zoom.

Shapes are simplified and put on the grid once for each zoom, before any tile cuts them, so
neighbouring tiles agree where they meet. A shape that lies in a tile as a whole is copied; of
the others the edges are new, and so is the question whether they are still valid.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import shapely

from geomap.grid import Tile
from layers.columns import Rows
from layers.tiles import mvt, pieces
from layers.tiles.grids import WEB_MERCATOR, Grid
from layers.tiles.mvt import EXTENT, Ints, Ragged
from layers.tiles.pieces import TOLERANCE, Box, Floats, Geometries, Mask, Piece
from layers.tiles.properties import Pickable

BUFFER = 64
"""Units that shapes reach beyond the tile, so that their outlines are not drawn on its edge."""
EXACT_FROM_ZOOM = 14
MAX_BYTES = 256 * 1024
"""A tile beyond this is written again with half of its shapes."""

WHOLE_TO_ZOOM = 8
"""Up to here all shapes are put on the grid at once; from here on parts of the world are, when a
tile of theirs is asked for, since a copy of everything for each zoom would fill the memory."""
WORTH_A_COPY = 0.8
"""Of the vertices: what simplification leaves more of is not worth its memory."""
_PART_ZOOMS = (4, 8, 12, 16)
"""A country at full detail is cut once for each part of the world, not for each tile."""
_KEPT_BYTES = 32 * 1024 * 1024
"""Memory for such parts, of one index."""

Drawn = tuple[Ints, Ragged]
"""Some of the candidates of a tile, ascending, and their commands."""


class DrawnRows(NamedTuple):
    """Rows of a table as commands."""

    rows: Rows
    geometry: Ragged
    types: Ints


class ShapeIndex:
    """The lines and areas of a layer. Immutable but for its memory of what it has made ready."""

    def __init__(
        self, geometry: Geometries, rows: Rows | None = None, grid: Grid = WEB_MERCATOR
    ) -> None:
        """Project the shapes of a table.

        Args:
            geometry: Shapely geometries, degrees, CRS84; None and empty ones are left out.
                Longitudes beyond ±180 come in again on the other side.
            rows: The row of each geometry, ascending; their places in `geometry` without it.
            grid: Whose tiles they are for.
        """
        unit = grid.project(geometry)
        kept = np.flatnonzero(~(shapely.is_missing(unit) | shapely.is_empty(unit)))
        self._rows = kept if rows is None else rows[kept]
        self._whole = pieces.piece_of(np.arange(len(kept)), unit[kept])
        self._copies: dict[int, Piece] = {}
        self._levels: dict[int, Piece] = {}
        self._making = [threading.Lock() for _ in range(WHOLE_TO_ZOOM + 1)]
        self._simplifying = threading.Lock()
        self._parts = _Parts()

    def __len__(self) -> int:
        return len(self._rows)

    def prepare(self, from_zoom: int) -> None:
        """Make ready what no tile should have to wait for: copies of the zooms from this on."""
        for z in range(from_zoom, EXACT_FROM_ZOOM):
            if z > WHOLE_TO_ZOOM:
                self._simplified(z)
            else:
                self._copy(z)

    def drawn(self, tile: Tile, rows_mask: Mask | None = None) -> DrawnRows:
        """Return what is drawn in a tile.

        Args:
            tile: The tile.
            rows_mask: Rows of the table that count, shape (rows,); all without it.
        """
        piece = self._piece(tile)
        meets = pieces.meeting(piece, _margin(tile))
        if rows_mask is not None:
            meets &= rows_mask[self._rows[piece.shapes]]
        chosen = np.flatnonzero(meets)
        if not len(chosen):
            return _NOTHING
        drawn = _drawn(piece, chosen, tile)
        if not drawn:
            return _NOTHING
        places, geometry = drawn[0]
        if len(drawn) > 1:
            places = np.concatenate([some for some, _ in drawn])
            geometry = mvt.joined([commands for _, commands in drawn])
            order = np.argsort(places, kind="stable")
            places, geometry = places[order], geometry.take(order)
        return DrawnRows(self._rows[piece.shapes[places]], geometry, piece.dimensions[places] + 1)

    def _piece(self, tile: Tile) -> Piece:
        """Return what is ready for the tile: its zoom, in a part of the world about it."""
        z = tile.z
        if z <= WHOLE_TO_ZOOM:
            return self._cut(self._copy(z), tile, z)
        part = _part(tile, max(zoom for zoom in _PART_ZOOMS if zoom < z))

        def build() -> Piece:
            near = self._cut(self._simplified(z), tile, None)
            return pieces.on_grid(near, self._whole.boxes[near.shapes], z)

        return self._parts.kept((z, part), build)

    def _cut(self, piece: Piece, tile: Tile, units_of: int | None) -> Piece:
        """Cut a part about the tile out of a part about that; `units_of` a zoom, or unit square."""
        level = _level(tile.z)
        for zoom in _PART_ZOOMS:
            if zoom < tile.z:
                part = _part(tile, zoom)
                cut = partial(pieces.cut, piece, _margin(part, units_of))
                piece = self._parts.kept((units_of, level, part), cut)
        return piece

    def _copy(self, z: int) -> Piece:
        """Return all shapes as they are drawn at a zoom."""
        with self._making[z]:
            if z not in self._copies:
                simplified = self._simplified(z)
                self._copies[z] = pieces.on_grid(simplified, self._whole.boxes, z)
            return self._copies[z]

    def _simplified(self, z: int) -> Piece:
        """Return all shapes in the unit square, without what a zoom does not show.

        Whole shapes are simplified, never parts of them: neighbours are to agree.
        """
        if z >= EXACT_FROM_ZOOM:
            return self._whole
        level = _level(z)
        with self._simplifying:
            if level not in self._levels:
                # Those of which each zoom has a copy are not asked for again.
                for old in [one for one in self._levels if one <= WHOLE_TO_ZOOM]:
                    del self._levels[old]
                tolerance = TOLERANCE / EXTENT / (1 << level)
                copy = pieces.simplified(self._whole, tolerance)
                spares = copy.vertices < WORTH_A_COPY * self._whole.vertices
                self._levels[level] = copy if spares else self._whole
            return self._levels[level]


class _Parts:
    """Pieces of the latest tiles, kept up to a number of bytes."""

    def __init__(self) -> None:
        self._bytes = 0
        self._kept: OrderedDict[Hashable, tuple[Piece, int]] = OrderedDict()
        self._lock = threading.Lock()

    def kept(self, key: Hashable, build: Callable[[], Piece]) -> Piece:
        """Return the piece of this key, built where it is not kept."""
        with self._lock:
            if found := self._kept.get(key):
                self._kept.move_to_end(key)
                return found[0]
        piece = build()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = piece, piece.size
                self._bytes += piece.size
            while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1][1]
        return piece


def encode(
    parts: Sequence[DrawnRows],
    layer_name: str,
    properties: Sequence[Mapping[str, Pickable]],
    ranks: Callable[[Rows], Floats],
) -> bytes:
    """Return the layer of this name, empty where nothing is drawn.

    Args:
        parts: What is drawn; no row twice.
        layer_name: Name of the layer in the tile.
        properties: What features say; and what they say instead in a tile that would be too
            large. Where that does not help, the best-ranked half is drawn.
        ranks: Returns the ranks of rows, higher is better; of equals the earlier row is better.
    """
    parts = [part for part in parts if len(part.rows)]
    if not parts:
        return b""
    rows, geometry, types = _together(parts)
    for columns in properties:
        encoded = _layer(layer_name, columns, rows, geometry, types)
        if len(encoded) <= MAX_BYTES:
            return encoded
    order, count = np.lexsort((rows, -ranks(rows))), len(rows)
    while len(encoded) > MAX_BYTES and count > 1:
        count //= 2
        kept = np.sort(order[:count])
        some = rows[kept], geometry.take(kept), types[kept]
        encoded = _layer(layer_name, properties[-1], *some)
    return encoded


def _together(parts: Sequence[DrawnRows]) -> DrawnRows:
    if len(parts) == 1:
        return parts[0]
    return DrawnRows(
        np.concatenate([part.rows for part in parts]),
        mvt.joined([part.geometry for part in parts]),
        np.concatenate([part.types for part in parts]),
    )


def _layer(
    name: str, columns: Mapping[str, Pickable], rows: Rows, geometry: Ragged, types: Ints
) -> bytes:
    picked = [(key, column.pick(rows)) for key, column in columns.items()]
    return mvt.encode_layer(name, picked, geometry, types)


def _level(z: int) -> int:
    """Return the zoom whose tolerance holds for `z`: the higher one of each two."""
    return z | 1 if z < EXACT_FROM_ZOOM else EXACT_FROM_ZOOM


def _part(tile: Tile, zoom: int) -> Tile:
    return Tile(zoom, tile.x >> tile.z - zoom, tile.y >> tile.z - zoom)


def _margin(tile: Tile, units_of: int | None = -1) -> Box:
    """Return the tile with its buffer, in units of a zoom, its own one, or the unit square."""
    west, north = tile.x * EXTENT - BUFFER, tile.y * EXTENT - BUFFER
    edge = EXTENT + 2 * BUFFER
    if units_of is None:
        scale = 1 / (EXTENT << tile.z)
    else:
        scale = 1 if units_of < 0 else 1 << units_of - tile.z
    return west * scale, north * scale, (west + edge) * scale, (north + edge) * scale


def _drawn(piece: Piece, chosen: Ints, tile: Tile) -> list[Drawn]:
    """Return what is copied as a whole, and what has to be cut, in units of the tile."""
    west, north = tile.x * EXTENT, tile.y * EXTENT
    box = _margin(tile)
    whole = pieces.within(piece.boxes[chosen], box) & (piece.commands.lengths[chosen] > 0)
    copied, rest = chosen[whole], chosen[~whole]
    drawn = [(copied, piece.commands.take(copied, west, north))] if len(copied) else []
    if not len(rest):
        return drawn
    clipped = shapely.clip_by_rect(piece.geometry[rest], *box)
    dimensions = piece.dimensions[rest]
    for dimension, draw in _DRAWN_BY.items():
        some = np.flatnonzero(dimensions == dimension)
        if len(some):
            places, commands = draw(clipped[some], np.array([west, north]))
            if len(places):
                drawn.append((rest[some[places]], commands))
    return drawn


def _points(clipped: Geometries, corner: Ints) -> Drawn:
    units, feature = shapely.get_coordinates(clipped, return_index=True)
    units = units - corner
    inside = ((units >= 0) & (units < EXTENT)).all(axis=1)
    units, feature = np.floor(units[inside]).astype(np.int64), feature[inside]
    kept, feature = np.unique(feature, return_inverse=True)
    return kept, mvt.multipoints(units, feature, len(kept))


def _lines(clipped: Geometries, corner: Ints) -> Drawn:
    return pieces.paths_of(_in_tile(clipped, corner), closed=False)


def _areas(clipped: Geometries, corner: Ints) -> Drawn:
    """Return areas whose new corners, on the edge of the box, are on the grid as well."""
    units, feature = shapely.get_coordinates(clipped, return_index=True)
    rounded = np.rint(units)
    # What has no new corner between two units is as valid as it was.
    moved = np.zeros(len(clipped), bool)
    off = rounded != units
    moved[feature[off[:, 0] | off[:, 1]]] = True
    areas = shapely.set_coordinates(clipped, rounded - corner)
    suspect = np.flatnonzero(moved)
    broken = suspect[~shapely.is_valid(areas[suspect])]
    areas = shapely.orient_polygons(areas)
    if len(broken):
        areas[broken] = pieces.snapped(pieces.valid(areas[broken]))
    return pieces.paths_of(areas, closed=True)


def _in_tile(clipped: Geometries, corner: Ints) -> Geometries:
    moved: Geometries = shapely.transform(clipped, lambda units: np.rint(units) - corner)
    return moved


_NOTHING = DrawnRows(
    np.empty(0, np.intp),
    Ragged(np.empty(0, np.int64), np.empty(0, np.int64)),
    np.empty(0, np.int64),
)
_DRAWN_BY: Mapping[int, Callable[[Geometries, Ints], Drawn]] = {0: _points, 1: _lines, 2: _areas}

"""Tiles of lines and areas: simplified, clipped, put on the tile's grid, never lost.

Shapes are simplified once for every second zoom, before any tile cuts them, so neighbouring
tiles agree where they meet. What is too small to see becomes a dot of one pixel.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geomap.grid import Tile
from layers.columns import Rows
from layers.tiles import mvt
from layers.tiles.grids import WEB_MERCATOR, Grid
from layers.tiles.mvt import EXTENT, GeometryType, Ints, Ragged
from layers.tiles.properties import Pickable

BUFFER = 64
"""Units that shapes reach beyond the tile, so that their outlines are not drawn on its edge."""
DOT = 16
"""Units: one pixel on a map with tiles of 256 px."""
DASH = 2
"""Units: lines shorter than that are drawn as long."""
TOLERANCE = 4
"""Units that simplified outlines may be off, a quarter of a pixel."""
EXACT_FROM_ZOOM = 14
MAX_BYTES = 256 * 1024
"""A tile beyond this is written again with half of its shapes."""

_PIECE_ZOOMS = (14, 10, 6)
_KEPT_PIECES = 128

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Drawn(NamedTuple):
    """Some of the candidates of a tile as commands."""

    shapes: Ints
    """Positions among the candidates, ascending."""
    geometry: Ragged


class DrawnRows(NamedTuple):
    """Rows of a table as commands."""

    rows: Rows
    geometry: Ragged
    types: Ints


class Piece(NamedTuple):
    """What lies in one part of the world, at one degree of simplification."""

    shapes: Ints
    """Positions in the index, ascending."""
    geometry: Geometries
    """In the unit square."""
    boxes: Floats


class ShapeIndex:
    """The lines and areas of a layer. Immutable but for its memory of simplified copies."""

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
        self._whole = _piece(np.arange(len(kept)), unit[kept])
        self._copies: dict[int, Piece] = {}
        self._pieces: OrderedDict[tuple[int, Tile], Piece] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def drawn(self, tile: Tile, rows_mask: Mask | None = None) -> DrawnRows:
        """Return what is drawn in a tile.

        Args:
            tile: The tile.
            rows_mask: Rows of the table that count, shape (rows,); all without it.
        """
        piece = self._piece(tile)
        meets = _meets(piece.boxes, _margin(tile))
        if rows_mask is not None:
            meets &= rows_mask[self._rows[piece.shapes]]
        chosen = np.flatnonzero(meets)
        piece = Piece(piece.shapes[chosen], piece.geometry[chosen], piece.boxes[chosen])
        drawn = _drawn(piece, self._whole.boxes[piece.shapes], tile)
        types = [np.full(len(part.shapes), kind) for kind, part in drawn.items()]
        shapes = np.concatenate([piece.shapes[part.shapes] for part in drawn.values()])
        geometry = mvt.joined([part.geometry for part in drawn.values()])
        order = np.argsort(shapes, kind="stable")
        return DrawnRows(
            self._rows[shapes[order]], geometry.take(order), np.concatenate(types)[order]
        )

    def _piece(self, tile: Tile) -> Piece:
        """Return the copy for the tile's zoom, cut to a part of the world about the tile.

        A country at full detail is cut once for each part, not for each tile.
        """
        copy = self._copy(tile.z)
        zoom = next((zoom for zoom in _PIECE_ZOOMS if zoom < tile.z), None)
        if zoom is None:
            return copy
        part = Tile(zoom, tile.x >> tile.z - zoom, tile.y >> tile.z - zoom)
        key = (_level(tile.z), part)
        piece = self._pieces.get(key)
        if piece is None:
            piece = self._pieces[key] = _cut(copy, _margin(part))
            if len(self._pieces) > _KEPT_PIECES:
                self._pieces.popitem(last=False)
        return piece

    def _copy(self, z: int) -> Piece:
        if z >= EXACT_FROM_ZOOM:
            return self._whole
        level = _level(z)
        if level not in self._copies:
            geometry = _simplified(self._whole.geometry, TOLERANCE / EXTENT / (1 << level))
            self._copies[level] = Piece(self._whole.shapes, geometry, self._whole.boxes)
        return self._copies[level]


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
    rows = np.concatenate([part.rows for part in parts])
    geometry = mvt.joined([part.geometry for part in parts])
    types = np.concatenate([part.types for part in parts])
    order, said = np.lexsort((rows, -ranks(rows))), list(properties)
    while True:
        kept = np.sort(order)
        picked = [(key, column.pick(rows[kept])) for key, column in said[0].items()]
        encoded = mvt.encode_layer(layer_name, picked, geometry.take(kept), types[kept])
        if len(encoded) <= MAX_BYTES or len(order) == 1:
            return encoded
        if len(said) > 1:
            said.pop(0)
        else:
            order = order[: len(order) // 2]


def _level(z: int) -> int:
    """Return the zoom whose tolerance holds for `z`: the higher one of each two."""
    return z | 1 if z < EXACT_FROM_ZOOM else EXACT_FROM_ZOOM


def _piece(shapes: Ints, geometry: Geometries) -> Piece:
    return Piece(shapes, geometry, shapely.bounds(geometry).reshape(-1, 4))


def _margin(tile: Tile) -> tuple[float, float, float, float]:
    """Return west, north, east, south of the tile with its buffer, in the unit square."""
    west, north, east, south = tile.unit_box()
    margin = (east - west) * BUFFER / EXTENT
    return west - margin, north - margin, east + margin, south + margin


def _meets(boxes: Floats, box: tuple[float, float, float, float]) -> Mask:
    west, north, east, south = box
    meets: Mask = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
    return meets & (boxes[:, 1] <= south) & (boxes[:, 3] >= north)


def _cut(piece: Piece, box: tuple[float, float, float, float]) -> Piece:
    near = np.flatnonzero(_meets(piece.boxes, box))
    geometry = shapely.clip_by_rect(piece.geometry[near], *box)
    kept = ~shapely.is_empty(geometry)
    return _piece(piece.shapes[near[kept]], geometry[kept])


def _drawn(piece: Piece, boxes: Floats, tile: Tile) -> dict[GeometryType, Drawn]:
    """Return the candidates in tile units; `boxes` are those of the whole shapes."""
    scale = float(EXTENT << tile.z)
    origin = np.array([tile.x, tile.y], np.float64) * EXTENT

    def to_tile(unit: Floats) -> Floats:
        return unit * scale - origin

    clipped = shapely.clip_by_rect(piece.geometry, *_margin(tile))
    clipped = shapely.transform(clipped, to_tile)
    dimension = shapely.get_dimensions(piece.geometry)
    corners = to_tile(boxes.reshape(-1, 2)).reshape(-1, 4)
    size = (corners[:, 2:] - corners[:, :2]).max(axis=1, initial=0)
    short, small = (dimension == 1) & (size < DASH), (dimension == 2) & (size < DOT)
    clipped[short], clipped[small] = _dashes(corners[short]), _dots(corners[small])
    return {
        kind: draw(clipped, np.flatnonzero(dimension == kind - 1))
        for kind, draw in _DRAWN_BY.items()
    }


def _dashes(corners: Floats) -> Geometries:
    west, north = np.rint((corners[:, :2] + corners[:, 2:] - (DASH, 0)) / 2).T
    ends = np.column_stack([west, north, west + DASH, north]).reshape(-1, 2, 2)
    dashes: Geometries = shapely.linestrings(ends)
    return dashes


def _dots(corners: Floats) -> Geometries:
    west, north = np.rint((corners[:, :2] + corners[:, 2:]) / 2 - DOT / 2).T
    dots: Geometries = shapely.box(west, north, west + DOT, north + DOT)
    return dots


def _points(clipped: Geometries, chosen: Ints) -> Drawn:
    units, feature = shapely.get_coordinates(clipped[chosen], return_index=True)
    inside = ((units >= 0) & (units < EXTENT)).all(axis=1)
    units, feature = np.floor(units[inside]).astype(np.int64), feature[inside]
    kept, feature = np.unique(feature, return_inverse=True)
    return Drawn(chosen[kept], mvt.multipoints(units, feature, len(kept)))


def _lines(clipped: Geometries, chosen: Ints) -> Drawn:
    """Return lines without repeated vertices."""
    parts, feature = shapely.get_parts(clipped[chosen], return_index=True)
    units, path = shapely.get_coordinates(parts, return_index=True)
    units = np.rint(units).astype(np.int64)
    moved = (np.diff(path, prepend=-1) > 0) | (np.diff(units, axis=0, prepend=0) != 0).any(axis=1)
    # A line that a tile only touches leaves one vertex: nothing to draw.
    moved &= np.bincount(path[moved], minlength=len(parts))[path] > 1
    return _as_paths(units[moved], path[moved], feature, chosen, closed=False)


def _areas(clipped: Geometries, chosen: Ints) -> Drawn:
    """Return valid areas on the grid; one too thin for it is widened to a quarter of a pixel."""
    shapes = _valid(clipped[chosen])
    snapped = shapely.set_precision(shapes, 1)
    thin = ~shapely.is_empty(shapes) & (shapely.area(snapped) == 0)
    widened = shapely.buffer(shapes[thin], TOLERANCE / 2, quad_segs=1)
    snapped[thin] = shapely.set_precision(widened, 1)
    parts, feature = shapely.get_parts(shapely.orient_polygons(snapped), return_index=True)
    flat = shapely.get_dimensions(parts) == 2
    rings, part = shapely.get_rings(parts[flat], return_index=True)
    units, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.diff(ring, append=len(rings)) > 0
    units = np.rint(units[~last]).astype(np.int64)
    return _as_paths(units, ring[~last], feature[flat][part], chosen, closed=True)


def _simplified(shapes: Geometries, tolerance: float) -> Geometries:
    """Return copies that are off by the tolerance at most, areas still valid."""
    areas = shapely.get_dimensions(shapes) == 2
    simplified = np.empty_like(shapes)
    simplified[~areas] = shapely.simplify(shapes[~areas], tolerance, preserve_topology=False)
    simplified[areas] = _valid(shapely.simplify(shapes[areas], tolerance))
    return simplified


def _valid(shapes: Geometries) -> Geometries:
    invalid = ~shapely.is_valid(shapes)
    shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure")
    return shapes


def _as_paths(units: Ints, path: Ints, feature_of: Ints, chosen: Ints, *, closed: bool) -> Drawn:
    """Return paths as features; paths without a vertex are dropped."""
    used, path = np.unique(path, return_inverse=True)
    kept, feature = np.unique(feature_of[used], return_inverse=True)
    return Drawn(chosen[kept], mvt.paths(units, path, feature, len(kept), closed=closed))


_DRAWN_BY: Mapping[GeometryType, Callable[[Geometries, Ints], Drawn]] = {
    GeometryType.POINT: _points,
    GeometryType.LINE: _lines,
    GeometryType.POLYGON: _areas,
}

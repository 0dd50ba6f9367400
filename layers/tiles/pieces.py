"""Lines and areas on the grid of one zoom: simplified, never lost, and ready to be copied.

All that does not depend on the tile is done here, once for a zoom or for a part of the world:
shapes lie on whole units, areas are valid there, what is too small to see is a dot or a dash,
and the commands of each shape wait as numbers of which a tile changes the first two.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from layers.tiles import mvt
from layers.tiles.mvt import EXTENT, Ints, Ragged

DOT = 16
"""Units: one pixel on a map with tiles of 256 px."""
DASH = 2
"""Units: lines shorter than that are drawn as long."""
TOLERANCE = 4
"""Units that simplified outlines may be off, a quarter of a pixel."""

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Box = tuple[float, float, float, float]
"""West, north, east, south; y grows southward."""


class Commands(NamedTuple):
    """The commands of each shape, as if the world were one tile."""

    numbers: npt.NDArray[np.int32]
    """But for first vertices, which no tile has in common, steps are short."""
    starts: Ints
    lengths: Ints
    """Of `numbers`, for each shape; 0 for those that have to be cut."""
    firsts: Ints
    """The first vertex of each shape, shape (n, 2)."""

    def take(self, shapes: Ints, west: int, north: int) -> Ragged:
        """Return the commands of some shapes in the units of the tile with this corner."""
        lengths = self.lengths[shapes]
        numbers = self.numbers[mvt.spans(self.starts[shapes], lengths)].astype(np.int64)
        firsts = np.cumsum(lengths) - lengths
        steps = mvt.zigzag(self.firsts[shapes] - (west, north))
        numbers[firsts + 1], numbers[firsts + 2] = steps[:, 0], steps[:, 1]
        return Ragged(numbers, lengths)


class Piece(NamedTuple):
    """What lies in one part of the world."""

    shapes: Ints
    """Positions in the index, ascending."""
    geometry: Geometries
    """In units of a zoom, counted from the corner of the world; or in the unit square."""
    boxes: Floats
    """West, north, east, south of each, shape (n, 4)."""
    dimensions: Ints
    """0 for points, 1 for lines, 2 for areas."""
    commands: Commands

    @property
    def vertices(self) -> int:
        """Of all shapes."""
        return int(shapely.get_num_coordinates(self.geometry).sum())

    @property
    def size(self) -> int:
        """Bytes in memory, about; without the numbers of commands, which parts share."""
        return 16 * self.vertices + 500 * len(self.shapes)


def piece_of(shapes: Ints, geometry: Geometries) -> Piece:
    """Return shapes of which each tile cuts its own."""
    none = np.zeros(len(shapes), np.int64)
    commands = Commands(none[:0].astype(np.int32), none, none, np.zeros((len(shapes), 2), np.int64))
    boxes = shapely.bounds(geometry).reshape(-1, 4)
    return Piece(shapes, geometry, boxes, shapely.get_dimensions(geometry).astype(int), commands)


def meeting(piece: Piece, box: Box) -> Mask:
    """Tell which shapes may be in a box, by their own boxes."""
    west, north, east, south = box
    boxes = piece.boxes
    meets: Mask = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
    return meets & (boxes[:, 1] <= south) & (boxes[:, 3] >= north)


def within(boxes: Floats, box: Box) -> Mask:
    """Tell which boxes lie in a box as a whole."""
    west, north, east, south = box
    inside: Mask = (boxes[:, 0] >= west) & (boxes[:, 2] <= east)
    return inside & (boxes[:, 1] >= north) & (boxes[:, 3] <= south)


def cut(piece: Piece, box: Box) -> Piece:
    """Return what lies in a box; what it cuts has lost its commands."""
    near = np.flatnonzero(meeting(piece, box))
    whole = within(piece.boxes[near], box)
    geometry = piece.geometry[near]
    geometry[~whole] = shapely.clip_by_rect(geometry[~whole], *box)
    kept = whole | ~shapely.is_empty(geometry)
    near, whole, geometry = near[kept], whole[kept], geometry[kept]
    boxes = piece.boxes[near]
    boxes[~whole] = shapely.bounds(geometry[~whole]).reshape(-1, 4)
    commands = piece.commands
    some = Commands(
        commands.numbers,
        commands.starts[near],
        commands.lengths[near] * whole,
        commands.firsts[near],
    )
    return Piece(piece.shapes[near], geometry, boxes, piece.dimensions[near], some)


def simplified(piece: Piece, tolerance: float) -> Piece:
    """Return copies whose outlines are off by the tolerance at most, areas still valid."""
    areas = piece.dimensions == 2
    geometry = np.empty_like(piece.geometry)
    geometry[~areas] = shapely.simplify(piece.geometry[~areas], tolerance, preserve_topology=False)
    geometry[areas] = valid(shapely.simplify(piece.geometry[areas], tolerance))
    return piece._replace(geometry=geometry)


def on_grid(piece: Piece, whole_boxes: Floats, z: int) -> Piece:
    """Return shapes as they are drawn at a zoom.

    Args:
        piece: Shapes in the unit square.
        whole_boxes: Of each shape before anything was cut off, in the unit square: these say
            what is too small to see.
        z: The zoom.
    """
    scale = float(EXTENT << z)
    corners = whole_boxes * scale
    size = (corners[:, 2:] - corners[:, :2]).max(axis=1, initial=0)
    dimensions = piece.dimensions
    short, small = (dimensions == 1) & (size < DASH), (dimensions == 2) & (size < DOT)
    lines, areas = (dimensions == 1) & ~short, (dimensions == 2) & ~small
    geometry = np.empty(len(piece.shapes), object)
    geometry[dimensions == 0] = _scaled(piece.geometry[dimensions == 0], scale)
    geometry[short], geometry[small] = _dashes(corners[short]), _dots(corners[small])
    geometry[lines] = _lines(piece.geometry[lines], scale)
    geometry[areas] = _areas(piece.geometry[areas], scale)
    drawn = piece_of(piece.shapes, geometry)
    # What has become nothing on the grid has no box, and meets no tile.
    return drawn._replace(dimensions=dimensions, commands=_commands(geometry, dimensions))


def paths_of(geometry: Geometries, *, closed: bool) -> tuple[Ints, Ragged]:
    """Return lines, or the rings of areas, without repeated vertices.

    Args:
        geometry: Lines, or areas with outer rings of positive area (y down), in whole units.
        closed: Whether they are areas.

    Returns:
        Places in `geometry` of those of which something is left, ascending; their commands.
    """
    parts, feature = shapely.get_parts(geometry, return_index=True)
    if closed:
        flat = shapely.get_dimensions(parts) == 2
        if not flat.all():
            parts, feature = parts[flat], feature[flat]
        parts, part = shapely.get_rings(parts, return_index=True)
        feature = feature[part]
    units, path = _corners(parts, closed=closed)
    counts = np.bincount(path, minlength=len(parts))
    # A line that a tile only touches leaves one vertex: nothing to draw.
    used = counts >= (3 if closed else 2)
    if not used.all():
        kept = used[path]
        units, path = units[kept], (np.cumsum(used) - 1)[path[kept]]
        feature = feature[used]
    if not len(feature):
        return feature, Ragged(np.empty(0, np.int64), np.empty(0, np.int64))
    fresh = np.ones(len(feature), bool)
    np.not_equal(feature[1:], feature[:-1], out=fresh[1:])
    kept = feature[fresh]
    places = np.cumsum(fresh) - 1
    return kept, mvt.paths(units, path, places, len(kept), closed=closed)


def _corners(paths: Geometries, *, closed: bool) -> tuple[Ints, Ints]:
    """Return the vertices of paths in whole units, none twice in a row, and whose they are."""
    vertices, path = shapely.get_coordinates(paths, return_index=True)
    units = np.rint(vertices).astype(np.int64)
    x, y = units[:, 0], units[:, 1]
    fresh = np.ones(len(units), bool)
    np.not_equal(x[1:], x[:-1], out=fresh[1:])
    fresh[1:] |= y[1:] != y[:-1]
    fresh[1:] |= path[1:] != path[:-1]
    if not closed:
        return units[fresh], path[fresh]
    # A ring ends where it began, which goes without saying.
    kept = np.flatnonzero(fresh)
    of = path[kept]
    goes_on = np.zeros(len(kept), bool)
    np.equal(of[1:], of[:-1], out=goes_on[:-1])
    return units[kept[goes_on]], of[goes_on]


def valid(shapes: Geometries) -> Geometries:
    """Return areas that are valid, mended where they were not."""
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure")
    return shapes


def snapped(shapes: Geometries) -> Geometries:
    """Return valid areas on whole units, outer rings of positive area (y down)."""
    areas: Geometries = shapely.orient_polygons(shapely.set_precision(shapes, 1))
    return areas


def _areas(shapes: Geometries, scale: float) -> Geometries:
    """Return areas on the grid; one too thin for it is widened to a quarter of a pixel."""
    shapes = valid(_scaled(shapes, scale))
    areas = snapped(shapes)
    thin = ~shapely.is_empty(shapes) & (shapely.area(areas) == 0)
    areas[thin] = snapped(shapely.buffer(shapes[thin], TOLERANCE / 2, quad_segs=1))
    return areas


def _lines(shapes: Geometries, scale: float) -> Geometries:
    rounded: Geometries = shapely.transform(shapes, lambda unit: np.rint(unit * scale))
    return rounded


def _scaled(shapes: Geometries, scale: float) -> Geometries:
    scaled: Geometries = shapely.transform(shapes, lambda unit: unit * scale)
    return scaled


def _dashes(corners: Floats) -> Geometries:
    west, north = np.rint((corners[:, :2] + corners[:, 2:] - (DASH, 0)) / 2).T
    ends = np.column_stack([west, north, west + DASH, north]).reshape(-1, 2, 2)
    dashes: Geometries = shapely.linestrings(ends)
    return dashes


def _dots(corners: Floats) -> Geometries:
    west, north = np.rint((corners[:, :2] + corners[:, 2:]) / 2 - DOT / 2).T
    dots: Geometries = shapely.orient_polygons(shapely.box(west, north, west + DOT, north + DOT))
    return dots


def _commands(geometry: Geometries, dimensions: Ints) -> Commands:
    """Return the commands of lines and areas, none for points, of which tiles show some only."""
    lengths = np.zeros(len(geometry), np.int64)
    starts, firsts = np.zeros_like(lengths), np.zeros((len(geometry), 2), np.int64)
    numbers, at = [np.empty(0, np.int64)], 0
    for dimension in (1, 2):
        chosen = np.flatnonzero(dimensions == dimension)
        kept, commands = paths_of(geometry[chosen], closed=dimension == 2)
        of = chosen[kept]
        lengths[of] = commands.lengths
        starts[of] = at + np.cumsum(commands.lengths) - commands.lengths
        at += len(commands.numbers)
        numbers.append(commands.numbers)
    every = np.concatenate(numbers)
    drawn = np.flatnonzero(lengths)
    firsts[drawn, 0] = mvt.unzigzag(every[starts[drawn] + 1])
    firsts[drawn, 1] = mvt.unzigzag(every[starts[drawn] + 2])
    return Commands(every.astype(np.int32), starts, lengths, firsts)

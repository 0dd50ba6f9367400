"""Relations of features' geometries to a shape: by boxes first, then by cells, then exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.columns import Mask, Rows
from layers.cql2 import budget
from layers.cql2.budget import Budget
from layers.cql2.tree import Shape, Spatial

if TYPE_CHECKING:
    from layers.table import LayerTable

_OF_PLACES = {"intersects": shapely.intersects_xy, "contains": shapely.contains_xy}
"""Relations that need no geometry of a point to be made."""
_NEVER = frozenset({"crosses", "overlaps"})
"""Relations in which no shape stands to one point: it cannot be partly within."""
_OF_THE_SAME = frozenset({"equals", "within"})
"""Relations in which only what is itself at one place stands to a point."""
MANY = 10_000_000.0
"""Nanoseconds of exact comparisons from which on it pays to look at cells of the box first."""
CELLS = 64
"""In each direction."""
OUT, IN, EDGE = 0, 1, 2


def related(node: Spatial, table: LayerTable, purse: Budget) -> Mask:
    """Return which rows stand in a relation to a shape; those without a place do not.

    Raises:
        ParameterInvalid: There are more to compare than the budget has room for.
    """
    if node.relation == "disjoint":
        return ~_related("intersects", node.shape, table, purse)
    return _related(node.relation, node.shape, table, purse)


def exactly(relation: str, shape: shapely.Geometry, of: Any) -> Any:
    """Return whether a shape stands in a relation to one geometry, or to each of an array."""
    return getattr(shapely, relation)(shape, of)


def _related(relation: str, shape: Shape, table: LayerTable, purse: Budget) -> Mask:
    geometry = shape.geometry
    corners = shapely.get_num_coordinates(geometry)
    purse.spend(budget.BOXED)
    west, south, east, north = geometry.bounds
    lng, lat = table.lnglats().T
    near = (lng >= west) & (lng <= east) & (lat >= south) & (lat <= north)
    shapes = table.shape_rows()
    near[shapes] = False
    rows: Rows = np.flatnonzero(near)
    purse.spend(budget.FOUND, len(rows))
    mask = np.zeros(len(table), bool)
    mask[rows] = _of_points(relation, geometry, table.lnglats()[rows], purse)
    rows = shapes[_meets(table.shape_bounds(), (west, south, east, north))]
    if len(rows):
        purse.spend(budget.SHAPED + budget.SHAPED_CORNER * corners, len(rows))
        mask[rows] = exactly(relation, geometry, table.geometry(rows))
    return mask


def _of_points(
    relation: str, geometry: shapely.Geometry, lnglats: NDArray[np.float64], purse: Budget
) -> NDArray[np.bool_]:
    west, south, east, north = geometry.bounds
    if relation in _NEVER or (relation in _OF_THE_SAME and (west, south) != (east, north)):
        return np.zeros(len(lnglats), bool)
    if relation == "touches":
        on = _of_points("intersects", geometry, lnglats, purse)
        on[on] = ~_of_points("contains", geometry, lnglats[on], purse)
        return on
    if relation == "intersects" and _is_box(geometry):
        return np.ones(len(lnglats), bool)
    of_places = _OF_PLACES.get(relation)
    corners = shapely.get_num_coordinates(geometry)
    each = budget.PLACED + budget.PLACED_CORNER * corners
    if of_places is None:
        purse.spend(each + budget.MADE, len(lnglats))
        return np.asarray(exactly(relation, geometry, shapely.points(lnglats)), bool)
    cells = np.full(len(lnglats), EDGE)
    if len(lnglats) * each > MANY:
        purse.pay(budget.CELLS_MADE + budget.CELLS_CORNER * corners)
        purse.spend(budget.CELLED, len(lnglats))
        cells = _cells(geometry, lnglats)
    held: NDArray[np.bool_] = cells == IN
    doubtful = np.flatnonzero(cells == EDGE)
    purse.spend(each, len(doubtful))
    held[doubtful] = of_places(geometry, *lnglats[doubtful].T)
    return held


def _cells(geometry: shapely.Geometry, lnglats: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return of each place whether the cell that it is in lies out of a shape, in it, or on it."""
    west, south, east, north = geometry.bounds
    low, size = np.array([west, south]), np.array([east - west, north - south]) / CELLS
    if geometry.area == 0 or not (size > 0).all():
        return np.full(len(lnglats), EDGE, np.int8)
    across, up = np.meshgrid(np.arange(CELLS), np.arange(CELLS))
    corners = low + np.stack([across.ravel(), up.ravel()], axis=1) * size
    # A little more than the cell, for places that rounding puts into its neighbour.
    more = size / 1000
    boxes = shapely.box(*(corners - more).T, *(corners + size + more).T)
    edge = shapely.boundary(geometry)
    shapely.prepare(edge)
    kinds = np.where(shapely.contains_xy(geometry, *(corners + size / 2).T), IN, OUT)
    kinds[shapely.intersects(edge, boxes)] = EDGE
    column, row = ((lnglats.T - low[:, None]) * (1 / size)[:, None]).astype(np.int32)
    np.minimum(column, CELLS - 1, out=column)
    np.minimum(row, CELLS - 1, out=row)
    found: NDArray[np.int8] = kinds.astype(np.int8)[row * CELLS + column]
    return found


def _is_box(geometry: shapely.Geometry) -> bool:
    return bool(shapely.equals(geometry, shapely.box(*geometry.bounds)))


def _meets(bounds: NDArray[np.float64], box: tuple[float, float, float, float]) -> Mask:
    west, south, east, north = bounds.T
    mask: Mask = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    return mask

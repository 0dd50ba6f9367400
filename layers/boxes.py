"""Which rows meet a box: whole stretches of Morton order, and a look at each place at its edges."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.grid import GRID_BITS, morton, to_web_mercator
from geomap.places import Bounds
from layers.columns import Mask, Rows
from layers.content import NOWHERE, Keys
from layers.table import LayerTable

FEW = 8_192
"""So many rows are looked at one by one sooner than cells are divided once more."""
MOST_CELLS = 64
"""At the edge of a box; more of them cost more than they spare."""

Stretches = NDArray[np.int64]
"""Shape (n, 2): the first row and the one after the last."""


def box_rows(table: LayerTable, bbox: Bounds) -> Rows:
    """Return the rows that may meet a box, dead ones included, ascending.

    A place is in the box exactly. What is more than a point is here when its own box meets it;
    `exactly` says which of these do. What has no place meets every box (OGC 17-069r4).
    """
    mask = np.zeros(len(table), bool)
    count = table.base.count if table.base.in_order else 0
    keys = table.content.keys.values[:count]
    mask[np.searchsorted(keys, NOWHERE) : count] = True
    mask[count:] = np.isnan(table.lnglats()[count:, 0])
    for part in bbox.parts():
        inside, doubtful = stretches(keys, part)
        for first, after in inside.tolist():
            mask[first:after] = True
        rows = np.concatenate([_rows_of(doubtful), np.arange(count, len(table))])
        mask[rows[_holds(part, table.lnglats()[rows])]] = True
    shapes = table.shape_rows()
    if len(shapes):
        mask[shapes] |= _boxes_meet(table.shape_bounds(), bbox)
    return np.flatnonzero(mask)


def exactly(table: LayerTable, bbox: Bounds, rows: Rows) -> Rows:
    """Return those of the rows of `box_rows` whose geometry itself meets the box."""
    shapes = np.flatnonzero(table.shape_bytes(rows))
    if not len(shapes):
        return rows
    meets = np.ones(len(rows), bool)
    area = shapely.union_all(
        [shapely.box(part.west, part.south, part.east, part.north) for part in bbox.parts()]
    )
    meets[shapes] = shapely.intersects(table.geometry(rows[shapes]), area)
    return rows[meets]


def stretches(keys: Keys, box: Bounds) -> tuple[Stretches, Stretches]:
    """Return which stretches of sorted keys lie inside a box, and in which some may.

    Args:
        keys: Morton keys of places, ascending.
        box: Not across the antimeridian.
    """
    corners = to_web_mercator([(box.west, box.north), (box.east, box.south)])
    # Columns and rows of the corners; about the outermost cells themselves the degrees decide.
    edges = np.stack(corners, axis=1).astype(np.int64)
    level = min(GRID_BITS, int((edges[1] - edges[0]).max()).bit_length())
    cells = _cells_between(*(edges >> level))
    whole: list[Stretches] = []
    while True:
        inside, cells = _divided(cells, level, edges)
        whole.append(_stretches(keys, inside, level))
        doubtful = _stretches(keys, cells, level)
        filled = doubtful[:, 1] > doubtful[:, 0]
        cells, doubtful = cells[filled], doubtful[filled]
        is_little = int((doubtful[:, 1] - doubtful[:, 0]).sum()) <= FEW
        if is_little or len(cells) > MOST_CELLS or not level:
            return np.concatenate(whole), doubtful
        level -= 1
        cells = (cells[:, None] * 2 + _QUARTERS).reshape(-1, 2)


_QUARTERS = np.array([(0, 0), (1, 0), (0, 1), (1, 1)])


def _cells_between(low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.int64]:
    columns, rows = (np.arange(first, last + 1) for first, last in zip(low, high, strict=True))
    return np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)


def _divided(
    cells: NDArray[np.int64], level: int, edges: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cells that lie between the edges for sure, and those on an edge."""
    first = cells << level
    last = first + (1 << level) - 1
    meets = ((last >= edges[0]) & (first <= edges[1])).all(axis=1)
    inside = ((first > edges[0]) & (last < edges[1])).all(axis=1)
    return cells[inside], cells[meets & ~inside]


def _stretches(keys: Keys, cells: NDArray[np.int64], level: int) -> Stretches:
    first = morton(cells[:, 0], cells[:, 1]) << np.uint64(2 * level)
    after = first + np.uint64((1 << (2 * level)) - 1)
    found = np.searchsorted(keys, first), np.searchsorted(keys, after, side="right")
    return np.stack(found, axis=1)


def _rows_of(parts: Stretches) -> Rows:
    sizes = parts[:, 1] - parts[:, 0]
    shift = parts[:, 0] - (np.cumsum(sizes) - sizes)
    return np.repeat(shift, sizes) + np.arange(int(sizes.sum()))


def _holds(box: Bounds, lnglats: NDArray[np.float64]) -> Mask:
    lng, lat = lnglats.T
    held: Mask = (lng >= box.west) & (lng <= box.east) & (lat >= box.south) & (lat <= box.north)
    return held


def _boxes_meet(bounds: NDArray[np.float64], bbox: Bounds) -> Mask:
    west, south, east, north = bounds.T
    meets = np.zeros(len(bounds), bool)
    for part in bbox.parts():
        across = (west <= part.east) & (east >= part.west)
        meets |= across & (south <= part.north) & (north >= part.south)
    return meets

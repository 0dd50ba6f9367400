"""Boxes of other reference systems: their edges are curves on the map, so each place is asked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.systems import System, longitude_axis, points_in, told_in
from layers.columns import Mask, Rows
from layers.table import LayerTable

Corners = tuple[float, float, float, float]


class Window(NamedTuple):
    """A box in the axes of a system: least of the first, of the second, greatest of both."""

    system: System
    corners: Corners

    def parts(self) -> list[Corners]:
        """Return one box, or the two on either side of the antimeridian."""
        least, greatest = list(self.corners[:2]), list(self.corners[2:])
        axis = longitude_axis(self.system)
        if axis is None or least[axis] <= greatest[axis]:
            return [self.corners]
        end, beginning = greatest.copy(), least.copy()
        end[axis], beginning[axis] = 180.0, -180.0
        return [(*least, *end), (*beginning, *greatest)]  # type: ignore[list-item]


def inside(table: LayerTable, window: Window, rows: Rows) -> Mask:
    """Return which of some rows meet a window; what has no place meets every window."""
    meets = np.ones(len(rows), bool)
    placed, is_shape = np.isfinite(table.lnglats()[rows, 0]), table.shape_bytes(rows) > 0
    points, shapes = np.flatnonzero(placed & ~is_shape), np.flatnonzero(placed & is_shape)
    places = points_in(table.lnglats()[rows[points]], window.system)
    meets[points] = _hold(window.parts(), places)
    area = shapely.union_all([shapely.box(*part) for part in window.parts()])
    meets[shapes] = shapely.intersects(told_in(table.geometry(rows[shapes]), window.system), area)
    return meets


def _hold(parts: list[Corners], places: NDArray[np.float64]) -> Mask:
    held = np.zeros(len(places), bool)
    for part in parts:
        held |= ((places >= part[:2]) & (places <= part[2:])).all(axis=1)
    return held

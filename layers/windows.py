"""Boxes of other reference systems: their edges are curves on the map, so each place is asked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.systems import System, longitude_axis, points_in, told_in
from layers.columns import Mask
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


def inside(table: LayerTable, window: Window, mask: Mask) -> Mask:
    """Narrow a mask to what meets a window; what has no place meets every window."""
    kept = mask.copy()
    rows = np.flatnonzero(mask & np.isfinite(table.lnglats()[:, 0]))
    shapes = np.intersect1d(rows, table.shape_rows(), assume_unique=True)
    points = np.setdiff1d(rows, shapes, assume_unique=True)
    kept[points] = _hold(window.parts(), points_in(table.lnglats()[points], window.system))
    area = shapely.union_all([shapely.box(*part) for part in window.parts()])
    kept[shapes] = shapely.intersects(told_in(table.geometry(shapes), window.system), area)
    return kept


def _hold(parts: list[Corners], places: NDArray[np.float64]) -> Mask:
    held = np.zeros(len(places), bool)
    for part in parts:
        held |= ((places >= part[:2]) & (places <= part[2:])).all(axis=1)
    return held

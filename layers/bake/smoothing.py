"""Round the corners of shapes that were drawn for a smaller scale than they are shown at.

Source:
    Chaikin, "An algorithm for high-speed curve generation", Computer Graphics and Image
    Processing 3 (1974).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.bake.topology import Geometries

ROUNDS = 2

Floats = npt.NDArray[np.float64]


def smoothed_lines(shapes: Geometries) -> Geometries:
    """Return lines with rounded corners; their ends stay."""
    rounded = [shapely.LineString(_line(shapely.get_coordinates(shape))) for shape in shapes]
    return np.array(rounded, dtype=np.object_)


def smoothed_areas(shapes: Geometries) -> Geometries:
    """Return polygons with rounded corners."""
    return np.array([_area(shape) for shape in shapes], dtype=np.object_)


def _area(shape: BaseGeometry) -> BaseGeometry:
    rings = [_ring(shapely.get_coordinates(ring)) for ring in shapely.get_rings(shape)]
    return shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))


def _line(corners: Floats) -> Floats:
    for _ in range(ROUNDS):
        corners = np.vstack([corners[:1], _quarters(corners), corners[-1:]])
    return corners


def _ring(corners: Floats) -> Floats:
    for _ in range(ROUNDS):
        cut = _quarters(corners)
        corners = np.vstack([cut, cut[:1]])
    return corners


def _quarters(corners: Floats) -> Floats:
    """Return the points at a quarter and at three quarters of each side."""
    start, end = corners[:-1], corners[1:]
    both = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1)
    return both.reshape(-1, 2)

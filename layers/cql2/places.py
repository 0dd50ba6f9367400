"""Relations of features' geometries to a shape: by boxes first, then exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.columns import Mask, Rows
from layers.cql2.tree import Shape, Spatial

if TYPE_CHECKING:
    from layers.table import LayerTable

_OF_PLACES = {"intersects": shapely.intersects_xy, "contains": shapely.contains_xy}
"""Relations that need no geometry of a point to be made."""


def related(node: Spatial, table: LayerTable) -> Mask:
    """Return which rows stand in a relation to a shape; those without a place do not."""
    if node.relation == "disjoint":
        return ~_related("intersects", node.shape, table)
    return _related(node.relation, node.shape, table)


def exactly(relation: str, shape: shapely.Geometry, of: Any) -> Any:
    """Return whether a shape stands in a relation to one geometry, or to each of an array."""
    return getattr(shapely, relation)(shape, of)


def _related(relation: str, shape: Shape, table: LayerTable) -> Mask:
    geometry = shape.geometry
    west, south, east, north = geometry.bounds
    lng, lat = table.lnglats().T
    near = (lng >= west) & (lng <= east) & (lat >= south) & (lat <= north)
    shapes = table.shape_rows()
    near[shapes] = False
    rows: Rows = np.flatnonzero(near)
    mask = np.zeros(len(table), bool)
    mask[rows] = _of_points(relation, geometry, table.lnglats()[rows])
    wide = _meets(table.shape_bounds(), (west, south, east, north))
    rows = shapes[wide]
    mask[rows] = exactly(relation, geometry, table.geometry(rows)) if len(rows) else False
    return mask


def _of_points(
    relation: str, geometry: shapely.Geometry, lnglats: NDArray[np.float64]
) -> NDArray[np.bool_]:
    if relation == "intersects" and _is_box(geometry):
        return np.ones(len(lnglats), bool)
    of_places = _OF_PLACES.get(relation)
    if of_places is not None:
        held: NDArray[np.bool_] = of_places(geometry, *lnglats.T)
        return held
    return np.asarray(exactly(relation, geometry, shapely.points(lnglats)), bool)


def _is_box(geometry: shapely.Geometry) -> bool:
    return bool(shapely.equals(geometry, shapely.box(*geometry.bounds)))


def _meets(bounds: NDArray[np.float64], box: tuple[float, float, float, float]) -> Mask:
    west, south, east, north = bounds.T
    mask: Mask = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    return mask

"""The grids by which tiles are numbered: WebMercatorQuad, and two more of OGC.

Each is a quadtree, so each has a *unit square* of its own: x east and y south from the corner of
its first tile, as for `geomap.grid`. A tile of any grid is then a tile of that square, and what
sorts, clusters, cuts and encodes in the square serves them all; only the projection differs.

Source:
    OGC 17-083r4, Two Dimensional Tile Matrix Set, annex D; the definitions are morecantile's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from geomap.crs import STORAGE_CRS
from geomap.errors import GridNotFound, TileOutOfRange
from geomap.grid import GRID_BITS, MAX_ZOOM, Floats, Keys, Tile, morton, to_unit_square
from layers.content import NOWHERE, keys_of

Geometries = npt.NDArray[np.object_]

LAEA = "EPSG:3035"
LAEA_WEST_M, LAEA_NORTH_M, LAEA_SIDE_M = 2_000_000.0, 5_500_000.0, 4_500_000.0
MARGIN_DEGREES = 4.0
"""How far beyond the grid shapes are kept, more than any tile reaches beyond its edges."""
STEP_DEGREES = 0.1
"""Edges are straight in degrees and bent in Europe's grid: a vertex at least so often keeps them
within some metres of it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A tile matrix set, as tiles are drawn in it."""

    id: str
    last_zoom: int
    project: Callable[[Geometries], Geometries]
    """Degrees, CRS84, to the unit square; what does not lie there at all is empty or None."""
    keys: Callable[[Floats], Keys]
    """Places in degrees, shape (n, 2), to Morton keys of the unit square, `NOWHERE` outside."""
    deeper: int = 0
    """The zoom of the unit square whose tiles are those of zoom 0."""
    finer: int = 0
    """How many zooms of WebMercatorQuad its tiles are ahead of tiles that cover as much."""
    height: float = 1.0
    """The part of the unit square, from its top, that the grid covers."""

    def size(self, z: int) -> tuple[int, int]:
        """Return how many columns and rows a zoom has."""
        side = 1 << z + self.deeper
        return side, int(side * self.height)

    def tile(self, z: int, x: int, y: int) -> Tile:
        """Return the tile of the unit square that is a tile of this grid.

        Raises:
            TileOutOfRange: The grid has no such zoom, column or row.
        """
        if not 0 <= z <= self.last_zoom:
            raise TileOutOfRange(f"Zoom level {z} must be within 0 and {self.last_zoom}.")
        columns, rows = self.size(z)
        if not (0 <= x < columns and 0 <= y < rows):
            raise TileOutOfRange(
                f"Tile {z}/{x}/{y}: the column must be within 0 and {columns - 1}, the row within "
                f"0 and {rows - 1}."
            )
        return Tile(z + self.deeper, x, y)


def grid_named(grid_id: str) -> Grid:
    """Return the grid of this id.

    Raises:
        GridNotFound: There is none.
    """
    try:
        return GRIDS[grid_id]
    except KeyError:
        raise GridNotFound(grid_id, list(GRIDS)) from None


@lru_cache(maxsize=8)
def definition(grid_id: str) -> Mapping[str, Any]:
    """Return the tile matrix set as OGC defines it, in the form of its JSON encoding.

    Raises:
        GridNotFound: There is none of this id.
    """
    from morecantile import tms  # a tenth of a second, for what few ever ask

    known = tms.get(grid_named(grid_id).id)
    defined: dict[str, Any] = known.model_dump(mode="json", exclude_none=True, by_alias=True)
    return defined


def on_mercator(geometry: Geometries) -> Geometries:
    """Return shapes in the unit square of WebMercatorQuad."""
    return _wrapped(shapely.transform(geometry, lambda places: to_unit_square(places, wrap=False)))


def _on_degrees(geometry: Geometries) -> Geometries:
    return _wrapped(shapely.transform(geometry, _degrees))


def _on_europe(geometry: Geometries) -> Geometries:
    near = shapely.clip_by_rect(geometry, *_europe())
    projected: Geometries = shapely.transform(shapely.segmentize(near, STEP_DEGREES), _laea)
    return projected


def _degrees(places: Floats) -> Floats:
    return (places * (1, -1) + (180, 90)) / 360


def _laea(places: Floats) -> Floats:
    east, north = _to_laea().transform(places[:, 0], places[:, 1])
    return np.column_stack([east - LAEA_WEST_M, LAEA_NORTH_M - north]) / LAEA_SIDE_M


@lru_cache(maxsize=1)
def _to_laea() -> Transformer:
    return Transformer.from_crs(STORAGE_CRS, LAEA, always_xy=True)


@lru_cache(maxsize=1)
def _europe() -> tuple[float, float, float, float]:
    """Return west, south, east, north of Europe's grid in degrees, with a margin."""
    corners = (LAEA_WEST_M, LAEA_NORTH_M - LAEA_SIDE_M, LAEA_WEST_M + LAEA_SIDE_M, LAEA_NORTH_M)
    west, south, east, north = _to_laea().transform_bounds(
        *corners, densify_pts=50, direction="INVERSE"
    )
    margin = MARGIN_DEGREES
    return west - margin, south - margin, east + margin, min(north + margin, 90.0)


def _keys_on(project: Callable[[Floats], Floats], height: float) -> Callable[[Floats], Keys]:
    side = 1 << GRID_BITS
    last = np.array([side - 1, side * height - 1])

    def keys(lnglats: Floats) -> Keys:
        unit = project(np.column_stack([_turned(lnglats[:, 0]), lnglats[:, 1]]))
        inside = ((unit >= 0) & (unit <= (1, height))).all(axis=1)
        cells = np.minimum(unit[inside] * side, last).astype(np.uint64)
        found = np.full(len(lnglats), NOWHERE)
        found[inside] = morton(cells[:, 0], cells[:, 1])
        return found

    return keys


def _turned(lngs: Floats) -> Floats:
    """Return longitudes within ±180."""
    return np.where(np.abs(lngs) <= 180, lngs, (lngs + 180) % 360 - 180)


def _wrapped(shapes: Geometries) -> Geometries:
    """Bring in again, on the other side, what lies beyond the edges of the unit square."""
    west, _, east, _ = shapely.bounds(shapes).T
    for place in np.flatnonzero((west < 0) | (east > 1)):
        moved = [shapely.transform(shapes[place], _shifted(by)) for by in (-1, 0, 1)]
        inside = shapely.clip_by_rect(moved, 0, -1, 1, 2)
        shapes[place] = shapely.union_all(inside)
    return shapes


def _shifted(by: int) -> Callable[[Floats], Floats]:
    return lambda unit: unit + np.array([by, 0])


WEB_MERCATOR = Grid("WebMercatorQuad", MAX_ZOOM, on_mercator, keys_of)
GRIDS: Mapping[str, Grid] = {
    grid.id: grid
    for grid in (
        WEB_MERCATOR,
        Grid(
            "WorldCRS84Quad",
            MAX_ZOOM - 1,
            _on_degrees,
            _keys_on(_degrees, 0.5),
            deeper=1,
            height=0.5,
        ),
        # Its first tile is as wide as Europe: at 52° north an eighth of the first of Mercator's,
        # two zooms and a half further.
        Grid("EuropeanETRS89_LAEAQuad", 15, _on_europe, _keys_on(_laea, 1.0), finer=2),
    )
}

"""Thousands of pairs at a glance: those between the same two parts of the world as one arc."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import mapping

from geomap.geodesy import great_circles
from geomap.grid import GRID_BITS, morton, to_web_mercator
from layers.columns import Rows
from layers.content import NAME_COLUMNS, ranks_of
from layers.table import LayerTable
from layers.tiles import properties
from layers.tiles.mvt import Ints

MAX_BUNDLES = 500
"""Arcs that can be told apart on a map of the world; each zoom from `SPREAD_FROM` on, which shows
half as much of it, may have twice as many."""
SPREAD_FROM = 3
MOST_BUNDLES = 3_000
"""Arcs that a reader should ever have to load."""
FINEST_BITS = 4
"""Cells are never narrower than a sixteenth of a tile."""
OVERVIEW_TO_ZOOM = 5
"""Up to here bundles are arcs of their own; above, the lines of their best-ranked pairs."""
HALF = np.uint64(32)
DECIMALS = 3
"""Of degrees in GeoJSON: 110 m, less than a pixel where bundles are shown."""


class Bundles(NamedTuple):
    """Arcs that stand for one pair or more, the ones of most pairs first."""

    geometry: npt.NDArray[np.object_]
    """Great circles, CRS84; the best-ranked pair's own where both ends lie in one cell."""
    properties: dict[str, npt.NDArray[np.object_]]
    """`count`, `n_<code>` of each group; id and names of the best-ranked pair of each."""
    counts: Ints


def overview(table: LayerTable, rows: Rows, zoom: int) -> list[dict[str, Any]]:
    """Return pairs as bundles for a map at this zoom.

    Args:
        table: A layer of lines between two places.
        rows: Which of its rows; those without a place are left out.
        zoom: Zoom of the map; a higher one bundles less.

    Returns:
        GeoJSON features, the bundle of most pairs first; `count` of all of them adds up to the
        rows that have a place. Each is a LineString or MultiLineString between the two places
        where most of its pairs begin and end; that of the best-ranked pair where all of them
        begin and end in the same part of the world.
    """
    bundles = bundled(table, rows, zoom)
    rounded = shapely.transform(bundles.geometry, lambda lnglats: np.round(lnglats, DECIMALS))
    keys = list(bundles.properties)
    return [
        {
            "type": "Feature",
            "geometry": mapping(geometry),
            "properties": {
                key: value for key, value in zip(keys, values, strict=True) if value is not None
            },
        }
        for geometry, *values in zip(rounded, *bundles.properties.values(), strict=True)
    ]


class Grouped(NamedTuple):
    """Pairs put together by the cells of the world where they end."""

    best: Rows
    """The best-ranked pair of each bundle."""
    counts: Ints
    """Pairs of each group, shape (bundles, groups)."""
    starts: npt.NDArray[np.float64]
    """Where most pairs of the one cell end, degrees, shape (bundles, 2)."""
    ends: npt.NDArray[np.float64]
    """As `starts`, of the other cell."""


def bundled(table: LayerTable, rows: Rows, zoom: int) -> Bundles:
    """Return the pairs of some rows, bundled by the cells of the world where they end.

    Args:
        table: As for `overview`.
        rows: As for `overview`.
        zoom: As for `overview`.
    """
    grouped = grouped_pairs(table, rows, zoom)
    counts = grouped.counts.sum(axis=1)
    order = np.argsort(-counts, kind="stable")
    return Bundles(
        _arcs(grouped.starts, grouped.ends, table.geometry(grouped.best), zoom)[order],
        {key: values[order] for key, values in _members(table, grouped).items()},
        counts[order],
    )


def grouped_pairs(table: LayerTable, rows: Rows, zoom: int) -> Grouped:
    """Return the pairs of some rows, those without a place left out, as `bundled` does."""
    ends = table.cached("ends", lambda: _ends(table))
    rows = np.sort(rows)
    rows = rows[np.isfinite(ends[rows]).all(axis=(1, 2))]
    lnglats = ends[rows].reshape(-1, 2)
    keys = morton(*to_web_mercator(lnglats))
    bits = _cell_bits(keys, zoom)
    between, bundle = np.unique(_between(keys, bits), return_inverse=True)
    chief = _chief_places(lnglats, keys, keys >> np.uint64(2 * (GRID_BITS - bits)))
    one, other = between >> HALF, between & (np.uint64(1) << HALF) - np.uint64(1)
    groups = properties.groups(table, rows)
    width, count = groups.width, len(between)
    counts = np.bincount(bundle * width + groups.numbers, minlength=count * width)
    return Grouped(
        _best(table, rows, bundle, count),
        counts.reshape(-1, width),
        np.array([chief[cell] for cell in one.tolist()]).reshape(-1, 2),
        np.array([chief[cell] for cell in other.tolist()]).reshape(-1, 2),
    )


def _ends(table: LayerTable) -> npt.NDArray[np.float64]:
    """Return the first and the last place of each line, shape (rows, 2, 2); NaN without."""
    fresh = np.arange(table.base.count, len(table))
    return np.concatenate([ends_of_base(table), _ends_of(table, fresh)])


def ends_of_base(table: LayerTable) -> npt.NDArray[np.float64]:
    """Return the ends of the lines of the base, as they are prepared or made once."""
    return table.base.cached("ends", lambda: _ends_of(table, np.arange(table.base.count)))


def _ends_of(table: LayerTable, rows: Rows) -> npt.NDArray[np.float64]:
    lines = table.geometry(rows)
    first = shapely.get_point(shapely.get_geometry(lines, 0), 0)
    last = shapely.get_point(shapely.get_geometry(lines, -1), -1)
    places = [[shapely.get_x(end), shapely.get_y(end)] for end in (first, last)]
    return np.array(places, np.float64).transpose(2, 0, 1)


def _between(keys: npt.NDArray[np.uint64], bits: int) -> npt.NDArray[np.uint64]:
    """Return one number for each pair that two have when they end in the same two cells."""
    cells = (keys >> np.uint64(2 * (GRID_BITS - bits))).reshape(-1, 2)
    between: npt.NDArray[np.uint64] = cells.min(axis=1) << HALF | cells.max(axis=1)
    return between


def _cell_bits(keys: npt.NDArray[np.uint64], zoom: int) -> int:
    """Return how fine the cells may be: the number of bits of their columns and rows."""
    most = most_arcs(zoom)
    finest = min(zoom + FINEST_BITS, 16)
    for bits in range(1, finest):
        if len(np.unique(_between(keys, bits + 1))) > most:
            return bits
    return finest


def most_arcs(zoom: int) -> int:
    """Return how many arcs a map may have to draw at a zoom."""
    if zoom <= OVERVIEW_TO_ZOOM:
        return min(MAX_BUNDLES << max(0, zoom - SPREAD_FROM), MOST_BUNDLES)
    return MOST_BUNDLES // 2 << zoom - OVERVIEW_TO_ZOOM - 1


def _step_km(zoom: int) -> float:
    """Return how far apart the vertices of an arc may be.

    A chord of s km lies s²/8r off the arc; up to zoom 5 that is half a pixel at 60° north, which
    is 39 / 2**zoom km. Nearer by, a bundle is a sign of pairs rather than a path.
    """
    return max(200.0, 1400 / 2 ** (zoom / 2))


def _chief_places(
    lnglats: npt.NDArray[np.float64],
    keys: npt.NDArray[np.uint64],
    cells: npt.NDArray[np.uint64],
) -> dict[int, tuple[float, float]]:
    """Return the place of each cell where most pairs end."""
    _, where, counts = np.unique(keys, return_index=True, return_counts=True)
    busiest_last = where[np.argsort(counts, kind="stable")]
    places = lnglats[busiest_last].tolist()
    return {
        cell: (lng, lat)
        for cell, (lng, lat) in zip(cells[busiest_last].tolist(), places, strict=True)
    }


def _arcs(
    starts: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    own: npt.NDArray[np.object_],
    zoom: int,
) -> npt.NDArray[np.object_]:
    """Return lines from start to end, or the line given as `own` where these are one place."""
    arcs = own.copy()
    apart = (starts != ends).any(axis=1)
    if apart.any():
        arcs[apart] = great_circles(starts[apart], ends[apart], max_step_km=_step_km(zoom))
    return arcs


def _best(table: LayerTable, rows: Rows, bundle: Ints, count: int) -> Rows:
    """Return the row of the best-ranked pair of each bundle, the lower id of equals."""
    ranks = table.cached("ranks", lambda: ranks_of(table.content))
    worst_first = np.lexsort((table.ids[rows], -ranks[rows]))[::-1]
    best = np.empty(count, np.intp)
    best[bundle[worst_first]] = rows[worst_first]
    return best


def _members(table: LayerTable, grouped: Grouped) -> dict[str, npt.NDArray[np.object_]]:
    """Return what each bundle says of its pairs."""
    names = {name: table.columns[name].objects(grouped.best) for name in NAME_COLUMNS}
    for name in NAME_COLUMNS[1:]:
        names[name][names[name] == names["name"]] = None
    counts = grouped.counts.astype(object)
    counts[grouped.counts == 0] = None
    keys = properties.groups(table, grouped.best[:0]).counted()
    return {
        "id": table.ids[grouped.best].astype(str).astype(object),
        **names,
        "count": grouped.counts.sum(axis=1).astype(object),
        **{key: counts[:, group] for key, group in keys},
    }

"""The tile of some layers at one zoom, column and row: what each kind of layer draws there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from geomap.grid import Tile
from layers.catalog import layer_named
from layers.columns import Mask, Rows
from layers.content import NOWHERE, Keys
from layers.layer import Layer
from layers.query import Query, filterable, matching, select
from layers.snapshot import Snapshot
from layers.standing import standing_of
from layers.table import LayerTable
from layers.tiles import mvt, properties
from layers.tiles.bundles import OVERVIEW_TO_ZOOM, bundled, grouped_pairs, most_arcs
from layers.tiles.grids import WEB_MERCATOR, Grid
from layers.tiles.points import Edited, PointIndex, Prepared
from layers.tiles.properties import Pickable, Spread, Without
from layers.tiles.shapes import DrawnRows, ShapeIndex, encode

OUTLINES_FROM_ZOOM = 9
"""Where sites that are not points show their outlines, beside the points that stand for them."""
MAX_ARCS = 400
"""Lines between cities that a map shows one by one up to `OVERVIEW_TO_ZOOM`."""

_EVERYTHING = Query().key()
_POINTS = frozenset({"Point", "MultiPoint"})
_LINES = frozenset({"LineString", "MultiLineString"})


def render(
    snapshot: Snapshot,
    layer_ids: Sequence[str],
    tile: Tile,
    query: Query,
    grid: Grid = WEB_MERCATOR,
) -> bytes:
    """Return a Mapbox vector tile of some layers, empty where they have nothing there.

    Args:
        snapshot: What the public may see.
        layer_ids: Layers, in the order in which the tile holds them.
        tile: The tile, of the grid's unit square.
        query: Filters, as `select` understands them; order, page and box do not matter. One
            that names a field narrows the layers that have that field.
        grid: The grid that the tile is of.

    Raises:
        LayerNotFound: A layer has no such id.
    """
    tables = [snapshot.tables[layer_named(layer_id).id] for layer_id in layer_ids]
    return b"".join(_drawn(table, tile, _scoped(query, table.layer), grid) for table in tables)


def prepare(snapshot: Snapshot) -> None:
    """Make ready what tiles of areas are cut from: seconds of work, for a thread.

    A tile that comes first waits for its own zoom alone, as those of lines do: thousands of arcs
    would take the memory whether anyone looks at them from near by or not.
    """
    for table in snapshot.tables.values():
        geometry = table.layer.geometry
        if not geometry <= _LINES and len(table.shape_rows()):
            from_zoom = OUTLINES_FROM_ZOOM if geometry & _POINTS else 0
            _base_shapes(table, WEB_MERCATOR).prepare(from_zoom)


def has_shapes(table: LayerTable, tile: Tile, mask: Mask) -> bool:
    """Tell whether features that are more than a point reach into a tile of WebMercatorQuad.

    Args:
        table: A layer.
        tile: The tile.
        mask: The rows that count, shape (rows,).
    """
    return any(len(part.rows) for part in _drawn_shapes(table, tile, mask, WEB_MERCATOR))


def _drawn(table: LayerTable, tile: Tile, query: Query, grid: Grid) -> bytes:
    name, geometry = table.layer.id, table.layer.geometry
    if geometry <= _LINES:
        return _arcs(table, tile, query, grid)
    dress = properties.dress(table)
    if not geometry & _POINTS:
        outlines = _outlines(table, tile, name, matching(table, query), grid)
        return outlines + _places(table, query, grid).encode(tile, f"{name}_labels", dress)
    points = _places(table, query, grid).encode(tile, name, dress)
    if tile.z + grid.finer < OUTLINES_FROM_ZOOM or not len(table.shape_rows()):
        return points
    return points + _outlines(table, tile, f"{name}_shapes", matching(table, query), grid)


def _arcs(table: LayerTable, tile: Tile, query: Query, grid: Grid) -> bytes:
    """Return bundles of lines while there are many, each by itself when there are few.

    What is a bundle is the same for all tiles of a zoom, so no line ends on an edge; and each
    pair is in one, so none is lost between zooms.
    """
    rows, name, zoom = select(table, query), table.layer.id, tile.z + grid.finer
    if zoom <= OVERVIEW_TO_ZOOM and len(rows) > MAX_ARCS:
        index, columns, counts = _bundles(table, zoom, query, grid)
        return encode([index.drawn(tile)], name, [columns], counts.__getitem__)
    if zoom <= OVERVIEW_TO_ZOOM or len(rows) <= most_arcs(zoom):
        return _outlines(table, tile, name, matching(table, query), grid)
    mask, said = table.recent(("grouped", query.key(), zoom), lambda: _grouped(table, rows, zoom))
    return encode(_drawn_shapes(table, tile, mask, grid), name, said, _ranks(table))


def _bundles(
    table: LayerTable, zoom: int, query: Query, grid: Grid
) -> tuple[ShapeIndex, Mapping[str, Pickable], npt.NDArray[np.float64]]:
    def build() -> tuple[ShapeIndex, Mapping[str, Pickable], npt.NDArray[np.float64]]:
        bundles = bundled(table, select(table, query), zoom)
        columns: dict[str, Pickable] = {
            key: mvt.column(values) for key, values in bundles.properties.items()
        }
        index = ShapeIndex(bundles.geometry, grid=grid)
        return index, columns, bundles.counts.astype(np.float64)

    return table.recent(("bundles", grid.id, query.key(), zoom), build)


def _grouped(
    table: LayerTable, rows: Rows, zoom: int
) -> tuple[Mask, Sequence[Mapping[str, Pickable]]]:
    """Return the rows that stand for bundles and what they say, at length and in short."""
    grouped = grouped_pairs(table, rows, zoom)
    mask = np.zeros(len(table), bool)
    mask[grouped.best] = True
    totals = grouped.counts.sum(axis=1)
    several = grouped.best[totals > 1]
    counted = {"count": totals} | {
        key: grouped.counts[:, group]
        for key, group in properties.groups(table, grouped.best[:0]).counted()
    }
    counts = {key: Spread(several, of[totals > 1], len(table)) for key, of in counted.items()}
    dress = properties.dress(table)
    alone = {key: Without(column, several) for key, column in dress.details.items()}
    group = {table.layer.group_by: alone[table.layer.group_by]}
    short = {"id": dress.names["id"], **counts, **group}
    return mask, [{**dress.names, **counts, **alone}, short, {**counts, **group}]


def _places(table: LayerTable, query: Query, grid: Grid) -> PointIndex:
    """Return the index of one place for each feature that the query keeps."""
    index = table.base.cached(("places", grid.id), lambda: index_of_base(table, grid))
    if table.is_edited():
        index = table.cached(("places", grid.id), lambda: _followed(table, index, grid))
    key = query.key()
    if key == _EVERYTHING:
        return index
    return table.recent(("places", grid.id, key), lambda: index.among(matching(table, query)))


def _keys(table: LayerTable, grid: Grid) -> Keys:
    """Return the Morton key of each row in the grid's unit square."""
    if grid is WEB_MERCATOR:
        keys: Keys = table.content.keys.values
        return keys
    count, lnglats = table.base.count, table.lnglats()
    old = table.base.cached(("keys", grid.id), lambda: grid.keys(lnglats[:count]))
    return np.concatenate([old, grid.keys(lnglats[count:])])


def index_of_base(table: LayerTable, grid: Grid = WEB_MERCATOR) -> PointIndex:
    """Return the index of the base, of what is prepared as far as it is."""
    base = table.base
    numbers = base.cached("groups", lambda: properties.groups(table, slice(base.count)).numbers)
    groups = properties.groups(table, slice(0))._replace(numbers=numbers)
    known = None
    if grid is WEB_MERCATOR and base.in_order:
        known = Prepared(None, base.standing, base.prepared("cells"))
    return PointIndex(_keys(table, grid)[: base.count], base.by_rank, groups, known)


def _followed(table: LayerTable, index: PointIndex, grid: Grid) -> PointIndex:
    """Return an index of the base with what was edited since."""
    rows = table.edited_rows()
    keys = _keys(table, grid)
    rows = rows[keys[rows] != NOWHERE]
    rows = rows[np.argsort(keys[rows], kind="stable")]
    groups = properties.groups(table, rows)
    edited = Edited(keys[rows], rows, standing_of(table, rows), groups.numbers)
    return index.followed(keys, table.dead_rows(), edited, groups.codes)


def _outlines(table: LayerTable, tile: Tile, name: str, mask: Mask, grid: Grid) -> bytes:
    """Return those features of a layer that are more than a point."""
    if not len(table.shape_rows()):
        return b""
    said = [properties.dress(table).all()]
    return encode(_drawn_shapes(table, tile, mask, grid), name, said, _ranks(table))


def _drawn_shapes(table: LayerTable, tile: Tile, mask: Mask, grid: Grid) -> list[DrawnRows]:
    shapes = table.shape_rows()
    new = shapes[np.searchsorted(shapes, table.base.count) :]
    drawn = [_base_shapes(table, grid).drawn(tile, mask)]
    if len(new):
        edited = table.cached(
            ("shapes", grid.id), lambda: ShapeIndex(table.geometry(new), new, grid)
        )
        drawn.append(edited.drawn(tile, mask))
    return drawn


def _base_shapes(table: LayerTable, grid: Grid) -> ShapeIndex:
    def build() -> ShapeIndex:
        shapes = table.shape_rows()
        old = shapes[: np.searchsorted(shapes, table.base.count)]
        return ShapeIndex(table.geometry(old), old, grid)

    index: ShapeIndex = table.base.cached(("shapes", grid.id), build)
    return index


def _ranks(table: LayerTable) -> Callable[[Rows], npt.NDArray[np.float64]]:
    def of_rows(rows: Rows) -> npt.NDArray[np.float64]:
        ranks = table.columns["rank"].objects(rows)
        return np.where(ranks == None, -np.inf, ranks).astype(np.float64)  # noqa: E711

    return of_rows


def _scoped(query: Query, layer: Layer) -> Query:
    if not query.equals and query.bbox is None:
        return query
    known = filterable(layer)
    equals = {name: values for name, values in query.equals.items() if name in known}
    return replace(query, bbox=None, equals=equals).filters()

"""Which features a request means: masks over a table's columns, pages and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.geodesy import buffer_box, distances_km
from geomap.places import Bounds, LngLat
from geomap.when import Interval
from layers.columns import Mask, Rows, Terms
from layers.computed import region_mask
from layers.content import CATEGORICAL
from layers.cql2.filter import Filter
from layers.cql2.mask import filter_mask
from layers.layer import Kind, Layer
from layers.paging import Page, Wanted, paged
from layers.table import LayerTable, frame_of_rows
from layers.windows import Window, inside

if TYPE_CHECKING:
    import geopandas

MOST_CENTURIES = 100_000
"""Between the first and the last: beyond that they are sorted rather than counted."""
COUNTED = frozenset({Kind.TERM, Kind.COUNTRY})
"""Kinds of field that are counted as facets: those with few values."""


class Near(NamedTuple):
    """Within `km` of a place, along the ellipsoid."""

    place: LngLat
    km: float


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asks of one layer. Every part narrows; nothing asked is everything."""

    bbox: Bounds | None = None
    window: Window | None = None
    """A box of another reference system; `bbox` then holds it, and is more."""
    placed: bool = False
    """Leave out what has no place, which otherwise meets any box."""
    interval: Interval | None = None
    dated: bool = False
    """With an interval: leave out what has no date, which otherwise matches any."""
    equals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field → values, any of which will do; an empty value means that the field has none."""
    region: str | None = None
    near: Near | None = None
    filter: Filter | None = None
    """What CQL2 asks for."""
    words: str = ""
    seqs: frozenset[int] | None = None
    """The rows that `words` found, as the store's search answers; None without words."""
    order: str = ""
    """Columns, the first one first, `-` before one for descending; empty for the order of ids."""
    limit: int = 100
    after: str = ""

    def filters(self) -> Query:
        """Return the query without order and page: what decides which features match."""
        return replace(self, order="", limit=0, after="")

    def key(self) -> str:
        """Return a text that two queries share exactly when they match the same features."""
        equals = sorted((name, tuple(sorted(values))) for name, values in self.equals.items())
        space = (self.bbox, self.window, self.placed, self.region, self.near)
        asked = self.filter.key if self.filter else ""
        return repr((*space, self.interval, self.dated, equals, self.words, asked))


def filterable(layer: Layer) -> tuple[str, ...]:
    """Return the names that an equality filter may use, in the layer's order."""
    fields = (f.name for f in layer.fields if f.queryable and f.kind is not Kind.EDTF)
    status = ("status",) if layer.group_by == "status" else ()
    return (*fields, *status, *layer.either)


def matching(table: LayerTable, query: Query) -> Mask:
    """Return which rows match, shape (rows,); dead rows never do."""
    return table.recent(("mask", query.key()), lambda: _mask(table, query))


def select(table: LayerTable, query: Query) -> Rows:
    """Return the matching rows in the order of their ids."""
    mask, rows = matching(table, query), table.rows()
    return table.recent(("select", query.key()), lambda: rows[mask[rows]])


def page(table: LayerTable, query: Query) -> Page:
    """Return one page of the matching rows.

    Raises:
        ParameterInvalid: `after` is not a token that an earlier page gave for this order.
    """
    placed_first = query.bbox is not None
    wanted = Wanted(query.order, query.limit, query.after, placed_first)
    return paged(table, matching(table, query), wanted)


def facets(table: LayerTable, query: Query) -> dict[str, dict[str, int]]:
    """Return counts by value for each counted field and century.

    A field's own filter does not narrow its counts, so that a reader sees what ticking
    another value would give. The value "" counts features without one.
    """
    names = [f.name for f in table.layer.fields if f.queryable and f.kind in COUNTED]
    if table.layer.group_by == "status":
        names.append("status")
    counts = {name: _counts(table, name, _without(query, name)) for name in names}
    for name, pair in table.layer.either.items():
        if name == "country":
            counts[name] = _either_counts(table, pair, _without(query, name))
    if table.layer.time() is not None:
        counts["century"] = _centuries(table, replace(query, interval=None, dated=False))
    return counts


def _without(query: Query, name: str) -> Query:
    return replace(query, equals={n: v for n, v in query.equals.items() if n != name})


def _kept(table: LayerTable, query: Query) -> Mask | None:
    """Return the mask of a query, None where it keeps every row."""
    mask = matching(table, query)
    return None if mask.all() else mask


def _counts(table: LayerTable, name: str, query: Query) -> dict[str, int]:
    column = table.columns[name]
    assert isinstance(column, Terms)  # noqa: S101
    counts, missing = column.counts(_kept(table, query))
    answer = dict(sorted(_counted(column.values, counts), key=lambda item: -item[1]))
    if missing:
        answer[""] = missing
    return answer


def _counted(values: Sequence[Any], counts: NDArray[np.intp]) -> Iterator[tuple[str, int]]:
    for code in np.flatnonzero(counts).tolist():
        yield str(values[code]), int(counts[code])


def _either_counts(table: LayerTable, pair: tuple[str, str], query: Query) -> dict[str, int]:
    first, second = (table.columns[name].objects(matching(table, query)) for name in pair)
    # A pair within one country counts once.
    both = Counter(first.tolist()) + Counter(second[second != first].tolist())
    return {str(value): count for value, count in both.most_common() if value is not None}


def _centuries(table: LayerTable, query: Query) -> dict[str, int]:
    starts, ends = _years(table)
    mask = matching(table, query)
    years = starts[mask]
    years = np.where(np.isfinite(years), years, ends[mask])
    known = np.isfinite(years)
    numbers = np.floor(years[known] / 100).astype(np.int64)
    lowest = int(numbers.min(initial=0))
    if len(numbers) and int(numbers.max()) - lowest < MOST_CENTURIES:
        counted = np.bincount(numbers - lowest)
        centuries = lowest + np.flatnonzero(counted)
        counts = counted[counted > 0]
    else:
        centuries, counts = np.unique(numbers, return_counts=True)
    answer = {str(int(c) * 100): int(count) for c, count in zip(centuries, counts, strict=True)}
    if missing := int((~known).sum()):
        answer[""] = missing
    return answer


def _mask(table: LayerTable, query: Query) -> Mask:
    mask = table.alive.copy()
    for name, values in query.equals.items():
        mask &= _equals(table, name, values)
    if query.seqs is not None:
        mask &= np.isin(table.seqs, np.fromiter(query.seqs, np.int64, len(query.seqs)))
    if query.region is not None:
        mask &= region_mask(table, query.region)
    if query.interval is not None:
        mask &= _within_time(table, query.interval, dated=query.dated)
    if query.filter is not None:
        mask &= filter_mask(table, query.filter)
    if query.bbox is not None:
        mask = _meets(table, query.bbox, mask)
    if query.window is not None:
        mask = inside(table, query.window, mask)
    if query.near is not None:
        mask = _close(table, query.near, mask)
    if query.placed:
        mask &= np.isfinite(table.lnglats()[:, 0])
    return mask


def _equals(table: LayerTable, name: str, values: tuple[str, ...]) -> Mask:
    mask = np.zeros(len(table), bool)
    for one in table.layer.either.get(name, (name,)):
        field_of = table.layer.field(one)
        wanted: list[Any] = [value for value in values if value]
        if field_of is not None and field_of.kind not in CATEGORICAL:
            wanted = [float(value) for value in wanted]
        is_wanted = partial(np.isin, test_elements=wanted)
        mask |= table.columns[one].mask(is_wanted, missing="" in values)
    return mask


def _years(table: LayerTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    time = table.layer.time()
    if time is None:
        nothing = np.full(len(table), np.nan)
        return nothing, nothing
    return table.numbers(f"{time.name}_from"), table.numbers(f"{time.name}_to")


def _within_time(table: LayerTable, interval: Interval, *, dated: bool) -> Mask:
    time = table.layer.time()
    if time is None:
        return np.full(len(table), not dated)
    first = -np.inf if interval.start_year is None else interval.start_year
    last = np.inf if interval.end_year is None else interval.end_year
    begins, ends = (table.columns[f"{time.name}_{side}"] for side in ("from", "to"))
    # One open end of a feature's own span reaches as far as it must.
    mask = begins.mask(lambda years: years <= last, missing=True)
    mask &= ends.mask(lambda years: years >= first, missing=True)
    if dated:
        known = begins.mask(np.isfinite, missing=False)
        mask &= known | ends.mask(np.isfinite, missing=False)
    return mask


def _meets(table: LayerTable, bbox: Bounds, mask: Mask) -> Mask:
    """Narrow a mask to what meets a box; what has no place meets every box (OGC 17-069r4)."""
    shapes, (lng, lat) = table.shape_rows(), table.lnglats().T
    meets = np.isnan(lng)
    west, south, east, north = table.shape_bounds().T
    near = np.zeros(len(shapes), bool)
    for part in bbox.parts():
        meets |= (lng >= part.west) & (lng <= part.east) & (lat >= part.south) & (lat <= part.north)
        boxes = (west <= part.east) & (east >= part.west)
        near |= boxes & (south <= part.north) & (north >= part.south)
    meets[shapes] |= near
    doubtful = shapes[near & mask[shapes]]
    if len(doubtful):
        meets[doubtful] = shapely.intersects(table.geometry(doubtful), _area(bbox))
    met: Mask = mask & meets
    return met


def _area(bbox: Bounds) -> shapely.Geometry:
    return shapely.union_all(
        [shapely.box(part.west, part.south, part.east, part.north) for part in bbox.parts()]
    )


def _close(table: LayerTable, near: Near, mask: Mask) -> Mask:
    mask = _meets(table, buffer_box(near.place, near.km), mask)
    places = table.lnglats()
    mask &= np.isfinite(places[:, 0])
    rows = np.flatnonzero(mask)
    mask[rows] = distances_km(near.place, places[rows]) <= near.km
    return mask


def frame_of(table: LayerTable, query: Query) -> geopandas.GeoDataFrame:
    """Return the matching features as a GeoDataFrame (OGC:CRS84), for analysis in Python."""
    return frame_of_rows(table, select(table, query))

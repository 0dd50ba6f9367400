"""Which features a request means: masks over a table's columns, pages and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from geomap.geodesy import buffer_box, distances_km
from geomap.places import Bounds, LngLat
from geomap.when import Interval
from layers.boxes import box_rows, exactly
from layers.columns import Column, Mask, Rows, Terms, floats_of
from layers.computed import region_mask
from layers.content import CATEGORICAL
from layers.cql2.filter import Filter
from layers.layer import Field, Kind, Layer
from layers.paging import Page, Wanted, by_id, paged
from layers.table import LayerTable, frame_of_rows
from layers.windows import Window, inside

if TYPE_CHECKING:
    import geopandas

CENTURY = "century"
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


def matching_rows(table: LayerTable, query: Query) -> Rows:
    """Return the matching rows, ascending."""
    return table.recent(("rows", query.key()), lambda: _rows(table, query).astype(np.int32))


def matching(table: LayerTable, query: Query) -> Mask:
    """Return which rows match, shape (rows,); dead rows never do."""

    def build() -> Mask:
        mask = np.zeros(len(table), bool)
        mask[matching_rows(table, query)] = True
        return mask

    return table.recent(("mask", query.key()), build)


def select(table: LayerTable, query: Query) -> Rows:
    """Return the matching rows in the order of their ids."""

    def build() -> Rows:
        rows = matching_rows(table, query)
        return table.rows() if _is_all(table, rows) else by_id(table, rows)

    return table.recent(("select", query.key()), build)


def page(table: LayerTable, query: Query) -> Page:
    """Return one page of the matching rows.

    Raises:
        ParameterInvalid: `after` is not a token that an earlier page gave for this order.
    """
    placed_first = query.bbox is not None
    wanted = Wanted(query.order, query.limit, query.after, placed_first)
    rows = matching_rows(table, query)
    return paged(table, rows, lambda: matching(table, query), wanted)


def _is_all(table: LayerTable, rows: Rows) -> bool:
    return len(rows) == len(table) - len(table.dead)


def facets(table: LayerTable, query: Query) -> dict[str, dict[str, int]]:
    """Return counts by value for each counted field and century.

    A field's own filter does not narrow its counts, so that a reader sees what ticking
    another value would give. The value "" counts features without one.
    """
    layer = table.layer
    names = [f.name for f in layer.fields if f.queryable and f.kind in COUNTED]
    names += ["status"] if layer.group_by == "status" else []
    kept = _Kept(table, query, {*names, *layer.either})
    counts = {name: _counts(table, name, kept.rows(name)) for name in names}
    if pair := layer.either.get("country"):
        counts["country"] = _either_counts(table, pair, kept.rows("country"))
    if layer.time() is not None:
        counts[CENTURY] = _centuries(table, kept.rows(CENTURY))
    return counts


class _Kept:
    """The rows that all filters keep but one, for each of some filters: every row is read once."""

    def __init__(self, table: LayerTable, query: Query, counted: set[str]) -> None:
        own = {name: values for name, values in query.equals.items() if name in counted}
        others = {name: values for name, values in query.equals.items() if name not in own}
        rest = replace(query, equals=others, interval=None, dated=False)
        rows = matching_rows(table, rest)
        self._all = None if _is_all(table, rows) else rows
        at = slice(None) if self._all is None and not len(table.dead) else rows
        self._fails = {name: ~_equals(table, at, name, values) for name, values in own.items()}
        if query.interval is not None:
            within = _within_time(table, at, query.interval, dated=query.dated)
            self._fails[CENTURY] = ~within
        self._found = rows
        self._many = sum((fails.astype(np.uint8) for fails in self._fails.values()), np.uint8(0))
        self._narrow = self._but_for("") if self._fails else self._all

    def rows(self, name: str) -> Rows | None:
        """Return what is left without the filter of this name; None for every live row."""
        return self._but_for(name) if name in self._fails else self._narrow

    def _but_for(self, name: str) -> Rows | None:
        if self._fails.keys() == {name}:
            return self._all
        kept: Rows = self._found[self._many == self._fails.get(name, np.uint8(0))]
        return kept


def _counts(table: LayerTable, name: str, rows: Rows | None) -> dict[str, int]:
    counts, missing = _counted(table, name, rows)
    values = cast("Terms", table.columns[name]).values
    told = [(str(values[code]), int(counts[code])) for code in np.flatnonzero(counts).tolist()]
    answer = dict(sorted(told, key=lambda item: -item[1]))
    if missing:
        answer[""] = missing
    return answer


def _counted(table: LayerTable, name: str, rows: Rows | None) -> tuple[NDArray[np.intp], int]:
    """Return how many of some rows have each code of a column, and how many none."""
    column = table.columns[name]
    assert isinstance(column, Terms)  # noqa: S101
    if rows is not None:
        return column.counts(rows)
    return table.cached(("counts", name), lambda: column.counts(_live(table)))


def _live(table: LayerTable) -> Mask | None:
    return table.alive if len(table.dead) else None


def _either_counts(table: LayerTable, pair: tuple[str, str], rows: Rows | None) -> dict[str, int]:
    at = table.alive if rows is None else rows
    first, second = (table.columns[name].objects(at) for name in pair)
    # A pair within one country counts once.
    both = Counter(first.tolist()) + Counter(second[second != first].tolist())
    return {str(value): count for value, count in both.most_common() if value is not None}


def _centuries(table: LayerTable, rows: Rows | None) -> dict[str, int]:
    if rows is None:
        return table.cached("centuries", lambda: _centuries(table, np.flatnonzero(table.alive)))
    time = cast("Field", table.layer.time())
    begins, ends = (table.columns[f"{time.name}_{side}"] for side in ("from", "to"))
    years, counts, undated = _by_year(begins, rows)
    more, of_more, undated = _by_year(ends, undated)
    numbers = np.floor(np.concatenate([years, more]) / 100).astype(np.int64)
    centuries, which = np.unique(numbers, return_inverse=True)
    found = np.bincount(which, np.concatenate([counts, of_more]), len(centuries)).astype(int)
    answer = {
        str(century * 100): count
        for century, count in zip(centuries.tolist(), found.tolist(), strict=True)
        if count
    }
    if len(undated):
        answer[""] = len(undated)
    return answer


def _by_year(column: Column, rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.intp], Rows]:
    """Return years, how many of the rows have each, and the rows that have none."""
    if isinstance(column, Terms):
        codes = column.codes[rows]
        known = codes >= 0
        counts = np.bincount(codes[known], minlength=len(column.values))
        return np.array([*column.values], float), counts, rows[~known]
    years = floats_of(column)[rows]
    known = np.isfinite(years)
    return years[known], np.ones(int(known.sum()), np.intp), rows[~known]


At: TypeAlias = Any
"""Rows by their numbers, or a slice of them."""


def _rows(table: LayerTable, query: Query) -> Rows:
    """Return the rows that pass all filters, ascending: those that read the least come first."""
    boxes = [query.bbox] if query.bbox else []
    boxes += [buffer_box(query.near.place, query.near.km)] if query.near else []
    rows: Rows | None = None
    for box in boxes:
        found = box_rows(table, box)
        rows = found if rows is None else np.intersect1d(rows, found, assume_unique=True)
    for passes in _tests(table, query):
        rows = np.flatnonzero(passes(slice(None))) if rows is None else rows[passes(rows)]
    if rows is None:
        return np.flatnonzero(table.alive)
    rows = rows[~table.are_dead(rows)]
    for box in boxes:
        rows = exactly(table, box, rows)
    if query.window is not None:
        rows = rows[inside(table, query.window, rows)]
    if query.near is not None:
        rows = rows[distances_km(query.near.place, table.lnglats()[rows]) <= query.near.km]
    return rows


def _tests(table: LayerTable, query: Query) -> Iterator[Callable[[At], Mask]]:
    """Yield what tells of some rows which pass; places are looked at elsewhere."""
    if query.placed or query.near is not None:
        yield lambda at: np.isfinite(table.lnglats()[at, 0])
    for name, values in query.equals.items():
        yield partial(_equals, table, name=name, values=values)
    if (seqs := query.seqs) is not None:
        wanted = np.fromiter(seqs, np.int64, len(seqs))
        yield lambda at: np.isin(table.seqs[at], wanted)
    if (region := query.region) is not None:
        yield lambda at: region_mask(table, region)[at]
    if (interval := query.interval) is not None:
        yield partial(_within_time, table, interval=interval, dated=query.dated)
    if (asked := query.filter) is not None:
        yield lambda at: _filtered(table, asked)[at]


def _filtered(table: LayerTable, asked: Filter) -> Mask:
    # Arrow comes with it, which no tile without a filter needs.
    from layers.cql2.mask import filter_mask

    # Counts ask for it again beside each other parameter that they leave out.
    return table.recent(("filter", asked.key), lambda: filter_mask(table, asked))


def _equals(table: LayerTable, at: At, name: str, values: tuple[str, ...]) -> Mask:
    passed: list[Mask] = []
    for one in table.layer.either.get(name, (name,)):
        field_of = table.layer.field(one)
        wanted: list[Any] = [value for value in values if value]
        if field_of is not None and field_of.kind not in CATEGORICAL:
            wanted = [float(value) for value in wanted]
        is_wanted = partial(np.isin, test_elements=wanted)
        passed.append(table.columns[one].taken(at).mask(is_wanted, missing="" in values))
    either: Mask = np.logical_or.reduce(passed)
    return either


def _within_time(table: LayerTable, at: At, interval: Interval, *, dated: bool) -> Mask:
    time = table.layer.time()
    if time is None:
        return np.full(len(table.seqs[at]), not dated)
    first = -np.inf if interval.start_year is None else interval.start_year
    last = np.inf if interval.end_year is None else interval.end_year
    begins, ends = (table.columns[f"{time.name}_{side}"].taken(at) for side in ("from", "to"))
    # One open end of a feature's own span reaches as far as it must.
    mask = begins.mask(lambda years: years <= last, missing=True)
    mask &= ends.mask(lambda years: years >= first, missing=True)
    if dated:
        known = begins.mask(np.isfinite, missing=False)
        mask &= known | ends.mask(np.isfinite, missing=False)
    return mask


def frame_of(table: LayerTable, query: Query) -> geopandas.GeoDataFrame:
    """Return the matching features as a GeoDataFrame (OGC:CRS84), for analysis in Python."""
    return frame_of_rows(table, select(table, query))

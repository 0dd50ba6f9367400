"""Which features a request means: masks over a table's columns, pages and counts."""

from __future__ import annotations

import base64
import binascii
import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geomap.errors import ParameterInvalid
from geomap.geodesy import buffer_box, distances_km
from geomap.places import Bounds, LngLat
from geomap.when import Interval
from layers.columns import Column, Mask, Rows, Terms, Texts, floats_of
from layers.computed import region_mask
from layers.content import CATEGORICAL, NAME_COLUMNS
from layers.layer import Kind, Layer
from layers.table import LayerTable, frame_of_rows

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
    placed: bool = False
    """Leave out what has no place, which otherwise meets any box."""
    interval: Interval | None = None
    dated: bool = False
    """With an interval: leave out what has no date, which otherwise matches any."""
    equals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field → values, any of which will do; an empty value means that the field has none."""
    region: str | None = None
    near: Near | None = None
    words: str = ""
    seqs: frozenset[int] | None = None
    """The rows that `words` found, as the store's search answers; None without words."""
    order: str = ""
    """A column, with `-` before it for descending; empty for the order of ids."""
    limit: int = 100
    after: str = ""

    def filters(self) -> Query:
        """Return the query without order and page: what decides which features match."""
        return replace(self, order="", limit=0, after="")

    def key(self) -> str:
        """Return a text that two queries share exactly when they match the same features."""
        equals = sorted((name, tuple(sorted(values))) for name, values in self.equals.items())
        space = (self.bbox, self.placed, self.region, self.near)
        return repr((*space, self.interval, self.dated, equals, self.words))


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows, the count of all that match, and the token of the next page."""

    rows: Rows
    matched: int
    next_token: str | None


def filterable(layer: Layer) -> tuple[str, ...]:
    """Return the names that an equality filter may use, in the layer's order."""
    fields = (f.name for f in layer.fields if f.queryable and f.kind is not Kind.EDTF)
    status = ("status",) if layer.group_by == "status" else ()
    return (*fields, *status, *layer.either)


def sortable(layer: Layer) -> tuple[str, ...]:
    """Return the columns that `order` may name."""
    return ("id", *NAME_COLUMNS, *layer.columns())


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
    mask = matching(table, query)
    ordered = _order(table, query.order)
    start = _start(table, ordered, query) if query.after else 0
    shown = _first(table, (ordered, mask), query, start)
    more, shown = len(shown) > query.limit, shown[: query.limit]
    token = _token(table, int(shown[-1]), query.order) if more and len(shown) else None
    return Page(shown, int(np.count_nonzero(mask)), token)


def _first(table: LayerTable, ordered: tuple[Rows, Mask], query: Query, start: int) -> Rows:
    """Return the matching rows from a place of an order on, one more than a page has."""
    rows, mask = ordered
    if not query.bbox or not query.order or query.order == "id":
        return _taken(rows, mask, start, query.limit + 1)
    # What has no place matches every box; it must not crowd out what is in view.
    placed = np.isfinite(table.lnglats()[:, 0])
    last = rows[start - 1] if start else None
    shown = rows[:0]
    if last is None or placed[last]:
        shown = _taken(rows, mask & placed, start, query.limit + 1)
        start = 0
    rest = query.limit + 1 - len(shown)
    return np.concatenate([shown, _taken(rows, mask & ~placed, start, rest)])


def _taken(rows: Rows, mask: Mask, start: int, count: int) -> Rows:
    """Return the first `count` rows from `start` on that a mask keeps, reading few of the rest."""
    taken, step = rows[:0], 4 * count + 1024
    while len(taken) < count and start < len(rows):
        part = rows[start : start + step]
        taken = np.concatenate([taken, part[mask[part]]])
        start, step = start + step, step * 4
    return taken[:count]


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
    if query.bbox is not None:
        mask = _meets(table, query.bbox, mask)
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


def _order(table: LayerTable, order: str) -> Rows:
    """Return all live rows in an order; ties keep the order of ids, what has no value is last."""
    if not order or order == "id":
        return table.rows()
    return table.cached(("order", order), lambda: _ordered(table, order))


def _ordered(table: LayerTable, order: str) -> Rows:
    base = table.base

    def build() -> Rows:
        keys = _sort_keys(base.content.columns[order.removeprefix("-")], order, base.by_id)
        return base.by_id[np.argsort(keys, kind="stable")]

    rows = base.cached(("order", order), build)
    if not table.is_edited():
        return rows
    key = partial(_sort_key, table, order)
    fresh = sorted(table.edited_rows().tolist(), key=key)
    at = [bisect.bisect(rows, key(row), key=key) for row in fresh]
    rows = np.insert(rows, at, fresh) if fresh else rows
    return rows[table.alive[rows]]


def _sort_keys(column: Column, order: str, rows: Rows) -> NDArray[np.float64]:
    """Return one number for each of some rows whose ascending order is the wished one."""
    if isinstance(column, Terms) and any(isinstance(value, str) for value in column.values):
        keys = column.lookup(_text_keys(column.values), np.nan)[rows]
    elif isinstance(column, Texts):
        keys = _text_keys(column.objects(rows))
    else:
        keys = floats_of(column)[rows]
    sign = -1.0 if order.startswith("-") else 1.0
    ascending: NDArray[np.float64] = np.nan_to_num(sign * keys, nan=np.inf)
    return ascending


def _text_keys(texts: Iterable[str | None]) -> NDArray[np.float64]:
    folded = np.array([(text or "").casefold() for text in texts], object)
    keys = np.unique(folded, return_inverse=True)[1].astype(np.float64)
    keys[folded == ""] = np.nan
    return keys


class _Descending(str):
    """A text that comes before what it otherwise follows."""

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def _sort_key(table: LayerTable, order: str, row: int) -> tuple[bool, Any, bytes]:
    """Return the place of one row in an order, comparable to that of others."""
    value = table.value(order.removeprefix("-"), row)
    if isinstance(value, str):
        value = (_Descending if order.startswith("-") else str)(value.casefold())
    elif value is not None and order.startswith("-"):
        value = -value
    missing = value is None or value == ""
    return missing, 0 if missing else value, bytes(table.ids[row])


def _token(table: LayerTable, row: int, order: str) -> str:
    text = orjson.dumps([order, table.ids[row].decode()])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _start(table: LayerTable, ordered: Rows, query: Query) -> int:
    """Return where the page after the token's feature begins, also when that one is gone."""
    expected = "the `after` of a next link of the same query."
    try:
        padded = query.after + "=" * (-len(query.after) % 4)
        order, last = orjson.loads(base64.urlsafe_b64decode(padded))
        last = last.encode()
    except (ValueError, binascii.Error, AttributeError, TypeError) as problem:
        raise ParameterInvalid("after", query.after, expected) from problem
    if order != query.order:
        raise ParameterInvalid("after", query.after, expected)
    if not query.order or query.order == "id":
        return bisect.bisect(ordered, last, key=lambda row: bytes(table.ids[row]))
    at = np.flatnonzero(np.isin(ordered, table.positions([last.decode()])))
    if not len(at):
        raise ParameterInvalid("after", query.after, "the last feature is gone; begin anew.")
    return int(at[0]) + 1


def frame_of(table: LayerTable, query: Query) -> geopandas.GeoDataFrame:
    """Return the matching features as a GeoDataFrame (OGC:CRS84), for analysis in Python."""
    return frame_of_rows(table, select(table, query))

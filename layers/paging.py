"""The order of rows, and the page that begins after another one's last feature."""

from __future__ import annotations

import base64
import binascii
import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from geomap.errors import ParameterInvalid
from layers.columns import Column, Mask, Rows, Terms, Texts, floats_of
from layers.content import NAME_COLUMNS
from layers.layer import Layer
from layers.table import LayerTable

MOST_KEYS = 4
"""Columns that one order may name."""

Place = tuple[Any, ...]
"""Where a row stands in an order: whether a key has no value, and its value; then the id."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows, the count of all that match, and the token of the next page."""

    rows: Rows
    matched: int
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a page is cut out of the rows that match."""

    order: str
    """Columns, the first one first, `-` before one for descending; empty: by id."""
    limit: int
    after: str
    """The token of the page before, or empty."""
    placed_first: bool
    """What has no place comes last: it must not crowd out what is in view."""


def sortable(layer: Layer) -> tuple[str, ...]:
    """Return the columns that an order may name."""
    return ("id", *NAME_COLUMNS, *layer.columns())


def paged(table: LayerTable, rows: Rows, mask: Callable[[], Mask], wanted: Wanted) -> Page:
    """Return one page of some rows.

    Args:
        table: Of the rows.
        rows: Those that match, ascending.
        mask: Tells of all rows which match, where that is needed.
        wanted: How the page is cut out.

    Raises:
        ParameterInvalid: `after` is not a token that an earlier page gave for this order.
    """
    if wanted.order in {"", "id"} and len(rows) ** 2 < len(table) * wanted.limit:
        after = _named(wanted)[0] if wanted.after else b""
        shown = by_id(table, rows, after, wanted.limit + 1)
    else:
        shown = _found(table, mask(), wanted)
    more, shown = len(shown) > wanted.limit, shown[: wanted.limit]
    token = _token(table, int(shown[-1]), wanted.order) if more and len(shown) else None
    return Page(shown, len(rows), token)


def _found(table: LayerTable, mask: Mask, wanted: Wanted) -> Rows:
    """Return the rows of a page and one more, read off the order of all rows."""
    ordered, count = ordered_rows(table, wanted.order), wanted.limit + 1
    start, in_view = _start(table, ordered, wanted) if wanted.after else (0, True)
    if not wanted.placed_first or wanted.order in {"", "id"}:
        return _taken(ordered, mask, start, count)
    placed = np.isfinite(table.lnglats()[:, 0])
    shown = _taken(ordered, mask & placed, start, count) if in_view else ordered[:0]
    rest = _taken(ordered, mask & ~placed, 0 if in_view else start, count - len(shown))
    return np.concatenate([shown, rest])


def by_id(table: LayerTable, rows: Rows, after: bytes = b"", count: int | None = None) -> Rows:
    """Return the first of some live rows in the order of their ids.

    Args:
        table: Of the rows.
        rows: In any order.
        after: An id; only those behind it count.
        count: How many are wished, all without it.
    """
    base, is_old = table.base, rows < table.base.count
    ranks = base.cached("id_ranks", lambda: _inverse(base.by_id))[rows[is_old]]
    if after:
        first = bisect.bisect(base.by_id, after, key=lambda row: bytes(table.ids[row]))
        ranks = ranks[ranks >= first]
    if count is not None and len(ranks) > count:
        ranks = np.partition(ranks, count)[:count]
    old, new = base.by_id[np.sort(ranks)], rows[~is_old]
    if not len(new):
        return old
    keys, new = table.ids.keys, new[[bytes(table.ids[row]) > after for row in new]]
    new = new[np.argsort(keys[new])]
    merged: Rows = np.insert(old, np.searchsorted(keys[old], keys[new]), new)[:count]
    return merged


def _inverse(rows: NDArray[np.int32]) -> NDArray[np.int32]:
    ranks = np.empty(len(rows), np.int32)
    ranks[rows] = np.arange(len(rows), dtype=np.int32)
    return ranks


def ordered_rows(table: LayerTable, order: str) -> Rows:
    """Return all live rows in an order; ties keep the order of ids, what has no value is last."""
    if order in {"", "id"}:
        return table.rows()
    if "," in order:  # There are too many of these to keep them all.
        return table.recent(("order", order), lambda: _ordered(table, order))
    return table.cached(("order", order), lambda: _ordered(table, order))


def _ordered(table: LayerTable, order: str) -> Rows:
    base = table.base

    def build() -> Rows:
        columns = base.content.columns
        keys = [_sort_keys(base.by_id, columns, key) for key in order.split(",")]
        return base.by_id[np.lexsort(keys[::-1])]

    rows = build() if "," in order else base.cached(("order", order), build)
    if not table.is_edited():
        return rows
    key = partial(_place, table, order)
    fresh = sorted(table.edited_rows().tolist(), key=key)
    at = [bisect.bisect(rows, key(row), key=key) for row in fresh]
    rows = np.insert(rows, at, fresh) if fresh else rows
    return rows[table.alive[rows]]


def _taken(rows: Rows, mask: Mask, start: int, count: int) -> Rows:
    """Return the first `count` rows from `start` on that a mask keeps, reading few of the rest."""
    taken, step = rows[:0], 4 * count + 1024
    while len(taken) < count and start < len(rows):
        part = rows[start : start + step]
        taken = np.concatenate([taken, part[mask[part]]])
        start, step = start + step, step * 4
    return taken[:count]


def _sort_keys(rows: Rows, columns: Any, key: str) -> NDArray[np.float64]:
    """Return one number for each of some rows whose ascending order is the wished one."""
    name = key.removeprefix("-")
    sign = -1.0 if key.startswith("-") else 1.0
    keys = np.arange(len(rows), dtype=np.float64) if name == "id" else _numbers(columns[name], rows)
    ascending: NDArray[np.float64] = np.nan_to_num(sign * keys, nan=np.inf)
    return ascending


def _numbers(column: Column, rows: Rows) -> NDArray[np.float64]:
    if isinstance(column, Terms) and any(isinstance(value, str) for value in column.values):
        numbers: NDArray[np.float64] = column.lookup(_text_keys(column.values), np.nan)[rows]
        return numbers
    if isinstance(column, Texts):
        return _text_keys(column.objects(rows))
    return floats_of(column)[rows]


def _text_keys(texts: Iterable[str | None]) -> NDArray[np.float64]:
    folded = np.array([(text or "").casefold() for text in texts], object)
    keys = np.unique(folded, return_inverse=True)[1].astype(np.float64)
    keys[folded == ""] = np.nan
    return keys


class _Descending(str):
    """A text that comes before what it otherwise follows."""

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)

    def __gt__(self, other: str) -> bool:
        return str.__lt__(self, other)


def _values(table: LayerTable, order: str, row: int) -> list[Any]:
    """Return what the keys of an order are for one row."""
    names = [key.removeprefix("-") for key in order.split(",")]
    own = table.ids[row].decode()
    return [own if name == "id" else table.value(name, row) for name in names]


def _place(table: LayerTable, order: str, row: int) -> Place:
    return _place_of(order, _values(table, order, row), bytes(table.ids[row]))


def _place_of(order: str, values: list[Any], own: bytes) -> Place:
    """Return the place of such values in an order, comparable to that of others."""
    place: list[Any] = []
    for key, value in zip(order.split(","), values, strict=True):
        missing = value is None or value == ""
        place += [missing, 0 if missing else _ranked(value, descending=key.startswith("-"))]
    return (*place, own)


def _ranked(value: Any, *, descending: bool) -> Any:
    if isinstance(value, str):
        return (_Descending if descending else str)(value.casefold())
    return -value if descending else value


def _token(table: LayerTable, row: int, order: str) -> str:
    """Return what names the place behind a row, whether it stays there or not."""
    said: list[Any] = [order, table.ids[row].decode()]
    if order not in {"", "id"}:
        said += [bool(np.isfinite(table.lnglats()[row, 0])), _values(table, order, row)]
    return base64.urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")


def _start(table: LayerTable, ordered: Rows, wanted: Wanted) -> tuple[int, bool]:
    """Return where the page after the token's feature begins, and whether that one had a place.

    The feature itself may have gone, or moved, since.
    """
    own, more = _named(wanted)
    try:
        return _behind(table, ordered, wanted.order, own, more)
    except (ValueError, AttributeError, TypeError) as problem:
        raise _no_token(wanted) from problem


def _named(wanted: Wanted) -> tuple[bytes, list[Any]]:
    """Return the id that a token names, and what else it says of the place behind it."""
    try:
        padded = wanted.after + "=" * (-len(wanted.after) % 4)
        order, last, *more = orjson.loads(base64.urlsafe_b64decode(padded))
        own: bytes = last.encode()
    except (ValueError, binascii.Error, AttributeError, TypeError) as problem:
        raise _no_token(wanted) from problem
    if order != wanted.order:
        raise _no_token(wanted)
    return own, more


def _no_token(wanted: Wanted) -> ParameterInvalid:
    return ParameterInvalid("after", wanted.after, "the `after` of a next link of the same query.")


def _behind(
    table: LayerTable, ordered: Rows, order: str, own: bytes, more: list[Any]
) -> tuple[int, bool]:
    key: Callable[[int], Any]
    if order in {"", "id"}:
        key = lambda row: bytes(table.ids[row])  # noqa: E731
        return bisect.bisect(ordered, own, key=key), True
    had_place, values = more
    key = partial(_place, table, order)
    return bisect.bisect(ordered, _place_of(order, values, own), key=key), bool(had_place)

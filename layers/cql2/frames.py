"""What a condition is evaluated over: all rows of a table, or each value of one column once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.columns import Made, Terms, Texts, floats_of
from layers.columns import Numbers as ColumnOfNumbers
from layers.cql2 import budget
from layers.cql2.budget import Budget
from layers.cql2.forms import texts_of, values_of
from layers.cql2.moments import moments, year_moments
from layers.cql2.tree import Reading, Side
from layers.exports.arrow import of_numbers
from layers.growing import Array
from layers.table import LayerTable

EXACT = 2**53
"""Whole numbers beyond that are not all floating-point numbers."""


class Numbers(NamedTuple):
    """Numbers, and where there is none."""

    values: NDArray[Any]
    missing: NDArray[np.bool_]


class Frame(Protocol):
    """Rows of some columns."""

    size: int
    budget: Budget

    def spend(self, nanoseconds: float) -> None:
        """Pay for work on each row; see `Budget`."""

    def texts(self, column: str, folds: tuple[str, ...]) -> pa.Array | pa.ChunkedArray:
        """Return texts, without case or accents where `folds` say so, null for none."""

    def numbers(self, column: str) -> Numbers:
        """Return the numbers of a column; truth values are 0 and 1."""

    def moments(self, column: str, reading: Reading, side: Side) -> Numbers:
        """Return moments in microseconds."""

    def objects(self, column: str) -> NDArray[np.object_]:
        """Return values as they are, None for none."""

    def missing(self, column: str) -> NDArray[np.bool_]:
        """Return which rows have no value."""


class Distinct:
    """The values of one dictionary column, and behind them what has none."""

    def __init__(self, table: LayerTable, name: str, column: Terms, purse: Budget) -> None:
        self._table, self._name, self._column, self.budget = table, name, column, purse
        # Others may add values meanwhile; no row of this table has one of those.
        self._count = len(column.values)
        self.size = self._count + 1

    def spend(self, nanoseconds: float) -> None:
        """See `Frame`."""
        self.budget.spend(nanoseconds, self.size)

    def texts(self, _column: str, folds: tuple[str, ...]) -> pa.Array:
        """See `Frame`."""
        return values_of(self._table, self._name, folds, self._count)

    def numbers(self, _column: str) -> Numbers:
        """See `Frame`."""
        return self._remembered("numbers", lambda: _numbers(self._values()))

    def moments(self, _column: str, reading: Reading, side: Side) -> Numbers:
        """See `Frame`."""
        key = "moments", reading, side
        return self._remembered(key, lambda: _moments(self._values(), reading, side))

    def objects(self, _column: str) -> NDArray[np.object_]:
        """See `Frame`."""
        return self._remembered("objects", lambda: np.fromiter(self._values(), object, self.size))

    def missing(self, _column: str) -> NDArray[np.bool_]:
        """See `Frame`."""
        return np.asarray(np.arange(self.size) == self._count)

    def floats(self) -> NDArray[np.float64]:
        """Return the numbers as floating point, NaN for none."""

        def build() -> NDArray[np.float64]:
            known = self._values()[:-1]
            return np.array([*known, np.nan], np.float64)

        return self._remembered("floats", build)

    def _remembered(self, key: Hashable, build: Callable[[], Made]) -> Made:
        return self._column.remembered(key, self._count, build)

    def _values(self) -> list[Any]:
        return [*islice(self._column.values, self._count), None]


class AllRows:
    """All rows of a table, dead ones included."""

    def __init__(self, table: LayerTable) -> None:
        self.table, self.size = table, len(table)
        self.budget = Budget(len(table))
        self._fetched: dict[Hashable, Any] = {}

    def has_dictionary(self, name: str) -> bool:
        """Return whether a column has a dictionary of its values."""
        return isinstance(self.table.columns.get(name), Terms)

    def distinct(self, name: str) -> Distinct:
        """Return the values of a column that has a dictionary."""
        return Distinct(self.table, name, self._terms(name), self.budget)

    def codes(self, name: str) -> Array:
        """Return of each row the place of its value among those of `distinct`."""
        return self._terms(name).codes

    def _terms(self, name: str) -> Terms:
        column = self.table.columns[name]
        assert isinstance(column, Terms)  # noqa: S101  who asks has looked
        return column

    def spend(self, nanoseconds: float) -> None:
        """See `Frame`."""
        self.budget.spend(nanoseconds)

    def texts(self, column: str, folds: tuple[str, ...]) -> pa.ChunkedArray:
        """See `Frame`."""
        if not self.has_dictionary(column):
            return texts_of(self.table, column, folds)

        def build() -> pa.ChunkedArray:
            self.spend(budget.GATHERED)
            distinct = self.distinct(column)
            codes = self.codes(column).astype(np.int32)
            codes[codes < 0] = distinct.size - 1
            return pa.chunked_array([distinct.texts(column, folds).take(of_numbers(codes))])

        return self._once((column, folds), build)

    def numbers(self, column: str) -> Numbers:
        """See `Frame`."""

        def build() -> Numbers:
            self.spend(budget.NUMBERED)
            if self.has_dictionary(column):
                values = self.distinct(column).floats()[self.codes(column)]
            else:
                values = floats_of(self.table.columns[column])
            return Numbers(values, np.isnan(values))

        return self._once(column, build)

    def moments(self, column: str, reading: Reading, side: Side) -> Numbers:
        """See `Frame`."""

        def build() -> Numbers:
            self.spend(budget.DATED)
            if self.has_dictionary(column):
                values, missing = self.distinct(column).moments(column, reading, side)
                codes = self.codes(column)
                return Numbers(values[codes], missing[codes])
            if reading is Reading.YEAR:
                years = floats_of(self.table.columns[column])
                return Numbers(year_moments(years, side), np.isnan(years))
            objects = self.objects(column).tolist()
            return _moments(objects, reading, side)

        return self._once((column, reading, side), build)

    def _once(self, key: Hashable, build: Callable[[], Made]) -> Made:
        """Return what is fetched once for a filter, however often it names it."""
        if key not in self._fetched:
            self._fetched[key] = build()
        made: Made = self._fetched[key]
        return made

    def objects(self, column: str) -> NDArray[np.object_]:
        """See `Frame`."""
        return self.table.columns[column].objects(slice(None))

    def missing(self, column: str) -> NDArray[np.bool_]:
        """See `Frame`."""
        found = self.table.columns.get(column)
        if found is None:  # the id
            return np.zeros(self.size, bool)
        if isinstance(found, Terms):
            return np.asarray(found.codes < 0)
        if isinstance(found, Texts):
            return np.asarray(np.diff(found.arrays[1]) == 0)
        if isinstance(found, ColumnOfNumbers):
            return np.asarray(np.isnan(found.numbers))
        return np.asarray(found.objects(slice(None)) == None)  # noqa: E711


def _numbers(values: Sequence[Any]) -> Numbers:
    missing = np.array([value is None for value in values], bool)
    known = [0 if value is None else value for value in values]
    large = any(isinstance(value, int) and abs(value) > EXACT for value in known)
    return Numbers(np.array(known, object if large else np.float64), missing)


def _moments(values: Sequence[Any], reading: Reading, side: Side) -> Numbers:
    if reading is Reading.YEAR:
        years = np.array([np.nan if value is None else value for value in values], np.float64)
        return Numbers(year_moments(years, side), np.isnan(years))
    found = moments(values, reading, side)
    missing = np.array([one is None for one in found], bool)
    return Numbers(np.array([one or 0 for one in found], np.int64), missing)

"""What a condition is evaluated over: all rows of a table, or each value of one column once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.columns import Numbers as ColumnOfNumbers
from layers.columns import Terms, Texts, floats_of
from layers.cql2.arrow import FOLDED, texts_of
from layers.cql2.budget import Budget
from layers.cql2.moments import moments, year_moments
from layers.cql2.tree import Reading, Side
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

    def spend(self, nanoseconds: float) -> None:
        """Pay for work on each row of the table; see `Budget`."""

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
    """The values of one column, and behind them what has none."""

    def __init__(self, column: Terms) -> None:
        self._values: list[Any] = [*column.values, None]
        self.size = len(self._values)

    def spend(self, _nanoseconds: float) -> None:
        """See `Frame`: there are few of them."""

    def texts(self, _column: str, folds: tuple[str, ...]) -> pa.Array:
        """See `Frame`."""
        texts = pa.array(self._values, pa.string())
        for fold in folds:
            texts = FOLDED[fold](texts)
        return texts

    def numbers(self, _column: str) -> Numbers:
        """See `Frame`."""
        return _numbers(self._values)

    def moments(self, _column: str, reading: Reading, side: Side) -> Numbers:
        """See `Frame`."""
        return _moments(self._values, reading, side)

    def objects(self, _column: str) -> NDArray[np.object_]:
        """See `Frame`."""
        return np.fromiter(self._values, object, self.size)

    def missing(self, _column: str) -> NDArray[np.bool_]:
        """See `Frame`."""
        return np.array([value is None for value in self._values], bool)


class AllRows:
    """All rows of a table, dead ones included."""

    def __init__(self, table: LayerTable) -> None:
        self.table, self.size = table, len(table)
        self.budget = Budget(len(table))

    def spend(self, nanoseconds: float) -> None:
        """See `Frame`."""
        self.budget.spend(nanoseconds)

    def texts(self, column: str, folds: tuple[str, ...]) -> pa.ChunkedArray:
        """See `Frame`."""
        return texts_of(self.table, column, folds)

    def numbers(self, column: str) -> Numbers:
        """See `Frame`."""
        values = floats_of(self.table.columns[column])
        return Numbers(values, np.isnan(values))

    def moments(self, column: str, reading: Reading, side: Side) -> Numbers:
        """See `Frame`."""
        found = self.table.columns[column]
        if isinstance(found, Terms):
            values, missing = Distinct(found).moments(column, reading, side)
            return Numbers(values[found.codes], missing[found.codes])
        if reading is Reading.YEAR:
            years = floats_of(found)
            return Numbers(year_moments(years, side), np.isnan(years))
        return _moments(found.objects(slice(None)).tolist(), reading, side)

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

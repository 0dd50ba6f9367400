"""Columns that grow at their end, so that an edit among a million rows costs an edit.

A table and all that follow it share their columns: what a commit adds is written behind what
was there, where older tables do not look. Texts are kept as ready entries of vector tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from layers.dictionary import Dictionary
from layers.growing import Array, Growing, gathered, narrowed
from layers.tiles import mvt, values
from layers.tiles.values import Source

Mask = npt.NDArray[np.bool_]
Rows: TypeAlias = npt.NDArray[np.integer[Any]]
Test = Callable[[Array], Mask]
Made = TypeVar("Made")

FEW = 30_000
"""Distinct values that a dictionary holds; a column of numbers with more keeps them as such."""
SAME = b"\0"
"""In place of an entry: the text is that of the column `name`."""


class Column(Protocol):
    """The values of one property, a row each."""

    def __len__(self) -> int: ...

    def grown(self, values: Sequence[Any]) -> Column:
        """Return the column with more rows; None is no value."""

    def taken(self, rows: Rows) -> Column:
        """Return a column of some rows, in their order."""

    def objects(self, rows: Rows | Mask | slice) -> npt.NDArray[np.object_]:
        """Return the values of some rows, None where there is none."""

    def value(self, row: int) -> Any:
        """Return the value of one row, None where there is none."""

    def mask(self, test: Test, *, missing: bool) -> Mask:
        """Return which rows have a value that passes; `missing` is the answer without one."""

    def source(self) -> Source:
        """Return what tiles pick the values of rows from."""


class Terms:
    """A column of few values: a code for each row, -1 for none."""

    def __init__(self, codes: Growing, values: Dictionary) -> None:
        self._codes, self.values = codes, values
        # One for all that follow one another: the entries of `values`, as far as they are made.
        self._entries = [Texts.empty()]
        self._remembered: dict[Hashable, tuple[int, Any]] = {}

    @classmethod
    def of(cls, values: Sequence[Any]) -> Terms:
        """Return the column of these values."""
        return cls(Growing(np.empty(0, np.int8)), Dictionary()).grown(values)

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def codes(self) -> Array:
        """Of each row's value in `values`, -1 where it has none."""
        return self._codes.values

    def _following(self, codes: Growing) -> Terms:
        new = Terms(codes, self.values)
        new._entries, new._remembered = self._entries, self._remembered
        return new

    def remembered(self, key: Hashable, size: int, build: Callable[[], Made]) -> Made:
        """Return what `build` makes of the first `size` values; the latest one stays."""
        known, made = self._remembered.get(key, (-1, None))
        if known != size:
            made = build()
            self._remembered[key] = size, made
        answer: Made = made
        return answer

    def grown(self, values: Sequence[Any]) -> Terms:
        """See `Column`."""
        codes = np.fromiter(map(self.values.code, values), np.int32, len(values))
        return self._following(self._codes.grown(codes.astype(narrow(len(self.values)))))

    def taken(self, rows: Rows) -> Terms | Numbers:
        """See `Column`; numbers that turn out to be many are kept as such from then on."""
        if len(self.values) > FEW and isinstance(self.values[0], int | float):
            return Numbers(Growing(floats_of(self)[rows]))
        return self._following(Growing(self.codes[rows]))

    def recoded(self, rows: Rows, change: Callable[[Any], Any]) -> Terms:
        """Return the column with the values of some rows changed, each distinct one once."""
        used, which = np.unique(self.codes[rows], return_inverse=True)
        fresh = np.array([self.values.code(change(self.values[code])) for code in used], np.int32)
        codes = self.codes.astype(np.result_type(self.codes, narrow(len(self.values))), copy=True)
        codes[rows] = fresh[which]
        return self._following(Growing(codes))

    def lookup(self, values: Iterable[Any], missing: Any) -> Array:
        """Return for each row what stands in `values` for its value."""
        return np.array([*values, missing])[self.codes]

    def objects(self, rows: Rows | Mask | slice) -> npt.NDArray[np.object_]:
        """See `Column`."""
        values = [*self.values, None]
        return np.fromiter(values, object, len(values))[self.codes[rows]]

    def mask(self, test: Test, *, missing: bool) -> Mask:
        """See `Column`."""
        passed = test(np.array([*self.values])) if self.values else np.empty(0, bool)
        return np.append(passed, missing)[self.codes]

    def value(self, row: int) -> Any:
        """See `Column`."""
        code = int(self.codes[row])
        return None if code < 0 else self.values[code]

    def counts(self, rows: Rows | Mask | None) -> tuple[npt.NDArray[np.intp], int]:
        """Return how many of some rows, or of all, have each of `values`, and how many none."""
        codes = self.codes if rows is None else self.codes[rows]
        counted = np.bincount(codes + codes.dtype.type(1), minlength=len(self.values) + 1)
        return counted[1:], int(counted[0])

    def source(self) -> values.Terms:
        """See `Column`."""
        [entries] = self._entries
        if len(entries) < len(self.values):
            entries = entries.joined([mvt.entry(value) for value in self.values[len(entries) :]])
            self._entries[0] = entries
        return values.Terms(self.codes, *entries.arrays)


def numbered(rows: Rows | Mask | slice, count: int) -> Rows:
    """Return the numbers of some of `count` rows, without a look at the rest where it can be."""
    if isinstance(rows, slice):
        return np.arange(*rows.indices(count))
    chosen: Array = rows
    return np.flatnonzero(chosen) if chosen.dtype == bool else chosen


def narrow(values: int) -> type[np.signedinteger[Any]]:
    """Return the type of the codes of so many values, -1 among them."""
    return np.int8 if values < 127 else np.int16 if values < 32_767 else np.int32


class Numbers:
    """A column of numbers, NaN for none."""

    def __init__(self, numbers: Growing) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def numbers(self) -> Array:
        """A number a row, NaN for none."""
        return self._numbers.values

    def grown(self, values: Sequence[Any]) -> Numbers:
        """See `Column`."""
        return Numbers(self._numbers.grown(_floats(values).astype(self.numbers.dtype)))

    def taken(self, rows: Rows) -> Numbers:
        """See `Column`."""
        return Numbers(Growing(self.numbers[rows]))

    def objects(self, rows: Rows | Mask | slice) -> npt.NDArray[np.object_]:
        """See `Column`."""
        numbers = self.numbers[rows]
        values = numbers.astype(object)
        values[np.isnan(numbers)] = None
        return values

    def value(self, row: int) -> Any:
        """See `Column`."""
        number = float(self.numbers[row])
        return None if np.isnan(number) else number

    def mask(self, test: Test, *, missing: bool) -> Mask:
        """See `Column`."""
        return np.where(np.isnan(self.numbers), missing, test(self.numbers))

    def source(self) -> values.Numbers:
        """See `Column`."""
        return values.Numbers(self.numbers)


class Texts:
    """A column of texts most of which differ: entries end to end, empty for none."""

    def __init__(self, blob: Growing, offsets: Growing, same: Texts | None = None) -> None:
        self._blob, self._offsets, self._same = blob, offsets, same

    @classmethod
    def empty(cls, same: Texts | None = None) -> Texts:
        """Return a column without rows; a text that is also that of `same` takes one byte."""
        return cls(Growing(np.empty(0, np.uint8)), Growing(np.zeros(1, np.int32)), same)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @property
    def arrays(self) -> tuple[Array, Array]:
        """The entries, and where each begins and the last one ends."""
        return self._blob.values, self._offsets.values

    def grown(self, values: Sequence[str | None], same: Texts | None = None) -> Texts:
        """See `Column`; `same`, when this column refers to one, has these rows already."""
        ours = same.objects(slice(len(self), None)) if same else [None] * len(values)
        return self.joined(
            [
                b"" if value is None else SAME if value == said else mvt.text_entry(value)
                for value, said in zip(values, ours, strict=True)
            ],
            same,
        )

    def joined(self, entries: Sequence[bytes], same: Texts | None = None) -> Texts:
        """Return the column with more rows, as entries."""
        ends = np.cumsum(np.fromiter(map(len, entries), np.int64, len(entries)))
        last = self._offsets.values[-1]
        blob = self._blob.grown(np.frombuffer(b"".join(entries), np.uint8))
        return Texts(blob, self._offsets.grown(ends + last), same)

    def taken(self, rows: Rows, same: Texts | None = None) -> Texts:
        """See `Column`."""
        blob, offsets = self.arrays
        starts = offsets[rows].astype(np.int64)
        sizes = offsets[rows + 1] - starts
        ends = narrowed(np.concatenate([[0], np.cumsum(sizes)]))
        return Texts(Growing(gathered(blob, starts, sizes)), Growing(ends), same)

    def entry(self, row: int) -> bytes:
        """Return the entry of a row as it is kept."""
        blob, offsets = self.arrays
        return blob[offsets[row] : offsets[row + 1]].tobytes()

    def objects(self, rows: Rows | Mask | slice) -> npt.NDArray[np.object_]:
        """See `Column`."""
        numbers = numbered(rows, len(self))
        texts = np.empty(len(numbers), object)
        texts[:] = [self.value(row) for row in numbers.tolist()]
        return texts

    def value(self, row: int) -> str | None:
        """See `Column`."""
        entry = self.entry(row)
        if entry == SAME and self._same:
            return self._same.value(row)
        return mvt.text_of(entry) if entry else None

    def mask(self, test: Test, *, missing: bool) -> Mask:
        """See `Column`."""
        texts = self.objects(slice(None))
        known = np.array([text is not None for text in texts], bool)
        answer = np.full(len(texts), missing)
        answer[known] = test(texts[known].astype(str))
        return answer

    def source(self) -> values.Texts:
        """See `Column`; a text that is only that of `name` again is left out."""
        return values.Texts(*self.arrays)


def numeric(values: Sequence[Any]) -> Terms | Numbers:
    """Return a column of numbers, None or NaN for none."""
    numbers = _floats(values)
    known = ~np.isnan(numbers)
    used, which = np.unique(numbers[known], return_inverse=True)
    if len(used) > FEW:
        return Numbers(Growing(numbers))
    codes = np.full(len(numbers), -1, narrow(len(used)))
    codes[known] = which
    return Terms(Growing(codes), Dictionary(used.tolist()))


def floats_of(column: Column) -> npt.NDArray[np.float64]:
    """Return the numbers of a column, NaN for none."""
    if isinstance(column, Terms):
        return column.lookup(column.values, np.nan).astype(np.float64)
    numbers: npt.NDArray[np.float64] = column.numbers if isinstance(column, Numbers) else _nothing()
    return numbers


def _nothing() -> Array:
    raise TypeError("A column of texts has no numbers.")


def _floats(values: Sequence[Any]) -> npt.NDArray[np.float64]:
    if isinstance(values, np.ndarray) and values.dtype != object:
        return values.astype(np.float64)
    return np.array([np.nan if value is None else value for value in values], np.float64)

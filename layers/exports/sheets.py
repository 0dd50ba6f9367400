"""A layer's columns as exports have them, in Arrow files beside the base of its table.

Each sheet holds so many rows in the order of the base, and only what it has: a column without a
value takes no room, one of few values is a dictionary. What is computed is not in it, nor are
places, which the table has itself.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from layers.content import Rows
from layers.exports.arrow import of_numbers
from layers.segments.arrays import mapped_files
from layers.table import LayerTable

PART = "sheets"
ROWS = 32_768
"""Rows of a sheet, but for the last one."""
REPEATED = 4
"""A column in which each text comes so often, on average, becomes a dictionary."""


class Sheets:
    """The columns of the rows of a base."""

    def __init__(self, sheets: Sequence[pa.RecordBatch]) -> None:
        self._sheets = sheets

    def __len__(self) -> int:
        return sum(map(len, self._sheets))

    def picked(self, rows: Rows) -> Picked:
        """Return what all sheets have of ascending rows."""
        starts = np.searchsorted(rows, np.arange(ROWS, len(self), ROWS))
        parts = [part for part in np.split(rows, starts) if len(part)]
        return Picked(
            [(self._sheets[int(part[0]) // ROWS], _places(part % ROWS)) for part in parts]
        )


Places: TypeAlias = slice | pa.Array


class Picked:
    """Some rows of sheets, whose columns are asked for one by one."""

    def __init__(self, parts: Sequence[tuple[pa.RecordBatch, Places]]) -> None:
        self._parts = parts

    def column(self, name: str, type_: pa.DataType) -> pa.Array:
        """Return a column in the type that it has in an export."""
        found = [_plain(_of_places(sheet[name], at), type_) for sheet, at in self._parts]
        return found[0] if len(found) == 1 else pa.concat_arrays([pa.nulls(0, type_), *found])


def sheets_of(table: LayerTable) -> Sheets | None:
    """Return the sheets of a table's base, None where there are none."""
    kept: Sheets | None = table.base.prepared(PART)
    return kept


def save(folder: Path, sheets: Iterable[pa.RecordBatch]) -> None:
    """Write sheets, each of `ROWS` rows but the last one."""
    for number, sheet in enumerate(sheets):
        packed = pa.record_batch([*map(_packed, sheet)], names=sheet.schema.names)
        with pa.ipc.new_file(folder / f"{number:06}.arrow", packed.schema) as file:
            file.write_batch(packed)


def load(folder: Path) -> Sheets:
    """Return the sheets that were written into a folder, mapped.

    Raises:
        OSError, ValueError: They are not there, or not as they were written.
    """
    return read(mapped_files(folder))


def read(files: Sequence[mmap.mmap]) -> Sheets:
    """Return the sheets that mapped files hold.

    Raises:
        ValueError: They are not as they were written.
    """
    return Sheets([pa.ipc.open_file(pa.py_buffer(file)).get_batch(0) for file in files])


def _places(rows: Rows) -> Places:
    """Return where in a sheet its rows are: as a slice, where none between them is left out."""
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows):
        return slice(first, last + 1)
    return of_numbers(rows.astype(np.int64))


def _of_places(column: pa.Array, at: Places) -> pa.Array:
    return column[at] if isinstance(at, slice) else column.take(at)


def _plain(column: pa.Array, type_: pa.DataType) -> pa.Array:
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), type_)
    return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column


def _packed(column: pa.Array) -> pa.Array:
    if column.null_count == len(column):
        return pa.nulls(len(column))
    if pa.types.is_string(column.type):
        told = column.dictionary_encode()
        return told if len(told.dictionary) * REPEATED < len(column) else column
    return column

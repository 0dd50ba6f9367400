"""A layer's columns as exports have them, in Arrow files beside the base of its table.

Each sheet holds so many rows in the order of the base, and only what it has: a column without a
value takes no room, one of few values is a dictionary. What is computed is not in it, nor are
places, which the table has itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from geomap.crs import STORAGE_CRS
from layers.content import Rows
from layers.exports.parsed import Parser
from layers.exports.schema import COMPUTED, PLACES, attribute_types
from layers.exports.shapes import WKT, wkt_of
from layers.fragments import is_kept
from layers.layer import Layer
from layers.store.protocol import PublicReader
from layers.table import LayerTable

PART = "sheets"
SHEET = "sheet-{:0>9}.arrow"
ROWS = 32_768
"""Rows of a sheet, but for the last one."""
REPEATED = 4
"""A column in which each text comes so often, on average, becomes a dictionary."""


class Sheets:
    """The columns of the rows of a base."""

    def __init__(self, sheets: Sequence[pa.RecordBatch], types: Mapping[str, pa.DataType]) -> None:
        self._sheets, self._types = sheets, types

    def __len__(self) -> int:
        return sum(map(len, self._sheets))

    def column(self, rows: Rows, name: str) -> pa.Array:
        """Return a column of ascending rows, in the type that it has in an export."""
        starts = np.searchsorted(rows, np.arange(ROWS, len(self), ROWS))
        found = [pa.nulls(0, self._types[name])]
        for part in np.split(rows, starts):
            if len(part):
                column = self._sheets[int(part[0]) // ROWS][name]
                found.append(_plain(_of_rows(column, part % ROWS), self._types[name]))
        return found[1] if len(found) == 2 else pa.concat_arrays(found)


def sheets_of(table: LayerTable) -> Sheets | None:
    """Return the sheets of a table's base, None where there are none."""
    return table.base.cached(PART, lambda: None)


def write(folder: Path, table: LayerTable, reader: PublicReader) -> None:
    """Write the sheets of a table all of whose rows are its base; none for what changes daily."""
    if not is_kept(table):
        return
    parser, kept = Parser(table.layer), _kept(table.layer)
    for start in range(0, len(table), ROWS):
        rows = np.arange(start, min(start + ROWS, len(table)))
        told = parser.columns(reader, table, rows).select([*kept][:-1])
        sheet = [*map(_packed, [*told, wkt_of(table, rows, STORAGE_CRS)])]
        batch = pa.record_batch(sheet, names=[*kept])
        with pa.ipc.new_file(folder / SHEET.format(start), batch.schema) as file:
            file.write_batch(batch)


def open(folder: Path, layer: Layer) -> Sheets | None:
    """Return the sheets that were written into a folder, mapped; None where there are none."""
    paths = sorted(folder.glob("sheet-*.arrow"))
    sheets = [pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0) for path in paths]
    return Sheets(sheets, _kept(layer)) if sheets else None


def _kept(layer: Layer) -> dict[str, pa.DataType]:
    """Return the columns of a sheet, geometries as WKT last."""
    left_out = {*PLACES, *COMPUTED[layer.id]}
    kept = {name: type_ for name, type_ in attribute_types(layer).items() if name not in left_out}
    return {**kept, WKT: pa.string()}


def _of_rows(column: pa.Array, rows: Rows) -> pa.Array:
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows):
        return column.slice(first, len(rows))
    return column.take(pa.array(rows))


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

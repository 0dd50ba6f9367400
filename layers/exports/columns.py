"""A layer's features as Arrow columns: types as the fields have them, lists as JSON text.

Columns come from the sheets of the layer; where there are none, and of rows edited since, they
are read out of the ready texts, so that a table has all that GeoJSON has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa

from geomap.crs import DEGREES, STORAGE_CRS
from layers.columns import Numbers, Terms
from layers.content import Rows
from layers.exports import sheets
from layers.exports.arrow import of_bytes, of_numbers
from layers.exports.batches import batches
from layers.exports.parsed import Parser
from layers.exports.schema import COMPUTED, GEOMETRY, PLACES, attribute_types
from layers.exports.shapes import WKT, wkb_of, wkt_of
from layers.exports.sheets import Sheets, sheets_of
from layers.store.protocol import PublicReader
from layers.table import LayerTable

if TYPE_CHECKING:
    from layers.segments.parts import Building

WEIGHT = 262_144
"""Coordinates in a batch: some fifteen thousand points."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Part of a table: its attributes, and its geometries in the wished reference system."""

    attributes: pa.RecordBatch
    wkb: Callable[[], pa.Array]
    wkt: Callable[[], pa.Array]

    def with_geometry(self) -> pa.RecordBatch:
        """Return the attributes and, last, the geometries as WKB."""
        return self.attributes.append_column(GEOMETRY, self.wkb())


def columns_of(
    reader: PublicReader, table: LayerTable, rows: Rows, crs: str, names: Sequence[str] = ()
) -> Iterator[Columns]:
    """Yield the rows as columns, some thousands at a time, geometries in `crs`.

    `names` are those of the columns that are wished, in the order of the layer; all without it.
    """
    kept, parser = sheets_of(table), Parser(table.layer)
    names = names or [*attribute_types(table.layer)]
    for batch in batches(table, rows, WEIGHT):
        source = _Source(reader, table, batch, kept, parser)
        attributes = pa.record_batch(source.columns(names), names=[*names])
        yield Columns(attributes, partial(wkb_of, table, batch, crs), partial(source.wkt, crs))


def write_sheets(folder: Path, building: Building) -> None:
    """Write the columns of a layer: those of the sheets before, and of what is new since.

    What is computed is left out, and places, which the table has itself.
    """
    former, layer = building.former, building.former.layer
    kept, parser = sheets_of(former), Parser(layer)
    left_out = {*PLACES, *COMPUTED[layer.id]}
    names = [name for name in attribute_types(layer) if name not in left_out]

    def sheet(rows: Rows) -> pa.RecordBatch:
        source = _Source(building.reader, former, rows, kept, parser)
        columns = [*source.columns(names), source.wkt(STORAGE_CRS)]
        return pa.record_batch(columns, names=[*names, WKT])

    starts = range(0, len(building.rows), sheets.ROWS)
    sheets.save(folder, (sheet(building.rows[at : at + sheets.ROWS]) for at in starts))


class _Source:
    """Where the columns of some rows come from, which are in the order of a file."""

    def __init__(
        self,
        reader: PublicReader,
        table: LayerTable,
        rows: Rows,
        kept: Sheets | None,
        parser: Parser,
    ) -> None:
        self._table, self._rows = table, rows
        self._types = attribute_types(table.layer)
        is_kept = rows < (len(kept) if kept else 0)
        self._old, new = rows[is_kept], rows[~is_kept]
        self._kept = kept.picked(self._old) if kept else None
        self._parsed = parser.columns(reader, table, new) if len(new) else None
        mixed = len(self._old) and len(new)
        self._order = np.argsort(np.argsort(~is_kept, kind="stable")) if mixed else None

    def columns(self, names: Sequence[str]) -> list[pa.Array]:
        return [self._column(name) for name in names]

    def wkt(self, crs: str) -> pa.Array:
        if crs in DEGREES and self._kept is not None and self._parsed is None:
            return self._kept.column(WKT, pa.string())
        return wkt_of(self._table, self._rows, crs)

    def _column(self, name: str) -> pa.Array:
        if name in PLACES:
            lng, lat = self._table.lnglats()[self._rows].T
            degrees = lng if name == "lng" else lat
            return of_numbers(degrees, np.isnan(degrees))
        if self._kept is None:
            assert self._parsed is not None  # noqa: S101  what is not kept has been parsed
            return self._parsed[name]
        if name in COMPUTED[self._table.layer.id]:
            column = self._table.columns[name]
            return _computed[type(column)](column, self._rows)
        old = self._kept.column(name, self._types[name])
        if self._parsed is None:
            return old
        both = pa.concat_arrays([old, self._parsed[name]])
        return both if self._order is None else both.take(of_numbers(self._order))


def _texts_of_terms(column: Terms, rows: Rows) -> pa.Array:
    """Return lists as JSON text, null for an empty one."""
    size = len(column.values)

    def build() -> pa.Array:
        texts = [orjson.dumps(value) if value else None for value in islice(column.values, size)]
        return of_bytes(texts, pa.string())

    codes = column.codes[rows].astype(np.int32)
    told = pa.DictionaryArray.from_arrays(
        of_numbers(codes, codes < 0), column.remembered("json", size, build)
    )
    return told.dictionary_decode()


_computed: dict[type, Callable[[Any, Rows], pa.Array]] = {
    Terms: _texts_of_terms,
    Numbers: lambda column, rows: of_numbers(column.numbers[rows].astype(np.int64)),
}

"""CSV (RFC 4180) that spreadsheets read without harm: UTF-8, numbers as numbers, text as text.

Columns `lng` and `lat` hold a place in degrees, `wkt` the geometry in the reference system of
the export; where that is not in degrees, `easting` and `northing` hold the place in metres.
"""

from __future__ import annotations

import io
from collections.abc import Generator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from pyarrow import csv

from geomap.crs import DEGREES, from_crs84
from layers.content import Rows
from layers.exports.columns import Columns, columns_of
from layers.exports.options import USUAL, Options
from layers.exports.schema import attribute_types
from layers.exports.shapes import WKT
from layers.snapshot import Snapshot
from layers.store.protocol import PublicReader
from layers.table import LayerTable

BOM = b"\xef\xbb\xbf"
FORMULA = r"\A([=+\-@\t\r\n\x00＝＋－＠])"
"""How a cell begins that spreadsheets would run (OWASP ASVS 5.0, 1.2.10)."""
_FIRST_BYTES = np.isin(np.arange(256), list(b"=+-@\t\r\n\x00\xef"))


def write(
    _: Snapshot,
    reader: PublicReader,
    table: LayerTable,
    rows: Rows,
    options: Options = USUAL,
) -> Generator[bytes]:
    """Yield a header and a line for each row."""
    yield (BOM if options.bom else b"") + _header(table, options.crs)
    for columns in columns_of(reader, table, rows, options.crs):
        yield _lines(_with_places(columns, options.crs))


def formula_safe(column: pa.StringArray) -> pa.StringArray:
    """Return texts with an apostrophe before those that a spreadsheet would run as a formula."""
    if not _FIRST_BYTES[_first_bytes(column)].any():
        return column
    return pc.replace_substring_regex(column, FORMULA, r"'\1")


def _header(table: LayerTable, crs: str) -> bytes:
    names = [*attribute_types(table.layer), *_place_names(crs), WKT]
    return ",".join(f'"{name}"' for name in names).encode() + b"\n"


def _place_names(crs: str) -> tuple[str, ...]:
    return () if crs in DEGREES else ("easting", "northing")


def _with_places(columns: Columns, crs: str) -> pa.RecordBatch:
    batch = columns.attributes
    if names := _place_names(crs):
        degrees = (batch[name].to_numpy(zero_copy_only=False) for name in ("lng", "lat"))
        places = from_crs84(_points(*degrees), crs)
        for name, numbers in zip(names, (shapely.get_x, shapely.get_y), strict=True):
            batch = batch.append_column(name, pa.array(numbers(places), from_pandas=True))
    return batch.append_column(WKT, columns.wkt())


def _points(lng: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.object_]:
    points = np.full(len(lng), None, dtype=object)
    known = np.isfinite(lng)
    points[known] = shapely.points(lng[known], lat[known])
    return points


def _lines(batch: pa.RecordBatch) -> bytes:
    safe = [formula_safe(column) if pa.types.is_string(column.type) else column for column in batch]
    out = io.BytesIO()
    csv.write_csv(
        pa.record_batch(safe, names=batch.schema.names),
        out,
        csv.WriteOptions(include_header=False),
    )
    return out.getvalue()


def _first_bytes(column: pa.StringArray) -> NDArray[np.uint8]:
    """Return the first byte of each text that has one."""
    _, offsets, data = column.buffers()
    if data is None or not data.size:
        return np.empty(0, np.uint8)
    starts = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data, np.uint8)[starts[:-1][np.diff(starts) > 0]]

"""GeoParquet 1.1: columns for analysis, written as a stream, a row group at a time."""

from __future__ import annotations

import io
from collections.abc import Generator, Mapping

import orjson
import pyarrow as pa
from pyarrow import parquet
from pyproj import CRS

from geomap.crs import DEGREES, STORAGE_CRS
from layers.content import Rows
from layers.exports.columns import columns_of
from layers.exports.credits import metadata_of
from layers.exports.options import USUAL, Options
from layers.exports.schema import GEOMETRY, attribute_types, schema_of
from layers.layer import Layer
from layers.projection import FLAT_NAMES
from layers.snapshot import Snapshot
from layers.store.protocol import PublicReader
from layers.table import LayerTable

GROUP = 32_768
"""Rows of a row group, or a few more."""


def write(
    snapshot: Snapshot,
    reader: PublicReader,
    table: LayerTable,
    rows: Rows,
    options: Options = USUAL,
) -> Generator[bytes]:
    """Yield a GeoParquet file of the rows."""
    metadata = {"geo": _geo(options.crs), **metadata_of(snapshot, table, rows)}
    schema = schema_of(table.layer, metadata)
    out = _Pieces()
    how = {"compression": "zstd", **_encoding(table.layer)}
    with parquet.ParquetWriter(out, schema, **how) as writer:
        waiting: list[pa.RecordBatch] = []
        for columns in columns_of(reader, table, rows, options.crs):
            waiting.append(columns.with_geometry())
            if sum(map(len, waiting)) >= GROUP:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting.clear()
            yield out.taken()
        writer.write_table(pa.Table.from_batches(waiting, schema))
    yield out.taken()


def _encoding(layer: Layer) -> Mapping[str, list[str]]:
    """Return which columns repeat their values, and of which it helps to know the range.

    Looking for repeated ones among names and ids takes longer than all the rest.
    """
    types = attribute_types(layer)
    own = {"id", "record_id", "names", *FLAT_NAMES}
    ranges = [name for name, type_ in types.items() if not pa.types.is_string(type_)]
    return {
        "use_dictionary": [name for name in types if name not in own and name not in ranges],
        "write_statistics": ranges,
    }


class _Pieces(io.RawIOBase):
    """A file that is read off as it grows: nothing of it stays."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: memoryview) -> int:  # type: ignore[override]
        self._waiting.append(bytes(piece))
        self._length += len(self._waiting[-1])
        return len(self._waiting[-1])

    def tell(self) -> int:
        return self._length

    def taken(self) -> bytes:
        """Return what has been written since the last time."""
        taken = b"".join(self._waiting)
        self._waiting.clear()
        return taken


def _geo(crs: str) -> str:
    """Return the file's `geo` metadata; coordinates are longitude or easting first, always."""
    system = CRS.from_user_input(STORAGE_CRS if crs in DEGREES else crs)
    column: Mapping[str, object] = {
        "encoding": "WKB",
        "geometry_types": [],
        "crs": system.to_json_dict(),
    }
    return orjson.dumps(
        {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    ).decode()

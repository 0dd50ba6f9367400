"""GeoPackage and FlatGeobuf: GDAL writes a fresh file elsewhere, which goes out and is gone."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray
from pyproj import CRS

from geomap.errors import ExportBusy, ExportFailed
from layers.content import Rows
from layers.exports import gdal_writer
from layers.exports.columns import columns_of
from layers.exports.credits import credits_of, metadata_of
from layers.exports.options import USUAL, Options
from layers.exports.schema import GEOMETRY, schema_of
from layers.snapshot import Snapshot
from layers.store.protocol import PublicReader
from layers.table import LayerTable

AT_ONCE = 2
"""Files that a process lets GDAL write at a time; each costs a core and its own memory."""
PIECE = 1024 * 1024
LOOK_S = 0.2
"""How often a writer that has all its rows is asked whether it is done."""
NEARBY = 30
"""Degrees beyond its own area up to which a reference system surely gives numbers."""
MANY, LARGE_PAGES = 50_000, {"OGR_SQLITE_PRAGMA": "page_size=16384"}
"""Rows from which on a GeoPackage has larger pages: written in a tenth less time, and read as well;
of a few features it would be a file of four times the size."""
SUFFIXES = {"GPKG": ".gpkg", "FlatGeobuf": ".fgb"}

_slots = threading.BoundedSemaphore(AT_ONCE)


def write_geopackage(
    snapshot: Snapshot,
    reader: PublicReader,
    table: LayerTable,
    rows: Rows,
    options: Options = USUAL,
) -> Generator[bytes]:
    """Yield a GeoPackage 1.3 with an R-tree and the table `sources`; empty pieces come first."""
    metadata, sources = metadata_of(snapshot, table, rows), credits_of(snapshot, table, rows)
    layer = table.layer
    plan = {
        "driver": "GPKG",
        "config": LARGE_PAGES if len(rows) >= MANY else {},
        "features": _layer(table, options.crs)
        | {
            "dataset_metadata": metadata,
            "layer_metadata": metadata,
            "dataset_options": {"VERSION": "1.3"},
            "layer_options": {
                "IDENTIFIER": layer.title,
                "DESCRIPTION": f"{layer.description} {metadata['ATTRIBUTION']}",
            },
        },
        "sources": bool(sources),
    }
    return _written(reader, table, rows, options, plan, sources=pa.Table.from_pylist(sources))


def write_flatgeobuf(
    snapshot: Snapshot,
    reader: PublicReader,
    table: LayerTable,
    rows: Rows,
    options: Options = USUAL,
) -> Generator[bytes]:
    """Yield a FlatGeobuf, indexed where every feature has a place; empty pieces come first."""
    metadata = metadata_of(snapshot, table, rows)
    # FlatGeobuf cannot index what has no place.
    indexed = _has_places(table.bounds()[rows], options.crs)
    plan = {
        "driver": "FlatGeobuf",
        "config": {},
        "features": _layer(table, options.crs)
        | {
            "layer_metadata": metadata,
            "layer_options": {
                "TITLE": table.layer.title,
                "DESCRIPTION": f"{table.layer.description} {metadata['ATTRIBUTION']}",
                "SPATIAL_INDEX": "YES" if indexed else "NO",
            },
        },
        "sources": False,
    }
    return _written(reader, table, rows, options, plan)


def _layer(table: LayerTable, crs: str) -> dict[str, Any]:
    only = table.layer.geometry if len(table.layer.geometry) == 1 else ["Unknown"]
    return {
        "layer": table.layer.id,
        "geometry_name": GEOMETRY,
        "geometry_type": next(iter(only)),
        "crs": CRS.from_user_input(crs).to_wkt(),
    }


def _has_places(bounds: NDArray[np.float64], crs: str) -> bool:
    """Tell whether all boxes, in degrees, lie where a reference system surely gives numbers."""
    area = CRS.from_user_input(crs).area_of_use
    if area is None or not len(bounds):
        return False
    west, south = max(area.west - NEARBY, -180), max(area.south - NEARBY, -89)
    east, north = min(area.east + NEARBY, 180), min(area.north + NEARBY, 89)
    lowest, highest = bounds[:, :2] >= (west, south), bounds[:, 2:] <= (east, north)
    return bool(lowest.all() and highest.all())


def _written(
    reader: PublicReader,
    table: LayerTable,
    rows: Rows,
    options: Options,
    plan: dict[str, Any],
    *,
    sources: pa.Table | None = None,
) -> Generator[bytes]:
    """Feed the writer, and then yield its file; empty pieces tell that it goes on.

    Whoever stops in between, as a client that has gone, ends the writer and its file.

    Raises:
        ExportBusy: Before the first piece: too many files are being written.
        ExportFailed: GDAL did not write the file to its end.
    """
    schema = schema_of(table.layer, {gdal_writer.PLAN: orjson.dumps(plan).decode()})
    with _slot(), tempfile.TemporaryDirectory(prefix="geomap-export-") as folder:
        path = Path(folder) / f"{table.layer.id}{SUFFIXES[plan['driver']]}"
        with _writer(path) as (writer, standard_input):
            yield b""
            with pa.ipc.new_stream(standard_input, schema) as stream:
                for columns in columns_of(reader, table, rows, options.crs):
                    stream.write_batch(columns.with_geometry())
                    yield b""
            if plan["sources"] and sources is not None:
                with pa.ipc.new_stream(standard_input, sources.schema) as stream:
                    stream.write_table(sources)
            standard_input.close()
            while writer.poll() is None:
                yield b""
                with suppress(subprocess.TimeoutExpired):
                    writer.wait(LOOK_S)
        with path.open("rb") as file:
            yield from iter(lambda: file.read(PIECE), b"")


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(blocking=False):
        raise ExportBusy("Several files are being written just now; try again in a while.")
    try:
        yield
    finally:
        _slots.release()


@contextmanager
def _writer(path: Path) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Start the program that writes the file; well or by force, it has ended on the way out.

    Raises:
        ExportFailed: It ended otherwise than well.
    """
    said = path.with_suffix(".log")
    command = [sys.executable, "-P", gdal_writer.__file__, str(path)]
    with said.open("wb") as log:
        writer = subprocess.Popen(  # noqa: S603  our own program and a path of our own
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, pipesize=PIECE
        )
    assert writer.stdin is not None  # noqa: S101  it is a pipe, as asked for
    try:
        with suppress(BrokenPipeError):
            yield writer, writer.stdin
            writer.stdin.close()
        if writer.wait():
            raise ExportFailed(f"The file was not written: {_last_line(said)}")
    finally:
        writer.kill()
        writer.wait()
        with suppress(BrokenPipeError):
            writer.stdin.close()


def _last_line(said: Path) -> str:
    lines = said.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "the program that writes it was ended."

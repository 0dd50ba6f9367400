"""Every export format, once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from importlib import import_module

from geomap.crs import DEGREES, FILE_CRS
from geomap.errors import ParameterInvalid
from layers.content import Rows
from layers.exports import geojson, linked_places
from layers.exports.options import Options
from layers.fragments import Text
from layers.snapshot import Snapshot
from layers.store.protocol import PublicReader
from layers.table import LayerTable

Write = Callable[[Snapshot, PublicReader, LayerTable, Rows, Options], Generator[Text]]


@dataclass(frozen=True, slots=True)
class Export:
    """One format: how it is asked for, what it is called, who writes it."""

    name: str
    title: str
    media_type: str
    suffix: str
    write: Write
    """Yields the file, one piece at least; a piece may be empty while the file is not ready."""
    takes: frozenset[str] = frozenset()
    """The fields of `Options` that mean something to it."""
    drawn: bool = False
    """Whether it holds a drawing of the features: coarser than they are, without long texts."""


def late(module: str, function: str) -> Write:
    """Return a writer whose module is imported when it is first asked for.

    Arrow takes a tenth of a second and 40 MB, which a worker that draws tiles does not need.
    """

    def write(
        snapshot: Snapshot, reader: PublicReader, table: LayerTable, rows: Rows, options: Options
    ) -> Generator[Text]:
        found: Write = getattr(import_module(f"layers.exports.{module}"), function)
        return found(snapshot, reader, table, rows, options)

    return write


CRS = frozenset({"crs"})
EXPORTS: Mapping[str, Export] = {
    export.name: export
    for export in (
        Export("geojson", "GeoJSON", "application/geo+json", ".geojson", geojson.write),
        Export(
            "geojsonseq",
            "GeoJSON text sequence",
            "application/geo+json-seq",
            ".geojsons",
            geojson.write_sequence,
        ),
        Export(
            "gpkg",
            "GeoPackage",
            "application/geopackage+sqlite3",
            ".gpkg",
            late("gdal", "write_geopackage"),
            CRS,
        ),
        Export(
            "fgb",
            "FlatGeobuf",
            "application/flatgeobuf",
            ".fgb",
            late("gdal", "write_flatgeobuf"),
            CRS,
        ),
        Export(
            "parquet",
            "GeoParquet",
            "application/vnd.apache.parquet",
            ".parquet",
            late("parquet", "write"),
            CRS,
        ),
        Export("csv", "CSV", "text/csv", ".csv", late("csv", "write"), CRS | {"bom"}),
        Export(
            "linkedplaces",
            "Linked Places",
            linked_places.MEDIA_TYPE,
            ".jsonld",
            linked_places.write,
        ),
        Export(
            "pmtiles",
            "PMTiles",
            "application/vnd.pmtiles",
            ".pmtiles",
            late("pmtiles", "write"),
            drawn=True,
        ),
        # a new format: its module beside geojson.py, and its line here
    )
}


def export_named(name: str) -> Export:
    """Return the export of this name.

    Raises:
        ParameterInvalid: There is none.
    """
    try:
        return EXPORTS[name]
    except KeyError:
        known = "one of " + ", ".join(EXPORTS)
        raise ParameterInvalid("f", name, known) from None


def options_for(export: Export, crs: str | None = None, *, bom: bool | None = None) -> Options:
    """Return the wishes for a file, those not stated as usual.

    Raises:
        ParameterInvalid: The reference system is not on offer, or the format is without choice.
    """
    crs = "EPSG:4326" if crs in {None, *DEGREES} else crs
    if crs not in FILE_CRS:
        raise ParameterInvalid("crs", str(crs), f"one of {', '.join(FILE_CRS)} is expected.")
    if crs not in DEGREES and "crs" not in export.takes:
        raise ParameterInvalid("crs", str(crs), f"{export.title} is in degrees, always.")
    if bom is not None and "bom" not in export.takes:
        raise ParameterInvalid("bom", str(bom).lower(), f"{export.title} has no byte-order mark.")
    return Options(str(crs), bool(bom))

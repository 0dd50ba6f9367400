"""Exports of the test's own store, and readers that know nothing of how they were written."""

import io
import json
import tempfile

import geopandas
import pandas
import pytest
import shapely

from layers.exports.table import EXPORTS, export_named, options_for
from layers.query import Query, select
from layers.snapshot import Follower


@pytest.fixture
def exported(store):
    """The bytes of an export."""

    def bytes_of(name, layer="sites", query=Query(), **wishes):  # noqa: B008
        with Follower(store).reading() as (snapshot, reader):
            table, export = snapshot.tables[layer], export_named(name)
            rows, options = select(table, query), options_for(export, **wishes)
            return b"".join(export.write(snapshot, reader, table, rows, options))

    return bytes_of


def _by_gdal(path, layer):
    return geopandas.read_file(path, layer=layer)


def _collection(path, _):
    return geopandas.read_file(path)


def _parquet(path, _):
    return geopandas.read_parquet(path)


def _csv(path, _):
    frame = pandas.read_csv(path, encoding="utf-8-sig")
    shapes = [shapely.from_wkt(text) if isinstance(text, str) else None for text in frame["wkt"]]
    return geopandas.GeoDataFrame(frame, geometry=shapes)


def _linked(path, _):
    features = json.loads(path.read_text("utf-8"))["features"]
    frame = geopandas.read_file(path)
    if features:
        frame["names"] = [str(one["names"]) for one in features]
    return frame


READERS = {
    "linkedplaces": _linked,
    "geojson": _collection,
    "geojsonseq": _collection,
    "gpkg": _by_gdal,
    "fgb": _collection,
    "parquet": _parquet,
    "csv": _csv,
}


@pytest.fixture
def read(exported, tmp_path):
    """An export as others read it: a GeoDataFrame by record_id."""

    def frame_of(name, layer="sites", **wishes):
        path = tmp_path / f"read-{layer}{EXPORTS[name].suffix}"
        path.write_bytes(exported(name, layer, **wishes))
        frame = READERS[name](path, layer)
        return frame.set_index("record_id") if "record_id" in frame else frame

    return frame_of


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder in which temporary files are made, empty at first."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def properties(exported):
    """The properties of an export as GeoJSON, by record_id."""

    def of(layer="sites"):
        features = json.load(io.BytesIO(exported("geojson", layer)))["features"]
        return {one["properties"]["record_id"]: one["properties"] for one in features}

    return of

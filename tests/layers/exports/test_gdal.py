"""GeoPackage and FlatGeobuf: sound to other programs, and gone from here once they are out."""

import shutil
import sqlite3
import subprocess

import pytest

from geomap.errors import ExportBusy, ExportFailed
from layers.exports import gdal, gdal_writer
from layers.exports.table import EXPORTS, options_for
from layers.query import Query, select
from layers.snapshot import Follower

FILES = ("gpkg", "fgb")


@pytest.fixture
def sites(put, feature):
    put(*(feature("sites", f"Site {n}", (n / 10, n / 10), kind="defence") for n in range(300)))


@pytest.fixture
def begun(store, sites, temporary):
    """Exports that have given their first piece."""
    with Follower(store).reading() as (snapshot, reader):

        def begin(name):
            table, export = snapshot.tables["sites"], EXPORTS[name]
            rows = select(table, Query())
            pieces = export.write(snapshot, reader, table, rows, options_for(export))
            assert next(pieces) == b""
            return pieces

        yield begin


def told_by_ogrinfo(path, layer):
    if shutil.which("ogrinfo") is None:
        pytest.skip("GDAL's ogrinfo is not installed.")
    command = ["ogrinfo", "-ro", "-so", str(path), layer]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Warning" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("name", FILES)
def test_another_gdal_reads_it(sites, exported, tmp_path, name):
    path = tmp_path / f"sites.{name}"
    path.write_bytes(exported(name))
    told = told_by_ogrinfo(path, "sites")
    assert "Feature Count: 300" in told
    assert "Geometry: Unknown" in told
    assert "dating_from: Integer64" in told
    assert "as_of: Date" in told


def test_a_geopackage_says_inside_whose_it_is(sites, exported, tmp_path):
    path = tmp_path / "sites.gpkg"
    path.write_bytes(exported("gpkg"))
    file = sqlite3.connect(path)
    [description] = file.execute(
        "SELECT description FROM gpkg_contents WHERE table_name = 'sites'"
    ).fetchone()
    assert "Test office 2026" in description
    metadata = "".join(row[0] for row in file.execute("SELECT metadata FROM gpkg_metadata"))
    assert "LICENCE" in metadata
    assert "CC0-1.0" in metadata
    sources = file.execute("SELECT id, licence, attribution FROM sources").fetchall()
    assert sources == [("test", "CC0-1.0", "Test office 2026")]
    assert file.execute("SELECT count(*) FROM rtree_sites_geom").fetchone() == (300,)
    assert file.execute("PRAGMA user_version").fetchone() == (10300,)
    assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()


def test_only_a_geopackage_of_many_features_has_large_pages(sites, exported, tmp_path, monkeypatch):
    def page(path):
        path.write_bytes(exported("gpkg"))
        assert "Feature Count: 300" in told_by_ogrinfo(path, "sites")
        return sqlite3.connect(path).execute("PRAGMA page_size").fetchone()[0]

    assert page(tmp_path / "few.gpkg") == 4096
    monkeypatch.setattr(gdal, "MANY", 300)
    assert page(tmp_path / "many.gpkg") == 16384


def test_a_flatgeobuf_says_inside_whose_it_is(sites, exported):
    content = exported("fgb")
    assert b"Test office 2026" in content
    assert b"CC0-1.0" in content


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_out_leaves_nothing_behind(begun, temporary, name):
    pieces = begun(name)
    assert list(temporary.iterdir())
    assert len(b"".join(pieces)) > 10_000
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_reader_who_goes_away_leaves_neither_file_nor_program(begun, temporary, name, taken):
    pieces = begun(name)
    for _ in range(taken):
        next(pieces)
    pieces.close()
    assert list(temporary.iterdir()) == []
    assert gdal._slots._value == gdal.AT_ONCE


def test_more_files_at_once_than_a_process_may_write_are_refused(begun):
    running = [begun("gpkg") for _ in range(gdal.AT_ONCE)]
    with pytest.raises(ExportBusy):
        begun("fgb")
    running[0].close()
    begun("fgb").close()
    running[1].close()


def test_a_writer_that_fails_is_told_of(begun, temporary, tmp_path, monkeypatch):
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('the disk is full')")
    monkeypatch.setattr(gdal_writer, "__file__", str(broken))
    pieces = begun("gpkg")
    with pytest.raises(ExportFailed, match="the disk is full"):
        list(pieces)
    assert list(temporary.iterdir()) == []

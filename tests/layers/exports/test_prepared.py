"""What is prepared beside a base says the same as the store does, also after edits."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime

import geopandas
import mapbox_vector_tile
import numpy as np
import pytest
from pmtiles.reader import MemorySource, all_tiles
from shapely import LineString, box

from geomap.model import Visibility
from layers import bodies, fragments
from layers.catalog import LAYERS
from layers.exports import batches, sheets
from layers.exports.table import EXPORTS, options_for
from layers.query import Query, select
from layers.segments.building import build
from layers.segments.folder import Folder
from layers.segments.opening import Segments
from layers.snapshot import Follower
from layers.stored_texts import stored_texts

FULL = {"kind": "defence", "country": "FI", "dating": "1475", "extra": {"a": [1, None]}}


@pytest.fixture
def world(put, feature):
    """Sites inside and outside a region, of all shapes and none; cities and their pair."""
    shapes = [(20.0 + n / 10, 60.0) for n in range(40)]
    shapes += [LineString([(20, 60), (21, 61)]), box(22, 59, 23, 60.5), None, (20.0, 60.0)]
    sites = [feature("sites", f"Site {n}", shape, **FULL) for n, shape in enumerate(shapes)]
    cities = [feature("cities", name, (20.5 + n, 60.1)) for n, name in enumerate("ab")]
    ends = {"city_a": cities[0].id, "city_b": cities[1].id, "established": "1990"}
    region = feature("regions", "Region", box(21, 59, 22.05, 61))
    put(region, *sites, *cities, feature("twins", "a – b", LineString([(0, 0), (1, 1)]), **ends))
    return {one.record_id: one for one in [*sites, *cities, region]}


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "geomap.db.segments")


@pytest.fixture
def follower(store, world, folder):
    """Follows the store from a segment of everything that there was at first."""
    assert build(store, folder, datetime.now(UTC).date())
    follower = Follower(store, segments=Segments(folder))
    follower.current()
    return follower


def edit_nothing(world, put, delete, feature):
    pass


def edit_some(world, put, delete, feature):
    moved = replace(world["Site 3"], geometry=box(30, 60, 31, 61))
    renamed = replace(world["Site 5"], properties=world["Site 5"].properties | {"kind": "worship"})
    hidden = replace(world["Site 7"], visibility=Visibility.HIDDEN)
    coarse = replace(world["Site 8"], visibility=Visibility.GENERALISED, cell_km=10)
    lost = replace(world["Site 9"], geometry=None)
    put(moved, renamed, hidden, coarse, lost, feature("sites", "New", (20.0, 60.0)))
    put(feature("cities", "c", (21.1, 60.3)))
    delete(world["Site 11"], world["Site 40"])


def redraw_the_region(world, put, delete, feature):
    put(replace(world["Region"], geometry=box(20, 59, 21.05, 61)))


def add_a_region(world, put, delete, feature):
    put(feature("regions", "Another", box(20, 59, 24, 61)))


def twin_again(world, put, delete, feature):
    ends = {"city_a": world["b"].id, "city_b": world["a"].id}
    put(feature("twins", "b – a", LineString([(0, 0), (1, 1)]), **ends))


EDITS = [edit_nothing, edit_some, redraw_the_region, add_a_region, twin_again]


@pytest.fixture(params=EDITS, ids=[edit.__name__ for edit in EDITS])
def edited(request, follower, world, put, delete, feature):
    request.param(world, put, delete, feature)
    return follower


def written(follower, name, layer, query=Query(), **wishes):  # noqa: B008
    with follower.reading() as (snapshot, reader):
        table, export = snapshot.tables[layer], EXPORTS[name]
        rows = select(table, query)
        return b"".join(export.write(snapshot, reader, table, rows, options_for(export, **wishes)))


def tiles_in(content):
    """Return what each tile of an archive shows: edited places stand behind the others in it."""
    return {
        place: {
            name: sorted(json.dumps(one, sort_keys=True) for one in layer["features"])
            for name, layer in mapbox_vector_tile.decode(gzip.decompress(tile)).items()
        }
        for place, tile in all_tiles(MemorySource(content))
    }


@pytest.fixture
def told(tmp_path):
    """The content of a file: GDAL writes the time into a GeoPackage, tiles have no order."""

    def content_of(name, layer, content):
        if name == "pmtiles":
            return tiles_in(content)
        if name != "gpkg":
            return content
        path = tmp_path / "told.gpkg"
        path.write_bytes(content)
        return geopandas.read_file(path, layer=layer).to_wkt().to_csv()

    return content_of


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", sorted({*EXPORTS} - {"gpkg", "fgb"}))
def test_a_file_is_the_same_with_and_without_what_is_prepared(store, edited, told, name, layer):
    assert edited.current().tables["sites"].base.prepared(fragments.PART)
    assert edited.current().tables["sites"].base.prepared(sheets.PART)
    prepared, plain = (written(each, name, layer) for each in (edited, Follower(store)))
    assert told(name, layer, prepared) == told(name, layer, plain)


@pytest.mark.parametrize("name", ["gpkg", "fgb"])
def test_what_gdal_writes_is_the_same_too(store, follower, told, world, put, delete, feature, name):
    edit_some(world, put, delete, feature)
    add_a_region(world, put, delete, feature)
    prepared, plain = (written(each, name, "sites") for each in (follower, Follower(store)))
    assert told(name, "sites", prepared) == told(name, "sites", plain)


@pytest.mark.parametrize("name", sorted({*EXPORTS} - {"gpkg", "fgb"}))
def test_a_filtered_file_is_the_same_too(store, edited, name):
    query = Query(equals={"kind": ("worship",)})
    prepared, plain = (written(each, name, "sites", query) for each in (edited, Follower(store)))
    assert prepared == plain


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_another_reference_system_is_the_same_too(store, edited, name):
    both = (written(each, name, "sites", crs="EPSG:3067") for each in (edited, Follower(store)))
    assert len(set(both)) == 1


@pytest.mark.parametrize("layer", LAYERS)
def test_each_row_has_the_text_that_the_store_has(edited, layer):
    with edited.reading() as (snapshot, reader):
        table = snapshot.tables[layer]
        rows = table.rows()[::-1]
        kept = bodies.feature_bodies(reader, table, rows, "ru")
        assert [*map(bytes, kept)] == stored_texts(reader, table, rows, "ru")


def test_what_nobody_touched_is_not_read_from_the_store(follower, world, put, monkeypatch):
    put(replace(world["Site 3"], geometry=None))
    asked = []
    real = batches.feature_bodies
    monkeypatch.setattr(batches, "feature_bodies", lambda *a: asked.append(len(a[2])) or real(*a))
    written(follower, "geojson", "sites")
    assert asked == [1]


def test_small_pieces_go_out_together_and_large_ones_as_they_are(follower, monkeypatch):
    whole = written(follower, "geojson", "sites")
    monkeypatch.setattr(batches, "PIECE", 2000)
    with follower.reading() as (snapshot, reader):
        table = snapshot.tables["sites"]
        pieces = [*EXPORTS["geojson"].write(snapshot, reader, table, table.rows(), None)]
        some = table.rows()[np.arange(len(table)) % 3 > 0]
        parts = [*batches.joined_texts(reader, table, some)]
    assert b"".join(pieces) == whole
    assert any(isinstance(piece, memoryview) for piece in pieces)
    assert 2 < len(parts) < len(some)
    assert max(map(len, pieces)) <= 2000


@pytest.mark.parametrize("name", ["geojson", "csv"])
def test_what_is_prepared_anew_takes_over_what_is_still_right(
    store, edited, folder, name, monkeypatch
):
    read = []
    real = bodies.stored_texts
    monkeypatch.setattr(bodies, "stored_texts", lambda *a: read.append(len(a[2])) or real(*a))
    assert build(store, folder, datetime.now(UTC).date())
    follower = Follower(store, segments=Segments(folder))
    assert not follower.current().tables["sites"].is_edited()
    assert sum(read) < 2 * len(follower.current().tables["sites"])
    for layer in LAYERS:
        assert written(follower, name, layer) == written(Follower(store), name, layer)

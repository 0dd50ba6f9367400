"""PMTiles: what pmtiles' own reader and GDAL read is what the map shows."""

import gzip
import json

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType
from shapely import LineString, Point, box

from geomap.errors import ExportBusy
from geomap.grid import Tile, tile_at
from geomap.model import Visibility
from layers.exports import pmtiles
from layers.query import Query
from layers.snapshot import Follower
from layers.tiles.render import render

PLACES = {"Fort": (28.75, 61.5), "Mill": (28.76, 61.5), "Far": (-171.8, -13.8)}


@pytest.fixture(autouse=True)
def shallow(monkeypatch):
    """Ten zooms show all that thirteen would."""
    monkeypatch.setattr(pmtiles, "DEEPEST", 9)
    monkeypatch.setattr(pmtiles, "DEEPEST_SHAPES", 6)


@pytest.fixture
def sites(put, feature):
    shown = [feature("sites", name, place, kind="defence") for name, place in PLACES.items()]
    park = feature("sites", "Park", box(22, 62, 22.1, 62.1), kind="nature")
    hidden = feature("sites", "Secret", (10.0, 60.0), visibility=Visibility.HIDDEN)
    put(*shown, park, feature("sites", "Lost"), hidden)


@pytest.fixture
def archive(exported):
    """The reader of an archive."""
    return lambda layer="sites", **given: Reader(MemorySource(exported("pmtiles", layer, **given)))


def names_in(body):
    layers = mapbox_vector_tile.decode(gzip.decompress(body))
    return {one["properties"]["name"] for layer in layers.values() for one in layer["features"]}


def tiles_of(archive):
    return dict(all_tiles(archive.get_bytes))


def test_each_tile_is_the_one_that_the_server_draws(sites, archive, store):
    snapshot = Follower(store).current()
    tiles = tiles_of(archive())
    assert len(tiles) > 20
    for (z, x, y), body in tiles.items():
        assert gzip.decompress(body) == render(snapshot, ["sites"], Tile(z, x, y), Query())


def test_every_feature_with_a_place_is_by_itself_at_the_last_zoom(sites, archive):
    read = archive()
    last = read.header()["max_zoom"]
    shown = [body for (z, _, _), body in tiles_of(read).items() if z == last]
    assert set().union(*map(names_in, shown)) == {*PLACES, "Park"}


def test_no_tile_is_missing(sites, archive, store):
    """Every tile of a zoom that has something is there."""
    snapshot, tiles = Follower(store).current(), tiles_of(archive())
    for z in (1, 3, 5):
        drawn = {
            (z, x, y)
            for x in range(1 << z)
            for y in range(1 << z)
            if render(snapshot, ["sites"], Tile(z, x, y), Query())
        }
        assert {place for place in tiles if place[0] == z} == drawn


def test_the_header_and_the_metadata_tell_what_it_is(sites, archive):
    read = archive()
    header, said = read.header(), read.metadata()
    assert header["tile_type"] == TileType.MVT
    assert header["tile_compression"] == Compression.GZIP
    assert header["clustered"]
    assert (header["min_lon_e7"], header["max_lat_e7"]) == (-1718000000, 621000000)
    assert header["min_zoom"] == 0
    assert {one["id"] for one in said["vector_layers"]} == {"sites", "sites_shapes"}
    assert "Test office 2026" in said["attribution"]
    assert said["licence"] == "CC0-1.0"
    assert json.loads(said["sources"])[0]["title"] == "A test register"


def test_what_is_hidden_is_in_no_tile(sites, archive):
    assert not any("Secret" in names_in(body) for body in tiles_of(archive()).values())


def test_a_filter_leaves_its_rows_and_no_trace_of_others(sites, archive):
    filtered = archive(query=Query(equals={"kind": ("nature",)}))
    assert set().union(*map(names_in, tiles_of(filtered).values())) == {"Park"}
    assert set().union(*map(names_in, tiles_of(archive()).values())) > {"Park"}


def test_gdal_reads_every_place(sites, exported, tmp_path):
    path = tmp_path / "sites.pmtiles"
    path.write_bytes(exported("pmtiles"))
    frame = pyogrio.read_dataframe(path, layer="sites").to_crs(4326).set_index("name")
    for name, place in PLACES.items():
        assert frame.geometry[name].distance(Point(place)) < 2e-4


def test_an_empty_layer_is_a_sound_file(archive):
    read = archive("cities")
    assert names_in(read.get(0, 0, 0)) == set()
    assert read.header()["addressed_tiles_count"] == 1


def test_lines_that_are_drawn_together_are_all_there(put, feature, archive):
    many = [
        feature("cities", f"c{n}", (float(lng), float(lat)), country="FI")
        for n, (lng, lat) in enumerate(np.random.default_rng(3).uniform(-20, 20, (40, 2)))
    ]
    pairs = [
        feature(
            "twins",
            f"{one.record_id}–{other.record_id}",
            LineString([one.geometry, other.geometry]),
            city_a=one.id,
            city_b=other.id,
        )
        for one in many
        for other in many
        if one.record_id < other.record_id
    ]
    put(*many, *pairs)
    read = archive("twins")
    [world] = mapbox_vector_tile.decode(gzip.decompress(read.get(0, 0, 0))).values()
    assert sum(one["properties"].get("count", 1) for one in world["features"]) == len(pairs)
    place = tile_at(many[0].geometry.x, many[0].geometry.y, 6)
    assert read.get(place.z, place.x, place.y)


@pytest.mark.parametrize(("most", "last"), [(1000, 9), (12, 7)])
def test_a_file_stays_small_unless_it_must_be_deep(put, feature, archive, monkeypatch, most, last):
    monkeypatch.setattr(pmtiles, "MOST_TILES", most)
    put(feature("cities", "a", (25.0, 60.0)), feature("cities", "b", (-100.0, 40.0)))
    assert archive("cities").header()["max_zoom"] == last


def test_a_file_goes_as_deep_as_leaves_no_place_in_a_cluster(put, feature, archive, monkeypatch):
    monkeypatch.setattr(pmtiles, "MOST_TILES", 1)
    monkeypatch.setattr(pmtiles, "MAX_SINGLES", 1)
    put(feature("cities", "a", (25.4, 60.0)), feature("cities", "b", (25.9, 60.0)))
    assert archive("cities").header()["max_zoom"] == 9


def test_only_one_is_drawn_at_a_time(sites, exported):
    with pmtiles._slot, pytest.raises(ExportBusy, match="try again"):
        exported("pmtiles")
    assert exported("pmtiles")

import csv
import gzip
import hashlib
import json
from pathlib import Path

import mapbox_vector_tile
import pytest
from shapely import geometry

import layers
from geomap.grid import Tile, tile_at, to_unit_square
from layers.countries import country_at
from layers.tiles import basemap
from layers.tiles.basemap import basemap_tile

ROOM = Path(layers.__file__).parent


def decoded(tile: Tile) -> dict:
    """The tile as an independent reader sees it, y up, without the buffer's overlap."""
    body = basemap_tile(tile)
    return mapbox_vector_tile.decode(gzip.decompress(body)) if body else {}


def is_land(lng: float, lat: float, z: int) -> bool:
    tile = tile_at(lng, lat, z)
    west, north, east, _ = tile.unit_box()
    [[x, y]] = (to_unit_square((lng, lat)) - (west, north)) / (east - west) * 4096
    earth = decoded(tile).get("earth", {"features": []})
    spot = geometry.Point(x, 4096 - y)
    return any(
        geometry.shape(each["geometry"]).buffer(0).contains(spot) for each in earth["features"]
    )


def names(tile: Tile, key: str = "name") -> set[str]:
    places = decoded(tile).get("places", {"features": []})["features"]
    return {each["properties"].get(key) or each["properties"]["name"] for each in places}


def test_the_world_has_all_its_layers():
    assert set(decoded(tile_at(25, 60, 5))) == {
        "earth",
        "water",
        "boundaries",
        "waterway",
        "places",
    }


@pytest.mark.parametrize("z", range(9))
def test_land_is_land_and_sea_is_sea_at_every_zoom(z):
    for lng, lat in ((60.0, 58.0), (-100.0, 45.0), (170.0, 66.0), (-172.0, 66.5), (90.0, -80.0)):
        assert is_land(lng, lat, z), (lng, lat)
    for lng, lat in ((-30.0, 40.0), (19.0, 58.5), (-179.5, 40.0), (179.5, 40.0), (-150.0, 75.0)):
        assert not is_land(lng, lat, z), (lng, lat)


def test_a_tile_of_open_sea_is_empty():
    assert basemap_tile(tile_at(-30, 40, 8)) == b""


def test_beyond_the_last_zoom_there_is_nothing():
    assert basemap_tile(tile_at(25, 60, 9)) == b""


def test_a_country_is_named_in_three_languages():
    tile = tile_at(26, 64, 3)
    assert "Finland" in names(tile)
    assert "Финляндия" in names(tile, "name_ru")
    assert "Suomi" in names(tile, "name_fi")


def test_a_city_is_named_in_three_languages():
    tile = tile_at(28.75, 60.71, 8)
    assert "Vyborg" in names(tile)
    assert "Выборг" in names(tile, "name_ru")
    assert "Viipuri" in names(tile, "name_fi")


def test_disputed_lines_are_marked_and_others_are_not():
    lines = decoded(tile_at(34.0, 46.1, 8))["boundaries"]["features"]
    assert {line["properties"].get("disputed") for line in lines} == {True}
    lines = decoded(tile_at(28.0, 61.0, 6))["boundaries"]["features"]
    assert {line["properties"].get("disputed") for line in lines} == {None}


def test_nothing_on_the_map_is_coloured_by_country():
    for layer in ("earth", "water"):
        for feature in decoded(Tile(2, 2, 1))[layer]["features"]:
            assert feature["properties"] == {}


def test_the_largest_tile_is_small():
    largest = max(
        len(basemap_tile(Tile(z, x, y))) for z in range(6) for x in range(2**z) for y in range(2**z)
    )
    assert largest < 100_000


def test_the_manifest_fits_what_was_baked():
    data = ROOM / "data"
    manifest = json.loads((data / "manifest.json").read_text())
    assert set(manifest["files"]) == {"basemap.pmtiles", "countries.npz"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((data / name).read_bytes()).hexdigest() == digest


def test_every_name_of_the_table_is_whole():
    with (ROOM / "bake" / "basemap_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 250
    assert len({(row["name_en"], row["country"]) for row in rows}) == len(rows)
    for row in rows:
        assert all(row.values()), row
        assert any("а" <= letter <= "я" for letter in row["name_ru"].lower()), row
        assert not any("а" <= letter <= "я" for letter in (row["name_en"] + row["name_fi"]).lower())


def test_every_place_of_the_table_lies_in_its_country():
    with (ROOM / "bake" / "basemap_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes, _ = country_at([(float(row["lng"]), float(row["lat"])) for row in rows])
    astray = [
        (row["name_en"], row["country"], code)
        for row, code in zip(rows, codes, strict=True)
        if code not in (None, row["country"])
    ]
    assert astray == []


def test_without_the_baked_file_the_message_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(basemap, "ARCHIVE", tmp_path / "basemap.pmtiles")
    basemap._archive.cache_clear()
    try:
        with pytest.raises(basemap.FileUnreadable, match="pip install"):
            basemap_tile(Tile(0, 0, 0))
    finally:
        basemap._archive.cache_clear()

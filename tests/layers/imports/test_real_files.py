"""The registers as their keepers hand them out: they import whole, and twice is once."""

from itertools import product

import mapbox_vector_tile
import pytest
import shapely

from geomap.grid import Tile
from layers.imports import csv
from layers.imports.report import Counts
from layers.query import Query
from layers.snapshot import Follower
from layers.tiles import engine
from layers.tiles.render import render

FILES = {
    "unesco": ("sites", "unesco_whs/unesco_whs_2025.csv", 1_248, {"PLACE_MISSING": 1}),
    "museovirasto": (
        "sites",
        "heritage_finland_wrecks/fi_wrecks_original_epsg3067_semicolon.csv",
        1_638,
        {"PLACE_IMPOSSIBLE": 5},
    ),
    "merimee": (
        "sites",
        "heritage_france_merimee/monuments_historiques.csv.gz",
        44_480,
        {"AXIS_SWAPPED_SUSPECT": 1},
    ),
    "nhle": (
        "sites",
        "heritage_england_nhle/nhle_listed_buildings_even.csv.gz",
        110_550,
        {},
    ),
    "twins": (
        "twins",
        "twin_cities/pairs_wikidata_p190_2016-09.csv",
        15_613,
        {"SAME_PLACE": 9},
    ),
    "regions": ("regions", "crossborder_regions/regions.csv", 12, {"REF_NOT_FOUND": 1}),
}


def codes(report):
    return {
        code: sum(fault.code == code for fault in report.faults)
        for code in {fault.code for fault in report.faults}
    }


@pytest.mark.slow
@pytest.mark.parametrize("profile", FILES)
def test_a_register_imports_whole_and_again_changes_nothing(store, imported, shared_data, profile):
    layer, name, rows, warnings = FILES[profile]
    warned = sum(warnings.values())
    first = imported(shared_data / name, layer, profile=profile)
    assert first.counts == Counts(rows=rows, insert=rows, warning=warned)
    assert codes(first) == warnings
    assert not first.refused
    again = imported(shared_data / name, layer, profile=profile)
    assert again.counts == Counts(rows=rows, unchanged=rows, warning=warned)
    assert again.written is None
    assert sum(1 for _ in store.features(layer)) == rows


@pytest.mark.slow
def test_the_pairs_bring_nine_thousand_cities_and_arcs(store, imported, shared_data):
    _, name, _, _ = FILES["twins"]
    report = imported(shared_data / name, "twins", profile="twins")
    assert report.companions == {"cities": Counts(rows=9_088, insert=9_088)}
    pairs = list(store.features("twins"))
    without = [pair for pair in pairs if pair.geometry is None]
    assert len(without) == 9
    assert all(pair.properties["distance_km"] == 0 for pair in without)
    assert all(shapely.is_valid([pair.geometry for pair in pairs if pair.geometry]))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["numpy", "compiled"])
def test_the_cities_of_the_world_are_all_in_its_tiles(store, imported, shared_data, form):
    _, name, _, _ = FILES["twins"]
    imported(shared_data / name, "twins", profile="twins")
    snapshot = Follower(store).current()
    before = engine.in_use()
    engine.choose(form)
    try:
        for z in range(4):
            found = 0
            for x, y in product(range(2**z), repeat=2):
                tile = mapbox_vector_tile.decode(
                    render(snapshot, ["cities"], Tile(z, x, y), Query())
                )
                for feature in tile.get("cities", {"features": ()})["features"]:
                    found += feature["properties"].get("count", 1)
            assert found == 9_088
    finally:
        engine.choose(before)


def test_the_places_of_the_finnish_register_are_those_of_its_degree_edition(
    store, imported, shared_data
):
    _, name, _, _ = FILES["museovirasto"]
    imported(shared_data / name, "sites", profile="museovirasto")
    degrees = csv.read(shared_data / "heritage_finland_wrecks" / "fi_wrecks_wgs84.csv")
    wanted = {
        row.values["mj_id"]: (float(row.values["longitude"]), float(row.values["latitude"]))
        for row in degrees.rows
    }
    compared = 0
    for site in store.features("sites"):
        if site.geometry is not None:
            place = shapely.Point(wanted[site.record_id])
            assert shapely.distance(site.geometry, place) < 1e-6
            compared += 1
    assert compared == 1_633


def test_the_outlines_of_the_regions_are_whole(store, imported, shared_data):
    _, name, _, _ = FILES["regions"]
    imported(shared_data / name, "regions", profile="regions")
    for region in store.features("regions"):
        parts = shapely.get_parts(region.geometry)
        assert region.geometry.is_valid, region.record_id
        assert not [part for part in parts if part.interiors], region.record_id
        assert region.properties["boundary_statement"]["fi"]
        assert region.properties["geometry_source"]


def test_geojson_and_table_of_one_register_give_the_same_records(store, imported, shared_data):
    folder = shared_data / "unesco_whs"
    imported(folder / "unesco_whs_2025.csv", "sites", profile="unesco")
    names = {site.record_id: site.properties["names"] for site in store.features("sites")}
    report = imported(folder / "unesco_whs_2025.geojson", "sites", profile="unesco", dry_run=True)
    assert report.counts.rows == 1_248
    assert report.counts.insert == 0
    assert report.counts.error == 0
    assert len(names) == 1_248

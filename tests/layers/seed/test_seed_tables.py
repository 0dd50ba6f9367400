"""The seed says nothing without a source, and nothing that contradicts itself."""

import csv
import json
from collections import Counter
from datetime import date

import pytest
import shapely
from pyproj import Geod

from geomap.when import parse_edtf
from layers.countries import country_at
from layers.imports.sources import sources_beside
from layers.seed.load import FOLDER

TABLES = ("cities.csv", "twins.csv", "sites.csv", "regions.geojson")
NAMED = ("cities.csv", "sites.csv", "regions.geojson")
DATES = {
    "cities.csv": ("founded",),
    "twins.csv": ("established", "ended"),
    "sites.csv": ("dating",),
    "regions.geojson": ("period",),
}
STATEMENT = "Generalised outline drawn for geomap, not a legal boundary."
STATED = {
    "suspended": {
        "lappeenranta--vyborg",
        "saint-petersburg--turku",
        "murmansk--rovaniemi",
        "bodo--vyborg",
        "volgograd--coventry",
    },
    "terminated": {
        "tallinn--saint-petersburg",
        "tallinn--moscow",
        "riga--saint-petersburg",
        "riga--moscow",
        "riga--kazan",
        "riga--minsk",
        "vilnius--saint-petersburg",
        "vilnius--moscow",
        "vilnius--kaliningrad",
        "vilnius--yaroslavl",
        "gdansk--kaliningrad",
        "gdansk--saint-petersburg",
        "tromso--murmansk",
        "tromso--arkhangelsk",
        "lulea--murmansk",
        "perm--louisville",
        "perm--oxford",
    },
}
"""The pairs whose end or suspension a page states, as SOURCES.md lists them."""


def rows(table):
    if table.endswith(".geojson"):
        features = json.loads((FOLDER / table).read_text("utf-8"))["features"]
        return [feature["properties"] for feature in features]
    with (FOLDER / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def places(table):
    return [(float(row["lng"]), float(row["lat"])) for row in rows(table)]


def events(pair):
    members = ("date", "status", "side", "reason", "source_url")
    texts = filter(None, pair["status_events"].split("|"))
    return [dict(zip(members, text.split(";"), strict=True)) for text in texts]


@pytest.mark.parametrize("table", TABLES)
def test_every_row_names_a_source_with_a_licence_and_a_date(table):
    sources = {source.id: source for source in sources_beside(FOLDER / table)}
    for row in rows(table):
        assert sources[row["source_id"]].licence
        assert row["source_url"].startswith(("https://", "http://")), row["record_id"]
        assert date(2012, 1, 1) <= date.fromisoformat(row["as_of"]) <= date(2026, 12, 31)


def test_every_source_is_used_and_credited():
    used = {row["source_id"] for table in TABLES for row in rows(table)}
    sources = sources_beside(FOLDER / "cities.csv")
    assert {source.id for source in sources} == used
    assert all(source.attribution and source.publisher and source.url for source in sources)


@pytest.mark.parametrize("table", TABLES)
def test_no_identifier_occurs_twice(table):
    counts = Counter(row["record_id"] for row in rows(table))
    assert [identifier for identifier, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("table", TABLES)
def test_every_date_is_edtf(table):
    for row in rows(table):
        for column in DATES[table]:
            if row[column]:
                assert parse_edtf(row[column]).edtf


@pytest.mark.parametrize("table", NAMED)
def test_names_are_complete_in_three_languages(table):
    cyrillic = set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
    for row in rows(table):
        assert row["name_en"], row["record_id"]
        assert row["name_fi"], row["record_id"]
        assert cyrillic & set(row["name_ru"].lower()), row["record_id"]
        assert not cyrillic & set((row["name_en"] + row["name_fi"]).lower()), row["record_id"]


@pytest.mark.parametrize("table", ["cities.csv", "sites.csv"])
def test_local_names_name_their_language(table):
    for row in rows(table):
        assert bool(row["name_local"]) == bool(row["lang_local"]), row["record_id"]


def test_both_cities_of_every_pair_are_there_and_differ():
    cities = {row["record_id"] for row in rows("cities.csv")}
    for pair in rows("twins.csv"):
        assert {pair["city_a"], pair["city_b"]} <= cities
        assert pair["city_a"] != pair["city_b"]


def test_no_pair_occurs_twice_in_either_order():
    pairs = Counter(frozenset((row["city_a"], row["city_b"])) for row in rows("twins.csv"))
    assert set(pairs.values()) == {1}


def test_every_city_has_a_twin():
    ends = {row[side] for row in rows("twins.csv") for side in ("city_a", "city_b")}
    assert {row["record_id"] for row in rows("cities.csv")} == ends


def test_only_what_a_page_states_is_a_status():
    stated = {}
    for pair in rows("twins.csv"):
        for event in events(pair):
            stated.setdefault(event["status"], set()).add(pair["record_id"])
            assert parse_edtf(event["date"]).year_from == 2022
            assert event["side"] in ("a", "b")
            assert event["source_url"].startswith("https://")
    assert stated == STATED


def test_a_pair_has_ended_where_and_only_where_it_is_stated_to_be_terminated():
    ended = {row["record_id"]: row["ended"] for row in rows("twins.csv") if row["ended"]}
    assert ended.keys() == STATED["terminated"]
    for pair in rows("twins.csv"):
        if pair["ended"]:
            assert [event["date"] for event in events(pair)] == [pair["ended"]]


@pytest.mark.parametrize("table", ["cities.csv", "sites.csv"])
def test_every_place_lies_in_the_country_that_its_row_states(table):
    codes, _ = country_at(places(table))
    found = list(zip(rows(table), codes, strict=True))
    elsewhere = {
        row["record_id"]: code for row, code in found if code not in (row["country"], None)
    }
    assert elsewhere == {}


@pytest.mark.parametrize("table", ["cities.csv", "sites.csv"])
def test_where_outlines_cannot_tell_the_country_it_is_a_border_town(table):
    codes, _ = country_at(places(table))
    doubtful = {row["record_id"] for row, code in zip(rows(table), codes, strict=True) if not code}
    border = ("narva", "tornio", "valga", "valka", "svetogorsk", "pechory", "whs-994")
    assert [name for name in doubtful if not any(town in name for town in border)] == []


def test_sites_of_a_city_of_the_seed_lie_within_35_km_of_it():
    cities = {row["name_en"]: row for row in rows("cities.csv")}
    geod = Geod(ellps="WGS84")
    for site in rows("sites.csv"):
        city = cities.get(site["municipality"])
        if city is not None:
            ends = (float(row[axis]) for row in (site, city) for axis in ("lng", "lat"))
            assert geod.inv(*ends)[2] < 35_000, site["record_id"]


def test_world_heritage_sites_rank_first_and_state_their_listing():
    listed = [row for row in rows("sites.csv") if row["unesco"]]
    assert len(listed) == 62
    for site in listed:
        assert int(site["rank"]) >= 95
        assert site["designation_scheme"] == "unesco_whs"
        assert 1978 <= int(site["inscribed"]) <= 2025
        assert site["source_url"] == f"https://whc.unesco.org/en/list/{site['unesco']}"
    others = [row for row in rows("sites.csv") if not row["unesco"]]
    assert all(30 <= int(site["rank"]) < 95 for site in others)


def test_the_accuracy_of_a_place_agrees_with_what_the_point_stands_for():
    largest = {"building": 100, "named_place": 1000, "locality": 30_000}
    for site in rows("sites.csv"):
        assert 0 < int(site["accuracy_m"]) <= largest[site["location_precision"]]


def test_regions_are_coarse_outlines_that_say_so():
    collection = json.loads((FOLDER / "regions.geojson").read_text("utf-8"))
    assert len(collection["features"]) == 6
    for region in collection["features"]:
        outline = shapely.geometry.shape(region["geometry"])
        assert outline.is_valid
        assert outline.exterior.is_ccw
        assert 12 <= len(outline.exterior.coords) - 1 <= 40
        assert region["properties"]["boundary_statement_en"] == STATEMENT
        assert region["properties"]["boundary_statement_ru"]
        assert region["properties"]["boundary_statement_fi"]


def test_every_region_lies_across_a_border_of_its_countries():
    cities = list(zip(rows("cities.csv"), shapely.points(places("cities.csv")), strict=True))
    for region in json.loads((FOLDER / "regions.geojson").read_text("utf-8"))["features"]:
        outline = shapely.geometry.shape(region["geometry"])
        inside = {row["country"] for row, place in cities if outline.contains(place)}
        assert len(inside) >= 2, region["id"]
        assert inside <= set(region["properties"]["countries"]), region["id"]

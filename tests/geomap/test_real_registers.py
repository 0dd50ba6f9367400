"""The words and rules against the real registers, where these are at hand."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
import shapely

from geomap.crs import to_crs84
from geomap.geodesy import great_circles
from geomap.when import parse_edtf, read_date


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def pairs(shared_data):
    folder = shared_data / "twin_cities"
    places = {
        city["qid"]: (float(city["lon"]), float(city["lat"]))
        for city in rows(folder / "cities.csv")
    }
    found = rows(folder / "pairs_wikidata_p190_2016-09.csv")
    starts = np.array([places[pair["a_qid"]] for pair in found])
    ends = np.array([places[pair["b_qid"]] for pair in found])
    return found, starts, ends


def test_every_pair_of_two_places_has_an_arc_within_the_world(pairs):
    found, starts, ends = pairs
    lines = great_circles(starts, ends)
    without = [pair for pair, line in zip(found, lines, strict=True) if line is None]
    assert len(found) == 15_613
    assert all(float(pair["distance_km"]) == 0 for pair in without)
    drawn = lines[lines != np.array(None)]
    assert shapely.is_valid(drawn).all()
    west, south, east, north = shapely.total_bounds(drawn)
    assert west >= -180
    assert east <= 180
    assert south > -90
    assert north < 90


def test_arcs_jump_nowhere(pairs):
    _, starts, ends = pairs
    lines = shapely.get_parts([line for line in great_circles(starts, ends) if line is not None])
    coordinates, line_of = shapely.get_coordinates(lines, return_index=True)
    steps = np.abs(np.diff(coordinates[:, 0]))[np.diff(line_of) == 0]
    assert steps.max() < 180


def test_the_finnish_register_lands_where_it_says(shared_data):
    folder = shared_data / "heritage_finland_wrecks"
    wgs84 = {row["mj_id"]: row for row in rows(folder / "fi_wrecks_wgs84.csv")}
    original = folder / "fi_wrecks_original_epsg3067_semicolon.csv"
    with original.open(encoding="utf-8", newline="") as file:
        projected = [line.split(";") for line in file.read().splitlines()[1:]]
    placed = [line for line in projected if len(line) == 18 and line[7] != "0"]
    assert len(placed) > 1_500
    points = to_crs84(
        shapely.MultiPoint([(float(line[7]), float(line[8])) for line in placed]), "EPSG:3067"
    )
    theirs = [
        (float(wgs84[line[1]]["longitude"]), float(wgs84[line[1]]["latitude"])) for line in placed
    ]
    assert shapely.get_coordinates(points) == pytest.approx(np.array(theirs), abs=1e-6)


def test_the_dates_of_listed_buildings_are_read(shared_data):
    path = shared_data / "heritage_england_nhle" / "nhle_sample_5000.csv"
    dates = [row["list_date"] for row in rows(path) if row["list_date"]]
    assert [parse_edtf(text).edtf for text in dates] == dates


def test_nearly_all_period_notes_of_french_monuments_are_read(shared_data):
    path = shared_data / "heritage_france_merimee" / "monuments_historiques.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        notes = [row["period_note"] for row in csv.DictReader(file) if row["period_note"]]
    unread = {note for note in notes if read_date(note, "fr") is None}
    assert len(notes) == 10_862
    assert len(unread) <= 15

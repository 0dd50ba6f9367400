"""The overview of pairs: few arcs, and each pair in one of them."""

from collections import Counter

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString

from layers.tiles.bundles import MAX_BUNDLES, bundled, overview

STATUSES = np.array(["active", "dormant", "unknown", None], object)


@pytest.fixture
def pairs(table_of):
    """1,500 pairs between 90 cities, most of them European, and one without a place."""
    rng = np.random.default_rng(6)
    cities = np.concatenate(
        [rng.uniform((-8, 38), (38, 66), (70, 2)), rng.uniform((-150, -50), (170, 60), (20, 2))]
    )
    starts = rng.integers(0, 90, 1_500)
    ends = (starts + rng.integers(1, 90, 1_500)) % 90
    lines = [LineString(cities[[one, other]]) for one, other in zip(starts, ends, strict=True)]
    return table_of(
        "twins",
        [*lines, None],
        status=STATUSES[rng.integers(0, 4, 1_501)],
        rank=np.arange(1_501.0),
        name=np.array([f"Pair {row}" for row in range(1_501)], object),
    )


def all_rows(table):
    return np.arange(len(table))


def counts_of(features):
    total = Counter()
    for feature in features:
        said = feature["properties"]
        by_status = {key: n for key, n in said.items() if key.startswith("n_")}
        assert sum(by_status.values()) == said["count"]
        total.update(by_status)
    return total


@pytest.mark.parametrize("zoom", range(6))
def test_every_pair_with_a_place_is_in_one_bundle(zoom, pairs):
    statuses = [status or "unknown" for status in pairs.columns["status"].objects(slice(-1))]
    expected = Counter(f"n_{status}" for status in statuses)
    assert counts_of(overview(pairs, all_rows(pairs), zoom)) == expected


def test_only_the_rows_asked_for_are_counted(pairs):
    rows = np.flatnonzero(pairs.columns["status"].objects(slice(None)) == "dormant")
    assert counts_of(overview(pairs, rows, 3)) == Counter({"n_dormant": len(rows)})


def test_no_rows_make_no_bundles(pairs):
    assert overview(pairs, np.empty(0, np.intp), 3) == []


def test_a_lower_zoom_never_shows_more_arcs(pairs):
    sizes = [len(overview(pairs, all_rows(pairs), zoom)) for zoom in range(6)]
    assert sizes == sorted(sizes)
    assert sizes[0] <= MAX_BUNDLES


def test_few_pairs_stay_apart_where_their_cities_do(table_of):
    lines = [
        LineString([(24.9, 60.2), (30.3, 59.9)]),
        LineString([(28.7, 60.7), (56.2, 58.0)]),
    ]
    features = overview(table_of("twins", lines, status=["active", None]), np.arange(2), 4)
    assert [feature["properties"]["count"] for feature in features] == [1, 1]
    for feature, line in zip(features, lines, strict=True):
        drawn = shapely.geometry.shape(feature["geometry"])
        ends = {drawn.coords[0], drawn.coords[-1]}
        assert ends == set(line.coords)


def test_a_pair_and_its_reverse_are_one_bundle(table_of):
    there = LineString([(24.9, 60.2), (56.2, 58.0)])
    table = table_of("twins", [there, there.reverse()], status=["active", "dormant"])
    [bundle] = overview(table, np.arange(2), 5)
    assert bundle["properties"] == {
        "id": "twins-000000",
        "count": 2,
        "n_active": 1,
        "n_dormant": 1,
    }


def test_pairs_of_neighbours_keep_a_line_of_their_own(table_of):
    imatra_svetogorsk = LineString([(28.77, 61.19), (28.85, 61.11)])
    [bundle] = overview(table_of("twins", [imatra_svetogorsk], status=["active"]), np.arange(1), 2)
    assert bundle["geometry"]["type"] == "LineString"
    assert bundle["geometry"]["coordinates"] == ((28.77, 61.19), (28.85, 61.11))


def test_an_arc_across_the_antimeridian_is_cut_there(table_of):
    line = MultiLineString([[(158.6, 53.0), (180, 57)], [(-180, 57), (-149.9, 61.2)]])
    [bundle] = overview(table_of("twins", [line], status=["active"]), np.arange(1), 2)
    assert bundle["geometry"]["type"] == "MultiLineString"
    first, last = bundle["geometry"]["coordinates"]
    assert first[-1][0], last[0][0] == (180, -180)
    assert {first[0], last[-1]} == {(158.6, 53.0), (-149.9, 61.2)}


def test_a_bundle_bears_the_names_of_its_best_ranked_pair(pairs):
    bundles = bundled(pairs, all_rows(pairs), 2)
    names = bundles.properties["name"].tolist()
    assert "Pair 1499" in names
    assert bundles.counts.tolist() == sorted(bundles.counts, reverse=True)

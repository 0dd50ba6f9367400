"""The encoder, checked by readers that are not ours."""

import mapbox_vector_tile
import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import booleans, floats, integers, lists, none, one_of, text

from geomap.grid import Tile
from layers.tiles import mvt

VALUES = one_of(
    none(),
    text(),
    integers(-(2**53), 2**53),
    floats(allow_nan=False, allow_infinity=False),
)


def one_point_each(values, name="layer"):
    count = len(values)
    properties = [("value", mvt.column(values).pick(np.arange(count)))]
    places = np.column_stack([np.arange(count), np.arange(count)])
    return mvt.encode_layer(name, properties, mvt.points(places), np.full(count, 1))


@given(values=lists(VALUES, min_size=1, max_size=40))
def test_every_value_is_read_back_as_it_was(values):
    layers = mapbox_vector_tile.decode(one_point_each(values))
    features = layers["layer"]["features"]
    assert [feature["properties"].get("value") for feature in features] == values


@given(values=lists(one_of(none(), booleans()), min_size=1, max_size=10))
def test_truth_values_stay_truth_values(values):
    layers = mapbox_vector_tile.decode(one_point_each(values))
    features = layers["layer"]["features"]
    assert [feature["properties"].get("value") for feature in features] == values


@pytest.mark.parametrize("count", [1, 5_000, 30_000])
def test_columns_of_few_and_of_many_values_pick_the_same(count, decode, rng):
    values = np.array([f"имя {number}" for number in rng.integers(0, count, 30_000)], object)
    values[rng.random(30_000) < 0.2] = None
    rows = np.sort(rng.choice(30_000, 500, replace=False))
    for column in (mvt.column(values), mvt.texts(values)):
        geometry = mvt.points(np.zeros((500, 2), np.int64))
        tile = mvt.encode_layer("x", [("v", column.pick(rows))], geometry, np.full(500, 1))
        read = [feature["properties"].get("v") for feature in decode(tile)["x"]]
        assert read == values[rows].tolist()


def test_neighbouring_rows_and_scattered_ones_pick_the_same():
    column = mvt.texts(["a", None, "b", "c", None])
    near, far = column.pick(np.array([1, 2, 3])), column.pick(np.array([0, 2, 4]))
    assert near.indices.tolist() == [-1, 0, 1]
    assert near.entries == mvt.entry("b") + mvt.entry("c")
    assert far.indices.tolist() == [0, 1, -1]
    assert far.entries == mvt.entry("a") + mvt.entry("b")


def test_a_value_that_no_feature_of_the_tile_has_is_not_in_it():
    tile = one_point_each(["here", "there"])
    column = mvt.column(["here", "there"]).pick(np.array([0]))
    only = mvt.encode_layer("layer", [("v", column)], mvt.points(np.zeros((1, 2), int)), [1])
    assert b"there" in tile
    assert b"there" not in only


def test_a_count_of_nothing_is_left_out(decode):
    counts = mvt.numbers(np.array([0, 300, 7]))
    tile = mvt.encode_layer("x", [("count", counts)], mvt.points(np.zeros((3, 2), int)), [1] * 3)
    assert [f["properties"] for f in decode(tile)["x"]] == [{}, {"count": 300}, {"count": 7}]


def test_a_layer_without_features_takes_no_bytes():
    nothing = mvt.points(np.empty((0, 2), np.int64))
    assert mvt.encode_layer("x", [], nothing, np.empty(0, np.int64)) == b""


def test_places_keep_their_units_even_beyond_the_tile(decode):
    places = np.array([(0, 0), (4095, 4095), (-64, 4160), (70, 8191)])
    tile = mvt.encode_layer("x", [], mvt.points(places), np.full(4, 1))
    assert [f["geometry"]["coordinates"] for f in decode(tile)["x"]] == places.tolist()


def test_lines_of_one_and_of_several_parts_are_read_back(decode):
    units = np.array([(0, 0), (10, 5), (20, 5), (7, 7), (9, 9), (100, 100), (90, 4000)])
    path_of = np.array([0, 0, 0, 1, 1, 2, 2])
    geometry = mvt.paths(units, path_of, np.array([0, 1, 1]), 2, closed=False)
    one, two = decode(mvt.encode_layer("x", [], geometry, np.full(2, 2)))["x"]
    assert one["geometry"]["coordinates"] == units[:3].tolist()
    assert two["geometry"]["coordinates"] == [units[3:5].tolist(), units[5:].tolist()]


def test_rings_are_closed_and_holes_belong_to_the_area_before_them(decode):
    outer = [(0, 0), (100, 0), (100, 100), (0, 100)]
    hole = [(10, 10), (10, 20), (20, 20), (20, 10)]
    other = [(200, 200), (300, 200), (300, 300)]
    units = np.array(outer + hole + other)
    path_of = np.array([0] * 4 + [1] * 4 + [2] * 3)
    geometry = mvt.paths(units, path_of, np.array([0, 0, 0]), 1, closed=True)
    [feature] = decode(mvt.encode_layer("x", [], geometry, np.full(1, 3)))["x"]
    assert feature["geometry"]["type"] == "MultiPolygon"
    (first, first_hole), (second,) = feature["geometry"]["coordinates"]
    assert [list(map(tuple, ring[:-1])) for ring in (first, first_hole, second)] == [
        outer,
        hole,
        other,
    ]


def test_several_points_are_one_feature(decode):
    units, feature_of = np.array([(1, 2), (3, 4), (5, 6)]), np.array([0, 0, 1])
    geometry = mvt.multipoints(units, feature_of, 2)
    one, two = decode(mvt.encode_layer("x", [], geometry, np.full(2, 1)))["x"]
    assert one["geometry"] == {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}
    assert two["geometry"] == {"type": "Point", "coordinates": [5, 6]}


def test_gdal_reads_the_same(read_by_gdal):
    values = ["Выборг", None, "Viipuri", "日本"]
    frame = read_by_gdal(one_point_each(values), Tile(0, 0, 0), "layer")
    assert frame["value"].astype(object).where(frame["value"].notna(), None).tolist() == values
    unit_m = 2 * 20037508.342789244 / 4096
    assert frame.geometry.x.to_numpy() == pytest.approx(-20037508.34 + np.arange(4) * unit_m)
    assert frame.geometry.y.to_numpy() == pytest.approx(20037508.34 - np.arange(4) * unit_m)

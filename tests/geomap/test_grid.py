"""Tiles of WebMercatorQuad and the order in which places are kept."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers

from geomap.errors import CoordinateOutOfRange, TileOutOfRange
from geomap.grid import (
    MAX_LAT,
    Tile,
    morton,
    tile_at,
    tiles_covering,
    to_unit_square,
    to_web_mercator,
)
from geomap.places import Bounds

LNGS = floats(-180, 180)
LATS = floats(-MAX_LAT, MAX_LAT)
ZOOMS = integers(0, 22)


@given(lng=LNGS, lat=LATS, z=ZOOMS)
def test_every_place_lies_in_its_tile(lng, lat, z):
    assert tile_at(lng, lat, z).bounds().holds(lng, lat)


@given(lng=LNGS, lat=floats(-90, 90), z=ZOOMS)
def test_the_tile_of_a_place_and_its_cell_on_the_grid_agree(lng, lat, z):
    [x], [y] = to_web_mercator([(lng, lat)])
    tile = tile_at(lng, lat, z)
    # on an edge, rounding may choose the neighbour, never a tile further off
    assert abs((int(x) >> (31 - z)) - tile.x) <= 1
    assert abs((int(y) >> (31 - z)) - tile.y) <= 1
    first, after = tile.key_range()
    key = int(morton([x], [y])[0])
    inside = tile.bounds()
    if inside.west + 1e-6 < lng < inside.east - 1e-6 and (
        inside.south + 1e-6 < lat < inside.north - 1e-6
    ):
        assert first <= key < after


@pytest.mark.parametrize(
    ("lng", "lat", "tile"),
    [
        (0.0, 0.0, Tile(1, 1, 1)),
        (24.9384, 60.1699, Tile(12, 2331, 1185)),  # Helsinki, as openstreetmap.org numbers it
        (180.0, 0.0, Tile(3, 7, 4)),
        (-180.0, 0.0, Tile(3, 0, 4)),
        (190.0, 0.0, Tile(3, 0, 4)),
        (0.0, 90.0, Tile(4, 8, 0)),
        (0.0, -90.0, Tile(4, 8, 15)),
    ],
)
def test_known_places_have_known_tiles(lng, lat, tile):
    assert tile_at(lng, lat, tile.z) == tile


@pytest.mark.parametrize(
    ("z", "x", "y"), [(-1, 0, 0), (23, 0, 0), (0, 1, 0), (3, 0, 8), (3, -1, 0)]
)
def test_a_tile_outside_the_matrix_is_refused(z, x, y):
    with pytest.raises(TileOutOfRange):
        Tile(z, x, y)


@pytest.mark.parametrize("z", [-1, 23])
def test_a_zoom_that_does_not_exist_is_refused(z):
    with pytest.raises(TileOutOfRange):
        tile_at(0.0, 0.0, z)


@pytest.mark.parametrize("place", [(math.nan, 0), (0, math.inf), (0, 90.1)])
def test_a_place_that_is_none_is_refused(place):
    with pytest.raises(CoordinateOutOfRange):
        to_web_mercator([place])


def test_the_world_is_a_square():
    bounds = Tile(0, 0, 0).bounds()
    assert (bounds.west, bounds.east) == (-180, 180)
    assert bounds.north == pytest.approx(MAX_LAT)
    assert bounds.south == pytest.approx(-MAX_LAT)


def test_neighbours_share_their_edge_exactly():
    west, east = Tile(9, 291, 148).bounds(), Tile(9, 292, 148).bounds()
    north, south = Tile(9, 291, 148).bounds(), Tile(9, 291, 149).bounds()
    assert west.east == east.west
    assert north.south == south.north


def test_the_unit_square_runs_from_the_north_west():
    corners = to_unit_square([(-180, 90), (0, 0), (180, -90)])
    assert corners.tolist() == [[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]]


def test_a_box_across_the_antimeridian_is_covered_on_both_sides():
    tiles = list(tiles_covering(Bounds(170, -10, -170, 10), 3))
    assert tiles == [Tile(3, 0, 3), Tile(3, 7, 3), Tile(3, 0, 4), Tile(3, 7, 4)]


def test_a_box_round_the_world_names_no_tile_twice():
    assert list(tiles_covering(Bounds(10, -1, 9, 1), 0)) == [Tile(0, 0, 0)]


def test_the_keys_of_a_zoom_order_tiles_without_gap_or_overlap():
    ranges = sorted(Tile(3, x, y).key_range() for x in range(8) for y in range(8))
    assert ranges[0][0] == 0
    assert ranges[-1][1] == 1 << 62
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(ranges))


def test_keys_interleave_all_the_bits():
    rng = np.random.default_rng(7)
    xs, ys = rng.integers(0, 1 << 31, (2, 200))
    for x, y, key in zip(xs, ys, morton(xs, ys), strict=True):
        assert int(key) == sum(
            (int(x) >> bit & 1) << 2 * bit | (int(y) >> bit & 1) << 2 * bit + 1 for bit in range(31)
        )

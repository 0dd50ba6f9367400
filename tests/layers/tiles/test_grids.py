"""Tiles of other grids: what lies in them is what PROJ and the definition of the grid say."""

import math

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from geomap.errors import GridNotFound, TileOutOfRange
from layers.content import NOWHERE
from layers.query import Query
from layers.snapshot import Snapshot
from layers.tiles.grids import GRIDS, WEB_MERCATOR, definition, grid_named
from layers.tiles.render import render

OTHERS = [grid for grid in GRIDS.values() if grid is not WEB_MERCATOR]
CRS = {"WorldCRS84Quad": "OGC:CRS84", "EuropeanETRS89_LAEAQuad": "EPSG:3035"}
SHORE = Polygon([(24, 60), (26, 59.6), (27.5, 60.4), (26.2, 61.3), (24.5, 61)])
ISLE = Polygon([(25, 60.2), (25.6, 60.2), (25.4, 60.6)])
PARK = SHORE.difference(ISLE)


@pytest.fixture
def snapshot_of(table_of):
    """Make a snapshot of one layer's table."""

    def snapshot(layer_id, geometry, **columns):
        return Snapshot(1, None, {layer_id: table_of(layer_id, geometry, **columns)}, {})

    return snapshot


def matrix(grid, z):
    """Return origin west, origin north, and the width of a tile, in units of the grid's system."""
    defined = definition(grid.id)
    one = defined["tileMatrices"][z]
    first, second = one["pointOfOrigin"]
    west, north = (second, first) if defined["orderedAxes"][0] == "Y" else (first, second)
    return west, north, one["cellSize"] * one["tileWidth"]


def projected(grid, lng, lat):
    change = pyproj.Transformer.from_crs("OGC:CRS84", CRS[grid.id], always_xy=True)
    return change.transform(lng, lat)


def tile_by_definition(grid, lng, lat, z):
    """Return column, row and the place in the tile, in units of 1/4096 of it, as PROJ has it."""
    west, north, width = matrix(grid, z)
    x, y = projected(grid, lng, lat)
    across, down = (x - west) / width, (north - y) / width
    column, row = math.floor(across), math.floor(down)
    return column, row, ((across - column) * 4096, (down - row) * 4096)


def in_tile_units(grid, geometry, z, column, row):
    west, north, width = matrix(grid, z)

    def units(places):
        x, y = projected(grid, places[:, 0], places[:, 1])
        return np.column_stack(
            [((x - west) / width - column) * 4096, ((north - y) / width - row) * 4096]
        )

    return shapely.transform(shapely.segmentize(geometry, 0.01), units)


@pytest.mark.parametrize("grid", GRIDS.values(), ids=list(GRIDS))
def test_the_grid_is_that_of_the_definition(grid):
    for z, one in enumerate(definition(grid.id)["tileMatrices"][: grid.last_zoom + 1]):
        assert (one["matrixWidth"], one["matrixHeight"]) == grid.size(z)
    assert grid.tile(0, 0, 0).z == grid.deeper


@pytest.mark.parametrize("grid", GRIDS.values(), ids=list(GRIDS))
def test_a_tile_beyond_the_grid_is_refused(grid):
    columns, rows = grid.size(2)
    for z, x, y in ((2, columns, 0), (2, 0, rows), (grid.last_zoom + 1, 0, 0), (-1, 0, 0)):
        with pytest.raises(TileOutOfRange):
            grid.tile(z, x, y)
    grid.tile(2, columns - 1, rows - 1)


def test_a_grid_that_nobody_knows_is_refused_by_name():
    with pytest.raises(GridNotFound, match="WorldCRS84Quad"):
        grid_named("WorldQuad")


@pytest.mark.parametrize("grid", OTHERS, ids=lambda grid: grid.id)
@pytest.mark.parametrize("z", [0, 3, 8, 12, 15])
@pytest.mark.parametrize("place", [(24.94, 60.17), (-9.1, 38.7), (10.0, 52.0), (33.9, 35.1)])
def test_a_place_stands_where_proj_puts_it(snapshot_of, decode, grid, z, place):
    column, row, (x, y) = tile_by_definition(grid, *place, z)
    snapshot = snapshot_of("cities", [Point(place)])
    layers = decode(render(snapshot, ["cities"], grid.tile(z, column, row), Query(), grid))
    [city] = layers["cities"]
    assert city["geometry"]["coordinates"] == pytest.approx((x, y), abs=1.01)


@pytest.mark.parametrize("z", [4, 7])
def test_a_place_stands_in_one_tile_of_a_zoom(snapshot_of, decode, z):
    grid, place = GRIDS["EuropeanETRS89_LAEAQuad"], (24.94, 60.17)
    snapshot = snapshot_of("cities", [Point(place)])
    column, row, _ = tile_by_definition(grid, *place, z)
    columns, rows = grid.size(z)
    holding = [
        (x, y)
        for x in range(max(column - 2, 0), min(column + 3, columns))
        for y in range(max(row - 2, 0), min(row + 3, rows))
        if render(snapshot, ["cities"], grid.tile(z, x, y), Query(), grid)
    ]
    assert holding == [(column, row)]


@pytest.mark.parametrize("grid", OTHERS, ids=lambda grid: grid.id)
@pytest.mark.parametrize("z", [4, 6, 8])
def test_an_area_covers_what_it_covers_by_proj(snapshot_of, decode, shape_of, grid, z):
    snapshot = snapshot_of("regions", [PARK])
    column, row, _ = tile_by_definition(grid, 25.2, 60.25, z)
    drawn = decode(render(snapshot, ["regions"], grid.tile(z, column, row), Query(), grid))
    frame = box(-64, -64, 4160, 4160)
    wanted = in_tile_units(grid, PARK, z, column, row).intersection(frame)
    [region] = drawn["regions"]
    # Both are off by rounding and by a quarter of a pixel of simplifying: a rim along the border.
    off = shape_of(region).symmetric_difference(wanted).area
    assert off < 6 * wanted.length
    assert shape_of(region).intersection(wanted).area > 0.97 * wanted.area


def test_a_long_edge_bends_as_its_points_do(snapshot_of, decode, shape_of):
    grid, line = GRIDS["EuropeanETRS89_LAEAQuad"], LineString([(5, 60), (30, 60)])
    snapshot = snapshot_of("twins", [line], status=["unknown"])
    column, row, _ = tile_by_definition(grid, 17.5, 60, 3)
    drawn = decode(render(snapshot, ["twins"], grid.tile(3, column, row), Query(), grid))
    wanted = in_tile_units(grid, line, 3, column, row)
    [arc] = drawn["twins"]
    assert shape_of(arc).hausdorff_distance(
        wanted.intersection(box(-64, -64, 4160, 4160))
    ) == pytest.approx(0, abs=8)
    chord = LineString([wanted.coords[0], wanted.coords[-1]])
    assert chord.hausdorff_distance(wanted) > 100


def test_what_lies_outside_europe_is_not_in_its_tiles(snapshot_of):
    grid = GRIDS["EuropeanETRS89_LAEAQuad"]
    far = [Point(178.5, -17.5), Point(-171.8, -13.8), Point(-170, -52), Point(-77, 38.9)]
    assert (grid.keys(shapely.get_coordinates(far)) == NOWHERE).all()
    for layer, shapes in (("cities", far), ("regions", [box(100, -40, 120, -30)])):
        assert render(snapshot_of(layer, shapes), [layer], grid.tile(0, 0, 0), Query(), grid) == b""


def test_an_area_that_reaches_far_beyond_europe_covers_its_part(snapshot_of, decode, shape_of):
    grid = GRIDS["EuropeanETRS89_LAEAQuad"]
    north = snapshot_of("regions", [box(-179, 58, 179, 89)])
    [region] = decode(render(north, ["regions"], grid.tile(0, 0, 0), Query(), grid))["regions"]
    covered = shape_of(region)
    for lng, lat, inside in ((25, 65, True), (0, 60, True), (25, 57, False), (5, 50, False)):
        _, _, place = tile_by_definition(grid, lng, lat, 0)
        assert covered.contains(Point(place)) == inside


def test_degrees_wrap_at_the_antimeridian(snapshot_of, decode):
    grid = GRIDS["WorldCRS84Quad"]
    snapshot = snapshot_of("cities", [Point(190, 10), Point(180, -90), Point(-180, 90)])
    west = decode(render(snapshot, ["cities"], grid.tile(0, 0, 0), Query(), grid))["cities"]
    east = decode(render(snapshot, ["cities"], grid.tile(0, 1, 0), Query(), grid))["cities"]
    assert sorted(one["geometry"]["coordinates"][0] for one in west) == [0, 227]
    assert [one["geometry"]["coordinates"] for one in east] == [[4095, 4095]]


@given(
    lng=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    z=st.integers(0, 21),
    grid=st.sampled_from(OTHERS),
)
def test_every_place_has_the_key_of_its_tile(lng, lat, z, grid):
    z = min(z, grid.last_zoom)
    [key] = grid.keys(np.array([[lng, lat]])).tolist()
    column, row, (x, y) = tile_by_definition(grid, lng, lat, z)
    columns, rows = grid.size(z)
    if min(x, y, 4096 - x, 4096 - y) < 1e-3:
        return  # rounding decides on which side of an edge
    if 0 <= column < columns and 0 <= row < rows:
        first, after = grid.tile(z, column, row).key_range()
        assert first <= key < after
    else:
        assert key == NOWHERE


@pytest.mark.parametrize("grid", OTHERS, ids=lambda grid: grid.id)
def test_clusters_of_a_zoom_count_every_place_that_the_grid_holds(snapshot_of, decode, rng, grid):
    places = np.column_stack([rng.uniform(-30, 50, 4000), rng.uniform(30, 70, 4000)])
    snapshot = snapshot_of("cities", shapely.points(places), rank=rng.uniform(0, 9, 4000))
    inside = int((grid.keys(places) != NOWHERE).sum())
    for z in (1, 2):
        columns, rows = grid.size(z)
        tiles = [grid.tile(z, x, y) for x in range(columns) for y in range(rows)]
        drawn = [decode(render(snapshot, ["cities"], tile, Query(), grid)) for tile in tiles]
        counts = [
            one["properties"].get("count", 1) for tile in drawn for one in tile.get("cities", [])
        ]
        assert sum(counts) == inside
        assert len(counts) < inside

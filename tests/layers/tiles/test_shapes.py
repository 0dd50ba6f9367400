"""Tiles of lines and areas: valid, seamless, and nothing lost for being small."""

from dataclasses import astuple

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis.strategies import integers
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, box

from geomap.grid import Tile, tile_at, tiles_covering
from geomap.places import Bounds
from layers.tiles import mvt
from layers.tiles import shapes as shapes_module
from layers.tiles.pieces import DASH, DOT
from layers.tiles.shapes import BUFFER, MAX_BYTES, ShapeIndex, encode

EXTENT = 4096


class Shapes:
    """An index with what its features say."""

    def __init__(self, geometry, said, ranks):
        self.index, self.said, self.ranks = ShapeIndex(geometry), said, ranks

    def encode(self, tile, name, mask=None):
        return encode([self.index.drawn(tile, mask)], name, self.said, self.ranks.__getitem__)


def index_of(*shapes, ranks=None):
    geometry = np.empty(len(shapes), object)
    geometry[:] = shapes
    ids = mvt.texts([f"id-{row}" for row in range(len(shapes))])
    return Shapes(geometry, [{"id": ids}], ranks or np.arange(len(shapes), dtype=float))


def read(index, tile, mask=None):
    """Return id → geometry in tile units, y south."""
    encoded = index.encode(tile, "shapes", mask)
    layers = mapbox_vector_tile.decode(encoded, default_options={"y_coord_down": True})
    features = layers["shapes"]["features"] if encoded else []
    return {f["properties"]["id"]: shapely.geometry.shape(f["geometry"]) for f in features}


def star(seed, *, centre=(25.0, 60.0), radius=3.0, points=200):
    """A ragged area with a hole, valid, and of far more detail than a tile can hold."""
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, points))
    reach = radius * rng.uniform(0.5, 1, points)
    outer = np.column_stack([np.cos(angles) * reach, np.sin(angles) * reach / 2]) + centre
    hole = shapely.buffer(Point(centre), radius / 10)
    return shapely.difference(shapely.make_valid(Polygon(outer)), hole)


@settings(max_examples=40, deadline=None)
@given(seed=integers(0, 10_000), z=integers(0, 12))
def test_areas_are_valid_on_the_grid_of_the_tile(seed, z):
    shapes = read(index_of(star(seed)), tile_at(24.0, 60.2, z))
    for shape in shapes.values():
        assert shape.geom_type in {"Polygon", "MultiPolygon"}
        assert shape.is_valid
        assert shape.area > 0


@settings(max_examples=60, deadline=None)
@given(seed=integers(0, 10_000), z=integers(3, 17), vertex=integers(0, 150))
def test_areas_stay_valid_wherever_a_tile_cuts_them(seed, z, vertex):
    shape = star(seed)
    place = shapely.get_coordinates(shape)[vertex].tolist()
    [drawn] = read(index_of(shape), tile_at(*place, z)).values()
    assert drawn.is_valid
    assert drawn.area > 0


def vertices_about(seam, shape):
    """Return the vertices of a shape near a seam, but for those where the tile's box cuts it."""
    x, y = shapely.get_coordinates(shape).T
    near = (abs(x - seam) < BUFFER) & (y > -BUFFER) & (y < EXTENT + BUFFER)
    return {(x - seam, y) for x, y in zip(x[near].tolist(), y[near].tolist(), strict=True)}


@settings(max_examples=40, deadline=None)
@given(seed=integers(0, 10_000), z=integers(4, 12))
def test_neighbours_share_their_seam(seed, z):
    area = star(seed, points=1_000)
    index = index_of(area, LineString(area.exterior.coords))
    west = tile_at(*area.exterior.coords[seed % 1_000], z)
    left, right = read(index, west), read(index, Tile(z, west.x + 1, west.y))
    nothing = Polygon()
    ours, theirs = left.get("id-1", nothing), right.get("id-1", nothing)
    assert vertices_about(EXTENT, ours) == vertices_about(0, theirs)
    strip = box(-BUFFER / 2, -BUFFER / 2, BUFFER / 2, EXTENT + BUFFER / 2)
    ours = shapely.transform(left.get("id-0", nothing), lambda units: units - (EXTENT, 0))
    theirs = right.get("id-0", nothing)
    # An edge that is cut, by the box of a tile or of a part of the world, ends on the grid there,
    # half a unit off at the most; two units are an eighth of a pixel.
    differing = shapely.symmetric_difference(ours & strip, theirs & strip)
    assert shapely.buffer(differing, -1).is_empty


def test_what_is_made_ready_before_is_what_is_made_when_asked_for():
    asked, ready = (index_of(star(3), star(4), LineString([(24, 59), (29, 61)])) for _ in "ab")
    ready.index.prepare(0)
    for z in range(0, 18, 2):
        tile = tile_at(24.5, 60.2, z)
        assert ready.encode(tile, "s") == asked.encode(tile, "s")


def test_parts_of_the_world_are_forgotten_when_they_are_too_many(monkeypatch):
    index = index_of(*[star(seed) for seed in range(5)])
    tiles = [tile_at(lng, 60.2, z) for z in (9, 12, 16) for lng in (23.5, 24.5, 25.5, 26.5)]
    before = [index.encode(tile, "s") for tile in tiles]
    monkeypatch.setattr(shapes_module, "_KEPT_BYTES", 1)
    forgetful = index_of(*[star(seed) for seed in range(5)])
    assert [forgetful.encode(tile, "s") for tile in tiles] == before
    assert len(forgetful.index._parts._kept) == 1


def test_outer_rings_have_positive_area_and_holes_negative():
    outer = [(0, 0), (20, 0), (20, 20), (0, 20)]
    holed = Polygon(outer, [[(5, 5), (5, 15), (15, 15), (15, 5)]])
    for turned in (holed, shapely.orient_polygons(holed), shapely.reverse(holed)):
        [shape] = read(index_of(turned), Tile(3, 4, 3)).values()
        # The reader tells holes from outer rings by their area, as the specification says.
        assert shape.geom_type == "Polygon"
        assert len(shape.interiors) == 1
        ring = np.array(shape.exterior.coords)
        assert area(ring) > 0
        assert area(np.array(shape.interiors[0].coords)) < 0


def area(ring):
    (x, y), (next_x, next_y) = ring[:-1].T, ring[1:].T
    return float((x * next_y - next_x * y).sum())


@pytest.mark.parametrize("z", [4, 6, 7, 9, 11])
def test_neighbouring_tiles_agree_on_what_both_of_them_show(z):
    index = index_of(star(1, points=3000), LineString([(21, 59), (24, 60.2), (29, 61)]))
    west = tile_at(24.0, 60.2, z)
    east = Tile(z, west.x + 1, west.y)
    strip = box(-BUFFER / 2, -BUFFER, BUFFER / 2, EXTENT + BUFFER)
    left, right = read(index, west), read(index, east)
    for name in left.keys() | right.keys():
        nothing = Polygon()
        ours = shapely.transform(left.get(name, nothing), lambda units: units - (EXTENT, 0))
        theirs = right.get(name, nothing)
        # two units, an eighth of a pixel: rounding moves each side by up to half a unit
        assert shapely.difference(ours & strip, shapely.buffer(theirs, 2)).is_empty
        assert shapely.difference(theirs & strip, shapely.buffer(ours, 2)).is_empty


def test_the_tiles_of_a_zoom_make_up_the_whole_shape():
    shape = star(5, points=60)
    index = index_of(shape)
    bounds = Bounds(*shape.bounds)
    parts = []
    for tile in tiles_covering(bounds, 7):
        inside = read(index, tile).get("id-0", Polygon()) & box(0, 0, EXTENT, EXTENT)
        parts.append(shapely.transform(inside, lambda u, t=tile: u + np.array([t.x, t.y]) * EXTENT))
    whole = shapely.union_all(parts)
    side = 2**7 * EXTENT
    lng = shapely.transform(whole, lambda u: np.column_stack([u[:, 0] / side * 360 - 180, u[:, 1]]))
    assert lng.bounds[0] == pytest.approx(bounds.west, abs=0.003)
    assert lng.bounds[2] == pytest.approx(bounds.east, abs=0.003)
    [drawn] = read(index, Tile(0, 0, 0)).values()
    assert whole.area / 4**7 == pytest.approx(drawn.area, rel=0.1)
    assert whole.geom_type == "Polygon"  # no seam splits it


@pytest.mark.parametrize("z", [0, 5, 9, 12, 18])
def test_a_small_area_is_a_dot_and_not_lost(z):
    house = box(24.95, 60.17, 24.9501, 60.1701)
    shape = read(index_of(house), tile_at(24.95, 60.17, z))["id-0"]
    if z < 18:
        assert shape.area == DOT * DOT
    else:
        assert shape.area > DOT * DOT


@pytest.mark.parametrize("z", [0, 4, 8])
def test_an_area_too_thin_for_the_grid_is_widened(z):
    wall = box(20, 60, 30, 60.00001)
    shape = read(index_of(wall), tile_at(24.9, 60, z))["id-0"]
    assert shape.is_valid
    assert shape.bounds[2] - shape.bounds[0] >= DOT


@pytest.mark.parametrize("z", [0, 3, 6])
def test_a_short_line_is_a_dash_and_not_lost(z):
    near_pair = LineString([(28.78, 61.17), (28.781, 61.171)])
    shape = read(index_of(near_pair), tile_at(28.78, 61.17, z))["id-0"]
    assert shape.length == DASH


def test_lines_never_repeat_a_vertex():
    wiggle = LineString([(24 + i * 1e-4, 60 + (i % 2) * 1e-4) for i in range(5_000)])
    for shape in read(index_of(wiggle), tile_at(24.2, 60, 12)).values():
        for part in shapely.get_parts(shape):
            steps = np.abs(np.diff(shapely.get_coordinates(part), axis=0)).sum(axis=1)
            assert steps.min() > 0


def test_a_line_cut_at_the_antimeridian_is_on_both_sides():
    line = MultiLineString([[(170, 60), (180, 62)], [(-180, 62), (-170, 60)]])
    index = index_of(line)
    assert read(index, tile_at(179, 61.9, 5))["id-0"].bounds[2] >= EXTENT
    assert read(index, tile_at(-179, 61.9, 5))["id-0"].bounds[0] <= 0


def test_what_lies_beyond_180_degrees_comes_in_again_on_the_other_side():
    index = index_of(box(175, 50, 190, 55), box(-190, 10, -175, 15))
    for lat, name in ((52, "id-0"), (12, "id-1")):
        east, west = tile_at(179, lat, 4), tile_at(-179, lat, 4)
        assert read(index, east)[name].area > 0
        assert read(index, west)[name].area > 0
        assert name not in read(index, tile_at(0, lat, 4))


def test_what_lies_beyond_the_edge_of_mercator_is_a_dot_in_the_outermost_row():
    index = index_of(box(10, 86, 20, 89), box(10, -89, 20, -86), LineString([(5, 88), (9, 88)]))
    assert {"id-0", "id-2"} <= read(index, Tile(2, 2, 0)).keys()
    assert "id-1" in read(index, Tile(2, 2, 3))


def test_a_shape_that_crosses_the_pole_row_stays_valid():
    [shape] = read(index_of(box(-180, 60, 180, 90)), Tile(2, 1, 0)).values()
    assert shape.is_valid
    assert shape.area == pytest.approx((EXTENT + 2 * BUFFER) * (EXTENT + BUFFER), rel=0.3)


def test_an_area_that_fills_the_tile_covers_its_margin_too():
    [shape] = read(index_of(box(0, 40, 50, 70)), tile_at(25, 60, 9)).values()
    assert shape.bounds == (-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)


def test_several_points_stay_several():
    points = MultiPoint([(24.9, 60.1), (24.95, 60.12), (80, 10)])
    [shape] = read(index_of(points), tile_at(24.9, 60.1, 8)).values()
    assert len(shape.geoms) == 2


def test_shapes_of_every_kind_stand_in_one_layer():
    index = index_of(
        box(24, 60, 25, 61),
        MultiPoint([(24.5, 60.5), (24.6, 60.6)]),
        LineString([(24, 60), (25, 61)]),
        None,
        MultiPolygon([box(24, 60, 24.2, 60.2), box(24.5, 60.5, 24.9, 60.9)]),
        Polygon(),
    )
    shapes = read(index, tile_at(24.5, 60.5, 6))
    assert {name: shape.geom_type for name, shape in shapes.items()} == {
        "id-0": "Polygon",
        "id-1": "MultiPoint",
        "id-2": "LineString",
        "id-4": "MultiPolygon",
    }


def test_a_filter_keeps_only_its_rows():
    index = index_of(*[box(24 + i / 10, 60, 24.05 + i / 10, 60.1) for i in range(10)])
    mask = np.arange(10) % 2 == 0
    assert read(index, tile_at(24.5, 60.05, 6), mask).keys() == {f"id-{i}" for i in range(0, 10, 2)}
    assert read(index, tile_at(24.5, 60.05, 6), mask & False) == {}


def test_a_crowd_is_not_thinned_while_it_is_small_enough():
    corners = np.random.default_rng(2).uniform((24, 60), (25, 61), (2_000, 2))
    shapes = read(index_of(*shapely.box(*corners.T, *(corners + 1e-3).T)), tile_at(24.5, 60.5, 3))
    assert shapes.keys() == {f"id-{row}" for row in range(2_000)}


def test_a_tile_that_would_be_too_large_says_less_before_it_shows_less():
    corners = np.random.default_rng(2).uniform((24, 60), (25, 61), (1_000, 2))
    shapes = shapely.box(*corners.T, *(corners + 1e-3).T)
    ids = {"id": mvt.texts([f"id-{row}" for row in range(1_000)])}
    names = {"name": mvt.texts([f"{row} " + "имя " * 200 for row in range(1_000)])}
    index = Shapes(shapes, [ids | names, ids], np.arange(1_000.0))
    assert len(read(index, tile_at(24.5, 60.5, 5))) == 1_000


@pytest.mark.parametrize("z", [2, 5, 8])
def test_a_tile_of_endless_detail_stays_small(z):
    index = index_of(*[star(seed, radius=20, points=1_500) for seed in range(20)])
    assert 0 < len(index.encode(tile_at(29, 60, z), "shapes")) <= MAX_BYTES


def test_long_names_leave_the_best_ranked():
    corners = np.random.default_rng(2).uniform((24, 60), (25, 61), (1_000, 2))
    shapes = shapely.box(*corners.T, *(corners + 1e-3).T)
    names = mvt.texts([f"{row} " + "имя " * 200 for row in range(1_000)])
    index = Shapes(shapes, [{"id": names}], np.arange(1_000.0))
    encoded = index.encode(tile_at(24.5, 60.5, 5), "shapes")
    assert len(encoded) <= MAX_BYTES
    kept = sorted(int(name.split()[0]) for name in read(index, tile_at(24.5, 60.5, 5)))
    assert kept == list(range(1_000 - len(kept), 1_000))


def test_one_shape_with_an_endless_name_is_still_drawn():
    name = mvt.texts(["x" * (MAX_BYTES + 1)])
    index = Shapes(np.array([box(24, 60, 25, 61)]), [{"name": name}], np.zeros(1))
    assert len(index.encode(tile_at(24.5, 60.5, 6), "shapes")) > MAX_BYTES


def test_shapes_of_mixed_kinds_keep_their_own_names():
    here = [
        LineString([(24, 60), (25, 61)]),
        box(24, 60, 25, 61),
        LineString([(24, 61), (25, 60)]),
        box(24.2, 60.2, 24.8, 60.8),
    ]
    elsewhere = [Point(-60, -30).buffer(1, quad_segs=2)] * 5_000  # more than a dictionary holds
    shapes = read(index_of(*here, *elsewhere), tile_at(24.5, 60.5, 5))
    assert {name: shape.geom_type for name, shape in shapes.items()} == {
        "id-0": "LineString",
        "id-1": "Polygon",
        "id-2": "LineString",
        "id-3": "Polygon",
    }


def test_the_same_tile_is_the_same_after_others_were_drawn():
    fresh, used = (index_of(star(3), star(4)) for _ in range(2))
    tiles = [tile_at(24.5, 60.2, z) for z in (4, 8, 9, 12, 15)]
    for tile in reversed(tiles):
        used.encode(tile, "shapes")
    assert [used.encode(tile, "s") for tile in tiles] == [fresh.encode(t, "s") for t in tiles]


def test_gdal_reads_valid_areas_where_they_are(read_by_gdal):
    shape, tile = star(7), tile_at(25, 60, 5)
    frame = read_by_gdal(index_of(shape).encode(tile, "shapes"), tile, "shapes").to_crs(4326)
    assert frame["id"].tolist() == ["id-0"]
    inside = box(*astuple(tile.bounds()))
    [drawn] = frame.geometry
    assert drawn.is_valid
    assert (drawn & inside).area == pytest.approx((shape & inside).area, rel=0.02)

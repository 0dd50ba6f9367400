import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from layers.bake import drawing
from layers.bake.pieces import cut, projected
from layers.bake.smoothing import smoothed_areas, smoothed_lines
from layers.bake.states import WORLD, country_code, dispute_between
from layers.tiles import mvt


def read(drawn: drawing.Drawn) -> list[shapely.Geometry]:
    """The shapes as an independent reader sees them, y down."""
    layer = mvt.encode_layer("drawn", [], drawn.geometry, drawn.types)
    tile = mapbox_vector_tile.decode(layer, default_options={"y_coord_down": True})
    found = tile.get("drawn", {"features": []})["features"]
    return [shape(each["geometry"]) for each in found]


def array(*shapes: shapely.Geometry) -> np.ndarray:
    return np.array(shapes, dtype=object)


def test_a_polygon_with_a_hole_is_read_back():
    holed = shapely.box(0, 0, 100, 100) - shapely.box(20, 20, 40, 40)
    [seen] = read(drawing.polygons(array(holed), np.array([0])))
    assert seen.equals(holed)


def test_parts_of_a_shape_keep_its_row():
    both = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(50, 50, 60, 60)])
    drawn = drawing.polygons(array(both, shapely.box(90, 90, 99, 99)), np.array([4, 7]))
    assert drawn.rows.tolist() == [4, 4, 7]


def test_what_is_smaller_than_a_unit_is_left_out_with_its_holes():
    dot = shapely.box(5.1, 5.1, 5.4, 5.4)
    speck = shapely.box(20, 20, 40, 40) - shapely.box(30.1, 30.1, 30.2, 30.2)
    seen = read(drawing.polygons(array(dot, speck), np.array([0, 1])))
    assert [each.equals(shapely.box(20, 20, 40, 40)) for each in seen] == [True]


def test_a_line_is_read_back_without_repeated_vertices():
    line = shapely.LineString([(0, 0), (0.2, 0.1), (10, 10), (10.4, 10.3), (20, 10)])
    [seen] = read(drawing.lines(array(line), np.array([0])))
    assert seen.equals(shapely.LineString([(0, 0), (10, 10), (20, 10)]))


@pytest.mark.parametrize("draw", [drawing.lines, drawing.polygons])
def test_nothing_gives_nothing(draw):
    assert read(draw(array(shapely.Point(1, 1)), np.array([0]))) == []


def test_pieces_of_a_shape_make_up_the_whole():
    whole = projected(array(shapely.Point(20, 50).buffer(30)), 3)
    inner = shapely.box(0, 0, mvt.EXTENT, mvt.EXTENT)
    area = sum(
        shapely.intersection(part, inner).area for piece in cut(whole, 3) for part in piece.shapes
    )
    assert area == pytest.approx(whole[0].area)


def test_what_lies_beyond_mercator_is_cut_off():
    [cap] = projected(array(shapely.box(-180, -90, 180, -80)), 0)
    assert cap.is_valid
    assert cap.bounds[3] == pytest.approx(mvt.EXTENT)


def test_rounding_keeps_ends_of_lines_and_most_of_an_area():
    line = shapely.LineString([(0, 0), (4, 0), (4, 4)])
    [rounded] = smoothed_lines(array(line))
    assert (rounded.coords[0], rounded.coords[-1]) == ((0, 0), (4, 4))
    assert rounded.length < line.length
    [area] = smoothed_areas(array(shapely.box(0, 0, 4, 4)))
    assert shapely.box(0, 0, 4, 4).contains(area)
    assert area.area > 0.8 * 16


def test_every_dispute_names_a_pair_in_either_order():
    assert dispute_between("Kosovo", "Serbia") is dispute_between("Serbia", "Kosovo")
    assert dispute_between("Finland", "Russia") is None


def test_an_outline_that_nobody_knows_stops_the_bake():
    assert country_code("Finland", "246", WORLD) == "FI"
    with pytest.raises(KeyError):
        country_code("Atlantis", None, WORLD)

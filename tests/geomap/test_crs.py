import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import LineString, Point, Polygon

from geomap.crs import FILE_CRS, from_crs84, to_crs84, transformer
from geomap.errors import CoordinateOutOfRange, CrsUnknown


def test_a_finnish_point_comes_out_where_its_register_says():
    # Korsnäs viken 1 of the Finnish register: easting and northing, and its own WGS 84 place.
    moved = to_crs84(Point(212982, 6680394), "EPSG:3067")
    assert (moved.x, moved.y) == pytest.approx((21.82583323, 60.15919961), abs=2e-7)


@pytest.mark.parametrize("name", ["EPSG:4326", "OGC:CRS84", "epsg:4326"])
def test_longitude_comes_first_in_files_whatever_the_definition_says(name):
    assert to_crs84(Point(24.94, 60.17), name).equals(Point(24.94, 60.17))


@given(st.floats(20, 31), st.floats(60, 70))
def test_there_and_back_is_the_same_place(lng, lat):
    out = Transformer.from_crs("OGC:CRS84", "EPSG:3067", always_xy=True)
    moved = to_crs84(Point(*out.transform(lng, lat)), "EPSG:3067")
    assert (moved.x, moved.y) == pytest.approx((lng, lat), abs=1e-8)


@pytest.mark.parametrize(
    "geometry",
    [
        LineString([(212982, 6680394), (213982, 6681394)]),
        Polygon([(212982, 6680394), (213982, 6680394), (213982, 6681394)]),
        Point(),
    ],
    ids=["line", "polygon", "empty"],
)
def test_every_kind_of_geometry_keeps_its_kind(geometry):
    moved = to_crs84(geometry, "EPSG:3067")
    assert moved.geom_type == geometry.geom_type
    assert shapely.get_num_coordinates(moved) == shapely.get_num_coordinates(geometry)


@pytest.mark.parametrize("name", ["EPSG:999999", "rubbish", "", "EPSG:5773"])
def test_an_unknown_system_is_named_and_an_example_given(name):
    with pytest.raises(CrsUnknown) as problem:
        transformer(name)
    assert "EPSG:3067" in str(problem.value) or "does not place points" in str(problem.value)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ((1e12, 1e12), "EPSG:3067"),
        ((212982, 6680394), "EPSG:4326"),
        ((math.nan, 1), "EPSG:3067"),
        ((math.inf, 1), "EPSG:4326"),
    ],
)
def test_coordinates_that_cannot_be_in_a_system_are_refused(place, name):
    with pytest.raises(CoordinateOutOfRange, match=name):
        to_crs84(Point(*place), name)


@pytest.mark.parametrize("crs", FILE_CRS)
def test_what_goes_out_in_a_reference_system_comes_back(crs):
    there = np.array([Point(24.94, 60.17), None, Point(21.5, 58.25)], dtype=object)
    out = from_crs84(there, crs)
    assert out[1] is None
    for place, moved in zip(there[[0, 2]], out[[0, 2]], strict=True):
        back = to_crs84(moved, crs)
        assert (back.x, back.y) == pytest.approx((place.x, place.y), abs=1e-7)


def test_a_place_that_a_reference_system_cannot_tell_is_none_and_the_others_stay():
    line = LineString([(27, 61), (117, 0)])
    out = from_crs84(np.array([line, Point(27, 61)], dtype=object), "EPSG:3067")
    assert out[0] is None
    assert (out[1].x, out[1].y) == pytest.approx((500_000, 6_762_787), abs=1)

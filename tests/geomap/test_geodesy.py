import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import MultiLineString, Point, Polygon, box

from geomap.errors import CoordinateOutOfRange, SamePlaceTwice
from geomap.geodesy import (
    area_km2,
    buffer_box,
    distances_km,
    geodesic_km,
    great_circle,
    great_circles,
)
from geomap.places import LngLat

GEOD = Geod(ellps="WGS84")
PLACES = st.builds(LngLat, st.floats(-180, 180), st.floats(-90, 90))
IMATRA, SVETOGORSK = LngLat(28.7764, 61.1719), LngLat(28.8600, 61.1125)
PERM, OXFORD = LngLat(56.2502, 58.0105), LngLat(-1.2577, 51.7520)


def parts_of(line):
    return list(line.geoms) if isinstance(line, MultiLineString) else [line]


def length_km(line):
    """Sum the segments by the package's own inverse, whose parts meet at the antimeridian."""
    places = [place for part in parts_of(line) for place in part.coords]
    return sum(GEOD.inv(*a, *b)[2] for a, b in pairwise(places)) / 1000


@given(PLACES, PLACES)
def test_a_length_is_that_of_the_inverse_problem_both_ways(start, end):
    expected = GEOD.inv(*start, *end)[2] / 1000
    assert geodesic_km(start, end) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert geodesic_km(end, start) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_known_lengths():
    assert geodesic_km(IMATRA, SVETOGORSK) == pytest.approx(8.0, abs=0.2)
    assert geodesic_km(LngLat(0, 0), LngLat(1, 0)) == pytest.approx(111.3195, abs=1e-4)
    assert geodesic_km(LngLat(0, -90), LngLat(0, 90)) == pytest.approx(20003.9315, abs=1e-3)
    assert geodesic_km(PERM, PERM) == 0.0


@given(PLACES, PLACES)
def test_an_arc_is_as_long_as_the_shortest_path(start, end):
    assume(geodesic_km(start, end) > 1)
    assume(abs(start.lat) < 85 and abs(end.lat) < 85)
    line = great_circle(start, end)
    # A cut is put on the chord of its step in degrees, so the parts may be a little longer.
    slack = 1e-6 if line.geom_type == "LineString" else 5e-3
    assert length_km(line) == pytest.approx(geodesic_km(start, end), rel=slack)


@given(PLACES, PLACES)
def test_the_ends_of_an_arc_are_exact(start, end):
    assume(geodesic_km(start, end) > 0)
    parts = parts_of(great_circle(start, end))
    for place, drawn in ((start, parts[0].coords[0]), (end, parts[-1].coords[-1])):
        assert drawn[1] == place.lat
        assert drawn[0] == place.lng or abs(drawn[0]) == 180
        assert math.cos(math.radians(drawn[0] - place.lng)) == pytest.approx(1, abs=1e-15)


@given(PLACES, PLACES)
def test_no_segment_jumps_over_the_antimeridian(start, end):
    assume(geodesic_km(start, end) > 0)
    for part in parts_of(great_circle(start, end)):
        lngs = [lng for lng, _ in part.coords]
        assert all(-180 <= lng <= 180 for lng in lngs)
        assert all(abs(b - a) <= 180 for a, b in pairwise(lngs))


@given(PLACES, PLACES)
def test_parts_meet_at_exactly_the_antimeridian(start, end):
    assume(geodesic_km(start, end) > 0)
    for part, following in pairwise(parts_of(great_circle(start, end))):
        (lng, lat), (next_lng, next_lat) = part.coords[-1], following.coords[0]
        assert {lng, next_lng} == {180.0, -180.0}
        assert lat == next_lat


@given(PLACES, PLACES, st.floats(20, 2000))
def test_no_two_neighbouring_vertices_are_further_apart_than_asked(start, end, step):
    assume(geodesic_km(start, end) > 0)
    line = great_circle(start, end, max_step_km=step)
    assume(np.abs(shapely.get_coordinates(line)[:, 1]).max() < 85)
    for part in parts_of(line):
        for a, b in pairwise(part.coords):
            assert geodesic_km(LngLat(*a), LngLat(*b)) <= step * 1.01


@pytest.mark.parametrize(
    ("start", "end", "parts"),
    [
        (LngLat(170, 60), LngLat(-170, 62), 2),
        (LngLat(170, 60), LngLat(190, 62), 2),
        (LngLat(180, 10), LngLat(-179, 20), 1),
        (LngLat(-180, 10), LngLat(179, 20), 1),
        (LngLat(180, 10), LngLat(-180, 20), 1),
        (LngLat(0, 80), LngLat(180, 80), 1),
        (PERM, OXFORD, 1),
    ],
)
def test_a_line_is_cut_only_where_it_crosses(start, end, parts):
    assert len(parts_of(great_circle(start, end))) == parts


def test_one_place_makes_no_line():
    with pytest.raises(SamePlaceTwice, match="makes no line"):
        great_circle(PERM, PERM)
    with pytest.raises(SamePlaceTwice):
        great_circle(LngLat(-170, 5), LngLat(190, 5))


def test_many_arcs_are_the_same_as_one_by_one():
    starts = np.array([PERM, PERM, (170.0, 60.0), IMATRA])
    ends = np.array([OXFORD, PERM, (-170.0, 62.0), SVETOGORSK])
    lines = great_circles(starts, ends)
    assert lines[1] is None
    for row in (0, 2, 3):
        one = great_circle(LngLat(*starts[row]), LngLat(*ends[row]))
        assert shapely.equals_exact(lines[row], one, 0)
    assert len(great_circles(np.empty((0, 2)), np.empty((0, 2)))) == 0


@pytest.mark.parametrize(
    "place", [(0.0, 90.1), (0.0, math.nan), (math.inf, 0.0)], ids=["lat", "nan", "inf"]
)
def test_an_impossible_place_is_refused(place):
    for ask in (geodesic_km, great_circle):
        with pytest.raises(CoordinateOutOfRange):
            ask(LngLat(*place), PERM)
        with pytest.raises(CoordinateOutOfRange):
            ask(PERM, LngLat(*place))
    with pytest.raises(CoordinateOutOfRange):
        buffer_box(LngLat(*place), 10)


def test_distances_from_one_place_to_many():
    found = distances_km(PERM, np.array([OXFORD, PERM, IMATRA]))
    assert found == pytest.approx(
        [geodesic_km(PERM, OXFORD), 0.0, geodesic_km(PERM, IMATRA)], rel=1e-12
    )


@given(PLACES, st.floats(0, 21000), st.floats(0, 360), st.floats(0, 1))
def test_a_buffer_box_holds_all_that_is_near(place, km, azimuth, share):
    lng, lat, _ = GEOD.fwd(place.lng, place.lat, azimuth, km * share * 1000 * 0.999999)
    assert buffer_box(place, km).holds(lng, max(-90, min(90, lat)))


def test_a_buffer_box_is_not_much_too_large():
    found = buffer_box(LngLat(28.8, 61.1), 20)
    assert geodesic_km(LngLat(found.west, 61.1), LngLat(found.east, 61.1)) < 41
    assert geodesic_km(LngLat(28.8, found.south), LngLat(28.8, found.north)) < 41


def test_a_buffer_box_crosses_the_antimeridian_and_takes_in_the_pole():
    across = buffer_box(LngLat(179.9, 60), 50)
    assert across.west > across.east
    polar = buffer_box(LngLat(20, 89.9), 50)
    assert (polar.west, polar.east, polar.north) == (-180, 180, 90)


@pytest.mark.parametrize("km", [-1, math.nan, math.inf])
def test_a_buffer_needs_a_distance(km):
    with pytest.raises(CoordinateOutOfRange):
        buffer_box(PERM, km)


def test_areas_are_of_the_ellipsoid_and_less_their_holes():
    degree = box(0, 0, 1, 1)
    assert area_km2(degree) == pytest.approx(12308.8, rel=1e-4)
    hole = Polygon(degree.exterior.coords, [box(0.4, 0.4, 0.6, 0.6).exterior.coords])
    assert area_km2(hole) == pytest.approx(area_km2(degree) - area_km2(box(0.4, 0.4, 0.6, 0.6)))
    assert area_km2(shapely.reverse(hole)) == pytest.approx(area_km2(hole))
    assert area_km2(shapely.MultiPolygon([degree, box(5, 0, 6, 1)])) == pytest.approx(
        2 * area_km2(degree)
    )
    assert area_km2(Point(1, 2)) == 0.0

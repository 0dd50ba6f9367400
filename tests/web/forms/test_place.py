"""A place in a form may be typed in several ways, and what cannot be read is said."""

import pytest
import shapely

from geomap.errors import CrsUnknown
from layers.catalog import LAYERS
from layers.checking import checked
from web.forms.place import DEEPEST, LONGEST, place_of

SITES = LAYERS["sites"]


def kept(**typed):
    place = place_of(typed)
    assert place.faults == ()
    found = checked(SITES, {"names": [{"value": "A"}]}, place.geometry, crs=place.crs)
    assert found.sound, found.faults
    return found.geometry


def test_north_and_east_are_degrees_when_nothing_else_is_said():
    assert kept(north="60.7158", east="28,7290") == shapely.Point(28.729, 60.7158)


def test_north_and_east_may_be_metres_of_a_reference_system():
    place = kept(north="6672000", east="385600", crs="EPSG:3067")
    assert place.distance(shapely.Point(24.94, 60.17)) < 0.01


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "Point", "coordinates": [28.729, 60.7158]}',
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[28.729,60.7158]},"properties":{}}',
        "POINT (28.729 60.7158)",
        "point(28.729 60.7158)",
    ],
)
def test_geojson_and_wkt_may_be_pasted(text):
    assert kept(geometry=text) == shapely.Point(28.729, 60.7158)


def test_geojson_is_in_degrees_whatever_system_is_chosen():
    text = '{"type": "Point", "coordinates": [28.729, 60.7158]}'
    assert kept(geometry=text, crs="EPSG:3067") == shapely.Point(28.729, 60.7158)


def test_wkt_is_in_the_system_that_is_chosen():
    place = kept(geometry="POINT (385600 6672000)", crs="EPSG:3067")
    assert place.distance(shapely.Point(24.94, 60.17)) < 0.01


def test_no_place_is_no_fault():
    assert place_of({}).geometry is None
    assert place_of({"geometry": "  "}).faults == ()


@pytest.mark.parametrize(
    ("typed", "column"),
    [
        ({"north": "sixty", "east": "28.7"}, "north"),
        ({"north": "60.7"}, "east"),
        ({"north": "nan", "east": "1e999"}, "east"),
        ({"geometry": "somewhere"}, "geometry"),
        ({"geometry": "{"}, "geometry"),
        ({"geometry": '{"type": "Point"}'}, "geometry"),
        ({"geometry": "POINT (1"}, "geometry"),
        ({"geometry": "GEOMETRYCOLLECTION (POINT (1 2))"}, "geometry"),
        ({"geometry": '{"type":"FeatureCollection","features":[]}'}, "geometry"),
        ({"geometry": "(" * (DEEPEST + 1)}, "geometry"),
        ({"geometry": "[" * 1_000_000}, "geometry"),
        ({"geometry": "x" * (LONGEST + 1)}, "geometry"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_input(typed, column):
    place = place_of(typed)
    assert place.geometry is None
    assert column in [fault.column for fault in place.faults]


def test_a_reference_system_that_nobody_knows_is_refused_by_the_check():
    place = place_of({"north": "1", "east": "2", "crs": "EPSG:999999"})
    with pytest.raises(CrsUnknown):
        checked(SITES, {}, place.geometry, crs=place.crs)

"""Checked at the edge, once: all faults of a row, and sound values in OGC:CRS84."""

import json
import time

import jsonschema
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis.strategies import floats
from shapely import Point, Polygon

from geomap.errors import GeomapError
from geomap.terms import FAULT_CODES
from layers.catalog import LAYERS, layer_named
from layers.checking import LayerCheck, checked, json_schema

SITES = layer_named("sites")
TWINS = layer_named("twins")
NAMED = {"names": [{"value": "Olavinlinna", "lang": "fi", "type": "preferred"}]}
BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])


def codes(result):
    return [(fault.code, fault.severity) for fault in result.faults]


def test_a_sound_row_comes_back_as_the_store_keeps_it():
    result = checked(SITES, {**NAMED, "dating": "1475/1499"}, Point(28.901, 61.8638))
    assert result.sound
    assert result.faults == []
    assert result.properties == {
        **NAMED,
        "dating": "1475/1499",
        "dating_from": 1475,
        "dating_to": 1499,
    }
    assert result.geometry == Point(28.901, 61.8638)


def test_all_faults_of_a_row_are_listed_at_once():
    raw = {"kind": "church", "country": "Suomi", "dating": "long ago", "in_danger": "perhaps"}
    result = checked(SITES, raw, BOW_TIE)
    assert {fault.column for fault in result.faults} == {
        "kind",
        "country",
        "dating",
        "in_danger",
        "names",
        "geometry",
    }
    assert not result.sound
    assert all(fault.code in FAULT_CODES and fault.hint for fault in result.faults)


def test_blank_values_are_no_values():
    assert checked(SITES, {**NAMED, "country": " ", "dating": None}, None).properties == NAMED


def test_what_no_field_takes_is_kept_in_extra_with_a_warning():
    result = checked(SITES, {**NAMED, "Selite": "GPS", "extra": {"Zala": "0"}}, None)
    assert result.properties["extra"] == {"Selite": "GPS", "Zala": "0"}
    assert codes(result) == [("COLUMN_UNKNOWN", "warning")]


def test_a_checked_record_checks_again_to_itself():
    raw = {
        **NAMED,
        "dating": "17XX",
        "designations": [{"scheme": "fi_rky", "since": "2009"}],
        "extra": {"a": "b"},
    }
    once = checked(SITES, raw, Point(28.9, 61.8))
    twice = checked(SITES, once.properties, once.geometry)
    assert (twice.properties, twice.geometry, twice.faults) == (once.properties, once.geometry, [])


@given(lng=floats(-180, 180), lat=floats(-90, 90))
def test_every_place_on_earth_is_kept_to_seven_decimals(lng, lat):
    result = checked(SITES, NAMED, Point(lng, lat))
    if lng == 0 and lat == 0:
        assert result.geometry is None
        return
    assert result.faults == []
    assert abs(result.geometry.x - lng) <= 5.1e-8
    assert round(result.geometry.x, 7) == result.geometry.x
    assert not np.signbit(result.geometry.y) or result.geometry.y < 0


@pytest.mark.parametrize("place", [Point(np.inf, 2), Point(3, np.nan)])
def test_a_number_that_is_not_finite_is_refused(place):
    result = checked(SITES, NAMED, place)
    assert codes(result) == [("PLACE_IMPOSSIBLE", "error")]
    assert result.geometry is None


def test_a_place_off_the_earth_is_refused():
    assert codes(checked(SITES, NAMED, Point(200, 95))) == [("PLACE_IMPOSSIBLE", "error")]


def test_a_latitude_where_a_longitude_should_be_is_suspected():
    result = checked(SITES, NAMED, Point(45.5, 123.25))
    assert codes(result) == [("AXIS_SWAPPED_SUSPECT", "error")]
    assert "first" in result.faults[0].hint


@pytest.mark.parametrize("crs", ["OGC:CRS84", "EPSG:3067", "EPSG:3857"])
def test_nothing_stands_at_zero_zero_in_any_reference_system(crs):
    result = checked(SITES, NAMED, Point(0, 0), crs=crs)
    assert codes(result) == [("PLACE_IMPOSSIBLE", "warning")]
    assert result.sound
    assert result.geometry is None


def test_coordinates_of_a_national_grid_come_out_in_degrees():
    result = checked(SITES, NAMED, Point(385597.68, 6672102.03), crs="EPSG:3067")
    assert result.faults == []
    assert shapely.distance(result.geometry, Point(24.9384, 60.1699)) < 0.001


def test_northing_before_easting_is_suspected():
    result = checked(SITES, NAMED, Point(6672102, 385597), crs="EPSG:3067")
    assert codes(result) == [("AXIS_SWAPPED_SUSPECT", "error")]


def test_degrees_in_a_file_of_metres_are_not_taken_for_a_place_in_finland():
    result = checked(SITES, NAMED, Point(24.94, 60.17), crs="EPSG:3067")
    assert result.geometry is None or result.geometry.y < 1


def test_epsg_4326_puts_longitude_first_as_files_do():
    assert checked(SITES, NAMED, Point(24.9, 60.2), crs="EPSG:4326").geometry == Point(24.9, 60.2)


def test_a_reference_system_that_nobody_knows_is_named():
    with pytest.raises(GeomapError, match="EPSG:999999"):
        checked(SITES, NAMED, Point(1, 2), crs="EPSG:999999")


def test_an_invalid_outline_is_refused_with_the_reason_and_never_repaired():
    result = checked(SITES, NAMED, BOW_TIE)
    [fault] = result.faults
    assert (fault.code, fault.severity) == ("GEOM_INVALID", "error")
    assert "Self-intersection" in fault.value
    assert result.geometry is None


def test_a_geometry_of_a_type_that_the_layer_does_not_take_is_refused():
    result = checked(layer_named("regions"), NAMED, Point(1, 2))
    assert codes(result) == [("GEOM_TYPE_WRONG", "error")]
    assert "Polygon" in result.faults[0].hint


def test_an_empty_geometry_is_no_place():
    result = checked(SITES, NAMED, Polygon())
    assert codes(result) == [("GEOM_EMPTY", "warning")]
    assert result.geometry is None


def test_heights_are_left_out_and_said():
    result = checked(SITES, NAMED, Point(24.9, 60.2, 17))
    assert result.geometry == Point(24.9, 60.2)
    assert codes(result) == [("VALUE_INVALID", "warning")]


def test_a_pair_of_a_city_with_itself_is_a_fault():
    result = checked(TWINS, {"city_a": "one", "city_b": "one"}, None)
    assert codes(result) == [("PAIR_OF_ONE", "error")]


def test_a_field_that_the_house_fills_is_not_required_of_the_row():
    assert checked(TWINS, {"city_a": "one", "city_b": "two"}, None).faults == []


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.id)
def test_the_schema_of_each_layer_is_a_schema(layer):
    jsonschema.Draft202012Validator.check_schema(json_schema(layer))


def test_a_checked_record_fits_the_schema_of_its_layer():
    result = checked(SITES, {**NAMED, "dating": "../1478", "rank": 3}, Point(1, 2))
    feature = {
        "type": "Feature",
        "id": "1",
        "geometry": json.loads(shapely.to_geojson(result.geometry)),
        "properties": result.properties,
    }
    jsonschema.validate(feature, json_schema(SITES))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**feature, "properties": {}}, json_schema(SITES))


def test_a_row_is_checked_in_less_than_half_a_millisecond():
    check = LayerCheck(SITES)
    raw = {
        **NAMED,
        "kind": "worship",
        "country": "FI",
        "dating": "1475",
        "designations": [{"scheme": "fi_rky", "since": "2009"}],
        "source_url": "https://example.org/1",
        "extra": {"a": "b"},
    }
    started = time.perf_counter()
    for _ in range(2000):
        check(raw, Point(28.9, 61.8))
    assert (time.perf_counter() - started) / 2000 < 0.0005

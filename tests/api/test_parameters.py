"""Reading query parameters: strict, and able to say what would be right."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import parameters, reading
from api.app import ROUTERS
from geomap.errors import ParameterInvalid
from geomap.places import Bounds
from layers.catalog import LAYERS


def test_a_box_of_four_numbers_is_west_south_east_north():
    assert reading.bbox("28.5,60,29.25,61.5") == Bounds(28.5, 60, 29.25, 61.5)


def test_a_box_of_six_numbers_leaves_the_heights_aside():
    assert reading.bbox("28.5,60,-10,29.25,61.5,900") == Bounds(28.5, 60, 29.25, 61.5)


def test_a_box_may_cross_the_antimeridian():
    assert reading.bbox("177,65,-177,70") == Bounds(177, 65, -177, 70)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "1,2,3,4,5,6,7",
        "a,b,c,d",
        "nan,0,1,1",
        "0,0,inf,1",
        "0,0,1e999,1",
        "0,0,1,1_0",
        "٠,٠,١,١",
        "0,0,１,1",
        "0x1,0,1,1",
        "0,0,,1",
        "0,1,1,0",
        "0,0,1,90.5",
        "-181,0,1,1",
        "0;0;1;1",
        "0,0,1,1\n",
        "1" * 5000,
    ],
)
def test_what_is_no_box_is_refused_by_name(text):
    with pytest.raises(ParameterInvalid, match="bbox=") as refused:
        reading.bbox(text)
    assert refused.value.name == "bbox"
    assert refused.value.expected


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_place_is_read_back_as_it_was_written(lng, lat):
    assert reading.near(f"{lng!r},{lat!r}") == (lng, lat)


@given(st.text())
def test_a_number_is_finite_or_refused(text):
    try:
        assert math.isfinite(reading.number("n", text))
        assert text.isascii()
    except ParameterInvalid:
        pass


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "abc", "", "1_0", "١٢", "+5", " 5", "1e2"])
def test_a_limit_that_is_no_whole_number_from_one_is_refused(text):
    with pytest.raises(ParameterInvalid, match="limit"):
        parameters.LIMIT.read(text)


def test_a_limit_of_any_length_is_read():
    assert parameters.LIMIT.read("9" * 60) == 10**60 - 1


@pytest.mark.parametrize("text", ["0", "-3", "nan", "30000", ""])
def test_a_distance_is_above_zero_and_on_the_earth(text):
    with pytest.raises(ParameterInvalid, match="within_km"):
        parameters.WITHIN_KM.read(text)


@pytest.mark.parametrize("text", ["a\0b", "line\nbreak", "x" * 201])
def test_words_are_short_and_printable(text):
    with pytest.raises(ParameterInvalid, match="q="):
        parameters.WORDS.read(text)


def test_a_field_can_be_asked_for_one_of_several_values_or_none():
    kind = parameters.queryables(LAYERS["sites"])["kind"]
    assert kind.read("worship,defence") == ("worship", "defence")
    assert kind.read("") == ("",)


def test_a_text_field_keeps_its_commas():
    municipality = parameters.queryables(LAYERS["sites"])["municipality"]
    assert municipality.read("Helsinki, Kallio") == ("Helsinki, Kallio",)


@pytest.mark.parametrize(
    ("layer", "name", "value", "right"),
    [
        ("sites", "kind", "church", "worship"),
        ("sites", "country", "Finland", "FI"),
        ("sites", "country", "fi", "FI"),
        ("cities", "population", "many", "number"),
        ("twins", "status", "asleep", "dormant"),
        ("twins", "country", "suomi", "FI"),
    ],
)
def test_a_value_that_a_field_cannot_have_is_refused_with_what_it_can(layer, name, value, right):
    with pytest.raises(ParameterInvalid, match=f"^{name}=") as refused:
        parameters.queryables(LAYERS[layer])[name].read(value)
    assert right in str(refused.value)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.id)
def test_no_field_hides_a_parameter(layer):
    filtered = [one for router in ROUTERS for one in router.operations if one.reads.filters]
    known = {name for one in filtered for name in one.reads.known}
    assert "limit" in known
    assert not set(parameters.queryables(layer)) & known

"""What each visibility publishes, and what it does not."""

import math
from dataclasses import replace
from datetime import date

import orjson
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import SourceUnknown
from geomap.geodesy import geodesic_km
from geomap.model import Feature, Source, Visibility
from geomap.places import LngLat
from layers.catalog import LAYERS
from layers.projection import cell_centre, flat_names, public_form, public_forms

SOURCE = Source(
    "register", "Register", "Board", "CC-BY-4.0", "https://r.example", date(2026, 1, 1), "The Board"
)
SECRETS = ("28.7512345", "60.7098765", "record-77", "CANARY")
SITE = Feature(
    layer="sites",
    id="00000000-0000-4000-8000-000000000001",
    source_id="register",
    record_id="record-77",
    geometry=shapely.Point(28.7512345, 60.7098765),
    properties={
        "names": [
            {"value": "CANARY Castle", "lang": "en", "type": "preferred"},
            {"value": "CANARY linna", "lang": "fi", "type": "historic"},
        ],
        "description": {"en": "CANARY beside the bridge"},
        "kind": "defence",
        "country": "RU",
        "municipality": "Vyborg",
        "dating": "1293",
        "dating_from": 1293,
        "dating_to": 1293,
        "rank": 80,
        "accuracy_m": 0,
        "in_danger": False,
        "countries": [],
        "source_url": "https://r.example/CANARY",
        "extra": {"ADDRESS": "CANARY street 1", "B": None},
    },
)


def told(feature):
    return orjson.loads(public_form(feature, SOURCE).body)


def columns(feature):
    names = (*LAYERS["sites"].columns(), "name", "name_en", "name_ru", "name_fi")
    values = orjson.loads(public_form(feature, SOURCE).columns)
    return dict(zip(names, values, strict=True))


def test_a_public_site_is_told_whole_and_flat():
    body = told(SITE)
    assert body["geometry"] == {"type": "Point", "coordinates": [28.7512345, 60.7098765]}
    assert body["properties"] == {
        "name": "CANARY Castle",
        "name_en": "CANARY Castle",
        "name_fi": "CANARY linna",
        "names": SITE.properties["names"],
        "description": {"en": "CANARY beside the bridge"},
        "kind": "defence",
        "country": "RU",
        "municipality": "Vyborg",
        "dating": "1293",
        "dating_from": 1293,
        "dating_to": 1293,
        "accuracy_m": 0,
        "in_danger": False,
        "rank": 80,
        "visibility": "public",
        "source": "Register",
        "source_id": "register",
        "licence": "CC-BY-4.0",
        "attribution": "The Board",
        "record_id": "record-77",
        "as_of": "2026-01-01",
        "source_url": "https://r.example/CANARY",
        "extra": {"ADDRESS": "CANARY street 1", "B": None},
    }


def test_columns_are_those_of_the_layer_and_the_names():
    found = columns(SITE)
    assert found["kind"] == "defence"
    assert (found["dating_from"], found["dating_to"]) == (1293, 1293)
    assert found["source_id"] == "register"
    assert found["condition"] is None
    assert (found["name"], found["name_ru"], found["name_fi"]) == (
        "CANARY Castle",
        None,
        "CANARY linna",
    )


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.GENERALISED])
def test_a_body_ends_with_its_properties(visibility):
    assert public_form(replace(SITE, visibility=visibility), SOURCE).body.endswith(b"}}")


def test_the_date_of_a_record_goes_before_that_of_its_source():
    site = replace(SITE, properties={**SITE.properties, "as_of": "2025-05-05"})
    assert told(site)["properties"]["as_of"] == "2025-05-05"


def test_a_generalised_site_tells_its_cell_and_nothing_of_its_place():
    site = replace(SITE, visibility=Visibility.GENERALISED)
    form = public_form(site, SOURCE)
    everything = repr(form)
    assert not any(secret in everything for secret in SECRETS)
    assert shapely.to_wkb(SITE.geometry) not in form.geometry
    centre, uncertainty_m = cell_centre(LngLat(*SITE.geometry.coords[0]), 10)
    assert told(site) == {
        "type": "Feature",
        "id": SITE.id,
        "geometry": {"type": "Point", "coordinates": [*centre]},
        "properties": {
            "kind": "defence",
            "country": "RU",
            "rank": 80,
            "visibility": "generalised",
            "source": "Register",
            "source_id": "register",
            "licence": "CC-BY-4.0",
            "attribution": "The Board",
            "as_of": "2026-01-01",
            "coordinate_uncertainty_m": uncertainty_m,
        },
    }
    assert form.names == ()
    assert columns(site)["municipality"] is None


def test_a_generalised_site_bears_the_names_chosen_for_it():
    names = [{"value": "A castle near the border", "lang": "en", "type": "preferred"}]
    properties = {**SITE.properties, "public_names": names}
    site = replace(SITE, visibility=Visibility.GENERALISED, properties=properties)
    assert told(site)["properties"]["name"] == "A castle near the border"
    assert public_form(site, SOURCE).names == ("A castle near the border",)
    assert "public_names" not in told(replace(site, visibility=Visibility.PUBLIC))["properties"]


def test_whatever_is_not_coarse_changes_no_byte_of_a_generalised_site():
    site = replace(SITE, visibility=Visibility.GENERALISED)
    other = replace(
        site,
        record_id="other",
        geometry=shapely.Point(28.7513, 60.7099),
        properties={
            **{name: SITE.properties[name] for name in ("kind", "country", "rank")},
            "names": [],
            "municipality": "Elsewhere",
        },
    )
    assert public_form(site, SOURCE) == public_form(other, SOURCE)


def test_a_shape_is_generalised_to_the_cell_of_its_middle():
    shape = shapely.box(28.70, 60.70, 28.71, 60.71)
    site = replace(SITE, visibility=Visibility.GENERALISED, geometry=shape)
    assert told(site)["geometry"]["type"] == "Point"


def test_a_restricted_site_tells_name_country_and_municipality_only():
    site = replace(SITE, visibility=Visibility.RESTRICTED)
    body = told(site)
    assert body["geometry"] is None
    assert body["properties"] == {
        "name": "CANARY Castle",
        "name_en": "CANARY Castle",
        "name_fi": "CANARY linna",
        "names": SITE.properties["names"],
        "country": "RU",
        "municipality": "Vyborg",
        "visibility": "restricted",
        "source": "Register",
        "source_id": "register",
        "licence": "CC-BY-4.0",
        "attribution": "The Board",
        "as_of": "2026-01-01",
    }
    form = public_form(site, SOURCE)
    assert (form.geometry, form.bounds, form.rank) == (None, None, 0.0)
    moved = replace(site, geometry=None, record_id="x", properties={**SITE.properties, "rank": 1})
    assert public_form(moved, SOURCE) == form


def test_a_hidden_site_tells_nothing():
    assert public_form(replace(SITE, visibility=Visibility.HIDDEN), SOURCE) is None


def test_a_site_without_a_place_or_with_an_empty_one_has_no_geometry():
    for place in (None, shapely.Point(), shapely.Polygon()):
        for visibility in (Visibility.PUBLIC, Visibility.GENERALISED):
            site = replace(SITE, geometry=place, visibility=visibility)
            assert told(site)["geometry"] is None
            assert public_form(site, SOURCE).bounds is None
            assert "coordinate_uncertainty_m" not in told(site)["properties"]


def test_heights_are_not_published():
    site = replace(SITE, geometry=shapely.Point(28, 60, 12))
    assert told(site)["geometry"]["coordinates"] == [28, 60]


def test_forms_come_in_the_order_of_their_features():
    sites = [
        replace(SITE, id=str(number), visibility=visibility)
        for number, visibility in enumerate([*Visibility, Visibility.PUBLIC])
    ]
    forms = public_forms(sites, {"register": SOURCE})
    assert [form and form.id for form in forms] == ["0", "1", "2", None, "4"]
    assert forms == [public_form(site, SOURCE) for site in sites]
    assert public_forms([], {}) == []


def test_a_form_needs_its_source():
    with pytest.raises(SourceUnknown):
        public_forms([SITE], {})


def test_equal_forms_have_equal_digests_and_others_not():
    other = replace(SITE, properties={**SITE.properties, "rank": 81})
    assert public_form(SITE, SOURCE) == public_form(SITE, SOURCE)
    assert public_form(SITE, SOURCE).digest != public_form(other, SOURCE).digest


@pytest.mark.parametrize(
    ("names", "flat"),
    [
        ([], {}),
        ([("Виипури", "ru", "historic")], {"name": "Виипури", "name_ru": "Виипури"}),
        (
            [("Viipuri", "fi", "historic"), ("Выборг", "ru", "preferred")],
            {"name": "Выборг", "name_ru": "Выборг", "name_fi": "Viipuri"},
        ),
        (
            [("Выборг", "ru", "preferred"), ("Vyborg", "en", "preferred")],
            {"name": "Vyborg", "name_ru": "Выборг", "name_en": "Vyborg"},
        ),
        ([("Vyborg", "ru-Latn", "transliteration")], {"name": "Vyborg"}),
        ([("Wiborg", "sv", "alternative")], {"name": "Wiborg"}),
        (
            [("Old", "fi", "historic"), ("Now", "fi", "official"), ("Best", "fi", "preferred")],
            {"name": "Best", "name_fi": "Best"},
        ),
    ],
)
def test_the_best_name_of_each_language_is_chosen(names, flat):
    listed = [dict(zip(("value", "lang", "type"), name, strict=True)) for name in names]
    assert flat_names(listed) == flat


LNGS = st.floats(-180, 180)
LATS = st.floats(-90, 90)
CELLS = st.sampled_from([1, 5, 10, 50])


@given(lng=LNGS, lat=LATS, cell_km=CELLS)
def test_a_place_is_within_the_stated_uncertainty_of_its_cells_centre(lng, lat, cell_km):
    centre, uncertainty_m = cell_centre(LngLat(lng, lat), cell_km)
    assert abs(centre.lng) <= 180
    assert abs(centre.lat) <= 90
    # The cells are laid on a sphere, and the length is taken on the ellipsoid.
    assert geodesic_km(LngLat(lng, lat), centre) * 1000 <= uncertainty_m * 1.01
    if abs(lat) < 85:
        assert uncertainty_m <= cell_km * 1000 * math.sqrt(0.5) * 1.2 + 100


@given(lng=LNGS, lat=LATS, cell_km=CELLS)
def test_the_centre_of_a_cell_lies_in_that_cell(lng, lat, cell_km):
    centre, uncertainty_m = cell_centre(LngLat(lng, lat), cell_km)
    assert cell_centre(centre, cell_km) == (centre, uncertainty_m)


@given(st.sampled_from(sorted(LAYERS)), st.sampled_from(Visibility))
def test_every_layer_has_a_form_for_every_visibility(layer, visibility):
    feature = replace(SITE, layer=layer, visibility=visibility, properties={"names": []})
    form = public_form(feature, SOURCE)
    assert (form is None) == (visibility is Visibility.HIDDEN)

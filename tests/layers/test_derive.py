"""What the house fills in, and how a pair follows its cities."""

import uuid
from dataclasses import replace

import pytest
import shapely
from shapely import Point

from geomap.model import Edit, EditKind, Feature
from layers.derive import completed, pair_names

EN = {"lang": "en", "type": "preferred"}


def city(name, place=None, **properties):
    return Feature(
        layer="cities",
        id=str(uuid.uuid4()),
        source_id="test",
        record_id=name,
        geometry=Point(place) if place else None,
        properties={"names": [{"value": name, **EN}], **properties},
    )


def pair(a, b, **properties):
    return Feature(
        layer="twins",
        id=str(uuid.uuid4()),
        source_id="test",
        record_id=f"{a.record_id}-{b.record_id}",
        geometry=None,
        properties={"city_a": a.id, "city_b": b.id, **properties},
    )


def site(place=None, **properties):
    made = city("A site", place, **properties)
    return Feature("sites", made.id, "test", made.record_id, made.geometry, made.properties)


def puts(*features):
    return [Edit(EditKind.PUT, one) for one in features]


def derived(store, *features):
    return [edit.feature for edit in completed(puts(*features), store)]


IMATRA = (28.7719, 61.1719)
SVETOGORSK = (28.8667, 61.1167)
HELSINKI = (24.94, 60.17)
FIJI, SAMOA = (178.44, -18.14), (-171.76, -13.83)


def test_a_place_without_a_country_gets_the_one_that_holds_it(store):
    [done] = derived(store, site(HELSINKI))
    assert (done.properties["country"], done.properties["country_basis"]) == ("FI", "within")


def test_a_stated_country_is_believed_and_said_to_be_stated(store):
    [done] = derived(store, site(HELSINKI, country="SE"))
    assert (done.properties["country"], done.properties["country_basis"]) == ("SE", "stated")


def test_where_the_source_states_that_there_is_none_no_country_is_derived(store):
    [done] = derived(store, site(HELSINKI, country_basis="stated"))
    assert "country" not in done.properties


def test_a_derived_country_follows_a_place_that_moves(store):
    [first] = derived(store, site(HELSINKI))
    moved = Feature("sites", first.id, "test", "A site", Point(-0.1, 51.5), first.properties)
    [done] = derived(store, moved)
    assert done.properties["country"] == "GB"


def test_a_place_far_out_at_sea_has_no_country(store):
    [done] = derived(store, site((-30.0, 45.0)))
    assert "country" not in done.properties
    assert "country_basis" not in done.properties


@pytest.mark.parametrize(
    ("designations", "protection"),
    [
        ([{"level": "regional"}, {"level": "world", "status": "in_force"}], "world"),
        ([{"level": "national", "status": "revoked"}, {"level": "municipal"}], "municipal"),
        ([{"level": "national", "status": "proposed"}], None),
        ([], None),
    ],
)
def test_protection_is_the_highest_level_in_force(store, designations, protection):
    [done] = derived(store, site(HELSINKI, designations=designations))
    assert done.properties.get("protection") == protection


def test_protection_goes_when_the_designation_goes(store):
    [done] = derived(store, site(HELSINKI, protection="world"))
    assert "protection" not in done.properties


def test_better_protected_sites_rank_higher_and_a_given_rank_stays(store):
    world, national, none, given = derived(
        store,
        site(HELSINKI, designations=[{"level": "world"}]),
        site(HELSINKI, designations=[{"level": "national"}]),
        site(HELSINKI),
        site(HELSINKI, rank=3),
    )
    ranks = [one.properties["rank"] for one in (world, national, none)]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == 3
    assert given.properties["rank"] == 3


def test_larger_cities_rank_higher_within_a_hundred(store):
    done = derived(
        store, city("a", population=500), city("b", population=10**6), city("c", population=10**9)
    )
    ranks = [one.properties["rank"] for one in done]
    assert ranks == sorted(ranks)
    assert ranks[-1] == 100


def test_a_pair_gets_all_of_its_line_from_its_cities(store):
    imatra, svetogorsk = city("Imatra", IMATRA), city("Svetogorsk", SVETOGORSK, country="RU")
    *_, done = derived(store, imatra, svetogorsk, pair(imatra, svetogorsk))
    assert done.properties["names"] == [{"value": "Imatra – Svetogorsk", **EN}]
    assert done.properties["country_a"] == "FI"
    assert done.properties["country_b"] == "RU"
    assert done.properties["distance_km"] == pytest.approx(8.0, abs=0.1)
    assert done.geometry.coords[0] == IMATRA
    assert done.geometry.coords[-1] == SVETOGORSK


def test_a_pair_finds_cities_that_the_store_holds(store, put):
    imatra, svetogorsk = city("Imatra", IMATRA), city("Svetogorsk", SVETOGORSK)
    put(*derived(store, imatra, svetogorsk))
    [done] = derived(store, pair(imatra, svetogorsk))
    assert done.geometry.coords[0] == IMATRA


def test_a_pair_over_the_antimeridian_is_cut_there(store):
    suva, apia = city("Suva", FIJI), city("Apia", SAMOA)
    *_, done = derived(store, suva, apia, pair(suva, apia))
    assert done.geometry.geom_type == "MultiLineString"
    assert shapely.length(done.geometry) < 30


def test_two_cities_at_one_place_have_no_line_between_them(store):
    a, b = city("Náousa", (25.2, 37.1)), city("Náousa too", (25.2, 37.1))
    *_, done = derived(store, a, b, pair(a, b))
    assert done.geometry is None
    assert done.properties["distance_km"] == 0.0


def test_a_city_without_a_place_leaves_its_pair_without_a_line(store):
    a, b = city("Atlantis"), city("Imatra", IMATRA)
    *_, done = derived(store, a, b, pair(a, b))
    assert done.geometry is None
    assert "distance_km" not in done.properties
    assert done.properties["names"][0]["value"] == "Atlantis – Imatra"


def stored_pair(store, put):
    imatra, svetogorsk = city("Imatra", IMATRA), city("Svetogorsk", SVETOGORSK)
    put(*derived(store, imatra, svetogorsk, pair(imatra, svetogorsk)))
    return imatra, svetogorsk


def test_a_pair_is_redrawn_with_the_city_that_moves(store, put):
    imatra, _ = stored_pair(store, put)
    [before] = store.features("twins")
    moved = replace(imatra, geometry=Point(HELSINKI))
    edits = completed(puts(moved), store)
    [follower] = [edit for edit in edits if edit.feature.layer == "twins"]
    assert follower.feature.id == before.id
    assert follower.expected == before.revision
    assert HELSINKI in (follower.feature.geometry.coords[0], follower.feature.geometry.coords[-1])
    assert follower.feature.properties["distance_km"] > 200


def test_a_pair_is_renamed_with_its_city(store, put):
    imatra, _ = stored_pair(store, put)
    renamed = replace(
        imatra, properties={"names": [{"value": "Иматра", "lang": "ru", "type": "preferred"}]}
    )
    _, follower = derived(store, renamed)
    assert {name["lang"]: name["value"] for name in follower.properties["names"]} == {
        "ru": "Иматра – Svetogorsk",
        "en": "Иматра – Svetogorsk",
    }


def test_a_city_that_only_grows_leaves_its_pairs_alone(store, put):
    imatra, _ = stored_pair(store, put)
    [stored] = [one for one in store.features("cities") if one.id == imatra.id]
    grown = replace(stored, properties={**stored.properties, "population": 26_000})
    assert [one.layer for one in derived(store, grown)] == ["cities"]


def test_a_deletion_is_passed_on_as_it_is(store):
    gone = Edit(EditKind.DELETE, city("Imatra", IMATRA))
    assert completed([gone], store) == [gone]


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        (
            {"en": "Vyborg", "ru": "Выборг", "fi": "Viipuri"},
            {"en": "Lappeenranta"},
            {
                "en": "Vyborg – Lappeenranta",
                "ru": "Выборг – Lappeenranta",
                "fi": "Viipuri – Lappeenranta",
            },
        ),
        ({"zh": "青岛"}, {"de": "Kiel"}, {"und": "青岛 – Kiel"}),
        ({}, {"en": "Kiel"}, {}),
    ],
)
def test_a_pair_is_called_by_both_names_in_each_language(a, b, wanted):
    def names(of):
        return [{"value": v, "lang": lang, "type": "preferred"} for lang, v in of.items()]

    made = pair_names(names(a), names(b))
    assert {name["lang"]: name["value"] for name in made} == wanted

"""Before a record is saved: what it may be a second time."""

import pytest
import shapely

from geomap.model import Visibility
from layers.candidates import candidates, likeness

VYBORG = (28.7290, 60.7158)


def named(store, place, *names, **rest):
    with store.public() as reader:
        return candidates(reader, "sites", place and shapely.Point(place), names, **rest)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vyborg Castle", "Выборг Castle"),
        ("Castle of Vyborg", "vyborg castle of"),
        ("Kirkko Pyhä Nikolaus", "pyha nikolaus kirkko"),
        ("Ёлка", "Елка"),
    ],
)
def test_names_are_alike_in_any_script_case_and_order(one, other):
    assert likeness(one, other) > 0.85


def test_names_of_different_things_are_not_alike():
    assert likeness("Vyborg Castle", "Alvar Aalto Library") < 0.5


def test_what_stands_at_the_same_place_is_a_candidate_whatever_its_name(store, feature, put):
    put(feature("sites", "Round Tower", VYBORG))
    [found] = named(store, (28.7291, 60.7158), "Market hall")
    assert found.name == "Round Tower"
    assert found.km < 0.02


def test_a_like_name_in_the_neighbourhood_is_a_candidate_across_scripts(store, feature, put):
    put(feature("sites", "Часовая башня", VYBORG))
    [found] = named(store, (28.7400, 60.7200), "Chasovaya bashnya")
    assert found.likeness > 0.9
    assert 0.5 < found.km < 1


def test_a_like_name_in_another_town_is_none(store, feature, put):
    put(feature("sites", "Round Tower", VYBORG))
    assert named(store, (24.94, 60.17), "Round Tower") == []


def test_a_record_without_a_place_is_compared_by_name_alone(store, feature, put):
    put(feature("sites", "Round Tower", None), feature("sites", "Market hall", None))
    [found] = named(store, None, "Round tower")
    assert (found.name, found.km) == ("Round Tower", None)


def test_a_record_is_no_candidate_for_itself(store, feature, put):
    site = feature("sites", "Round Tower", VYBORG)
    put(site)
    assert named(store, VYBORG, "Round Tower", leave_out=site.id) == []


def test_the_most_alike_comes_first(store, feature, put):
    put(feature("sites", "Clock Tower", VYBORG), feature("sites", "Round Tower", VYBORG))
    names = [one.name for one in named(store, VYBORG, "Round tower")]
    assert names == ["Round Tower", "Clock Tower"]


def test_an_area_is_as_near_as_its_nearest_part(store, feature, put):
    area = shapely.box(28.70, 60.70, 28.7289, 60.72)
    put(feature("sites", "Park", area))
    [found] = named(store, VYBORG, "Something else")
    assert found.km < 0.01


def test_a_hidden_site_is_no_candidate(store, feature, put):
    put(feature("sites", "Tomb", VYBORG, visibility=Visibility.HIDDEN))
    assert named(store, VYBORG, "Tomb") == []

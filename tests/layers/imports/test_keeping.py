"""What a file does not speak of stays: names of other languages, identifiers of other lists."""

import pytest
import shapely

from geomap.model import Feature, Visibility
from layers.catalog import LAYERS
from layers.imports.keeping import kept


def name(value, lang="en", kind="preferred", **more):
    return {"value": value, "lang": lang, "type": kind, **more}


def site(geometry=None, **properties):
    return Feature("sites", "id", "own", "A-1", geometry, properties)


def told(before, after, *taken):
    return kept(site(**before), site(**after), LAYERS["sites"], frozenset(taken)).properties


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([name("A"), name("Б", "ru")], [name("B")], ["B", "Б"]),
        ([name("Б", "ru"), name("A")], [name("A")], ["Б", "A"]),
        ([name("A")], [name("Ä", "fi")], ["A", "Ä"]),
        ([name("A", kind="historic"), name("B", kind="historic")], [name("C", kind="historic")],
         ["C"]),
        ([name("A", kind="historic")], [name("C", kind="historic"), name("D", kind="historic")],
         ["C", "D"]),
        ([name("A")], [], ["A"]),
    ],
)  # fmt: skip
def test_names_are_replaced_by_those_of_their_language_and_type(before, after, expected):
    given = {"names": after} if after else {}
    names = told({"names": before}, given, "names")["names"]
    assert [one["value"] for one in names] == expected


def test_a_name_that_stays_keeps_what_else_was_said_of_it():
    names = told({"names": [name("A", when="1902")]}, {"names": [name("A")]}, "names")["names"]
    assert names == [name("A", when="1902")]


def test_fields_without_a_column_stay_and_empty_cells_empty_theirs():
    before = {"names": [name("A")], "condition": "good", "kind": "building", "dating": "1902",
              "dating_from": 1902, "dating_to": 1902}  # fmt: skip
    after = told(before, {"names": [name("A")]}, "names", "kind", "dating")
    assert after == {"names": [name("A")], "condition": "good"}


def test_a_stated_country_that_is_taken_away_is_looked_up_again():
    before = {"country": "FI", "country_basis": "stated"}
    assert told(before, {}, "country") == {}
    assert told(before, {}, "kind") == before


def test_a_place_stays_where_the_row_has_none_and_so_does_who_sees_it():
    place = shapely.Point(28, 61)
    stored = Feature("sites", "id", "own", "A-1", place, {}, Visibility.GENERALISED, 5)
    result = kept(stored, site(), LAYERS["sites"], frozenset())
    assert (result.geometry, result.visibility, result.cell_km) == (place, "generalised", 5)
    moved = kept(stored, site(shapely.Point(29, 61)), LAYERS["sites"], frozenset())
    assert moved.geometry == shapely.Point(29, 61)

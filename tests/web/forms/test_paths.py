"""Names of inputs are places in the record."""

import pytest

from web.forms.paths import MOST_INPUTS, steps_of, tree_of


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("kind", ["kind"]),
        ("names[0].lang", ["names", 0, "lang"]),
        ("agreements[1].status_events[12].date", ["agreements", 1, "status_events", 12, "date"]),
        ("description.ru-Latn", ["description", "ru-Latn"]),
    ],
)
def test_a_name_leads_to_its_place(name, steps):
    assert steps_of(name) == steps


@pytest.mark.parametrize("name", ["", "[0]", "a b", "a[", "a[x]", "a[1234]", "é"])
def test_what_is_no_path_leads_nowhere(name):
    assert steps_of(name) == []


def test_what_was_typed_becomes_objects_and_lists():
    typed = [
        ("names[0].value", "Castle"),
        ("names[0].lang", "en"),
        ("names[2].value", "Linna"),
        ("kind", "defence"),
        ("fields", "culture"),
        ("fields", "sport"),
    ]
    assert tree_of(typed) == {
        "names": [{"value": "Castle", "lang": "en"}, {"value": "Linna"}],
        "kind": "defence",
        "fields": ["culture", "sport"],
    }


def test_paths_that_contradict_each_other_lose_nothing_of_the_first():
    assert tree_of([("a", "1"), ("a.b", "2")]) == {"a": "1"}
    assert tree_of([("a.b", "2"), ("a", "1")]) == {"a": {"b": "2"}}


def test_a_form_without_end_is_cut():
    typed = [(f"a{number}", "x") for number in range(MOST_INPUTS + 10)]
    assert len(tree_of(typed)) == MOST_INPUTS

"""Patches: what they change, and what they do on a record that has changed meanwhile."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpatch import JsonPatch, JsonPatchTestFailed

from geomap.errors import PatchConflict
from geomap.patches import applied, changes, conflicts, diff

RECORD = {
    "geometry": {"type": "Point", "coordinates": [28.7, 60.7]},
    "properties": {"names": [{"value": "Castle"}], "description": {"en": "A castle"}, "rank": 5},
    "visibility": "public",
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab/~ж", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~", max_size=2), inner),
    max_leaves=8,
)
RECORDS = st.dictionaries(st.sampled_from(["geometry", "properties", "a/b", "c~"]), VALUES)


def with_properties(**properties):
    return {**RECORD, "properties": {**RECORD["properties"], **properties}}


@given(RECORDS, RECORDS)
def test_a_patch_makes_the_one_record_of_the_other(before, after):
    made = applied(diff(before, after), before)
    assert json.dumps(made, sort_keys=True) == json.dumps(after, sort_keys=True)


@given(RECORDS, RECORDS)
def test_another_program_understands_the_patch(before, after):
    made = JsonPatch([*diff(before, after)]).apply(before)
    assert json.dumps(made, sort_keys=True) == json.dumps(after, sort_keys=True)


@given(RECORDS, RECORDS)
def test_a_patch_laid_on_what_it_has_made_changes_nothing(before, after):
    patch = diff(before, after)
    assert conflicts(patch, after) == []
    assert applied(patch, after) == after


def test_equal_records_need_no_patch():
    assert diff(RECORD, json.loads(json.dumps(RECORD))) == ()


def test_a_patch_says_only_what_differs():
    after = with_properties(description={"en": "A castle", "ru": "Замок"})
    assert diff(RECORD, after) == (
        {"op": "add", "path": "/properties/description/ru", "value": "Замок"},
    )


def test_a_number_is_no_truth():
    assert diff({"a": 1}, {"a": True}) != ()


def test_a_place_changes_as_a_whole():
    area = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    assert [step["path"] for step in diff(RECORD, {**RECORD, "geometry": area})] == [
        "/geometry",
        "/geometry",
    ]


def test_changes_of_different_fields_go_together():
    mine = diff(RECORD, with_properties(rank=7))
    theirs = with_properties(description={"en": "The castle"})
    assert applied(mine, theirs)["properties"] == {
        **RECORD["properties"],
        "description": {"en": "The castle"},
        "rank": 7,
    }


@pytest.mark.parametrize(
    ("mine", "theirs", "path"),
    [
        ({"rank": 7}, {"rank": 6}, "/properties/rank"),
        ({"kind": "defence"}, {"kind": "worship"}, "/properties/kind"),
        ({"description": {}}, {"description": {"en": "The castle"}}, "/properties/description/en"),
        ({"description": {"en": "X"}}, {"description": None}, "/properties/description/en"),
        ({"names": []}, {"names": [{"value": "Fort"}]}, "/properties/names"),
    ],
)
def test_two_changes_of_one_field_are_a_conflict(mine, theirs, path):
    patch, newer = diff(RECORD, with_properties(**mine)), with_properties(**theirs)
    assert conflicts(patch, newer) == [path]
    with pytest.raises(PatchConflict) as caught:
        applied(patch, newer)
    assert caught.value.paths == (path,)


def test_the_same_change_by_two_is_none():
    newer = with_properties(rank=7)
    assert applied(diff(RECORD, with_properties(rank=7)), newer) == newer


def test_any_other_program_refuses_a_conflict_too():
    patch = [*diff(RECORD, with_properties(rank=7))]
    with pytest.raises(JsonPatchTestFailed):
        JsonPatch(patch).apply(with_properties(rank=6))


def test_the_record_that_is_patched_stays_as_it_was():
    kept = json.dumps(RECORD)
    applied(diff(RECORD, with_properties(rank=7)), RECORD)
    assert json.dumps(RECORD) == kept


def test_changes_tell_what_was_and_what_shall_be():
    after = with_properties(rank=7, kind="defence")
    del after["properties"]["names"]
    told = [(one.path, one.before, one.after) for one in changes(diff(RECORD, after))]
    assert told == [
        ("/properties/names", [{"value": "Castle"}], None),
        ("/properties/rank", 5, 7),
        ("/properties/kind", None, "defence"),
    ]

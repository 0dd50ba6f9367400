"""The past read back in pages: a long history costs what is asked of it, not what it is."""

from dataclasses import replace

import pytest
import shapely

from geomap.model import Edit, EditKind
from layers.history import restored, reversals


@pytest.fixture
def long(store, put, site):
    """A site of seven revisions, of which the fourth deleted it."""
    for number in (1, 2, 3):
        put(site(1, f"Name {number}"))
    store.write([Edit(EditKind.DELETE, site(1))], actor="officer", action="delete")
    for number in (5, 6, 7):
        put(site(1, f"Name {number}"))
    return site(1).id


def told(revisions):
    return [(one.revision, named(one.before), named(one.after)) for one in revisions]


def named(record):
    return record and record["properties"]["names"][0]["value"]


def test_the_latest_revisions_are_those_of_the_whole_history(store, long):
    whole = store.history("sites", long)
    assert [one.revision for one in whole] == [1, 2, 3, 4, 5, 6, 7]
    for last in range(9):
        assert store.history("sites", long, last=last) == (whole[-last:] if last else [])
        for before in range(1, 10):
            earlier = [one for one in whole if one.revision < before]
            wished = earlier[-last:] if last else []
            assert store.history("sites", long, last=last, before=before) == wished
    assert store.history("sites", long, before=3) == whole[:2]
    assert store.history("sites", "never", last=3) == []


def test_large_revisions_come_fewer_at_a_time_and_none_is_left_out(store, put, site):
    for number in range(6):
        ring = shapely.Point(28, 61).buffer(0.1 + number / 100, quad_segs=500)
        put(site(1, geometry=ring))
    whole = store.history("sites", site(1).id)
    found, before = [], None
    while page := store.history("sites", site(1).id, last=5, before=before, most_bytes=70_000):
        assert len(page) < 5
        found, before = [*page, *found], page[0].revision
    assert found == whole


def test_one_revision_of_a_long_history_is_read_alone(store, long):
    assert named({"properties": restored(store, "sites", long, 2).properties}) == "Name 2"
    assert restored(store, "sites", long, 4) is None
    assert restored(store, "sites", long, 8) is None
    assert restored(store, "sites", long, 0) is None


def test_what_a_write_has_changed_is_told_in_pages_with_what_was_before(store, put, site):
    put(site(1), site(2))
    edits = [
        Edit(EditKind.PUT, site(1, "New")),
        Edit(EditKind.DELETE, site(2)),
        Edit(EditKind.PUT, site(3, "Third")),
        Edit(EditKind.PUT, site(1, "Newer")),
    ]
    written = store.write(edits, actor="officer", action="bulk")
    whole = store.transaction(written.transaction_id)
    assert told(whole) == [
        (2, "Castle", "New"),
        (2, "Castle", None),
        (1, None, "Third"),
        (3, "New", "Newer"),
    ]
    paged, after = [], 0
    while page := store.transaction(written.transaction_id, after=after, last=2):
        paged, after = [*paged, *page], page[-1].place
    assert paged == whole
    assert store.transaction("never") == []


def test_a_write_knows_which_of_its_records_have_been_changed_since(store, put, site):
    written = put(site(1), site(2))
    assert store.changed_since(written.transaction_id) == set()
    later = store.write([Edit(EditKind.DELETE, site(2))], actor="o", action="delete")
    assert store.changed_since(written.transaction_id) == {("sites", site(2).id)}
    assert store.changed_since(later.transaction_id) == set()
    back = [*reversals(store.transaction(written.transaction_id), store)]
    assert [one.is_last for one in back] == [True, False]
    assert back[0].present == replace(site(1), revision=1)
    assert back[1].present is None


def test_the_writes_of_an_account_are_listed_latest_first(store, put, site):
    for number in range(1, 6):
        put(site(number))
    store.write([Edit(EditKind.DELETE, site(1))], actor="Other", action="delete", comment="why")
    assert [one.actor for one in store.writes(last=2)] == ["Other", "officer"]
    first = store.writes(actor="officer", last=3)
    rest = store.writes(actor="officer", before=first[-1].number, last=3)
    numbers = [one.number for one in (*first, *rest)]
    assert len(numbers) == 5
    assert numbers == sorted(numbers, reverse=True)
    [other] = store.writes(actor="Other")
    assert (other.deleted, other.changed, other.comment) == (1, 1, "why")
    assert store.write_of(other.transaction_id) == other
    assert store.write_of("never") is None
    assert store.writes(actor="nobody") == []

"""Drafts: kept for their account alone, as they were typed, and never dropped in silence."""

from datetime import UTC, datetime, timedelta

import pytest

from geomap.access import Role
from geomap.accounts import Account
from geomap.drafts import MOST_BYTES, MOST_OF_ACCOUNT, UNTOUCHED, Draft
from geomap.errors import DraftsFull, DraftTooLarge
from layers.store.sqlite import SqliteStore

TYPED = [("names[0].value", "Old mill"), ("use", "a"), ("use", "b"), ("dating", "176\u2009?")]


class Clock:
    def __init__(self):
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def drafts(tmp_path, clock):
    store = SqliteStore(tmp_path / "geomap.db", now=clock)
    for name in ("anna", "boris"):
        store.accounts.save(Account(name, name, Role.HERITAGE_EDITOR))
    yield store.drafts
    store.close()


def draft(record="mill", base=3, inputs=TYPED):
    return Draft("sites", record, base, inputs)


def test_a_draft_is_as_it_was_typed_with_repeated_inputs_in_their_order(drafts):
    drafts.save("anna", draft())
    kept = drafts.of("anna", "sites", "mill")
    assert (kept.base, list(kept.inputs)) == (3, TYPED)


def test_a_draft_saved_again_keeps_its_beginning(drafts, clock):
    first = drafts.save("anna", draft())
    clock.time += timedelta(minutes=5)
    second = drafts.save("anna", draft(base=4, inputs=[("kind", "culture")]))
    assert second.began_at == first.began_at < second.saved_at
    assert drafts.all("anna") == [second]


def test_a_draft_is_its_accounts_alone(drafts):
    drafts.save("anna", draft())
    assert drafts.of("boris", "sites", "mill") is None
    assert drafts.all("boris") == []
    assert not drafts.discard("boris", "sites", "mill")
    assert drafts.discard("anna", "sites", "mill")
    assert drafts.all("anna") == []


def test_a_draft_too_many_is_refused_and_those_that_are_there_stay(drafts):
    for number in range(MOST_OF_ACCOUNT):
        drafts.save("anna", draft(f"mill {number}"))
    with pytest.raises(DraftsFull, match=str(MOST_OF_ACCOUNT)):
        drafts.save("anna", draft("one more"))
    assert len(drafts.all("anna")) == MOST_OF_ACCOUNT
    drafts.save("anna", draft("mill 7", base=9))
    assert drafts.of("anna", "sites", "mill 7").base == 9
    drafts.save("boris", draft("one more"))


def test_a_draft_of_more_than_is_kept_leaves_the_one_before(drafts):
    drafts.save("anna", draft())
    with pytest.raises(DraftTooLarge):
        drafts.save("anna", draft(inputs=[("geometry", "ж" * (MOST_BYTES // 2))]))
    assert list(drafts.of("anna", "sites", "mill").inputs) == TYPED


def test_a_draft_that_nobody_touches_is_swept_after_its_time(drafts, clock):
    drafts.save("anna", draft())
    clock.time += UNTOUCHED - timedelta(seconds=1)
    assert drafts.all("anna")
    drafts.save("boris", draft("castle"))
    clock.time += timedelta(seconds=2)
    assert drafts.of("anna", "sites", "mill") is None
    assert drafts.all("anna") == []
    assert drafts.all("boris")
    drafts.save("boris", draft("fort"))
    with drafts.readers.lent() as connection:
        assert connection.execute("SELECT count(*) FROM draft").get == 2


def test_half_a_character_does_not_keep_a_draft_from_being_kept(drafts):
    drafts.save("anna", draft(inputs=[("comment", "half \ud83d")]))
    assert drafts.of("anna", "sites", "mill").inputs[0][1].startswith("half ")

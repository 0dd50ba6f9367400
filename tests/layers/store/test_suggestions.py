"""The gate of suggestions: kept, found, decided with the edits that follow, and put back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from geomap.access import Role
from geomap.accounts import Account
from geomap.errors import KeyReused, RevisionConflict, SuggestionsDecided
from geomap.model import Edit, EditKind
from geomap.suggestions import Decision, Kind, Limits, Status, Suggestion, Wanted
from layers.store.sqlite import SqliteStore

ANNA = Account("a", "Anna", Role.CONTRIBUTOR)
LIMITS = Limits(of_address=2, of_all=3)
EVERY = frozenset(Status)


def suggestion(number, **more):
    more = {"layer": "sites", "kind": Kind.CHANGE, "title": f"Site {number}", **more}
    return Suggestion(str(UUID(int=number)), feature_id=str(UUID(int=900 + number)), **more)


def approve(*ids):
    return Decision([str(UUID(int=one)) for one in ids], Status.APPROVED, "thank you")


def statuses(store):
    return [one.status.value for one in store.suggestions.wanted(Wanted(EVERY))]


@pytest.fixture
def suggestions(store):
    store.accounts.save(ANNA)
    return store.suggestions


@pytest.fixture
def three(suggestions):
    for number in (1, 2, 3):
        suggestions.add(suggestion(number, author="a" if number < 3 else None))
    return suggestions


def test_what_is_suggested_is_read_back_whole(suggestions):
    whole = suggestion(
        1,
        base=3,
        patch=[{"op": "add", "path": "/properties/kind", "value": "defence"}],
        document={"properties": {"names": [{"value": "Замок"}]}},
        author="a",
        email="resident@example.org",
        message="It is a castle",
        municipalities=frozenset({"viipuri", "imatra"}),
    )
    kept = suggestions.add(whole)
    assert kept == replace(whole, author_name="Anna", at=kept.at, number=1)
    assert suggestions.get(whole.id) == kept
    assert suggestions.of_author("a") == [kept]
    assert suggestions.on_record("sites", whole.feature_id) == [kept]


def test_what_is_not_there_is_none(suggestions):
    assert suggestions.get("x") is None
    assert suggestions.of_secret("x") is None
    assert suggestions.of_author("x") == []


def test_a_suggestion_that_is_sent_again_is_kept_once(suggestions):
    first = suggestions.add(suggestion(1), asked=b"so")
    assert suggestions.add(suggestion(1), asked=b"so") == first
    with pytest.raises(KeyReused):
        suggestions.add(suggestion(1, message="another"), asked=b"otherwise")
    assert suggestions.count(Wanted()) == 1


def test_a_secret_link_shows_the_suggestion_and_is_not_kept_itself(suggestions, store_url):
    suggestions.add(suggestion(1), secret="long and random")
    assert suggestions.of_secret("long and random").title == "Site 1"
    assert suggestions.of_secret("") is None
    file = Path(store_url.removeprefix("sqlite:///"))
    kept = [one.read_bytes() for one in file.parent.glob(f"{file.name}*")]
    assert not any(b"long and random" in bytes_ for bytes_ in kept)


def test_pages_of_the_queue_follow_each_other(three):
    first = three.wanted(Wanted(), limit=2)
    rest = three.wanted(Wanted(), after=first[-1].number, limit=2)
    assert [one.title for one in [*first, *rest]] == ["Site 1", "Site 2", "Site 3"]
    newest = three.of_author("a", limit=1)
    assert [one.title for one in newest] == ["Site 2"]
    assert [one.title for one in three.of_author("a", before=newest[0].number)] == ["Site 1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), 3),
        (Wanted(statuses=frozenset({Status.REJECTED})), 0),
        (Wanted(kinds=frozenset({Kind.DELETE})), 1),
        (Wanted(layers=frozenset({"cities"})), 1),
        (Wanted(municipalities=frozenset({"imatra", "elsewhere"})), 2),
        (Wanted(layers=frozenset({"sites"}), municipalities=frozenset({"kotka"})), 0),
        (Wanted(until=datetime.now(UTC) - timedelta(days=1)), 0),
        (Wanted(since=datetime.now(UTC) - timedelta(days=1)), 3),
    ],
)
def test_the_queue_is_narrowed(suggestions, wanted, found):
    suggestions.add(suggestion(1, municipalities=frozenset({"imatra"})))
    suggestions.add(suggestion(2, kind=Kind.DELETE, municipalities=frozenset({"imatra", "oulu"})))
    suggestions.add(suggestion(3, layer="cities", municipalities=frozenset({"kotka"})))
    assert suggestions.count(wanted) == len(suggestions.wanted(wanted)) == found


def test_a_decision_and_its_edits_are_one_write(store, three, put, site):
    put(site(7))
    put(site(7, "Fortress"))
    edit = Edit(EditKind.PUT, site(7, "Tower"), 2)
    written = three.decide(approve(1, 2), [edit], actor="Rita")
    assert statuses(store) == ["approved", "approved", "waiting"]
    decided = three.decided_in(written.transaction_id)
    assert {(one.decided_by, one.reason) for one in decided} == {("Rita", "thank you")}
    last = store.history("sites", site(7).id)[-1]
    assert (last.actor, last.action, last.comment) == ("Rita", "approve", "thank you")
    assert last.transaction_id == written.transaction_id
    assert store.check() == []


def test_a_decision_whose_edits_fail_decides_nothing(store, three, put, site):
    put(site(7))
    with pytest.raises(RevisionConflict):
        three.decide(approve(1, 2), [Edit(EditKind.PUT, site(7, "Tower"), 9)], actor="Rita")
    assert statuses(store) == ["waiting"] * 3


def test_what_waits_no_longer_is_named_and_nothing_is_changed(store, three, put, site):
    put(site(7))
    three.withdraw(suggestion(2).id)
    edits = [Edit(EditKind.PUT, site(7, "Tower"), 1)]
    with pytest.raises(SuggestionsDecided) as refused:
        three.decide(approve(1, 2), edits, actor="Rita")
    assert refused.value.titles == ("Site 2",)
    with pytest.raises(SuggestionsDecided):
        three.decide(approve(1, 99), edits, actor="Rita")
    assert statuses(store) == ["waiting", "withdrawn", "waiting"]
    assert store.feature("sites", site(7).id).revision == 1


def test_a_decision_that_is_sent_again_is_made_once(store, three):
    first = three.decide(approve(1), [], actor="Rita", key="k", asked=b"so")
    assert three.decide(approve(1), [], actor="Rita", key="k", asked=b"so") == first
    with pytest.raises(KeyReused):
        three.decide(approve(2), [], actor="Rita", key="k", asked=b"otherwise")
    assert statuses(store) == ["approved", "waiting", "waiting"]


def test_undoing_puts_all_back_and_undoing_that_decides_them_anew(store, three, put, site):
    put(site(7))
    before = store.feature("sites", site(7).id)
    done = three.decide(approve(1, 2), [Edit(EditKind.PUT, site(7, "Tower"), 1)], actor="Rita")
    back = three.undo(done.transaction_id, [Edit(EditKind.PUT, before, 2)], actor="Rauha")
    assert statuses(store) == ["waiting"] * 3
    assert three.get(suggestion(1).id).decided_by == "Rauha"
    assert three.decided_in(done.transaction_id) == []
    three.undo(back.transaction_id, [], actor="Rita")
    assert statuses(store) == ["approved", "approved", "waiting"]
    assert three.get(suggestion(1).id).reason == "thank you"
    assert store.check() == []


def test_what_its_author_has_revised_since_is_not_put_back(store, three):
    returned = Decision([suggestion(1).id, suggestion(2).id], Status.RETURNED, "Which castle?")
    done = three.decide(returned, [], actor="Rita")
    assert three.revise(replace(suggestion(1), message="That one"))
    assert three.withdraw(suggestion(2).id)
    three.undo(done.transaction_id, [], actor="Rita")
    assert statuses(store) == ["waiting", "withdrawn", "waiting"]
    assert three.get(suggestion(1).id).message == "That one"


def test_what_is_decided_for_good_is_neither_revised_nor_withdrawn(three):
    three.decide(Decision([suggestion(1).id], Status.REJECTED, "No castle"), [], actor="Rita")
    assert not three.revise(suggestion(1))
    assert not three.withdraw(suggestion(1).id)
    assert three.get(suggestion(1).id).status is Status.REJECTED


def test_history_learns_who_suggested_what_a_write_did(store, three):
    on_one = {"feature_id": suggestion(1).feature_id}
    three.add(replace(suggestion(4), **on_one))
    done = three.decide(approve(1), [], actor="Rita").transaction_id
    later = three.decide(approve(4), [], actor="Rita").transaction_id
    told = three.authors("sites", suggestion(1).feature_id)
    assert told == {done: "Anna", later: "resident"}


def test_suggestions_without_an_account_are_limited_over_all_workers(store, store_url):
    others = SqliteStore(Path(store_url.removeprefix("sqlite:///")))
    try:
        assert store.suggestions.admit("10.0.0.1", LIMITS) is None
        assert others.suggestions.admit("10.0.0.1", LIMITS) is None
        assert store.suggestions.admit("10.0.0.1", LIMITS) == timedelta(hours=1)
        assert store.suggestions.admit("10.0.0.2", LIMITS) is None
        assert others.suggestions.admit("10.0.0.3", LIMITS) == timedelta(days=1)
    finally:
        others.close()


def test_a_limit_ends_with_its_time(tmp_path):
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    store = SqliteStore(tmp_path / "geomap.db", now=lambda: now[0])
    assert store.suggestions.admit("10.0.0.1", LIMITS) is None
    assert store.suggestions.admit("10.0.0.1", LIMITS) is None
    now[0] += timedelta(minutes=61)
    assert store.suggestions.admit("10.0.0.1", LIMITS) is None
    assert store.suggestions.admit("10.0.0.1", LIMITS) == timedelta(days=1)
    now[0] += timedelta(days=1, minutes=1)
    assert store.suggestions.admit("10.0.0.1", LIMITS) is None
    store.close()


def test_a_suggestion_changes_nothing_public(store, suggestions, put, site):
    put(site(1))
    with store.public() as reader:
        before = reader.version()
    suggestions.add(suggestion(1))
    suggestions.decide(Decision([suggestion(1).id], Status.REJECTED), [], actor="Rita")
    with store.public() as reader:
        assert reader.version() == before

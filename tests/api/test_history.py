"""History over HTTP: who changed what, and the way back, which is history in turn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from shapely import Point, box
from starlette.testclient import TestClient

from api.app import create_app
from geomap.access import Action, Role, Scope
from geomap.accounts import Account, Token
from geomap.model import Edit, EditKind
from geomap.settings import Settings

TOKEN = "a token that is long enough"
PATCH = {"Content-Type": "application/merge-patch+json"}
ITEMS = "/collections/sites/items"


@pytest.fixture
def editor(settings, store):
    changed = Settings(store=settings.store, edit_token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(changed), headers=headers) as client:
        yield client


@pytest.fixture
def public(editor):
    return TestClient(editor.app)


@pytest.fixture
def officer(editor, store):
    """Someone whose rights end at a border."""
    scope = Scope(area=box(28, 61, 29, 62))
    store.accounts.save(Account("a", "Anna", Role.HERITAGE_EDITOR, scope))
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    store.accounts.add_token(
        "a", Token("t", "", frozenset(Action), frozenset(), "", ends), "secret"
    )
    return TestClient(editor.app, headers={"Authorization": "Bearer secret"})


@pytest.fixture
def mill(put, make):
    put(make.site("Mill", 28.5, 61.5, kind="building"))
    return f"{ITEMS}/{make.identity('Mill')}"


def revisions(client, path):
    answer = client.get(f"{path}/history")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.json()["revisions"]


def changed(client, path, comment="", **properties):
    headers = {**PATCH, "Change-Comment": comment}
    answer = client.patch(path, json={"properties": properties}, headers=headers)
    assert answer.status_code == 204, answer.text


def test_history_says_who_when_why_before_and_after(editor, mill):
    changed(editor, mill, "a visit", condition="good")
    first, second = revisions(editor, mill)
    assert (first["actor"], first["action"]) == ("test", "trial")
    assert first["before"] is None
    assert (second["actor"], second["comment"]) == ("edit token", "a visit")
    assert datetime.fromisoformat(second["at"]).tzinfo is not None
    assert "condition" not in second["before"]["properties"]
    assert second["after"]["properties"]["condition"] == "good"


def test_differences_are_told_value_by_value(editor, mill):
    changed(editor, mill)
    body = {"geometry": {"type": "Point", "coordinates": [28.6, 61.5]},
            "properties": {"kind": None, "visibility": "hidden"}}  # fmt: skip
    assert editor.patch(mill, json=body, headers=PATCH).status_code == 204
    told = {one["path"]: one for one in revisions(editor, mill)[-1]["changes"]}
    assert set(told) == {"geometry", "kind", "visibility"}
    assert (told["kind"]["before"], told["kind"]["after"]) == ("building", None)
    assert told["visibility"]["after"] == "hidden"
    assert told["geometry"]["after"]["coordinates"] == [28.6, 61.5]


def test_history_is_a_page_for_people_too(editor, mill):
    assert editor.get(f"{mill}/history?f=html").headers["content-type"].startswith("text/html")


def test_a_long_history_comes_in_pages_the_latest_first_of_all(editor, mill):
    for condition in ("good", "fair", "poor", "good", "fair"):
        changed(editor, mill, condition=condition)
    page = editor.get(f"{mill}/history?limit=4").json()
    assert [one["revision"] for one in page["revisions"]] == [3, 4, 5, 6]
    assert page["revisions"][0]["before"]["properties"]["condition"] == "good"
    [older] = [one["href"] for one in page["links"] if one["rel"] == "next"]
    rest = editor.get(older).json()
    assert [one["revision"] for one in rest["revisions"]] == [1, 2]
    assert [one["rel"] for one in rest["links"]] == ["self", "item"]
    assert editor.get(f"{mill}/history?before=x").status_code == 400
    assert editor.get(f"{mill}/history?before=0").status_code == 400


def test_history_says_what_may_be_restored(editor, officer, mill):
    changed(editor, mill, condition="good")
    assert [one["restorable"] for one in revisions(officer, mill)] == [True, False]
    moved = {"geometry": {"type": "Point", "coordinates": [27.0, 61.5]}}
    assert editor.patch(mill, json=moved, headers=PATCH).status_code == 204
    assert editor.patch(mill, json={"geometry": {"type": "Point", "coordinates": [28.5, 61.5]}},
                        headers=PATCH).status_code == 204  # fmt: skip
    told = revisions(officer, mill)
    assert [one["restorable"] for one in told] == [True, True, False, False]
    assert editor.delete(mill).status_code == 204
    assert [one["restorable"] for one in revisions(officer, mill)] == [True, True, False, True,
                                                                       False]  # fmt: skip


def test_a_revision_is_restored_and_that_is_history(editor, public, mill):
    changed(editor, mill, condition="good")
    changed(editor, mill, condition="poor")
    answer = editor.post(f"{mill}/history/2/restore")
    assert answer.status_code == 200
    assert answer.json()["changed"] == 1
    assert public.get(mill).json()["properties"]["condition"] == "good"
    assert [one["action"] for one in revisions(editor, mill)][-1] == "restore"
    assert len(revisions(editor, mill)) == 4


def test_what_was_deleted_is_restored(editor, public, mill):
    editor.delete(mill)
    assert [one["after"] is None for one in revisions(editor, mill)] == [False, True]
    assert editor.post(f"{mill}/history/1/restore").status_code == 200
    assert public.get(mill).json()["properties"]["name"] == "Mill"
    assert editor.post(f"{mill}/history/2/restore").status_code == 404
    assert editor.post(f"{mill}/history/9/restore").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "-" + "9" * 40, "9" * 400])
def test_a_number_that_no_revision_can_have_is_not_found(editor, mill, number):
    for method, path in (("POST", "restore"), ("GET", "restore")):
        answer = editor.request(method, f"{mill}/history/{number}/{path}")
        assert answer.status_code in (404, 405), answer.text


def test_a_restore_keeps_to_its_condition(editor, mill):
    tag = editor.get(mill).headers["etag"]
    changed(editor, mill, condition="good")
    stale = editor.post(f"{mill}/history/1/restore", headers={"If-Match": tag})
    assert stale.status_code == 412


def test_a_whole_write_is_undone_and_the_undoing_undone(editor, public, store, make):
    kept, gone, new = (make.site(n, 28.5, 61.5, kind="building") for n in ("Kept", "Gone", "New"))
    make.put_all(store, kept, gone)
    moved = replace(kept, geometry=Point(28.7, 61.7))
    edits = [Edit(EditKind.PUT, moved), Edit(EditKind.DELETE, gone), Edit(EditKind.PUT, new)]
    written = store.write(edits, actor="import", action="import")

    def state():
        found = {one.id: one for one in store.features("sites")}
        return {one.record_id: (one.geometry.x, one.properties["kind"]) for one in found.values()}

    after = state()
    undone = editor.post(f"/transactions/{written.transaction_id}/undo")
    assert undone.status_code == 200, undone.text
    assert undone.json()["changed"] == 3
    assert state() == {"Kept": (28.5, "building"), "Gone": (28.5, "building")}
    assert public.get(ITEMS).json()["numberMatched"] == 2
    again = editor.post(f"/transactions/{undone.json()['transaction_id']}/undo")
    assert again.status_code == 200
    assert state() == after
    assert [one["action"] for one in revisions(editor, f"{ITEMS}/{new.id}")] == [
        "import", "undo", "undo",
    ]  # fmt: skip


def test_a_write_whose_records_have_changed_since_is_not_undone_in_part(editor, store, make):
    one, two = make.site("One", 28.5, 61.5), make.site("Two", 28.5, 61.5)
    written = store.write(
        [Edit(EditKind.PUT, each) for each in (one, two)],
        actor="x",
        action="import",
        sources=[make.source],
    )
    changed(editor, f"{ITEMS}/{two.id}", condition="good")
    answer = editor.post(f"/transactions/{written.transaction_id}/undo")
    assert answer.status_code == 409
    assert two.id in answer.json()["detail"]
    assert len(list(store.features("sites"))) == 2


def test_cities_that_pairs_are_made_of_meanwhile_are_not_undone(editor, store, make):
    one, two = make.city("A", 28.0, 61.0, country="FI"), make.city("B", 29.0, 61.0, country="RU")
    edits = [Edit(EditKind.PUT, each) for each in (one, two)]
    written = store.write(edits, actor="x", action="import", sources=[make.source])
    make.put_all(store, make.pair(one, two))
    assert editor.post(f"/transactions/{written.transaction_id}/undo").status_code == 409


def test_the_public_learns_nothing_of_history(public, mill, store, make):
    transaction = store.history("sites", make.identity("Mill"))[0].transaction_id
    assert public.get(f"{mill}/history").status_code == 401
    assert public.post(f"{mill}/history/1/restore").status_code == 401
    assert public.post(f"/transactions/{transaction}/undo").status_code == 401


def test_history_ends_at_the_border(officer, editor, store, make, mill):
    there = make.site("There", 27.0, 61.5)
    both = store.write(
        [Edit(EditKind.PUT, there), Edit(EditKind.PUT, make.site("Here", 28.5, 61.5))],
        actor="x",
        action="import",
        sources=[make.source],
    )
    other = f"{ITEMS}/{there.id}"
    never = f"{ITEMS}/{make.identity('never')}"
    assert revisions(officer, mill)
    bodies = {
        officer.get(f"{path}/history").text.replace(path.split("/")[-1], "ID")
        for path in (other, never)
    }
    assert len(bodies) == 1
    assert officer.post(f"{other}/history/1/restore").status_code == 404
    unknown = officer.post("/transactions/nothing/undo")
    answer = officer.post(f"/transactions/{both.transaction_id}/undo")
    assert answer.status_code == unknown.status_code == 404
    assert store.feature("sites", there.id) is not None


def test_what_came_from_beyond_the_border_does_not_go_back_there(officer, editor, put, make, mill):
    identity = make.identity("Moved")
    path = f"{ITEMS}/{identity}"
    put(make.site("Moved", 27.0, 61.5, kind="worship", visibility="hidden"))
    inside = {"geometry": {"type": "Point", "coordinates": [28.5, 61.5]}}
    assert editor.patch(path, json=inside, headers=PATCH).status_code == 204
    first, second = revisions(officer, path)
    assert "after" not in first
    assert "before" not in second
    assert officer.post(f"{path}/history/1/restore").status_code == 403
    assert officer.post(f"/transactions/{second['transaction_id']}/undo").status_code == 404


@pytest.mark.parametrize("since", [True, False], ids=["moved in", "moved away"])
def test_an_undo_tells_nothing_of_what_lies_or_lay_beyond_the_border(
    officer, store, put, make, since
):
    places = (27.0, 28.5) if since else (28.5, 27.0)
    first, second = (make.site("Moved", lng, 61.5, visibility="hidden") for lng in places)
    put(first)
    made = store.history("sites", first.id)[0].transaction_id
    put(second)
    never, answer = (officer.post(f"/transactions/{one}/undo") for one in ("never", made))
    assert answer.status_code == 404
    assert answer.text == never.text.replace("never", made)
    assert store.feature("sites", first.id) is not None


def test_a_retried_restore_happens_once(editor, mill):
    changed(editor, mill, condition="good")
    key = {"Idempotency-Key": "k"}
    one = editor.post(f"{mill}/history/1/restore", headers=key)
    two = editor.post(f"{mill}/history/1/restore", headers=key)
    assert one.json() == two.json()
    assert len(revisions(editor, mill)) == 3
    undo = f"/transactions/{one.json()['transaction_id']}/undo"
    one, two = (editor.post(undo, headers={"Idempotency-Key": "u"}) for _ in range(2))
    assert one.status_code == two.status_code == 200
    assert one.json() == two.json()

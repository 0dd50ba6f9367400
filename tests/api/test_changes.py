"""Pages of what was changed, with the ways back: nothing beyond the rights of the reader."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from shapely import Point, box
from starlette.testclient import TestClient

from geomap.access import Role, Scope
from geomap.accounts import Account
from geomap.model import Edit, EditKind, Visibility

TOKEN = "a token that is long enough"
ITEMS = "/collections/sites/items"
CHANGES = "/account/changes"
HERE = box(28, 61, 29, 62)


@pytest.fixture
def anna(person):
    return person("Anna", Role.HERITAGE_EDITOR, Scope(area=HERE))


@pytest.fixture
def mill(make):
    return make.site("Mill", 28.5, 61.5, kind="building")


@pytest.fixture
def write(store, make):
    """Write features as someone."""

    def written(*features, actor="Anna", action="change", comment="", delete=()):
        edits = [Edit(EditKind.PUT, one) for one in features]
        edits += [Edit(EditKind.DELETE, one) for one in delete]
        return store.write(
            edits, actor=actor, action=action, comment=comment, sources=[make.source]
        ).transaction_id

    return written


def changed(feature, **properties):
    return replace(feature, properties={**feature.properties, **properties})


def path_of(feature):
    return f"{ITEMS}/{feature.id}"


def page(client, path, status=200, lang="en", **query):
    answer = client.get(path, params={"f": "html", "lang": lang, **query})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.text


def plainly(html):
    """Return the text of a page, one space between its words."""
    html = re.sub(r"<(script|head).*?</\1>", " ", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# The history of a record


def test_history_is_read_newest_first_in_words_and_not_as_data(anna, write, mill, make):
    write(mill, action="create", comment="Found in the archive")
    names = [*mill.properties["names"], {"value": "Мельница", "lang": "ru", "type": "preferred"}]
    moved = replace(mill, geometry=Point(28.51, 61.5), visibility=Visibility.HIDDEN)
    write(changed(moved, names=names, condition="good", dating="1902", kind="defence"))
    html = page(anna, f"{path_of(mill)}/history")
    text = plainly(html)
    assert text.index("Version 2") < text.index("Version 1")
    for said in (
        "Nobody without rights learns that it exists",
        "Russian, Preferred name Мельница",
        "Condition After: Good",
        "The middle has moved by 533 m.",
        "Found in the archive",
        f"{datetime.now(UTC):%Y}, ",
        " UTC",
    ):
        assert said in text, said
    assert "{" not in re.sub(r"<script.*?</script>", "", html, flags=re.S)
    assert re.search(r"<del>.*?Before:.*?</del>.*?<ins>.*?After:.*?</ins>", html, re.S)
    assert "dating_from" not in text
    for place in ("28.5,", "28.51"):
        assert place in re.search(r'id="told">(.*?)</script>', html, re.S)[1]


@pytest.mark.parametrize(
    ("lang", "words"), [("ru", ("Изменено", "Хорошее")), ("fi", ("Muutettu", "Hyvä"))]
)
def test_history_speaks_the_language_of_its_reader(anna, write, mill, lang, words):
    write(mill)
    write(changed(mill, condition="good"))
    text = plainly(page(anna, f"{path_of(mill)}/history", lang=lang))
    assert all(word in text for word in words), text


def test_markup_in_names_and_reasons_stays_text(anna, write, mill, make):
    write(mill)
    evil = "</script><script>alert(1)</script>{{7*7}}"
    write(changed(mill, names=make.names(en=evil)), comment=evil)
    html = page(anna, f"{path_of(mill)}/history")
    assert "<script>alert" not in html
    assert "{{7*7}}" in html


def test_what_lay_beyond_the_border_tells_only_that_something_was(anna, boss, write, mill):
    secret = "Underwater cave"
    there = changed(replace(mill, geometry=Point(20, 60)), type_text=secret)
    write(there, actor="Bert", action="create", comment="c1")
    write(mill, actor="Bert")
    text = plainly(page(anna, f"{path_of(mill)}/history"))
    assert text.count("This lay outside of your rights") == 2
    assert secret not in page(anna, f"{path_of(mill)}/history")
    assert "20.0" not in page(anna, f"{path_of(mill)}/history")
    assert secret in plainly(page(boss, f"{path_of(mill)}/history"))


def test_a_long_history_is_turned_page_by_page(anna, write, mill):
    for number in range(60):
        write(changed(mill, rank=number))
    found, path = [], f"{path_of(mill)}/history?f=html&lang=en"
    while path:
        html = anna.get(path).text
        found += [int(n) for n in re.findall(r"· Version (\d+)", plainly(html))]
        older = re.search(r'<a class="primary" href="([^"]+)" rel="next"', html)
        path = older and older[1].replace("&amp;", "&")
    assert found == list(range(60, 0, -1))


def test_history_is_linked_for_those_who_see_it_alone(anna, boss, write, mill):
    write(mill)
    link = f"{path_of(mill)}/history"
    assert link in anna.get(f"{path_of(mill)}?f=html").text
    assert link in anna.get(f"/edit/sites/{mill.id}").text
    assert link not in TestClient(boss.app).get(f"{path_of(mill)}?f=html").text


def test_a_visitor_who_opens_a_page_of_changes_is_asked_to_sign_in(boss, write, mill):
    transaction = write(mill)
    public = TestClient(boss.app, follow_redirects=False)
    for path in (
        f"{path_of(mill)}/history",
        CHANGES,
        f"/transactions/{transaction}",
        f"/edit/sites/{mill.id}/restore/1",
    ):
        answer = public.get(f"{path}?f=html")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")
        if "/edit/" not in path:
            assert public.get(path).status_code == 401


# Restoring


def test_restoring_asks_first_wants_a_reason_and_leads_to_the_history(anna, store, write, mill):
    write(mill)
    write(changed(mill, condition="good"))
    path = f"/edit/sites/{mill.id}/restore/1"
    asked = page(anna, path)
    assert "Condition Before: Good" in plainly(asked)
    base = re.search(r'name="base" value="(\d+)"', asked)[1]
    silent = anna.post(path, data={"base": base, "comment": " "})
    assert silent.status_code == 422
    assert "Say why" in silent.text
    done = anna.post(path, data={"base": base, "comment": "A mistake"})
    assert done.status_code == 303
    assert done.headers["location"].endswith(f"{path_of(mill)}/history?f=html&lang=en")
    [last] = store.history("sites", mill.id, last=1)
    assert (last.actor, last.action, last.comment) == ("Anna", "restore", "A mistake")
    assert "condition" not in last.after["properties"]


def test_restoring_on_what_has_changed_meanwhile_shows_what_would_change_now(
    anna, store, write, mill
):
    write(mill)
    write(changed(mill, condition="good"))
    write(changed(mill, condition="poor"), actor="Bert")
    path = f"/edit/sites/{mill.id}/restore/1"
    stale = anna.post(path, data={"base": "2", "comment": "A mistake"})
    assert stale.status_code == 409
    assert "Condition Before: Poor" in plainly(stale.text)
    assert 'value="A mistake"' in stale.text
    assert len(store.history("sites", mill.id)) == 3
    base = re.search(r'name="base" value="(\d+)"', stale.text)[1]
    assert anna.post(path, data={"base": base, "comment": "Still"}).status_code == 303


def test_a_deleted_record_is_restored_from_its_page(anna, store, write, mill):
    write(mill)
    write(delete=[mill], action="delete")
    assert "This record is deleted" in page(anna, f"{path_of(mill)}/history")
    done = anna.post(f"/edit/sites/{mill.id}/restore/1", data={"base": "0", "comment": "Back"})
    assert done.status_code == 303
    assert store.feature("sites", mill.id).geometry == mill.geometry


def test_nothing_is_restored_beyond_the_border(anna, boss, store, write, mill, make):
    write(replace(mill, geometry=Point(20, 60)), actor="Bert")
    write(mill, actor="Bert")
    assert anna.get(f"/edit/sites/{mill.id}/restore/1").status_code == 403
    form = {"base": "2", "comment": "x"}
    assert anna.post(f"/edit/sites/{mill.id}/restore/1", data=form).status_code == 403
    other = make.site("There", 20, 60, visibility="hidden")
    write(other, actor="Bert")
    bodies = {
        anna.get(f"/edit/sites/{one}/restore/1").text.replace(one, "ID")
        for one in (other.id, make.identity("never"))
    }
    assert len(bodies) == 1
    assert len(store.history("sites", mill.id)) == 2


# Writes


def test_my_changes_are_mine_alone_and_those_of_all_for_who_sees_all(
    anna, boss, person, write, mill, make
):
    write(mill, action="create", comment="Mine")
    write(make.site("Other", 28.6, 61.5), actor="Bert", comment="Not mine")
    [mine] = anna.get(CHANGES).json()["writes"]
    assert (mine["comment"], mine["created"]) == ("Mine", 1)
    assert mine["names"][0]["name"] == "Mill"
    assert "Not mine" not in page(anna, CHANGES)
    assert [one["actor"] for one in boss.get(CHANGES).json()["writes"]] == ["Bert", "Anna"]
    reviewer = person("Rita", Role.REVIEWER)
    assert [one["actor"] for one in reviewer.get(f"{CHANGES}?by=Bert").json()["writes"]] == ["Bert"]
    assert "Only those of the account" in page(reviewer, CHANGES)
    assert len(anna.get(f"{CHANGES}?by=Bert").json()["writes"]) == 1
    assert person("Carl", Role.CONTRIBUTOR).get(CHANGES).status_code == 403


def test_no_list_names_what_has_left_the_rights_of_who_wrote_it(anna, store, write, mill):
    write(replace(mill, visibility=Visibility.HIDDEN), action="create")
    assert "Mill" in plainly(page(anna, CHANGES))
    elsewhere = Scope(area=box(20, 60, 21, 61))
    store.accounts.save(Account("Anna", "Anna", Role.HERITAGE_EDITOR, elsewhere))
    [told] = anna.get(CHANGES).json()["writes"]
    assert (told["created"], told["names"]) == (1, [])
    assert "Mill" not in page(anna, CHANGES)


def test_changes_are_turned_page_by_page_without_numbers_that_count_others(anna, write, make):
    for number in range(7):
        write(make.site(f"S{number}", 28.5, 61.5), comment=f"c{number}")
        write(make.site(f"T{number}", 28.5, 61.5), actor="Bert")
    found, path = [], f"{CHANGES}?limit=3"
    while path:
        told = anna.get(path).json()
        found += [one["comment"] for one in told["writes"]]
        assert not any("number" in one for one in told["writes"])
        path = next((one["href"] for one in told["links"] if one["rel"] == "next"), "")
    assert found == [f"c{n}" for n in range(6, -1, -1)]
    assert anna.get(f"{CHANGES}?after=nothing").status_code == 404


def test_the_write_of_another_is_a_place_in_the_list_for_nobody_who_does_not_see_all(
    anna, boss, write, make
):
    theirs = write(make.site("T", 20, 60), actor="Bert")
    never = anna.get(f"{CHANGES}?after=never").json()
    assert anna.get(f"{CHANGES}?after={theirs}").json() == {
        **never, "detail": never["detail"].replace("never", theirs),
    }  # fmt: skip
    assert boss.get(f"{CHANGES}?after={theirs}").status_code == 200


def test_a_group_is_told_with_its_records_and_undone_from_its_page(anna, store, write, mill, make):
    other = make.site("Other", 28.6, 61.5)
    write(mill)
    group = write(changed(mill, condition="poor"), other, action="import", comment="list.csv")
    html = page(anna, f"/transactions/{group}")
    text = plainly(html)
    for said in ("Imported", "1 made, 1 changed", "list.csv", "Other New", "Condition After: Poor"):
        assert said in text, said
    action = re.search(r'action="(/account/changes/[^"?]+/undo)', html)[1]
    done = anna.post(action, data={"comment": "The wrong list"})
    assert done.status_code == 303
    assert store.feature("sites", other.id) is None
    assert "condition" not in store.feature("sites", mill.id).properties
    undone = plainly(page(anna, done.headers["location"]))
    assert "A change undone" in undone
    assert "The wrong list" in undone
    assert "1 changed, 1 deleted" in undone


def test_a_list_of_changes_has_a_button_for_each(anna, store, write, mill):
    write(mill, action="create")
    action = re.search(r'action="(/account/changes/[^"?]+/undo)', page(anna, CHANGES))[1]
    assert anna.post(action, data={"comment": ""}).status_code == 303
    assert store.feature("sites", mill.id) is None


def test_what_stands_in_the_way_of_an_undo_is_named_and_linked(anna, store, write, mill, make):
    other = make.site("Other", 28.6, 61.5)
    group = write(mill, other)
    write(changed(other, condition="poor"), actor="Bert")
    html = page(anna, f"/transactions/{group}")
    assert f"{path_of(other)}/history" in html
    assert "/undo" not in html
    refused = anna.post(f"{CHANGES}/{group}/undo", data={"comment": ""})
    assert refused.status_code == 409
    assert "Nothing was changed" in refused.text
    assert store.feature("sites", mill.id) is not None


def test_of_a_group_only_what_lies_in_ones_rights_is_told(anna, boss, write, make):
    inside, outside = make.site("Inside", 28.5, 61.5), make.site("Outside", 20, 60)
    both = write(inside, outside, actor="Bert", action="import")
    alone = write(replace(outside, geometry=Point(21, 60)), actor="Bert")
    told = anna.get(f"/transactions/{both}").json()
    assert [one["name"] for one in told["changes"]] == ["Inside"]
    assert "created" not in told
    assert told["blocked"] == []
    html = page(anna, f"/transactions/{both}")
    assert outside.id not in html
    assert "Only what lies in your rights is listed." in html
    assert boss.get(f"/transactions/{both}").json()["created"] == 2
    unknown = anna.get("/transactions/never")
    assert anna.get(f"/transactions/{alone}").status_code == unknown.status_code == 404
    assert anna.post(f"{CHANGES}/{alone}/undo", data={"comment": ""}).status_code == 404
    assert anna.post(f"{CHANGES}/{both}/undo", data={"comment": ""}).status_code == 403


def test_who_may_not_restore_is_offered_no_undo(anna, person, write, mill):
    group = write(mill, action="create")
    assert anna.get(f"/transactions/{group}").json()["undoable"] is True
    assert "/undo" in page(anna, f"/transactions/{group}")
    expert = person("Eeva", Role.EXPERT, Scope(area=HERE))
    assert expert.get(f"/transactions/{group}").json()["undoable"] is False
    assert "/undo" not in page(expert, f"/transactions/{group}")


def test_a_group_is_turned_page_by_page_over_what_is_not_seen(anna, write, make):
    sites = [
        make.site(f"S{number}", 20 if number % 3 else 28.5, 61.5 if number % 3 == 0 else 60)
        for number in range(30)
    ]
    group = write(*sites, actor="Bert")
    found, path = [], f"/transactions/{group}?limit=4"
    while path:
        told = anna.get(path).json()
        found += [one["name"] for one in told["changes"]]
        path = next((one["href"] for one in told["links"] if one["rel"] == "next"), "")
    assert found == [f"S{number}" for number in range(0, 30, 3)]


def test_an_undo_through_a_page_of_another_site_is_refused(boss, store, write, mill, settings):
    from api.passwords import hashed

    group = write(mill)
    password = "correct horse battery"
    store.accounts.save(Account("a", "Adam", Role.ADMINISTRATOR, Scope(), hashed(password)))
    own = {"Origin": "http://testserver"}
    browser = TestClient(boss.app, follow_redirects=False)
    browser.post("/login", data={"name": "Adam", "password": password}, headers=own)
    path = f"{CHANGES}/{group}/undo"
    foreign = {"Origin": "https://elsewhere.example"}
    assert browser.post(path, data={"comment": ""}, headers=foreign).status_code == 403
    assert store.feature("sites", mill.id) is not None
    assert browser.post(path, data={"comment": ""}, headers=own).status_code == 303

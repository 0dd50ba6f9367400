"""The pages on which anyone suggests: without an account or scripts, and nothing typed is lost."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from shapely import box
from starlette.testclient import TestClient

from api.app import create_app
from api.passwords import hashed
from geomap.access import Role, Scope
from geomap.accounts import Account
from geomap.i18n import label
from geomap.suggestions import Decision, Status, Wanted
from layers.exact import record_mark
from tests.api.browsing import form

PASSWORD = "correct horse battery"
OWN = {"Origin": "http://testserver"}
NEW = "/suggest/sites/new"
TYPED = {
    "names[0].value": "Old mill",
    "names[0].lang": "en",
    "names[0].type": "preferred",
    "kind": "building",
    "dating": "1760s",
    "north": "61.2000",
    "east": "28.5000",
    "crs": "EPSG:4326",
    "message": "Seen on a walk",
    "email": "",
    "website": "",
}
EVERY = Wanted(frozenset(Status))


@pytest.fixture
def resident(client):
    """A browser of someone without an account."""
    return TestClient(client.app, headers=OWN, follow_redirects=False)


@pytest.fixture
def signed_in(client, store):
    """A browser that is signed in to a new account."""
    kept = hashed(PASSWORD)

    def made(role, name="Anna"):
        scope = Scope(frozenset({"imatra"}), area=box(28, 61, 29, 62))
        store.accounts.save(Account(f"id of {name}", name, role, scope, kept))
        browser = TestClient(client.app, headers=OWN, follow_redirects=False)
        form = {"name": name, "password": PASSWORD}
        assert browser.post("/login", data=form).status_code == 303
        return browser

    return made


@pytest.fixture
def mill(put, make):
    put(make.site("Mill", 28.5, 61.5, kind="building", municipality="Imatra"))
    return make.identity("Mill")


def waiting(store):
    return store.suggestions.wanted(Wanted())


def paths(suggestion):
    return {step["path"] for step in suggestion.patch}


# Without an account


def test_a_resident_suggests_a_site_and_sees_by_a_secret_link_what_becomes_of_it(
    resident, store, client
):
    answer = resident.post(NEW, data=TYPED | {"email": "a@example.org"})
    assert answer.status_code == 303, answer.text
    link = answer.headers["location"]
    assert re.fullmatch(r"/suggested/[\w-]{43}\?lang=en", link)
    [one] = waiting(store)
    assert (one.author, one.email, one.message) == (None, "a@example.org", "Seen on a walk")
    assert one.document["geometry"]["coordinates"] == [28.5, 61.2]
    assert one.document["properties"]["dating"] == "176X"
    page = resident.get(link)
    assert page.status_code == 200
    assert "Old mill" in page.text
    assert "Waiting" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "private, no-store"
    assert "a@example.org" not in page.text
    store.suggestions.decide(Decision([one.id], Status.REJECTED, "There is none"), [], actor="Rita")
    page = resident.get(link).text
    assert "Rejected" in page
    assert "There is none" in page
    assert "Rita" not in page


def test_what_a_resident_suggests_appears_nowhere(resident, client, store):
    assert resident.post(NEW, data=TYPED).status_code == 303
    assert client.get("/collections/sites/items").json()["numberMatched"] == 0
    assert client.get("/search?q=old").json()["results"] == []
    with store.public() as reader:
        assert reader.version() == 0


def test_a_link_that_nobody_has_shows_nothing(resident):
    assert resident.get("/suggested/x").status_code == 404


def test_a_correction_suggests_only_what_was_changed(resident, store, mill):
    path = f"/suggest/sites/{mill}"
    sent = form(resident, path)
    assert sent["kind"] == "building"
    assert resident.post(path, data=sent | {"kind": "worship"}).status_code == 303
    [one] = waiting(store)
    assert paths(one) == {"/properties/kind"}
    assert one.base == 1


def test_a_form_sent_back_as_it_is_says_nothing(resident, store, mill):
    path = f"/suggest/sites/{mill}"
    answer = resident.post(path, data=form(resident, path))
    assert answer.status_code == 422
    assert "Say what is to be changed" in answer.text
    words = form(resident, path) | {"message": "The door is blue"}
    assert resident.post(path, data=words).status_code == 303
    assert waiting(store)[0].patch == []


@pytest.mark.parametrize("layer", ["sites", "cities", "regions", "twins"])
def test_there_is_a_form_for_each_layer_in_each_language(resident, layer):
    for lang in ("en", "ru", "fi"):
        page = resident.get(f"/suggest/{layer}/new?lang={lang}")
        assert page.status_code == 200
        assert f'<html lang="{lang}">' in page.text


def test_the_line_of_a_pair_is_not_taken_away_by_a_correction(resident, store, put, make):
    one, other = make.city("A", 28, 61, country="FI"), make.city("B", 29, 62, country="RU")
    pair = make.pair(one, other, established="1993", established_from=1993, established_to=1993)
    put(one, other, pair)
    path = f"/suggest/twins/{pair.id}"
    sent = form(resident, path) | {"established": "1994"}
    assert resident.post(path, data=sent).status_code == 303
    assert {path.split("_")[0] for path in paths(waiting(store)[0])} == {"/properties/established"}


def test_what_others_changed_meanwhile_is_no_part_of_the_wish(resident, store, mill, put, make):
    path = f"/suggest/sites/{mill}"
    sent = form(resident, path) | {"condition": "good"}
    put(make.site("Mill", 28.6, 61.5, kind="worship", municipality="Imatra"))
    assert resident.post(path, data=sent).status_code == 303
    [one] = waiting(store)
    assert paths(one) == {"/properties/condition"}
    assert one.base == 1


def test_who_knows_the_mark_of_a_version_that_was_hidden_sees_nothing_of_it(
    resident, store, put, make
):
    told = {"kind": "building", "municipality": "Imatra"}
    was = make.site("Fort", 28.1, 61.9, visibility="hidden", type_text="Canary", **told)
    put(was)
    mark = record_mark(store.feature("sites", was.id))
    put(make.site("Fort", 28.5, 61.5, **told))
    path = f"/suggest/sites/{was.id}"
    answer = resident.post(path, data=form(resident, path) | {"kind": "worship", "mark": mark})
    [one] = waiting(store)
    assert one.base == 2
    assert paths(one) == {"/properties/kind"}
    assert "Canary" not in resident.get(answer.headers["location"]).text


def test_with_faults_the_form_comes_back_with_all_that_was_typed(resident, store):
    sent = TYPED | {"kind": "castle", "north": "abc", "email": "nobody", "dating": "long ago"}
    answer = resident.post(f"{NEW}?lang=fi", data=sent)
    assert answer.status_code == 422
    for name in ("names[0].value", "north", "message", "email", "dating"):
        assert f'name="{name}"' in answer.text
        assert sent[name] in answer.text
    assert waiting(store) == []


def test_a_record_of_which_a_part_is_public_is_corrected_in_words_alone(resident, store, put, make):
    more = {"public_names": make.names(en="A site"), "dating_text": "canary"}
    put(make.site("Canary", 28.123, 61.5, visibility="generalised", **more))
    path = f"/suggest/sites/{make.identity('Canary')}"
    page = resident.get(path).text
    assert "canary" not in page.lower().replace(path, "")
    assert "28.123" not in page
    sent = form(resident, path)
    assert {"message", "email"} <= sent.keys()
    assert "kind" not in sent
    sent |= {"message": "It is older", "kind": "castle", "north": "1", "east": "2"}
    assert resident.post(path, data=sent).status_code == 303
    [one] = waiting(store)
    assert (one.patch, one.message, one.title) == ([], "It is older", "A site")


def test_a_hidden_record_is_answered_as_one_that_never_was(resident, signed_in, put, make):
    put(make.site("Secret", 28.5, 61.5, visibility="hidden", municipality="Imatra"))
    hidden, never = make.identity("Secret"), make.identity("never")
    for browser in (resident, signed_in(Role.CONTRIBUTOR)):
        for method in ("GET", "POST"):
            told = []
            for one in (hidden, never):
                answer = browser.request(method, f"/suggest/sites/{one}", data=TYPED)
                told.append((answer.status_code, answer.text.replace(one, "ID")))
            assert told[0] == told[1]
            assert told[0][0] == 404


def test_candidates_are_shown_once_and_hidden_ones_never(resident, store, put, make):
    put(
        make.site("Old mill", 28.5, 61.2),
        make.site("Old mill canary", 28.5, 61.2, visibility="hidden"),
    )
    page = resident.post(NEW, data=TYPED)
    assert page.status_code == 200
    assert "Is it one of these?" in page.text
    assert "canary" not in page.text
    assert waiting(store) == []
    assert resident.post(NEW, data=TYPED | {"seen": "1"}).status_code == 303


def test_a_program_that_fills_in_every_field_suggests_nothing_and_learns_nothing(resident, store):
    answer = resident.post(NEW, data=TYPED | {"website": "https://spam.example"})
    assert answer.status_code == 200
    assert "Thank you" in answer.text
    assert store.suggestions.count(EVERY) == 0


def test_a_form_of_another_site_is_refused(client, store):
    stranger = TestClient(client.app, follow_redirects=False)
    for headers in ({}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert stranger.post(NEW, data=TYPED, headers=headers).status_code == 403
    assert store.suggestions.count(EVERY) == 0


def test_an_hour_holds_so_many_suggestions_of_an_address_over_all_workers(settings, store):
    few = replace(settings, suggestions_an_hour=3)
    with TestClient(create_app(few)) as one, TestClient(create_app(few)) as other:
        sent = [
            worker.post(NEW, data=TYPED | {"seen": "1"}, headers=OWN, follow_redirects=False)
            for worker in (one, other, one, other)
        ]
        assert [answer.status_code for answer in sent] == [303, 303, 303, 429]
        assert int(sent[-1].headers["retry-after"]) > 0
        assert "Seen on a walk" in sent[-1].text
        assert "Old mill" in sent[-1].text
    assert store.suggestions.count(EVERY) == 3


def test_where_suggesting_needs_an_account_one_is_led_to_sign_in(settings, store):
    closed = replace(settings, suggestions_a_day=0)
    with TestClient(create_app(closed), headers=OWN, follow_redirects=False) as client:
        answer = client.get(NEW)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")
        assert client.post(NEW, data=TYPED).status_code == 401


def test_a_form_that_is_larger_than_people_write_is_refused(resident):
    answer = resident.post(NEW, data=TYPED | {"message": "x" * 300_000})
    assert answer.status_code == 400


def test_a_message_that_is_too_long_is_not_lost(resident):
    answer = resident.post(NEW, data=TYPED | {"message": "word " * 1000})
    assert answer.status_code == 422
    assert "word " * 1000 in answer.text


def test_markup_in_what_is_typed_is_shown_as_text(resident):
    evil = "<script>alert(1)</script>"
    sent = TYPED | {"names[0].value": evil, "message": evil, "kind": "x"}
    answer = resident.post(NEW, data=sent)
    assert evil not in answer.text
    shown = resident.post(NEW, data=sent | {"kind": "building"})
    assert evil not in resident.get(shown.headers["location"]).text


def test_a_form_begins_at_the_place_that_the_address_names(resident):
    sent = form(resident, f"{NEW}?lat=61.25&lng=28.75")
    assert (sent["north"], sent["east"]) == ("61.25", "28.75")
    for wrong in ("lat=x&lng=1", "lat=91&lng=0", "lat=1"):
        assert form(resident, f"{NEW}?{wrong}")["north"] == ""


def test_the_form_says_under_which_licence_things_are_given_on(settings, store):
    free = replace(settings, edit_licence="CC0-1.0")
    with TestClient(create_app(free)) as client:
        assert "given on under CC0-1.0" in client.get(NEW).text


def test_another_row_can_be_had_without_a_script(resident, store):
    answer = resident.post(NEW, data=TYPED | {"more": "names"})
    assert answer.status_code == 200
    assert 'name="names[1].value"' in answer.text
    assert waiting(store) == []


# With an account


def test_an_account_s_suggestion_is_its_own_and_shown_on_the_record_s_form(
    signed_in, resident, store, mill
):
    anna = signed_in(Role.CONTRIBUTOR)
    path = f"/suggest/sites/{mill}"
    sent = form(anna, path)
    assert "email" not in sent
    answer = anna.post(path, data=sent | {"kind": "worship"})
    [one] = waiting(store)
    assert one.author == "id of Anna"
    assert answer.headers["location"] == f"/suggestions/{one.id}?f=html&lang=en"
    page = anna.get(answer.headers["location"])
    assert label("en", "kind", "worship") in page.text
    assert "Mill" in page.text
    assert "Your change waits for review" in anna.get(path).text
    assert f"/suggestions/{one.id}" in anna.get(path).text
    assert "Your change waits for review" not in resident.get(path).text
    assert one.id not in signed_in(Role.CONTRIBUTOR, "Berta").get(path).text


def test_the_form_of_a_record_leads_those_who_may_not_change_it_to_suggest(
    signed_in, store, mill, put, make
):
    anna = signed_in(Role.CONTRIBUTOR)
    answer = anna.get(f"/edit/sites/{mill}?lang=fi")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"/suggest/sites/{mill}?lang=fi"
    answer = anna.post(f"/edit/sites/{mill}", data={"kind": "worship", "comment": "Seen there"})
    assert (answer.status_code, answer.headers["location"]) == (307, f"/suggest/sites/{mill}")
    answer = anna.post(
        answer.headers["location"], data={"kind": "worship", "comment": "Seen there"}
    )
    assert answer.status_code == 303, answer.text
    [one] = waiting(store)
    assert (paths(one), one.message) == ({"/properties/kind"}, "Seen there")
    assert store.feature("sites", mill).revision == 1
    # An officer elsewhere is led there, too.
    put(make.site("Far", 25.0, 60.2, municipality="Helsinki"))
    officer = signed_in(Role.HERITAGE_EDITOR, "Olga")
    answer = officer.get(f"/edit/sites/{make.identity('Far')}")
    assert answer.status_code == 307
    assert officer.get(f"/edit/sites/{mill}").status_code == 200


def test_what_came_back_is_revised_on_the_form(signed_in, store, mill):
    anna = signed_in(Role.CONTRIBUTOR)
    path = f"/suggest/sites/{mill}"
    anna.post(path, data=form(anna, path) | {"kind": "worship"})
    [one] = waiting(store)
    returned = Decision([one.id], Status.RETURNED, "Which kind?")
    store.suggestions.decide(returned, [], actor="Rita")
    page = anna.get(f"/suggestions/{one.id}?f=html").text
    assert "Which kind?" in page
    assert f"{path}?revises={one.id}" in page
    assert "Which kind?" in anna.get(path).text
    again = f"{path}?revises={one.id}"
    answer = anna.post(again, data=form(anna, again) | {"kind": "defence"})
    assert answer.status_code == 303
    kept = store.suggestions.get(one.id)
    assert kept.status is Status.WAITING
    assert [step["value"] for step in kept.patch] == ["building", "defence"]
    assert signed_in(Role.CONTRIBUTOR, "Berta").get(again).status_code == 404


def test_a_new_site_that_came_back_is_revised_with_what_it_said(signed_in, store):
    anna = signed_in(Role.CONTRIBUTOR)
    anna.post(NEW, data=TYPED)
    [one] = waiting(store)
    store.suggestions.decide(Decision([one.id], Status.RETURNED, "Where?"), [], actor="Rita")
    again = f"/suggest/sites/{one.feature_id}?revises={one.id}"
    sent = form(anna, again)
    assert (sent["names[0].value"], sent["north"]) == ("Old mill", "61.2")
    assert anna.post(again, data=sent | {"kind": "worship"}).status_code == 303
    kept = store.suggestions.get(one.id)
    assert kept.document["properties"]["kind"] == "worship"
    assert kept.feature_id == one.feature_id


# Photos


def photo():
    content = BytesIO()
    Image.new("RGB", (60, 40), "red").save(content, "JPEG")
    return {"photos[0].file": ("mill.jpg", content.getvalue(), "image/jpeg")}


SAID = {"photos[0].alt": "The mill", "photos[0].author": "A. Walker",
        "photos[0].licence": "CC-BY-4.0"}  # fmt: skip


def test_a_resident_s_photo_is_for_those_who_decide_until_the_site_is_approved(
    resident, client, signed_in, store
):
    answer = resident.post(NEW, data=TYPED | SAID, files=photo())
    assert answer.status_code == 303, answer.text
    [one] = waiting(store)
    [kept] = one.document["properties"]["photos"]
    path = f"/photos/{kept['id']}"
    rita = signed_in(Role.REVIEWER, "Rita")
    told = [who.get(path).status_code for who in (resident, signed_in(Role.EXPERT, "Eva"), rita)]
    assert told == [404, 404, 200]
    body = {"ids": [one.id], "decision": "approve"}
    assert rita.post("/suggestions/decide", json=body).status_code == 200
    assert client.get(path).status_code == 200


def test_a_photo_that_is_none_is_a_fault_and_nothing_else_is_lost(resident, store):
    files = {"photos[0].file": ("mill.jpg", b"no picture", "image/jpeg")}
    answer = resident.post(NEW, data=TYPED | SAID | {"kind": "castle"}, files=files)
    assert answer.status_code == 422
    assert "mill.jpg" in answer.text
    assert "Seen on a walk" in answer.text
    assert waiting(store) == []


def test_whoever_has_sent_too_much_has_no_photo_opened(settings, store):
    with TestClient(create_app(replace(settings, suggestions_an_hour=1)), headers=OWN) as client:
        faulty = TYPED | SAID | {"kind": "castle"}
        assert client.post(NEW, data=faulty, files=photo()).status_code == 422
        answer = client.post(NEW, data=TYPED | SAID, files=photo())
        assert answer.status_code == 422
        assert 'name="photos[0].id" value="' not in answer.text

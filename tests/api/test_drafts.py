"""Drafts: what is typed and not saved comes back, to whoever typed it and to nobody else."""

import io
import re
from html import unescape
from urllib.parse import parse_qsl, urlencode

import pytest
from PIL import Image
from shapely import box
from starlette.testclient import TestClient

from api import forms
from api.app import create_app
from api.passwords import hashed
from geomap.access import Role, Scope
from geomap.accounts import Account
from geomap.drafts import MOST_BYTES, MOST_OF_ACCOUNT, Draft
from geomap.model import Edit, EditKind
from layers.derive import completed

PASSWORD = "correct horse battery"
OWN = {"Origin": "http://testserver"}
SCRIPT = {**OWN, "Accept": "application/json"}
FORM = {**OWN, "Content-Type": "application/x-www-form-urlencoded"}
NEW = "/edit/sites/new"
HERE = box(28, 61, 29, 62)


@pytest.fixture(scope="session")
def kept():
    return hashed(PASSWORD)


@pytest.fixture
def people(store, kept):
    scope = Scope(frozenset({"imatra"}), area=HERE)
    for name in ("anna", "boris"):
        store.accounts.save(Account(f"id-{name}", name, Role.HERITAGE_EDITOR, scope, kept))
    return store.accounts


@pytest.fixture
def browser(settings, people):
    """Open a browser that has signed in, on a worker of the one application."""
    opened = []

    def made(name="anna"):
        client = TestClient(create_app(settings), follow_redirects=False)
        client.__enter__()
        opened.append(client)
        sign_in(client, name)
        return client

    yield made
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def anna(browser):
    return browser("anna")


@pytest.fixture
def mill(put, make):
    put(make.site("Mill", 28.77, 61.17, kind="building", country="FI", municipality="Imatra"))
    return make.identity("Mill")


def sign_in(client, name):
    sent = {"name": name, "password": PASSWORD}
    assert client.post("/login", data=sent, headers=OWN).status_code == 303


def inputs(text):
    """Return the inputs of the form of a page as a browser would send them."""
    body = re.search(r'<form id="record".*?</form>', text, re.S)[0]
    sent = []
    for tag in re.findall(r"<input [^>]*>", body):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if told.get("type") != "checkbox" or " checked" in tag:
            sent.append((told["name"], unescape(told.get("value", ""))))
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', body):
        chosen = re.search(r'value="([^"]*)" selected', options)
        first = re.search(r'value="([^"]*)"', options)
        sent.append((name, (chosen or first)[1]))
    for name, typed in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body):
        sent.append((name, unescape(typed)))
    return dict(sent)


def opened(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def typed_in(client, path, **typed):
    return inputs(opened(client, path)) | {"comment": "half a word", "dating": "1760s", **typed}


def kept_of(client):
    return client.get("/account/drafts").json()["drafts"]


def test_what_is_typed_is_kept_and_stands_in_the_form_again(anna, store, mill):
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path, municipality="Imatra, not sure <b>", north="sixty one")
    answer = anna.post(f"{path}/draft", data=typed, headers=SCRIPT)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    again = opened(anna, path)
    assert "Your draft" in again
    assert inputs(again) == typed
    assert store.feature("sites", mill).properties["municipality"] == "Imatra"
    assert len(store.history("sites", mill)) == 1


def test_a_draft_of_a_new_record_is_listed_and_goes_on_where_it_was(anna):
    typed = typed_in(anna, NEW, **{"names[0].value": "Old mill"})
    told = anna.post(f"{NEW}/draft", data=typed, headers=SCRIPT).json()
    [line] = kept_of(anna)
    assert line["name"] == "Old mill"
    for href in (told["href"], line["href"]):
        assert typed.items() <= inputs(opened(anna, href)).items()
    empty = opened(anna, NEW)
    assert "Begun and not saved" in empty
    assert "Old mill" in empty
    assert inputs(empty)["names[0].value"] == ""
    assert inputs(empty)["draft"] != typed["draft"]
    assert "Old mill" in anna.get("/account/drafts?f=html").text


def test_two_new_records_are_two_drafts(anna):
    for name in ("Old mill", "Old dam", "Old mill"):
        typed = typed_in(anna, NEW, **{"names[0].value": name})
        anna.post(f"{NEW}/draft", data=typed, headers=SCRIPT)
    assert sorted(one["name"] for one in kept_of(anna)) == ["Old dam", "Old mill", "Old mill"]


def test_without_scripts_a_button_keeps_a_draft_and_shows_it(anna, mill):
    for path in (NEW, f"/edit/sites/{mill}"):
        page = opened(anna, path)
        assert f'formaction="{path}/draft?lang=en"' in page
        answer = anna.post(f"{path}/draft?lang=en", data=typed_in(anna, path), headers=OWN)
        assert answer.status_code == 303
        assert inputs(opened(anna, answer.headers["location"]))["comment"] == "half a word"


def test_a_saved_record_has_no_draft_any_more(anna, store, mill):
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path, **{"condition": "poor"})
    anna.post(f"{path}/draft", data=typed, headers=SCRIPT)
    assert anna.post(path, data=typed, headers=OWN).status_code == 303
    new = typed_in(anna, NEW, **{"names[0].value": "Dam", "north": "61.5", "east": "28.1",
                                 "municipality": "Imatra"})  # fmt: skip
    anna.post(f"{NEW}/draft", data=new, headers=SCRIPT)
    assert anna.post(NEW, data=new, headers=OWN).status_code == 303
    assert kept_of(anna) == []
    assert store.feature("sites", mill).properties["condition"] == "poor"
    assert "Your draft" not in opened(anna, path)


def test_a_form_with_faults_is_a_draft_when_the_browser_is_closed_on_it(anna, mill):
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path, dating="some day")
    assert anna.post(path, data=typed, headers=OWN).status_code == 422
    assert inputs(opened(anna, path)) == typed


def test_a_record_that_others_have_changed_is_shown_beside_the_draft(browser, store, mill):
    anna, boris = browser("anna"), browser("boris")
    path = f"/edit/sites/{mill}"
    mine = typed_in(anna, path, kind="culture", municipality="Imatra ")
    anna.post(f"{path}/draft", data=mine, headers=SCRIPT)
    theirs = typed_in(boris, path, condition="poor", comment="", dating="1880")
    assert boris.post(path, data=theirs, headers=OWN).status_code == 303
    page = opened(anna, path)
    assert "Someone has changed this record meanwhile" in page
    assert "Now, by boris" in page
    merged = inputs(page)
    assert (merged["kind"], merged["condition"], merged["dating"]) == ("culture", "poor", "1760s")
    assert anna.post(path, data=merged, headers=OWN).status_code == 303
    assert store.feature("sites", mill).properties["condition"] == "poor"
    assert kept_of(anna) == []


def test_a_draft_is_discarded_when_it_is_not_wanted(anna, mill):
    path = f"/edit/sites/{mill}"
    anna.post(f"{path}/draft", data=typed_in(anna, path), headers=SCRIPT)
    page = opened(anna, path)
    discard = re.search(r'<form method="post" action="([^"]*discard)"', page)[1]
    onwards = unescape(re.search(r'name="next" value="([^"]*)"', page)[1])
    answer = anna.post(discard, data={"next": onwards}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?lang=en")
    assert "Your draft" not in opened(anna, path)


def test_discarding_leads_to_no_other_site(anna, mill):
    path = f"/edit/sites/{mill}/draft/discard"
    answer = anna.post(path, data={"next": "//evil.example/"}, headers=OWN)
    assert answer.headers["location"] == "/"


def test_a_draft_of_someone_else_is_as_one_that_never_was(browser, mill):
    anna, boris = browser("anna"), browser("boris")
    typed = typed_in(anna, NEW, **{"names[0].value": "Old mill"})
    anna.post(f"{NEW}/draft", data=typed, headers=SCRIPT)
    anna.post(f"/edit/sites/{mill}/draft", data=typed_in(anna, f"/edit/sites/{mill}"),
              headers=SCRIPT)  # fmt: skip
    assert kept_of(boris) == []
    assert "Your draft" not in opened(boris, f"/edit/sites/{mill}")
    absent = typed["draft"][:-4] + "0000"
    hers, none = (boris.get(f"{NEW}?draft={one}") for one in (typed["draft"], absent))
    assert hers.status_code == none.status_code == 404
    assert hers.text.replace(typed["draft"], absent) == none.text
    boris.post(f"/edit/sites/{typed['draft']}/draft/discard", headers=FORM)
    assert len(kept_of(anna)) == 2


def test_a_draft_for_a_hidden_site_of_others_is_as_one_for_a_site_that_never_was(anna, put, make):
    put(make.site("Secret", 40.0, 50.0, visibility="hidden", municipality="Elsewhere"))
    seen = []
    for name in ("Secret", "Never was"):
        path = f"/edit/sites/{make.identity(name)}"
        answers = [
            anna.get(path),
            anna.post(f"{path}/draft", data={"base": "1", "comment": "x"}, headers=SCRIPT),
            anna.get(path),
            anna.get(f"{NEW}?draft={make.identity(name)}"),
            anna.post(path, data={"base": "1", "comment": "x"}, headers=OWN),
        ]
        shown = [
            (
                one.status_code,
                one.headers.get("location"),
                re.sub(r"\d\d:\d\d[:.\d]*", "", one.text),
            )
            for one in answers
        ]
        listing = next(one for one in kept_of(anna) if one["record"] == make.identity(name))
        seen.append(repr((shown, listing["href"])).replace(make.identity(name), "ID"))
        anna.post(f"{path}/draft/discard", headers=FORM)
    plain = [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+-\d+", "", one) for one in seen]
    assert plain[0] == plain[1]


def test_what_was_typed_for_a_record_that_is_deleted_meanwhile_can_be_saved_as_another(
    browser, store, mill
):
    anna, boris = browser("anna"), browser("boris")
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path, **{"names[0].value": "Mill, with all I know of it"})
    item = f"/collections/sites/items/{mill}"
    tag = boris.get(item).headers["etag"]
    assert boris.delete(item, headers={**OWN, "If-Match": tag}).status_code == 204
    answer = anna.post(path, data=typed, headers=OWN)
    assert answer.status_code == 303
    page = opened(anna, answer.headers["location"])
    assert "Saving makes a new one" in page
    again = inputs(page)
    assert again["names[0].value"] == "Mill, with all I know of it"
    assert (again["base"], again["draft"]) == ("0", mill)
    assert anna.get(path).headers["location"] == answer.headers["location"]
    assert anna.post(NEW, data=again, headers=OWN).status_code == 303
    assert kept_of(anna) == []


def test_a_place_outside_ones_rights_is_a_fault_of_the_form_and_nothing_is_lost(anna, mill):
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path, north="40.0", east="10.0")
    answer = anna.post(path, data=typed, headers=OWN)
    assert answer.status_code == 403
    assert inputs(answer.text)["comment"] == "half a word"
    assert "outside the municipalities" in answer.text
    assert inputs(opened(anna, path)) == typed


@pytest.fixture
def overtaken(monkeypatch, store):
    """Let someone be faster, once, in the moment before a form is written."""

    def by(change):
        def completed_late(edits, store_):
            monkeypatch.undo()
            change()
            return completed(edits, store_)

        monkeypatch.setattr(forms, "completed", completed_late)

    return by


@pytest.mark.parametrize("gone", [True, False])
def test_a_record_that_leaves_ones_reach_while_it_is_saved_is_not_shown_and_nothing_is_lost(
    anna, put, make, mill, overtaken, store, gone
):
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path)
    elsewhere = make.site("Mill", 40.0, 50.0, municipality="Secret town", visibility="hidden")

    def change():
        put(elsewhere)
        if gone:
            store.write([Edit(EditKind.DELETE, elsewhere)], actor="x", action="delete")

    overtaken(change)
    answer = anna.post(path, data=typed, headers=OWN)
    assert answer.status_code == 303
    page = opened(anna, answer.headers["location"])
    assert inputs(page)["comment"] == "half a word"
    assert "Secret town" not in page


def test_who_was_overtaken_sees_both_versions(anna, put, make, mill, overtaken):
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path)
    overtaken(lambda: put(make.site("Mill", 28.77, 61.17, municipality="Imatra", condition="poor")))
    answer = anna.post(path, data=typed, headers=OWN)
    assert answer.status_code == 409
    assert inputs(answer.text)["comment"] == "half a word"


def test_with_all_drafts_taken_what_was_typed_for_a_deleted_record_is_shown_all_the_same(
    anna, store, put, make, mill
):
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path)
    for number in range(MOST_OF_ACCOUNT):
        store.drafts.save("id-anna", Draft("sites", f"one {number}", 0, []))
    store.write([Edit(EditKind.DELETE, store.feature("sites", mill))], actor="x", action="delete")
    answer = anna.post(path, data=typed, headers=OWN)
    assert answer.status_code == 409
    again = inputs(answer.text)
    assert (again["comment"], again["base"]) == ("half a word", "0")
    assert anna.post(NEW, data=again, headers=OWN).status_code == 303


def test_with_all_drafts_taken_the_button_tells_nothing_of_sites_of_others(anna, store, put, make):
    put(make.site("Secret", 40.0, 50.0, visibility="hidden", municipality="Elsewhere"))
    for number in range(MOST_OF_ACCOUNT):
        store.drafts.save("id-anna", Draft("sites", f"one {number}", 0, []))
    told = []
    for name in ("Secret", "Never was"):
        answer = anna.post(f"/edit/sites/{make.identity(name)}/draft", data={"comment": "x"},
                           headers=OWN)  # fmt: skip
        assert answer.status_code == 404
        told.append(answer.text.replace(make.identity(name), "ID"))
    assert told[0] == told[1]


def test_a_new_record_has_no_version_that_it_could_be_behind(anna):
    typed = typed_in(anna, NEW, base="7", **{"names[0].value": "Dam", "north": "61.5",
                                             "east": "28.1", "municipality": "Imatra"})  # fmt: skip
    assert anna.post(NEW, data=typed, headers=OWN).status_code == 303


# Sessions that end


def test_signing_out_and_in_again_loses_nothing(anna, mill):
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path)
    anna.post(f"{path}/draft", data=typed, headers=SCRIPT)
    anna.post("/logout", headers=OWN)
    assert anna.get(path).headers["location"].startswith("/login?next=")
    sign_in(anna, "anna")
    assert inputs(opened(anna, path)) == typed


def test_another_browser_and_another_worker_have_the_draft_too(browser, mill):
    path = f"/edit/sites/{mill}"
    typed = typed_in(browser(), path)
    browser().post(f"{path}/draft", data=typed, headers=SCRIPT)
    assert inputs(opened(browser(), path)) == typed


def carried(answer):
    """Return what the form to sign in with sends along."""
    tags = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return {name: unescape(value) for name, value in tags}


@pytest.mark.parametrize("suffix", ["", "/draft"])
@pytest.mark.parametrize("is_new", [True, False])
def test_a_session_that_ends_while_one_types_loses_nothing(anna, people, mill, is_new, suffix):
    path = NEW if is_new else f"/edit/sites/{mill}"
    typed = typed_in(anna, path, comment="Ölmühle & мельница = 100%", dating="some day")
    people.save(people.named("anna"))  # signs everyone out who has it open
    answer = anna.post(f"{path}{suffix}?lang=fi", data=typed, headers=OWN)
    assert answer.status_code == 401
    assert answer.headers["cache-control"] == "private, no-store"
    along = carried(answer)
    assert dict(parse_qsl(along["typed"], keep_blank_values=True)) == typed
    wrong = anna.post("/login", data={**along, "name": "anna", "password": "no"}, headers=OWN)
    assert carried(wrong) == along
    right = anna.post("/login", data={**along, "name": "anna", "password": PASSWORD}, headers=OWN)
    assert right.status_code == 303
    there = right.headers["location"]
    assert there.startswith(path)
    assert "lang=fi" in there
    assert inputs(opened(anna, there)) == typed


def test_a_form_of_another_site_is_not_offered_to_whoever_signs_in(anna, people, mill):
    people.save(people.named("anna"))
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        answer = anna.post(f"/edit/sites/{mill}", data={"comment": "planted"}, headers=headers)
        assert answer.status_code == 401
        assert "planted" not in answer.text


def test_what_is_too_long_to_be_taken_along_is_told_before_the_page_is_left(anna, people):
    people.save(people.named("anna"))
    typed = {"comment": "x" * (MOST_BYTES + 1)}
    answer = anna.post(NEW, data=typed, headers=OWN)
    assert answer.status_code == 401
    assert "typed" not in carried(answer)
    assert "go back here and save again" in answer.text


def test_who_has_too_many_drafts_is_told_when_signing_in_and_the_text_stays_in_the_page(
    client, store, people
):
    for number in range(MOST_OF_ACCOUNT):
        store.drafts.save("id-anna", Draft("sites", f"one {number}", 0, []))
    sent = {"name": "anna", "password": PASSWORD, "next": NEW, "typed": "comment=half+a+word"}
    answer = client.post("/login", data=sent, headers=OWN, follow_redirects=False)
    assert answer.status_code == 409
    assert carried(answer)["typed"] == "comment=half+a+word"
    assert client.get("/account").json()["role"] == "visitor"


@pytest.mark.parametrize("path", ["/", "/edit/rivers/new", "/edit/sites/x", "https://evil.example"])
def test_what_is_taken_along_to_no_form_is_let_go(client, store, people, path):
    sent = {"name": "anna", "password": PASSWORD, "next": path, "typed": "comment=x"}
    answer = client.post("/login", data=sent, headers=OWN, follow_redirects=False)
    assert answer.status_code == 303
    assert store.drafts.all("id-anna") == []


# Bounds


def test_a_draft_too_many_is_told_and_its_text_stays_in_the_form(anna, store, mill):
    for number in range(MOST_OF_ACCOUNT):
        store.drafts.save("id-anna", Draft("sites", f"one {number}", 0, []))
    path = f"/edit/sites/{mill}"
    typed = typed_in(anna, path)
    by_script = anna.post(f"{path}/draft", data=typed, headers=SCRIPT)
    assert by_script.status_code == 409
    assert by_script.json()["type"].endswith("drafts-full")
    for way in (path, f"{path}/draft"):
        answer = anna.post(way, data={**typed, "dating": "some day"}, headers=OWN)
        assert answer.status_code in (409, 422)
        assert "as many drafts as are kept" in answer.text
        assert inputs(answer.text)["comment"] == "half a word"
    assert len(store.drafts.all("id-anna")) == MOST_OF_ACCOUNT


def test_a_draft_that_is_too_long_is_told(anna, mill):
    body = urlencode({"comment": "x" * (MOST_BYTES + 1)})
    path = f"/edit/sites/{mill}/draft"
    assert anna.post(path, content=body, headers=SCRIPT | FORM).status_code == 413
    assert "longer than a draft may be" in anna.post(path, content=body, headers=FORM).text


def test_drafts_are_kept_for_accounts_alone(settings, store, mill):
    changed = type(settings)(store=settings.store, edit_token="a token that is long enough")
    bearer = {"Authorization": "Bearer a token that is long enough"}
    with TestClient(create_app(changed), headers=bearer) as client:
        assert "Save draft" not in client.get(NEW).text
        refused = client.post(f"{NEW}/draft", data={"comment": "x"}, headers=SCRIPT)
        assert refused.status_code == 403
        assert client.post(f"/edit/sites/{mill}", data={"dating": "x"}).status_code == 409


def test_a_foreign_page_keeps_no_draft(anna, store):
    for headers in ({"Origin": "https://evil.example"}, {}):
        answer = anna.post(f"{NEW}/draft", data={"comment": "planted"}, headers=headers)
        assert answer.status_code == 403
    assert store.drafts.all("id-anna") == []


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_the_page_of_drafts_speaks_the_readers_language(anna, lang):
    title = {"en": "Your drafts", "ru": "Ваши черновики", "fi": "Luonnoksesi"}[lang]
    assert f"<h1>{title}</h1>" in anna.get(f"/account/drafts?f=html&lang={lang}").text


def test_a_photo_that_was_chosen_stands_in_the_draft(anna, store, mill):
    picture = io.BytesIO()
    Image.new("RGB", (64, 48)).save(picture, "PNG")
    path = f"/edit/sites/{mill}"
    files = {"photos[0].file": ("a.png", picture.getvalue(), "image/png")}
    typed = typed_in(anna, path, **{"photos[0].alt": "The wheel"})
    assert anna.post(f"{path}/draft", data=typed, files=files, headers=OWN).status_code == 303
    again = inputs(opened(anna, path))
    assert again["photos[0].alt"] == "The wheel"
    address = f"/photos/{again['photos[0].id']}/thumbnail"
    assert anna.get(address).status_code == 200
    assert "photos" not in store.feature("sites", mill).properties


def test_a_file_that_is_no_photo_takes_nothing_from_the_draft(anna, mill):
    path = f"/edit/sites/{mill}"
    files = {"photos[0].file": ("a.png", b"no photo", "image/png")}
    answer = anna.post(f"{path}/draft", data=typed_in(anna, path), files=files, headers=OWN)
    assert answer.status_code == 422
    assert "a.png: It is neither JPEG nor PNG nor WebP." in answer.text
    assert inputs(opened(anna, path))["comment"] == "half a word"

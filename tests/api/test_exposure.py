"""Who may see a record: told beforehand, changed by a plain form, at once true for everyone."""

import re

import pytest
from shapely import box
from starlette.testclient import TestClient

from api import exposure
from geomap.access import Role, Scope
from geomap.accounts import Account
from geomap.model import Visibility

OWN = {"Origin": "http://testserver"}
ITEMS = "/collections/sites/items"


@pytest.fixture
def mill(put, make):
    put(make.site("Mill", 28.5, 61.5, municipality="Imatra", kind="building", country="FI"))
    return make.identity("Mill")


@pytest.fixture
def officer(client, store):
    def signed_in(role=Role.HERITAGE_EDITOR, municipality="imatra"):
        scope = Scope(frozenset({municipality}), area=box(28, 61, 29, 62))
        store.accounts.save(Account(f"id-{role}", f"Officer {role}", role, scope))
        store.accounts.open_session(f"id-{role}", f"session of {role}")
        own = TestClient(client.app, follow_redirects=False, headers=OWN)
        own.cookies.set("geomap_session", f"session of {role}")
        return own

    return signed_in


def page(feature_id):
    return f"/edit/sites/{feature_id}/visibility?lang=en"


def told(client, feature_id):
    return client.get(f"{page(feature_id)}&f=json").json()


def send(client, feature_id, way="hidden", reason="Looters came by", base=None, **headers):
    base = told(client, feature_id)["revision"] if base is None else base
    form = {"way": way, "reason": reason, "base": str(base)}
    return client.post(page(feature_id), data=form, headers=headers)


def test_a_site_is_hidden_by_a_plain_form_and_history_says_why(officer, client, store, mill):
    assert client.get(f"{ITEMS}/{mill}").status_code == 200
    answer = send(officer(), mill)
    assert (answer.status_code, mill in answer.headers["location"]) == (303, True)
    assert store.feature("sites", mill).visibility is Visibility.HIDDEN
    last = store.history("sites", mill)[-1]
    assert (last.action, last.comment) == ("visibility", "Looters came by")
    assert last.actor == "Officer heritage_editor"
    assert client.get(f"{ITEMS}/{mill}").status_code == 404


@pytest.mark.parametrize("km", [1, 5, 10, 50])
def test_what_is_told_beforehand_is_what_the_public_then_sees(officer, client, mill, km):
    own = officer()
    [way] = [one for one in told(own, mill)["ways"] if one["way"] == f"generalised:{km}"]
    assert send(own, mill, way["way"]).status_code == 303
    public = client.get(f"{ITEMS}/{mill}").json()
    assert public["geometry"]["coordinates"] == [way["shown"]["place"]["lng"],
                                                 way["shown"]["place"]["lat"]]  # fmt: skip
    assert public["properties"]["coordinate_uncertainty_m"] == way["shown"]["uncertainty_m"]
    assert "name" not in public["properties"]
    assert way["shown"]["names"] == []


def test_every_way_says_in_words_what_the_public_sees(officer, mill):
    ways = {one["way"]: " ".join(one["says"]) for one in told(officer(), mill)["ways"]}
    assert "The exact place." in ways["public"]
    assert "Mill" in ways["public"]
    assert re.search(r"within [\d.]+ km of 61\.\d+, 28\.\d+", ways["generalised:10"])
    assert "none has been chosen" in ways["generalised:10"]
    assert "No place." in ways["restricted"]
    assert ways["hidden"] == "The public sees nothing: no page, no mark, no count."
    assert [one["way"] for one in told(officer(), mill)["ways"] if one["is_now"]] == ["public"]


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_the_page_works_without_scripts_in_every_language(officer, mill, lang):
    answer = officer().get(page(mill).replace("lang=en", f"lang={lang}"))
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.text.count('type="radio"') == 7
    assert 'value="public" aria-describedby="way-1" checked' in answer.text


def test_without_a_reason_nothing_is_changed_and_the_choice_is_kept(officer, store, mill):
    answer = send(officer(), mill, reason="  ")
    assert answer.status_code == 422
    assert "say why" in answer.text
    assert re.search(r'value="hidden"[^>]* checked', answer.text)
    assert store.feature("sites", mill).visibility is Visibility.PUBLIC


@pytest.mark.parametrize("way", ["", "hidden:10", "generalised", "generalised:3", "secret"])
def test_an_unknown_way_is_refused(officer, store, mill, way):
    assert send(officer(), mill, way).status_code == 422
    assert store.feature("sites", mill).revision == 1


def test_a_stale_form_changes_nothing_and_keeps_what_was_typed(officer, store, mill):
    own = officer()
    assert send(own, mill, "restricted").status_code == 303
    answer = send(own, mill, base=1)
    assert answer.status_code == 409
    assert "Someone has changed this record meanwhile" in answer.text
    assert "Looters came by" in answer.text
    assert 'name="base" value="2"' in answer.text
    assert store.feature("sites", mill).visibility is Visibility.RESTRICTED


def test_a_record_that_has_left_ones_reach_meanwhile_is_not_shown(
    officer, put, make, mill, monkeypatch
):
    own = officer()
    base = told(own, mill)["revision"]

    def late(*args):
        monkeypatch.undo()
        put(make.site("Mill", 40.0, 50.0, municipality="Secret town", visibility="hidden"))
        return exposure_write(*args)

    exposure_write = exposure.write
    monkeypatch.setattr(exposure, "write", late)
    answer = send(own, mill, base=base)
    assert answer.status_code == 404
    assert "Secret town" not in answer.text


def test_a_stale_if_match_is_refused(officer, store, mill):
    answer = send(officer(), mill, **{"If-Match": '"of-yesterday"'})
    assert answer.status_code == 412
    assert store.feature("sites", mill).visibility is Visibility.PUBLIC


def test_a_record_that_no_check_would_take_can_be_hidden_all_the_same(officer, store, put, make):
    put(make.site("Odd", 28.5, 61.5, municipality="Imatra", kind="no such kind", names=[]))
    assert send(officer(), make.identity("Odd")).status_code == 303
    assert store.feature("sites", make.identity("Odd")).visibility is Visibility.HIDDEN


def test_nobody_else_can(officer, client, put, make, store, mill):
    other = officer(municipality="lappeenranta")
    put(make.site("Hidden", 28.5, 61.5, municipality="Imatra", visibility="hidden"))
    hidden, never = make.identity("Hidden"), make.identity("never")
    assert other.get(page(mill)).status_code == 403
    assert (
        other.post(page(mill), data={"way": "hidden", "base": "1", "reason": "x"}).status_code
        == 403
    )
    for ask in (lambda one: other.get(page(one)), lambda one: other.post(page(one), data={})):
        answers = [ask(one) for one in (hidden, never)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].text.replace(hidden, "") == answers[1].text.replace(never, "")
    assert officer(Role.EXPERT).get(page(mill)).status_code == 403
    visitor = TestClient(client.app, follow_redirects=False)
    assert visitor.get(page(hidden)).status_code == 303
    assert visitor.post(page(hidden), data={"way": "public"}, headers=OWN).status_code == 401
    assert store.feature("sites", mill).visibility is Visibility.PUBLIC


def test_a_form_of_another_site_is_refused(officer, store, mill):
    form = {"way": "hidden", "base": "1", "reason": "x"}
    answer = officer().post(page(mill), data=form, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert store.feature("sites", mill).visibility is Visibility.PUBLIC


def test_the_card_and_the_page_of_a_record_lead_there(officer, mill):
    own = officer()
    rights = own.get(f"{ITEMS}/{mill}/rights?lang=en").json()
    assert any(one["rel"] == "visibility" for one in rights["links"])
    assert page(mill) in own.get(f"{ITEMS}/{mill}?f=html&lang=en").text

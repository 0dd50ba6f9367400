"""Who one is and what one may do, told before one tries, and to nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from shapely import box

from geomap.access import Action, Role
from geomap.accounts import Token

ITEMS = "/collections/sites/items"
HERE = box(28, 61, 29, 62)


@pytest.fixture
def sites(put, make):
    made = {}
    for town, place in {"Imatra": (28.5, 61.5), "Lappeenranta": (28.2, 61.05)}.items():
        for visibility in ("public", "hidden"):
            name = f"{town} {visibility}"
            put(make.site(name, *place, municipality=town, visibility=visibility))
            made[name] = make.identity(name)
    return made


def rights(client, feature_id, headers=None):
    return client.get(f"{ITEMS}/{feature_id}/rights?lang=en", headers=headers or {})


def test_a_visitor_is_told_the_same_whoever_it_is_and_no_cache_keeps_it(client):
    answer = client.get("/account")
    told = answer.json()
    assert (told["name"], told["role"], told["scope"]) == (None, "visitor", None)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.content == client.get("/account", headers={"Cookie": "geomap_session=x"}).content


def test_how_much_waits_to_be_decided_is_told_to_those_who_decide(client, officer):
    for role in (Role.CONTRIBUTOR, Role.HERITAGE_EDITOR, Role.REVIEWER, Role.ADMINISTRATOR):
        told = client.get("/account", headers=officer(role)).json()
        assert ("waiting" in told) is (role in {Role.REVIEWER, Role.ADMINISTRATOR})
    assert "waiting" not in client.get("/account").json()


def test_an_officer_is_told_who_one_is_and_where_ones_rights_end(client, put, make, officer):
    border = make.site("Border", 28.7, 61.1)
    put(border)
    told = client.get("/account?lang=fi", headers=officer()).json()
    assert (told["name"], told["role"]) == ("Officer heritage_editor", "heritage_editor")
    assert told["scope"] == {"municipalities": ["Imatra"], "regions": [], "outline": True}
    assert told["signed_in"]
    adds = {one["layer"]: one["href"] for one in told["links"] if one["rel"] == "create"}
    assert adds.keys() == {"sites", "regions"}
    assert adds["sites"].endswith("/edit/sites/new?lang=fi")


def test_an_administrators_rights_end_nowhere(client, officer):
    assert client.get("/account", headers=officer(Role.ADMINISTRATOR)).json()["scope"] is None


def test_the_page_of_an_account_says_it_in_words(client, officer):
    page = client.get("/account?f=html&lang=en", headers=officer())
    assert page.headers["cache-control"] == "private, no-store"
    for text in ("Officer heritage_editor", "Heritage editor", "Imatra", "Sign out", "Add a site"):
        assert text in page.text
    assert "You have not signed in." in client.get("/account?f=html&lang=en").text


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.VISITOR])
def test_every_role_has_its_page_in_every_language(client, officer, role, lang):
    assert client.get(f"/account?f=html&lang={lang}", headers=officer(role)).status_code == 200


def test_of_a_record_of_ones_own_one_is_told_all_that_one_may(client, sites, officer):
    told = rights(client, sites["Imatra hidden"], officer()).json()
    assert told["actions"] == ["suggest", "see", "change", "delete", "restore"]
    assert told["visibility"] == "hidden"
    links = {one["rel"]: one["href"] for one in told["links"]}
    assert links["edit"].endswith(f"/edit/sites/{sites['Imatra hidden']}?lang=en")


def test_of_anothers_public_record_one_is_told_what_everyone_is(client, sites, officer):
    one = sites["Lappeenranta public"]
    told = rights(client, one, officer())
    assert told.json()["actions"] == ["suggest"]
    assert "visibility" not in told.json()
    assert told.content == rights(client, one).content
    assert told.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_hidden_record_has_no_rights_for_whoever_may_not_see_it(
    client, sites, make, officer, signed_in
):
    headers = officer() if signed_in else {}
    hidden, never = sites["Lappeenranta hidden"], make.identity("never")
    answers = [rights(client, one, headers) for one in (hidden, never)]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].text.replace(hidden, "") == answers[1].text.replace(never, "")
    assert answers[0].headers == answers[1].headers


def test_a_token_is_told_what_it_is_limited_to(client, store, sites, officer):
    officer()
    now = datetime.now(UTC)
    ends_at = (now + timedelta(days=1)).isoformat()
    may_see = frozenset({Action.SEE})
    token = Token("t", "trial", may_see, frozenset(), now.isoformat(), ends_at)
    store.accounts.add_token("id-heritage_editor", token, "secret of a token")
    headers = {"Authorization": "Bearer secret of a token"}
    assert rights(client, sites["Imatra hidden"], headers).json()["actions"] == ["see"]
    assert not client.get("/account", headers=headers).json()["signed_in"]


def test_the_page_of_a_record_offers_what_one_may_and_no_more(client, sites, officer):
    def page(name, headers):
        return client.get(f"{ITEMS}/{sites[name]}?f=html&lang=en", headers=headers).text

    own = officer()
    assert "Edit this record" in page("Imatra public", own)
    assert "Edit this record" not in page("Lappeenranta public", own)
    assert "Edit this record" not in page("Imatra public", {})


def test_the_form_for_a_new_site_begins_at_the_place_that_a_map_sends(client, officer):
    text = client.get("/edit/sites/new?lng=28.5&lat=61.25", headers=officer()).text
    assert 'value="28.5"' in text
    assert 'value="61.25"' in text


@pytest.mark.parametrize("place", ["lng=x&lat=1", "lng=181&lat=1", "lng=1&lat=91", "lng=nan&lat=1"])
def test_a_place_that_is_nowhere_is_refused(client, officer, place):
    assert client.get(f"/edit/sites/new?{place}", headers=officer()).status_code == 400


def test_who_may_change_a_record_is_not_sent_to_suggest_a_change(client, sites, officer):
    def rels(name, headers):
        return {one["rel"] for one in rights(client, sites[name], headers).json()["links"]}

    assert {"edit", "visibility"} <= rels("Imatra public", officer())
    assert "suggest" not in rels("Imatra public", officer())
    assert rels("Imatra public", {}) == {"suggest"}
    assert rels("Lappeenranta public", officer()) == {"suggest"}

"""The reviewer's pages: filters, many decided at once and taken back, one looked at closely."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from shapely import Point, box
from starlette.testclient import TestClient

from api import review
from api.passwords import hashed
from geomap.access import Action, Role, Scope
from geomap.accounts import Account, Token
from geomap.model import Edit, EditKind
from geomap.suggestions import Kind, Status, Suggestion
from layers.history import as_record
from layers.suggesting import proposed

OWN = {"Origin": "http://testserver"}
PASSWORD = "correct horse battery"
HERE = Scope(frozenset({"imatra"}), area=box(20, 55, 35, 65))
EVIL = "<script>alert(1)</script>{{7*7}}\"'&<b>"


@pytest.fixture(scope="module")
def password():
    return hashed(PASSWORD)


@pytest.fixture
def signed(client, store, password):
    """A browser in which a new account of a role has signed in."""

    def made(role, name, scope=HERE):
        store.accounts.save(Account(f"id of {name}", name, role, scope, password))
        browser = TestClient(client.app, headers=OWN)
        form = {"name": name, "password": PASSWORD}
        assert browser.post("/login", data=form).status_code == 200
        return browser

    return made


@pytest.fixture
def rita(signed):
    return signed(Role.REVIEWER, "Rita")


@pytest.fixture
def anna(signed):
    return signed(Role.CONTRIBUTOR, "Anna")


@pytest.fixture
def suggest(store, make, anna):
    """Suggest a change of a site that is there, or a new one; return the suggestion."""
    numbers = iter(range(1, 10_000))

    def made(before, *, author="id of Anna", place=None, kind=Kind.CHANGE, message="", **changes):
        number = next(numbers)
        own_id = make.identity(f"suggestion {number}")
        one = Suggestion(
            own_id, before.layer, before.id, kind, before.record_id, author=author, message=message
        )
        if kind is Kind.DELETE:
            town = before.properties["municipality"].casefold()
            one = replace(one, base=before.revision, municipalities=frozenset({town}))
            return store.suggestions.add(one)
        present = store.feature(before.layer, before.id) or replace(before, revision=0)
        wished = replace(present, properties={**present.properties, **changes})
        if place is not None:
            wished = replace(wished, geometry=Point(*place))
        return store.suggestions.add(proposed(one, present, wished, store))

    return made


@pytest.fixture
def mills(put, make, store):
    """Three mills in Imatra."""
    made = [
        make.site(f"Mill {n}", 28.5 + n / 100, 61.5, kind="building", municipality="Imatra")
        for n in range(3)
    ]
    put(*made)
    return [store.feature("sites", one.id) for one in made]


def shown(browser, path="/review", **query):
    answer = browser.get(path, params={"lang": "en", **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.text


def names(page):
    return re.findall(r'<th scope="row"><a href="/review/[^"]+"><bdi>([^<]+)', page)


def decide(browser, *ids, decision="approve", path="/review", **fields):
    form = {"decision": decision, "id": list(ids), **fields}
    return browser.post(path, data=form)


def status(store, one):
    return store.suggestions.get(one.id).status


def kind_of(store, site):
    return store.feature("sites", site.id).properties["kind"]


# The queue


def test_the_queue_shows_what_waits_in_each_language(rita, suggest, mills):
    suggest(mills[0], dating="1760", message="It is a fort")
    for lang, words in (
        ("en", "Suggestions to decide"),
        ("ru", "Предложения на рассмотрении"),
        ("fi", "Käsiteltävät ehdotukset"),
    ):
        page = shown(rita, lang=lang)
        assert words in page
        assert "Mill 0" in page
        assert "It is a fort" in page
        assert "Anna" in page


def test_filters_narrow_the_queue(rita, suggest, mills, put, make, store):
    far = make.site("Far", 25.0, 60.2, municipality="Helsinki")
    city = make.city("Town", 28.7, 61.1, country="FI")
    put(far, city)
    suggest(mills[0], dating="1760")
    suggest(store.feature("sites", far.id), dating="1760")
    suggest(store.feature("cities", city.id), population=5)
    suggest(mills[1], kind=Kind.DELETE)
    assert names(shown(rita)) == ["Mill 0", "Far", "Town", "Mill 1"]
    assert names(shown(rita, layer="cities")) == ["Town"]
    assert names(shown(rita, kind="delete")) == ["Mill 1"]
    assert names(shown(rita, municipality="HELSINKI")) == ["Far"]
    assert names(shown(rita, mine="1")) == ["Mill 0", "Mill 1"]
    assert names(shown(rita, mine="1", kind="change")) == ["Mill 0"]
    assert names(shown(rita, age="7")) == []
    assert names(shown(rita, status="approved")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("layer", "x"), ("kind", "x"), ("status", "x"), ("age", "8"), ("after", "x"),
     ("after", "-1"), ("until", "yesterday"), ("until", "0001-01-01T00:00:00+14:00"),
     ("skipped", "x")],
)  # fmt: skip
def test_a_filter_that_is_none_is_refused(rita, name, value):
    answer = rita.get("/review", params={name: value})
    assert answer.status_code == 400
    assert name in answer.json()["detail"]


def test_pages_of_the_queue_follow_each_other(rita, suggest, mills, monkeypatch):
    monkeypatch.setattr(review, "PAGE", 2)
    for number in range(5):
        suggest(mills[number % 3], dating=f"17{number}0")
    seen, path, pages = [], "/review?lang=en", 0
    while path:
        page = rita.get(path).text
        seen += names(page)
        pages += 1
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert (len(seen), pages) == (5, 3)


def test_words_of_others_stay_text_on_every_page(rita, anna, suggest, mills):
    one = suggest(mills[0], message=EVIL, description={"en": EVIL}, municipality=EVIL)
    for browser, path in ((rita, "/review"), (rita, f"/review/{one.id}"),
                          (anna, "/account/suggestions")):  # fmt: skip
        page = shown(browser, path, **({"f": "html"} if browser is anna else {}))
        assert "<script>alert" not in page
        assert "{{7*7}}" in page


# Deciding many


def test_those_checked_are_approved_in_one_write_and_taken_back_in_one(rita, suggest, mills, store):
    made = [suggest(one, dating="1760", dating_from=1760, dating_to=1760) for one in mills]
    page = decide(rita, made[0].id, made[1].id).text
    assert "Approved: 2." in page
    assert [status(store, one) for one in made] == [
        Status.APPROVED, Status.APPROVED, Status.WAITING,
    ]  # fmt: skip
    assert store.feature("sites", mills[0].id).properties["dating"] == "1760"
    transaction = re.search(r'name="transaction" value="([^"]+)"', page)[1]
    assert len(store.transaction(transaction)) == 2
    page = rita.post("/review/undo", data={"transaction": transaction}).text
    assert "The decision was taken back; waiting again: 2." in page
    assert {status(store, one) for one in made} == {Status.WAITING}
    assert "dating" not in store.feature("sites", mills[0].id).properties


def test_a_decision_can_be_taken_back_later_from_the_list_of_them(rita, suggest, mills, store):
    first, second = suggest(mills[0], dating="1760"), suggest(mills[1], dating="1760")
    decide(rita, first.id, decision="reject", reason="No source")
    decide(rita, second.id)
    page = shown(rita)
    assert "Your latest decisions" in page
    _, older = re.findall(r'name="transaction" value="([^"]+)"', page)
    assert "waiting again: 1" in rita.post("/review/undo", data={"transaction": older}).text
    assert (status(store, first), status(store, second)) == (Status.WAITING, Status.APPROVED)
    again = rita.post("/review/undo", data={"transaction": older})
    assert again.status_code == 404
    assert "This decision was taken back already" in again.text


def test_a_decision_on_records_that_changed_since_is_not_taken_back(rita, suggest, mills, store):
    one = suggest(mills[0], dating="1760")
    page = decide(rita, one.id).text
    transaction = re.search(r'name="transaction" value="([^"]+)"', page)[1]
    present = store.feature("sites", mills[0].id)
    changed = replace(present, properties={**present.properties, "kind": "worship"})
    store.write([Edit(EditKind.PUT, changed)], actor="other", action="change")
    answer = rita.post("/review/undo", data={"transaction": transaction})
    assert answer.status_code == 409
    assert "changed again since" in answer.text
    assert status(store, one) is Status.APPROVED


def test_all_that_match_are_decided_as_the_filters_say(rita, suggest, mills, store):
    made = [suggest(one, dating="1760") for one in mills]
    gone = suggest(mills[2], kind=Kind.DELETE)
    form = {"kind": "change", "scope": "all", "reason": "No source", "decision": "reject"}
    page = rita.post("/review", data=form).text
    assert "Rejected: 3." in page
    assert {status(store, one) for one in made} == {Status.REJECTED}
    assert status(store, gone) is Status.WAITING


def test_what_has_come_since_the_page_was_made_is_not_decided_unseen(rita, suggest, mills, store):
    seen = suggest(mills[0], dating="1760")
    page = shown(rita)
    until = re.search(r'name="until" value="([^"]+)"', page)[1]
    unseen = suggest(mills[1], dating="1760")
    decide(rita, scope="all", until=until)
    assert (status(store, seen), status(store, unseen)) == (Status.APPROVED, Status.WAITING)


def test_all_on_the_page_are_those_that_were_shown(rita, suggest, mills, store):
    made = [suggest(one, dating="1760") for one in mills]
    [text] = re.findall(r'name="shown" value="([^"]+)"', shown(rita))
    shown_ids = text.split(",")
    assert shown_ids == [one.id for one in made]
    form = {"scope": "page", "shown": ",".join(shown_ids[:2]), "decision": "approve"}
    rita.post("/review", data=form)
    assert status(store, made[2]) is Status.WAITING


@pytest.mark.parametrize("decision", ["return", "reject"])
def test_without_words_nothing_is_returned_or_rejected_and_nothing_is_lost(
    rita, suggest, mills, store, decision
):
    made = [suggest(one, dating="1760") for one in mills]
    answer = decide(rita, made[1].id, decision=decision, reason="  ", municipality="Imatra")
    assert answer.status_code == 422
    assert "Say why" in answer.text
    [checked] = re.findall(r'name="id" value="([^"]+)"[^>]* checked', answer.text)
    assert checked == made[1].id
    assert 'name="municipality" value="Imatra"' in answer.text
    assert {status(store, one) for one in made} == {Status.WAITING}


def test_words_are_kept_when_nothing_was_chosen(rita, suggest, mills):
    suggest(mills[0], dating="1760")
    answer = decide(rita, decision="reject", reason="No source is named")
    assert answer.status_code == 422
    assert "No source is named</textarea>" in answer.text
    long = decide(rita, decision="reject", reason="x" * 5000, scope="all")
    assert long.status_code == 422
    assert decide(rita, decision="burn").status_code == 400


def test_what_stands_against_some_leaves_those_waiting_and_takes_the_others(
    rita, suggest, mills, store
):
    made = [suggest(one, municipality="Joutseno") for one in mills]
    present = store.feature("sites", mills[0].id)
    changed = replace(present, properties={**present.properties, "municipality": "Ruokolahti"})
    store.write([Edit(EditKind.PUT, changed)], actor="other", action="change")
    assert "Something stands against it" in shown(rita)
    page = decide(rita, scope="all").text
    assert "Approved: 2." in page
    assert "Left waiting, for something stands against them: 1." in page
    assert status(store, made[0]) is Status.WAITING


def test_where_something_stands_against_all_nothing_is_written(rita, suggest, mills, store):
    one = suggest(mills[0], municipality="Joutseno", description={"en": "Old", "fi": "Vanha"})
    present = store.feature("sites", mills[0].id)
    changed = replace(present, properties={**present.properties, "municipality": "Ruokolahti"})
    store.write([Edit(EditKind.PUT, changed)], actor="other", action="change")
    answer = decide(rita, one.id)
    assert answer.status_code == 409
    assert "It cannot be approved as things are" in answer.text
    assert store.writes(actor="Rita") == []
    assert "Vanha" in shown(rita, f"/review/{one.id}")


def test_what_another_has_decided_meanwhile_is_said(rita, signed, suggest, mills, store):
    other = signed(Role.ADMINISTRATOR, "Olga", Scope())
    made = [suggest(one, dating="1760") for one in mills]
    decide(other, made[0].id)
    answer = decide(rita, made[0].id, made[1].id)
    assert answer.status_code == 409
    assert "decided meanwhile" in answer.text
    assert status(store, made[1]) is Status.WAITING


def test_a_thousand_are_decided_in_one_action_and_taken_back_in_one(rita, store, put, make, anna):
    sites = [make.site(f"Site {n}", 28 + n / 2000, 61.5) for n in range(1000)]
    put(*sites)
    for site in sites:
        present = store.feature("sites", site.id)
        wished = replace(present, properties={**present.properties, "dating": "1760"})
        one = Suggestion(make.identity(f"of {site.record_id}"), "sites", site.id, Kind.CHANGE, "",
                         author="id of Anna")  # fmt: skip
        store.suggestions.add(proposed(one, present, wished, store))
    page = decide(rita, scope="all").text
    assert "Approved: 1000." in page
    assert {one.properties.get("dating") for one in store.features("sites")} == {"1760"}
    told = shown(anna, "/account/notices", f="html")
    assert "Suggestions of yours that were approved: 1000." in told
    transaction = re.search(r'name="transaction" value="([^"]+)"', page)[1]
    page = rita.post("/review/undo", data={"transaction": transaction}).text
    assert "waiting again: 1000" in page
    assert {one.properties.get("dating") for one in store.features("sites")} == {None}


# One suggestion


def test_a_suggestion_shows_what_would_change_in_words_and_where(rita, suggest, mills):
    one = suggest(
        mills[0], place=(28.51, 61.5), dating="1760", dating_from=1760, dating_to=1760,
        message="Seen there",
    )  # fmt: skip
    page = shown(rita, f"/review/{one.id}")
    for words in ("Mill 0", "Seen there", "Dating", "1760", "The middle has moved by 53"):
        assert words in page
    [data] = re.findall(r'<script type="application/json" id="told">(.+)</script>', page)
    assert '"before"' in data
    assert "bbox=" in data
    assert "28.51" not in re.search(r"bbox=([\d.,]+)", data)[1]


def test_a_new_site_a_deletion_and_words_alone_are_shown_too(rita, suggest, mills, make, store):
    fresh = make.site("Chapel", 28.52, 61.5, municipality="Imatra", kind="worship")
    new = store.suggestions.add(
        proposed(
            Suggestion(make.identity("new"), "sites", fresh.id, Kind.CREATE, ""),
            replace(fresh, geometry=None, properties={}), fresh, store,
        )
    )  # fmt: skip
    assert as_record(fresh) == new.document
    page = shown(rita, f"/review/{new.id}")
    assert "New record" in page
    assert "a resident" in page
    gone = suggest(mills[1], kind=Kind.DELETE, message="Burnt down")
    assert "The record would be deleted." in shown(rita, f"/review/{gone.id}")
    words = suggest(mills[2], message="The year is wrong")
    assert "The year is wrong" in shown(rita, f"/review/{words.id}")


def test_a_likely_double_is_named(rita, mills, make, store):
    twin = make.site("Mill 0", 28.5001, 61.5, municipality="Imatra")
    twin = replace(twin, id=make.identity("twin"), record_id="twin")
    one = store.suggestions.add(
        proposed(
            Suggestion(make.identity("new"), "sites", twin.id, Kind.CREATE, ""),
            replace(twin, geometry=None, properties={}), twin, store,
        )
    )  # fmt: skip
    page = shown(rita, f"/review/{one.id}")
    assert "Is it one of these?" in page
    assert f"/collections/sites/items/{mills[0].id}" in page


def test_what_stands_against_a_suggestion_is_said_field_by_field(rita, suggest, mills, store):
    one = suggest(mills[0], municipality="Joutseno")
    present = store.feature("sites", mills[0].id)
    changed = replace(present, properties={**present.properties, "municipality": "Ruokolahti"})
    store.write([Edit(EditKind.PUT, changed)], actor="other", action="change")
    page = shown(rita, f"/review/{one.id}")
    assert "What stands against it" in page
    assert "Someone has changed the same field since." in page
    assert "Joutseno" in page
    answer = decide(rita, path=f"/review/{one.id}")
    assert answer.status_code == 409
    assert "It cannot be approved as things are" in answer.text
    assert (
        "Returned: 1."
        in decide(
            rita, path=f"/review/{one.id}", decision="return", reason="See the present one"
        ).text
    )


def test_a_newer_version_without_a_conflict_is_told(rita, suggest, mills, store):
    one = suggest(mills[0], dating="1760")
    present = store.feature("sites", mills[0].id)
    changed = replace(present, properties={**present.properties, "kind": "worship"})
    store.write([Edit(EditKind.PUT, changed)], actor="other", action="change")
    assert "nothing that it would change" in shown(rita, f"/review/{one.id}")
    assert "Approved: 1." in decide(rita, path=f"/review/{one.id}").text
    assert kind_of(store, mills[0]) == "worship"


def test_one_is_returned_with_words_that_its_author_reads(rita, anna, suggest, mills):
    one = suggest(mills[0], dating="1760")
    empty = decide(rita, path=f"/review/{one.id}", decision="return", reason="")
    assert empty.status_code == 422
    decide(rita, path=f"/review/{one.id}", decision="return", reason="Which of the two mills?")
    page = shown(anna, "/account/notices", f="html")
    assert "Your suggestion came back to you with a message." in page
    assert "Which of the two mills?" in page
    page = shown(anna, "/account/suggestions", f="html")
    for words in ("Mill 0", "Returned", "Which of the two mills?", "Revise", "Rita"):
        assert words in page


def test_a_suggestion_that_is_none_is_not_found(rita, make):
    for path in (f"/review/{make.identity('x')}", "/review/x"):
        assert rita.get(path).status_code == 404
        assert decide(rita, path=path).status_code == 404


def test_a_reviewer_s_token_for_one_municipality_shows_nothing_of_others(
    client, rita, store, suggest, mills
):
    one = suggest(mills[0], dating="1760")
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for town, seen in (("kotka", False), ("imatra", True)):
        token = Token(town, "", frozenset(Action), frozenset({town}), "", ends)
        store.accounts.add_token("id of Rita", token, f"secret of {town}")
        bearer = TestClient(client.app, headers={"Authorization": f"Bearer secret of {town}"})
        assert ("Mill 0" in shown(bearer)) is seen
        assert bearer.get(f"/review/{one.id}").status_code == (200 if seen else 404)
        assert decide(bearer, path=f"/review/{one.id}").status_code == (200 if seen else 404)


# The author


def test_an_author_sees_their_own_alone_and_takes_back_what_is_open(
    anna, signed, suggest, mills, store
):
    mine = suggest(mills[0], dating="1760")
    signed(Role.CONTRIBUTOR, "Boris")
    other = suggest(mills[1], dating="1760", author="id of Boris")
    page = shown(anna, "/account/suggestions", f="html")
    assert "Mill 0" in page
    assert "Mill 1" not in page
    assert anna.post(f"/account/suggestions/{other.id}/withdraw", data={}).status_code == 404
    answer = anna.post(f"/account/suggestions/{mine.id}/withdraw", data={})
    assert answer.status_code == 200
    assert "Withdrawn" in answer.text
    assert (status(store, mine), status(store, other)) == (Status.WITHDRAWN, Status.WAITING)


def test_an_author_who_has_suggested_nothing_is_told_so(anna):
    assert "You have suggested nothing yet." in shown(anna, "/account/suggestions", f="html")


# Who may


@pytest.mark.parametrize("path", ["/review", "/review/x"])
def test_only_reviewers_see_the_queue(client, anna, path):
    assert anna.get(path).status_code == 403
    answer = TestClient(client.app).get(path, follow_redirects=False)
    assert answer.headers["location"].startswith("/login?next=%2Freview")


def test_the_account_leads_to_the_queue_those_who_may_review(rita, anna, suggest, mills):
    suggest(mills[0], dating="1760")
    page = shown(rita, "/account", f="html")
    assert 'href="/review?lang=en"' in page
    assert "1 waiting" in page
    page = shown(anna, "/account", f="html")
    assert "/review" not in page
    assert "/account/suggestions?lang=en" in page


def test_no_other_site_decides_anything(rita, suggest, mills, store):
    one = suggest(mills[0], dating="1760")
    evil = {"Origin": "https://evil.example"}
    for path, form in (
        ("/review", {"id": one.id, "decision": "approve"}),
        (f"/review/{one.id}", {"decision": "approve"}),
        ("/review/undo", {"transaction": "x"}),
    ):
        assert rita.post(path, data=form, headers=evil).status_code == 403
    assert status(store, one) is Status.WAITING


def test_old_suggestions_are_found_by_their_age(rita, suggest, mills, store):
    suggest(mills[0], dating="1760")
    old = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    with store._transaction() as connection:
        connection.execute("UPDATE suggestion SET at = ?", (old,))
    assert names(shown(rita, age="7")) == ["Mill 0"]
    assert names(shown(rita, age="30")) == []

"""Notices over HTTP: the page in each language, the feed at its secret address, mail on wish."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.notices import PAGE
from api.passwords import hashed
from geomap.access import Action, Role
from geomap.accounts import Account, Token
from geomap.notices import Mailbox, News, NoticeKind

OWN = {"Origin": "http://testserver"}
BROWSER = {"Accept": "text/html"}
ATOM = "{http://www.w3.org/2005/Atom}"
CANARY = "Xyzzy mill"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def password():
    return hashed(PASSWORD)


@pytest.fixture
def anna(store, password):
    """A contributor."""
    account = Account("a", "Anna", Role.CONTRIBUTOR, password=password)
    store.accounts.save(account)
    return account


@pytest.fixture
def signed(client, anna):
    """The client of a browser in which Anna has signed in."""
    form = {"name": "Anna", "password": PASSWORD}
    assert client.post("/login", data=form, headers=OWN).status_code == 200
    return client


@pytest.fixture
def told(store, anna):
    """Tell Anna of what has happened."""

    def tell(kind=NoticeKind.APPROVED, **more):
        given = {"name": CANARY, "message": "Thank you", "who": "Rita", **more}
        store.notices.add([News(kind, "a", path="/account/notices", **given)])

    return tell


def feed_of(client):
    page = client.post("/account/feed", headers=OWN, data={"x": ""})
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    return re.search(r'value="http://testserver(/feeds/[^"?]+)', page.text)[1]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "Your suggestion was approved."), ("ru", "Ваше предложение принято."),
     ("fi", "Ehdotuksesi on hyväksytty.")],
)  # fmt: skip
def test_the_page_tells_what_happened_in_each_language(signed, told, lang, words):
    told()
    page = signed.get(f"/account/notices?f=html&lang={lang}")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    for said in (words, CANARY, "Thank you", "Rita"):
        assert said in page.text
    assert signed.get(f"/account/notices?lang={lang}").json()["notices"][0]["text"] == words


def test_words_of_others_stay_text(signed, told):
    told(name="<script>alert(1)</script>", message="{{7*7}}<b>", who='"><img>')
    page = signed.get("/account/notices?f=html").text
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "{{7*7}}" in page


def test_the_account_tells_how_many_are_unread_until_they_are_read(signed, told):
    told()
    told(NoticeKind.RETURNED)
    assert signed.get("/account").json()["notices"]["unread"] == 2
    assert "2 not read" in signed.get("/account?f=html").text
    page = signed.get("/account/notices?f=html").text
    upto = re.search(r'name="upto" value="(\d+)"', page)[1]
    answer = signed.post(
        "/account/notices?lang=fi", data={"upto": upto}, headers=OWN, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/account/notices?f=html&lang=fi",
    )
    assert signed.get("/account").json()["notices"]["unread"] == 0


def test_notices_come_in_pages(signed, told):
    for count in range(1, PAGE + 4):
        told(count=count)
    seen, path = [], "/account/notices"
    while path:
        page = signed.get(path).json()
        seen += [one["count"] for one in page["notices"]]
        path = next((one["href"] for one in page["links"] if one["rel"] == "next"), "")
    assert seen == [*range(PAGE + 3, 0, -1)]
    assert "rel=\"next\"" in signed.get("/account/notices?f=html").text  # fmt: skip


@pytest.mark.parametrize("text", ["x", "-1", "1e3", "9" * 30, "１"])
def test_a_number_that_is_none_is_refused(signed, text):
    assert signed.get("/account/notices", params={"after": text}).status_code == 400
    answer = signed.post("/account/notices", data={"upto": text}, headers=OWN)
    assert answer.status_code == 400


def test_a_visitor_is_asked_to_sign_in_and_a_program_is_refused(client):
    answer = client.get("/account/notices", headers=BROWSER, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=%2Faccount%2Fnotices")
    assert client.get("/account/notices").status_code == 401
    assert client.post("/account/feed", headers=OWN, data={}).status_code in {400, 401}


def test_a_token_that_is_not_for_it_reads_no_notices(client, store, anna):
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    store.accounts.add_token(
        "a", Token("t", "", frozenset({Action.SEE}), frozenset(), "", ends), "secret"
    )
    answer = client.get("/account/notices", headers={"Authorization": "Bearer secret"})
    assert answer.status_code == 403


def test_no_other_site_makes_a_feed_or_marks_what_was_not_read(signed, told):
    told()
    for path in ("/account/notices", "/account/feed", "/account/mail"):
        answer = signed.post(path, data={"upto": "99"}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
    assert signed.get("/account").json()["notices"] == {
        "unread": 1, "feed_since": None, "mail": None,
    }  # fmt: skip


def test_a_feed_is_valid_atom_and_names_no_record(signed, told, settings):
    told()
    told(NoticeKind.REJECTED, count=3)
    path = feed_of(signed)
    with TestClient(create_app(settings)) as reader:
        answer = reader.get(f"{path}?lang=fi")
    assert answer.headers["content-type"] == "application/atom+xml"
    assert "no-store" in answer.headers["cache-control"]
    for hidden in (CANARY, "Thank you", "Rita"):
        assert hidden not in answer.text
    feed = ElementTree.fromstring(answer.content)
    require_atom(feed)
    assert [one.findtext(f"{ATOM}title") for one in feed.iter(f"{ATOM}entry")] == [
        "Ehdotuksistasi hylättiin 3.",
        "Ehdotuksesi on hyväksytty.",
    ]
    held = {"If-None-Match": answer.headers["etag"]}
    assert signed.get(f"{path}?lang=fi", headers=held).status_code == 304


def require_atom(feed):
    """What RFC 4287 demands of a feed and of each entry (4.1.1 and 4.1.2)."""
    assert feed.tag == f"{ATOM}feed"
    for part in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            [one] = part.findall(f"{ATOM}{name}")
            assert one.text
        assert re.match(r"[a-z]+:\S+$", part.findtext(f"{ATOM}id"))
        assert datetime.fromisoformat(part.findtext(f"{ATOM}updated")).tzinfo
        alternates = [one for one in part.findall(f"{ATOM}link") if one.get("rel") == "alternate"]
        assert len(alternates) == 1
        assert all(one.get("href").startswith("http://") for one in part.findall(f"{ATOM}link"))
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    assert len(feed.findall(f"{ATOM}link[@rel='self']")) == 1
    ids = [one.findtext(f"{ATOM}id") for one in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)


def test_a_feed_without_entries_is_valid_too(signed):
    require_atom(ElementTree.fromstring(signed.get(feed_of(signed)).content))


def test_a_wrong_secret_is_the_same_404_as_any_address(signed, told):
    told()
    old = feed_of(signed)
    new = feed_of(signed)
    assert signed.get(new).status_code == 200
    signed.post("/account/feed", data={"end": "1"}, headers=OWN)
    wrong = [signed.get(path) for path in (old, new, "/feeds/x.atom", "/feeds/none", "/nowhere")]
    assert {one.status_code for one in wrong} == {404}
    assert len({re.sub(r'"instance":"[^"]*"', "", one.text) for one in wrong}) == 1
    assert len({tuple(sorted(one.headers)) for one in wrong}) == 1


def test_mail_is_offered_where_it_is_sent_and_can_be_ended(signed, store):
    store.notices.set_mailbox("a", Mailbox("anna@example.org", "en"))
    assert "anna@example.org" not in signed.get("/account?f=html").text
    signed.app.state.service = _with_mail(signed.app.state.service)
    assert "anna@example.org" in signed.get("/account?f=html").text
    empty = {**OWN, "Content-Type": "application/x-www-form-urlencoded"}
    assert signed.post("/account/mail", content=b"", headers=empty).status_code == 200
    assert store.notices.mailbox("a") is None


def _with_mail(service):
    from dataclasses import replace

    return replace(service, settings=replace(service.settings, smtp_host="mail.example.org"))


def test_the_operator_says_where_mail_goes(settings, store, anna):
    def run(*arguments):
        environment = {"GEOMAP_STORE": settings.store}
        return CliRunner().invoke(main, ["user", "mail", *arguments], env=environment)

    assert run("Anna", "anna@example.org", "--lang", "ru").exit_code == 0
    assert store.notices.mailbox("a") == Mailbox("anna@example.org", "ru")
    assert run("Anna", "no address").exit_code == 2
    assert run("nobody", "a@example.org").exit_code == 1
    assert run("Anna").exit_code == 0
    assert store.notices.mailbox("a") is None


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_the_page_of_the_account_tells_rights_in_words(client, signed, lang):
    page = signed.get(f"/account?f=html&lang={lang}").text
    assert {"en": "Contributor", "ru": "Участник", "fi": "Avustaja"}[lang] in page
    client.cookies.clear()
    assert {"en": "You have not signed in.", "ru": "Вы не вошли.",
            "fi": "Et ole kirjautunut sisään."}[lang] in client.get(
        f"/account?f=html&lang={lang}").text  # fmt: skip

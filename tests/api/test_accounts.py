"""Accounts: sessions, tokens, limits, and rights that end at a border, on every path."""

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import getclosurevars
from itertools import count

import pytest
from click.testing import CliRunner
from shapely import Point, box
from starlette.testclient import TestClient

from api import app as application
from api.accounts import own_path
from api.app import create_app
from api.cli import main
from api.passwords import hashed, is_right
from geomap import accounts as rules
from geomap.access import Action, Role, Scope, folded
from geomap.accounts import Account, Token
from geomap.errors import PasswordTooShort
from layers.store.sqlite import SqliteStore
from web.routes import router as page_routes

PASSWORD = "correct horse battery"
OWN = {"Origin": "http://testserver"}
PATCH = {"Content-Type": "application/merge-patch+json"}
GEOJSON = {"Content-Type": "application/geo+json"}
ITEMS = "/collections/sites/items"
HERE = box(28, 61, 29, 62)


@pytest.fixture(scope="session")
def kept():
    """What is kept of the password: made once, for it takes a while."""
    return hashed(PASSWORD)


@pytest.fixture
def people(store, kept):
    """One account of each role; those of a place have the municipality Imatra and `HERE`."""
    scope = Scope(frozenset({"imatra"}), area=HERE)
    for role in Role:
        if role is not Role.VISITOR:
            store.accounts.save(Account(f"id-{role}", role.value, role, scope, kept))
    return store.accounts


@pytest.fixture
def token(people):
    """A token of a role's account, with actions and municipalities it is limited to."""
    numbers = count()

    def made(role, *, actions=tuple(Action), municipalities=(), days=1):
        now = datetime.now(UTC)
        secret = f"secret {next(numbers)} of {role}"
        limits = frozenset(actions), frozenset(municipalities)
        ends_at = (now + timedelta(days=days)).isoformat()
        people.add_token(
            f"id-{role}",
            Token(secret[:9], "trial", *limits, now.isoformat(), ends_at),
            secret,
        )
        return {"Authorization": f"Bearer {secret}"}

    return made


@pytest.fixture
def sites(put, make):
    """Sites here and there, each of either municipality, and hidden ones."""
    places = {"here": (28.5, 61.5), "there": (27.0, 61.5)}
    made = {}
    for place, lnglat in places.items():
        for town in ("Imatra", "Lappeenranta"):
            for visibility in ("public", "hidden"):
                name = f"{place} {town} {visibility}"
                put(make.site(name, *lnglat, municipality=town, visibility=visibility))
                made[name] = f"{ITEMS}/{make.identity(name)}"
    return made


def signed_in(client, name="administrator", password=PASSWORD, **headers):
    form = {"name": name, "password": password}
    return client.post("/login", data=form, headers={**OWN, **headers}, follow_redirects=False)


def feature(place=(28.5, 61.5), **properties):
    names = [{"value": "Mill", "lang": "en", "type": "preferred"}]
    geometry = {"type": "Point", "coordinates": list(place)}
    properties = {"names": names, "municipality": "Imatra", **properties}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


# Signing in


def test_signing_in_begins_a_session_that_programs_in_the_page_cannot_read(client, people):
    answer = signed_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/account").json()["name"] == "administrator"


def test_over_https_the_cookie_goes_nowhere_else(settings, people):
    with TestClient(
        create_app(replace(settings, base_url="https://map.example.org")),
        base_url="https://map.example.org",
    ) as client:
        answer = signed_in(client, Origin="https://map.example.org")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "domain" not in cookie.lower()
        assert client.get("/account").json()["role"] == "administrator"


@pytest.mark.parametrize(("name", "password"), [
    ("administrator", "wrong password"), ("nobody", PASSWORD), ("", ""), ("administrator", ""),
    ("administrator", "x" * 5000), ("a" * 5000, "b"), ("адміністратор", "пароль"),
])  # fmt: skip
def test_a_wrong_name_and_a_wrong_password_are_one_answer(client, people, name, password):
    answer = signed_in(client, name, password)
    assert answer.status_code == 401
    assert "The name or the password is not right." in answer.text
    assert "set-cookie" not in answer.headers


def test_a_name_is_known_however_it_is_written(client, people):
    assert signed_in(client, " Administrator ").status_code == 303


def test_the_form_is_there_in_each_language_and_works_without_scripts(client):
    for lang, words in (("en", "Sign in"), ("ru", "Войти"), ("fi", "Kirjaudu sisään")):
        page = client.get(f"/login?lang={lang}")
        assert page.status_code == 200
        assert words in page.text
        for field in re.findall(r'<input id="(\w+)"', page.text):
            assert f'<label for="{field}">' in page.text
        assert page.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil",
        "\\\\evil",
        "javascript:alert(1)",
        "evil",
        "",
        "/a\nb",
        "/ok\\x",
    ],
)
def test_nobody_is_sent_off_site_after_signing_in(client, people, path):
    assert own_path(path) == "/"
    form = {"name": "administrator", "password": PASSWORD, "next": path}
    answer = client.post("/login", data=form, headers=OWN, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_one_is_sent_on_to_where_one_was(client, people):
    form = {"name": "administrator", "password": PASSWORD, "next": "/?open=sites/1&lang=fi"}
    answer = client.post("/login", data=form, headers=OWN, follow_redirects=False)
    assert answer.headers["location"] == "/?open=sites/1&lang=fi"


def test_the_way_back_is_kept_from_the_page_to_its_form_whatever_letters_are_in_it(client, people):
    way = "/?q=%D0%97%D0%B0%D0%BC%D0%BE%D0%BA&kind=worship#map=9/60/28"
    page = client.get("/login", params={"lang": "en", "next": way})
    assert page.status_code == 200
    assert f'name="next" value="{way.replace("&", "&amp;")}"' in page.text
    form = {"name": "administrator", "password": PASSWORD, "next": "/?q=Замок"}
    answer = client.post("/login", data=form, headers=OWN, follow_redirects=False)
    assert answer.headers["location"] == "/?q=%D0%97%D0%B0%D0%BC%D0%BE%D0%BA"


def test_a_form_that_is_none_is_refused(client):
    for body, kind in ((b"{}", "application/json"), (b"a=1", "text/plain"), (b"a=1", "")):
        headers = {**OWN, **({"Content-Type": kind} if kind else {})}
        assert client.post("/login", content=body, headers=headers).status_code in {400, 415}
    form = {**OWN, "Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"\xff=1", b"a=%ff", b"&".join([b"a=1"] * 100)):
        assert client.post("/login", content=body, headers=form).status_code == 400


# Sessions


def test_a_new_session_ends_the_one_before(client, people):
    signed_in(client)
    old = dict(client.cookies)
    signed_in(client)
    assert dict(client.cookies) != old
    fresh = TestClient(client.app, cookies=old)
    assert fresh.get("/account").json()["role"] == "visitor"


def test_a_session_set_by_another_is_not_taken_over(client, people):
    client.cookies.set("geomap_session", "fixed by someone else")
    assert client.get("/account").json()["role"] == "visitor"
    signed_in(client)
    assert (
        client.cookies.get("geomap_session", domain="testserver.local") != "fixed by someone else"
    )


@pytest.mark.parametrize("ended", ["logout", "password", "disable", "role"])
def test_what_ends_a_session_ends_it_at_once_on_every_worker(client, settings, people, ended):
    signed_in(client, "reviewer")
    cookies = dict(client.cookies)
    with TestClient(create_app(settings), cookies=cookies) as other:
        assert other.get("/account").json()["role"] == "reviewer"
        account = people.named("reviewer")
        ends = {
            "logout": lambda: client.post("/logout", headers=OWN),
            "password": lambda: people.save(replace(account, password="another")),
            "disable": lambda: people.save(replace(account, disabled=True)),
            "role": lambda: people.save(replace(account, role=Role.CONTRIBUTOR)),
        }
        ends[ended]()
        for worker in (client, other):
            assert worker.get("/account").json()["role"] == "visitor"


@pytest.mark.parametrize(
    ("pauses", "lasts"),
    [([timedelta(hours=7)], True), ([timedelta(hours=9)], False),
     ([timedelta(hours=7)] * 20, True), ([timedelta(hours=7)] * 25, False)],
)  # fmt: skip
def test_a_session_ends_when_idle_or_old(tmp_path, kept, pauses, lasts):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    store = SqliteStore(tmp_path / "geomap.db", now=lambda: now)
    store.accounts.save(Account("a", "Anna", Role.REVIEWER, password=kept))
    store.accounts.open_session("a", "secret")
    found = None
    for pause in pauses:
        now += pause
        found = store.accounts.of_session("secret")
    assert (found is not None) is lasts
    store.close()


def test_neither_passwords_nor_sessions_nor_tokens_are_kept_as_they_are(client, token, settings):
    signed_in(client)
    secret = client.cookies["geomap_session"]
    said = token("reviewer")["Authorization"].removeprefix("Bearer ")
    content = b"".join(
        path.read_bytes() for path in (client.app.state.settings and _files(settings))
    )
    for word in (PASSWORD, secret, said):
        assert word.encode() not in content


def _files(settings):
    from geomap.settings import sqlite_path

    return [*sqlite_path(settings.store).parent.glob("geomap.db*")]


# Forms of other sites


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
     {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
     {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
     {"Origin": "http://testserver.evil.example"}],
)  # fmt: skip
def test_no_other_site_can_sign_in_or_change_anything(client, people, sites, headers):
    form = {"name": "administrator", "password": PASSWORD}
    assert client.post("/login", data=form, headers=headers).status_code == 403
    signed_in(client)
    path = sites["here Imatra public"]
    for method, body in (("PATCH", {}), ("PUT", feature()), ("DELETE", None)):
        kind = PATCH if method == "PATCH" else GEOJSON
        answer = client.request(
            method, path, json=body, headers={**kind, **headers, "If-Match": "*"}
        )
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/foreign-origin")
    assert client.post("/logout", headers=headers).status_code == 403
    assert client.get("/account").json()["role"] == "administrator"


def test_a_page_of_this_site_says_which_version_it_changes(client, people, sites):
    signed_in(client)
    path = sites["here Imatra public"]
    same = {**PATCH, "Sec-Fetch-Site": "same-origin"}
    assert client.patch(path, json={}, headers=same).status_code == 428
    tag = client.get(path).headers["etag"]
    assert client.patch(path, json={}, headers={**same, "If-Match": tag}).status_code == 204


# Limits


def test_after_ten_failures_an_account_is_not_heard_from_that_address(client, settings, people):
    with TestClient(create_app(settings)) as other:
        for number in range(rules.MOST_OF_ACCOUNT_AND_ADDRESS):
            worker = client if number % 2 else other
            assert signed_in(worker, "reviewer", "wrong password").status_code == 401
        for worker in (client, other):
            answer = signed_in(worker, "reviewer")
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) > 0
        assert signed_in(client, "expert").status_code == 303


def test_who_signs_in_has_not_failed(client, people):
    for _ in range(3):
        for _ in range(rules.MOST_OF_ACCOUNT_AND_ADDRESS - 1):
            people.admit("reviewer", "testclient")
        assert signed_in(client, "reviewer").status_code == 303


def test_an_address_that_tries_all_names_is_not_heard(people):
    waits = [people.admit(f"name {n}", "192.0.2.1") for n in range(rules.MOST_OF_ADDRESS + 5)]
    assert sum(wait is None for wait in waits) == rules.MOST_OF_ADDRESS
    assert people.admit("name", "192.0.2.2") is None


def test_limits_pass(tmp_path):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    store = SqliteStore(tmp_path / "geomap.db", now=lambda: now)
    for _ in range(rules.MOST_OF_ACCOUNT_AND_ADDRESS + 1):
        wait = store.accounts.admit("anna", "192.0.2.1")
    assert wait == rules.WINDOW
    now += rules.WINDOW
    assert store.accounts.admit("anna", "192.0.2.1") is None
    store.close()


# Passwords


def test_a_password_is_kept_as_argon2id(kept):
    assert kept.startswith("$argon2id$")
    assert is_right(PASSWORD, kept)
    assert not is_right("wrong password", kept)
    assert not is_right(PASSWORD, None)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 2000])
def test_a_password_that_is_too_short_or_endless_is_refused(password):
    with pytest.raises(PasswordTooShort):
        hashed(password)


# Tokens


@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
def test_a_token_is_taken_as_bearer_and_as_the_password_of_basic(client, token, sites, scheme):
    said = token("administrator")["Authorization"].removeprefix("Bearer ")
    if scheme == "Basic":
        said = base64.b64encode(f"qgis:{said}".encode()).decode()
    headers = {"Authorization": f"{scheme} {said}"}
    assert client.get("/account", headers=headers).json()["role"] == "administrator"
    assert client.get(sites["here Imatra hidden"], headers=headers).status_code == 200


def test_a_token_ends(client, token, people):
    over, fresh = token("administrator", days=-1), token("administrator")
    assert client.get("/account", headers=over).status_code == 401
    assert client.get("/account", headers=fresh).status_code == 200
    for one in people.tokens("id-administrator"):
        assert people.revoke_token("id-administrator", one.id)
    assert client.get("/account", headers=fresh).status_code == 401


def test_the_token_of_a_disabled_account_opens_nothing(client, token, people):
    headers = token("administrator")
    people.save(replace(people.named("administrator"), disabled=True))
    assert client.get("/account", headers=headers).status_code == 401


def test_a_token_does_no_more_than_it_is_for(client, token, sites):
    see = token("administrator", actions=(Action.SEE,))
    path = sites["here Imatra public"]
    assert client.get(path, headers=see).headers["cache-control"] == "private, no-store"
    assert client.patch(path, json={}, headers={**PATCH, **see}).status_code == 403
    town = token("administrator", municipalities=("imatra",))
    assert client.patch(path, json={}, headers={**PATCH, **town}).status_code == 204
    other = sites["here Lappeenranta public"]
    assert client.patch(other, json={}, headers={**PATCH, **town}).status_code == 403
    assert client.get(sites["here Lappeenranta hidden"], headers=town).status_code == 404


def test_a_token_that_may_only_change_is_answered_what_it_did(client, token, sites, store):
    path = sites["here Imatra public"]
    headers = {**PATCH, **token("administrator", actions=[Action.CHANGE])}
    change = {"properties": {"condition": "poor"}}
    assert client.patch(path, json=change, headers=headers).status_code == 204
    assert store.feature("sites", path.rsplit("/", 1)[1]).properties["condition"] == "poor"


# Rights end at a border


def test_a_retry_shows_nothing_of_a_record_that_has_left_ones_reach(client, token, sites):
    path = sites["here Imatra hidden"]
    headers = {**PATCH, **token("heritage_editor"), "Idempotency-Key": "one",
               "Prefer": "return=representation"}  # fmt: skip
    change = {"properties": {"condition": "poor"}}
    assert client.patch(path, json=change, headers=headers).status_code == 200
    moved = {"properties": {"municipality": "Lappeenranta", "condition": "good"}}
    answer = client.patch(path, json=moved, headers={**PATCH, **token("administrator")})
    assert answer.status_code == 204
    assert client.patch(path, json=change, headers=headers).status_code == 404


def test_an_editor_sees_what_is_hidden_of_their_own_and_nothing_of_others(
    client, token, sites, make
):
    editor = token("heritage_editor")
    never = client.get(f"{ITEMS}/{make.identity('never')}", headers=editor)
    for name, path in sites.items():
        answer = client.get(path, headers=editor)
        own = name.startswith("here Imatra")
        if "public" in name:
            assert answer.status_code == 200
            assert ("no-store" in answer.headers["cache-control"]) is own
        else:
            assert answer.status_code == (200 if own else 404)
            if not own:
                one, other = (
                    re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
                    for text in (answer.text, never.text)
                )
                assert one == other


def test_that_a_site_was_deleted_is_told_to_those_who_could_see_it(client, token, sites):
    boss, editor = token("administrator"), token("heritage_editor")
    for name, path in sites.items():
        assert client.delete(path, headers=boss).status_code == 204
        own = name.startswith("here Imatra")
        assert client.get(path, headers=editor).status_code == (410 if own else 404)
        assert client.get(path).status_code == 404
        assert client.delete(path, headers=editor).status_code == (410 if own else 404)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_an_editor_changes_their_own_and_nothing_of_others(client, token, sites, method, store):
    editor = token("heritage_editor")
    before = {r.id: r for r in store.features("sites")}
    for name, path in sites.items():
        body = {} if method == "DELETE" else {"json": feature() if method == "PUT" else {}}
        kind = PATCH if method == "PATCH" else GEOJSON
        answer = client.request(method, path, headers={**kind, **editor}, **body)
        own, public = name.startswith("here Imatra"), "public" in name
        assert answer.status_code == (204 if own else 403 if public else 404), name
        if not own:
            kept = store.feature("sites", path.rsplit("/", 1)[1])
            assert kept.revision == before[kept.id].revision


@pytest.mark.parametrize(
    "change",
    [
        {"geometry": {"type": "Point", "coordinates": [27.0, 61.5]}},
        {"geometry": {"type": "LineString", "coordinates": [[28.5, 61.5], [29.5, 61.5]]}},
        {"properties": {"municipality": "Lappeenranta"}},
        {"properties": {"municipality": None}},
        {"properties": {"municipality": "Lappeenranta"}, "geometry": None},
    ],
)
def test_an_editor_moves_nothing_over_the_border(client, token, sites, change, store):
    path = sites["here Imatra public"]
    headers = {**PATCH, **token("heritage_editor")}
    assert client.patch(path, json=change, headers=headers).status_code == 403
    assert store.feature("sites", path.rsplit("/", 1)[1]).revision == 1
    whole = {**client.get(path).json(), **change}
    whole["properties"] = {**feature()["properties"], **change.get("properties", {})}
    headers = {**GEOJSON, **token("heritage_editor")}
    whole = {k: v for k, v in whole.items() if k in ("type", "geometry", "properties")}
    assert client.put(path, json=whole, headers=headers).status_code == 403


def test_an_editor_makes_nothing_beyond_the_border(client, token, store):
    headers = {**GEOJSON, **token("heritage_editor")}
    for body in (
        feature((27.0, 61.5)),
        feature(municipality="Lappeenranta"),
        feature(municipality=""),
    ):
        assert client.post(ITEMS, json=body, headers=headers).status_code == 403
    assert client.post(ITEMS, json=feature(), headers=headers).status_code == 201


def test_an_outline_of_a_region_is_a_border_and_moves_with_it(client, store, put, make, kept):
    region = make.site("x", 1, 1)
    put(replace(region, layer="regions", geometry=HERE, properties={"names": make.names(en="R")}))
    scope = Scope(regions=frozenset({region.id}))
    store.accounts.save(Account("a", "Anna", Role.HERITAGE_EDITOR, scope, kept))
    now = datetime.now(UTC)
    ends = (now + timedelta(days=1)).isoformat()
    store.accounts.add_token(
        "a", Token("t", "", frozenset(Action), frozenset(), "", ends), "secret"
    )
    headers = {**GEOJSON, "Authorization": "Bearer secret"}
    assert client.post(ITEMS, json=feature(), headers=headers).status_code == 201
    moved = replace(region, layer="regions", geometry=box(0, 0, 1, 1),
                    properties={"names": make.names(en="R")})  # fmt: skip
    put(moved)
    assert client.post(ITEMS, json=feature(), headers=headers).status_code == 403


def test_a_coordinator_joins_pairs_of_which_one_city_is_theirs(client, token, put, make):
    own = make.city("Imatra", 28.5, 61.5, country="FI")
    one, two = make.city("Narva", 28.2, 59.4, country="EE"), make.city("Tartu", 26.7, 58.4)
    put(own, one, two)
    headers = {**GEOJSON, **token("twin_coordinator")}

    def joined(a, b):
        body = {"type": "Feature", "geometry": None, "properties": {"city_a": a.id, "city_b": b.id}}
        return client.post("/collections/twins/items", json=body, headers=headers)

    made = joined(own, one)
    assert made.status_code == 201
    assert joined(one, two).status_code == 403
    path = made.headers["location"].removeprefix("http://testserver")
    change = {"properties": {"city_a": two.id}}
    answer = client.patch(path, json=change, headers={**headers, **PATCH})
    assert answer.status_code == 403
    assert client.post(ITEMS, json=feature(), headers=headers).status_code == 403


def test_a_pair_cannot_be_made_to_find_out_whether_a_hidden_city_is_there(client, token, put, make):
    own = make.city("Imatra", 28.5, 61.5, country="FI")
    hidden = make.city("Closed", 28.2, 59.4, country="RU", visibility="hidden")
    never = make.city("Never", 28.2, 59.4)
    put(own, hidden)

    def refused(city):
        body = {"type": "Feature", "geometry": None,
                "properties": {"city_a": own.id, "city_b": city.id}}  # fmt: skip
        headers = {**GEOJSON, **token("twin_coordinator")}
        answer = client.post("/collections/twins/items", json=body, headers=headers)
        return answer.status_code, answer.text.replace(city.id, "ID")

    assert refused(hidden) == refused(never)
    assert refused(never)[0] == 422


# The route × role matrix

OPEN = {Action.READ, Action.SIGN_IN, Action.SUGGEST}
KNOWN = {*OPEN, Action.OWN_ACCOUNT}
MAY = {
    "visitor": OPEN,
    "contributor": KNOWN,
    "expert": {*KNOWN, Action.SEE},
    "heritage_editor": {*KNOWN, Action.SEE, Action.CREATE, Action.CHANGE, Action.DELETE,
                        Action.RESTORE, Action.IMPORT},
    "twin_coordinator": KNOWN,
    "reviewer": {*KNOWN, Action.SEE, Action.REVIEW, Action.RESTORE},
    "administrator": {*Action},
}  # fmt: skip
"""Role → what it may do on the layer of sites: a second opinion, written by hand."""
BEYOND = {"twin_coordinator": {*KNOWN, Action.SEE, Action.RESTORE, Action.IMPORT}}
"""The same for what is of no layer, where that is more."""
OPERATIONS = [one for router in application.ROUTERS for one in router.operations]
MOUNTED = [route for router in application.ROUTERS for route in router.routes.routes]
TYPES = {(one.method.upper(), one.path): one.takes[0] for one in OPERATIONS if one.takes}


@pytest.mark.parametrize("role", MAY)
def test_each_role_gets_through_the_guards_that_it_may_and_no_other(client, token, make, role):
    headers = {} if role == "visitor" else token(role)
    refusals = (401,) if role == "visitor" else (403,)
    for route in MOUNTED:
        action = getclosurevars(route.dependencies[0].dependency).nonlocals["action"]
        path = route.path.format(
            layer_id="sites", feature_id=make.identity("never"), z=0, x=0, y=0, revision=1,
            tileMatrixSetId="WebMercatorQuad", style_id="light", name="x", transaction_id="x",
            code="x", theme="light", upload_id="x", secret="x", suggestion_id="x",
            photo_id=make.identity("photo"),
        )  # fmt: skip
        allowed = MAY[role] if "layer_id" in route.path else BEYOND.get(role, MAY[role])
        for method in route.methods - {"HEAD"}:
            kind = {"Content-Type": TYPES.get((method, route.path), "application/json")}
            answer = client.request(method, path, headers={**headers, **kind, **OWN}, content=b"{}")
            # Of the pages to sign in with 401 and 403 say something else.
            page = answer.headers.get("content-type", "").startswith("text/html")
            asked = any(
                instead in one.headers["location"]
                for one in answer.history
                for instead in ("/login?next=", "/suggest/")
            )
            refused = asked or (answer.status_code in refusals and not page)
            assert refused is (action not in allowed), (method, route.path, answer.status_code)


def test_every_route_stands_behind_a_guard():
    assert len(MOUNTED) >= len(OPERATIONS)
    for route in MOUNTED:
        first = route.dependencies[0].dependency
        assert first.__qualname__.startswith("_guard."), route.path
    # What the page loads is the same for everyone.
    assert {route.path for route in page_routes.routes} == {"/i18n/{lang}.json", "/sources"}


def test_the_account_page_tells_what_one_may_do(client, token):
    rights = client.get("/account", headers=token("heritage_editor")).json()["rights"]
    assert rights["sites"]["change"] == "own"
    assert "change" not in rights["cities"]
    assert client.get("/account").json()["rights"]["sites"] == {
        "read": "everywhere", "sign_in": "everywhere", "suggest": "everywhere",
    }  # fmt: skip


def test_the_page_to_sign_in_leads_to_the_forms_that_one_may_use(client, people):
    for role, layers in (("heritage_editor", {"sites", "regions"}), ("reviewer", set()),
                         ("twin_coordinator", {"cities", "twins"})):  # fmt: skip
        assert signed_in(client, role).status_code == 303
        page = client.get("/login?lang=en").text
        assert set(re.findall(r'href="/edit/(\w+)/new', page)) == layers


# The command line


@pytest.fixture
def run(settings, store):
    def command(*arguments):
        environment = {"GEOMAP_STORE": settings.store, "GEOMAP_BASE_URL": ""}
        return CliRunner().invoke(main, ["user", *arguments], env=environment)

    return command


@pytest.fixture
def outline(tmp_path):
    path = tmp_path / "outline.geojson"
    path.write_text(json.dumps(HERE.__geo_interface__))
    return str(path)


def test_a_password_is_chosen_once_with_the_link_that_is_printed(run, client, store):
    said = run("add", "Anna", "--role", "reviewer")
    assert said.exit_code == 0, said.output
    path = re.search(r"(/invitation/\S+)", said.output)[1]
    assert "Anna" in client.get(path).text
    short = client.post(path, data={"password": "short"}, headers=OWN)
    assert short.status_code == 400
    assert "too short" in short.text
    done = client.post(path, data={"password": PASSWORD}, headers=OWN, follow_redirects=False)
    assert done.status_code == 303
    assert client.get("/account").json()["name"] == "Anna"
    for again in (client.get(path), client.post(path, data={"password": PASSWORD}, headers=OWN)):
        assert again.status_code == 404
    assert signed_in(client, "anna").status_code == 303


def test_an_editor_is_made_with_a_border_or_not_at_all(run, store, outline):
    refused = run("add", "Anna", "--role", "heritage_editor", "--municipality", "Imatra")
    assert refused.exit_code == 2
    assert "--outline" in refused.output
    arguments = ("--municipality", "Imatra", "--outline", outline)
    assert run("add", "Anna", "--role", "heritage_editor", *arguments).exit_code == 0
    account = store.accounts.named("anna")
    assert account.scope.municipalities == {folded("Imatra")}
    assert account.scope.area.covers(Point(28.5, 61.5))


@pytest.mark.parametrize("content", ["", "{}", '{"type":"Point","coordinates":[1,2]}'])
def test_an_outline_that_is_no_area_is_refused(run, tmp_path, content):
    path = tmp_path / "bad.geojson"
    path.write_text(content)
    said = run("add", "Anna", "--role", "expert", "--outline", str(path))
    assert said.exit_code == 2, said.output


def test_accounts_are_listed_disabled_and_given_roles(run, store, outline):
    run("add", "Anna", "--role", "expert", "--outline", outline)
    assert run("add", "anna", "--role", "reviewer").exit_code == 1
    assert "Anna  expert  an outline  invited" in run("list").output
    run("disable", "Anna")
    assert "disabled" in run("list").output
    run("disable", "Anna", "--undo")
    assert run("role", "Anna", "contributor").exit_code == 0
    assert "Anna  contributor" in run("list").output
    assert run("disable", "nobody").exit_code == 1


def test_a_token_is_shown_once_and_revoked(run, client, store):
    run("add", "Anna", "--role", "administrator")
    said = run("token", "Anna", "--title", "QGIS", "--days", "3", "--action", "see")
    headers = {"Authorization": f"Bearer {said.output.strip()}"}
    assert client.get("/account", headers=headers).json()["name"] == "Anna"
    listed = run("list").output
    assert said.output.strip() not in listed
    [token_id] = re.findall(r"token (\S+)  QGIS", listed)
    assert run("token", "Anna", "--revoke", token_id).exit_code == 0
    assert client.get("/account", headers=headers).status_code == 401
    assert run("token", "Anna", "--revoke", token_id).exit_code == 1


def test_the_first_administrator_has_no_password_until_one_is_chosen(store, kept):
    from api.people import first_invitation

    secret = first_invitation(store)
    account = store.accounts.of_invitation(secret)
    assert account.role is Role.ADMINISTRATOR
    assert account.password is None
    assert first_invitation(store) != secret
    assert store.accounts.of_invitation(secret) is None
    store.accounts.save(replace(account, password=kept))
    assert first_invitation(store) == ""


def test_an_invitation_ends(tmp_path):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    store = SqliteStore(tmp_path / "geomap.db", now=lambda: now)
    store.accounts.save(Account("a", "Anna", Role.REVIEWER))
    store.accounts.invite("a", "secret")
    assert store.accounts.of_invitation("secret").name == "Anna"
    now += rules.INVITED
    assert store.accounts.of_invitation("secret") is None
    store.close()


def test_accounts_share_the_store_and_nothing_public_names_them(store, people):
    with store.public() as reader:
        for table in ("account", "session", "api_token", "login_attempt", "invitation"):
            with pytest.raises(Exception, match=r"prohibited|not authorized"):
                reader._connection.execute(f"SELECT count(*) FROM {table}")

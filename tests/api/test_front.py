"""The short way: whom it answers, and that its answers are those of the routes."""

import asyncio
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from starlette.testclient import TestClient

from api import front, tiles
from api.app import create_app
from api.asking import place_of
from api.callers import MOST_BYTES, REMEMBERED
from api.forecast import LIGHT_S, Forecast
from layers.segments.building import build
from layers.segments.folder import folder_of
from layers.tiles.render import render

ITEM = "/collections/sites/items/{}"
TILE = "/collections/sites/tiles/0/0/0.pbf"
PATHS = [
    TILE,
    "/collections/sites/tiles/WebMercatorQuad/0/0/0",
    "/collections/sites/tiles/10/0/0.pbf",
    "/collections/twins/tiles/0/0/0.pbf",
    "/collections/sites/tiles/0/0/0.pbf?kind=defence,building&dated=true&datetime=1300",
    "/collections/sites/tiles/0/0/0.pbf?q=castle",
    "/tiles/0/0/0.pbf",
    "/tiles/WebMercatorQuad/0/0/0?collections=cities,sites",
    "/basemap/0/0/0.mvt",
    "/basemap/20/0/0.mvt",
]
FAULTS = [
    f"{TILE}?kind=unheard",
    f"{TILE}?kind=defence&kind=defence",
    f"{TILE}?unheard=of",
    f"{TILE}?f=json",
    "/collections/rivers/tiles/0/0/0.pbf",
    "/collections/sites/tiles/23/0/0.pbf",
    "/basemap/0/0/1.mvt",
    ITEM.format("00000000-0000-4000-8000-000000000000"),
]
FORMS = [{"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}]
KNOWN = [{"Cookie": "session=1"}, {"Authorization": "Bearer 1"}]


@pytest.fixture
def answered(world, monkeypatch):
    """The calls that took the short way."""
    calls = []
    short = front.Front._counted

    def noted(self, call, template, messages, began):
        if messages:
            calls.append(call.scope["path"])
        return short(self, call, template, messages, began)

    monkeypatch.setattr(front.Front, "_counted", noted)
    return calls


def by_routes(world, method, path, headers):
    """Return the answer that the routes give: a request of someone who says who it is."""
    return world.request(method, path, headers={**headers, "Cookie": "session=1"})


@pytest.mark.parametrize("path", [*PATHS, ITEM])
@pytest.mark.parametrize("form", FORMS)
def test_the_short_way_answers_what_the_routes_answer(world, make, answered, path, form):
    path = path.format(make.identity("Castle"))
    first = world.get(path, headers=form)
    long = by_routes(world, "GET", path, form)
    assert answered == [path.split("?")[0]]
    assert (first.content, sorted(first.headers.raw)) == (long.content, sorted(long.headers.raw))
    held = first.headers["etag"]
    for method in ("GET", "HEAD"):
        for more in ({}, {"If-None-Match": held}, {"If-None-Match": f'"x", W/{held}'}):
            answered.clear()
            short = world.request(method, path, headers=form | more)
            assert len(answered) == 1
            long = by_routes(world, method, path, form | more)
            assert len(answered) == 1
            assert short.status_code == long.status_code
            assert short.content == long.content
            assert sorted(short.headers.raw) == sorted(long.headers.raw)


@pytest.mark.parametrize("form", FORMS)
def test_headers_of_a_feature_stand_in_one_order_whoever_answers(world, make, form):
    # Which of the two ways answers depends on what was written last, be it hidden.
    path = ITEM.format(make.identity("Castle"))
    held = {"If-None-Match": world.get(path, headers=form).headers["etag"]}
    for more in ({}, held):
        short, long = (
            world.get(path, headers=form | more),
            by_routes(world, "GET", path, form | more),
        )
        assert short.headers.raw == long.headers.raw


@pytest.fixture
def read(monkeypatch):
    """The paths that the short way had to read, for it knew no answer."""
    paths = []
    monkeypatch.setattr(front, "place_of", lambda path: paths.append(path) or place_of(path))
    return paths


@pytest.mark.parametrize("path", [*PATHS, ITEM])
def test_what_was_answered_once_is_not_read_again(world, make, read, path):
    path, here = path.format(make.identity("Castle")), {"Host": "asked-for-the-first-time.example"}
    held = world.get(path, headers=here).headers["etag"]
    world.get(path, headers=here | {"User-Agent": "another"})
    world.head(path, headers=here)
    assert world.get(path, headers=here | {"If-None-Match": held}).status_code == 304
    assert len(read) == 1


@pytest.mark.parametrize("path", [TILE, ITEM])
def test_what_was_answered_once_is_not_answered_after_an_edit(client, put, make, path):
    path = path.format(make.identity("Seen"))
    put(make.site("Seen", 10.0, 50.0))
    before = client.get(path)
    put(make.site("Seen", 11.0, 50.0))
    after = client.get(path)
    assert after.content != before.content
    assert client.get(path).content == after.content
    held = {"If-None-Match": before.headers["etag"]}
    assert client.get(path, headers=held).status_code == 200


def test_an_answer_is_for_its_language_host_and_form_alone(world, make):
    path = ITEM.format(make.identity("Imatra – Vyborg")).replace("sites", "twins")
    for _ in range(2):
        told = [world.get(path, headers={"Accept-Language": lang}).json() for lang in ("fi", "ru")]
        assert ["Yhteisestä toiminnasta" in str(pair) for pair in told] == [True, False]
        assert ["совместной деятельности" in str(pair) for pair in told] == [False, True]
    tags = [
        world.get(TILE, headers={"Host": host, "Accept-Encoding": coding}).headers["etag"]
        for host in ("one.example", "other.example")
        for coding in ("gzip", "identity")
    ]
    assert len(set(tags)) == len(tags)
    assert world.get(TILE, headers={"Accept": "text/html"}).status_code == 406


@pytest.mark.parametrize("path", [TILE, "/tiles/0/0/0.pbf", "/basemap/0/0/0.mvt"])
def test_what_caches_may_share_is_the_public_s_alone(settings, store, path):
    with TestClient(create_app(replace(settings, shared_tiles_s=60))) as client:
        # A stated length is for the routes, and yet says nothing of who asks.
        for more in ({}, {"Content-Length": "0"}):
            public = client.get(path, headers=more)
            held = client.get(path, headers=more | {"If-None-Match": public.headers["etag"]})
            assert (public.status_code, held.status_code) == (200, 304)
            for answer in (public, held):
                shared = "public, max-age=0, must-revalidate, s-maxage=60"
                assert answer.headers["cache-control"] == shared
                assert {"Authorization", "Cookie"} <= set(answer.headers["vary"].split(", "))
        for known in KNOWN:
            assert "s-maxage" not in client.get(path, headers=known).headers["cache-control"]
        someone_s = client.get(path, headers={"Cookie": "session=1"}).headers
        assert someone_s["cache-control"] == "private, no-cache"
        assert {"Authorization", "Cookie"} <= set(someone_s["vary"].split(", "))


@pytest.mark.parametrize("headers", KNOWN)
def test_who_is_known_is_not_given_what_the_public_was(world, answered, headers):
    world.get(TILE)
    answered.clear()
    world.get(TILE, headers=headers)
    assert answered == []


def test_what_a_wrapper_adds_to_an_answer_is_not_in_the_next(client):
    lengths = []

    async def ask():
        async def send(message):
            if message["type"] == "http.response.start":
                lengths.append(len(message["headers"]))
                message["headers"].append((b"x-wrapper", b"was here"))

        scope = {"type": "http", "method": "GET", "scheme": "http", "path": TILE}
        await client.app({**scope, "query_string": b"", "headers": []}, None, send)

    for _ in range(3):
        asyncio.run(ask())
    assert len(set(lengths)) == 1


def test_requests_that_came_together_share_one_look_at_the_store(client, put, make, monkeypatch):
    service, bodies = client.app.state.service, []
    looked, look = [], service.follower.held
    monkeypatch.setattr(type(service.follower), "held", lambda _: looked.append(1) or look())

    async def ask():
        async def send(message):
            bodies.append(message.get("body"))

        scope = {"type": "http", "method": "GET", "scheme": "http", "path": TILE}
        await client.app({**scope, "query_string": b"", "headers": []}, None, send)

    async def ask_together():
        await asyncio.gather(*(ask() for _ in range(5)))
        assert len(looked) == 1
        put(make.site("Second", 30.0, 50.0))
        await asyncio.sleep(0)
        await ask()

    put(make.site("First", 10.0, 50.0))
    asyncio.run(ask())
    looked.clear()
    asyncio.run(ask_together())
    assert len({body for body in bodies if body}) == 2


def test_headers_that_are_made_up_are_not_remembered_without_end(client):
    for number in range(REMEMBERED + 10):
        client.get("/conformance", headers={"User-Agent": f"{number}"})
    client.get("/conformance", headers={"User-Agent": "x" * MOST_BYTES})
    assert len(client.app.front._callers._known) <= REMEMBERED
    assert not any("x" * MOST_BYTES in str(known) for known in client.app.front._callers._known)


@pytest.mark.parametrize("path", FAULTS)
def test_what_cannot_be_answered_is_said_by_the_routes(world, answered, path):
    answer = world.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert 400 <= answer.status_code < 500
    assert answered == []


@pytest.mark.parametrize("headers", [*KNOWN, {"Content-Length": "0"}, {"Accept": "text/html"}])
def test_who_is_known_and_what_is_unusual_goes_to_the_routes(world, answered, headers):
    world.get(TILE, headers=headers)
    assert answered == []


def test_names_of_headers_are_as_the_routes_write_them(world):
    sent = {}

    async def receive():
        return {"type": "http.request", "body": b""}

    async def ask(headers):
        async def send(message):
            if message["type"] == "http.response.start":
                sent[len(headers)] = {bytes(name) for name, _ in message["headers"]}

        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": TILE,
            "query_string": b"",
            "headers": headers,
        }
        await world.app(scope, receive, send)

    asyncio.run(ask([]))
    asyncio.run(ask([(b"cookie", b"a=b")]))
    assert sent[0] == sent[1]
    assert b"ETag" in sent[0]


def test_a_tile_asked_for_by_many_at_once_is_drawn_once(client, put, make, monkeypatch):
    put(make.site("Seen", 10.0, 50.0))
    drawn = []

    def slow(*given):
        drawn.append(given)
        time.sleep(0.2)
        return render(*given)

    monkeypatch.setattr(tiles, "render", slow)
    threads = [threading.Thread(target=client.get, args=(TILE,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 1


def test_a_tile_under_way_holds_nobody_up(client, put, make, monkeypatch):
    put(make.site("Seen", 10.0, 50.0))

    def slow(*given):
        time.sleep(0.6)
        return render(*given)

    monkeypatch.setattr(tiles, "render", slow)
    heavy = threading.Thread(target=client.get, args=(TILE,))
    heavy.start()
    began = time.perf_counter()
    assert client.get("/basemap/0/0/0.mvt").status_code == 200
    assert time.perf_counter() - began < 0.5
    heavy.join()


def test_a_failure_is_told_by_the_routes(client, monkeypatch):
    def broken(*_):
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(tiles, "render", broken)
    answer = client.get(TILE)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def test_both_forms_of_a_tile_are_drawn_once_and_kept(client, put, make, monkeypatch):
    put(make.site("Seen", 10.0, 50.0))
    drawn = []
    monkeypatch.setattr(tiles, "render", lambda *given: drawn.append(given) or render(*given))
    bodies = {client.get(TILE, headers=form).content for form in FORMS * 2}
    assert len(bodies) == len(drawn) == 1
    assert len(client.app.state.service.tiles) == 2


def test_a_stale_tile_gives_its_place_to_the_new_one(client, put, make):
    for n in range(3):
        put(make.site(f"Site {n}", 10.0 + n, 50.0))
        client.get(TILE)
    assert len(client.app.state.service.tiles) == 1


def test_counts_name_the_route_of_a_tile(client):
    def counted():
        route = 'answers_total{method="GET",route="/collections/{layer_id}/tiles/{z}/{x}/{y}.pbf"'
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if route in line)

    client.get(TILE)
    before = counted()
    client.get(TILE)
    client.get(TILE, headers=KNOWN[0])
    assert counted() == before + 2


def test_tiles_are_expected_to_take_as_long_as_those_before():
    forecast = Forecast()
    assert not forecast.is_light("kind", 1)
    forecast.learn("kind", 1, LIGHT_S / 2)
    assert forecast.is_light("kind", 1)
    assert not forecast.is_light("kind", 2)
    forecast.learn("kind", 1, LIGHT_S * 2)
    forecast.learn("kind", 1, LIGHT_S / 2)
    assert not forecast.is_light("kind", 1)
    for _ in range(10):
        forecast.learn("kind", 1, LIGHT_S / 2)
    assert forecast.is_light("kind", 1)


PAGES = [
    "/collections/sites/items",
    "/collections/sites/items?limit=2",
    "/collections/sites/items?bbox=0,40,30,70&limit=3&f=geojson",
    "/collections/cities/items?lang=ru&bbox=-10,-10,-9,-9",
    "/collections/regions/items?f=json",
]
LONGER = [
    "/collections/sites/items?q=castle",
    "/collections/sites/items?kind=defence",
    "/collections/sites/items?sortby=rank",
    "/collections/sites/items?properties=name",
    "/collections/sites/items?f=html",
    "/collections/sites/items?after=unheard",
    "/collections/sites/items?bbox=1",
    "/collections/twins/items",
]


@pytest.fixture
def prepared(world):
    """The world with the texts of its features ready in a segment."""
    service = world.app.state.service
    assert build(service.store, folder_of(service.settings), datetime.now(UTC).date())
    service.follower.renew()
    return world


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("form", FORMS)
def test_a_page_of_ready_texts_takes_the_short_way(prepared, answered, path, form):
    for method in ("GET", "HEAD"):
        answered.clear()
        short = prepared.request(method, path, headers=form)
        assert answered == [path.split("?")[0]]
        long = by_routes(prepared, method, path, form)
        assert (short.status_code, short.content) == (long.status_code, long.content)
        assert sorted(short.headers.raw) == sorted(long.headers.raw)
    held = {"If-None-Match": short.headers["etag"]}
    for _ in range(3):
        short, long = (
            ask(path, headers=form | held)
            for ask in (prepared.get, partial(by_routes, prepared, "GET"))
        )
        assert (short.status_code, short.content) == (long.status_code, b"") == (304, b"")
        assert sorted(short.headers.raw) == sorted(long.headers.raw)
        prepared.get(path, headers=form)


def test_a_page_is_kept_once_it_is_asked_for_again_and_in_each_language(prepared, read):
    path, here = "/collections/sites/items?limit=3", {"Host": "pages.example"}
    languages = [{"Accept-Language": lang} for lang in ("fi", "ru")]
    answers = [
        [prepared.get(path, headers=here | lang).content for lang in languages] for _ in range(4)
    ]
    assert len(read) == 2 * len(languages)
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("most", [0, 10_000_000])
def test_a_long_page_is_put_together_beside_the_event_loop(prepared, answered, monkeypatch, most):
    monkeypatch.setattr(front, "LONG_PAGE", most)
    prepared.get("/collections/regions/items", headers={"Host": f"{most}.example"})
    assert bool(answered) == bool(most)


@pytest.mark.parametrize("path", LONGER)
def test_a_page_that_takes_more_than_a_look_up_is_for_the_routes(prepared, answered, path):
    prepared.get(path)
    assert answered == []


def test_pages_follow_edits_on_the_short_way(client, put, make, answered):
    put(make.site("Seen", 10.0, 50.0))
    service = client.app.state.service
    assert build(service.store, folder_of(service.settings), datetime.now(UTC).date())
    service.follower.current()
    service.follower.renew()
    path = "/collections/sites/items?bbox=9,49,12,51"
    assert [one["geometry"]["coordinates"] for one in client.get(path).json()["features"]] == [
        [10.0, 50.0]
    ]
    put(make.site("Seen", 11.0, 50.0), make.site("New", 9.5, 50.0))
    client.get(path)
    places = [one["geometry"]["coordinates"][0] for one in client.get(path).json()["features"]]
    assert sorted(places) == [9.5, 11.0]
    assert answered[-1:] == ["/collections/sites/items"]

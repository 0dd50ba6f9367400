"""The short way: whom it answers, and that its answers are those of the routes."""

import asyncio
import threading
import time

import pytest

from api import front, tiles
from api.forecast import LIGHT_S, Forecast
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
    short = front.Front._answer

    async def noted(self, call, receive):
        messages = await short(self, call, receive)
        if messages:
            calls.append(call.scope["path"])
        return messages

    monkeypatch.setattr(front.Front, "_answer", noted)
    return calls


def by_routes(world, method, path, headers):
    """Return the answer that the routes give: a request of someone who says who it is."""
    return world.request(method, path, headers={**headers, "Cookie": "session=1"})


@pytest.mark.parametrize("path", [*PATHS, ITEM])
@pytest.mark.parametrize("form", FORMS)
def test_the_short_way_answers_what_the_routes_answer(world, make, answered, path, form):
    path = path.format(make.identity("Castle"))
    held = world.get(path, headers=form).headers["etag"]
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

"""HTTP itself: tags, methods, encodings, hosts, and what every answer carries."""

import gzip
import logging

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.headers import MAX_BODY_BYTES
from geomap.settings import Settings

ITEMS = "/collections/sites/items"
GETS = [
    "/?f=json",
    "/conformance",
    "/api",
    "/collections",
    "/collections/sites",
    ITEMS,
    "/collections/sites/facets",
    "/collections/twins/overview",
    "/collections/sites/tiles",
    "/collections/sites/tiles/WebMercatorQuad",
    "/collections/sites/tiles/WebMercatorQuad/0/0/0",
    "/collections/sites/tiles/0/0/0.pbf",
    "/collections/sites/tiles/WebMercatorQuad/tilejson.json",
    "/collections/sites/tiles/metadata.json",
    "/tiles",
    "/tiles/WebMercatorQuad/0/0/0",
    "/tiles/0/0/0.pbf",
    "/tileMatrixSets",
    "/tileMatrixSets/WebMercatorQuad",
    "/collections/sites/export",
    "/search?q=a",
    "/basemap/0/0/0.mvt",
]


@pytest.mark.parametrize("path", GETS)
def test_every_get_has_a_strong_tag_and_answers_304_to_it(world, path):
    for encoding in ("identity", "gzip"):
        answer = world.get(path, headers={"Accept-Encoding": encoding})
        tag = answer.headers["etag"]
        assert answer.status_code == 200
        assert tag.startswith('"')
        again = world.get(path, headers={"If-None-Match": tag, "Accept-Encoding": encoding})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        other = world.get(path, headers={"If-None-Match": f'"x", W/{tag}'})
        assert other.status_code == 304
        assert world.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_representations_have_tags_of_their_own(world):
    asked = [
        {"Accept-Encoding": "identity"},
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "identity", "Accept-Language": "ru"},
        {"Accept-Encoding": "identity", "Host": "map.example.org"},
    ]
    tags = [world.get(ITEMS, headers=headers).headers["etag"] for headers in asked]
    assert len(set(tags)) == len(asked)


def test_a_tag_changes_with_the_data_and_only_then(client, put, make):
    put(make.site("One", 10.0, 50.0))
    paths = [ITEMS, "/collections/sites/tiles/0/0/0.pbf", "/collections/sites"]
    before = [client.get(path).headers["etag"] for path in paths]
    assert [client.get(path).headers["etag"] for path in paths] == before
    put(make.site("Two", 11.0, 50.0))
    after = [client.get(path).headers["etag"] for path in paths]
    assert all(old != new for old, new in zip(before, after, strict=True))


def test_an_edit_of_what_is_hidden_changes_no_tag(client, put, make):
    put(make.site("Seen", 10.0, 50.0), make.site("Unseen", 11.0, 50.0, visibility="hidden"))
    before = [client.get(path).headers.get("etag") for path in GETS]
    put(make.site("Unseen", 12.0, 50.0, visibility="hidden", rank=99))
    assert [client.get(path).headers.get("etag") for path in GETS] == before


@pytest.mark.parametrize("path", [*GETS, "/livez", "/readyz"])
def test_head_is_get_without_the_body(world, path):
    got, headed = world.get(path), world.head(path)
    assert (headed.status_code, headed.content) == (got.status_code, b"")
    for name in ("content-type", "etag", "cache-control", "vary"):
        assert headed.headers.get(name, "").replace("-gz", "") == got.headers.get(name, "").replace(
            "-gz", ""
        )


@pytest.mark.parametrize("path", [*GETS, "/livez", f"{ITEMS}/x"])
def test_options_names_the_methods(world, path):
    answer = world.options(path)
    assert (answer.status_code, answer.content) == (200 if ITEMS in path else 204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "BREW"])
def test_another_method_is_405_with_allow(world, method):
    answer = world.request(method, ITEMS)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.headers["content-type"] == "application/problem+json"


def test_no_such_path_is_a_problem_too(world):
    answer = world.get("/nowhere")
    body = answer.json()
    assert answer.status_code == body["status"] == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance"} <= set(body)


def test_the_type_of_a_problem_can_be_looked_up(world):
    problem = world.get(f"{ITEMS}?limit=no").json()
    explained = world.get(problem["type"]).json()
    assert explained["title"] == problem["title"]
    assert world.get("/problems/none").status_code == 404


def test_what_cannot_be_had_is_406(world):
    answer = world.get(ITEMS, headers={"Accept": "text/csv"})
    assert answer.status_code == 406
    assert "application/geo+json" in answer.json()["detail"]
    refused = world.get(ITEMS, headers={"Accept": "application/geo+json;q=0, */*;q=0"})
    assert refused.status_code == 406


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/geo+json", "application/*;q=0.1", "text/html,*/*;q=0.8", "", ";;;", "é"],
)
def test_what_can_be_had_is_given(world, accept):
    assert world.get(ITEMS, headers={"Accept": accept.encode()}).status_code == 200


def test_the_front_door_is_the_page_for_people_and_links_for_programs(world):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = world.get("/", headers={"Accept": browser})
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src" in page.headers["content-security-policy"]
    assert world.get("/").headers["content-type"] == "application/json"
    assert world.get("/?f=html").headers["content-type"].startswith("text/html")
    program = world.get("/?f=json", headers={"Accept": browser})
    assert program.headers["content-type"] == "application/json"


def test_the_page_keeps_its_own_state_in_its_address(world):
    answer = world.get("/?city=Imatra&zoom=9", headers={"Accept": "text/html"})
    assert answer.status_code == 200


def test_large_answers_are_gzipped_and_small_ones_are_not(world):
    plain = world.get(ITEMS, headers={"Accept-Encoding": "identity"})
    squeezed = world.get(ITEMS, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert "content-encoding" not in plain.headers
    assert squeezed.headers["content-encoding"] == "gzip"
    assert squeezed.content == plain.content
    assert int(squeezed.headers["content-length"]) < len(plain.content) / 2
    refused = world.get(ITEMS, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers
    assert "content-encoding" not in world.get("/livez").headers


def test_a_stream_is_gzipped_as_it_goes(world):
    path = "/collections/sites/export"
    plain = world.get(path, headers={"Accept-Encoding": "identity"})
    with world.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content


@pytest.mark.parametrize("path", GETS)
def test_answers_vary_by_what_they_were_negotiated_on(world, path):
    said = {name.strip() for name in world.get(path).headers["vary"].split(",")}
    assert said >= {"Accept", "Accept-Language", "Accept-Encoding"}


@pytest.mark.parametrize("path", [*GETS, "/nowhere", f"{ITEMS}?limit=no", "/livez"])
def test_every_answer_is_protected_and_shared_with_all(world, path):
    headers = world.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert headers["cache-control"] == "no-cache"
    assert "set-cookie" not in headers


def test_the_page_is_not_shared_with_other_origins(world):
    assert "access-control-allow-origin" not in world.get("/?f=html").headers


def test_a_preflight_is_answered(world):
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    answer = world.options(ITEMS, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "If-None-Match" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize("host", ["evil.example/x?", "a b", "<script>", "a@b", "x:99999999", "é"])
def test_a_host_that_is_no_name_is_refused_and_not_repeated(world, host):
    answer = world.get(ITEMS, headers={"Host": host.encode()})
    assert answer.status_code == 400
    assert host not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_only_the_hosts_of_the_settings_are_served(tmp_path):
    settings = Settings(store=f"sqlite:///{tmp_path / 'geomap.db'}", hosts=("map.example.org",))
    with TestClient(create_app(settings)) as client:
        mine = client.get("/conformance", headers={"Host": "Map.Example.org:8000"})
        other = client.get("/conformance", headers={"Host": "other.example.org"})
    assert (mine.status_code, other.status_code) == (200, 400)


def test_links_start_with_the_public_address_of_the_settings(tmp_path):
    settings = Settings(
        store=f"sqlite:///{tmp_path / 'geomap.db'}", base_url="https://map.example.org/heritage/"
    )
    with TestClient(create_app(settings)) as client:
        links = client.get("/collections/sites/items").json()["links"]
        template = client.get("/collections/sites/tiles/WebMercatorQuad/tilejson.json").json()
        servers = client.get("/api").json()["servers"]
    assert all(one["href"].startswith("https://map.example.org/heritage/") for one in links)
    assert template["tiles"] == [
        "https://map.example.org/heritage/collections/sites/tiles/{z}/{x}/{y}.pbf"
    ]
    assert servers == [{"url": "https://map.example.org/heritage"}]


def test_links_repeat_the_host_that_was_asked(world):
    body = world.get(ITEMS, headers={"Host": "[::1]:8000"}).json()
    assert body["links"][0]["href"].startswith("http://[::1]:8000/")


def test_a_body_that_is_too_large_is_refused(world):
    large = b"x" * (MAX_BODY_BYTES + 1)
    answer = world.request("GET", ITEMS, content=large)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_nobody_foresaw_is_a_problem_that_tells_nothing(settings, caplog):
    app = create_app(settings)

    def broken() -> None:
        raise RuntimeError("/secret/path")

    app.add_api_route("/broken", broken)
    with TestClient(app) as client, caplog.at_level(logging.ERROR):
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in answer.text
    assert "/secret/path" in caplog.text

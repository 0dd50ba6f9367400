"""No request makes a server error, whatever stands in it."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.parameters import PARAMETERS, queryables
from geomap.access import Role
from geomap.accounts import Account
from geomap.settings import Settings
from layers.catalog import LAYERS
from layers.store.engines import open_store

PATHS = [
    "/",
    "/api",
    "/collections",
    "/collections/{layer}",
    "/collections/{layer}/items",
    "/collections/{layer}/items/{text}",
    "/collections/{layer}/facets",
    "/collections/twins/overview",
    "/collections/{layer}/export",
    "/collections/{layer}/tiles",
    "/collections/{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}",
    "/collections/{layer}/tiles/{z}/{x}/{y}.pbf",
    "/tiles/WebMercatorQuad/{z}/{y}/{x}",
    "/tiles/WebMercatorQuad/tilejson.json",
    "/basemap/{z}/{x}/{y}.mvt",
    "/search",
    "/problems/{text}",
    "/i18n/{text}.json",
    "/static/{text}",
]
NAMES = sorted({*PARAMETERS, *(name for layer in LAYERS.values() for name in queryables(layer))})
NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["0", "180", "-180", "90", "1e308", "nan", "1_0", "٣", "+1", "", "--1", "0x10"]
    ),
)
DATES = st.sampled_from(
    ["1900", "1900-02-30", "../1900", "1900/..", "/", "..", "9999-12-31T23:59:60Z", "0000", "-1"]
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", '"', "'", "%", "*", "a*", '" OR 1', "NEAR(", "\x00", "😀" * 50, "a" * 5000, "{{7*7}}"]
    ),
)
VALUES = st.one_of(
    NUMBERS,
    st.lists(NUMBERS, min_size=2, max_size=7).map(",".join),
    DATES,
    TEXTS,
    st.sampled_from(["worship", "FI", "-rank", "name", "sites,cities", "true", "unknown", "fi"]),
)


@st.composite
def requests(draw):
    path = draw(st.sampled_from(PATHS)).format(
        layer=draw(st.sampled_from([*LAYERS, "rivers"])),
        text=quote(draw(TEXTS), safe=""),
        z=quote(draw(NUMBERS)),
        x=quote(draw(NUMBERS)),
        y=quote(draw(NUMBERS)),
    )
    pairs = st.tuples(st.one_of(st.sampled_from(NAMES), TEXTS), VALUES)
    query = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in draw(st.lists(pairs, max_size=4))
    )
    return f"{path}?{query}" if query else path


@pytest.mark.slow
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(address=requests(), accept=st.sampled_from(["*/*", "text/html", ";q", "a/b;q=9"]))
def test_no_query_makes_a_server_error(world, address, accept):
    answer = world.get(address, headers={"Accept": accept})
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and not address.startswith("/static"):
        assert answer.headers["content-type"] == "application/problem+json"


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    raw=st.binary(max_size=60).map(lambda text: quote(text, safe="=&")),
    header=st.sampled_from(
        ["Accept", "Accept-Language", "Accept-Encoding", "If-None-Match", "Range", "Content-Length"]
    ),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
)
def test_no_bytes_in_a_query_or_a_header_make_a_server_error(world, raw, header, value):
    answer = world.get(f"/collections/sites/items?{raw}", headers={header: value.encode("latin-1")})
    assert answer.status_code < 500, answer.text


INPUTS = st.sampled_from(
    ["names[0].value", "names[0].lang", "names[999].value", "names", "kind", "dating", "north",
     "east", "crs", "geometry", "base", "seen", "draft", "comment", "stamp", "more", "visibility",
     "cell_km", "photos[0].id", "next", "designations[0].scheme", "a[0", "[0]", "", "city_a"]
)  # fmt: skip
TYPED = st.one_of(TEXTS, NUMBERS, DATES, st.sampled_from(
    ["POINT(1 2)", "POLYGON((0 0,1 1,0 1,0 0))", '{"type":"Point","coordinates":[1e999,"a"]}',
     "EPSG:3067", "hidden", "generalised", "9" * 5000, "1760s", "\ud83d"]
))  # fmt: skip


@pytest.fixture(scope="module")
def editor(tmp_path_factory, make):
    """The application over a site, with someone signed in who may do everything."""
    settings_ = Settings(store=f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'geomap.db'}")
    store = open_store(settings_.store)
    store.accounts.save(Account("a", "Anna", Role.ADMINISTRATOR))
    store.accounts.open_session("a", "secret")
    make.put_all(store, make.site("Mill", 28.5, 61.5, kind="building"))
    with TestClient(create_app(settings_), follow_redirects=False) as client:
        client.cookies.set("geomap_session", "secret")
        yield client
    store.close()


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    layer=st.sampled_from([*LAYERS]),
    way=st.sampled_from(["new", "new/draft", "{id}", "{id}/draft", "{id}/draft/discard"]),
    pairs=st.lists(st.tuples(INPUTS, TYPED), max_size=8),
    query=st.sampled_from(["", "?lang=fi", "?draft={id}", "?draft=x"]),
)
def test_no_form_makes_a_server_error(editor, make, layer, way, pairs, query):
    path = f"/edit/{layer}/{way}{query}".replace("{id}", make.identity("Mill"))
    clean = [(name, value.encode("utf-8", "replace").decode()) for name, value in pairs]
    headers = {"Origin": "http://testserver", "Content-Type": "application/x-www-form-urlencoded"}
    sent = editor.post(path, content=urlencode(clean), headers=headers)
    assert sent.status_code < 500, sent.text
    shown = editor.get(path.replace("/draft/discard", "").replace("/draft", ""))
    assert shown.status_code < 500, shown.text

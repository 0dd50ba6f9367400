"""Resources as pages: sound HTML in three languages, text that stays text, data for machines."""

import json
import re
import uuid
from datetime import date
from html.parser import HTMLParser

import pytest
from shapely import Point

from geomap.i18n import LANGUAGES
from geomap.model import Edit, EditKind, Feature, Source, Visibility
from layers.catalog import LAYERS
from web.pages import linked
from web.pages.titles import COLUMNS, FIELDS
from web.pages.values import Reader, is_web

VOID = {"meta", "link", "br", "input", "img", "hr", "path", "circle"}
EVIL = "</script><script>alert(1)</script>{{7*7}}\"'&<b>"
KINDS = (
    "/landing",
    "/conformance",
    "/collections",
    "/collections/sites",
    "/collections/sites/items",
    "/collections/sites/schema",
    "/collections/sites/sortables",
    "/collections/sites/tiles",
    "/collections/sites/facets",
    "/collections/twins/overview",
    "/search?q=a",
    "/tiles",
    "/problems/layer-not-found",
)


class Sound(HTMLParser):
    """Fails on tags that do not nest, ids that come twice, and attributes that come twice."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.tags, self.text = [], set(), [], ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), (tag, attributes)
        assert not any(name.startswith("on") or name == "style" for name in given), given
        if "id" in given:
            assert given["id"] not in self.ids
            self.ids.add(given["id"])
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(html):
    page = Sound()
    page.feed(html)
    assert page.open == []
    return page


@pytest.fixture
def evil(client):
    """A site all of whose words are an attack."""
    store = client.app.state.service.store
    names = [{"value": EVIL, "lang": "en", "type": "preferred"}]
    site = Feature(
        layer="sites",
        id=str(uuid.uuid4()),
        source_id="evil",
        record_id=EVIL,
        geometry=Point(25, 60),
        properties={
            "names": names,
            "municipality": EVIL,
            "source_url": "javascript:alert(1)",
            "description": {"en": EVIL},
            "extra": {EVIL: [EVIL, {"a": EVIL}]},
        },
        visibility=Visibility.PUBLIC,
    )
    source = Source("evil", EVIL, EVIL, EVIL, "https://example.org", date(2026, 1, 1), EVIL)
    store.write([Edit(EditKind.PUT, site)], actor="test", action="trial", sources=[source])
    yield site
    store.write([Edit(EditKind.DELETE, site)], actor="test", action="trial")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", KINDS)
def test_every_kind_of_resource_is_a_sound_page_in_every_language(client, path, lang):
    joint = "&" if "?" in path else "?"
    answer = client.get(f"{path}{joint}f=html&lang={lang}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == lang
    page = read(answer.text)
    by_tag = {}
    for tag, given in page.tags:
        by_tag.setdefault(tag, []).append(given)
    assert by_tag["html"][0]["lang"] == lang
    assert len(by_tag["h1"]) == len(by_tag["main"]) == len(by_tag["title"]) == 1
    assert {one["hreflang"] for one in by_tag["link"] if "hreflang" in one} == set(LANGUAGES)
    formats = [one for one in by_tag["link"] if one.get("rel") == "alternate" and "type" in one]
    assert formats
    for one in formats:
        assert client.get(one["href"]).headers["content-type"].startswith(one["type"])


@pytest.mark.parametrize("path", KINDS)
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(client, path):
    joint = "&" if "?" in path else "?"
    answer = client.get(f"{path}{joint}f=html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag, given in read(answer.text).tags:
        if tag == "script":
            assert given.get("src", "").startswith("/static/") or given["type"] == (
                "application/ld+json"
            )
        if tag == "link" and given["rel"] in {"stylesheet", "icon"}:
            assert given["href"].startswith("/static/")
            assert client.get(given["href"]).status_code == 200


def test_browsers_get_pages_and_the_map_stays_at_the_front_door(client):
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for path in KINDS:
        assert client.get(path, headers=browser).headers["content-type"].startswith("text/html")
    assert "map_main" in client.get("/", headers=browser).text
    assert "map_main" not in client.get("/landing", headers=browser).text


@pytest.mark.parametrize("path", KINDS)
def test_a_page_has_a_tag_for_each_language_and_refuses_what_it_does_not_know(client, path):
    joint = "&" if "?" in path else "?"
    tags = set()
    for lang in LANGUAGES:
        asked = {"Accept": "text/html", "Accept-Language": lang}
        answer = client.get(path, headers=asked)
        tags.add(answer.headers["etag"])
        held = {**asked, "If-None-Match": answer.headers["etag"]}
        again = client.get(path, headers=held)
        assert again.status_code == 304
        # Browsers take over the headers of a 304.
        for name in ("content-security-policy", "content-language", "vary", "etag"):
            assert again.headers[name] == answer.headers[name]
    assert len(tags) == len(LANGUAGES)
    refused = client.get(f"{path}{joint}f=html&unheard=of")
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("where", ["/collections/sites/items", "/collections/sites/items/{}"])
def test_what_somebody_wrote_stays_text(client, evil, where):
    answer = client.get(where.format(evil.id), params={"f": "html"})
    page = read(answer.text)
    assert "alert(1)</script>" not in answer.text
    assert EVIL in page.text
    assert not [given for tag, given in page.tags if tag == "b"]
    assert not [g for _, g in page.tags if str(g.get("href", "")).startswith("javascript")]


def test_a_table_has_a_row_for_each_feature_and_pages_follow(client, evil):
    page = read(client.get("/collections/sites/items?f=html&limit=1").text)
    heads = [given for tag, given in page.tags if tag == "th" and given.get("scope") == "row"]
    assert len(heads) == 1


def test_search_engines_find_a_dataset_and_a_place(client, evil):
    def data(path):
        html = client.get(path, params={"f": "html"}).text
        [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
        return json.loads(text)

    told = data("/collections/sites")
    assert (told["@context"], told["@type"]) == ("https://schema.org/", "Dataset")
    assert {one["encodingFormat"] for one in told["distribution"]} >= {"application/geo+json"}
    place = data(f"/collections/sites/items/{evil.id}")
    assert place["@type"] == "LandmarksOrHistoricalBuildings"
    assert place["name"] == EVIL
    assert place["geo"] == {"@type": "GeoCoordinates", "longitude": 25.0, "latitude": 60.0}
    assert "sameAs" not in place


def test_every_column_has_a_title_and_is_a_field_of_its_layer():
    assert set(COLUMNS) == set(LAYERS)
    for names in COLUMNS.values():
        assert set(names) <= set(FIELDS)


def test_every_layer_is_told_to_search_engines():
    for layer in LAYERS:
        feature = {"properties": {"name": "x"}, "geometry": None}
        assert linked.thing(layer, feature, "https://example.org/")["@type"]


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https:", False),
        ("https://[", False),
        ("plain words", False),
    ],
)
def test_only_addresses_of_the_web_become_links(address, is_one):
    assert is_web(address) is is_one


@pytest.mark.parametrize("lang", LANGUAGES)
def test_values_are_read_in_the_language_of_the_page(lang):
    reader = Reader(LAYERS["sites"], lang, "https://example.org", lambda layer, id_: "")
    told = {
        "kind": "worship",
        "country": "FI",
        "dating": "1475/1478",
        "inscribed": 1991,
        "source_url": "https://example.org/x",
        "names": [{"value": "Выборг", "lang": "ru", "type": "preferred"}],
    }
    assert (
        reader.cell("country", told).text
        == {"en": "Finland", "ru": "Финляндия", "fi": "Suomi"}[lang]
    )
    assert reader.cell("inscribed", told).text == "1991"
    assert reader.cell("dating", told).text == "1475–1478"
    assert reader.cell("kind", told).text != "worship"
    assert reader.cell("source_url", told).href == "https://example.org/x"
    assert reader.cell("names", told).lang == "ru"
    assert not reader.cell("condition", told)

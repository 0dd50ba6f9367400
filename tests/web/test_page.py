"""The HTML of the page: what Folium makes of our elements, and what it must not make of it."""

import json
import re
from html.parser import HTMLParser

import folium
import pytest
from branca.element import Element, Figure
from folium.elements import JSCSSMixin

from geomap.i18n import LANGUAGES
from geomap.settings import Settings
from web.inert import inert_html, script_json
from web.map import Page, TwinMap
from web.page import map_page

HOSTILE = "{{7*7}} {% if %} {# gone #} `${alert(1)}` </script><script>alert(1)</script> <b>&amp;"
ADDRESSES = {"src", "href", "action"}


class Document(HTMLParser):
    """Tags with their attributes, and the text of each tag's name."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self._inside = [], {}, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        if self._inside:
            self.texts.setdefault(self._inside[-1], []).append(data)


def page(lang="en", **settings):
    return map_page(Settings(**settings), lang, "n0nce")


@pytest.fixture(scope="module", params=LANGUAGES)
def document(request):
    return Document(page(request.param)), request.param


def test_the_page_is_small(document):
    assert len(page(document[1]).encode()) < 16_000


def test_the_page_says_its_language_its_title_and_a_viewport_that_may_be_zoomed(document):
    parsed, lang = document
    html = next(attrs for tag, attrs in parsed.tags if tag == "html")
    viewport = next(attrs for tag, attrs in parsed.tags if attrs.get("name") == "viewport")
    assert html["lang"] == lang
    assert parsed.texts["title"] == ["geomap"]
    assert viewport["content"] == "width=device-width, initial-scale=1"


def test_nothing_comes_from_elsewhere(document):
    addresses = [
        value for _, attrs in document[0].tags for name, value in attrs.items() if name in ADDRESSES
    ]
    assert addresses
    assert [address for address in addresses if not re.match(r"[/?#](?!/)", address)] == []


def test_no_style_and_no_handler_is_inline_and_one_script_carries_the_nonce(document):
    parsed, _ = document
    inline = [attrs for tag, attrs in parsed.tags if tag == "script" and "src" not in attrs]
    assert inline == [{"nonce": "n0nce"}]
    assert "style" not in {tag for tag, _ in parsed.tags}
    attributes = {name for _, attrs in parsed.tags for name in attrs}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}


def test_there_is_one_main_one_heading_and_no_id_twice(document):
    parsed, _ = document
    names = [tag for tag, _ in parsed.tags]
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert (names.count("main"), names.count("h1")) == (1, 1)
    assert len(ids) == len(set(ids))
    assert "map_main" in ids


def test_controls_of_the_page_name_elements_that_are_there(document):
    parsed, _ = document
    ids = {attrs["id"] for _, attrs in parsed.tags if "id" in attrs}
    named = {
        attrs[name]
        for _, attrs in parsed.tags
        for name in ("aria-controls", "aria-labelledby", "for")
        if name in attrs
    }
    assert named <= ids


def test_the_same_page_is_the_same_bytes():
    assert page("fi") == page("fi")


def test_the_languages_differ():
    assert len({page(lang) for lang in LANGUAGES}) == len(LANGUAGES)


def test_a_hostile_title_is_only_a_title():
    parsed = Document(page(title=HOSTILE))
    assert "".join(parsed.texts["title"]) == HOSTILE
    assert "".join(parsed.texts["h1"]) == HOSTILE
    assert len(parsed.tags) == len(Document(page()).tags)


def test_a_hostile_base_map_is_only_a_name():
    online = {"name": HOSTILE, "url": "https://tiles.example/{z}/{x}/{y}.png", "attribution": "©"}
    parsed = Document(page(basemaps=(online,)))
    script = "".join(parsed.texts["script"])
    [options] = re.findall(r"\.basemap = (\{.*\});", script)
    assert json.loads(options)["online"][0] == online
    assert len(parsed.tags) == len(Document(page()).tags)


def test_the_nonce_is_new_for_each_answer_though_the_page_is_kept():
    assert map_page(Settings(), "en", "one") == map_page(Settings(), "en", "two").replace(
        'nonce="two"', 'nonce="one"'
    )


@pytest.mark.parametrize("value", [HOSTILE, {"{{": "{%"}, ["\u2028", "</script>", "{#"]])
def test_json_in_a_script_means_the_same_and_holds_no_delimiter(value):
    text = script_json(value)
    assert json.loads(text) == value
    assert not re.search(r"\{\{|\{%|\{#|[<>&\u2028\u2029]", text)


def test_inert_html_survives_the_second_rendering():
    assert (
        Element(inert_html("<p>{{7*7}} {%</p>")).render()
        == "<p>&#123;&#123;7*7&#125;&#125; &#123;%</p>"
    )


def test_no_data_is_in_the_folium_tree():
    shown = page()
    assert "Feature" not in shown
    assert "coordinates" not in shown


def test_our_map_leaves_the_assets_of_other_maps_alone():
    TwinMap(Page("en", "n"), (60.0, 30.0, 5), "Map")
    assert any("leaflet" in url for _, url in folium.Map().default_js)


# What of Folium's inside the page builds on: a release that changes it fails here.


def test_folium_renders_what_an_element_rendered_once_more():
    assert Element("{{ 7 * 7 }}").render() == "49"


def test_a_child_of_the_same_name_takes_the_place_of_the_earlier_one():
    figure = Figure()
    figure.header.add_child(Element("earlier"), name="head")
    figure.header.add_child(Element("later"), name="head")
    assert "earlier" not in figure.render()


def test_a_map_puts_its_pieces_into_the_figure_under_its_own_name():
    plain = folium.Map(tiles=None)
    plain._id = "main"
    figure = plain.get_root()
    plain.render()
    assert "map_main" in figure.header._children
    assert "map_main" in figure.html._children
    assert "L.map(" in figure.script._children["map_main"].render()


def test_assets_of_a_map_come_from_its_two_lists():
    assert issubclass(folium.Map, JSCSSMixin)
    plain = folium.Map(tiles=None)
    plain.default_js, plain.default_css = [("one", "/one.js")], []
    assert plain.get_root().render().count("<script src=") == 1

"""Styles: they name nothing elsewhere, and draw what tiles hold in the colours of the page."""

import json
import re

import pytest

from api.palette import GROUND, KINDS, NO_KIND, NO_STATE, STATES, THEMES
from geomap.terms import VOCABULARIES
from layers.catalog import LAYERS
from layers.tiles.contents import DRAWN

PLACES = ["", *(f"/collections/{layer}" for layer in LAYERS)]


@pytest.mark.parametrize("above", PLACES)
@pytest.mark.parametrize("theme", THEMES)
def test_a_style_refers_to_this_server_alone(world, above, theme):
    answer = world.get(f"{above}/styles/{theme}?f=mapbox")
    assert answer.headers["content-type"] == "application/vnd.mapbox.style+json"
    addresses = re.findall(r'"(\w+://[^"]*)"', answer.text)
    assert addresses
    assert all(address.startswith("http://testserver/") for address in addresses)
    assert not {"glyphs", "sprite"} & set(answer.json())
    assert '"symbol"' not in answer.text


@pytest.mark.parametrize("above", PLACES)
def test_a_style_draws_every_layer_that_its_tiles_hold(world, above):
    style = world.get(f"{above}/styles/light").json()
    wanted = [above.rsplit("/", 1)[1]] if above else list(LAYERS)
    drawn = {one["source-layer"] for one in style["layers"] if one.get("source") == "geomap"}
    held = {name for layer in wanted for name, _ in DRAWN[layer]} - {"regions_labels"}
    assert drawn == held
    assert len({one["id"] for one in style["layers"]}) == len(style["layers"])
    for source in style["sources"].values():
        tile = source["tiles"][0].format(z=0, x=0, y=0)
        assert world.get(tile).content


@pytest.mark.parametrize("above", PLACES)
def test_the_list_of_styles_leads_to_them(world, above):
    listed = world.get(f"{above}/styles").json()
    assert [one["id"] for one in listed["styles"]] == list(THEMES)
    assert listed["default"] in THEMES
    for one in listed["styles"]:
        [sheet] = one["links"]
        assert sheet["rel"] == "stylesheet"
        assert world.get(sheet["href"]).headers["content-type"] == sheet["type"]


def test_light_and_dark_differ(world):
    light, dark = (world.get(f"/styles/{theme}").json() for theme in THEMES)
    assert json.dumps(light["layers"]) != json.dumps(dark["layers"])


def test_a_style_that_is_not_there_is_404_and_says_which_are(world):
    answer = world.get("/styles/sepia")
    assert answer.status_code == 404
    assert "dark" in answer.json()["detail"]


def test_colours_are_those_of_the_page(checkout):
    tokens = (checkout / "web" / "static" / "css" / "tokens.css").read_text()
    pattern = r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)"
    page = {name: {"light": one, "dark": two} for name, one, two in re.findall(pattern, tokens)}
    ours = {
        **GROUND,
        **{f"kind-{code}": shades for code, shades in KINDS.items()},
        **{f"status-{code}": shades for code, shades in STATES.items()},
        "kind-none": NO_KIND,
        "status-unknown": NO_STATE,
    }
    assert {name: page[name] for name in ours} == ours


@pytest.mark.parametrize(("vocabulary", "coloured"), [("kind", KINDS), ("status", STATES)])
def test_every_kind_and_every_state_has_a_colour(vocabulary, coloured):
    codes = {term.code for term in VOCABULARIES[vocabulary].codes}
    assert set(coloured) == codes - {"unknown"}

"""Every page is HTML without a fault that html-validate knows.

Not counted: how tags and lines are written, a box that scrolls (`region`), a list with search
(`listbox`), and the heading of the drawer, which is empty while the drawer is shut.
"""

import json
import urllib.request

import pytest

PAGES = (
    "/",
    "/landing",
    "/api",
    "/conformance",
    "/collections",
    "/collections/{layer}",
    "/collections/{layer}/items",
    "/collections/{layer}/schema",
    "/collections/{layer}/queryables",
    "/collections/{layer}/sortables",
    "/collections/{layer}/tiles",
    "/collections/{layer}/tiles/WorldCRS84Quad",
    "/collections/{layer}/styles",
    "/tiles",
    "/tileMatrixSets",
    "/tileMatrixSets/EuropeanETRS89_LAEAQuad",
    "/styles",
    "/problems/tile-out-of-range",
    "/account",
)


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_no_page_has_a_fault(server, fetched, node, held, lang):
    paths = [page.format(layer=layer) for page in PAGES for layer in ("sites", "twins")]
    paths += [f"/collections/sites/items/{min(held('sites'))}"]
    named = {path: f"page-{number}.html" for number, path in enumerate(dict.fromkeys(paths))}
    files = [str(fetched(f"{path}?f=html&lang={lang}", name)) for path, name in named.items()]
    node(
        "node_modules/html-validate/bin/html-validate.mjs", "--config", ".htmlvalidate.json", *files
    )


def test_every_page_is_html_in_the_language_asked_for(server):
    for path in ("/api", "/collections/sites", "/tiles"):
        with urllib.request.urlopen(f"{server}{path}?f=html&lang=fi") as answer:
            assert answer.headers["Content-Type"].startswith("text/html")
            assert b'<html lang="fi">' in answer.read()
    with urllib.request.urlopen(f"{server}/api") as answer:
        assert json.load(answer)["openapi"].startswith("3.0")

"""Every page is HTML without a fault that html-validate knows.

Not counted: how tags and lines are written, a box that scrolls (`region`), a list with search
(`listbox`), and the heading of the drawer, which is empty while the drawer is shut.
"""

import json
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from geomap.access import Action, Role
from geomap.accounts import Account, Token
from geomap.notices import News, NoticeKind
from geomap.suggestions import Decision, Kind, Status, Suggestion
from layers.store.engines import open_store
from layers.suggesting import proposed

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
OWN_PAGES = (
    "/account?f=html",
    "/account/notices?f=html",
    "/account/suggestions?f=html",
    "/review",
    "/review?status=rejected",
)


@pytest.fixture(scope="module")
def store(environment, server):
    opened = open_store(environment["GEOMAP_STORE"])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def token(store):
    """The token of an administrator, who has been told something."""
    store.accounts.save(Account("html", "Reader of pages", Role.ADMINISTRATOR))
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    store.accounts.add_token(
        "html", Token("html", "", frozenset(Action), frozenset(), "", ends), "secret of pages"
    )
    store.notices.add([News(NoticeKind.RETURNED, "html", name="Mill", message="a\nb", who="R")])
    return "secret of pages"


@pytest.fixture(scope="module")
def suggestion(store, token):
    """The id of a suggestion that waits; another one was rejected."""
    present = next(iter(store.features("sites")))
    wished = replace(present, properties={**present.properties, "municipality": "Trialtown"})
    for name in ("waits", "decided"):
        one = Suggestion(str(uuid4()), "sites", present.id, Kind.CHANGE, "", author="html",
                         message="x < y")  # fmt: skip
        made = store.suggestions.add(proposed(one, present, wished, store))
        if name == "decided":
            store.suggestions.decide(
                Decision([made.id], Status.REJECTED, "No"), [], actor="Reviewer"
            )
        else:
            waiting = made.id
    return waiting


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_no_page_has_a_fault(server, fetched, node, held, lang):
    paths = [page.format(layer=layer) for page in PAGES for layer in ("sites", "twins")]
    paths += [f"/collections/sites/items/{min(held('sites'))}"]
    named = {path: f"page-{number}.html" for number, path in enumerate(dict.fromkeys(paths))}
    files = [str(fetched(f"{path}?f=html&lang={lang}", name)) for path, name in named.items()]
    node(
        "node_modules/html-validate/bin/html-validate.mjs", "--config", ".htmlvalidate.json", *files
    )


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_no_page_of_whoever_has_signed_in_has_a_fault(fetched, node, token, suggestion, lang):
    pages = [*OWN_PAGES, f"/review/{suggestion}", f"/suggestions/{suggestion}?f=html"]
    files = [
        str(fetched(f"{page}{'&' if '?' in page else '?'}lang={lang}", f"own-{number}.html",
                    Authorization=f"Bearer {token}"))
        for number, page in enumerate(pages)
    ]  # fmt: skip
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

"""The map page as a text, one for each language."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from geomap.crs import FILE_CRS
from geomap.i18n import LANGUAGES, translate
from geomap.settings import Settings
from layers.exports.table import EXPORTS
from web.assets import style_url
from web.elements.basemap import VectorBasemap
from web.elements.pairs import TwinPairs
from web.elements.shell import AppShell
from web.elements.sites import SiteTiles
from web.map import Page, TwinMap
from web.words import LANGUAGE_NAMES

FIRST_VIEW = (59.6, 32.6, 5)
BASEMAP_MAX_ZOOM = 8
_NONCE = secrets.token_urlsafe(24)
"""Stands in rendered pages where the nonce of each answer goes."""


def map_page(settings: Settings, lang: str, nonce: str) -> str:
    """Return the HTML of the map page.

    Args:
        settings: Title and optional online base maps.
        lang: One of `LANGUAGES`.
        nonce: What the one inline script carries; new for each answer.
    """
    online = json.dumps([dict(one) for one in settings.basemaps])
    return _rendered(settings.title, online, lang).replace(_NONCE, nonce)


@lru_cache(maxsize=16)
def _rendered(title: str, online: str, lang: str) -> str:
    page = Page(lang, _NONCE)
    folium_map = TwinMap(page, FIRST_VIEW, translate(lang, "Map"))
    VectorBasemap(
        "/basemap/{z}/{x}/{y}.mvt", max_zoom=BASEMAP_MAX_ZOOM, online=json.loads(online)
    ).add_to(folium_map)
    SiteTiles({layer: _tiles(layer) for layer in ("sites", "cities", "regions")}).add_to(folium_map)
    TwinPairs("/collections/twins/items", "/collections/twins/overview").add_to(folium_map)
    AppShell(_words(title, lang), {"lang": lang, "languages": LANGUAGES}).add_to(folium_map)
    html: str = page.render()
    return html


def _tiles(layer: str) -> str:
    return f"/collections/{layer}/tiles/{{z}}/{{x}}/{{y}}.pbf"


def _words(title: str, lang: str) -> Mapping[str, Any]:
    return {
        "_": partial(translate, lang),
        "title": title,
        "lang": lang,
        "languages": LANGUAGES,
        "language_names": LANGUAGE_NAMES,
        "icon_url": style_url("icon.svg"),
        "exports": EXPORTS.values(),
        "reference_systems": FILE_CRS,
    }

"""One page for each kind of document: its template, and what that is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from geomap.i18n import choose_language, translate, translate_plural
from layers.catalog import LAYERS
from layers.layer import Layer
from web.assets import script_url, style_url, vendor_url
from web.pages import own
from web.pages.addresses import changed, page_of
from web.pages.filling import PAGES, document_of
from web.pages.titles import FORMATS, KINDS
from web.words import LANGUAGE_NAMES

Json = dict[str, Any]
Told = dict[str, Any]

TEMPLATES = Path(__file__).parent.parent / "templates" / "pages"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""Nothing from elsewhere, nothing inline; the linked data in a page is no script."""


def page(request: Request, kind: str, media_type: str, text: bytes) -> Response:
    """Return the page of a document.

    Args:
        request: Language and address are read.
        kind: What the document is, as the API's description names it.
        media_type: Of the document.
        text: The document as JSON.
    """
    lang = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    document = json.loads(text)
    template, tell = PAGES.get(kind, ("document.html", document_of))
    told = _common(request, kind, document, lang)
    told["formats"] = _formats(told["own"], told["links"], media_type)
    told |= tell(request, document, told)
    return _answer(template, told)


def sheet(request: Request, template: str, lang: str, more: Told) -> Response:
    """Return a page that is no document of the API, in the same frame.

    Args:
        request: Its address is read.
        template: A file of `templates/pages`.
        lang: One of `LANGUAGES`.
        more: What the template is told beside what every page is.
    """
    return _answer(template, _common(request, "", {}, lang) | more)


def _answer(template: str, told: Told) -> Response:
    html = _environment().get_template(template).render(told)
    return HTMLResponse(html, headers=page_headers(told["lang"]))


def page_headers(lang: str) -> dict[str, str]:
    """Return the headers of a page, which go with an answer that it is unchanged, too."""
    return {"Content-Security-Policy": POLICY, "Content-Language": lang}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def _common(request: Request, kind: str, document: Json, lang: str) -> Told:
    """Return what every page is told: words, links, assets, and where it is."""
    links = [one for one in document.get("links", ()) if "templated" not in one]
    own = next((one["href"] for one in links if one["rel"] == "self"), str(request.url))
    layer = LAYERS.get(request.path_params.get("layer_id", ""))
    tell = partial(translate, lang)
    return {
        "_": tell,
        "plural": partial(translate_plural, lang),
        "lang": lang,
        "languages": {
            code: (name, page_of(own, lang=code)) for code, name in LANGUAGE_NAMES.items()
        },
        "site_title": request.app.state.settings.title,
        "title": tell(document.get("title") or KINDS.get(kind, kind)),
        "subject": None,
        "links": links,
        "own": own,
        "formats": [],
        "trail": _trail(request, kind, layer, lang),
        "layer": layer,
        "data": "",
        "linked_data": None,
        "page_of": partial(page_of, lang=lang),
        "asset": _ASSETS,
        "sign_in": f"/login?lang={lang}",
    }


def _formats(own: str, links: list[Json], media_type: str) -> list[tuple[str, Json]]:
    """Return name and link of each other format; what has no links can be had as it is."""
    plain = [{"href": changed(own, f="json"), "type": media_type}]
    found = [one for one in links if one["rel"] == "alternate"] or plain
    return [(FORMATS.get(one["type"].split(";")[0], one["type"]), one) for one in found]


_ASSETS: Mapping[str, Callable[[str], str]] = {
    "style": style_url,
    "script": script_url,
    "leaflet": partial(vendor_url, "leaflet"),
    "protomaps": partial(vendor_url, "protomaps-leaflet"),
    "geoman": partial(vendor_url, "@geoman-io/leaflet-geoman-free"),
}


def _trail(request: Request, kind: str, layer: Layer | None, lang: str) -> list[tuple[str, str]]:
    """Return title and address of what lies above a page, the map first."""
    tell = partial(translate, lang)
    trail = [(tell("Map"), f"/?f=html&lang={lang}")]
    if kind in own.BELOW_ACCOUNT:
        trail.append((tell(KINDS["account"]), page_of("/account", lang=lang)))
    elif kind not in ("landingPage", "account"):
        trail.append((tell("Open data"), page_of("/landing", lang=lang)))
    if layer is not None:
        here = f"/collections/{layer.id}"
        trail.append((tell("Collections"), page_of("/collections", lang=lang)))
        if kind != "collection":
            trail.append((tell(layer.title), page_of(here, lang=lang)))
        if kind == "feature":
            trail.append((tell("Features"), page_of(f"{here}/items", lang=lang)))
    return trail

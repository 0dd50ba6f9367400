"""One page for each kind of document: its template, and what that is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from geomap.i18n import choose_language, translate, translate_plural
from layers.catalog import LAYERS
from layers.exports.table import EXPORTS
from layers.layer import Layer
from web.assets import script_url, style_url, vendor_url
from web.forms.drafted import drafts_page
from web.inert import script_json
from web.pages import changes, imports, linked, own, review, standing
from web.pages.interface import interface
from web.pages.suggested import suggestion_page
from web.pages.titles import ADD, COLUMNS, DOORS, FIELDS, FORMATS, KINDS
from web.pages.values import Reader, is_web
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
    template, tell = _PAGES.get(kind, ("document.html", _document))
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
            code: (name, _page_of(own, lang=code)) for code, name in LANGUAGE_NAMES.items()
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
        "page_of": partial(_page_of, lang=lang),
        "asset": _ASSETS,
        "sign_in": f"/login?lang={lang}",
    }


def _formats(own: str, links: list[Json], media_type: str) -> list[tuple[str, Json]]:
    """Return name and link of each other format; what has no links can be had as it is."""
    plain = [{"href": _changed(own, f="json"), "type": media_type}]
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
        trail.append((tell(KINDS["account"]), _page_of("/account", lang=lang)))
    elif kind not in ("landingPage", "account"):
        trail.append((tell("Open data"), _page_of("/landing", lang=lang)))
    if layer is not None:
        here = f"/collections/{layer.id}"
        trail.append((tell("Collections"), _page_of("/collections", lang=lang)))
        if kind != "collection":
            trail.append((tell(layer.title), _page_of(here, lang=lang)))
        if kind == "feature":
            trail.append((tell("Features"), _page_of(f"{here}/items", lang=lang)))
    return trail


def _changed(address: str, **changes: str) -> str:
    """Return an address with some of its parameters set."""
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **changes}
    return parts._replace(query=urlencode(query)).geturl()


def _page_of(address: str, *, lang: str) -> str:
    return _changed(address, f="html", lang=lang)


def _base(request: Request) -> str:
    """Return the address of the service as its own links have it, without a slash at the end."""
    configured = request.app.state.settings.base_url.rstrip("/")
    return configured or f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def _reader(request: Request, layer: Layer, lang: str) -> Reader:
    tables = request.app.state.service.follower.current().tables

    def named(layer_id: str, feature_id: str) -> str:
        table = tables[layer_id]
        rows = table.positions([feature_id]).tolist()
        return next(
            (table.value(f"name_{lang}", row) or table.value("name", row) for row in rows), ""
        )

    return Reader(layer, lang, _base(request), named)


def _links_of(told: Told, rel: str) -> list[Json]:
    return [one for one in told["links"] if one["rel"] == rel]


def _landing(_: Request, document: Json, told: Told) -> Told:
    return {
        "title": document["title"],
        "description": told["_"](document["description"]),
        "doors": [
            (link["href"], *map(told["_"], texts))
            for rel, texts in DOORS.items()
            for link in _links_of(told, rel)
        ],
    }


def _collections(_: Request, document: Json, told: Told) -> Told:
    return {"collections": document["collections"], "title": told["_"](KINDS["collections"])}


def _collection(request: Request, document: Json, told: Told) -> Told:
    own = _links_of(told, "self")[0]["href"]
    exports = {one["href"]: one for one in _links_of(told, "enclosure")}
    named = [
        (EXPORTS[dict(parse_qsl(urlsplit(href).query))["f"]].title, one)
        for href, one in exports.items()
    ]
    box = document["extent"].get("spatial", {}).get("bbox")
    first = f"{_base(request)}/collections/{document['id']}/items?f=geojson&limit=1"
    return {
        "collection": document,
        "description": told["_"](document["description"]),
        "exports": named,
        "items": f"{_base(request)}/collections/{document['id']}/items",
        "box": box[0] if box else None,
        "data": first if box else "",
        "years": _years(document),
        "linked_data": script_json(linked.dataset(document, own, told["site_title"])),
    }


def _years(document: Json) -> str:
    intervals = document["extent"].get("temporal", {}).get("interval")
    return "–".join((end or "…")[:4] for end in intervals[0]) if intervals else ""


def _features(request: Request, document: Json, told: Told) -> Told:
    layer: Layer = told["layer"]
    reader = _reader(request, layer, told["lang"])
    names = COLUMNS[layer.id]
    rows = [
        (
            f"/collections/{layer.id}/items/{feature['id']}",
            reader.name(feature["properties"]),
            [reader.cell(name, feature["properties"]) for name in names],
        )
        for feature in document["features"]
    ]
    following = _links_of(told, "next")
    return {
        "title": told["_"](layer.title),
        "columns": [(name, told["_"](FIELDS[name])) for name in names],
        "rows": rows,
        "matched": document["numberMatched"],
        "shown": document["numberReturned"],
        "sorted_by": request.query_params.get("sortby", ""),
        "own": _changed_without(_links_of(told, "self")[0]["href"], "after"),
        "next": following[0]["href"] if following else "",
        "is_first": "after" not in request.query_params,
        "first": _changed_without(str(request.url), "after"),
        "data": _map_data(told, document["features"]),
        "changed": _changed,
    }


def _changed_without(address: str, name: str) -> str:
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    return parts._replace(scheme="", netloc="", query=urlencode(query)).geturl()


def _map_data(told: Told, features: list[Json]) -> str:
    """Return where the map of a page has its features from: the same ones, in degrees."""
    if not any(feature["geometry"] for feature in features):
        return ""
    geojson = [one for _, one in told["formats"] if one["type"] == "application/geo+json"]
    return _changed_without_all(geojson[0]["href"]) if geojson else ""


def _changed_without_all(address: str) -> str:
    parts = urlsplit(_changed_without(address, "crs"))
    return _changed_without(parts.geturl(), "max-allowable-offset")


def _feature(request: Request, document: Json, told: Told) -> Told:
    layer: Layer = told["layer"]
    reader = _reader(request, layer, told["lang"])
    properties = document["properties"]
    name = reader.name(properties)
    own = f"{_base(request)}/collections/{layer.id}/items/{document['id']}"
    return {
        "title": name.text,
        "subject": name,
        "rows": reader.rows(properties),
        "photos": [_photo(one) for one in properties.get("photos") or ()],
        "kind_title": told["_"](layer.title),
        "on_map": f"/?open={layer.id}/{document['id']}&lang={told['lang']}",
        "doors": standing.doors(getattr(request.state, "doors", []), told),
        "data": _map_data(told, [document]),
        "linked_data": script_json(linked.thing(layer.id, document, own)),
    }


def _photo(photo: Json) -> Json:
    """Return what a page shows of a photo; `terms` is where its licence can be read."""
    licence = str(photo.get("licence", ""))
    return {"caption": "", **photo, "terms": licence if is_web(licence) else ""}


def _past(tell: Callable[[Json, Told, changes.Readers], Told]) -> Callable[..., Told]:
    """Return what fills a page of what was changed, which reads records of any layer."""

    def filled(request: Request, document: Json, told: Told) -> Told:
        return tell(document, told, lambda layer: _reader(request, layer, told["lang"]))

    return filled


def _schema(_: Request, document: Json, told: Told) -> Told:
    rows = [
        {
            "name": name,
            "title": told["_"](FIELDS.get(name, one.get("title", name))),
            "type": one.get("format") or one.get("type", ""),
            "role": one.get("x-ogc-role", ""),
            "help": one.get("description", ""),
            "codes": [
                (code["const"], code["title"])
                for code in one.get("oneOf") or one.get("items", {}).get("oneOf", ())
            ],
        }
        for name, one in document["properties"].items()
    ]
    layer: Layer | None = told["layer"]
    heading = told["_"](document["title"]) if layer is None else told["_"](layer.title)
    return {"rows": rows, "title": heading, "required": document.get("required", [])}


def _interface(_: Request, document: Json, told: Told) -> Told:
    return {"groups": interface(document)}


def _conformance(_: Request, document: Json, told: Told) -> Told:
    return {"classes": document["conformsTo"], "title": told["_"](KINDS["conformance"])}


_FORM_FIELDS = ("fault", "name", "next", "typed", "signed_in", "adds", "subject", "provider")


def _form(_: Request, document: Json, told: Told) -> Told:
    """Return what a form is told: what is filled in, and what was wrong with it."""
    own = {name: document[name] for name in _FORM_FIELDS if name != "subject"}
    # `subject` is what a page is about; here it is how another house calls the person.
    add_titles = {layer: told["_"](title) for layer, title in ADD.items()}
    return {**own, "stranger": document["subject"], "add_titles": add_titles}


def _document(request: Request, document: Json, told: Told) -> Told:
    rest = {name: value for name, value in document.items() if name not in {"links", "title"}}
    reader = _reader(request, LAYERS["sites"], told["lang"])
    return {"rows": [(name, reader.plain(value)) for name, value in rest.items()]}


def _suggestion(request: Request, document: Json, told: Told) -> Told:
    is_secret = bool(document.get("is_secret"))

    def read(layer_id: str) -> Reader:
        return _reader(request, LAYERS[layer_id], told["lang"])

    return suggestion_page(read, document, told, secret=is_secret)


_PAGES: Mapping[str, tuple[str, Callable[[Request, Json, Told], Told]]] = {
    "landingPage": ("landing.html", _landing),
    "conformance": ("conformance.html", _conformance),
    "collections": ("collections.html", _collections),
    "collection": ("collection.html", _collection),
    "features": ("features.html", _features),
    "feature": ("feature.html", _feature),
    "history": ("history.html", _past(changes.history)),
    "writes": ("writes.html", _past(changes.writes)),
    "write": ("write.html", _past(changes.write)),
    "importInto": ("import_into.html", lambda _, document, told: imports.into(document, told)),
    "importForm": ("import_form.html", lambda _, document, told: imports.form(document, told)),
    "import": ("import.html", lambda _, document, told: imports.report(document, told)),
    "restoration": ("restoration.html", _past(changes.restoration)),
    "schema": ("schema.html", _schema),
    "signIn": ("signin.html", _form),
    "password": ("password.html", _form),
    "drafts": ("drafts.html", drafts_page),
    "suggestion": ("suggested.html", _suggestion),
    "openapi": ("interface.html", _interface),
    **own.PAGES,
    "reviewQueue": ("review.html", _past(review.queue)),
    "reviewOne": ("suggestion.html", _past(review.one)),
    "suggestions": ("own_suggestions.html", _past(review.own)),
}
"""Kind of document → its template, and what fills it."""

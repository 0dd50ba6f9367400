"""What the page of each kind of document is filled with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from layers.catalog import LAYERS
from layers.exports.table import EXPORTS
from layers.layer import Layer
from web.forms.drafted import drafts_page
from web.inert import script_json
from web.pages import changes, imports, linked, own, review, standing
from web.pages.addresses import as_plain, base_of, changed, changed_without
from web.pages.interface import interface
from web.pages.suggested import suggestion_page
from web.pages.titles import ADD, COLUMNS, DOORS, FIELDS, KINDS
from web.pages.values import Reader, is_web

Json = dict[str, Any]
Told = dict[str, Any]


def reader_of(request: Request, layer: Layer, lang: str) -> Reader:
    """Return what reads the values of a layer, and names the features that they lead to."""
    tables = request.app.state.service.follower.current().tables

    def named(layer_id: str, feature_id: str) -> str:
        table = tables[layer_id]
        rows = table.positions([feature_id]).tolist()
        return next(
            (table.value(f"name_{lang}", row) or table.value("name", row) for row in rows), ""
        )

    return Reader(layer, lang, base_of(request), named)


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
    first = f"{base_of(request)}/collections/{document['id']}/items?f=geojson&limit=1"
    return {
        "collection": document,
        "description": told["_"](document["description"]),
        "exports": named,
        "items": f"{base_of(request)}/collections/{document['id']}/items",
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
    reader = reader_of(request, layer, told["lang"])
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
        "own": changed_without(_links_of(told, "self")[0]["href"], "after"),
        "next": following[0]["href"] if following else "",
        "is_first": "after" not in request.query_params,
        "first": changed_without(str(request.url), "after"),
        "data": _map_data(told, document["features"]),
        "changed": changed,
    }


def _map_data(told: Told, features: list[Json]) -> str:
    """Return where the map of a page has its features from: the same ones, in degrees."""
    if not any(feature["geometry"] for feature in features):
        return ""
    geojson = [one for _, one in told["formats"] if one["type"] == "application/geo+json"]
    return as_plain(geojson[0]["href"]) if geojson else ""


def _feature(request: Request, document: Json, told: Told) -> Told:
    layer: Layer = told["layer"]
    reader = reader_of(request, layer, told["lang"])
    properties = document["properties"]
    name = reader.name(properties)
    own = f"{base_of(request)}/collections/{layer.id}/items/{document['id']}"
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


def _reading(tell: Callable[[Json, Told, changes.Readers], Told]) -> Callable[..., Told]:
    """Return what fills a page that reads records of any layer."""

    def filled(request: Request, document: Json, told: Told) -> Told:
        return tell(document, told, lambda layer: reader_of(request, layer, told["lang"]))

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


def document_of(request: Request, document: Json, told: Told) -> Told:
    """Return what a page is told of a document that has none of its own."""
    rest = {name: value for name, value in document.items() if name not in {"links", "title"}}
    reader = reader_of(request, LAYERS["sites"], told["lang"])
    return {"rows": [(name, reader.plain(value)) for name, value in rest.items()]}


PAGES: Mapping[str, tuple[str, Callable[[Request, Json, Told], Told]]] = {
    "landingPage": ("landing.html", _landing),
    "conformance": ("conformance.html", _conformance),
    "collections": ("collections.html", _collections),
    "collection": ("collection.html", _collection),
    "features": ("features.html", _features),
    "feature": ("feature.html", _feature),
    "history": ("history.html", _reading(changes.history)),
    "writes": ("writes.html", _reading(changes.writes)),
    "write": ("write.html", _reading(changes.write)),
    "importInto": ("import_into.html", lambda _, document, told: imports.into(document, told)),
    "importForm": ("import_form.html", lambda _, document, told: imports.form(document, told)),
    "import": ("import.html", lambda _, document, told: imports.report(document, told)),
    "restoration": ("restoration.html", _reading(changes.restoration)),
    "schema": ("schema.html", _schema),
    "signIn": ("signin.html", _form),
    "password": ("password.html", _form),
    "drafts": ("drafts.html", drafts_page),
    "suggestion": ("suggested.html", _reading(suggestion_page)),
    "openapi": ("interface.html", _interface),
    **own.PAGES,
    "reviewQueue": ("review.html", _reading(review.queue)),
    "reviewOne": ("suggestion.html", _reading(review.one)),
    "suggestions": ("own_suggestions.html", _reading(review.own)),
}
"""Kind of document → its template, and what fills it."""

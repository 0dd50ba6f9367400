"""Features: pages, single ones, counts by value, and the overview of pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from api import conformance
from api.depends import CurrentWishes, Language, ReadableId, ReadableLayer, Reads, Wishes, query_of
from api.links import GEOJSON, JSON, QUERYABLES, SCHEMA, link, url
from api.negotiate import (
    AS_FEATURES,
    AS_GEOJSON,
    AS_JSON,
    answered,
    is_page,
    representations,
)
from api.parameters import (
    AFTER,
    BBOX,
    BOXES,
    CRS,
    FILTERS,
    FORMAT,
    LANG,
    LIMIT,
    MAX_OFFSET,
    PROFILE,
    PROPERTIES,
    SORTBY,
    ZOOM,
)
from api.profiles import Profiles, profiles_named
from api.records import PRIVATE, CurrentDesk, exact_answer, http_date, public_doors
from api.representations import (
    Telling,
    collection_text,
    feature_text,
    next_link,
    plain_feature,
    plain_headers,
)
from api.router import Router
from api.service import CurrentService, Service
from geomap.errors import FeatureNotFound, ParameterInvalid
from geomap.systems import CRS84
from layers.bodies import feature_body
from layers.catalog import LAYERS
from layers.exact import body_mark
from layers.layer import Layer
from layers.query import Query, facets, matching_rows, page, select
from layers.shaped import Wish, checked_properties
from layers.store.protocol import PublicReader
from layers.tiles.bundles import MOST_BUNDLES, overview

OVERVIEW_ZOOM = 3
OVERVIEW_LINES = 500
MOST_HITS = 10_000_000
"""All of them: a page says exactly how many features match."""

router = Router("Features", conformance.FEATURES)
_TOLD = (CRS, PROPERTIES, MAX_OFFSET, PROFILE)
OF_ITEMS = Reads(FORMAT, LANG, *_TOLD, *BOXES, LIMIT, AFTER, SORTBY, *FILTERS, filters=True)
OF_ITEM = Reads(FORMAT, LANG, *_TOLD)
PLAIN = frozenset({FORMAT.name, LANG.name})
"""Parameters with which a feature is told as it is stored."""
LIGHT = PLAIN | {LIMIT.name, AFTER.name, BBOX.name}
"""Parameters with which a page is a look-up in Morton order or by id, and ready texts."""
ITEMS = "/collections/{layer_id}/items"
ITEM = f"{ITEMS}/{{feature_id}}"
_FACETS = Reads(FORMAT, LANG, *BOXES, *FILTERS, filters=True)
_OVERVIEW = Reads(FORMAT, LANG, ZOOM, LIMIT, BBOX, *FILTERS, filters=True, layer_id="twins")


@router.get(ITEMS, "getItems", OF_ITEMS, AS_FEATURES, "features")
def items(
    request: Request,
    layer: ReadableLayer,
    wishes: CurrentWishes,
    service: CurrentService,
    lang: Language,
) -> Response:
    """Features of a collection, a page at a time."""
    return page_answer(request, layer, wishes, service, lang)


def page_answer(
    request: Request, layer: Layer, wishes: Wishes, service: Service, lang: str
) -> Response:
    """Return a page of features; `api.front` asks for it, too."""
    settings = service.settings
    limit = wishes.limit(settings.default_limit, settings.max_limit)
    query = replace(query_of(wishes, layer), limit=limit)
    wish, profiles = _wish(request, wishes, layer), _profiles(wishes)
    with service.follower.reading() as (snapshot, reader):
        tables = snapshot.tables
        telling = Telling(request, tables, reader, layer, lang, wish, profiles)
        asked = page(telling.table, found(query, layer, reader))
        versions = (telling.table.version, *_named_from(telling))
        forms = representations(request, AS_FEATURES)
        asking = link(url(request, f"/collections/{layer.id}/queryables"), QUERYABLES, SCHEMA)
        headers = telling.headers([*forms, *next_link(telling, asked), asking])

        def body() -> bytes:
            return collection_text(telling, asked)

        return answered(request, (versions, lang), telling.media_type, body, headers)


@router.get(ITEM, "getItem", OF_ITEM, AS_FEATURES, "feature")
def item(desk: CurrentDesk, feature_id: ReadableId, wishes: CurrentWishes) -> Response:
    """One feature: what the public sees of it, or the record itself for those with rights."""
    request, layer, lang = desk.request, desk.layer, desk.lang
    wish, profiles = _wish(request, wishes, layer), _profiles(wishes)
    if exact := exact_answer(desk, feature_id, wish):
        return exact
    if AS_FEATURES[request.state.format] == GEOJSON and wishes.values.keys() <= PLAIN:
        return item_answer(request, layer, feature_id, desk.service, lang)
    request.state.doors = public_doors(desk, feature_id)
    with desk.service.follower.reading() as (snapshot, reader):
        telling = Telling(request, snapshot.tables, reader, layer, lang, wish, profiles)
        row = telling.table.positions([feature_id])
        if not len(row):
            raise FeatureNotFound(layer.id, feature_id)
        parts = (feature_body(reader, telling.table, feature_id, lang), *_named_from(telling))
        headers = {**telling.headers([]), **_of_version(reader, layer)}

        def body() -> bytes:
            return feature_text(telling, row, feature_id)

        mark = body_mark(reader.body(layer.id, feature_id) or b"")
        return answered(request, parts, telling.media_type, body, headers, mark=mark)


def item_answer(
    request: Request, layer: Layer, feature_id: str, service: Service, lang: str
) -> Response:
    """Return one feature as it is stored, in GeoJSON; `api.front` asks for it, too.

    Raises:
        FeatureNotFound: The public has none of this id.
    """
    with service.follower.reading() as (snapshot, reader):
        body = feature_body(reader, snapshot.tables[layer.id], feature_id, lang)
        stored = reader.body(layer.id, feature_id)
        own = _of_version(reader, layer)
    if body is None or stored is None:
        raise FeatureNotFound(layer.id, feature_id)
    headers = {**plain_headers(layer), **own}
    return answered(
        request,
        (body,),
        GEOJSON,
        lambda: plain_feature(request, layer, feature_id, body),
        headers,
        mark=body_mark(stored),
    )


def _of_version(reader: PublicReader, layer: Layer) -> dict[str, str]:
    """Return what says when a feature can have changed last, and that others may see more."""
    changed_at = reader.updated_at(layer.id)
    told = {} if changed_at is None else {"Last-Modified": http_date(changed_at)}
    return {**told, "Vary": PRIVATE["Vary"]}


def _named_from(telling: Telling) -> list[str]:
    """Return the versions of the layers whose names an answer tells beside what it refers to."""
    named = (
        LAYERS if is_page(telling.request.state.format) else telling.profiles.reads(telling.layer)
    )
    return [telling.tables[layer_id].version for layer_id in named]


def _profiles(wishes: Wishes) -> Profiles:
    return Profiles() if (names := wishes.get(PROFILE)) is None else profiles_named(names)


def _wish(request: Request, wishes: Wishes, layer: Layer) -> Wish:
    """Return how features shall be told.

    Raises:
        ParameterInvalid: A property is none of the layer's, or the format knows one system only.
    """
    system = wishes.get(CRS) or CRS84
    if request.state.format == "linkedplaces" and not system.is_storage:
        raise ParameterInvalid("crs", system.uri, "Linked Places are in OGC:CRS84, always.")
    properties = checked_properties(layer, wishes.get(PROPERTIES))
    return Wish(system, wishes.get(MAX_OFFSET), properties)


@router.get("/collections/{layer_id}/facets", "getFacets", _FACETS, AS_JSON, "facets")
def counts(
    request: Request, layer: ReadableLayer, wishes: CurrentWishes, service: CurrentService
) -> Response:
    """How many of the features have which value."""
    with service.follower.reading() as (snapshot, reader):
        table = snapshot.tables[layer.id]
        query = found(query_of(wishes, layer), layer, reader)

        def body() -> bytes:
            counted = {
                "matched": len(matching_rows(table, query)),
                "facets": facets(table, query),
            }
            return orjson.dumps(counted)

        return answered(request, (table.version,), JSON, body)


@router.get("/collections/twins/overview", "getOverview", _OVERVIEW, AS_GEOJSON, "overview")
def pairs_overview(request: Request, wishes: CurrentWishes, service: CurrentService) -> Response:
    """Pairs drawn together: lines between areas with their counts, those of most pairs first."""
    layer = LAYERS["twins"]
    wished = wishes.get(ZOOM)
    zoom = OVERVIEW_ZOOM if wished is None else wished
    with service.follower.reading() as (snapshot, reader):
        table = snapshot.tables[layer.id]
        query = found(query_of(wishes, layer), layer, reader)

        def body() -> bytes:
            lines = overview(table, select(table, query), zoom)
            return orjson.dumps(_first_of(lines, wishes.limit(OVERVIEW_LINES, MOST_BUNDLES)))

        return answered(request, (table.version,), GEOJSON, body)


def found(query: Query, layer: Layer, reader: PublicReader) -> Query:
    """Return the query with the rows that its words find, in the same commit as `reader`."""
    if not query.words:
        return query
    hits = reader.search(query.words, [layer.id], MOST_HITS)
    return replace(query, seqs=frozenset(hit.seq for hit in hits))


def _first_of(lines: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    """Return the first lines, and how many pairs the lines after them stand for."""
    return {
        "type": "FeatureCollection",
        "features": lines[:limit],
        "numberMatched": len(lines),
        "numberReturned": len(lines[:limit]),
        "not_shown": sum(line["properties"]["count"] for line in lines[limit:]),
    }

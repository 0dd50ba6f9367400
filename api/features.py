"""Features: pages, single ones, counts by value, and the overview of pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from api import conformance
from api.depends import CurrentWishes, Language, ReadableId, ReadableLayer, Reads, query_of
from api.links import GEOJSON, JSON, Link, link, self_url, url
from api.negotiate import AS_GEOJSON, AS_JSON, answered
from api.parameters import AFTER, BBOX, BOXES, FILTERS, FORMAT, LANG, LIMIT, SORTBY, ZOOM
from api.router import Router
from api.service import CurrentService, Service
from geomap.errors import FeatureNotFound
from layers.bodies import feature_bodies, feature_body
from layers.catalog import LAYERS
from layers.layer import Layer
from layers.query import Page, Query, facets, page, select
from layers.store.protocol import PublicReader
from layers.tiles.bundles import MOST_BUNDLES, overview

OVERVIEW_ZOOM = 3
OVERVIEW_LINES = 500
MOST_HITS = 10_000_000
"""All of them: a page says exactly how many features match."""

router = Router("Features", conformance.FEATURES)
_ITEMS = Reads(FORMAT, LANG, *BOXES, LIMIT, AFTER, SORTBY, *FILTERS, filters=True)
OF_ITEM = Reads(FORMAT, LANG)
ITEM = "/collections/{layer_id}/items/{feature_id}"
_FACETS = Reads(FORMAT, LANG, *BOXES, *FILTERS, filters=True)
_OVERVIEW = Reads(FORMAT, LANG, ZOOM, LIMIT, BBOX, *FILTERS, filters=True, layer_id="twins")


@router.get("/collections/{layer_id}/items", "getItems", _ITEMS, AS_GEOJSON, "features")
def items(
    request: Request,
    layer: ReadableLayer,
    wishes: CurrentWishes,
    service: CurrentService,
    lang: Language,
) -> Response:
    """Features of a collection, a page at a time."""
    settings = service.settings
    limit = wishes.limit(settings.default_limit, settings.max_limit)
    query = replace(query_of(wishes, layer), limit=limit)
    with service.follower.reading() as (snapshot, reader):
        table = snapshot.tables[layer.id]
        asked = page(table, found(query, layer, reader))

        def body() -> bytes:
            bodies = b",\n".join(feature_bodies(reader, table, asked.rows, lang))
            return _page_text(request, layer, asked, bodies)

        return answered(request, (table.version, lang), GEOJSON, body)


@router.get(ITEM, "getItem", OF_ITEM, AS_GEOJSON, "feature")
def item(
    request: Request,
    layer: ReadableLayer,
    feature_id: ReadableId,
    service: CurrentService,
    lang: Language,
) -> Response:
    """One feature."""
    return item_answer(request, layer, feature_id, service, lang)


def item_answer(
    request: Request, layer: Layer, feature_id: str, service: Service, lang: str
) -> Response:
    """Return one feature; `api.front` asks for it, too.

    Raises:
        FeatureNotFound: The public has none of this id.
    """
    with service.follower.reading() as (snapshot, reader):
        body = feature_body(reader, snapshot.tables[layer.id], feature_id, lang)
    if body is None:
        raise FeatureNotFound(layer.id, feature_id)
    links = orjson.dumps(_item_links(request, layer, feature_id))
    return answered(request, (body,), GEOJSON, lambda: b'%s,"links":%s}' % (body[:-1], links))


@router.get("/collections/{layer_id}/facets", "getFacets", _FACETS, AS_JSON, "facets")
def counts(
    request: Request, layer: ReadableLayer, wishes: CurrentWishes, service: CurrentService
) -> Response:
    """How many of the features have which value."""
    with service.follower.reading() as (snapshot, reader):
        table = snapshot.tables[layer.id]
        query = found(query_of(wishes, layer), layer, reader)

        def body() -> bytes:
            counted = {"matched": len(select(table, query)), "facets": facets(table, query)}
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


def _page_text(request: Request, layer: Layer, asked: Page, bodies: bytes) -> bytes:
    here = f"/collections/{layer.id}"
    links = [
        link(self_url(request), "self", GEOJSON),
        link(url(request, here), "collection", JSON),
        link(url(request, "/"), "root", JSON),
    ]
    if asked.next_token:
        links.append(link(self_url(request, after=asked.next_token), "next", GEOJSON))
    rest = {
        "numberMatched": asked.matched,
        "numberReturned": len(asked.rows),
        "links": links,
    }
    head = b'{"type":"FeatureCollection","features":['
    return b"%s%s],%s" % (head, bodies, orjson.dumps(rest)[1:])


def _item_links(request: Request, layer: Layer, feature_id: str) -> list[Link]:
    here = f"/collections/{layer.id}"
    return [
        link(url(request, f"{here}/items/{feature_id}"), "self", GEOJSON),
        link(url(request, here), "collection", JSON),
        link(url(request, "/"), "root", JSON),
    ]

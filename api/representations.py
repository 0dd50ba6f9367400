"""Features as bytes: one writer a format, in the system, detail and profile that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson
import shapely
from fastapi import Request

from api.links import GEOJSON, JSON, Link, link, self_url, url
from api.negotiate import AS_FEATURES, representations
from api.profiles import Profiles
from geomap.systems import CRS84
from layers import jsonfg
from layers.catalog import layer_named
from layers.columns import Rows
from layers.exports import linked_places
from layers.fragments import Text
from layers.layer import Layer
from layers.paging import Page
from layers.shaped import Wish, shaped_bodies, shapes
from layers.store.protocol import PublicReader
from layers.table import LayerTable

Tables = Mapping[str, LayerTable]


@dataclass(frozen=True, slots=True)
class Telling:
    """What features are told from, and how."""

    request: Request
    tables: Tables
    reader: PublicReader
    layer: Layer
    lang: str
    wish: Wish
    profiles: Profiles

    @property
    def table(self) -> LayerTable:
        """The layer's features."""
        return self.tables[self.layer.id]

    @property
    def form(self) -> str:
        """Which writer of `WRITERS` is meant; the page is made of what GeoJSON says."""
        wanted = getattr(self.request.state, "format", "")
        is_geojson = AS_FEATURES.get(wanted, GEOJSON) == GEOJSON
        if is_geojson:
            return "jsonfg" if self.profiles.jsonfg else "geojson"
        return str(wanted) if wanted in WRITERS else "geojson"

    @property
    def media_type(self) -> str:
        """What the answer is, if it is not a page."""
        wanted = getattr(self.request.state, "format", "geojson")
        return AS_FEATURES["geojson" if wanted == "html" else wanted]

    def headers(self, links: list[Link]) -> dict[str, str]:
        """Return the headers that say which system and profile the features have, and links."""
        uris = self.profiles.uris(self.form, self.layer)
        named = [f'<{uri}>; rel="profile"' for uri in uris]
        named += [_header_of(one) for one in links]
        told = {"Content-Crs": f"<{self.wish.system.uri}>"}
        return told | ({"Link": ", ".join(named)} if named else {})


def _header_of(one: Link) -> str:
    """Return a link as RFC 8288 writes it; its type without parameters, which have quotes."""
    media_type = one["type"].partition(";")[0]
    return f'<{one["href"]}>; rel="{one["rel"]}"; type="{media_type}"'


def plain_headers(layer: Layer) -> Mapping[str, str]:
    """Return the headers of a feature that was asked for without a wish."""
    return _plain_headers(layer.id)


@lru_cache
def _plain_headers(layer_id: str) -> Mapping[str, str]:
    uris = Profiles().uris("geojson", layer_named(layer_id))
    links = ", ".join(f'<{uri}>; rel="profile"' for uri in uris)
    return {"Content-Crs": f"<{CRS84.uri}>", "Link": links}


def collection_text(telling: Telling, page: Page) -> bytes:
    """Return a page of features as one collection."""
    links = _collection_links(telling, page)
    rest: dict[str, Any] = {"numberMatched": page.matched, "numberReturned": len(page.rows)}
    rest |= {} if telling.form == "linkedplaces" else {"links": links}
    head = orjson.dumps({"type": "FeatureCollection", **_root(telling, of_many=True)})[:-1]
    # Head and tail go with the first and the last text, so that a page is copied only once.
    texts = [*WRITERS[telling.form](telling, page.rows)] or [b""]
    texts[0] = b'%s,"features":[%s' % (head, texts[0])
    texts[-1] = b"%s],%s" % (texts[-1], orjson.dumps(rest)[1:])
    return b",\n".join(texts)


def feature_text(telling: Telling, row: Rows, feature_id: str) -> bytes:
    """Return the one feature of `row` as a root object."""
    [body] = WRITERS[telling.form](telling, row)
    members = _root(telling, of_many=False)
    if telling.form != "linkedplaces":
        members["links"] = feature_links(telling, feature_id)
    return b"%s,%s" % (body[:-1], orjson.dumps(members)[1:])


def plain_feature(request: Request, layer: Layer, feature_id: str, body: bytes) -> bytes:
    """Return a stored text with the links of a feature that was asked for without a wish."""
    links = _plain_links(url(request, f"/collections/{layer.id}"), url(request, "/"))
    return b'%s,"links":%s}' % (body[:-1], links.replace(b"{id}", feature_id.encode()))


@lru_cache(64)
def _plain_links(collection: str, root: str) -> bytes:
    """Return the links of a collection's features as text, with `{id}` where the id goes."""
    item = f"{collection}/items/{{id}}"
    types = dict(reversed([(media_type, name) for name, media_type in AS_FEATURES.items()]))
    own, *others = dict.fromkeys(AS_FEATURES.values())
    links = [
        link(item, "self", own),
        *(link(f"{item}?f={types[media_type]}", "alternate", media_type) for media_type in others),
        link(collection, "collection", JSON),
        link(root, "root", JSON),
    ]
    return orjson.dumps(links)


def feature_links(telling: Telling, feature_id: str) -> list[Link]:
    """Return the links of a single feature."""
    here = f"/collections/{telling.layer.id}"
    path = f"{here}/items/{feature_id}"
    return [
        *representations(telling.request, AS_FEATURES, path),
        *_profile_links(telling),
        link(url(telling.request, here), "collection", JSON),
        link(url(telling.request, "/"), "root", JSON),
    ]


def next_link(telling: Telling, page: Page) -> list[Link]:
    """Return the link to the page after this one, if there is one."""
    if not page.next_token:
        return []
    media_type = AS_FEATURES[telling.request.state.format]
    return [link(self_url(telling.request, after=page.next_token), "next", media_type)]


def _collection_links(telling: Telling, page: Page) -> list[Link]:
    here = f"/collections/{telling.layer.id}"
    return [
        *representations(telling.request, AS_FEATURES),
        *next_link(telling, page),
        *_profile_links(telling),
        link(url(telling.request, here), "collection", JSON),
        link(url(telling.request, "/"), "root", JSON),
    ]


def _profile_links(telling: Telling) -> list[Link]:
    """Return the links that a document without any wish says in its header alone."""
    if telling.form == "geojson" and not telling.profiles.named:
        return []
    uris = telling.profiles.uris(telling.form, telling.layer)
    return [{"href": uri, "rel": "profile"} for uri in uris]


def _root(telling: Telling, *, of_many: bool) -> dict[str, Any]:
    if telling.form == "linkedplaces":
        return {"@context": linked_places.CONTEXT}
    if telling.form == "geojson":
        return {}
    schema = url(telling.request, f"/collections/{telling.layer.id}/schema")
    members = jsonfg.root_members(telling.layer, telling.wish.system, schema)
    if of_many:
        return {"featureType": telling.layer.id, **members}
    members.pop("geometryDimension", None)
    return members


def _geojson(telling: Telling, rows: Rows) -> Iterator[Text]:
    texts = shaped_bodies(telling.reader, telling.table, rows, telling.lang, telling.wish)
    return telling.profiles.applied(telling.request, telling.tables, telling.layer, texts)


def _jsonfg(telling: Telling, rows: Rows) -> Iterator[Text]:
    wish, table = telling.wish, telling.table
    places: list[str | None] = [None] * len(rows)
    if not wish.system.is_storage:
        places = shapely.to_geojson(shapes(table, rows, wish)).tolist()
        telling = replace(telling, wish=Wish(CRS84, None, wish.properties))
    for row, text, place in zip(rows.tolist(), _geojson(telling, rows), places, strict=True):
        feature = jsonfg.jsonfg_feature(table, row, text, place)
        if place and telling.profiles.without_fallback:
            feature["geometry"] = None
        yield orjson.dumps(feature)


def _linked_places(telling: Telling, rows: Rows) -> Iterator[Text]:
    texts = shaped_bodies(telling.reader, telling.table, rows, telling.lang)
    return linked_places.places(telling.layer, texts)


WRITERS: Mapping[str, Callable[[Telling, Rows], Iterator[Text]]] = {
    "geojson": _geojson,
    "jsonfg": _jsonfg,
    "linkedplaces": _linked_places,
}
"""Form → what yields the text of each feature."""

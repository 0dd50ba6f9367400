"""Which representation an answer has, its strong ETag, and whether the client has it already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

import geomap
from api.links import (
    GEOJSON,
    HTML,
    JSON,
    MVT,
    OPENAPI,
    SCHEMA,
    STYLESHEET,
    Link,
    base_url,
    link,
    self_url,
)
from geomap.errors import ParameterInvalid
from geomap.i18n import choose_language
from geomap.photos import MEDIA_TYPE
from layers import jsonfg
from layers.exports import linked_places

ONLY_JSON: Mapping[str, str] = {"json": JSON}
AS_JSON: Mapping[str, str] = {"json": JSON, "html": HTML}
AS_SCHEMA: Mapping[str, str] = {"schema": SCHEMA, "json": SCHEMA, "html": HTML}
AS_GEOJSON: Mapping[str, str] = {"geojson": GEOJSON, "json": GEOJSON, "html": HTML}
AS_FEATURES: Mapping[str, str] = {
    **AS_GEOJSON,
    "jsonfg": jsonfg.MEDIA_TYPE,
    "linkedplaces": linked_places.MEDIA_TYPE,
}
AS_OPENAPI: Mapping[str, str] = {"json": OPENAPI, "html": HTML}
AS_TILE: Mapping[str, str] = {"mvt": MVT, "pbf": MVT}
AS_PHOTO: Mapping[str, str] = {"webp": MEDIA_TYPE}
AS_STYLE: Mapping[str, str] = {"mapbox": STYLESHEET, "json": STYLESHEET}
"""What a route can answer in: `f` → media type, the usual one first."""

VARY = "Accept, Accept-Language, Accept-Encoding"
CACHING: Mapping[str, str] = {"Cache-Control": "no-cache", "Vary": VARY}
"""Whoever keeps an answer asks, each time, whether it still holds."""

_TAKEN_FOR: Mapping[str, tuple[str, ...]] = {
    GEOJSON: (JSON,),
    SCHEMA: (JSON,),
    OPENAPI: (JSON,),
    STYLESHEET: (JSON,),
    MVT: ("application/x-protobuf", "application/octet-stream"),
}
"""Names by which clients ask for a type without knowing its own."""

TITLES: Mapping[str, str] = {
    JSON: "JSON",
    SCHEMA: "JSON Schema",
    GEOJSON: "GeoJSON",
    HTML: "HTML",
    OPENAPI: "OpenAPI",
    jsonfg.MEDIA_TYPE: "JSON-FG",
    linked_places.MEDIA_TYPE: "Linked Places",
}

_RANGE = re.compile(r"\s*([\w.+*-]+/[\w.+*-]+)\s*((?:;[^,]*)?)", re.ASCII)
_QUALITY = re.compile(r";\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def chosen(request: Request, offered: Mapping[str, str]) -> str:
    """Return the name of the format to answer in: what `f` says, else what `Accept` prefers.

    Args:
        request: Its `f` and `Accept` are read.
        offered: Name → media type, the usual one first.

    Raises:
        ParameterInvalid: `f` names none of the offered.
        HTTPException: 406, when `Accept` allows none of the offered.
    """
    wanted = request.query_params.get("f")
    if wanted is not None:
        if wanted not in offered:
            raise ParameterInvalid("f", wanted, f"one of {', '.join(offered)} is expected.")
        return wanted
    ranges = _ranges(request.headers.get("accept", "")) or [("*/*", 1.0)]
    best = max(offered, key=lambda name: _weight(offered[name], ranges))
    if _weight(offered[best], ranges) <= 0:
        types = ", ".join(dict.fromkeys(offered.values()))
        raise HTTPException(406, f"This can be had as {types}.")
    return best


def answered(
    request: Request,
    parts: tuple[object, ...],
    media_type: str,
    body: Callable[[], bytes],
    headers: Mapping[str, str] | None = None,
    *,
    mark: str = "",
) -> Response:
    """Return the answer with its tag, or 304 when the client has it; `body` is then not built.

    A reader who negotiated HTML gets the page that the other door makes of the same body.

    Args:
        request: Address and `If-None-Match` are read, and what was negotiated.
        parts: All that the body depends on beside the address, the media type and the release:
            the version of what is shown, the language.
        media_type: Of the body.
        body: Makes the bytes. The same parts must give the same bytes.
        headers: More headers of the answer.
        mark: What the tags of all representations of one version begin with, where it can be
            changed on the condition that it is still that version.
    """
    paged = is_page(getattr(request.state, "format", ""))
    if paged:
        parts = (*parts, HTML, language_asked(request))
    tag = ".".join(filter(None, (mark, tag_of(request, *parts, media_type))))
    own = {"ETag": f'"{tag}"', **CACHING, **(headers or {})}
    if paged:
        # A browser replaces the headers that it has kept by those of a 304.
        own |= request.app.state.page_headers(language_asked(request))
    if is_held(request, tag):
        return Response(status_code=304, headers=own)
    if paged:
        page: Response = request.app.state.page(request, request.state.kind, media_type, body())
        page.headers.update(own)
        return page
    return Response(body(), media_type=media_type, headers=own)


def language_asked(request: Request) -> str:
    """Return the language to answer in."""
    wanted = request.query_params.get("lang")
    return choose_language(wanted, request.headers.get("accept-language"))


def representations(request: Request, offered: Mapping[str, str], path: str = "") -> list[Link]:
    """Return the link to what is being answered, and to the same in each other media type.

    Args:
        request: As negotiated by its route.
        offered: What the route can answer in.
        path: Where that is, if not at the address of the request.
    """
    chosen_type = offered[getattr(request.state, "format", next(iter(offered)))]
    own = self_url(request, path=path)
    links = [link(own, "self", chosen_type, "This document")]
    named = dict(reversed([(media_type, name) for name, media_type in offered.items()]))
    for media_type in dict.fromkeys(offered.values()):
        if media_type != chosen_type:
            address = self_url(request, path=path, f=named[media_type])
            title = f"This document as {TITLES.get(media_type, media_type)}"
            links.append(link(address, "alternate", media_type, title))
    return links


def tag_of(request: Request, *parts: object) -> str:
    """Return a strong tag of this address and these parts, as this release answers them."""
    return tag_at(base_url(request), request.scope["path"], request.scope["query_string"], parts)


def tag_at(base: str, path: str, query_string: bytes, parts: tuple[object, ...]) -> str:
    """As `tag_of`, for an address in its parts: public address, path, query as it came."""
    text = repr((geomap.__version__, base, path, query_string, parts))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def is_held(request: Request, tag: str) -> bool:
    """Tell whether the client says that it has the answer of this tag."""
    return holds(request.headers.get("if-none-match", ""), tag)


def holds(if_none_match: str, tag: str) -> bool:
    """Tell whether an `If-None-Match` names this tag."""
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)


def _ranges(accept: str) -> list[tuple[str, float]]:
    """Return (media range, quality) of an Accept header; what cannot be read is left out."""
    found = []
    for part in accept.split(","):
        if match := _RANGE.fullmatch(part):
            quality = _QUALITY.search(match[2])
            found.append((match[1].lower(), float(quality[1]) if quality else 1.0))
    return found


def _weight(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Return how much a type is wanted: what the most exact range that it matches says of it."""
    plain = media_type.split(";", maxsplit=1)[0]
    major = plain.split("/")[0]
    names = [plain, *_TAKEN_FOR.get(media_type, ()), f"{major}/*", "*/*"]
    stated = dict(reversed(ranges))
    return next((stated[name] for name in names if name in stated), 0.0)


def is_page(name: str) -> bool:
    """Tell whether a chosen format is the one for people."""
    return name == "html"

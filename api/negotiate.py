"""Which representation an answer has, its strong ETag, and whether the client has it already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

import geomap
from api.links import GEOJSON, HTML, JSON, MVT, OPENAPI, STYLESHEET, base_url
from geomap.errors import ParameterInvalid

AS_JSON: Mapping[str, str] = {"json": JSON}
AS_GEOJSON: Mapping[str, str] = {"geojson": GEOJSON, "json": GEOJSON}
AS_PAGE: Mapping[str, str] = {"json": JSON, "html": HTML}
AS_OPENAPI: Mapping[str, str] = {"json": OPENAPI}
AS_TILE: Mapping[str, str] = {"mvt": MVT, "pbf": MVT}
AS_STYLE: Mapping[str, str] = {"mapbox": STYLESHEET, "json": STYLESHEET}
"""What a route can answer in: `f` → media type, the usual one first."""

VARY = "Accept, Accept-Language, Accept-Encoding"
CACHING: Mapping[str, str] = {"Cache-Control": "no-cache", "Vary": VARY}
"""Whoever keeps an answer asks, each time, whether it still holds."""

_TAKEN_FOR: Mapping[str, tuple[str, ...]] = {
    GEOJSON: (JSON,),
    OPENAPI: (JSON,),
    STYLESHEET: (JSON,),
    MVT: ("application/x-protobuf", "application/octet-stream"),
}
"""Names by which clients ask for a type without knowing its own."""

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
    request: Request, parts: tuple[object, ...], media_type: str, body: Callable[[], bytes]
) -> Response:
    """Return the answer with its tag, or 304 when the client has it; `body` is then not built.

    Args:
        request: Address and `If-None-Match` are read.
        parts: All that the body depends on beside the address, the media type and the release:
            the version of what is shown, the language.
        media_type: Of the body.
        body: Makes the bytes. The same parts must give the same bytes.
    """
    tag = tag_of(request, *parts, media_type)
    headers = {"ETag": f'"{tag}"', **CACHING}
    if is_held(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body(), media_type=media_type, headers=headers)


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
    return AS_PAGE.get(name) == HTML

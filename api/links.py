"""Links (RFC 8288), always absolute: QGIS fails on relative ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from starlette.requests import Request

Link = dict[str, str]

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
SCHEMA = "application/schema+json"
MVT = "application/vnd.mapbox-vector-tile"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
STYLESHEET = "application/vnd.mapbox.style+json"
SCHEMA = "application/schema+json"
QGIS_PROJECT = "application/x-qgis-project"
QGIS_LAYER = "application/x-qgis-layer-definition"
PROBLEM = "application/problem+json"

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
TILESETS = REL + "tilesets-vector"
STYLES = REL + "styles"
QUERYABLES = REL + "queryables"
FUNCTIONS = REL + "functions"
SCHEMA_OF = REL + "schema"
SORTABLES = REL + "sortables"
TILING_SCHEME = REL + "tiling-scheme"

# What may stand in a Host header: a name or address, perhaps a port; nothing else is repeated.
_HOST = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)


def base_url(request: Request) -> str:
    """Return the public address without a slash at its end, as set or as the client asked."""
    host = request.headers.get("host", "localhost")
    return base_of(request.app.state.settings.base_url, request.scope["scheme"], host)


def base_of(configured: str, scheme: str, host: str) -> str:
    """Return the public address without a slash at its end: as set, else as the client asked."""
    return configured.rstrip("/") if configured else f"{scheme}://{host}"


def is_host(text: str) -> bool:
    """Tell whether a Host header can be repeated in links."""
    return len(text) <= 255 and _HOST.fullmatch(text) is not None


def url(request: Request, path: str, query: Mapping[str, str] | None = None) -> str:
    """Return the absolute address of a path of this service, with a query."""
    address = base_url(request) + quote(path, safe="/{}@:,")
    return f"{address}?{urlencode(query)}" if query else address


def self_url(request: Request, *, path: str = "", **changes: str | None) -> str:
    """Return the address of this request with some parameters set, or removed where None.

    Args:
        request: Its parameters, and its path, are kept.
        path: Another path to go with the parameters.
        changes: Parameters by name.
    """
    query = {**request.query_params, **changes}
    kept = {name: value for name, value in query.items() if value is not None}
    return url(request, path or request.url.path, kept)


def link(href: str, rel: str, media_type: str, title: str = "") -> Link:
    """Return one link object."""
    made = {"href": href, "rel": rel, "type": media_type}
    return made | {"title": title} if title else made

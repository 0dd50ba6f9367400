"""The front door: landing page, conformance, the API's own description, errors explained."""

from __future__ import annotations

import orjson
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import conformance
from api.depends import Reads
from api.links import (
    FUNCTIONS,
    HTML,
    JSON,
    OPENAPI,
    QGIS_PROJECT,
    QUERYABLES,
    SCHEMA,
    STYLES,
    TILESETS,
    Link,
    base_url,
    link,
    url,
)
from api.negotiate import AS_JSON, AS_OPENAPI, answered, is_page, representations
from api.parameters import FORMAT, LANG
from api.problems import explained
from api.router import Router
from api.service import CurrentService
from geomap.settings import Settings

router = Router("Common", conformance.COMMON)
_READS = Reads(FORMAT)
_ENTRANCE = Reads(FORMAT, LANG, page_state=True)


@router.get("/", "getLandingPage", _ENTRANCE, AS_JSON, "landingPage")
def landing_page(request: Request, service: CurrentService) -> Response:
    """The map for people, the entrance for programs."""
    if is_page(request.state.format):
        page: Response = request.app.state.front_page(request, service.settings)
        return page
    own = [
        link(url(request, "/", {"f": "json"}), "self", JSON),
        link(url(request, "/", {"f": "html"}), "alternate", HTML, "The map"),
        link(url(request, "/landing", {"f": "html"}), "alternate", HTML, "This page, to read"),
    ]
    return _entrance(request, service.settings, own)


@router.get("/landing", "getEntrance", _READS, AS_JSON, "landingPage")
def entrance(request: Request, service: CurrentService) -> Response:
    """The entrance for programs as a page to read: what is here, and in which forms."""
    own = [
        *representations(request, AS_JSON),
        link(url(request, "/", {"f": "html"}), "related", HTML, "The map"),
    ]
    return _entrance(request, service.settings, own)


def _entrance(request: Request, settings: Settings, own: list[Link]) -> Response:
    body = {
        "title": settings.title,
        "description": "Cultural sites, cross-border regions, cities and twin-city pairs.",
        "links": [
            *own,
            link(url(request, "/api"), "service-desc", OPENAPI, "The API, described"),
            link(url(request, "/conformance"), "conformance", JSON, "Standards kept to"),
            link(url(request, "/collections"), "data", JSON, "Collections"),
            link(url(request, "/queryables"), QUERYABLES, SCHEMA, "What filters may ask"),
            link(url(request, "/functions"), FUNCTIONS, JSON, "Functions of filters"),
            link(url(request, "/tiles", {"f": "json"}), TILESETS, JSON, "Vector tiles"),
            link(url(request, "/styles"), STYLES, JSON, "Styles for MapLibre"),
            link(url(request, "/qgis/geomap.qgz"), "related", QGIS_PROJECT, "A project for QGIS"),
        ],
    }
    return answered(request, (), JSON, lambda: orjson.dumps(body))


@router.get("/conformance", "getConformance", _READS, AS_JSON, "conformance")
def conforms_to(request: Request) -> Response:
    """The standards that this API keeps to."""
    body = {
        "links": representations(request, AS_JSON),
        "conformsTo": request.app.state.conforms_to,
    }
    return answered(request, (), JSON, lambda: orjson.dumps(body))


@router.get("/api", "getApi", _READS, AS_OPENAPI, "openapi")
def description(request: Request) -> Response:
    """This API as an OpenAPI 3.0 document."""
    document = {**request.app.state.openapi, "servers": [{"url": base_url(request)}]}
    body = orjson.dumps(document)
    return answered(request, (body,), OPENAPI, lambda: body)


@router.get("/problems/{name}", "getProblem", _READS, AS_JSON, "problemType")
def problem_type(request: Request, name: str) -> Response:
    """What an error means: the page that the `type` of a problem names."""
    if not explained(name):
        raise HTTPException(404, f"There is no problem named {name[:100]!r}.")
    body = {"name": name, "title": explained(name), "links": representations(request, AS_JSON)}
    return answered(request, (), JSON, lambda: orjson.dumps(body))

"""The OpenAPI 3.0 document, made from the routers' own operations; it refers to nothing outside.

FastAPI would make 3.1, which GDAL and the OGC test suites do not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import geomap
from api.depends import common_queryables
from api.links import HTML, PROBLEM
from api.openapi_writes import BINARY, SECURITY, described_write, header_parameters
from api.palette import THEMES
from api.parameters import PARAMETERS
from api.reading import Parameter
from api.router import Operation, Router
from api.schemas import SCHEMAS
from geomap.settings import Settings
from layers.catalog import LAYERS
from layers.layer import Layer
from layers.tiles.grids import GRIDS

Json = dict[str, Any]

TAGS: Mapping[str, str] = {
    "Common": "The entrance, the standards kept to, this description, errors explained.",
    "Collections": "What layers there are, and where they lie.",
    "Features": "Features as pages, one by one, and counted.",
    "Tiles": "Vector tiles of collections and of the map beneath, and how they are numbered.",
    "Editing": "Changes to features, each with its history.",
    "Photos": "Photos of features, shown to whom these are shown.",
    "History": "What was changed, by whom and why; and back.",
    "Suggestions": "What people suggest to be changed, and decisions on it.",
    "Imports": "Files of records, imported as one change.",
    "Changes": "Writes with all that each has changed.",
    "Accounts": "Signing in, and what one may do.",
    "Styles": "How to draw the tiles: styles for MapLibre and files for QGIS.",
    "Exports": "All that matches, in one file.",
    "Search": "Names, as they are typed.",
    "Health": "Whether the service is well.",
}
"""Tag → what its operations are about."""
_NUMBER = {"type": "integer", "minimum": 0}
PATH_PARAMETERS: Mapping[str, Json] = {
    "z": {"description": "Zoom level, the id of the tile matrix.", "schema": _NUMBER},
    "y": {"description": "Row of the tile, from the north.", "schema": _NUMBER},
    "x": {"description": "Column of the tile, from the west.", "schema": _NUMBER},
    "tileMatrixSetId": {
        "description": "The grid that the tile is numbered by.",
        "schema": {"type": "string", "enum": list(GRIDS)},
    },
    "feature_id": {
        "description": "The id of a feature.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "photo_id": {
        "description": "The id of a photo.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "style_id": {"description": "A style.", "schema": {"type": "string", "enum": list(THEMES)}},
    "revision": {"description": "The number of a revision.", "schema": _NUMBER},
    "suggestion_id": {
        "description": "The id of a suggestion.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "transaction_id": {
        "description": "The id of a write.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "code": {"description": "The secret of a link.", "schema": {"type": "string"}},
    "name": {"description": "Its name.", "schema": {"type": "string", "pattern": "^[a-z0-9-]+$"}},
}
"""Part of a path → what stands there."""

_LAYER = "{layer_id}"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def document(routers: Sequence[Router], settings: Settings) -> Json:
    """Return the document of these routers' operations, without `servers`."""
    operations = [one for router in routers for one in router.operations]
    paths: Json = {}
    for operation in operations:
        for layer in _layers_of(operation):
            path = operation.path.replace(_LAYER, layer.id) if layer else operation.path
            of_path = paths.setdefault(path, {})
            of_path[operation.method] = _described(operation, path, layer)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": settings.title,
            "version": geomap.__version__,
            "description": "Cultural sites, cross-border regions, cities and twin-city pairs.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "tags": [
            {"name": tag, "description": TAGS.get(tag, f"{tag}.")}
            for tag in dict.fromkeys(one.tag for one in operations)
        ],
        "security": [],
        "paths": paths,
        "components": {
            "parameters": _parameters(settings),
            "schemas": SCHEMAS,
            "responses": {name: _problem(text) for name, text in _REFUSALS.items()},
            "securitySchemes": SECURITY,
        },
    }


def _layers_of(operation: Operation) -> Sequence[Layer | None]:
    if _LAYER not in operation.path:
        return (None,)
    needs = operation.needs
    return tuple(one for one in LAYERS.values() if not needs or one.field(needs) is not None)


def _described(operation: Operation, path: str, layer: Layer | None) -> Json:
    known = [
        {"$ref": f"#/components/parameters/{name}"} for name in operation.reads.known if name != "f"
    ]
    media_types = dict.fromkeys(operation.formats.values())
    written = {} if operation.method == "get" else described_write(operation)
    return {
        "operationId": f"{layer.id}.{operation.id}" if layer else operation.id,
        "summary": operation.summary,
        "description": operation.summary,
        "tags": [operation.tag],
        "parameters": [
            *_path_parameters(path),
            *known,
            *_own(operation, layer),
            *(header_parameters() if operation.method != "get" else ()),
        ],
        "responses": {
            "200": {
                "description": operation.summary,
                "content": {media: {"schema": _schema(operation, media)} for media in media_types},
            },
            **{status: _refusal(name, media_types) for status, name in REFUSED.items()},
        },
        **written,
    }


def _refusal(name: str, media_types: Iterable[str]) -> Json:
    """Return a refusal; where there is nothing but a page, it is a page, too."""
    if list(media_types) == [HTML]:
        problem = _problem(_REFUSALS[name])
        return problem | {"content": problem["content"] | {HTML: {"schema": {"type": "string"}}}}
    return {"$ref": f"#/components/responses/{name}"}


def _schema(operation: Operation, media_type: str) -> Json:
    if media_type == HTML:
        return {"type": "string"}
    if media_type.startswith(LINKED):  # Its members of the same names are others.
        return {"type": "object"}
    if not operation.schema:
        return {**BINARY}
    return {"$ref": f"#/components/schemas/{operation.schema}"}


def _path_parameters(path: str) -> Iterator[Json]:
    for name in _PLACEHOLDER.findall(path):
        told = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        yield told | PATH_PARAMETERS.get(name, {})


def _own(operation: Operation, layer: Layer | None) -> Iterator[Json]:
    """Yield the parameters that only this operation has: its formats, its layer's fields."""
    if "f" in operation.reads.known:
        names = list(operation.formats)
        yield _parameter(PARAMETERS["f"]) | {"schema": {"type": "string", "enum": names}}
    if operation.reads.filters:
        layer = layer or LAYERS.get(operation.reads.layer_id)
        for field in common_queryables((layer,) if layer else tuple(LAYERS.values())).values():
            yield _parameter(field)


def _parameters(settings: Settings) -> Json:
    named = {name: _parameter(one) for name, one in PARAMETERS.items() if name != "f"}
    # QGIS takes the size of its pages from here, and from nowhere else.
    bounds = {"default": settings.default_limit, "maximum": settings.max_limit}
    named["limit"]["schema"] = {**named["limit"]["schema"], **bounds}
    return named


def _parameter(parameter: Parameter[Any]) -> Json:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.help,
        "required": False,
        "schema": dict(parameter.schema),
        "style": "form",
        "explode": False,
    }


def _problem(description: str) -> Json:
    schema = {"$ref": "#/components/schemas/problem"}
    return {"description": description, "content": {PROBLEM: {"schema": schema}}}


LINKED = "application/ld+json"
REFUSED: Mapping[str, str] = {
    "400": "Invalid",
    "401": "Unknown",
    "403": "Forbidden",
    "404": "NotFound",
    "406": "NotAcceptable",
}
"""Status → the refusal that any operation may answer with."""
_REFUSALS = {
    "Invalid": "A parameter is not known here, or its value cannot be read.",
    "Unknown": "Who asks must say who they are, or what they said is not known.",
    "Forbidden": "Who asks may not do this.",
    "NotFound": "There is no such thing, or not for the public.",
    "NotAcceptable": "None of the media types that `Accept` allows can be had.",
}

"""What filters may ask for, as JSON Schema, and the functions that they may call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from api import conformance
from api.depends import ReadableLayer, Reads, collections_of
from api.links import JSON, SCHEMA, link, self_url, url
from api.negotiate import AS_SCHEMA, ONLY_JSON, answered
from api.parameters import COLLECTIONS, FORMAT
from api.router import Router
from layers.cql2.functions import FUNCTIONS, Function
from layers.cql2.queryables import Queryable, Queryables, queryables_of, shared_queryables
from layers.cql2.tree import Type
from layers.layer import Layer
from layers.schema import DIALECT, geometry_format

Schema = dict[str, Any]

router = Router("Queryables", conformance.FILTERS)
_OF_ONE = Reads(FORMAT)
_OF_FUNCTIONS = Reads(FORMAT)
_OF_MANY = Reads(FORMAT, COLLECTIONS)
QUERYABLES = "/collections/{layer_id}/queryables"

_DAY: Schema = {"type": "string", "format": "date"}
_TYPES: Mapping[Type, Schema] = {
    Type.TEXT: {"type": "string"},
    Type.NUMBER: {"type": "number"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.DATE: _DAY,
    Type.TIMESTAMP: {"type": "string", "format": "date-time"},
    # As JSON-FG writes an interval.
    Type.INTERVAL: {"type": "array", "items": _DAY, "minItems": 2, "maxItems": 2},
    Type.ARRAY: {"type": "array", "items": {"type": "string"}},
    Type.GEOMETRY: {},
}
_ARGUMENTS: Mapping[Type, str] = {
    Type.TEXT: "string",
    Type.NUMBER: "number",
    Type.BOOLEAN: "boolean",
    Type.DATE: "datetime",
    Type.TIMESTAMP: "datetime",
}


@router.get(QUERYABLES, "getQueryables", _OF_ONE, AS_SCHEMA, "schema")
def queryables(request: Request, layer: ReadableLayer) -> Response:
    """What a filter may ask of a collection."""
    return _answered(request, layer.title, queryables_of(layer.id), [layer])


@router.get("/queryables", "getDatasetQueryables", _OF_MANY, AS_SCHEMA, "schema")
def dataset_queryables(request: Request) -> Response:
    """What a filter may ask of several collections at once, as of the tiles of all."""
    layers = collections_of(request)
    return _answered(request, "All collections", shared_queryables(layers), layers)


@router.get("/functions", "getFunctions", _OF_FUNCTIONS, ONLY_JSON, "functions")
def functions(request: Request) -> Response:
    """The functions of filters that are ours, beside those of CQL2."""
    body = {
        "functions": [described_function(one) for one in FUNCTIONS.values()],
        "links": [link(self_url(request), "self", JSON)],
    }
    return answered(request, (), JSON, lambda: orjson.dumps(body))


def _answered(request: Request, title: str, named: Queryables, layers: Sequence[Layer]) -> Response:
    body = {
        "$schema": DIALECT,
        "$id": url(request, request.url.path),
        "title": title,
        "type": "object",
        "properties": {one.name: described(one, layers) for one in named.values()},
        "additionalProperties": False,
    }
    return answered(request, (), SCHEMA, lambda: orjson.dumps(body))


def described(one: Queryable, layers: Sequence[Layer]) -> Schema:
    """Return the schema of one queryable of these layers."""
    schema: Schema = {"title": one.title, **_TYPES[one.type]}
    if one.whole:
        schema["type"] = "integer"
    if one.codes:
        schema["enum"] = list(one.codes)
    if one.type is Type.GEOMETRY:
        # Neither a type nor a reference: the format says all (OGC 19-079r2).
        schema["format"] = _geometry(layers)
    return schema | ({"x-ogc-role": one.role} if one.role else {})


def _geometry(layers: Sequence[Layer]) -> str:
    formats = {geometry_format(layer) for layer in layers}
    return formats.pop() if len(formats) == 1 else "geometry-any"


def described_function(one: Function) -> dict[str, Any]:
    """Return a function as the standard tells of one."""
    return {
        "name": one.name,
        "description": one.help,
        "args": [{"type": sorted({_ARGUMENTS[kind] for kind in one.takes})}],
        "returns": [_ARGUMENTS[one.gives]],
    }

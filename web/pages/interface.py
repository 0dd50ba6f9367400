"""The OpenAPI document as a page to read: every address, what it takes and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")


def interface(document: Json) -> list[dict[str, Any]]:
    """Return the operations by tag, ready for the template; texts are English, as the document."""
    operations = [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    return [
        {
            "name": tag["name"],
            "description": tag["description"],
            "operations": [
                _operation(document, path, method, one)
                for path, method, one in operations
                if tag["name"] in one["tags"]
            ],
        }
        for tag in document["tags"]
    ]


def _operation(document: Json, path: str, method: str, told: Json) -> dict[str, Any]:
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": told["summary"],
        "parameters": [_parameter(_resolved(document, one)) for one in told.get("parameters", ())],
        "sends": list(told.get("requestBody", {}).get("content", {})),
        "answers": list(_answers(document, told["responses"])),
    }


def _parameter(told: Json) -> dict[str, Any]:
    schema = told.get("schema", {})
    return {
        "name": told["name"],
        "where": told["in"],
        "help": told.get("description", ""),
        "type": _type(schema),
        "codes": [code for code in schema.get("items", schema).get("enum", ()) if code != ""],
    }


def _answers(document: Json, responses: Json) -> Iterator[dict[str, Any]]:
    for status, answer in responses.items():
        told = _resolved(document, answer)
        types = list(told.get("content", {}))
        yield {"status": status, "text": told["description"], "types": types}


def _type(schema: Json) -> str:
    """Return what a value is, as `integer` or `number[]`."""
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type", ""))


def _resolved(document: Json, told: Json) -> Json:
    """Return what a reference within the document refers to, or what is no reference itself."""
    if "$ref" not in told:
        return told
    _, *steps = told["$ref"].split("/")
    found: Any = document
    for step in steps:
        found = found[step]
    referred: Json = found
    return referred

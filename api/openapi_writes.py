"""Operations that change something, as the OpenAPI document tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.links import PROBLEM
from api.router import Operation

Json = dict[str, Any]

SECURITY: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
}
HEADERS: Mapping[str, str] = {
    "If-Match": "The ETag of the version that the change is made on.",
    "Prefer": "handling=strict or lenient, return=minimal or representation.",
    "Content-Crs": "The reference system of the coordinates, by its URI in angle brackets.",
    "Idempotency-Key": "A retry under the same key does nothing a second time.",
    "Change-Comment": "Why, for the history; UTF-8 in percent-encoding.",
}
BINARY: Mapping[str, Any] = {"type": "string", "format": "binary"}
_FAILED = ("4", "5")


def described_write(operation: Operation) -> Json:
    """Return what an operation that is no GET takes and answers, its headers among them."""
    told: Json = {
        "security": [{name: []} for name in SECURITY],
        "responses": {
            "401": {"$ref": "#/components/responses/Unknown"},
            **{status: _response(status, means) for status, means in operation.answers.items()},
        },
    }
    if operation.takes:
        schema = {"$ref": f"#/components/schemas/{operation.given}"}
        content = {
            media_type: {"schema": BINARY if media_type.startswith("image/") else schema}
            for media_type in operation.takes
        }
        told["requestBody"] = {"required": True, "content": content}
    return told


def header_parameters() -> list[Json]:
    """Return the headers that operations which change something read."""
    return [
        {
            "name": name,
            "in": "header",
            "description": means,
            "required": False,
            "schema": {"type": "string"},
        }
        for name, means in HEADERS.items()
    ]


def _response(status: str, means: str) -> Json:
    if status.startswith(_FAILED):
        schema = {"$ref": "#/components/schemas/problem"}
        return {"description": means, "content": {PROBLEM: {"schema": schema}}}
    return {"description": means}

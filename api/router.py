"""The routers of this room: HEAD goes with every GET, and what a route reads it also documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request

from api.depends import Reads
from api.negotiate import chosen
from api.parameters import LANG

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """One GET as the OpenAPI document tells of it."""

    path: str
    id: str
    """`operationId`; under a collection it stands behind the collection's id and a dot."""
    summary: str
    reads: Reads
    formats: Mapping[str, str]
    schema: str
    """What the body is: a name of `api.openapi.SCHEMAS`, or "" for bytes."""
    tag: str


class Router:
    """One noun's routes, with the conformance classes that are true because of them."""

    def __init__(self, tag: str, conforms_to: tuple[str, ...] = ()) -> None:
        self.tag = tag
        self.conforms_to = conforms_to
        self.routes = APIRouter(redirect_slashes=False)
        self.operations: list[Operation] = []

    def get(
        self, path: str, name: str, reads: Reads, formats: Mapping[str, str], schema: str = ""
    ) -> Callable[[Endpoint], Endpoint]:
        """Mount a function for GET and HEAD; the first line of its docstring is the summary."""
        if "html" in formats:
            reads.also(LANG)

        async def negotiated(request: Request) -> None:
            request.state.format = chosen(request, formats)
            request.state.kind = schema

        def mounted(endpoint: Endpoint) -> Endpoint:
            summary = (endpoint.__doc__ or "").strip().splitlines()[0]
            self.operations.append(Operation(path, name, summary, reads, formats, schema, self.tag))
            self.routes.add_api_route(
                path,
                endpoint,
                methods=["GET", "HEAD"],
                dependencies=[Depends(negotiated), Depends(reads.only)],
                response_model=None,
                name=name,
            )
            return endpoint

        return mounted

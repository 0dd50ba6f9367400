"""The routers of this room: a route is closed unless the table of rights opens it to who asks.

HEAD goes with every GET, and what a route reads it also documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException

from api.auth import identified, require
from api.bodies import required_type
from api.depends import Reads
from api.negotiate import chosen
from api.parameters import LANG
from geomap.access import Action
from geomap.errors import ParameterInvalid

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the OpenAPI document tells of it."""

    path: str
    id: str
    """`operationId`; under a collection it stands behind the collection's id and a dot."""
    summary: str
    reads: Reads
    formats: Mapping[str, str]
    schema: str
    """What the body is: a name of `api.openapi.SCHEMAS`, or "" for bytes."""
    tag: str
    method: str = "get"
    action: Action = Action.READ
    takes: tuple[str, ...] = ()
    """Media types of the body that is sent."""
    given: str = ""
    """What is sent: a name of `api.openapi.SCHEMAS`."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Status → what it means, for what is no GET."""
    needs: str = ""
    """A field without which a collection has no such operation."""


@dataclass(frozen=True, slots=True)
class Writes:
    """What a route that changes something stands for, takes and answers."""

    action: Action
    answers: Mapping[str, str]
    takes: tuple[str, ...] = ()
    given: str = ""
    formats: Mapping[str, str] = field(default_factory=dict)
    schema: str = ""
    needs: str = ""
    """A field without which a collection has no such operation."""


class Router:
    """One noun's routes, with the conformance classes that are true because of them."""

    def __init__(self, tag: str, conforms_to: tuple[str, ...] = ()) -> None:
        self.tag = tag
        self.conforms_to = conforms_to
        self.routes = APIRouter(redirect_slashes=False)
        self.operations: list[Operation] = []

    def get(
        self,
        path: str,
        name: str,
        reads: Reads,
        formats: Mapping[str, str],
        schema: str = "",
        *,
        action: Action = Action.READ,
    ) -> Callable[[Endpoint], Endpoint]:
        """Mount a function for GET and HEAD; the first line of its docstring is the summary."""
        if "html" in formats:
            reads.also(LANG)

        async def negotiated(request: Request) -> None:
            request.state.format = chosen(request, formats)
            request.state.kind = schema

        def mounted(endpoint: Endpoint) -> Endpoint:
            summary = _summary(endpoint)
            self.operations.append(
                Operation(path, name, summary, reads, formats, schema, self.tag, action=action)
            )
            checks = [_guard(action, offered=formats), negotiated, reads.only]
            self._mount(path, name, ["GET", "HEAD"], checks, endpoint)
            return endpoint

        return mounted

    def write(
        self, method: str, path: str, name: str, writes: Writes, reads: Reads | None = None
    ) -> Callable[[Endpoint], Endpoint]:
        """Mount a function for a method that changes something."""
        known = reads or Reads()

        async def typed(request: Request) -> None:
            request.state.format = ""
            if writes.takes:
                required_type(request, writes.takes)

        def mounted(endpoint: Endpoint) -> Endpoint:
            self.operations.append(
                Operation(
                    path,
                    name,
                    _summary(endpoint),
                    known,
                    writes.formats,
                    writes.schema,
                    self.tag,
                    method=method.lower(),
                    action=writes.action,
                    takes=writes.takes,
                    given=writes.given,
                    answers=writes.answers,
                    needs=writes.needs,
                )
            )
            checks = [_guard(writes.action), typed, known.only]
            self._mount(path, name, [method], checks, endpoint)
            return endpoint

        return mounted

    def page(self, method: str, path: str, action: Action) -> Callable[[Endpoint], Endpoint]:
        """Mount a page for people alone: it is guarded as all are, and no program is told of it."""

        def mounted(endpoint: Endpoint) -> Endpoint:
            guard = _guard(action, form="html")
            self._mount(path, f"{method} {path}", [method], [guard], endpoint)
            return endpoint

        return mounted

    def options(self, path: str) -> Callable[[Endpoint], Endpoint]:
        """Mount a function that answers OPTIONS: which methods there are, for whoever asks."""

        def mounted(endpoint: Endpoint) -> Endpoint:
            self._mount(path, f"options {path}", ["OPTIONS"], [_guard(Action.READ)], endpoint)
            return endpoint

        return mounted

    def _mount(
        self,
        path: str,
        name: str,
        methods: list[str],
        checks: list[Callable[..., Any]],
        endpoint: Callable[..., Any],
    ) -> None:
        self.routes.add_api_route(
            path,
            endpoint,
            methods=methods,
            dependencies=[Depends(check) for check in checks],
            response_model=None,
            name=name,
        )


def _guard(
    action: Action, form: str = "", offered: Mapping[str, str] | None = None
) -> Callable[..., Any]:
    """Return what stands before every route: who asks, and whether the table lets them in.

    Args:
        action: What the route stands for.
        form: The form of its answers, where that is not negotiated: a person is asked to sign in.
        offered: What is negotiated, where a person who wants a page is asked to sign in as well.
    """

    async def guarded(request: Request) -> None:
        request.state.format = form or _page_wanted(request, offered or {})
        require(request, await identified(request), action)

    return guarded


def _page_wanted(request: Request, offered: Mapping[str, str]) -> str:
    """Return `html` where that is what the request negotiates; faults of it are told later."""
    try:
        return "html" if "html" in offered and chosen(request, offered) == "html" else ""
    except (ParameterInvalid, HTTPException):
        return ""


def _summary(endpoint: Callable[..., Any]) -> str:
    return (endpoint.__doc__ or "").strip().splitlines()[0]

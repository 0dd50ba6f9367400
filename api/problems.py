"""Errors as `application/problem+json` (RFC 9457). The one place that knows their statuses."""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.links import PROBLEM, base_url
from geomap import errors
from geomap.errors import GeomapError
from geomap.model import Fault

logger = logging.getLogger(__name__)

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EIO})
"""What the system says when it has no more files, no more space, or a disk that fails."""
PRIVATE: Mapping[str, str] = {"Cache-Control": "private, no-store"}

STATUSES: Mapping[type[GeomapError], HTTPStatus] = {
    errors.LayerNotFound: HTTPStatus.NOT_FOUND,
    errors.FeatureNotFound: HTTPStatus.NOT_FOUND,
    errors.TileOutOfRange: HTTPStatus.NOT_FOUND,
    errors.GridNotFound: HTTPStatus.NOT_FOUND,
    errors.ParameterUnknown: HTTPStatus.BAD_REQUEST,
    errors.ParameterInvalid: HTTPStatus.BAD_REQUEST,
    errors.CoordinateOutOfRange: HTTPStatus.BAD_REQUEST,
    errors.SamePlaceTwice: HTTPStatus.BAD_REQUEST,
    errors.CrsUnknown: HTTPStatus.BAD_REQUEST,
    errors.DateUnparsable: HTTPStatus.BAD_REQUEST,
    errors.FileUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.InputFaulty: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SourceUnknown: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.RecordTaken: HTTPStatus.CONFLICT,
    errors.KeyReused: HTTPStatus.CONFLICT,
    errors.BodyUnreadable: HTTPStatus.BAD_REQUEST,
    errors.MediaTypeUnknown: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.SignInNeeded: HTTPStatus.UNAUTHORIZED,
    errors.CredentialsWrong: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.ForeignOrigin: HTTPStatus.FORBIDDEN,
    errors.SignInFailed: HTTPStatus.FORBIDDEN,
    errors.TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NameTaken: HTTPStatus.CONFLICT,
    errors.AccountUnknown: HTTPStatus.NOT_FOUND,
    errors.PasswordTooShort: HTTPStatus.BAD_REQUEST,
    errors.DraftNotFound: HTTPStatus.NOT_FOUND,
    errors.DraftTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.DraftsFull: HTTPStatus.CONFLICT,
    errors.UndoConflict: HTTPStatus.CONFLICT,
    errors.TransactionNotFound: HTTPStatus.NOT_FOUND,
    errors.SuggestionNotFound: HTTPStatus.NOT_FOUND,
    errors.SuggestionsDecided: HTTPStatus.CONFLICT,
    errors.PatchConflict: HTTPStatus.CONFLICT,
    errors.SuggestionsConflict: HTTPStatus.CONFLICT,
    errors.VersionPassed: HTTPStatus.PRECONDITION_FAILED,
    errors.FeatureGone: HTTPStatus.GONE,
    errors.FeatureInUse: HTTPStatus.CONFLICT,
    errors.RevisionConflict: HTTPStatus.PRECONDITION_FAILED,
    errors.VersionStale: HTTPStatus.PRECONDITION_FAILED,
    errors.ConditionMissing: HTTPStatus.PRECONDITION_REQUIRED,
    errors.ImportGone: HTTPStatus.NOT_FOUND,
    errors.ImportChanged: HTTPStatus.CONFLICT,
    errors.ImportFaulty: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ImportBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.UploadsFull: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnusable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.MachineExhausted: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ExportBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ExportFailed: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.BackupUnusable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.PhotoNotFound: HTTPStatus.NOT_FOUND,
    errors.PhotoRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.PhotosBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.PhotosOff: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SettingInvalid: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""
    app.add_exception_handler(GeomapError, named_problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unread)


def problem(
    request: Request, status: int, detail: str, *, name: str = "", **members: Any
) -> Response:
    """Return a problem; `name` is that of a named error, its type a page that explains it."""
    body = {
        "type": f"{base_url(request)}/problems/{name}" if name else "about:blank",
        "title": explained(name) or HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "instance": request.url.path,
        **members,
    }
    return Response(orjson.dumps(body), status_code=status, media_type=PROBLEM)


def explained(name: str) -> str:
    """Return what a named error is in general; empty when there is no such error."""
    return _EXPLAINED.get(name, "")


async def named_problem(request: Request, error: Exception) -> Response:
    """Return the problem of a named error; a person who opens a page is led to sign in instead."""
    assert isinstance(error, GeomapError)  # noqa: S101  the handler is registered for these alone
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    if isinstance(error, errors.SignInNeeded) and _is_opened_page(request):
        wished = urlencode({"next": f"{request.url.path}?{request.url.query}".rstrip("?")})
        return Response(status_code=303, headers={"Location": f"/login?{wished}", **PRIVATE})
    if isinstance(error, errors.NotAllowed) and (instead := _suggesting(request)):
        return Response(status_code=307, headers={"Location": instead, **PRIVATE})
    members = _MEMBERS[type(error)](error) if type(error) in _MEMBERS else {}
    answer = problem(request, status, str(error), name=error.problem, **members)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "5"
    if isinstance(error, errors.TooManyAttempts):
        answer.headers["Retry-After"] = str(error.seconds)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = _challenge(request)
    if isinstance(error, errors.MediaTypeUnknown):
        name = "Accept-Patch" if request.method == "PATCH" else "Accept-Post"
        answer.headers[name] = ", ".join(error.known)
    if status in _PRIVATE:
        answer.headers.update(PRIVATE)
    return answer


def _is_opened_page(request: Request) -> bool:
    """Tell whether a person opens a page, who can be asked to sign in."""
    is_page = getattr(request.state, "format", "") == "html"
    return request.method == "GET" and is_page and "authorization" not in request.headers


def _suggesting(request: Request) -> str:
    """Return where whoever may not change a record by its form can suggest that; else empty."""
    route, actor = request.scope.get("route"), getattr(request.state, "actor", None)
    path = _SUGGESTING.get(getattr(route, "path", ""), "")
    if not path or actor is None or not actor.is_known:
        return ""
    return f"{path.format(**request.path_params)}?{request.url.query}".rstrip("?")


_SUGGESTING: Mapping[str, str] = {
    "/edit/{layer_id}/new": "/suggest/{layer_id}/new",
    "/edit/{layer_id}/{feature_id}": "/suggest/{layer_id}/{feature_id}",
}
"""Form of a record → the form with the same fields on which anyone suggests."""


def _faults(error: Any) -> Mapping[str, Any]:
    """Return every fault of a body, as RFC 9457 lists the parts of a problem."""
    return {"errors": [_fault(fault) for fault in error.faults]}


def _rows(error: Any) -> Mapping[str, Any]:
    """Return the faulty values of a file, each with its row."""
    return {"errors": [{"row": fault.row, **_fault(fault)} for fault in error.faults]}


def _fault(fault: Fault) -> Mapping[str, Any]:
    """Return what is wrong with one value: where it stands, what it is, what would be right."""
    return {
        "pointer": _pointer(fault.column),
        "field": fault.column,
        "value": fault.value,
        "detail": fault.hint,
        "code": fault.code,
        "severity": fault.severity,
    }


def _pointer(column: str) -> str:
    """Return the JSON pointer, as a fragment, of a path such as `names[0].lang`."""
    parts = [part for part in re.split(r"[.\[\]]", column) if part]
    if parts[:1] not in ([], *([name] for name in _ENVELOPE)):
        parts.insert(0, "properties")
    return "#" + "".join(f"/{quote(part.replace('~', '~0'))}" for part in parts)


def _versions(error: Any) -> Mapping[str, Any]:
    return {"base": error.base, "current": error.current, "current_etag": error.etag}


def _challenge(request: Request) -> str:
    """Return how to say who one is; no browser shall ask for a password in a window of its own."""
    schemes = ['Bearer realm="geomap"']
    if "sec-fetch-mode" not in request.headers:
        schemes.append('Basic realm="geomap", charset="UTF-8"')
    return ", ".join(schemes)


_ENVELOPE = ("type", "id", "geometry", "properties")
_PRIVATE = frozenset({401, 403, 410, 412, 428})
_MEMBERS: Mapping[type[GeomapError], Callable[[Any], Mapping[str, Any]]] = {
    errors.InputFaulty: _faults,
    errors.ImportFaulty: _rows,
    errors.VersionStale: _versions,
    errors.SuggestionsConflict: lambda error: {"conflicts": list(error.hindered)},
    errors.SuggestionsDecided: lambda error: {"decided": list(error.titles)},
}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  as above
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _not_allowed(request, error)
    answer = problem(request, error.status_code, error.detail)
    answer.headers.update(error.headers or {})
    return answer


def _not_allowed(request: Request, error: HTTPException) -> Response:
    """Answer a method that the path has not; OPTIONS asks just for the list of those it has."""
    # Starlette names the methods of the first route of a path alone.
    methods = {name.strip() for name in (error.headers or {}).get("Allow", "GET, HEAD").split(",")}
    for route in request.app.state.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods
    allow = {"Allow": ", ".join(sorted({*methods, "OPTIONS"}))}
    if request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=allow)
    detail = f"{request.method} is not possible here; possible are {allow['Allow']}."
    answer = problem(request, HTTPStatus.METHOD_NOT_ALLOWED, detail)
    answer.headers.update(allow)
    return answer


async def _unread(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  as above
    said = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
    return problem(request, HTTPStatus.BAD_REQUEST, said, name=errors.ParameterInvalid.problem)


class LastResort:
    """Turns what nobody foresaw into a problem; the log says all, the answer nothing of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as failure:
            # Once the head of an answer has gone out there is nothing left but to break off.
            if started:
                raise
            logger.exception("%s %s failed", scope["method"], scope["path"])
            answer = await _last(Request(scope), failure)
            await answer(scope, receive, send)


async def _last(request: Request, failure: Exception) -> Response:
    """Return the answer to what nobody foresaw: a machine that is exhausted may come back."""
    if isinstance(failure, OSError) and failure.errno in EXHAUSTED:
        return await named_problem(
            request, errors.MachineExhausted("The server is short of files or disk.")
        )
    detail = "Something went wrong here, not in the request; it has been logged."
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail)


_EXPLAINED: Mapping[str, str] = {
    kind.problem: (kind.__doc__ or "").strip().splitlines()[0] for kind in STATUSES
}

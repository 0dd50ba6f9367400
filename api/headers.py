"""What every answer carries, whoever made it: protection, sharing, and names as QGIS reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.links import HTML, is_host
from api.problems import problem
from api.uploads import most_bytes

PROTECTION: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
DATA_POLICY = "default-src 'none'; frame-ancestors 'self'"
"""For data, which loads nothing; the page brings its own policy."""
OVER_HTTPS = "max-age=31536000"
MAX_BODY_BYTES = 6 * 1024 * 1024
"""Enough for an outline of as many vertices as `layers.given` takes."""

EXPOSED = "ETag, Link, Location, Content-Crs"
PREFLIGHT: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match",
    "Access-Control-Max-Age": "86400",
}

_FRAMING = frozenset({b"content-length", b"transfer-encoding", b"connection"})
_IRREGULAR: Mapping[bytes, bytes] = {b"etag": b"ETag"}


class _Named(bytes):
    """A header name that stays as it is: uvicorn's httptools writer puts `lower()` of it out."""

    __slots__ = ()

    def lower(self) -> bytes:
        return self


class CommonHeaders:
    """Adds the headers, answers preflights, sends no body with HEAD, and names in Title-Case.

    QGIS before 3.44 looks for `Location` letter by letter (qgis/QGIS#61729). HTTP/2 knows small
    letters only, so a proxy that speaks it undoes this.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it when it is a preflight."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = dressed(message["headers"], scope["scheme"])
            elif scope["method"] == "HEAD":
                message["body"] = b""
            await send(message)

        app = Response(status_code=204, headers=PREFLIGHT) if _is_preflight(scope) else self.app
        await app(scope, receive, completed)


class KnownHosts:
    """Refuses a Host that is not among the names of this installation, or is no name at all."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self.app = app
        self.names = names_of(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        host = Headers(scope=scope).get("host") if scope["type"] == "http" else None
        if host is not None and not is_served(host, self.names):
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"host"]
            refusal = problem(Request(scope), 400, "This host name is not served here.")
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class BodyLimit:
    """Refuses a body that is larger than any route wants, by its stated or its real length."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its body under watch."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "0")
        most = most_bytes(scope["method"], scope["path"], self.max_bytes)
        detail = f"A body may have {most} bytes at most."
        if not (said.isascii() and said.isdigit()) or int(said[:20]) > most:
            await problem(Request(scope), 413, detail)(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, detail)
            return message

        await self.app(scope, counted, send)


def names_of(hosts: Iterable[str]) -> frozenset[str]:
    """Return the names of this installation as `is_served` compares them."""
    return frozenset(host.lower() for host in hosts)


def is_served(host: str, names: frozenset[str]) -> bool:
    """Tell whether a Host header names this installation; with `*` among the names, any does."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return is_host(host) and ("*" in names or name.lower() in names)


def _is_preflight(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    asks = "origin" in headers and "access-control-request-method" in headers
    return bool(scope["method"] == "OPTIONS" and asks)


def dressed(raw: list[tuple[bytes, bytes]], scheme: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with what every answer carries, named in Title-Case."""
    _complete(MutableHeaders(raw=raw), scheme)
    return [(_title_case(name), value) for name, value in raw]


def _complete(headers: MutableHeaders, scheme: str) -> None:
    for name, value in PROTECTION.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", DATA_POLICY)
    headers.setdefault("Cache-Control", "no-cache")
    if scheme == "https":
        headers.setdefault("Strict-Transport-Security", OVER_HTTPS)
    # What is for one reader alone no other site may read, either.
    private = "no-store" in headers["Cache-Control"]
    if not private and not headers.get("content-type", "").startswith(HTML):
        headers.setdefault("Access-Control-Allow-Origin", "*")
        headers.setdefault("Access-Control-Expose-Headers", EXPOSED)


def _title_case(name: bytes) -> bytes:
    """Return the name as HTTP/1.1 is wont to write it.

    The names that servers look for themselves, to frame the message, stay as servers know them.
    """
    small = name.lower()
    return small if small in _FRAMING else _Named(_IRREGULAR.get(small, small.title()))

"""Who asks, as far as answers depend on it; read once for all requests with the same headers."""

from __future__ import annotations

from typing import NamedTuple

from starlette.types import Scope

from api.compression import takes_gzip
from api.headers import is_served, names_of
from api.links import base_of
from geomap.settings import Settings

LONGEST = 1000
"""Characters of a header; longer ones take the long way."""
REMEMBERED = 1024
"""Sets of headers that are read once only."""
MOST_BYTES = 4096
"""Of headers that are remembered."""

_FOR_ROUTES = frozenset(
    {b"authorization", b"cookie", b"content-length", b"transfer-encoding", b"upgrade"}
)
_HELD = b"if-none-match"


class Form(NamedTuple):
    """What the answer to a path and query depends on for everyone."""

    base: str
    """The public address, as links tell it."""
    accept: bytes
    gzip: bool


class Caller(NamedTuple):
    """What the answer depends on where words are in it."""

    form: Form
    accept_language: bytes


class Callers:
    """Reads headers; the public's sets of them are few, for all tiles of a map share one."""

    def __init__(self, settings: Settings) -> None:
        self._base_url = settings.base_url
        self._names = names_of(settings.hosts)
        self._known: dict[tuple[str, tuple[tuple[bytes, bytes], ...]], Caller] = {}

    def of(self, scope: Scope) -> tuple[Caller, bytes] | None:
        """Return who asks, and the tags that it holds; None for whom the routes shall answer.

        These are everyone who says who they are, whoever sends a body, and unknown hosts.
        """
        scheme, headers = scope["scheme"], tuple(scope["headers"])
        known = self._known.get((scheme, headers))
        if known is not None:
            return known, b""
        held = [value for name, value in headers if name == _HELD]
        rest = tuple([pair for pair in headers if pair[0] != _HELD]) if held else headers
        # Of a header that comes twice the first one counts, as for Starlette.
        tags = held[0] if held else b""
        caller = self._known.get((scheme, rest)) or self._read(scheme, rest)
        return None if caller is None else (caller, tags)

    def _read(self, scheme: str, headers: tuple[tuple[bytes, bytes], ...]) -> Caller | None:
        named = dict(reversed(headers))
        host = named.get(b"host", b"localhost").decode("latin-1")
        if not _FOR_ROUTES.isdisjoint(named):
            return None
        if b"host" in named and not is_served(host, self._names):
            return None
        accept, language = named.get(b"accept", b""), named.get(b"accept-language", b"")
        if max(len(accept), len(language)) > LONGEST:
            return None
        gzip = takes_gzip(named.get(b"accept-encoding", b"").decode("latin-1"))
        caller = Caller(Form(base_of(self._base_url, scheme, host), accept, gzip), language)
        if sum(len(name) + len(value) for name, value in headers) <= MOST_BYTES:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[scheme, headers] = caller
        return caller

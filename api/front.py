"""The short way to what maps ask for most: tiles and single features, ahead of the routes.

It answers plain requests of the public that succeed, with the very answers of the routes. All
else goes on to the routes, which know how to say it: what cannot be read or is not there, other
methods, preflights, bodies, unknown hosts, and everyone who says who they are.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import features, metrics, tiles
from api.compression import GZIPPED, Compression, takes_gzip
from api.depends import collections_of
from api.forecast import Forecast
from api.headers import CommonHeaders, dressed, is_served, names_of
from api.links import MVT, base_of
from api.negotiate import AS_GEOJSON, AS_TILE, chosen, holds, tag_at
from api.service import Service
from api.tiles import Asked, Versions, Wanted
from geomap.grid import Tile
from geomap.i18n import choose_language
from geomap.settings import Settings
from layers.catalog import layer_named
from layers.layer import Layer
from layers.snapshot import Snapshot

THREADS = 2
"""Heavy tiles drawn at once: more would only take the interpreter from each other."""
LONGEST = 1000
"""Characters of a path, a query or a header; longer ones take the long way."""
REMEMBERED = 1024
"""Paths, and queries with what came along, that are read once only."""

Answer = TypeVar("Answer")
Headers = Mapping[bytes, bytes]
Head = list[tuple[bytes, bytes]]

_FOR_ROUTES = frozenset(
    {b"authorization", b"cookie", b"content-length", b"transfer-encoding", b"upgrade"}
)
_PARTS = {
    **dict.fromkeys("zxy", f"[0-9]{{1,{tiles.MOST_DIGITS}}}"),
    "layer_id": "[a-z]{1,40}",
    "feature_id": "[0-9a-f-]{36}",
}
_PATHS = {
    template: re.compile(
        re.sub(
            r"\\{(\w+)\\}", lambda part: f"(?P<{part[1]}>{_PARTS[part[1]]})", re.escape(template)
        )
    )
    for template in (
        tiles.COLLECTION + tiles.GRID,
        tiles.COLLECTION + tiles.XYZ,
        tiles.GRID,
        tiles.XYZ,
        tiles.BASEMAP,
        features.ITEM,
    )
}
_ETAG = dressed([(b"etag", b"")], "http")[0][0]


class Place(NamedTuple):
    """What a path names."""

    template: str
    layer_id: str
    """Empty where a path is of all layers, or of none."""
    feature_id: str
    """Empty where a path is a tile's."""
    tile: Tile


class Call(NamedTuple):
    """A request, as far as tiles depend on it."""

    scope: Scope
    headers: Headers
    base: str
    place: Place
    service: Service

    def tag(self, versions: Versions) -> str:
        """Return the tag of the answer that holds these versions."""
        return tag_at(self.base, self.scope["path"], self.scope["query_string"], versions)


class Front:
    """Answers tiles and single features itself, and passes all other requests on."""

    def __init__(self, app: Starlette, routes: ASGIApp, settings: Settings) -> None:
        """Stand before an application.

        Args:
            app: What holds the open service.
            routes: What answers all that is passed on.
            settings: The names and the public address of this installation are read.
        """
        self._app = app
        self._routes = routes
        self._settings = settings
        self._names = names_of(settings.hosts)
        self._forecast = Forecast()
        self._threads = ThreadPoolExecutor(THREADS, "tiles")
        self._following = asyncio.Lock()
        self._awaited: asyncio.Future[Snapshot] | None = None
        self._under_way: dict[Hashable, asyncio.Future[tuple[Versions, bytes]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        messages: Sequence[Message] = ()
        # Whatever goes wrong here, nothing has been sent, and the routes will meet and say it.
        with suppress(Exception):
            if call := self._call(scope):
                messages = await self._answer(call, receive)
        if not messages:
            await self._routes(scope, receive, send)
            return
        for message in messages:
            await send(message)

    def _call(self, scope: Scope) -> Call | None:
        """Return the request when it is one for the short way."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return None
        path = scope["path"]
        place = _place(path) if len(path) <= LONGEST else None
        # Of a header that comes twice the first one counts, as for Starlette.
        headers = dict(reversed(scope["headers"]))
        if place is None or scope.get("root_path") or not _FOR_ROUTES.isdisjoint(headers):
            return None
        host = headers.get(b"host", b"localhost").decode("latin-1")
        if not is_served(host, self._names) and b"host" in headers:
            return None
        base = base_of(self._settings.base_url, scope["scheme"], host)
        return Call(scope, headers, base, place, self._app.state.service)

    async def _answer(self, call: Call, receive: Receive) -> Sequence[Message]:
        """Return the messages of the answer; none where the routes shall answer."""
        began = time.perf_counter()
        messages = await self._messages(call, receive)
        if messages and self._settings.metrics:
            seconds, method = time.perf_counter() - began, call.scope["method"]
            metrics.count(method, call.place.template, messages[0]["status"], seconds)
        return messages

    async def _messages(self, call: Call, receive: Receive) -> Sequence[Message]:
        if call.place.feature_id:
            return await self._feature(call, receive)
        if call.place.template == tiles.BASEMAP:
            return _basemap(call)
        wanted = Wanted(_asked(*_read_of(call)), call.place.tile, _takes_gzip(call))
        snapshot = call.service.follower.held() or await self._renewed(call.service)
        versions = wanted.asked.versions(snapshot)
        tag = call.tag(versions)
        if held := _held(call, tag):
            return held
        body = tiles.kept(call.service, wanted, versions)
        if body is None:
            drawn, body = await self._drawn(call.service, snapshot, wanted)
            tag = tag if drawn == versions else call.tag(drawn)
        return _whole(call, tag, body, encoded=wanted.compressed and bool(body))

    async def _drawn(
        self, service: Service, snapshot: Snapshot, wanted: Wanted
    ) -> tuple[Versions, bytes]:
        """Draw a tile: here when it will be light, else beside the event loop, once for all."""
        versions = wanted.asked.versions(snapshot)
        kind = (wanted.asked.key, wanted.tile.z)
        light = not wanted.asked.query.words and self._forecast.is_light(kind, versions)
        # A thread at work may hold what this tile is drawn from, too.
        if light and not self._under_way:
            return self._timed(service, snapshot, wanted)
        key = (wanted.key(), versions)
        under_way = self._under_way.get(key)
        if under_way is None:
            under_way = self._aside(self._timed, service, snapshot, wanted)
            self._under_way[key] = under_way
            under_way.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(under_way)

    async def _renewed(self, service: Service) -> Snapshot:
        """Return a snapshot that was looked for after this was called; all who wait share one."""
        if self._awaited is None:
            self._awaited = asyncio.ensure_future(self._followed(service))
        return await asyncio.shield(self._awaited)

    async def _followed(self, service: Service) -> Snapshot:
        async with self._following:
            # Whoever comes from here on may know of a commit that this look may miss.
            self._awaited = None
            return await self._aside(service.follower.current)

    def _timed(
        self, service: Service, snapshot: Snapshot, wanted: Wanted
    ) -> tuple[Versions, bytes]:
        began = time.thread_time()
        versions, body = tiles.drawn(service, snapshot, wanted)
        kind = (wanted.asked.key, wanted.tile.z)
        self._forecast.learn(kind, versions, time.thread_time() - began)
        return versions, body

    def _aside(self, work: Callable[..., Answer], *given: Any) -> asyncio.Future[Answer]:
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    async def _feature(self, call: Call, receive: Receive) -> Sequence[Message]:
        """Answer as the route, unless the follower has work to do, which is for a thread."""
        if call.service.follower.held() is None:
            return ()
        layer, lang = _feature_asked(*_read_of(call), call.headers.get(b"accept-language", b""))
        feature_id = call.place.feature_id
        messages: list[Message] = []

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope)
            response = features.item_answer(request, layer, feature_id, call.service, lang)
            await response(scope, receive, send)

        async def collect(message: Message) -> None:
            messages.append(message)

        scope = {**call.scope, "app": self._app}
        await CommonHeaders(Compression(answer))(scope, receive, collect)
        return messages


@lru_cache(REMEMBERED)
def _place(path: str) -> Place | None:
    for template, pattern in _PATHS.items():
        if found := pattern.fullmatch(path):
            named = found.groupdict()
            tile = Tile(*(int(named.get(part, 0)) for part in "zxy"))
            return Place(template, named.get("layer_id", ""), named.get("feature_id", ""), tile)
    return None


def _read_of(call: Call) -> tuple[str, bytes, bytes]:
    """Return all that the parameters of a request are read from."""
    read = call.scope["query_string"], call.headers.get(b"accept", b"")
    if sum(map(len, read)) > LONGEST:
        raise ValueError("too long to remember")
    return call.place.layer_id, *read


def _alone(layer_id: str, query_string: bytes, headers: Head) -> Request:
    """Return a request that holds nothing but these, so that nothing else can be read of it."""
    path_params = {"layer_id": layer_id} if layer_id else {}
    return Request(
        {
            "type": "http",
            "query_string": query_string,
            "headers": headers,
            "path_params": path_params,
        }
    )


@lru_cache(REMEMBERED)
def _asked(layer_id: str, query_string: bytes, accept: bytes) -> Asked:
    request = _alone(layer_id, query_string, [(b"accept", accept)])
    chosen(request, AS_TILE)
    wishes = (tiles.OF_ONE if layer_id else tiles.OF_MANY).read(request)
    layers = [layer_named(layer_id)] if layer_id else collections_of(request)
    return tiles.asked_of(layers, wishes)


@lru_cache(REMEMBERED)
def _basemap_asked(_: str, query_string: bytes, accept: bytes) -> None:
    request = _alone("", query_string, [(b"accept", accept)])
    chosen(request, AS_TILE)
    tiles.OF_BASEMAP.read(request)


@lru_cache(REMEMBERED)
def _feature_asked(
    layer_id: str, query_string: bytes, accept: bytes, accept_language: bytes
) -> tuple[Layer, str]:
    headers = [(b"accept", accept), (b"accept-language", accept_language)]
    request = _alone(layer_id, query_string, headers)
    chosen(request, AS_GEOJSON)
    features.OF_ITEM.read(request)
    wanted = request.query_params.get("lang")
    return layer_named(layer_id), choose_language(wanted, request.headers["accept-language"])


def _takes_gzip(call: Call) -> bool:
    return takes_gzip(call.headers.get(b"accept-encoding", b"").decode("latin-1"))


def _basemap(call: Call) -> Sequence[Message]:
    _basemap_asked(*_read_of(call))
    tag = call.tag(tiles.basemap_version())
    if held := _held(call, tag):
        return held
    compressed = _takes_gzip(call)
    body = tiles.drawn_basemap(call.place.tile, compressed=compressed)
    return _whole(call, tag, body, encoded=compressed and bool(body))


def _held(call: Call, tag: str) -> Sequence[Message]:
    """Return 304 when the client has the tile of this tag, in one form or the other."""
    if_none_match = call.headers.get(b"if-none-match", b"").decode("latin-1")
    squeezed = holds(if_none_match, tag + GZIPPED)
    if not if_none_match or not (squeezed or holds(if_none_match, tag)):
        return ()
    encoded = tag + GZIPPED in if_none_match
    head = [
        (_ETAG, tiles.tag_header(tag, encoded=encoded).encode()),
        *_head(304, call.scope["scheme"]),
    ]
    return _messages(304, head, b"")


def _whole(call: Call, tag: str, body: bytes, *, encoded: bool) -> Sequence[Message]:
    head = [
        (_ETAG, tiles.tag_header(tag, encoded=encoded).encode()),
        (b"content-length", b"%d" % len(body)),
        *_head(200, call.scope["scheme"], encoded=encoded),
    ]
    return _messages(200, head, b"" if call.scope["method"] == "HEAD" else body)


def _messages(status: int, head: Head, body: bytes) -> Sequence[Message]:
    return (
        {"type": "http.response.start", "status": status, "headers": head},
        {"type": "http.response.body", "body": body},
    )


@lru_cache
def _head(status: int, scheme: str, *, encoded: bool = False) -> Head:
    """Return the headers that all tiles of a kind share."""
    media_type = MVT if status == HTTPStatus.OK else None
    answer = Response(None, status, tiles.tile_headers(encoded=encoded), media_type)
    raw = [pair for pair in answer.raw_headers if pair[0] != b"content-length"]
    return dressed(raw, scheme)

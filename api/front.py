"""The short way to what maps ask for most: tiles and single features, ahead of the routes.

It answers plain requests of the public that succeed, with the very answers of the routes. All
else goes on to the routes, which know how to say it: what cannot be read or is not there, other
methods, preflights, bodies, unknown hosts, and everyone who says who they are.
"""

from __future__ import annotations

import asyncio
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
from api.asking import Place, check_basemap, feature_asked, page_asked, place_of, tiles_asked
from api.callers import LONGEST, Caller, Callers
from api.compression import GZIPPED, Compression
from api.forecast import Forecast
from api.headers import CommonHeaders, dressed
from api.links import MVT
from api.negotiate import holds, tag_at
from api.service import Service
from api.tiles import Versions, Wanted
from geomap.settings import Settings
from layers.fragments import fragments_of
from layers.snapshot import Snapshot
from layers.tiles.cache import TileCache

LONG_PAGE = 1_500_000
"""Bytes; a page of more is put together beside the event loop."""
ASKED_BYTES = 500_000
"""Memory for the addresses of pages: one that is asked for again is kept from then on."""
THREADS = 2
"""Heavy tiles drawn at once: more would only take the interpreter from each other."""

Worked = TypeVar("Worked")
Head = list[tuple[bytes, bytes]]

SAID_OF_304 = ("Cache-Control", "Vary", "Last-Modified", "Content-Crs", "Link")
"""What 304 says of a feature, or of a page, beside its tag."""
_ETAG = dressed([(b"etag", b"")], "http")[0][0]


class Call(NamedTuple):
    """A request, as far as answers depend on it."""

    scope: Scope
    caller: Caller
    held: bytes
    """`If-None-Match`, empty without."""
    service: Service

    def key(self) -> Hashable:
        """Return what tells the answer from others, beside its version."""
        path = self.scope["path"]
        # There are words in features, but none in tiles.
        asks_words = "/items" in path
        return path, self.scope["query_string"], self.caller if asks_words else self.caller.form

    def sharing(self) -> tuple[str, int]:
        """Return what the headers of tiles depend on: the scheme, and how long they are shared."""
        return self.scope["scheme"], self.service.settings.shared_tiles_s

    def tag(self, versions: Versions) -> str:
        """Return the tag of the answer that holds these versions."""
        scope = self.scope
        return tag_at(self.caller.form.base, scope["path"], scope["query_string"], versions)


class Answer(NamedTuple):
    """What goes out, again and again while its version holds."""

    template: str
    """The route's, under which it is counted."""
    version: Hashable
    version_now: Callable[[Snapshot], Hashable]
    tag: str
    """Of the plain form."""
    head: Head
    unchanged: Head
    """What 304 says beside the tag."""
    body: bytes

    def messages(self, call: Call) -> Sequence[Message]:
        """Return the answer to a request, without a body when the client has or wants none."""
        if call.held and (messages := _unchanged(call.held, self.tag, self.unchanged)):
            return messages
        return _messages(200, self.head, b"" if call.scope["method"] == "HEAD" else self.body)


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
        self._counts = settings.metrics
        self._callers = Callers(settings)
        self._forecast = Forecast()
        self._threads = ThreadPoolExecutor(THREADS, "tiles")
        self._asked = TileCache(ASKED_BYTES)
        self._looked: Snapshot | None = None
        self._following = asyncio.Lock()
        self._awaited: asyncio.Future[Snapshot] | None = None
        self._under_way: dict[Hashable, asyncio.Future[tuple[Versions, bytes]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        messages: Sequence[Message] = ()
        # Whatever goes wrong here, nothing has been sent, and the routes will meet and say it.
        with suppress(Exception):
            if call := self._call(scope):
                messages = self._again(call) or await self._answer(call, receive)
        if not messages:
            await self._routes(scope, receive, send)
            return
        for message in messages:
            await send(message)

    def _call(self, scope: Scope) -> Call | None:
        """Return the request when it may be one for the short way."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return None
        if scope.get("root_path") or len(scope["path"]) + len(scope["query_string"]) > LONGEST:
            return None
        asks = self._callers.of(scope)
        return Call(scope, *asks, self._app.state.service) if asks else None

    def _again(self, call: Call) -> Sequence[Message]:
        """Return an answer that has been given before, when nothing has changed since."""
        began = time.perf_counter() if self._counts else 0.0
        answer = call.service.tiles.answer(call.key())
        if answer is None:
            return ()
        snapshot = self._held(call.service)
        if snapshot is None or answer.version_now(snapshot) != answer.version:
            return ()
        messages: Sequence[Message] = answer.messages(call)
        return self._counted(call, answer.template, messages, began)

    async def _answer(self, call: Call, receive: Receive) -> Sequence[Message]:
        """Return the messages of the answer; none where the routes shall answer."""
        began = time.perf_counter()
        place = place_of(call.scope["path"])
        if place is None:
            return ()
        if place.feature_id:
            messages = await self._feature(call, place, receive)
        elif place.template == features.ITEMS:
            messages = await self._page(call, place, receive)
        elif place.template == tiles.BASEMAP:
            messages = _basemap(call, place)
        else:
            messages = await self._tile(call, place)
        return self._counted(call, place.template, messages, began)

    def _counted(
        self, call: Call, template: str, messages: Sequence[Message], began: float
    ) -> Sequence[Message]:
        if messages and self._counts:
            seconds = time.perf_counter() - began
            metrics.count(call.scope["method"], template, messages[0]["status"], seconds)
        return messages

    async def _tile(self, call: Call, place: Place) -> Sequence[Message]:
        scope, form = call.scope, call.caller.form
        asked = tiles_asked(place.layer_id, scope["query_string"], form.accept)
        wanted = Wanted(asked, place.tile, form.gzip)
        snapshot = self._held(call.service) or await self._renewed(call.service)
        versions = asked.versions(snapshot)
        tag = call.tag(versions)
        if messages := _unchanged(call.held, tag, _head(304, *call.sharing())):
            return messages
        body = tiles.kept(call.service, wanted, versions)
        if body is None:
            drawn, body = await self._drawn(call.service, snapshot, wanted)
            if drawn != versions:
                versions, tag = drawn, call.tag(drawn)
        answer = _whole(call, place, (versions, asked.versions), tag, body)
        call.service.tiles.keep_answer(wanted.key(), call.key(), answer, versions)
        return answer.messages(call)

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

    def _held(self, service: Service) -> Snapshot | None:
        """Return the snapshot when no commit is newer than the request at hand.

        One look at the store serves all requests that had come before it: they stand in the
        event loop's queue ahead of what ends its validity, and later ones behind.
        """
        if self._looked is None and (held := service.follower.held()):
            self._looked = held
            asyncio.get_running_loop().call_soon(self._look_again)
        return self._looked

    def _look_again(self) -> None:
        self._looked = None

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

    def _aside(self, work: Callable[..., Worked], *given: Any) -> asyncio.Future[Worked]:
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    async def _feature(self, call: Call, place: Place, receive: Receive) -> Sequence[Message]:
        """Answer as the route, unless the follower has work to do, which is for a thread."""
        service, scope = call.service, call.scope
        snapshot = self._held(service)
        if snapshot is None:
            return ()
        asks = scope["query_string"], call.caller.form.accept, call.caller.accept_language
        layer, lang = feature_asked(place.layer_id, *asks)

        def answer(request: Request) -> Response:
            return features.item_answer(request, layer, place.feature_id, service, lang)

        headers = [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]
        sent = await self._dressed({**scope, "method": "GET", "headers": headers}, receive, answer)
        # What was read is of this version or a newer one, and serves while this is the newest.
        kept = _collected(place, snapshot, sent, scope["scheme"])
        service.tiles.put(call.key(), kept.body, kept.version)
        service.tiles.keep_answer(call.key(), call.key(), kept, kept.version)
        return kept.messages(call)

    async def _page(self, call: Call, place: Place, receive: Receive) -> Sequence[Message]:
        """Answer as the route where a page is short and its texts lie ready."""
        service, scope = call.service, call.scope
        asks = scope["query_string"], call.caller.form.accept, call.caller.accept_language
        layer, wishes, lang = page_asked(place.layer_id, *asks)
        snapshot = self._held(service)
        kept = None if snapshot is None else fragments_of(snapshot.tables[layer.id])
        limit = wishes.limit(service.settings.default_limit, service.settings.max_limit)
        if snapshot is None or kept is None or limit * kept.mean_bytes > LONG_PAGE:
            return ()

        def answer(request: Request) -> Response:
            request.state.format = "geojson"
            return features.page_answer(request, layer, wishes, service, lang)

        if call.held:
            return await self._dressed(scope, receive, answer)
        sent = await self._dressed({**scope, "method": "GET"}, receive, answer)
        page, key = _collected(place, snapshot, sent, scope["scheme"]), call.key()
        # Who walks through all pages shall not drive the tiles out.
        if self._asked.get(key) is not None:
            service.tiles.put(key, page.body, page.version)
            service.tiles.keep_answer(key, key, page, page.version)
        self._asked.put(key, b"")
        return page.messages(call)

    async def _dressed(
        self, scope: Scope, receive: Receive, answer: Callable[[Request], Response]
    ) -> Sequence[Message]:
        """Return the messages of an answer, compressed and with the headers of all answers."""
        sent: list[Message] = []

        async def respond(scope: Scope, receive: Receive, send: Send) -> None:
            await answer(Request(scope))(scope, receive, send)

        async def collect(message: Message) -> None:
            sent.append(message)

        await CommonHeaders(Compression(respond))({**scope, "app": self._app}, receive, collect)
        return sent


def _collected(place: Place, snapshot: Snapshot, sent: Sequence[Message], scheme: str) -> Answer:
    """Return the messages of a whole answer as one that can be given again."""
    head = sent[0]["headers"]
    tag = dict(head)[_ETAG].decode().strip('"').removesuffix(GZIPPED)
    told = {name.decode(): value.decode("latin-1") for name, value in head}
    # In the order of the route: which of the two has answered is nobody's business.
    own = {name: value for name, value in told.items() if name in SAID_OF_304}
    unchanged = _headers(304, own, None, scheme)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    version = _commit(snapshot)
    return Answer(place.template, version, _commit, tag, head, unchanged, body)


def _commit(snapshot: Snapshot) -> Hashable:
    """Return what everything that the public can see depends on."""
    return snapshot.version, snapshot.today


def _basemap(call: Call, place: Place) -> Sequence[Message]:
    check_basemap(call.scope["query_string"], call.caller.form.accept)
    version = tiles.basemap_version()
    tag = call.tag(version)
    if messages := _unchanged(call.held, tag, _head(304, *call.sharing())):
        return messages
    body = tiles.drawn_basemap(place.tile, compressed=call.caller.form.gzip)
    answer = _whole(call, place, (version, lambda _: version), tag, body)
    call.service.tiles.put(call.key(), body, version)
    call.service.tiles.keep_answer(call.key(), call.key(), answer, version)
    return answer.messages(call)


def _unchanged(if_none_match: bytes, tag: str, head: Head) -> Sequence[Message]:
    """Return 304 when the client has the answer of this tag, in one form or the other."""
    if not if_none_match:
        return ()
    text = if_none_match.decode("latin-1")
    if not holds(text, tag + GZIPPED) and not holds(text, tag):
        return ()
    etag = tiles.tag_header(tag, encoded=tag + GZIPPED in text).encode()
    return _messages(304, [(_ETAG, etag), *head], b"")


def _whole(
    call: Call,
    place: Place,
    version: tuple[Hashable, Callable[[Snapshot], Hashable]],
    tag: str,
    body: bytes,
) -> Answer:
    """Return the answer that is a tile."""
    encoded = call.caller.form.gzip and bool(body)
    head = [
        (_ETAG, tiles.tag_header(tag, encoded=encoded).encode()),
        (b"content-length", b"%d" % len(body)),
        *_head(200, *call.sharing(), encoded=encoded),
    ]
    return Answer(place.template, *version, tag, head, _head(304, *call.sharing()), body)


def _messages(status: int, head: Head, body: bytes) -> Sequence[Message]:
    # The list is made anew: what stands before this application may add to it.
    return (
        {"type": "http.response.start", "status": status, "headers": [*head]},
        {"type": "http.response.body", "body": body},
    )


@lru_cache
def _head(status: int, scheme: str, shared_s: int, *, encoded: bool = False) -> Head:
    """Return the headers that all tiles of a kind share."""
    media_type = MVT if status == HTTPStatus.OK else None
    headers = tiles.tile_headers(encoded=encoded, shared_s=shared_s)
    return _headers(status, headers, media_type, scheme)


def _headers(status: int, headers: Mapping[str, str], media_type: str | None, scheme: str) -> Head:
    answer = Response(None, status, headers, media_type)
    raw = [pair for pair in answer.raw_headers if pair[0] != b"content-length"]
    return dressed(raw, scheme)

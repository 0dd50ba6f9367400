"""Two worlds over HTTP: the same register twice, and hidden records in one of them alone.

Each world is a whole application, or several over one store as workers are. Requests go in as a
server hands them over and answers come out as bytes, so that nothing between hides a difference.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch
from urllib.parse import unquote

from anyio.from_thread import start_blocking_portal
from prometheus_client import CollectorRegistry, Counter, Histogram

from api import metrics
from api.app import create_app
from geomap.model import Edit, EditKind, Feature
from geomap.photos import Picture
from geomap.settings import Settings
from layers.segments.building import build
from layers.segments.folder import folder_of
from layers.store.sqlite import SqliteStore
from tests.trust import registers

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EDIT_TOKEN = "a token of the tests alone"
OFFICER = {"Authorization": f"Bearer {EDIT_TOKEN}"}
HOST = "map.example.org"

NONCE = re.compile(rb"(nonce[-=]\"?)[\w-]{22}")
"""Random by design: each page of the map has a number of its own, in its head and its policy."""
SECRET_LINK = re.compile(rb"^(/suggested/)[\w-]{43}")
"""Random by design: where whoever suggests without an account sees what becomes of it."""
DURATIONS = re.compile(rb"^(geomap_http_seconds_(bucket|sum)|\w+_created).*\n", re.M)
"""How long answers took, and when counting began, is the clock's, not the register's."""
FREE = re.compile(rb"only \d+% of the disk is free")


@dataclass(frozen=True)
class Ask:
    """One request, and the route that it is a probe of."""

    route: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    follows: bool = False
    """Whether the pages after it are asked for, too."""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.headers) or ''} {self.body[:200]!r}"


@dataclass(frozen=True)
class Answer:
    """What came back, with what is known to be random or the clock's set to one value."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: str) -> str:
        wanted = name.lower().encode()
        return next((v.decode("latin-1") for k, v in self.headers if k.lower() == wanted), "")

    def differs(self, other: Answer) -> str:
        """Say in what two answers differ; empty where in nothing."""
        if self.status != other.status:
            return f"status {self.status} / {other.status}: {other.body[:300]!r}"
        if self.headers != other.headers:
            apart = set(self.headers) ^ set(other.headers)
            return f"headers {sorted(apart)}"
        if self.body != other.body:
            at = next(
                (n for n, (a, b) in enumerate(zip(self.body, other.body, strict=False)) if a != b),
                min(len(self.body), len(other.body)),
            )
            near = slice(max(0, at - 80), at + 160)
            return f"body at {at}: {self.body[near]!r} / {other.body[near]!r}"
        return ""


class Clock:
    """The one clock of both worlds; it stands still until the script moves it."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Log(logging.Handler):
    """What a world has said to its operator."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.levelname} {record.getMessage()}")


class World:
    """One register and the workers that serve it."""

    asked: ClassVar[World | None] = None
    """The world that was asked last: a seeded leak finds there what it gives away."""

    def __init__(self, path: Path, clock: Clock, workers: int, kernel: str) -> None:
        self.path, self.clock, self.workers = path, clock, workers
        self.settings = Settings(
            store=f"sqlite:///{path / 'geomap.db'}",
            segments=str(path / "segments"),
            metrics=True,
            edit_token=EDIT_TOKEN,
            kernel=kernel,
            default_limit=10,
        )
        self.store = SqliteStore(path / "geomap.db", now=clock)
        self.log = Log()
        self.seen: list[tuple[str, Answer]] = []
        registry = CollectorRegistry()
        answers = Counter("geomap_http_answers", "Answers.", ("method", "route", "status"),
                          registry=registry)  # fmt: skip
        seconds = Histogram("geomap_http_seconds", "Seconds.", ("route",), registry=registry)
        self.counters = {"REGISTRY": registry, "_ANSWERS": answers, "_SECONDS": seconds}
        # In a thread of its own: a browser that another test drives keeps a loop in this one.
        self._loop = ExitStack()
        self._run = self._loop.enter_context(start_blocking_portal()).call
        self._opened = AsyncExitStack()
        self.apps = self._run(self._open)

    async def _open(self) -> list:
        apps = [create_app(self.settings) for _ in range(self.workers)]
        for app in apps:
            await self._opened.enter_async_context(app.router.lifespan_context(app))
            app.state.service.store._now = self.clock
            app.state.service.follower._today = lambda: TODAY
        return apps

    def close(self) -> None:
        self._run(self._opened.aclose)
        self._loop.close()
        self.store.close()

    def write(self, *features: Feature, delete: bool = False) -> None:
        """Put or delete features, as another process than the workers does."""
        kind = EditKind.DELETE if delete else EditKind.PUT
        edits = [Edit(kind, feature) for feature in features]
        sources = [registers.SOURCE, *{registers.SECRET_SOURCE for one in features
                                       if one.source_id == registers.SECRET_SOURCE.id}]  # fmt: skip
        self.store.write(edits, actor="Officer Kallio", action="edit", sources=sources)

    def keep(self, *photo_ids: str) -> None:
        """Keep photos under ids that both worlds know; they are random elsewhere."""
        for photo_id in photo_ids:
            shown = f"RIFF {photo_id}".encode()
            with patch("layers.store.photos.uuid4", lambda one=photo_id: one):
                self.store.photos.put(Picture(4, 3, shown, shown + b" small"))

    def rebuild(self) -> None:
        """Compact: write a segment and have all workers begin anew with it."""
        build(self.store, folder_of(self.settings), TODAY)
        for app in self.apps:
            app.state.service.follower.renew()

    def ask(self, ask: Ask, *, worker: int = 0, **headers: str) -> Answer:
        """Ask one worker, and keep the answer for those who look through all of them."""
        World.asked = self
        with self._counting(), self._listening():
            app = self.apps[worker % self.workers]
            answer = self._run(_answered, app, ask, {**ask.headers, **headers})
        self.seen.append((str(ask), answer))
        return answer

    def officer(self, ask: Ask, *, worker: int = 0, **headers: str) -> Answer:
        """Ask as someone with every right.

        `/metrics` counts such requests, too; it is the operator's, and the two worlds have not
        the same number of them: they are not counted here.
        """
        count, metrics.count = metrics.count, lambda *_: None
        try:
            with self._listening():
                app = self.apps[worker % self.workers]
                told = {**OFFICER, **ask.headers, **headers}
                return self._run(_answered, app, ask, told)
        finally:
            metrics.count = count

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Count in the world's own registry: those of a process are one for all."""
        kept = {name: getattr(metrics, name) for name in self.counters}
        for name, own in self.counters.items():
            setattr(metrics, name, own)
        try:
            yield
        finally:
            for name, before in kept.items():
                setattr(metrics, name, before)

    @contextmanager
    def _listening(self) -> Iterator[None]:
        root = logging.getLogger()
        root.addHandler(self.log)
        try:
            yield
        finally:
            root.removeHandler(self.log)


async def _answered(app, ask: Ask, headers: Mapping[str, str]) -> Answer:
    path, _, query = ask.path.partition("?")
    told = {"host": HOST, **({"content-length": str(len(ask.body))} if ask.body else {}), **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": ask.method,
        "scheme": "https",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in told.items()],
        "client": ("192.0.2.7", 40000),
        "server": (HOST, 443),
    }
    sent: list = []
    given = iter([{"type": "http.request", "body": ask.body, "more_body": False}])

    async def receive():
        for message in given:
            return message
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return _settled(sent)


def _settled(sent: Sequence[Mapping]) -> Answer:
    body = b"".join(message.get("body", b"") for message in sent[1:])
    headers = tuple((bytes(k), bytes(v)) for k, v in sent[0]["headers"])
    known = {k.lower(): v for k, v in headers}
    kind = known.get(b"content-type", b"")
    if b"nonce-" in known.get(b"content-security-policy", b""):
        if known.get(b"content-encoding") == b"gzip" and body:
            body = gzip.decompress(body)
        body = NONCE.sub(rb"\1*", body)
        headers = _without_length((k, NONCE.sub(rb"\1*", v)) for k, v in headers)
    headers = tuple((name, SECRET_LINK.sub(rb"\1*", value)) for name, value in headers)
    if kind.startswith(b"text/plain; version="):
        body, headers = DURATIONS.sub(b"", body), _without_length(headers)
    if kind.startswith(b"application/json") and b"disk" in body:
        body = FREE.sub(b"little of the disk is free", body)
    return Answer(sent[0]["status"], headers, body)


def _without_length(headers) -> tuple[tuple[bytes, bytes], ...]:
    """Return headers without the length of what is random: compressed, that is of no one length."""
    return tuple(pair for pair in headers if pair[0].lower() != b"content-length")


@dataclass
class Pair:
    """A world without hidden records, and one with them."""

    without: World
    within: World
    clock: Clock
    turn: int = 0

    def both(self) -> tuple[World, World]:
        return self.without, self.within

    def publicly(self, *features: Feature, delete: bool = False) -> None:
        """Change public records in both worlds, in the same second."""
        self.clock.move(seconds=10)
        for world in self.both():
            world.write(*features, delete=delete)

    def secretly(self, *features: Feature, delete: bool = False) -> None:
        """Change hidden records in the one world, at another time than anything public."""
        self.clock.move(seconds=7)
        self.within.write(*features, delete=delete)

    def apart(self, ask: Ask) -> Iterator[str]:
        """Ask both worlds cold, warm and on condition; yield what tells them apart."""
        self.turn += 1
        cold = yield from self._apart(ask, self.turn)
        yield from self._apart(ask, self.turn)
        if tag := cold.header("etag"):
            yield from self._apart(ask, self.turn + 1, **{"if-none-match": tag})
        if changed := cold.header("last-modified"):
            yield from self._apart(ask, self.turn, **{"if-modified-since": changed})
        if ask.method == "GET" and self.turn % 5 == 0:
            yield from self._apart(replace(ask, method="HEAD"), self.turn)
        pages = 0
        while ask.follows and pages < 30 and (further := _next(cold)):
            pages += 1
            ask = replace(ask, path=further)
            cold = yield from self._apart(ask, self.turn)

    def _apart(self, ask: Ask, worker: int, **headers: str):
        answers = [world.ask(ask, worker=worker, **headers) for world in self.both()]
        if said := answers[0].differs(answers[1]):
            yield f"{ask} {headers or ''}: {said}"
        return answers[0]


def _next(answer: Answer) -> str:
    found = re.search(rb'"href":"https?://[^/"]+([^"]+)","rel":"next"', answer.body) or re.search(
        rb'"rel":"next"[^{}]*"href":"https?://[^/"]+([^"]+)"', answer.body
    )
    return found[1].decode() if found else ""


@contextmanager
def two_worlds(folder: Path, *, workers: int = 1, kernel: str = "numpy") -> Iterator[Pair]:
    """Open both worlds with what is public in them, and hidden records in the second."""
    clock = Clock()
    worlds = []
    try:
        for name in ("without", "within"):
            (folder / name).mkdir()
            worlds.append(World(folder / name, clock, workers, kernel))
        pair = Pair(*worlds, clock)
        for world in worlds:
            world.keep(registers.SHOWN_PHOTO, registers.GOING_PHOTO)
        pair.within.keep(registers.HIDDEN_PHOTO)
        pair.publicly(*registers.PUBLIC)
        pair.secretly(*registers.HIDDEN)
        yield pair
    finally:
        for world in worlds:
            world.close()

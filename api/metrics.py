"""Prometheus metrics of answers. Labels are few: method, route, class of status."""

from __future__ import annotations

import os
import time

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
TOGETHER = "PROMETHEUS_MULTIPROC_DIR"
"""Folder, named in the environment, through which several processes count together."""

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

_ANSWERS = Counter(
    "geomap_http_answers", "Answers, by method, route and status.", ("method", "route", "status")
)
_SECONDS = Histogram(
    "geomap_http_seconds",
    "Time until the head of the answer, in seconds, by route.",
    ("route",),
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0),
)


class Metrics:
    """Counts every answer and how long it took to begin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The template of the route, never the path: what visitors make up must make
                # no labels.
                route = getattr(scope.get("route"), "path", "other")
                count(scope["method"], route, message["status"], time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, counted)


def exposition() -> bytes:
    """Return all metrics in the text format; of all processes, where they count together."""
    if TOGETHER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def count(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer, and how long it took to begin."""
    method = method if method in _METHODS else "other"
    _ANSWERS.labels(method, route, f"{status // 100}xx").inc()
    _SECONDS.labels(route).observe(seconds)

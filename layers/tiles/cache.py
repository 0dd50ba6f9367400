"""Encoded tiles of the latest requests, kept up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class _Kept:
    """One tile, and whole answers that carry it."""

    __slots__ = ("asked", "requests", "size", "tile", "version")

    def __init__(self, version: Hashable, tile: bytes, size: int) -> None:
        self.version, self.tile, self.size = version, tile, size
        self.requests: set[Hashable] = set()
        self.asked = False


class TileCache:
    """The tiles that were asked for last; safe to use from any thread.

    A key holds which tile is meant: its layers, its place, the query, the encoding. A tile is
    kept in one version only: a newer one takes the place of the stale one. Beside a tile stand
    whole answers to requests for it, which go when it goes.

    Looking up takes no lock and moves nothing: a tile is marked as asked for, and one that is
    marked is spared once when room is made.
    """

    ENTRY = 512
    """Bytes that an entry takes beside its tile: keys, list and dictionary."""
    ANSWER = 2048
    """Bytes that an answer takes beside its tile: headers and keys."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._tiles: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._answers: dict[Hashable, tuple[_Kept, Any]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._tiles)

    @property
    def size(self) -> int:
        """Bytes in use."""
        return self._bytes

    def get(self, key: Hashable, version: Hashable = None) -> bytes | None:
        """Return the tile kept under this key in this version, None when there is none."""
        kept = self._tiles.get(key)
        if kept is None or kept.version != version:
            return None
        kept.asked = True
        return kept.tile

    def put(self, key: Hashable, tile: bytes, version: Hashable = None) -> None:
        """Keep a tile; the ones that nobody asked for the longest make room for it."""
        with self._lock:
            self._drop(key)
            self._tiles[key] = kept = _Kept(version, tile, len(tile) + self.ENTRY)
            self._bytes += kept.size
            self._make_room()

    def answer(self, request: Hashable) -> Any:
        """Return the answer kept for a request, of whatever version; None when there is none."""
        found = self._answers.get(request)
        if found is None:
            return None
        found[0].asked = True
        return found[1]

    def keep_answer(
        self, key: Hashable, request: Hashable, answer: Any, version: Hashable = None
    ) -> None:
        """Keep the answer to a request as long as its tile; not when that is gone already.

        Args:
            key: As the tile was put under.
            request: What tells this request from others; it has one tile.
            answer: Holds the bytes of the tile itself, not others that are equal.
            version: Of the tile.
        """
        with self._lock:
            kept = self._tiles.get(key)
            if kept is None or kept.version != version:
                return
            if request not in kept.requests:
                kept.requests.add(request)
                kept.size += self.ANSWER
                self._bytes += self.ANSWER
            self._answers[request] = kept, answer
            self._make_room()

    def _make_room(self) -> None:
        while self._bytes > self._max_bytes:
            key, kept = next(iter(self._tiles.items()))
            if kept.asked and kept.size <= self._max_bytes:
                kept.asked = False
                self._tiles.move_to_end(key)
            else:
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        kept = self._tiles.pop(key, None)
        if kept is None:
            return
        self._bytes -= kept.size
        for request in kept.requests:
            answer = self._answers.get(request)
            if answer is not None and answer[0] is kept:
                del self._answers[request]

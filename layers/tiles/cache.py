"""Encoded tiles of the latest requests, kept up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple


class _Kept(NamedTuple):
    version: Hashable
    tile: bytes


class TileCache:
    """The tiles that were asked for last; safe to use from any thread.

    A key holds which tile is meant: its layers, its place, the query, the encoding. A tile is
    kept in one version only: a newer one takes the place of the stale one.
    """

    ENTRY = 512
    """Bytes that an entry takes beside its tile: keys, list and dictionary."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._tiles: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._tiles)

    @property
    def size(self) -> int:
        """Bytes in use."""
        return self._bytes

    def get(self, key: Hashable, version: Hashable = None) -> bytes | None:
        """Return the tile kept under this key in this version, None when there is none."""
        with self._lock:
            kept = self._tiles.get(key)
            if kept is None or kept.version != version:
                return None
            self._tiles.move_to_end(key)
            return kept.tile

    def put(self, key: Hashable, tile: bytes, version: Hashable = None) -> None:
        """Keep a tile; the ones that nobody asked for the longest make room for it."""
        with self._lock:
            self._drop(key)
            self._tiles[key] = _Kept(version, tile)
            self._bytes += len(tile) + self.ENTRY
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._tiles)))

    def _drop(self, key: Hashable) -> None:
        kept = self._tiles.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.tile) + self.ENTRY

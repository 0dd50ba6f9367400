"""Who sees to it, in each process that serves, that a segment stands and is not stale.

Building is work of another process, one for all workers of a store. This one only looks, every
few seconds, whether a build is due, and takes over what has been built.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

from geomap.errors import GeomapError
from layers.segments.folder import LOG, Folder
from layers.segments.opening import Segments
from layers.snapshot import WORN, Follower, Snapshot
from layers.store.protocol import Store

MANY = 20_000
"""Public changes; a store that has seen fewer is read in a moment and needs no segment."""
OFTEN_S = 2.0
HIDDEN_S = 10.0
"""A row that is no longer public stays in files for about so long, and not much longer."""
REST = 10
"""Times as long as it took to build: so long there is no other build for the sake of a few rows."""
_CHANCE = random.Random()  # noqa: S311  its own: what others draw stays as they sowed it
FAILED_S = 300.0
"""After a build that failed: until then each process compacts in memory."""


@contextmanager
def following(url: str, store: Store, folder: Folder | None) -> Iterator[Follower]:
    """Yield what follows a store, from its segments where it has a folder for them.

    Args:
        url: The address of the store, for the process that builds.
        store: The store, open.
        folder: Where its segments are, None to keep everything in memory.
    """
    if folder is None:
        yield Follower(store)
        return
    with Keeper(url, store, Segments(folder)) as keeper:
        yield keeper.follower


def refreshed(url: str, store: Store, folder: Folder | None) -> None:
    """Have a segment of the latest commit where there is one, or where the store is large.

    For who has changed much, or hidden something, while perhaps nobody serves.
    """
    if folder is None:
        return
    with store.public() as reader:
        is_large = reader.version() >= MANY
    if is_large or folder.stamp():
        with suppress(OSError):
            _builder(url, folder).communicate()


def _builder(url: str, folder: Folder) -> subprocess.Popen[bytes]:
    """Start to build in a process of its own."""
    command = [sys.executable, "-m", "layers.segments", url, str(folder.path)]
    return subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: S603


class Keeper:
    """Keeps the segments of a store while it is entered."""

    def __init__(self, url: str, store: Store, segments: Segments) -> None:
        self._url, self._store, self._segments = url, store, segments
        self.follower = Follower(store, segments=segments)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="segments")
        self._not_before = 0.0
        self._due_since: float | None = None

    def __enter__(self) -> Keeper:
        """Have a segment, so that this process need not read the store row by row."""
        with self._store.public() as reader:
            is_large = reader.version() >= MANY
            usable = self._segments.newest(reader) is not None and self._segments.is_complete()
        if is_large and not usable:
            self._build()
        self._thread.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def look(self) -> None:
        """Follow the store, build when that is due, and take over what was built."""
        snapshot = self.follower.current()
        self.follower.renew()
        if self._is_due(snapshot) and time.monotonic() >= self._not_before:
            self._build()
            self.follower.renew()

    def _watch(self) -> None:
        # Not all workers at once.
        while not self._ended.wait(OFTEN_S * _CHANCE.uniform(0.75, 1.25)):
            try:
                self.look()
            except GeomapError as problem:
                LOG.warning("Segments wait: %s", problem)

    def _is_due(self, snapshot: Snapshot) -> bool:
        """Tell whether a build is due: at once for many edits, soon for what may be hidden now."""
        if not self.follower.is_mapped:
            return snapshot.version >= MANY
        tables = snapshot.tables.values()
        if any(len(table) - table.base.count > WORN for table in tables):
            return True
        if not any(len(table.dead) for table in tables) and not self.follower.is_of_yesterday():
            self._due_since = None
            return False
        now = time.monotonic()
        self._due_since = self._due_since or now
        return now - self._due_since >= HIDDEN_S

    def _build(self) -> None:
        began = time.monotonic()
        process = _builder(self._url, self._segments.folder)
        said = self._awaited(process)
        took = time.monotonic() - began
        self._due_since = None
        self.follower.compacts_itself = process.returncode != 0
        if process.returncode == 0:
            self._not_before = time.monotonic() + took * REST
        elif not self._ended.is_set():
            self._not_before = time.monotonic() + FAILED_S
            LOG.warning("%s", said.decode(errors="replace").strip().rpartition("\n")[2])

    def _awaited(self, process: subprocess.Popen[bytes]) -> bytes:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.communicate(timeout=OFTEN_S / 4)[1]
            if self._ended.is_set():
                process.terminate()

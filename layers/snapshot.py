"""The read side: every public feature in memory, as tables that follow the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Protocol

from geomap.model import Source
from layers.catalog import LAYERS
from layers.collector import collector_at_rest
from layers.computed import Step, computed_columns
from layers.store.protocol import Change, PublicReader, Store
from layers.table import LayerTable, compacted, empty_table, loaded, merged

WORN = 1_000
"""Rows edited since the base was made: from then on a new base is made in the background."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All layers as one commit left them. Immutable; a newer commit makes a newer snapshot."""

    version: int
    """Number of the latest public change that it holds."""
    today: date
    """The day as of which the status of pairs is said."""
    tables: Mapping[str, LayerTable]
    sources: Mapping[str, Source]


class Segments(Protocol):
    """Snapshots in files, which other processes write; see `layers.segments`."""

    def stamp(self) -> Hashable:
        """Return what changes when there is a newer one; None while there is none."""

    def newest(self, reader: PublicReader) -> Snapshot | None:
        """Return the newest, which the reader's commit continues; None without a sound one."""


class Follower:
    """Keeps one snapshot as fresh as the store, whichever process wrote."""

    def __init__(
        self,
        store: Store,
        *,
        today: Callable[[], date] | None = None,
        segments: Segments | None = None,
    ) -> None:
        """Follow a store.

        Args:
            store: The store.
            today: The day as of which the status of pairs is said.
            segments: Where to begin, rather than with a read of the whole store.
        """
        self._store, self._segments = store, segments
        self._stamp: Hashable = None
        self._opened: Snapshot | None = None
        self.compacts_itself = False
        """Whether new bases are made here, in memory, although they might come from a segment."""
        self._today = today or _utc_today
        self._lock = threading.Lock()
        self._seen: int | None = None
        self._snapshot = Snapshot(-1, date.min, {}, {})
        self._compacting: threading.Thread | None = None

    def current(self) -> Snapshot:
        """Return a snapshot no older than the latest commit; a microsecond when nothing is new."""
        seen = self._store.data_version()
        if held := self._held(seen):
            return held
        with self._lock, self._store.public() as reader:
            self._advance(reader)
            self._seen = seen
        return self._snapshot

    def held(self) -> Snapshot | None:
        """Return the snapshot when no commit is newer; None when `current` would have to work."""
        return self._held(self._store.data_version())

    def _held(self, seen: int) -> Snapshot | None:
        fresh = seen == self._seen and self._snapshot.today == self._today()
        return self._snapshot if fresh else None

    @contextmanager
    def reading(self) -> Iterator[tuple[Snapshot, PublicReader]]:
        """Yield a snapshot and a reader that both see the same commit."""
        while True:
            with self._store.public() as reader:
                with self._lock:
                    self._advance(reader)
                    snapshot = self._snapshot
                if snapshot.version == reader.version():
                    yield snapshot, reader
                    return
            # Another thread went ahead of this reader: open a newer one.

    @property
    def is_mapped(self) -> bool:
        """Whether the rows are those of a segment."""
        return self._opened is not None

    def is_of_yesterday(self) -> bool:
        """Return whether the segment says the status of pairs as of another day."""
        return self._opened is not None and self._opened.today != self._today()

    def renew(self) -> bool:
        """Begin anew with the newest segment when it has not been used yet; return whether so.

        Requests are answered from what there is until the new one has caught up.
        """
        stamp = self._segments.stamp() if self._segments else None
        if stamp in (None, self._stamp) or self._segments is None:
            return False
        with self._store.public() as reader:
            opened = self._segments.newest(reader)
            fresh = opened and followed(opened, reader, self._today())
        self._stamp = stamp
        return fresh is not None and self._replaced(fresh, opened)

    def _replaced(self, fresh: Snapshot, opened: Snapshot | None) -> bool:
        """Follow what happened since a snapshot was made, and answer from that from now on."""
        with self._lock, self._store.public() as reader:
            if reader.version() < self._snapshot.version:
                return False
            self._snapshot, self._opened = followed(fresh, reader, self._today()), opened
        return True

    def rest(self) -> None:
        """Wait until nothing is being compacted."""
        if self._compacting is not None:
            self._compacting.join()

    def _advance(self, reader: PublicReader) -> None:
        version, today, old = reader.version(), self._today(), self._snapshot
        if version <= old.version and today == old.today:
            return
        self._snapshot = followed(old, reader, today) if old.tables else self._begun(reader, today)
        if self._opened and not self.compacts_itself:
            return
        if _worn(self._snapshot) and not (self._compacting and self._compacting.is_alive()):
            self._compacting = threading.Thread(target=self._compact, daemon=True)
            self._compacting.start()

    def _compact(self) -> None:
        """Make a base of what was edited, then follow what happened meanwhile."""
        self._replaced(compact(self._snapshot), self._opened)

    def _begun(self, reader: PublicReader, today: date) -> Snapshot:
        if self._segments:
            self._stamp = self._segments.stamp()
            self._opened = self._segments.newest(reader)
        if self._opened:
            return followed(self._opened, reader, today)
        return read_anew(reader, today)


def followed(old: Snapshot, reader: PublicReader, today: date) -> Snapshot:
    """Return a snapshot as of the reader's commit and a day, at the cost of what changed."""
    changes = reader.changes(old.version)
    tables = _merged(old.tables, reader, changes)
    step = Step(old.tables, tables, reader, today)
    tables = computed_columns(step, {change.layer for change in changes})
    return Snapshot(max(reader.version(), old.version), today, tables, reader.sources())


def compact(snapshot: Snapshot) -> Snapshot:
    """Return the same snapshot with new bases in place of worn ones."""
    tables = {
        name: compacted(table) if _is_worn(table) else table
        for name, table in snapshot.tables.items()
    }
    return replace(snapshot, tables=tables)


def read_anew(reader: PublicReader, today: date) -> Snapshot:
    """Return a snapshot of all that the store shows."""
    version = reader.version()
    with collector_at_rest():
        tables = {name: loaded(layer, reader, version) for name, layer in LAYERS.items()}
    tables = computed_columns(Step({}, tables, reader, today), set(LAYERS))
    return Snapshot(version, today, tables, reader.sources())


def _worn(snapshot: Snapshot) -> bool:
    return any(map(_is_worn, snapshot.tables.values()))


def _is_worn(table: LayerTable) -> bool:
    return len(table) - table.base.count > WORN or len(table.dead_rows()) > WORN


def _merged(
    tables: Mapping[str, LayerTable], reader: PublicReader, changes: Sequence[Change]
) -> dict[str, LayerTable]:
    by_layer: dict[str, list[Change]] = {}
    for change in changes:
        by_layer.setdefault(change.layer, []).append(change)
    followed = dict(tables)
    for name, of_layer in by_layer.items():
        followed[name] = merged(tables.get(name) or empty_table(LAYERS[name]), of_layer, reader)
    return followed


def _utc_today() -> date:
    return datetime.now(UTC).date()

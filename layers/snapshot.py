"""The read side: every public feature in memory, as tables that follow the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

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


class Follower:
    """Keeps one snapshot as fresh as the store, whichever process wrote."""

    def __init__(self, store: Store, *, today: Callable[[], date] | None = None) -> None:
        self._store = store
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

    def rest(self) -> None:
        """Wait until nothing is being compacted."""
        if self._compacting is not None:
            self._compacting.join()

    def _advance(self, reader: PublicReader) -> None:
        version, today, old = reader.version(), self._today(), self._snapshot
        if version <= old.version and today == old.today:
            return
        self._snapshot = followed(old, reader, today) if old.tables else _read(reader, today)
        if _worn(self._snapshot) and not (self._compacting and self._compacting.is_alive()):
            self._compacting = threading.Thread(target=self._compact, daemon=True)
            self._compacting.start()

    def _compact(self) -> None:
        """Make a base of what was edited, then follow what happened meanwhile."""
        fresh = compact(self._snapshot)
        with self._lock, self._store.public() as reader:
            if reader.version() >= self._snapshot.version:
                self._snapshot = followed(fresh, reader, self._today())


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


def _read(reader: PublicReader, today: date) -> Snapshot:
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

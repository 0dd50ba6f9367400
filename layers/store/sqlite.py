"""The embedded store: SQLite in one file, with a lock file beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import apsw

from geomap.accounts import Accounts
from geomap.drafts import Drafts
from geomap.errors import StoreBusy, StoreUnusable
from geomap.model import Edit, Feature, Revision, Source, Write, Written
from geomap.notices import Notices
from geomap.photos import Photos
from geomap.places import Bounds
from geomap.suggestions import Suggestions
from geomap.uploads import Uploads
from layers.store import backup, past
from layers.store.accounts import SqliteAccounts
from layers.store.connections import (
    DISK_FAILS,
    Pool,
    Watch,
    public_connection,
    reading_connection,
    writing_connection,
)
from layers.store.drafts import SqliteDrafts
from layers.store.guard import require_sound_sqlite
from layers.store.locking import WriterLock, beside, present
from layers.store.migrate import is_current, migrate
from layers.store.notices import SqliteNotices
from layers.store.photos import SqlitePhotos
from layers.store.protocol import PublicReader
from layers.store.reader import SqliteReader
from layers.store.records import SQL, features_in, features_of, sources_of
from layers.store.suggestions import SqliteSuggestions
from layers.store.uploads import SqliteUploads
from layers.store.verify import faults
from layers.store.withheld import withheld_in
from layers.store.writing import Beside, Note, answer_to, prepared, written


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteStore:
    """See `layers.store.protocol.Store`. Nothing else may open the file while a process has it.

    Raises:
        StoreUnusable: The SQLite library is unsound, the file cannot be read and written, or
            it is not a store that this code knows.
        StoreBusy: Another process has just this moment to itself (a restore, a migration).
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = _now) -> None:
        require_sound_sqlite()
        self._path = path.absolute()
        self._now = now
        self._presence: int | None = self._present()
        self._lock = WriterLock(beside(self._path, "lock"))
        self._writers = Pool(partial(writing_connection, self._path))
        self._readers = Pool(partial(reading_connection, self._path))
        self._public = Pool(partial(public_connection, self._path))
        self._watch = Watch(partial(public_connection, self._path))
        self._prepare()

    def _present(self) -> int:
        """Say that the store is in use, and learn thereby whether its folder can be used."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return present(self._path)
        except OSError as problem:
            raise StoreUnusable(f"{self._path} cannot be used: {problem.strerror}.") from problem

    def _prepare(self) -> None:
        try:
            # A store that needs nothing is opened at once, even while an import runs.
            if not is_current(self._path):
                with self._lock.held():
                    connection = self._writers.taken()
                    migrate(connection)
                    self._writers.give_back(connection)
        except BaseException as problem:
            self.close()
            if isinstance(problem, apsw.NotADBError):
                raise StoreUnusable(f"{self._path} is not a geomap store.") from problem
            if isinstance(problem, apsw.CantOpenError | apsw.IOError | apsw.ReadOnlyError):
                raise StoreUnusable(f"{self._path} cannot be used: {problem}.") from problem
            raise

    def write(
        self,
        edits: Iterable[Edit],
        *,
        actor: str,
        action: str,
        comment: str = "",
        sources: Sequence[Source] = (),
        key: str | None = None,
        asked: bytes = b"",
    ) -> Written:
        """Make all edits or none: version checks, history and public projection with them.

        Raises:
            RevisionConflict: An edit expected another revision than the latest.
            RecordTaken: Two features would stand for one record of a source.
            SourceUnknown: A feature names a source that is neither stored nor given.
            StoreBusy: The write lock did not come free within five seconds.
            StoreUnusable: The disk is full or failing; nothing was changed.
        """
        return self._write(edits, Note(actor, action, comment, self._now(), key, asked), sources)

    def _write(
        self,
        edits: Iterable[Edit],
        note: Note,
        sources: Sequence[Source] = (),
        beside: Beside | None = None,
    ) -> Written:
        """Write, and do what else belongs to it in the same transaction."""
        with self._readers.lent() as connection:
            known = sources_of(connection, "sources")
        batch = prepared(list(edits), sources, known)
        with self._transaction() as connection:
            # Under the lock, writes follow each other in time as they do in number.
            return written(connection, batch, replace(note, at=self._now()), beside)

    @property
    def accounts(self) -> Accounts:
        """Who may sign in."""
        return SqliteAccounts(self._readers, self._transaction, self._now)

    @property
    def drafts(self) -> Drafts:
        """What accounts have typed and not saved."""
        return SqliteDrafts(self._readers, self._transaction, self._now)

    @property
    def suggestions(self) -> Suggestions:
        """What people suggest to be changed."""
        return SqliteSuggestions(self._readers, self._transaction, self._write, self._now)

    @property
    def notices(self) -> Notices:
        """What people are told."""
        return SqliteNotices(self._readers, self._transaction, self._now)

    @property
    def photos(self) -> Photos:
        """What the photos of records show."""
        return SqlitePhotos(self._readers, self._transaction, self._now)

    @property
    def uploads(self) -> Uploads:
        """Files that were sent to be imported."""
        return SqliteUploads(self._readers, self._transaction, self._now)

    def transaction(
        self, transaction_id: str, *, after: int = 0, last: int | None = None
    ) -> list[Revision]:
        """Return what one write has changed, in its order."""
        with self._readers.lent() as connection:
            return past.changes_of(connection, transaction_id, after, last)

    def changed_since(self, transaction_id: str) -> set[tuple[str, str]]:
        """Return layer and id of the records of a write that another has changed since."""
        with self._readers.lent() as connection:
            return past.changed_since(connection, transaction_id)

    def write_of(self, transaction_id: str) -> Write | None:
        """Return one write; None where there is none."""
        with self._readers.lent() as connection:
            return past.write_of(connection, transaction_id)

    def place_of(self, transaction_id: str, feature_id: str, revision: int) -> int:
        """Return `Revision.place` of one change of a write."""
        with self._readers.lent() as connection:
            return past.place_of(connection, transaction_id, feature_id, revision)

    def writes(
        self, *, actor: str | None = None, before: int | None = None, last: int = 50
    ) -> list[Write]:
        """Return the latest writes, latest first."""
        with self._readers.lent() as connection:
            return past.writes_of(connection, actor, before, last)

    def answer(self, actor: str, key: str, asked: bytes) -> Written | None:
        """Return what a write under this key did; None where there was none."""
        with self._readers.lent() as connection:
            return answer_to(connection, actor, key, asked)

    def sources(self) -> Mapping[str, Source]:
        """Return all sources, by id."""
        with self._readers.lent() as connection:
            return sources_of(connection, "sources")

    @contextmanager
    def _transaction(self) -> Iterator[apsw.Connection]:
        with self._lock.held():
            connection = self._writers.taken()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except apsw.BusyError as problem:
                raise StoreBusy("The store is busy; please try again.") from problem
            except DISK_FAILS as problem:
                raise StoreUnusable(f"The disk does not take the change: {problem}.") from problem
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._writers.give_back(connection)

    def feature(self, layer: str, feature_id: str) -> Feature | None:
        """Return the record itself, whatever its visibility."""
        with self._readers.lent() as connection:
            asked = {"layer": layer, "id": feature_id}
            found = features_of(connection.execute(SQL["feature"], asked).fetchall())
        return found[0] if found else None

    def features(self, layer: str) -> Iterator[Feature]:
        """Yield all records of a layer, whatever their visibility, ordered by id."""
        with self._readers.lent() as connection, closing(connection.cursor()) as cursor:
            for chunk in features_in(cursor.execute(SQL["features"], {"layer": layer})):
                yield from chunk

    def known_as(self, layer: str, source_id: str, record_id: str) -> dict[str, str]:
        """Return record_id → id of what goes by an identifier, alone or with `@` behind it."""
        with self._readers.lent() as connection:
            asked = {"layer": layer, "source_id": source_id, "record_id": record_id}
            return dict(connection.execute(SQL["known_as"], asked))

    def withheld(
        self, layer: str, boxes: Sequence[Bounds], *, after: int = 0, limit: int
    ) -> list[tuple[int, Feature]]:
        """Return records that the public does not see as they are, by their boxes."""
        with self._readers.lent() as connection:
            return withheld_in(connection, layer, boxes, after, limit)

    def by_record(self, layer: str, source_id: str) -> dict[str, tuple[str, int]]:
        """Return record_id → (id, revision) of a source: what an upsert needs to know."""
        with self._readers.lent() as connection:
            asked = {"layer": layer, "source_id": source_id}
            rows = connection.execute(SQL["by_record"], asked)
            return {record_id: (feature_id, revision) for record_id, feature_id, revision in rows}

    def history(
        self,
        layer: str,
        feature_id: str,
        *,
        last: int | None = None,
        before: int | None = None,
        most_bytes: int | None = None,
    ) -> list[Revision]:
        """Return revisions of a feature, oldest first."""
        with self._readers.lent() as connection:
            return past.history_of(connection, (layer, feature_id), last, before, most_bytes)

    def public(self) -> AbstractContextManager[PublicReader]:
        """Open one consistent view that cannot name a non-public table."""
        return SqliteReader(self._public)

    def data_version(self) -> int:
        """Return a number that differs once any process has committed; costs microseconds."""
        return self._watch.number()

    def backup(self, directory: Path) -> Path:
        """Write a verified copy of the whole store into `directory`; return its file.

        Raises:
            BackupUnusable: The copy did not pass its checks; it is not kept.
        """
        with closing(reading_connection(self._path)) as connection:
            return backup.written_to(connection, directory, self._now())

    def check(self) -> list[str]:
        """Return what is wrong with the store, one sentence each; empty when all is well."""
        # On a connection of its own: FTS5 checks against what it remembers of an older commit.
        with closing(reading_connection(self._path)) as connection:
            connection.execute("BEGIN")
            return faults(connection)

    def close(self) -> None:
        """Release files and connections."""
        for opened in (self._public, self._watch, self._readers, self._writers):
            opened.close()
        if self._presence is not None:
            os.close(self._presence)
            self._presence = None

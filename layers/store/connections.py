"""SQLite connections: how each is opened, what it may do, and who has it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from geomap.errors import StoreUnusable
from layers.cql2.scalars import SCALARS, install

BUSY_MS = 5_000
WRITER_CACHE_KIB = 65_536
READER_CACHE_KIB = 8_192
"""There are as many readers as requests at once."""
WAL_LIMIT_BYTES = 64 * 1024 * 1024
"""A write-ahead log that an import has blown up shrinks to this at the next checkpoint."""

PUBLIC_TABLES = frozenset(
    {
        "public_version",
        "public_feature",
        "public_body",
        "public_removal",
        "public_layer",
        "public_source",
        "public_rtree",
        "public_rtree_node",
        "public_rtree_parent",
        "public_rtree_rowid",
        "public_name",
        "public_name_data",
        "public_name_idx",
        "public_name_content",
        "public_name_docsize",
        "public_name_config",
        "public_photo",
        "public_photo_content",
        "json_each",
    }
)
PUBLIC_FUNCTIONS = frozenset(
    {"length", "match", "max", "min", "json_each", "json_extract", *SCALARS}
)
PHOTO_VIEW = "public_photo_content"
"""Through it, and not otherwise, a public connection reads the bytes of published photos."""
DISK_FAILS = (apsw.FullError, apsw.IOError, apsw.CorruptError, apsw.CantOpenError)
"""What SQLite says when it is the disk, or what holds it, that does not do its part."""
_WRITES = frozenset({apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_DELETE})


def public_only(
    action: int,
    first: str | None,
    second: str | None,
    _database: str | None,
    within: str | None,
) -> int:
    """Authorise what a public connection may name; SQLite asks when it prepares a statement."""
    if action in (apsw.SQLITE_SELECT, apsw.SQLITE_TRANSACTION):
        allowed = True
    elif action == apsw.SQLITE_READ:
        allowed = first in PUBLIC_TABLES or (first == "photo" and within == PHOTO_VIEW)
    elif action in _WRITES:
        # R*Tree and FTS5 prepare writes to their shadow tables even to read; the file is
        # open for reading only, so that none of these can run.
        allowed = first in PUBLIC_TABLES and first.startswith(("public_rtree_", "public_name_"))
    elif action == apsw.SQLITE_FUNCTION:
        allowed = second in PUBLIC_FUNCTIONS
    else:
        # FTS5 asks whether its pages have changed.
        allowed = action == apsw.SQLITE_PRAGMA and (first, second) == ("data_version", None)
    return apsw.SQLITE_OK if allowed else apsw.SQLITE_DENY


def writing_connection(path: Path) -> apsw.Connection:
    """Open the file for writing, making it for the owner alone where there is none."""
    is_new = not path.exists()
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(BUSY_MS)
    if is_new:
        path.chmod(0o600)
    connection.pragma("journal_mode", "wal")
    connection.pragma("journal_size_limit", WAL_LIMIT_BYTES)
    return _settled(connection, WRITER_CACHE_KIB)


def reading_connection(path: Path) -> apsw.Connection:
    """Open the file for reading, all tables of it."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(BUSY_MS)
    return _settled(connection, READER_CACHE_KIB)


def public_connection(path: Path) -> apsw.Connection:
    """Open the file for reading, with nothing but the public projection in sight."""
    connection = reading_connection(path)
    connection.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    install(connection)
    connection.authorizer = public_only
    return connection


def _settled(connection: apsw.Connection, cache_kib: int) -> apsw.Connection:
    """Set what each connection must have, and make sure that it has it.

    Raises:
        StoreUnusable: SQLite did not do as told.
    """
    connection.pragma("synchronous", "full")
    connection.pragma("foreign_keys", True)
    connection.pragma("cache_size", -cache_kib)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    found = {name: connection.pragma(name) for name in wanted}
    if found != wanted:
        raise StoreUnusable(f"{connection.filename} has {found}, not {wanted}.")
    return connection


@contextmanager
def disk_failures_named() -> Iterator[None]:
    """Raise what SQLite says of a failing disk by its name in this house.

    Raises:
        StoreUnusable: The disk fails.
    """
    try:
        yield
    except DISK_FAILS as problem:
        raise _unreadable(problem) from problem


def _unreadable(problem: Exception) -> StoreUnusable:
    return StoreUnusable(f"The store cannot be read just now: {problem}.")


class Pool:
    """Connections at rest. Each is lent to one user at a time and never crosses a fork."""

    def __init__(self, opened: Callable[[], apsw.Connection]) -> None:
        self._opened = opened
        self._process = os.getpid()
        self._free: list[apsw.Connection] = []
        self._inherited: list[list[apsw.Connection]] = []
        self._lock = threading.Lock()
        self._closed = False

    def taken(self) -> apsw.Connection:
        """Return a connection that nobody else has until it is given back.

        Raises:
            StoreUnusable: The store is closed, or its file cannot be opened.
        """
        if self._process != os.getpid():
            self._forget()
        if self._closed:
            raise StoreUnusable("The store is closed.")
        try:
            return self._free.pop()
        except IndexError:
            pass
        with disk_failures_named():
            return self._opened()

    def give_back(self, connection: apsw.Connection) -> None:
        """Take a connection back, without an open transaction."""
        if self._closed or self._process != os.getpid():
            connection.close(force=True)
        else:
            self._free.append(connection)

    @contextmanager
    def lent(self) -> Iterator[apsw.Connection]:
        """Lend a connection inside one read transaction.

        Raises:
            StoreUnusable: The file cannot be opened or read.
        """
        connection = self.taken()
        try:
            with disk_failures_named():
                connection.execute("BEGIN")
                yield connection
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self.give_back(connection)

    def close(self) -> None:
        """Close what is at rest; what is lent closes as it comes back."""
        self._closed = True
        while self._process == os.getpid() and self._free:
            self._free.pop().close()

    def _forget(self) -> None:
        with self._lock:
            if self._process != os.getpid():
                # A connection of the parent must be neither used nor closed by its child.
                self._inherited.append(self._free)
                self._free = []
                self._process = os.getpid()


class Watch:
    """What tells whether any process has committed.

    SQLite counts for each connection apart, so that all threads ask the same one. Every request
    asks: its cursor is kept, and nothing else is done that can be done once.
    """

    def __init__(self, opened: Callable[[], apsw.Connection]) -> None:
        self._pool = Pool(opened)
        self._lock = threading.Lock()
        self._process = 0
        self._cursors: list[apsw.Cursor] = []
        """The one in use, last, and before it those of the processes that this one came from."""

    def number(self) -> int:
        """Return a number that differs once any process has committed.

        Raises:
            StoreUnusable: The store is closed, or its file cannot be opened or read.
        """
        with self._lock:
            if self._process != os.getpid():
                self._cursors.append(self._pool.taken().cursor())
                self._process = os.getpid()
            try:
                number: int = self._cursors[-1].execute("PRAGMA data_version").get
            except DISK_FAILS as problem:
                raise _unreadable(problem) from problem
        return number

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._process == os.getpid():
                self._pool.give_back(self._cursors.pop().connection)
            self._process = 0
        self._pool.close()

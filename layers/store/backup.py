"""Copies of a store, and a store from a copy. Nothing takes a place that has not been checked."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import apsw

from geomap.errors import BackupUnusable, StoreUnusable
from layers.store.guard import require_sound_sqlite
from layers.store.locking import alone
from layers.store.migrate import migrate, store_version
from layers.store.records import SQL
from layers.store.verify import faults

PATTERN = "geomap-*.db"


def written_to(connection: apsw.Connection, directory: Path, at: datetime) -> Path:
    """Write a checked copy of a store, as the latest commit left it, into a directory.

    The copy is compact, holds no trace of deleted rows, and is readable by its owner alone.
    Writers go on meanwhile.

    Raises:
        BackupUnusable: The directory cannot be written to, or the copy did not pass its
            checks; it is not kept.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise BackupUnusable(f"{directory} cannot be used: {problem.strerror}.") from problem
    target = directory / f"geomap-{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.db"
    partial = target.with_suffix(".partial")
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        connection.execute("VACUUM INTO ?", (str(partial),))
        _require_sound(partial)
        _synced(partial)
        partial.rename(target)
        _synced(directory)
    finally:
        partial.unlink(missing_ok=True)
    return target


def restored(backup: Path, store: Path) -> Path:
    """Put a backup into the place of a store, or leave all as it is.

    Args:
        backup: A file, or a directory of which the newest backup is taken.
        store: The file of the store; it need not be there yet. An old one is kept beside it
            under `.replaced`.

    Returns:
        The backup that was taken.

    Raises:
        BackupUnusable: The backup is not there, damaged, no backup of ours, or of a newer
            geomap.
        StoreBusy: A process has the store in use.
    """
    require_sound_sqlite()
    backup = _chosen(backup, store)
    store.parent.mkdir(parents=True, exist_ok=True)
    fresh = store.with_name(f"{store.name}.restoring")
    with alone(store):
        try:
            _copied(backup, fresh)
            _require_sound(fresh)
            _made_ready(fresh, _retired(store))
            _replaced(fresh, store)
        finally:
            fresh.unlink(missing_ok=True)
    return backup


def _chosen(backup: Path, store: Path) -> Path:
    if backup.is_dir():
        backups = sorted(backup.glob(PATTERN))
        if not backups:
            raise BackupUnusable(f"There is no backup in {backup}; they are named {PATTERN}.")
        backup = backups[-1]
    if not backup.is_file():
        raise BackupUnusable(f"There is no file {backup}.")
    if store.exists() and backup.samefile(store):
        raise BackupUnusable(f"{backup} is the store itself.")
    return backup


def _copied(backup: Path, fresh: Path) -> None:
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    shutil.copyfile(backup, fresh)
    _synced(fresh)


def _require_sound(copy: Path) -> None:
    connection = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        if store_version(connection) == 0:
            raise BackupUnusable(f"{copy.name} is empty. The store stays as it is.")
        connection.execute("BEGIN")
        found = faults(connection)
    except (apsw.Error, StoreUnusable) as problem:
        raise BackupUnusable(f"{problem} The store stays as it is.") from problem
    finally:
        connection.close(force=True)
    if found:
        raise BackupUnusable(f"The copy is not sound: {found[0]} The store stays as it is.")


def _made_ready(fresh: Path, number: int) -> None:
    """Migrate a checked copy, and let it go on counting where the store before it stopped.

    A number that has once named a public change must never name another one.
    """
    connection = apsw.Connection(str(fresh))
    try:
        migrate(connection)
        own = connection.execute(SQL["public_version"]).get
        connection.execute(SQL["save_public_version"], {"number": max(own, number) + 1})
    finally:
        connection.close()
    _synced(fresh)


def _retired(store: Path) -> int:
    """Fold the log of the old store into its file; return its latest public change, 0 for none."""
    if not store.exists():
        return 0
    try:
        connection = apsw.Connection(str(store), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            number: int = connection.execute(SQL["public_version"]).get
        finally:
            connection.close()
    except apsw.Error:
        # An old store beyond reading is a reason to restore, not to refuse.
        return 0
    return number


def _replaced(fresh: Path, store: Path) -> None:
    kept = store.with_name(f"{store.name}.replaced")
    if store.exists():
        kept.unlink(missing_ok=True)
        os.link(store, kept)
    for ending in ("-wal", "-shm"):
        log = store.with_name(store.name + ending)
        if log.exists():
            log.rename(kept.with_name(kept.name + ending))
    fresh.replace(store)
    _synced(store.parent)


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

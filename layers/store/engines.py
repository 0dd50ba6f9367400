"""Which store an address means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from geomap.errors import SettingInvalid
from geomap.settings import sqlite_path
from layers.store.backup import restored
from layers.store.protocol import Store
from layers.store.sqlite import SqliteStore


class Engine(NamedTuple):
    """One kind of store."""

    opened: Callable[[str], Store]
    restored: Callable[[str, Path], Path]


STORES: Mapping[str, Engine] = {
    "sqlite": Engine(
        lambda url: SqliteStore(sqlite_path(url)),
        lambda url, backup: restored(backup, sqlite_path(url).absolute()),
    ),
    # a new store: its module beside sqlite.py, and its line here
}


def open_store(url: str) -> Store:
    """Open the store of an address, making or migrating it where that is needed.

    Raises:
        SettingInvalid: No store goes by such an address.
        StoreUnusable: The store cannot be opened safely, and the message says why.
        StoreBusy: It is being restored or migrated at this moment.
    """
    return _engine(url).opened(url)


def restore_store(url: str, backup: Path) -> Path:
    """Put a backup (a file, or the newest of a directory) into the place of a store.

    Returns:
        The backup that was taken.

    Raises:
        SettingInvalid: No store goes by such an address.
        BackupUnusable: The backup is damaged, not ours or too new; the store stays as it is.
        StoreBusy: A process has the store in use.
    """
    return _engine(url).restored(url, backup)


def _engine(url: str) -> Engine:
    engine = url.partition(":")[0]
    if engine not in STORES:
        # Not the whole address: it may hold a password.
        known = " or ".join(f"{name}:///PATH" for name in STORES)
        raise SettingInvalid(f"GEOMAP_STORE begins with {engine!r}; it must be {known}.")
    return STORES[engine]

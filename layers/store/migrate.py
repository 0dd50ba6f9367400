"""Bringing a store to the form that this code knows."""

from __future__ import annotations

from pathlib import Path

import apsw

from geomap.errors import StoreUnusable
from layers.store.statements import migrations
from layers.store.withheld import edge_of

APPLICATION_ID = 0x67656F6D
"""`geom` in ASCII, in the header of each store and backup."""


def is_current(path: Path) -> bool:
    """Tell whether a store is there and has seen every migration.

    Raises:
        StoreUnusable: The file is no store of ours, or of a newer geomap.
    """
    if not path.exists():
        return False
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        connection.set_busy_timeout(5_000)
        is_newest = store_version(connection) == len(migrations("sqlite"))
        return is_newest and connection.pragma("journal_mode") == "wal"
    finally:
        connection.close()


def migrate(connection: apsw.Connection, *, scripts: tuple[str, ...] | None = None) -> None:
    """Run the migrations that a store has not seen, each with its number in one transaction.

    The caller holds the writer lock.

    Raises:
        StoreUnusable: The file is no store of ours, or of a newer geomap.
    """
    scripts = migrations("sqlite") if scripts is None else scripts
    done = store_version(connection, newest=len(scripts))
    connection.create_scalar_function("edge_of", edge_of, 2)
    for number, script in enumerate(scripts[done:], start=done + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(script)
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("user_version", number)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def store_version(connection: apsw.Connection, *, newest: int | None = None) -> int:
    """Return the number of the last migration that a store has seen, 0 for an empty file.

    Raises:
        StoreUnusable: The file is no store of ours, or of a newer geomap.
    """
    newest = len(migrations("sqlite")) if newest is None else newest
    version = int(connection.pragma("user_version"))
    tables = connection.pragma("schema_version")
    if tables and connection.pragma("application_id") != APPLICATION_ID:
        raise StoreUnusable(f"{connection.filename} is not a geomap store.")
    if version > newest:
        raise StoreUnusable(
            f"{connection.filename} was written by a newer geomap (store version {version}, "
            f"this one knows up to {newest}); please upgrade. Nothing was changed."
        )
    return version

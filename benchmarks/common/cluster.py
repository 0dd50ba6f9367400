"""A PostgreSQL of our own: in a temporary folder, run as an unprivileged user, then stopped."""

from __future__ import annotations

import fcntl
import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from common.data import WORK, csv_for_peers, peer_columns
from common.peers import postgres, require

# PostGIS at its best: cached whole, no compiler for short queries, nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "3GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "1GB",
    "jit": "off",
    "max_wal_size": "8GB",
    "max_connections": "40",
}
NUMERIC = frozenset({"dating_from", "dating_to", "rank", "distance_km", "established_from",
                     "established_to", "period_from", "period_to"})  # fmt: skip
SERVER_USER = "postgres"
"""Whom Debian's package makes for it; used where we are root, as whom PostgreSQL does not run."""


class Cluster:
    """A running PostgreSQL with PostGIS and one database, `bench`."""

    def __init__(self, port: int) -> None:
        self.url = f"postgresql://{_user()}@127.0.0.1:{port}/bench"

    def run(self, sql: str) -> str:
        """Run statements; return what they print."""
        psql = shutil.which("psql") or "psql"
        done = subprocess.run(
            [psql, "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", self.url],
            input=sql, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def load(self, size: int, layer_id: str) -> str:
        """Load what our tiles tell of a layer, as PostGIS likes it best; return the table's name.

        Geometry is in EPSG:3857 with a GiST index, rows lie by geohash, all is analysed.
        """
        name = f"{layer_id}_{size}"
        if self.run(f"SELECT to_regclass('{name}')"):
            return name
        path, columns = csv_for_peers(size, layer_id), peer_columns(size, layer_id)
        kinds = [f"{c} {'double precision' if c in NUMERIC else 'text'}" for c in columns]
        self.run(f"""
            DROP TABLE IF EXISTS raw;
            CREATE UNLOGGED TABLE raw ({", ".join(kinds)}, wkb text);
            \\copy raw FROM '{path}' WITH (FORMAT csv, HEADER true)
            CREATE UNLOGGED TABLE {name}_new AS
              SELECT {", ".join(columns)}, ST_Transform(ST_SetSRID(wkb::geometry, 4326), 3857)
              AS geom FROM raw ORDER BY ST_GeoHash(ST_Centroid(ST_SetSRID(wkb::geometry, 4326)));
            ALTER TABLE {name}_new ALTER geom TYPE geometry(Geometry, 3857);
            ALTER TABLE {name}_new ADD PRIMARY KEY (id);
            CREATE INDEX ON {name}_new USING gist (geom);
            ALTER TABLE {name}_new RENAME TO {name};
            VACUUM ANALYZE {name};
            DROP TABLE raw;
        """)
        return name


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start PostgreSQL; its tables are kept in the benchmarks' folder for the next time."""
    require()
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        # Two benchmarks at once would measure each other.
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _running(WORK / "postgres", _free_port()) as server:
            yield server


@contextmanager
def _running(folder: Path, port: int) -> Iterator[Cluster]:
    if not (folder / "PG_VERSION").exists():
        folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(folder, SERVER_USER, SERVER_USER)
        _do("initdb", "-D", folder, "--auth=trust", "--encoding=UTF8", "--no-locale")
    if (folder / "postmaster.pid").exists():
        # A benchmark that was killed left it; we hold the lock, so nobody uses it.
        _do("pg_ctl", "-D", folder, "-m", "fast", "stop", check=False)
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    options += f" -c port={port} -c unix_socket_directories={folder}"
    _do("pg_ctl", "-D", folder, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield _prepared(port)
    finally:
        _do("pg_ctl", "-D", folder, "-m", "fast", "stop")


def _prepared(port: int) -> Cluster:
    first = Cluster(port)
    first.url = first.url.replace("/bench", "/postgres")
    if not first.run("SELECT 1 FROM pg_database WHERE datname = 'bench'"):
        first.run("CREATE DATABASE bench")
    ready = Cluster(port)
    ready.run("CREATE EXTENSION IF NOT EXISTS postgis")
    return ready


def _do(program: str, *arguments: Any, check: bool = True) -> None:
    folder = postgres()
    assert folder
    as_whom: dict[str, Any] = {}
    if os.getuid() == 0:
        as_whom = {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []}
    subprocess.run(
        [folder / program, *arguments],
        check=check, stdout=subprocess.DEVNULL, cwd=folder, **as_whom,
    )  # fmt: skip


def _user() -> str:
    return SERVER_USER if os.getuid() == 0 else getpass.getuser()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def postgis_version(server: Cluster) -> str:
    """Return the versions that a table of figures names."""
    return server.run("SELECT 'PostGIS ' || postgis_lib_version()")

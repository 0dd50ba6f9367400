"""What geomap is compared with: where it is installed, its versions, and how it is asked."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).resolve().parent.parent
HOME = BENCHMARKS / ".peers"
PYTHON = HOME / "bin" / "python"
REQUIREMENTS = BENCHMARKS / "peers" / "requirements.txt"
PROGRAMS = ("ogr2ogr", "psql", "wrk")
NAMED = ("tipg", "pygeoapi", "duckdb", "geopandas", "shapely", "pyogrio", "pyarrow", "numpy",
         "pandas", "psycopg", "asyncpg", "fastapi", "uvicorn")  # fmt: skip


def postgres() -> Path | None:
    """Return the folder of the newest PostgreSQL server that is installed."""
    listed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return listed[-1].parent if listed else Path(on_path).parent if on_path else None


def missing() -> list[str]:
    """Return what a comparison needs and this machine has not."""
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    absent += [] if PYTHON.exists() else ["the peers' environment (benchmarks/setup.py)"]
    return absent + ([] if postgres() else ["PostgreSQL with PostGIS"])


def require() -> None:
    """Stop with a sentence where a peer is missing: no ratio is better than a made-up one."""
    if absent := missing():
        sys.exit(f"Not measured, for this is missing: {', '.join(absent)}.")


def versions() -> dict[str, str]:
    """Return the version of everything that is compared."""
    found = {"Python": sys.version.split()[0]}
    commands = {"PostgreSQL": [str((postgres() or Path()) / "postgres"), "--version"],
                "GDAL": ["ogr2ogr", "--version"], "wrk": ["wrk", "--version"]}  # fmt: skip
    for name, command in commands.items():
        if shutil.which(command[0]):
            said = subprocess.run(command, capture_output=True, text=True, check=False)
            number = re.search(r"\d+(\.\d+)+", said.stdout or said.stderr)
            found[name] = number[0] if number else "?"
    if PYTHON.exists():
        code = f"import importlib.metadata as m; [print(n, m.version(n)) for n in {NAMED}]"
        said = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True)
        found |= dict(line.split() for line in said.stdout.splitlines())
    return found


class Peer:
    """A process of the peers' environment that does what it is asked, one thing at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [PYTHON, BENCHMARKS / "peers" / "worker.py"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def ask(self, what: str, **how: Any) -> Any:
        """Return the answer of one function of `peers/worker.py`."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"what": what, "how": how}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"The peers' process broke at {what!r}; see above.")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


@contextmanager
def peer() -> Iterator[Peer]:
    """Start a process of the peers' environment; a fresh one has a fresh peak of memory."""
    started = Peer()
    try:
        yield started
    finally:
        started.close()


def environment(**more: str) -> dict[str, str]:
    """Return the environment for a peer: nothing of ours, and every library for itself."""
    ours = {name for name in os.environ if name.startswith("GEOMAP_")} - {"GEOMAP_BENCH_DIR"}
    return {name: value for name, value in os.environ.items() if name not in ours} | more

"""Servers under wrk: started on free ports, asked in turn, stopped."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from common.data import WORK, address
from common.peers import BENCHMARKS, PYTHON, environment

PEERS = BENCHMARKS / "peers"
WAIT_S = 600
IDLE_TICKS = 2
"""Hundredths of a second that a server at rest works in one."""
UVICORN = ("-m", "uvicorn", "--log-level", "error", "--no-access-log", "--port")


class Answered(NamedTuple):
    """What wrk saw of a server."""

    per_s: float
    p50_ms: float
    p99_ms: float
    failed: int


class Server(NamedTuple):
    """A running server, and how it names its tiles or pages."""

    name: str
    url: str
    pid: int
    paths: Sequence[str]
    header: str = ""
    """One request header, `name: value`."""


@contextmanager
def running(
    command: Sequence[Any], port: int, paths: Sequence[str], name: str, header: str = "",
    **env: str,
) -> Iterator[Server]:  # fmt: skip
    """Start a server; wait until it answers the first of its paths, and then is at rest."""
    process = subprocess.Popen(
        [str(part) for part in command], env=environment(**env), cwd=WORK,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    server = Server(name, f"http://127.0.0.1:{port}", process.pid, paths, header)
    try:
        _wait(server, process)
        _rest(process.pid)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(WAIT_S * 10):
        if process.poll() is not None:
            sys.exit(f"{server.name} did not start.")
        try:
            urllib.request.urlopen(server.url + server.paths[0], timeout=60).read()
        except urllib.error.HTTPError as problem:
            sys.exit(f"{server.name} answers {server.paths[0]} with {problem.code}.")
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"{server.name} did not answer within {WAIT_S} s.")


def _rest(pid: int) -> None:
    """Wait until a server has made ready what it makes ready beside its first answers."""
    ticks, before = Path(f"/proc/{pid}/stat"), -1
    for _ in range(WAIT_S):
        # After the name in brackets, which may hold blanks: user time and system time.
        worked = sum(map(int, ticks.read_text("ascii").rsplit(")", 1)[1].split()[11:13]))
        if worked - before <= IDLE_TICKS:
            return
        before = worked
        time.sleep(1)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def geomap(size: int, paths: Sequence[str], name: str, header: str = "", **env: str) -> Any:
    """Return our own server on the store with so many sites."""
    port = free_port()
    command = [Path(sys.executable).with_name("geomap"), "serve", "--port", port]
    return running(command, port, paths, name, header, GEOMAP_STORE=address(size), **env)


def tipg(url: str, paths: Sequence[str], **env: str) -> Any:
    """Return tipg on a database."""
    port = free_port()
    options = {"DATABASE_URL": url, "TIPG_DB_SCHEMAS": '["public"]', "TIPG_TILE_BUFFER": "0"}
    options |= {"TIPG_CATALOG_TTL": "86400", "TIPG_MAX_FEATURES_PER_QUERY": "10000"}
    return running([PYTHON, *UVICORN, port, "tipg.main:app"], port, paths, "tipg", **options, **env)


def bare(url: str, table: str, columns: Sequence[str], paths: Sequence[str]) -> Any:
    """Return the smallest server that answers with ST_AsMVT."""
    port = free_port()
    options = {"DATABASE_URL": url, "TABLE": table, "COLUMNS": ", ".join(columns)}
    command = [PYTHON, *UVICORN, port, "--app-dir", PEERS, "bare:app"]
    return running(command, port, paths, "bare ST_AsMVT", **options)


def ceiling(bodies: dict[str, Any], paths: Sequence[str], header: str = "") -> Any:
    """Return a server that sends files it holds in memory: path → file and headers."""
    port, listed = free_port(), WORK / "ceiling.json"
    listed.write_text(json.dumps(bodies), "utf-8")
    # Nothing that geomap's own server does not do: no line in a log, no name of the server.
    command = [sys.executable, *UVICORN, port, "--no-server-header",
               "--app-dir", BENCHMARKS / "common", "ceiling:app"]  # fmt: skip
    return running(command, port, paths, "cached-bytes ceiling", header, CEILING=str(listed))


def wrk(server: Server, connections: int, seconds: float) -> Answered:
    """Ask for the paths of a server, each as often as the others, in a fixed random order."""
    listed = WORK / f"paths-{os.getpid()}.txt"
    listed.write_text("\n".join(server.paths), "utf-8")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "60s",
               "-s", PEERS / "paths.lua", *(["-H", server.header] if server.header else []),
               server.url, "--", listed]  # fmt: skip
    said = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=True
    )
    found = re.search(r"per_s=(\S+) p50=(\S+) p99=(\S+) failed=(\d+)", said.stdout)
    assert found, said.stdout
    per_s, p50_ms, p99_ms = map(float, found.groups()[:3])
    return Answered(per_s, p50_ms, p99_ms, int(found[4]))

"""From nothing to the first tile, and what a worker holds: `python benchmarks/start.py [ROWS …]`.

Ours is a fresh process that opens the store, follows it and encodes a tile; the peers' read a file
of the same sites and answer one box. Workers are those of `geomap serve --workers 2` after a
session of tiles.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from statistics import median

from common import http, memory
from common.data import address, csv_for_peers, opened, segments
from common.mix import session
from common.peers import environment, peer, require
from common.report import Report, say_versions, sizes
from serve import OURS, paths

ROUNDS = 3
FIRST_TILE = """
import sys
from geomap.grid import Tile
from geomap.settings import Settings
from layers.query import Query
from layers.segments.folder import folder_of
from layers.segments.opening import Segments
from layers.snapshot import Follower
from layers.store.engines import open_store
from layers.tiles.render import render
segments = Segments(folder_of(Settings(store=sys.argv[1])))
follower = Follower(open_store(sys.argv[1]), segments=segments)
body = render(follower.current(), ["sites"], Tile(9, 259, 176), Query())
assert follower.is_mapped
print(len(body), flush=True)
sys.stdin.read()
"""
READY = ("fragments", "sheets", "texts")
FILES = ("parquet", "gpkg, Arrow", "gpkg")


def main() -> None:
    """Print seconds and MB."""
    require()
    say_versions()
    for size in sizes():
        with opened(size) as (_, _, snapshot):
            tiles = session(snapshot.tables["sites"].lnglats())
        csv = csv_for_peers(size, "sites")
        with peer() as asked:
            files = asked.ask("prepare", csv=str(csv), folder=str(csv.parent))
        report = Report("start", size)
        rounds = [first_tile(address(size)) for _ in range(ROUNDS)]
        say(report, "geomap, first tile", rounds)
        for kind in FILES:
            rounds = [first_box(kind, files[kind.split(",")[0]]) for _ in range(ROUNDS)]
            say(report, f"geopandas from {kind}, first box", rounds)
        report.figure("shared by all workers, bytes a site", shared_bytes(address(size)) / size)
        workers(report, paths(tiles, OURS))
        report.save()


def shared_bytes(url: str) -> int:
    """Return the bytes of the columns of sites on disk, and of what is derived for their tiles.

    Room that nobody has written takes none; ready texts, which exports and filters ask for, are
    counted by their own.
    """
    found = segments(url).folder.manifest()
    assert found
    files = (found[0] / "sites").rglob("*.npy")
    return sum(file.stat().st_blocks * 512 for file in files if file.parent.name not in READY)


def say(report: Report, name: str, rounds: list[tuple[float, float, float]]) -> None:
    """Add the medians of some rounds."""
    seconds, worked, private = (median(column) for column in zip(*rounds, strict=True))
    report.figure(f"{name}, s", seconds)
    report.figure(f"{name}, s of the processor", worked)
    report.figure(f"{name}, private MB", private)


def first_tile(url: str) -> tuple[float, float, float]:
    """Return seconds from the start of a process to its first tile, of the processor, and MB."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", FIRST_TILE, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=environment(),
    )  # fmt: skip
    assert process.stdout
    process.stdout.readline()
    seconds = time.perf_counter() - start
    held = (seconds, memory.worked_s(process.pid), memory.mb(process.pid)["private"])
    process.communicate()
    return held


def first_box(kind: str, path: str) -> tuple[float, float, float]:
    """Return the same for a library that reads a file, the start of Python included."""
    start = time.perf_counter()
    with peer() as fresh:
        fresh.ask("first_answer", kind=kind, path=path)
        seconds = time.perf_counter() - start
        return seconds, memory.worked_s(fresh.pid), memory.mb(fresh.pid)["private"]


def workers(report: Report, asked: list[str]) -> None:
    """Add what two workers hold after a session, apart and together."""
    with http.geomap(report.size, asked, "geomap", GEOMAP_WORKERS="2") as server:
        for path in asked * 2:
            urllib.request.urlopen(server.url + path).read()
        held = [memory.mb(pid) for pid in memory.children(server.pid)]
    for number, one in enumerate(sorted(held, key=lambda one: -one["RSS"])[:2]):
        for name, value in one.items():
            report.figure(f"worker {number + 1}, {name} MB", value)
    report.figure("all processes, PSS MB", sum(one["PSS"] for one in held))


if __name__ == "__main__":
    main()

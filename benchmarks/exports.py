"""A whole layer as a file, against those who write such files: `python benchmarks/exports.py`.

Each engine writes in a fresh process of its own. Those that hold the layer in memory (GeoPandas,
DuckDB) or mapped (ours, a server's) are timed from there on; ogr2ogr and PostGIS read where they
keep it. Ratios are of seconds of the processor, of PostGIS of those of the clock.

All write the same rows. Of tables each engine writes the same columns; a second line, "filled
columns", is the peer without those that are empty throughout. GeoJSON has no empty members with
us, and so peers are given the filled columns for it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from math import nan
from pathlib import Path

from common import http, memory
from common.cluster import Cluster, cluster
from common.data import WORK, address, opened, segments
from common.peers import environment, peer
from common.report import Report, say_versions, sizes

from layers.exports.options import USUAL
from layers.exports.table import EXPORTS
from layers.query import Query, matching_rows

ROUNDS, LARGE = 3, 100_000
"""Medians of three rounds; of very large layers, whose noise is small, there is one."""
RARELY_S = 0.2
"""Between two looks of a process at itself, which count as its work."""
FORMATS = ("geojson", "gpkg", "fgb", "csv", "parquet")
FILLED = ", filled columns"
PEERS = ("geojson: geopandas.to_json", "geojson: geopandas.to_file", "geojson: pyogrio.write_arrow",
         "geojson: DuckDB to_json", "geojson: ogr2ogr", "geojson: PostGIS COPY",
         *(f"{name}: geopandas{which}" for name in ("gpkg", "fgb", "csv", "parquet")
           for which in ("", FILLED)),
         f"gpkg: ogr2ogr{FILLED}", f"fgb: ogr2ogr{FILLED}")  # fmt: skip


def main() -> None:
    """Print seconds and memory of each format and engine."""
    if sys.argv[1:2] == ["ours"]:
        print(json.dumps(written(sys.argv[2], int(sys.argv[3]))))
        return
    say_versions()
    with cluster() as server:
        for size in sizes():
            files, table = same(size, server)
            measure(Report("exports", size), files, server.url, table)


def same(size: int, server: Cluster) -> tuple[dict[str, str], str]:
    """Return what we export as files and as a table of the peers: the same rows and columns."""
    address(size)
    ours("parquet", size)
    with peer() as first:
        files = first.ask(
            "copied", source=str(WORK / "export.ours.parquet"), folder=str(WORK / f"{size}")
        )
    table, place = f"exported_{size}", f"PG:{server.url}"
    if not server.run(f"SELECT to_regclass('{table}')"):
        copy = [shutil.which("ogr2ogr") or "", "-f", "PostgreSQL", place, files["gpkg"]]
        subprocess.run([*copy, "-nln", table, "-lco", "GEOMETRY_NAME=geom"], check=True)
    return files, table


def measure(report: Report, files: dict[str, str], url: str, table: str) -> None:
    """Write with all engines in turn, and print a line for each."""
    engines = [f"{name}: geomap" for name in FORMATS if name in EXPORTS] + list(PEERS)
    count = ROUNDS if report.size < LARGE else 1
    rounds = [{e: one(e, report.size, files, url, table) for e in engines} for _ in range(count)]
    print(f"{'':<34}{'s':>9}{'cpu s':>9}{'MB':>9}{'peak MB':>9}{'anonymous':>10}{'ratio':>8}")
    for engine in sorted(engines, key=lambda engine: engine.split(":")[0]):
        best = sorted((of[engine] for of in rounds), key=lambda line: line["s"])[count // 2]
        ours = report.figures.get(engine.split(":")[0] + ": geomap")
        # Other work on the machine blurs the processor's seconds less than the clock's.
        by = "cpu" if best["cpu"] else "s"
        best["ratio"] = best[by] / ours[by] if ours else 1.0
        report.figures[engine] = best
        figures = (best["s"], best["cpu"], best["mb"], best["peak"], best.get("more", nan))
        print(f"{engine:<34}" + "{:>9.2f}{:>9.2f}{:>9.1f}{:>9.0f}{:>10.0f}".format(*figures)
              + f"{best['ratio']:>7.1f}x")  # fmt: skip
    over_http(report)
    report.save()


def over_http(report: Report) -> None:
    """Add what a client sees of our server's GeoJSON, the median of some times."""
    path = "/collections/sites/export?f=geojson"
    with http.geomap(report.size, [path], "geomap") as server:
        seconds, received = zip(*(taken(server.url, path) for _ in range(ROUNDS)), strict=True)
    report.figure("geojson over HTTP, s", statistics.median(seconds))
    report.figure("geojson over HTTP, MB/s", received[0] / statistics.median(seconds) / 1e6)


def taken(url: str, path: str) -> tuple[float, int]:
    """Return seconds and bytes of an answer, read as fast as a socket gives it."""
    host, port = url.removeprefix("http://").split(":")
    buffer, received, start = bytearray(2**20), 0, time.perf_counter()
    with socket.create_connection((host, int(port))) as client:
        asked = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        client.sendall(asked.encode())
        while count := client.recv_into(buffer):
            received += count
    return time.perf_counter() - start, received


def one(engine: str, size: int, files: dict[str, str], url: str, table: str) -> dict[str, float]:
    """Return what one engine took, in a fresh process."""
    name = engine.split(":", maxsplit=1)[0]
    if engine.endswith(": geomap"):
        return ours(name, size)
    how = {"files": files, "target": str(WORK / f"export.{name}"), "url": url, "table": table}
    with peer() as fresh, memory.Peak(fresh.pid) as peak:
        answer = fresh.ask("export", engine=engine, **how)
    return {**answer, "peak": peak.mb}


def ours(name: str, size: int) -> dict[str, float]:
    """Return what our server would take, in a fresh process."""
    command = [sys.executable, __file__, "ours", name, str(size)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
    with memory.Peak(process.pid) as peak:
        answer = json.loads(process.communicate()[0])
    return {**answer, "peak": peak.mb}


def written(name: str, size: int) -> dict[str, float]:
    """Write all sites as our server does; return seconds, MB, and MB beside what it holds.

    Mapped files are the page cache's, which gives them up where memory is short: what counts is
    what a process holds of its own.
    """
    target = Path(WORK / f"export.ours.{name}")
    in_memory(size)
    with opened(size) as (_, follower, _), memory.Peak(os.getpid(), "RssAnon", RARELY_S) as own:
        before, worked, start = memory.anonymous_mb(), sum(os.times()[:4]), time.perf_counter()
        with follower.reading() as (snapshot, reader), target.open("wb") as file:
            table = snapshot.tables["sites"]
            rows = matching_rows(table, Query())
            file.writelines(EXPORTS[name].write(snapshot, reader, table, rows, USUAL))
        seconds, worked = time.perf_counter() - start, sum(os.times()[:4]) - worked
        more = max(own.mb - before, 0.0)
    return {"s": seconds, "cpu": worked, "mb": target.stat().st_size / 1e6, "more": more}


def in_memory(size: int) -> None:
    """Read what our server has mapped, which peers hold in their own memory."""
    found = segments(address(size)).folder.manifest()
    assert found
    for path in sorted((found[0] / "sites").rglob("*.*")):
        with path.open("rb") as file:
            while file.read(2**24):
                pass


if __name__ == "__main__":
    main()

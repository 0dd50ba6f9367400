"""A whole layer as a file, against those who write such files: `python benchmarks/exports.py`.

Each engine writes in a fresh process of its own. Those that hold the layer in memory (ours, a
server's; GeoPandas) are timed from there on; ogr2ogr and PostGIS read where they keep it. Ratios
are of seconds of the processor, of PostGIS of those of the clock. Peers write what our GeoParquet
holds, without the columns that are empty.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from math import nan
from pathlib import Path

from common import http, memory
from common.cluster import Cluster, cluster
from common.data import WORK, address, opened
from common.peers import environment, peer
from common.report import Report, say_versions, sizes

from layers.exports.options import USUAL
from layers.exports.table import EXPORTS
from layers.query import Query, select

ROUNDS, LARGE = 3, 100_000
"""Medians of three rounds; of very large layers, whose noise is small, there is one."""
FORMATS = ("geojson", "gpkg", "fgb", "csv", "parquet")
PEERS = ("geojson: geopandas.to_json", "geojson: geopandas.to_file", "geojson: DuckDB to_json",
         "geojson: ogr2ogr", "geojson: PostGIS COPY", "gpkg: geopandas", "gpkg: ogr2ogr",
         "fgb: geopandas", "fgb: ogr2ogr", "csv: geopandas", "parquet: geopandas")  # fmt: skip


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
    print(f"{'':<34}{'s':>9}{'cpu s':>9}{'MB':>9}{'peak MB':>9}{'over idle':>10}{'ratio':>8}")
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
    """Add what a client sees of our server's GeoJSON."""
    with http.geomap(report.size, ["/collections/sites/export?f=geojson"], "geomap") as server:
        start, received = time.perf_counter(), 0
        with urllib.request.urlopen(server.url + server.paths[0]) as answer:
            while piece := answer.read(2**20):
                received += len(piece)
        seconds = time.perf_counter() - start
    report.figure("geojson over HTTP, s", seconds)
    report.figure("geojson over HTTP, MB/s", received / seconds / 1e6)


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
    """Write all sites as our server does; return seconds, MB, and MB beside what it holds."""
    target = Path(WORK / f"export.ours.{name}")
    with opened(size) as (_, follower, _):
        memory.forget_highest()
        before, worked, start = memory.mb()["RSS"], sum(os.times()[:4]), time.perf_counter()
        with follower.reading() as (snapshot, reader), target.open("wb") as file:
            table = snapshot.tables["sites"]
            rows = select(table, Query())
            file.writelines(EXPORTS[name].write(snapshot, reader, table, rows, USUAL))
        seconds, worked = time.perf_counter() - start, sum(os.times()[:4]) - worked
        more = memory.highest_mb() - before
    return {"s": seconds, "cpu": worked, "mb": target.stat().st_size / 1e6, "more": more}


if __name__ == "__main__":
    main()

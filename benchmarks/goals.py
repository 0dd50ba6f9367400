"""The goals, and what the latest figures say of each: `python benchmarks/goals.py [ROWS]`.

Writes the table of `docs/performance.md`. A goal without figures is said to be not measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from common.peers import BENCHMARKS
from common.report import RESULTS, sizes

Figures = Mapping[str, Mapping[str, float]]
PAGE = BENCHMARKS.parent / "docs" / "performance.md"
BEGIN, END = "<!-- goals -->\n", "<!-- end of goals -->"
HEAD = "| goal | measured | sites | reached | command |\n|---|---|---|---|---|\n"
LIVE, COLD, TIPG = "geomap live", "geomap, no cache", "tipg"
BARE, CEILING = "bare ST_AsMVT", "cached-bytes ceiling"


class Goal(NamedTuple):
    """One thing to reach."""

    claim: str
    text: str
    measured: Callable[[Figures], float]
    bound: float
    at_least: bool = True
    unit: str = "×"


def ratio(line: str) -> Callable[[Figures], float]:
    """Return how many times slower than ours the engine of a line is."""
    return lambda figures: figures[line]["ratio"]


def value(line: str, figure: str = "value") -> Callable[[Figures], float]:
    """Return one figure of a line."""
    return lambda figures: figures[line][figure]


def over(one: str, other: str, figure: str = "value") -> Callable[[Figures], float]:
    """Return how many times the figure of one line is that of the other."""
    return lambda figures: figures[one][figure] / figures[other][figure]


def served(one: str, other: str, mix: str = "z0–z14", figure: str = "per_s") -> Callable[
    [Figures], float
]:  # fmt: skip
    """Return how many times the figure of one server is that of the other, at eight connections."""
    return over(f"{mix} c=8: {one}", f"{mix} c=8: {other}", figure)


def differing(figures: Figures) -> float:
    """Return how many features differ from those of PostGIS in anything."""
    names = ("ids", "properties", "geometries")
    return sum(figures[f"differing {name}"]["value"] for name in names)


STARTED, ANSWERED = "first tile, s of the processor", "first box, s of the processor"
PAGES = "pages of 1,000 features, c=4"
GOALS = (
    Goal("encode", "points, NumPy, every site: ≥ 15 × ST_AsMVT",
         ratio("every site: ST_AsMVT, points"), 15),
    Goal("encode", "points, compiled kernel: ≥ 40 × ST_AsMVT",
         value("every site: ST_AsMVT to compiled"), 40),
    Goal("encode", "of 20,000 features none differs from ST_AsMVT's", differing, 0, False, ""),
    Goal("encode", "polygons: ≥ 8 × simplified ST_AsMVT", ratio("regions: ST_AsMVT, simplified"),
         8),
    Goal("encode", "lines: ≥ 4 × simplified ST_AsMVT", ratio("twins: ST_AsMVT, simplified"), 4),
    Goal("encode", "largest tile of z0–z8: ≤ 256 KiB", value("largest of them, KiB"), 256, False,
         "KiB"),
    Goal("encode", "compressed: ≤ 125 KiB", value("largest of them in gzip, KiB"), 125, False,
         "KiB"),
    Goal("encode", "all tiles of z0–z8: ≤ 1 s", value("all tiles of z0–z8, geomap, compiled"), 1,
         False, "s"),
    Goal("serve", "live: ≥ 150 × tipg", served(LIVE, TIPG), 150),
    Goal("serve", "live: ≥ 60 × bare ST_AsMVT server", served(LIVE, BARE), 60),
    Goal("serve", "live: ≥ 0.65 of the ceiling", served(LIVE, CEILING), 0.65),
    Goal("serve", "live, p99: ≤ 1.5 × the ceiling's", served(LIVE, CEILING, figure="p99"), 1.5,
         False),
    Goal("serve", "no cache: ≥ 40 × tipg", served(COLD, TIPG), 40),
    Goal("serve", "no cache: ≥ 18 × bare", served(COLD, BARE), 18),
    Goal("serve", "no cache, p99: ≤ 1/30 of tipg's", served(COLD, TIPG, figure="p99"), 1 / 30,
         False),
    Goal("serve", "z9–z14, same content, no cache: ≥ 40 × tipg", served(COLD, TIPG, "same"), 40),
    Goal("exports", "GeoJSON: ≥ 80 × geopandas.to_json", ratio("geojson: geopandas.to_json"), 80),
    Goal("exports", "GeoJSON: ≥ 20 × pyogrio", ratio("geojson: pyogrio.write_arrow"), 20),
    Goal("exports", "GeoJSON: ≥ 4 × DuckDB", ratio("geojson: DuckDB to_json"), 4),
    Goal("exports", "GeoJSON, memory over idle: ≤ 64 MB", value("geojson: geomap", "more"), 64,
         False, "MB"),
    Goal("exports", "GeoJSON over loopback: ≥ 1 GB/s", value("geojson over HTTP, MB/s"), 1000,
         unit="MB/s"),
    Goal("exports", "GeoPackage: ≥ 4 × geopandas", ratio("gpkg: geopandas"), 4),
    Goal("exports", "FlatGeobuf: ≥ 2.5 × geopandas", ratio("fgb: geopandas"), 2.5),
    Goal("exports", "CSV: ≥ 4 × geopandas", ratio("csv: geopandas"), 4),
    Goal("exports", "GeoParquet: ≥ 2.5 × geopandas", ratio("parquet: geopandas"), 2.5),
    Goal("exports", "GeoPackage, memory over idle: ≤ 350 MB", value("gpkg: geomap", "more"), 350,
         False, "MB"),
    Goal("pages", "pages of 1,000: ≥ 75 × tipg", ratio(f"{PAGES}: tipg"), 75),
    Goal("pages", "pages of 1,000: ≥ 100 × pygeoapi", ratio(f"{PAGES}: pygeoapi"), 100),
    Goal("filters", "CQL2, hostile or not, the first one too: ≤ 50 ms",
         value("the dearest, read and found or refused, ms"), 50, False, "ms"),
    Goal("edits", "commit to tile in another process, p99: ≤ 10 ms", value("edits: geomap", "p99"),
         10, False, "ms"),
    Goal("edits", "what the other process works for it, p99: ≤ 10 ms",
         value("edits: geomap, of the reader's processor", "p99"), 10, False, "ms"),
    Goal("edits", "its median: ≤ 1/100 of an STRtree rebuilt",
         over("edits: geomap", "edits: STRtree rebuilt", "p50"), 0.01, False),
    Goal("edits", "idle check: ≤ 5 µs", value("idle check, µs"), 5, False, "µs"),
    Goal("edits", "compaction, beside the requests: ≤ 0.5 s per million",
         value("compaction, s of the processor per million"), 0.5, False, "s"),
    Goal("start", "start to first tile, of the processor: ≤ 1.5 s", value(f"geomap, {STARTED}"),
         1.5, False, "s"),
    Goal("start", "of what GeoParquet and geopandas take: ≤ 1/2",
         over(f"geomap, {STARTED}", f"geopandas from parquet, {ANSWERED}"), 1 / 2, False),
    Goal("start", "of what GeoPackage and geopandas take: ≤ 1/8",
         over(f"geomap, {STARTED}", f"geopandas from gpkg, {ANSWERED}"), 1 / 8, False),
    Goal("start", "shared by all workers: ≤ 150 bytes a site",
         value("shared by all workers, bytes a site"), 150, False, "bytes"),
    Goal("start", "private memory of a worker: ≤ 130 MB", value("worker 1, private MB"), 130,
         False, "MB"),
)  # fmt: skip


def main() -> None:
    """Print the table, and put it into the page."""
    table = HEAD + "".join(rows(sizes()[0]))
    print(table)
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest:
        sys.exit(f"{PAGE} has no place for the table.")
    PAGE.write_text(before + BEGIN + table + END + after, "utf-8")


def rows(most: int) -> Iterator[str]:
    """Yield the table's lines, each of the largest size measured, up to `most` sites."""
    for goal in GOALS:
        size, figures = latest(goal.claim, most)
        try:
            found = goal.measured(figures)
        except KeyError:
            shown, reached = "–", "not measured"
        else:
            shown = f"{found:,.3g} {goal.unit}" if found < 1000 else f"{found:,.0f} {goal.unit}"
            met = found >= goal.bound if goal.at_least else found <= goal.bound
            reached = "yes" if met else "**no**"
        command = f"`make bench CLAIMS={goal.claim}`"
        yield f"| {goal.text} | {shown} | {size:,} | {reached} | {command} |\n"


def latest(claim: str, most: int) -> tuple[int, Figures]:
    """Return the largest size of which there are figures, and these."""
    found = {int(path.stem.rpartition("-")[2]): path for path in RESULTS.glob(f"{claim}-*.json")}
    size = max((size for size in found if size <= most), default=0)
    return size, json.loads(found[size].read_text("utf-8")) if size else {}


if __name__ == "__main__":
    main()

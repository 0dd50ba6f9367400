"""Tiles in one process, without HTTP, against PostGIS: `python benchmarks/encode.py [ROWS …]`.

PostGIS answers prepared ST_AsMVT over one connection, in binary, from a table at its best:
geometry in EPSG:3857 with a GiST index, rows clustered by geohash, all in shared buffers, no
compiler for queries. Engines take turns, twenty tiles each: PostGIS, ours with NumPy alone, ours
with the compiled kernel, over the same tiles with the same attributes. Tiles of lines and areas
are asked for twice, once to warm both sides; what ours take at first is said beside it. Counted
are milliseconds of the processor, ours and of PostgreSQL's backend alone (its client works for
nothing), and those of the clock beside them.

Points are compared twice. *Every site*: clustering and the limit of bytes are off, and each side
sends every site of a tile with all attributes, but no more than 10,000 rows, as tipg does by
default: where a tile holds more, PostGIS the first that it finds, ours the first in the order of
its keys. Tiles without a site count on neither side. *As used*: ours sends clusters where there
are many, PostGIS the same 10,000 rows. Then tiles that hold no more than 10,000 sites are
compared feature by feature.
"""

from __future__ import annotations

import base64
import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import mapbox_vector_tile
import numpy as np
from common.cluster import Cluster, cluster
from common.data import opened, peer_columns
from common.mix import asked, session
from common.peers import Peer, peer
from common.report import Report, say_versions, sizes

from api.compression import gzipped
from geomap.grid import Tile, morton, to_web_mercator
from layers.query import Query
from layers.snapshot import Snapshot
from layers.tiles import engine, points
from layers.tiles.render import prepare, render

TURN, SHAPE_TILES = 20, 200
KERNELS = {"geomap, NumPy": "numpy", "geomap, compiled": "compiled"}
NUMPY, COMPILED = KERNELS
MOST_ROWS = 10_000
CLOCK = ", by the clock"
EDGES = frozenset({0, 4095, 4096})
COMPARED = 20_000
"""Features, as many as are compared one by one."""


def main() -> None:
    """Print what tiles cost, and where they differ."""
    say_versions()
    with cluster() as server, peer() as postgis:
        for size in sizes():
            with opened(size) as (_, _, snapshot):
                measure(Contest(Report("encode", size), snapshot, server, postgis))


class Contest(NamedTuple):
    """Who takes part, and who writes it down."""

    report: Report
    snapshot: Snapshot
    server: Cluster
    postgis: Peer

    def theirs(self, layer_id: str, tiles: list[Tile], **how: Any) -> dict[str, list[Any]]:
        """Return what PostGIS takes for some tiles of the same layer and attributes."""
        table, columns = f"{layer_id}_{self.report.size}", peer_columns(self.report.size, layer_id)
        answer: dict[str, list[Any]] = self.postgis.ask(
            "tiles", url=self.server.url, table=table, columns=columns, asked=asked(tiles), **how
        )
        return answer


def measure(contest: Contest) -> None:
    """Compare all layers of one store."""
    lnglats = contest.snapshot.tables["sites"].lnglats()
    tiles = session(lnglats)
    rows = {tile: held(lnglats, tile) for tile in tiles}
    for layer_id in ("sites", "regions", "twins"):
        contest.server.load(contest.report.size, layer_id)
    # As a server does beside its first requests.
    start = time.process_time()
    prepare(contest.snapshot)
    contest.report.figure("shapes made ready for all zooms, s", time.process_time() - start)
    gc.collect()
    gc.freeze()
    with clustering_off():
        compare(contest, "every site", "sites", [tile for tile in tiles if rows[tile]])
        differences(contest, [tile for tile in tiles if 0 < rows[tile] <= MOST_ROWS])
    compare(contest, "sites as used", "sites", tiles)
    for layer_id in ("regions", "twins"):
        compare(contest, layer_id, layer_id, tiles[:SHAPE_TILES])
    pyramid(contest)
    contest.report.save()


def compare(contest: Contest, title: str, layer_id: str, tiles: list[Tile]) -> None:
    """Time the same tiles of every engine, in turn."""
    for z in range(15):  # What is built once for a zoom is not the price of a tile.
        render(contest.snapshot, [layer_id], Tile(z, 2**z // 2, 2**z // 3), Query())
    kinds = ("points",) if layer_id == "sites" else ("shapes", "simplified")
    kernels = KERNELS if layer_id == "sites" else {"geomap": "compiled"}
    times: dict[str, list[float]] = {}
    largest = 0.0
    for start in range(0, len(tiles), TURN):
        turn = tiles[start : start + TURN]
        first = {} if layer_id == "sites" else warmed(contest, layer_id, turn, kinds)
        told = {name: mine(contest.snapshot, layer_id, turn, kernels[name]) for name in kernels}
        for ours in told.values():
            largest = max(largest, *ours.pop("bytes"))
        for kind in kinds:
            told[f"ST_AsMVT, {kind}"] = contest.theirs(layer_id, turn, kind=kind)
        for engine_, answer in told.items():
            times.setdefault(engine_, []).extend(answer["cpu"])
            times.setdefault(f"{engine_}{CLOCK}", []).extend(answer["ms"])
        if first:
            times.setdefault("geomap, asked first", []).extend(first["cpu"])
    contest.report.head(f"{title}, {len(tiles)} tiles", "ms of the processor")
    for engine_, values in times.items():
        base = next(iter(kernels)) + (CLOCK if engine_.endswith(CLOCK) else "")
        contest.report.times(title, engine_, values, base)
    if COMPILED in kernels:
        ratio = np.mean(times["ST_AsMVT, points"]) / np.mean(times[COMPILED])
        contest.report.figure(f"{title}: ST_AsMVT to compiled", ratio, "x")
    contest.report.figure(f"{title}: largest tile of geomap, KiB", largest / 1024)


def warmed(
    contest: Contest, layer_id: str, tiles: list[Tile], kinds: Sequence[str]
) -> dict[str, list[float]]:
    """Ask both sides for some tiles; return what ours take when they are asked for first."""
    for kind in kinds:
        contest.theirs(layer_id, tiles, kind=kind)
    return mine(contest.snapshot, layer_id, tiles, "compiled")


def mine(
    snapshot: Snapshot, layer_id: str, tiles: list[Tile], kernel: str
) -> dict[str, list[float]]:
    """Return milliseconds of our tiles, by the clock and of the processor, and their bytes."""
    engine.choose(kernel)
    answer: dict[str, list[float]] = {"ms": [], "cpu": [], "bytes": []}
    for tile in tiles:
        worked, start = time.process_time(), time.perf_counter()
        body = render(snapshot, [layer_id], tile, Query())
        answer["ms"].append((time.perf_counter() - start) * 1000)
        answer["cpu"].append((time.process_time() - worked) * 1000)
        answer["bytes"].append(len(body))
    return answer


@contextmanager
def clustering_off() -> Iterator[None]:
    """Let every place be a feature of its own, as a server without clusters sends it."""
    changed = {"SINGLES_FROM_ZOOM": 0, "MAX_SINGLES": 2**31, "MAX_BYTES": 2**31}
    before = {name: getattr(points, name) for name in changed}
    divisions = points.PointIndex._divisions

    def first_rows(index: points.PointIndex, tile: Tile) -> Iterator[tuple[Any, None]]:
        for rows, _ in divisions(index, tile):
            yield rows[:MOST_ROWS], None

    try:
        for name, value in changed.items():
            setattr(points, name, value)
        points.PointIndex._divisions = first_rows  # type: ignore[method-assign, assignment]
        yield
    finally:
        points.PointIndex._divisions = divisions  # type: ignore[method-assign]
        for name, value in before.items():
            setattr(points, name, value)


def held(lnglats: Any, tile: Tile) -> int:
    """Return how many places a tile holds."""
    x, y = (axis >> np.uint64(31 - tile.z) for axis in to_web_mercator(lnglats))
    return int(((x == tile.x) & (y == tile.y)).sum())


def differences(contest: Contest, tiles: list[Tile]) -> None:
    """Compare ids, properties and geometry of tiles with clustering off."""
    counts = dict.fromkeys(
        ("features compared", "features on an edge", "ids", "properties", "geometries"), 0
    )
    for tile in sorted(tiles, key=lambda tile: -tile.z):
        if counts["features compared"] >= COMPARED:
            break
        known = features(base64.b64decode(contest.theirs("sites", [tile], keep=True)["tiles"][0]))
        ours = features(render(contest.snapshot, ["sites"], tile, Query()))
        counts["features compared"] += len(known)
        for feature_id in ours.keys() ^ known.keys():
            # A box of PostGIS holds all its edges; of our tiles, one alone holds what is on them.
            place = (ours | known)[feature_id][1]
            counts["ids" if EDGES.isdisjoint(place) else "features on an edge"] += 1
        for feature_id in ours.keys() & known.keys():
            (values, place), (told, there) = ours[feature_id], known[feature_id]
            counts["properties"] += values != told
            counts["geometries"] += max(abs(a - b) for a, b in zip(place, there, strict=True)) > 1
    for name, count in counts.items():
        contest.report.figure(name if "features" in name else f"differing {name}", count)


def features(body: bytes) -> dict[str, tuple[dict[str, Any], list[int]]]:
    """Return properties and place of each feature of a tile with one layer, by id."""
    layers = mapbox_vector_tile.decode(body) if body else {}
    return {
        feature["properties"]["id"]: (feature["properties"], feature["geometry"]["coordinates"])
        for layer in layers.values()
        for feature in layer["features"]
    }


def pyramid(contest: Contest) -> None:
    """Encode every tile of zooms 0 to 8 that holds a site, all of them kept."""
    x, y = to_web_mercator(contest.snapshot.tables["sites"].lnglats())
    tiles = []
    for z in range(9):
        shift = np.uint64(31 - z)
        _, first = np.unique(morton(x >> shift, y >> shift), return_index=True)
        tiles += [Tile(z, int(x[row] >> shift), int(y[row] >> shift)) for row in first]
    report, largest = contest.report, []
    for name, kernel in KERNELS.items():
        engine.choose(kernel)
        start = time.process_time()
        bodies = [render(contest.snapshot, ["sites"], tile, Query()) for tile in tiles]
        report.figure(f"all tiles of z0–z8, {name}", time.process_time() - start, "s")
        largest += sorted(bodies, key=len)[-100:]
    report.figure("largest of them, KiB", max(map(len, largest)) / 1024)
    compressed = max(len(gzipped(body)) for body in largest)
    report.figure("largest of them in gzip, KiB", compressed / 1024)


if __name__ == "__main__":
    main()

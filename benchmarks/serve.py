"""Tiles over HTTP against tipg and a bare ST_AsMVT server: `python benchmarks/serve.py [ROWS …]`.

One process each, wrk on one thread, engines in turn; medians of the rounds. `live` is the product
as it is (freshness check, rights, versions, ETag, cache of compressed tiles), `no cache` the same
with a cache of no bytes; the ceiling sends the same compressed bytes, under the same headers, from
a dictionary by the same uvicorn. PostgreSQL
works on other cores beside its servers. At zooms 9 to 14 the comparison is also made over those
tiles alone in which every server sends every site.
"""

from __future__ import annotations

import statistics
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from common import http, memory
from common.cluster import Cluster, cluster
from common.data import WORK, opened, peer_columns
from common.mix import session
from common.report import Report, say_versions, sizes
from encode import held

from geomap.grid import Tile
from layers.snapshot import Snapshot
from layers.tiles.points import MAX_SINGLES

ROUNDS, SECONDS = 3, 4
CONNECTIONS = (8, 1)
GZIP = "Accept-Encoding: gzip"
SERVERS_OWN = frozenset({"date", "connection"})
"""Headers that uvicorn adds."""


def main() -> None:
    """Print requests a second and milliseconds."""
    say_versions()
    with cluster() as server:
        for size in sizes():
            with opened(size) as (_, _, snapshot):
                every, same = mixes(snapshot)
            server.load(size, "sites")
            measure(Report("serve", size), server, {"z0–z14": every, "same": same})


def mixes(snapshot: Snapshot) -> tuple[list[Tile], list[Tile]]:
    """Return a session, and those of its tiles in which all servers send every site."""
    lnglats = snapshot.tables["sites"].lnglats()
    every = session(lnglats)
    return every, [t for t in every if t.z >= 9 and 0 < held(lnglats, t) <= MAX_SINGLES]


def measure(report: Report, server: Cluster, tiles: dict[str, list[Tile]]) -> None:
    """Start all servers, and ask them in turn."""
    table, columns = f"sites_{report.size}", peer_columns(report.size, "sites")
    every = tiles["z0–z14"]
    with ExitStack() as stack:
        ours, theirs = paths(every, OURS), paths(every, f"/collections/public.{table}{TIPG}")
        live = stack.enter_context(http.geomap(report.size, ours, "geomap live", GZIP))
        cold = stack.enter_context(
            http.geomap(report.size, ours, "geomap, no cache", GEOMAP_TILE_CACHE_MB="0")
        )
        servers = [
            live, cold,
            stack.enter_context(http.tipg(server.url, theirs)),
            stack.enter_context(http.bare(server.url, table, columns, paths(every, BARE))),
            stack.enter_context(http.ceiling(kept(live), ours, GZIP)),
        ]  # fmt: skip
        for server_ in servers:
            report.figure(f"{server_.name}: private MB", memory.mb(server_.pid)["private"])
        for name, some in tiles.items():
            wanted = [number for number, tile in enumerate(every) if tile in set(some)]
            asked = [s._replace(paths=[s.paths[number] for number in wanted]) for s in servers]
            for connections in CONNECTIONS:
                in_turn(report, f"{name} c={connections}", asked, connections)
    report.save()


OURS = "/collections/sites/tiles/WebMercatorQuad/{z}/{y}/{x}"
TIPG = "/tiles/WebMercatorQuad/{z}/{x}/{y}"
BARE = "/{z}/{x}/{y}"


def paths(tiles: Sequence[Tile], template: str) -> list[str]:
    """Return what a server calls these tiles."""
    return [template.format(z=tile.z, x=tile.x, y=tile.y) for tile in tiles]


def kept(live: http.Server) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Write the compressed bytes of each tile of our server into files.

    Returns:
        Path → file, and the headers that came with it: the ceiling sends as many of them.
    """
    folder = WORK / "ceiling"
    folder.mkdir(exist_ok=True)
    files = {}
    for number, path in enumerate(live.paths):
        asked = urllib.request.Request(live.url + path, headers={"Accept-Encoding": "gzip"})
        file = Path(folder / str(number))
        with urllib.request.urlopen(asked) as answer:
            file.write_bytes(answer.read())
            head = [pair for pair in answer.getheaders() if pair[0] not in SERVERS_OWN]
            files[path] = str(file), head
    return files


def in_turn(report: Report, title: str, servers: Sequence[http.Server], connections: int) -> None:
    """Ask all servers, round by round, and say the medians."""
    rounds = [[http.wrk(s, connections, SECONDS) for s in servers] for _ in range(ROUNDS)]
    print(f"\n{title}\n{'':<28}{'req/s':>10}{'p50 ms':>10}{'p99 ms':>10}{'failed':>8}   ours is")
    first: float | None = None
    for number, server in enumerate(servers):
        of_server = [answers[number] for answers in rounds]
        per_s, p50, p99 = (
            statistics.median(column) for column in list(zip(*of_server, strict=True))[:3]
        )
        first = first or per_s
        line = {"per_s": per_s, "p50": p50, "p99": p99, "ratio": first / per_s}
        report.figures[f"{title}: {server.name}"] = line
        failed = sum(answer.failed for answer in of_server)
        print(f"{server.name:<28}{per_s:>10,.1f}{p50:>10.2f}{p99:>10.2f}{failed:>8}"
              f"{first / per_s:>12.2f}x", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()

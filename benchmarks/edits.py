"""From a commit to the tile that shows it, in another process: `python benchmarks/edits.py`.

One process writes (inserts, moves, deletes in turn), another asks its snapshot for the
tile again and again, as a server does on a request. The time runs from the moment the store has
answered to the moment the other process holds a tile with the change; what that process worked for
it is printed apart, since other work on the machine blurs it less. For scale, the same machine
builds an index over all rows anew, and PostGIS answers a tile after its own commit.
"""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection

import shapely
from common.cluster import cluster
from common.data import SOURCE, address, csv_for_peers, peer_columns, segments
from common.peers import peer
from common.report import Report, say_versions, sizes

from geomap.grid import Tile, tile_at
from geomap.model import Edit, EditKind, Feature
from layers.query import Query
from layers.snapshot import Follower
from layers.store.engines import open_store
from layers.table import compacted
from layers.tiles.render import render

EDITS, AT_MOST_S, ZOOM = 200, 60, 14
CHECKS = 20_000
KINDS = ("insert", "move", "delete")
COMPACTION = "compaction, s of the processor per million"
WORK_OF_READER = "of the reader's processor"


def main() -> None:
    """Print milliseconds of each kind of edit, and what an idle check costs."""
    say_versions()
    with cluster() as server, peer() as asked:
        for size in sizes():
            report = Report("edits", size)
            report.head("commit to tile in another process")
            times, extra = followed(address(size))
            report.times("edits", "geomap", [one for kind in KINDS for one in times[kind]])
            for kind, values in times.items():
                report.times("edits", f"geomap, {kind}", values)
            table, csv = server.load(size, "sites"), csv_for_peers(size, "sites")
            files = asked.ask("prepare", csv=str(csv), folder=str(csv.parent))
            again = asked.ask("rebuilt_index", path=files["parquet"], rounds=10)
            sql = asked.ask(
                "edit_to_tile",
                url=server.url,
                table=table,
                columns=peer_columns(size, "sites"),
                edits=100,
            )
            for name, values in {**again, "PostGIS, tile after commit": sql}.items():
                report.times("edits", name, values, "geomap")
            extra[COMPACTION] *= 1e6 / size
            for name, value in extra.items():
                report.figure(name, value)
            report.save()


def followed(url: str) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Return milliseconds by kind of edit, and what idle checks and a compaction cost."""
    here, there = multiprocessing.Pipe()
    reader = multiprocessing.get_context("spawn").Process(target=follow, args=(url, there))
    reader.start()
    idle_us: float = here.recv()
    store = open_store(url)
    times: dict[str, list[float]] = {name: [] for name in (*KINDS, WORK_OF_READER)}
    ends = time.monotonic() + AT_MOST_S
    for number, (kind, edit, tile, shown) in enumerate(edits()):
        # Each third edit takes away what the two before it made.
        if number % 3 == 0 and (number >= EDITS or time.monotonic() > ends):
            break
        here.send((tile, edit.feature.id, shown))
        time.sleep(0.005)
        store.write([edit], actor="bench", action="edit", sources=[SOURCE])
        committed = time.monotonic()
        at, worked_ms = here.recv()
        times[kind].append((at - committed) * 1000)
        times[WORK_OF_READER].append(worked_ms)
    here.send(None)
    compaction_s: float = here.recv()
    reader.join()
    store.close()
    return times, {"idle check, µs": idle_us, COMPACTION: compaction_s}


def follow(url: str, ask: Connection) -> None:
    """Watch for edits as a server does, and tell when each is in its tile."""
    kept, store = segments(url), open_store(url)
    follower = Follower(store, segments=kept)
    render(follower.current(), ["sites"], Tile(ZOOM, 0, 0), Query())
    gc.collect()
    gc.freeze()
    start = time.process_time()
    for _ in range(CHECKS):
        follower.current()
    ask.send((time.process_time() - start) / CHECKS * 1e6)
    while (wanted := ask.recv()) is not None:
        ask.send(seen(follower, *wanted))
    worked = time.process_time()
    compacted(follower.current().tables["sites"])
    ask.send(time.process_time() - worked)
    store.close()


def seen(follower: Follower, tile: Tile, feature_id: str, shown: bool) -> tuple[float, float]:
    """Return when a tile shows an edit, and what the look that saw it cost, in milliseconds."""
    while True:
        worked = time.process_time()
        body = render(follower.current(), ["sites"], tile, Query())
        if (feature_id.encode() in body) == shown:
            return time.monotonic(), (time.process_time() - worked) * 1000


def edits() -> Iterator[tuple[str, Edit, Tile, bool]]:
    """Yield edits of one site after the other, with the tile that changes and what it then shows.

    At the end nothing of them is left in the store, whose data are as before.
    """
    for number in range(10**6):
        lng, lat = 25.0 + number % 97 / 1000, 41.0 + number % 89 / 1000
        name = {"value": f"Edited {number}", "lang": "en", "type": "preferred"}
        site = Feature("sites", f"00000000-0000-4000-8000-{number:012x}", SOURCE.id,
                       f"edited {number}", shapely.Point(lng, lat), {"names": [name]})  # fmt: skip
        moved = replace(site, geometry=shapely.Point(lng + 1, lat))
        old, new = tile_at(lng, lat, ZOOM), tile_at(lng + 1, lat, ZOOM)
        yield "insert", Edit(EditKind.PUT, site), old, True
        yield "move", Edit(EditKind.PUT, moved), new, True
        yield "delete", Edit(EditKind.DELETE, moved), new, False


if __name__ == "__main__":
    main()

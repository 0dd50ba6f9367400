"""What our tiles cost alone, in one process: `python benchmarks/tiles.py [ROWS …]`.

Milliseconds of the processor, so that other work on the machine blurs them less. `filtered`
repeats the session with a filter that keeps a part of the layer.
"""

from __future__ import annotations

import gc
import time

import numpy as np
from common.data import opened
from common.mix import session
from common.report import Report, sizes

from geomap.grid import Tile
from layers.query import Query
from layers.snapshot import Snapshot
from layers.tiles.render import render

FILTERS: dict[str, dict[str, tuple[str, ...]]] = {
    "sites": {"kind": ("worship", "defence")},
    "regions": {"source_id": ("bench",)},
    "twins": {"country_a": ("RU", "CN", "US")},
}


def main() -> None:
    """Print one table a size."""
    for size in sizes():
        with opened(size) as (_, _, snapshot):
            report, tiles = Report("tiles", size), session(snapshot.tables["sites"].lnglats())
            for layer_id, equals in FILTERS.items():
                report.head(f"{layer_id}, {len(snapshot.tables[layer_id]):,} features")
                times = timed(snapshot, layer_id, tiles, Query())
                report.times(layer_id, "all", times)
                times = timed(snapshot, layer_id, tiles, Query(equals=equals))
                report.times(layer_id, "filtered", times, "all")
            report.save()


def timed(snapshot: Snapshot, layer_id: str, tiles: list[Tile], query: Query) -> list[float]:
    """Return milliseconds of each tile."""
    start = time.process_time()
    for z in range(15):  # What is built once for a zoom or a filter is not the price of a tile.
        render(snapshot, [layer_id], Tile(z, 2**z // 2, 2**z // 3), query)
    built = time.process_time() - start
    gc.collect()
    gc.freeze()
    times = np.empty(len(tiles))
    for number, tile in enumerate(tiles):
        start = time.process_time()
        render(snapshot, [layer_id], tile, query)
        times[number] = (time.process_time() - start) * 1000
    print(f"built once: {built * 1000:,.0f} ms")
    values: list[float] = times.tolist()
    return values


if __name__ == "__main__":
    main()

"""PMTiles: the tiles of a layer in one file, which a map reads in parts from any web server.

The tiles are those that the server draws, so a file looks as the map does. It goes as deep as
leaves no place in a cluster, and deeper while the file stays small.

Source:
    PMTiles 3, https://github.com/protomaps/PMTiles.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geomap.errors import ExportBusy
from geomap.grid import GRID_BITS, Keys, Tile
from layers.content import NOWHERE, Rows
from layers.exports.credits import metadata_of
from layers.exports.options import USUAL, Options
from layers.layer import Layer
from layers.query import Query
from layers.snapshot import Snapshot
from layers.store.protocol import PublicReader
from layers.table import LayerTable
from layers.tiles.bundles import OVERVIEW_TO_ZOOM
from layers.tiles.contents import box_of, vector_layers
from layers.tiles.points import MAX_SINGLES, SINGLES_FROM_ZOOM
from layers.tiles.render import has_shapes, render

DEEPEST = 13
DEEPEST_SHAPES = 8
"""For lines and areas alone: within 40 m of where they are."""
MOST_TILES = 6_000
"""A file may go deeper than it must while it has no more tiles than that."""
PIECE = 1024 * 1024
BETWEEN = 16
"""Tiles between two looks at whether anybody still waits."""
SQUEEZE = 6
E7 = 10_000_000

_slot = threading.BoundedSemaphore(1)


def write(
    snapshot: Snapshot,
    reader: PublicReader,
    table: LayerTable,
    rows: Rows,
    options: Options = USUAL,
) -> Generator[bytes]:
    """Yield a PMTiles archive of gzipped vector tiles, as the map shows the rows.

    Raises:
        ExportBusy: Before the first piece: another one is being drawn.
    """
    if not _slot.acquire(blocking=False):
        raise ExportBusy("Another file of tiles is being drawn; try again in a while.")
    try:
        with tempfile.TemporaryFile() as file:
            yield b""
            archive = Writer(file)
            with archive.tile_f:
                yield from _drawn(archive, snapshot, Part.of(table, rows))
                archive.finalize(_header(snapshot, table.layer), _told(snapshot, table, rows))
            file.seek(0)
            yield from iter(lambda: file.read(PIECE), b"")
    finally:
        _slot.release()


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a table that go into a file."""

    table: LayerTable
    query: Query
    mask: npt.NDArray[np.bool_]
    keys: Keys
    """Morton keys of their places, ascending."""

    @classmethod
    def of(cls, table: LayerTable, rows: Rows) -> Part:
        """Return these rows as a part of their table."""
        mask = np.zeros(len(table), bool)
        mask[rows] = True
        keys = table.content.keys.values[rows]
        query = Query()
        if len(rows) < len(table.rows()):
            # A name that nobody can search for, by which what is built for these rows is kept.
            name = hashlib.blake2b(np.sort(rows).tobytes(), digest_size=12).hexdigest()
            query = Query(words=f"\0{name}", seqs=frozenset(table.seqs[rows].tolist()))
        return cls(table, query, mask, np.sort(keys[keys != NOWHERE]))

    def reaches(self, tile: Tile) -> bool:
        """Tell whether something of the rows may be in a tile, or in one below it."""
        if self.table.layer.geometry <= _LINES and tile.z <= OVERVIEW_TO_ZOOM:
            return True  # Bundles go elsewhere than the lines that they stand for.
        first, after = np.searchsorted(self.keys, np.array(tile.key_range(), np.uint64))
        return bool(after > first) or has_shapes(self.table, tile, self.mask)

    def deepest_zoom(self) -> int:
        """Return the zoom beyond which nothing is to be gained."""
        return DEEPEST if "Point" in self.table.layer.geometry else DEEPEST_SHAPES

    def complete_zoom(self) -> int:
        """Return the first zoom at which no place need be in a cluster."""
        for z in range(SINGLES_FROM_ZOOM, self.deepest_zoom()):
            numbers = self.keys >> np.uint64(2 * (GRID_BITS - z))
            if np.unique(numbers, return_counts=True)[1].max(initial=0) <= MAX_SINGLES:
                return z
        return self.deepest_zoom()


_LINES = frozenset({"LineString", "MultiLineString"})


def _drawn(archive: Writer, snapshot: Snapshot, part: Part) -> Iterator[bytes]:
    """Draw the tiles zoom by zoom, in the order of their numbers; yield empty pieces meanwhile."""
    layer_ids = [part.table.layer.id]
    for count, tile in enumerate(_tiles(part)):
        body = render(snapshot, layer_ids, tile, part.query)
        if body or tile.z == 0:  # An archive without a tile cannot be read.
            number = zxy_to_tileid(tile.z, tile.x, tile.y)
            archive.write_tile(number, gzip.compress(body, SQUEEZE, mtime=0))
        if count % BETWEEN == 0:
            yield b""


def _tiles(part: Part) -> Iterator[Tile]:
    level, count, needed = [Tile(0, 0, 0)], 0, part.complete_zoom()
    for z in range(part.deepest_zoom() + 1):
        count += len(level)
        if z > needed and count > MOST_TILES:
            return
        yield from sorted(level, key=_number)
        level = [below for tile in level for below in _below(tile) if part.reaches(below)]


def _below(tile: Tile) -> Sequence[Tile]:
    return [
        Tile(tile.z + 1, 2 * tile.x + east, 2 * tile.y + south)
        for south in (0, 1)
        for east in (0, 1)
    ]


def _number(tile: Tile) -> int:
    number: int = zxy_to_tileid(tile.z, tile.x, tile.y)
    return number


def _header(snapshot: Snapshot, layer: Layer) -> dict[str, Any]:
    """Return what the header says of the place; the writer adds the zooms that there are."""
    west, south, east, north = box_of(snapshot, [layer])
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": int(west * E7),
        "min_lat_e7": int(south * E7),
        "max_lon_e7": int(east * E7),
        "max_lat_e7": int(north * E7),
        "center_zoom": 0,
        "center_lon_e7": int((west + east) / 2 * E7),
        "center_lat_e7": int((south + north) / 2 * E7),
    }


def _told(snapshot: Snapshot, table: LayerTable, rows: Rows) -> dict[str, Any]:
    said = metadata_of(snapshot, table, rows)
    return {
        "name": said["TITLE"],
        "description": said["DESCRIPTION"],
        "attribution": said["ATTRIBUTION"],
        "licence": said["LICENCE"],
        "sources": said["SOURCES"],
        "type": "overlay",
        "vector_layers": vector_layers([table.layer]),
    }

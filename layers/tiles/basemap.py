"""The base map's tiles, out of the one file that the build has baked."""

from __future__ import annotations

import mmap
from functools import lru_cache
from pathlib import Path

from pmtiles.tile import (
    Entry,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from geomap.errors import FileUnreadable
from geomap.grid import Tile

ARCHIVE = Path(__file__).parent.parent / "data" / "basemap.pmtiles"

MAX_ZOOM = 8
"""The last zoom that is baked; a map shows its tiles enlarged beyond it."""


def basemap_tile(tile: Tile) -> bytes:
    """Return one tile of the base map: a gzipped vector tile, or b"" where there is only sea.

    Its layers are `earth`, `water`, `waterway`, `boundaries` (kind, disputed) and `places`
    (kind, rank, name, and name_ru and name_fi where they differ from the English name).

    Raises:
        FileUnreadable: The base map has not been baked: the package was not installed.
    """
    if tile.z > MAX_ZOOM:
        return b""
    archive = _archive()
    number = zxy_to_tileid(tile.z, tile.x, tile.y)
    entry = find_tile(archive.directory(archive.root, archive.root_length), number)
    if entry is not None and entry.run_length == 0:
        leaf = archive.directory(archive.leaves + entry.offset, entry.length)
        entry = find_tile(leaf, number)
    return archive.body(entry) if entry is not None else b""


class _Archive:
    """A PMTiles file, mapped into memory, whose directories are read once."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = deserialize_header(self._bytes[:127])
        self.root, self.root_length = header["root_offset"], header["root_length"]
        self.leaves = header["leaf_directory_offset"]
        self._tiles = header["tile_data_offset"]
        self._directories: dict[int, list[Entry]] = {}

    def directory(self, offset: int, length: int) -> list[Entry]:
        """Return the directory at an offset from the start of the file."""
        if offset not in self._directories:
            self._directories[offset] = deserialize_directory(self._bytes[offset : offset + length])
        return self._directories[offset]

    def body(self, entry: Entry) -> bytes:
        """Return the bytes of a tile."""
        start = self._tiles + entry.offset
        return self._bytes[start : start + entry.length]


@lru_cache(maxsize=1)
def _archive() -> _Archive:
    if not ARCHIVE.is_file():
        raise FileUnreadable("The base map has not been built; `pip install .` builds it.")
    return _Archive(ARCHIVE)

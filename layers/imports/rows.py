"""Rows as readers hand them over, and the opening of files that may be large, zipped or hostile."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from shapely.geometry.base import BaseGeometry

from geomap.errors import FileUnreadable
from geomap.model import Fault

MAX_BYTES = 2 * 1024**3
"""Of a file after unpacking; a larger one is imported in parts."""
GZIP = b"\x1f\x8b"
BROKEN = (OSError, EOFError, zlib.error)
"""What reading raises where a file is cut off or its packing is damaged."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file, as it stands there."""

    number: int
    """1-based; the header of a table does not count."""
    values: Mapping[str, Any]
    geometry: BaseGeometry | None = None
    """In the reference system of the file, easting or longitude first."""
    faults: tuple[Fault, ...] = ()
    """What the reader could not read in it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that has been opened and understood; its rows come one by one, once."""

    rows: Iterator[Row]
    columns: tuple[str, ...]
    """Names in the order of the file; those of GeoJSON are known only as they come, so ()."""
    encoding: str
    encoding_basis: str
    """stated, mark (a byte order mark), detected or fixed (by the format)."""
    delimiter: str = ""
    crs: str = ""
    """Reference system that the file itself names, if it does."""
    expected: int = 0
    """About how many rows there are, for a progress bar; 0 where that is not known."""
    has_geometry: bool = False
    """Whether rows bring their geometry, as those of GeoJSON do."""


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked where it is gzip by its first bytes.

    Raises:
        FileUnreadable: It is not there or may not be read.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP
        if packed:
            return cast(IO[bytes], gzip.open(path, "rb"))
        return path.open("rb")
    except OSError as problem:
        raise FileUnreadable(f"{path}: {problem.strerror or problem}") from problem


def chunks(file: IO[bytes], *, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield the bytes of an open file in pieces, `MAX_BYTES` in all.

    Raises:
        FileUnreadable: The file is larger, or its packing is broken.
    """
    total = 0
    while piece := read_some(file, size):
        total += len(piece)
        if total > MAX_BYTES:
            raise FileUnreadable(f"The file is larger than {MAX_BYTES >> 30} GiB when unpacked.")
        yield piece


def read_some(file: IO[bytes], size: int) -> bytes:
    """Return up to `size` bytes, and name the fault where the packing is broken."""
    try:
        return file.read(size)
    except BROKEN as problem:
        raise FileUnreadable(f"The file is cut off or broken: {problem}") from problem

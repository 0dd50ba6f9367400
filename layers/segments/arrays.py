"""Arrays in files: plain `.npy`, with room behind their rows that costs no disk.

A file is mapped privately: its rows are shared by all processes through the page cache, and what
a worker adds behind them is written to pages of its own. So a column of a file grows like any.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from layers.growing import ROOM, Array, Growing

SMALL = 64 * 1024
"""Bytes; shorter arrays are read, since a mapping takes a descriptor and a page at least."""


def save(path: Path, array: Array, *, room: int = 0) -> None:
    """Write an array, and behind its rows room for more that nobody has written."""
    array = np.ascontiguousarray(array)
    shape = (len(array) + room, *array.shape[1:])
    head = {"descr": npy.dtype_to_descr(array.dtype), "fortran_order": False, "shape": shape}
    with path.open("wb") as file:
        npy.write_array_header_1_0(file, head)
        file.write(array.reshape(-1).view(np.uint8).data)
        file.truncate(file.tell() + array.dtype.itemsize * math.prod((room, *array.shape[1:])))


def mapped(path: Path) -> Array:
    """Return the array of a file; pages that are written to become this process's own.

    Raises:
        OSError, ValueError: The file is not there, or not of this kind.
    """
    if path.stat().st_size < SMALL:
        small: Array = np.load(path, allow_pickle=False)
        return small
    # As memmap, each slice would pay for its __array_finalize__.
    array: Array = np.load(path, mmap_mode="c", allow_pickle=False).view(np.ndarray)
    return array


def mapped_files(folder: Path) -> list[mmap.mmap]:
    """Return all files of a folder in the order of their names, mapped for reading.

    Raises:
        OSError, ValueError: One is not there, or is empty.
    """
    files = []
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            files.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return files


def save_growing(path: Path, array: Array, *, room: int = ROOM) -> None:
    """Write an array that workers will add rows to."""
    small = array.nbytes + room * array.itemsize < SMALL
    save(path, array, room=0 if small else room)


def growing(path: Path, count: int) -> Growing:
    """Return the first rows of an array that was saved with room.

    Raises:
        OSError, ValueError: The file is not there, or holds fewer.
    """
    array = mapped(path)
    if len(array) < count:
        raise ValueError(f"{path.name} holds {len(array)} rows, not {count}.")
    return Growing.within(array, count)


class KeptTexts:
    """Texts end to end in a file, sorted; each becomes an object only when it is asked for."""

    def __init__(self, blob: Array, offsets: Array) -> None:
        self._blob, self._offsets = blob, offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, code: int) -> str:
        start, stop = self._offsets[code : code + 2].tolist()
        return self._blob[start:stop].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        octets, ends = self._blob.tobytes(), self._offsets.tolist()
        return (octets[start:stop].decode() for start, stop in pairwise(ends))

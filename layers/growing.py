"""Arrays that grow at their end without moving what is there."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

GATHERED = 65_536
"""Spans that are gathered at a time: the numbers of their places take eight times their bytes."""
FEW_BREAKS = 16
"""With a break among so many spans or fewer, what lies together is copied run by run."""
ROOM = 4096
"""Rows that an array has room for behind those it was made with."""


class _Room:
    def __init__(self, array: Array, used: int) -> None:
        self.array, self.used = array, used


class Growing:
    """An array with room at its end. `values` never changes; what follows shares its memory."""

    def __init__(self, array: Array, room: _Room | None = None) -> None:
        self.values = array
        self._room = room or _Room(array, len(array))

    @classmethod
    def within(cls, array: Array, count: int) -> Growing:
        """Return the first `count` of an array whose rest is free to be written to."""
        return cls(array[:count], _Room(array, count))

    def __len__(self) -> int:
        return len(self.values)

    def grown(self, more: Array) -> Growing:
        """Return the array with more at its end; it is copied when its room is taken."""
        count, after = len(self), len(self) + len(more)
        dtype = _holding(self.values.dtype, more)
        room = self._room
        if room.used != count or after > len(room.array) or dtype != room.array.dtype:
            shape = (after + max(ROOM, after // 8), *self.values.shape[1:])
            room = _Room(np.empty(shape, dtype), count)
            room.array[:count] = self.values
        room.array[count:after] = more
        room.used = after
        return Growing(room.array[:after], room)


def narrowed(numbers: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.integer[Any]]:
    """Return whole numbers from 0 in 32 bits where these hold them and some more, else in 64."""
    return numbers.astype(np.int32 if numbers.max(initial=0) < 2**30 else np.int64)


def gathered(blob: Array, starts: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Array:
    """Return spans of a blob, end to end; spans that follow one another are copied as one."""
    if not len(starts):
        return blob[:0].copy()
    breaks = np.flatnonzero(starts[1:] != starts[:-1] + sizes[:-1]) + 1
    if len(breaks) * FEW_BREAKS < len(starts):
        first, last = np.append(0, breaks), np.append(breaks, len(starts)) - 1
        runs = zip(starts[first].tolist(), (starts[last] + sizes[last]).tolist(), strict=True)
        return np.concatenate([blob[start:stop] for start, stop in runs])
    parts = (slice(at, at + GATHERED) for at in range(0, len(starts), GATHERED))
    return np.concatenate([blob[_spanned(starts[part], sizes[part])] for part in parts])


def _spanned(starts: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Array:
    shift = starts - (np.cumsum(sizes) - sizes)
    return np.repeat(shift, sizes) + np.arange(int(sizes.sum()))


def _holding(dtype: np.dtype[Any], more: Array) -> np.dtype[Any]:
    """Return the type that holds more values as well: the one there is wherever it can."""
    if dtype.kind in "iu" and more.dtype.kind in "iu" and len(more):
        limits = np.iinfo(dtype)
        if limits.min <= more.min() and more.max() <= limits.max:
            return dtype
    return np.result_type(dtype, more.dtype)

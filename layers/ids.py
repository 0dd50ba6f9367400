"""Ids of features: sixteen bytes each where all are UUIDs, and text where one is not."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from layers.growing import Array, Growing

Bytes = npt.NDArray[np.bytes_]

_DASHES = [8, 13, 18, 23]
_DIGITS = [place for place in range(36) if place not in _DASHES]
_NONE = 255
_VALUES = np.full(256, _NONE, np.uint8)
_VALUES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
_DASH = np.uint32(ord("-"))
_HEX = np.frombuffer(bytes(range(256)).hex().encode(), "<u2")
MANY = 256
"""So many ids are looked up together; fewer one by one, which leaves most of the rest unread."""


class RowIds:
    """The id of each row. The order of `keys` is that of the ids."""

    def __init__(self, keys: Growing, *, packed: bool = True) -> None:
        self._keys, self.packed = keys, packed

    @classmethod
    def empty(cls) -> RowIds:
        """Return the ids of no rows."""
        return cls(Growing(np.empty(0, "S16")))

    @property
    def keys(self) -> Bytes:
        """What rows are compared and sorted by; `packed` says whether these are the bytes."""
        return self._keys.values

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, rows: int | np.integer[Any]) -> bytes: ...

    @overload
    def __getitem__(self, rows: Array | slice | list[int]) -> Bytes: ...

    def __getitem__(self, rows: Any) -> bytes | Bytes:
        """Return ids as text in ASCII, as they are written."""
        chosen = self.keys[rows]
        if not isinstance(chosen, np.ndarray):
            return bytes(self.texts(np.array([chosen], self.keys.dtype))[0])
        return self.texts(chosen)

    def texts(self, keys: Bytes) -> Bytes:
        """Return the ids that keys stand for."""
        if not self.packed:
            return keys
        halves = np.ascontiguousarray(keys).view("<u2").reshape(-1, 8)
        digits = _four_digits().take(halves)
        written = np.empty((len(digits), 9), "<u4")
        written[:, :2], written[:, 6:] = digits[:, :2], digits[:, 5:]
        third, fourth, fifth = digits[:, 2], digits[:, 3], digits[:, 4]
        # Four letters a word: from the first hyphen to the last they stand across the words.
        written[:, 2] = _DASH | third << 8
        written[:, 3] = third >> 24 | _DASH << 8 | fourth << 16
        written[:, 4] = fourth >> 16 | _DASH << 16 | fifth << 24
        written[:, 5] = fifth >> 8 | _DASH << 24
        return written.view("S36").reshape(-1)

    def grown(self, ids: Sequence[str]) -> RowIds:
        """Return the ids with more at their end."""
        written = np.array([one.encode() for one in ids], np.bytes_)
        packed = _packed(written) if self.packed else None
        if packed is not None:
            return RowIds(self._keys.grown(packed))
        keys = Growing(self.texts(self.keys)) if self.packed else self._keys
        return RowIds(keys.grown(written), packed=False)

    def taken(self, rows: Array) -> RowIds:
        """Return the ids of some rows, in their order."""
        return RowIds(Growing(self.keys[rows]), packed=self.packed)

    def places(self, ids: Sequence[str], order: Array) -> list[int]:
        """Return where ids stand in an order of all rows by id; left out is what is not here."""
        keys = self._keys_of([one.encode() for one in ids])
        if len(keys) < MANY:
            at = [bisect.bisect_left(order, key, key=self.keys.__getitem__) for key in keys]
        else:
            at = np.searchsorted(self.keys, keys, sorter=order).tolist()
        found = zip(at, keys, strict=True)
        return [
            place for place, key in found if place < len(order) and self.keys[order[place]] == key
        ]

    def _keys_of(self, ids: list[bytes]) -> Bytes:
        """Return the keys of those ids that may have one here."""
        if not self.packed:
            return np.array(ids, np.bytes_)
        packed = _packed(np.array(ids, np.bytes_))
        if packed is None:
            each = (_packed(np.array([one])) for one in ids)
            packed = np.array([key[0] for key in each if key is not None], "S16")
        return packed


@lru_cache(maxsize=1)
def _four_digits() -> npt.NDArray[np.uint32]:
    """Return the hexadecimal digits of two bytes by the number that they are, the first lowest."""
    first = np.arange(1 << 16, dtype=np.uint32)
    digits: npt.NDArray[np.uint32] = _HEX[first & 0xFF] | _HEX[first >> 8].astype("<u4") << 16
    return digits


def _packed(written: Bytes) -> Bytes | None:
    """Return the bytes of UUIDs in their one way of writing; None where one of them is not so."""
    if not len(written):
        return np.empty(0, "S16")
    if written.dtype.itemsize != 36:
        return None
    octets = written.view(np.uint8).reshape(-1, 36)
    digits = _VALUES[octets[:, _DIGITS]]
    if (digits == _NONE).any() or (octets[:, _DASHES] != ord("-")).any():
        return None
    octets = np.ascontiguousarray(digits[:, ::2] << 4 | digits[:, 1::2])
    return octets.view("S16").reshape(-1)

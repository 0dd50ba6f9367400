"""Columns of texts as Arrow arrays, which compare a million of them at once.

They are made of the columns when a filter first asks for them, and the latest ones kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.columns import SAME, Terms, Texts
from layers.cql2.texts import accenti, casei
from layers.table import LayerTable

KEPT_BYTES = 128 * 1024 * 1024
"""Of a table's base: the texts that filters ask for, as they are and without case or accents."""
_LAST_CASED = 0x1E944
"""No letter behind it has a case."""


class Kept:
    """Arrays, the latest used of which stay."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrays: OrderedDict[Hashable, pa.Array] = OrderedDict()

    def get(self, key: Hashable, build: Callable[[], pa.Array]) -> pa.Array:
        """Return the array of a key, made now if it is not there any more."""
        with self._lock:
            if key not in self._arrays:
                self._arrays[key] = build()
            self._arrays.move_to_end(key)
            while sum(one.nbytes for one in self._arrays.values()) > KEPT_BYTES:
                if len(self._arrays) == 1:
                    break
                self._arrays.popitem(last=False)
            return self._arrays[key]


def texts_of(table: LayerTable, column: str, folds: tuple[str, ...] = ()) -> pa.ChunkedArray:
    """Return the texts of all rows, null for none.

    Args:
        table: The rows.
        column: A column of texts or terms, or `id`.
        folds: Keys of `FOLDED`, in the order in which they are done.
    """
    kept, count = table.base.cached("cql2", Kept), table.base.count
    parts = [_folded(table, column, folds, slice(0, count), kept)]
    if len(table) > count:
        parts.append(_folded(table, column, folds, slice(count, len(table)), None))
    return pa.chunked_array(parts, pa.string())


def _folded(
    table: LayerTable, column: str, folds: tuple[str, ...], rows: slice, kept: Kept | None
) -> pa.Array:
    def build() -> pa.Array:
        if not folds:
            return _plain(table, column, rows)
        return FOLDED[folds[-1]](_folded(table, column, folds[:-1], rows, None))

    return kept.get((column, folds), build) if kept else build()


def _plain(table: LayerTable, column: str, rows: slice) -> pa.Array:
    if column == "id":
        return _of_bytes(table.ids[rows])
    found = table.columns[column]
    if isinstance(found, Terms):
        codes = pa.array(found.codes[rows].astype(np.int32), mask=found.codes[rows] < 0)
        return pa.array(found.values, pa.string()).take(codes)
    if not isinstance(found, Texts):
        return pa.array(found.objects(rows), pa.string())
    own, same = _of_entries(found, rows)
    if not same.any():
        return own
    return pc.if_else(pa.array(same), _plain(table, "name", rows), own)


def _of_bytes(ids: NDArray[np.bytes_]) -> pa.Array:
    width = ids.dtype.itemsize
    if not len(ids) or (np.char.str_len(ids) != width).any():
        return pa.array([one.decode() for one in ids.tolist()], pa.string())
    ends = (np.arange(len(ids) + 1) * width).astype(np.int32)
    return pa.StringArray.from_buffers(len(ids), pa.py_buffer(ends), pa.py_buffer(ids.copy()))


def _of_entries(column: Texts, rows: slice) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Return the texts of a column's rows, and which rows have that of `name` instead."""
    blob, offsets = column.arrays
    offsets = offsets[rows.start : rows.stop + 1]
    first = int(offsets[0])
    starts, sizes = offsets[:-1] - first, np.diff(offsets)
    heads = _heads(sizes)
    letters = np.ones(int(offsets[-1]) - first, bool)
    for place in range(int(heads.max(initial=0))):
        letters[starts[heads > place] + place] = False
    text = blob[first : int(offsets[-1])][letters]
    ends = np.concatenate([[0], np.cumsum(sizes - heads)]).astype(np.int32)
    known = pa.array(sizes > len(SAME)).buffers()[1]
    buffers = pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(text)), known
    return pa.StringArray.from_buffers(len(sizes), *buffers), sizes == len(SAME)


def _heads(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many bytes of an entry stand before its text, as `mvt.text_entry` makes it."""
    bounds = [0, len(SAME), 129, 132, 16_386, 16_390]
    heads: NDArray[np.int64] = np.array([0, 1, 4, 5, 6, 7, 8])[np.searchsorted(bounds, sizes)]
    return heads


def without_case(texts: pa.Array) -> pa.Array:
    """Return `texts.casei` of each text."""
    lower = pc.utf8_lower(texts)
    return _mended(lower, texts, pc.match_substring_regex(texts, _odd_letters()), casei)


def without_accents(texts: pa.Array) -> pa.Array:
    """Return `texts.accenti` of each text."""
    return _mended(texts, texts, pc.invert(pc.string_is_ascii(texts)), accenti)


FOLDED: Mapping[str, Callable[[pa.Array], pa.Array]] = {
    "casei": without_case,
    "accenti": without_accents,
}


def _mended(
    quick: pa.Array, texts: pa.Array, odd: pa.BooleanArray, slow: Callable[[str], str]
) -> pa.Array:
    """Return what was made quickly, with those texts made anew for which that is not right."""
    odd = pc.fill_null(odd, False)
    found = [slow(text) for text in texts.filter(odd).to_pylist()]
    return pc.replace_with_mask(quick, odd, pa.array(found, pa.string())) if found else quick


@lru_cache(maxsize=1)
def _odd_letters() -> str:
    """Return an expression for the letters whose case folding is more than lower case."""
    letters = [chr(code) for code in range(128, _LAST_CASED) if not 0xD800 <= code < 0xE000]
    lower = pc.utf8_lower(pa.array(letters)).to_pylist()
    odd = (one for one, low in zip(letters, lower, strict=True) if one.casefold() != low)
    return "[" + "".join(odd) + "]"

"""Columns of texts as Arrow arrays, which compare a million of them at once.

Arrays are made of buffers and read by their bits: see `layers.exports.arrow`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.columns import SAME, Mask, Texts
from layers.cql2.texts import accenti, casei
from layers.exports.arrow import of_bools, of_bytes
from layers.table import LayerTable

_LAST_CASED = 0x1E944
"""No letter behind it has a case."""
FEW = 5_000
"""So many texts are folded one by one before it is known which letters Arrow folds otherwise."""


def of_texts(texts: Iterable[str | None]) -> pa.Array:
    """Return texts as an array, null for None."""
    return of_bytes([None if one is None else one.encode() for one in texts], pa.string())


def scalar(text: str) -> pa.Scalar:
    """Return a text as what arrays are compared with."""
    return of_texts([text])[0]


def bools(array: pa.Array | pa.ChunkedArray) -> tuple[Mask, Mask | None]:
    """Return truth values, and which of them are known; None where all are."""
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    known = [_bits(chunk, 0) for chunk in chunks] if array.null_count else None
    return _joined([_bits(chunk, 1) for chunk in chunks]), _joined(known) if known else None


def _bits(array: pa.BooleanArray, buffer: int) -> Mask:
    bits = array.buffers()[buffer]
    if bits is None:
        return np.ones(len(array), bool)
    first, after = array.offset, array.offset + len(array)
    octets = np.frombuffer(bits, np.uint8)[first // 8 : -(-after // 8)]
    unpacked = np.unpackbits(octets, bitorder="little").view(bool)
    return unpacked[first % 8 : first % 8 + len(array)]


def _joined(parts: list[Mask]) -> Mask:
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, bool), *parts])


def plain_texts(table: LayerTable, column: str, rows: slice) -> pa.Array:
    """Return the texts of some rows of a column of texts, or of `id`; null for none."""
    if column == "id":
        return _of_ids(table.ids[rows])
    found = table.columns[column]
    if not isinstance(found, Texts):
        return of_texts(found.objects(rows))
    own, same = _of_entries(found, rows)
    if not same.any():
        return own
    return pc.if_else(of_bools(same), plain_texts(table, "name", rows), own)


def _of_ids(ids: NDArray[np.bytes_]) -> pa.Array:
    width = ids.dtype.itemsize
    if not len(ids) or (np.char.str_len(ids) != width).any():
        return of_bytes(ids.tolist(), pa.string())
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
    known = of_bools(sizes > len(SAME)).buffers()[1]
    buffers = pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(text)), known
    return pa.StringArray.from_buffers(len(sizes), *buffers), sizes == len(SAME)


def _heads(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many bytes of an entry stand before its text, as `mvt.text_entry` makes it."""
    bounds = [0, len(SAME), 129, 132, 16_386, 16_390]
    heads: NDArray[np.int64] = np.array([0, 1, 4, 5, 6, 7, 8])[np.searchsorted(bounds, sizes)]
    return heads


def without_case(texts: pa.Array) -> pa.Array:
    """Return `texts.casei` of each text."""
    if len(texts) < FEW:
        return _one_by_one(texts, casei)
    odd = pc.match_substring_regex(texts, _odd_letters())
    return _mended(pc.utf8_lower(texts), texts, odd, casei)


def without_accents(texts: pa.Array) -> pa.Array:
    """Return `texts.accenti` of each text."""
    if len(texts) < FEW:
        return _one_by_one(texts, accenti)
    return _mended(texts, texts, pc.invert(pc.string_is_ascii(texts)), accenti)


FOLDED: Mapping[str, Callable[[pa.Array], pa.Array]] = {
    "casei": without_case,
    "accenti": without_accents,
}


def _one_by_one(texts: pa.Array, fold: Callable[[str], str]) -> pa.Array:
    return of_texts(None if text is None else fold(text) for text in texts.to_pylist())


def _mended(
    quick: pa.Array, texts: pa.Array, odd: pa.BooleanArray, slow: Callable[[str], str]
) -> pa.Array:
    """Return what was made quickly, with those texts made anew for which that is not right."""
    odd = pc.fill_null(odd, of_bools(np.zeros(1, bool))[0])
    found = [slow(text) for text in texts.filter(odd).to_pylist()]
    return pc.replace_with_mask(quick, odd, of_texts(found)) if found else quick


@lru_cache(maxsize=1)
def _odd_letters() -> str:
    """Return an expression for the letters whose case folding is more than lower case."""
    letters = [chr(code) for code in range(128, _LAST_CASED) if not 0xD800 <= code < 0xE000]
    lower = pc.utf8_lower(of_texts(letters)).to_pylist()
    odd = (one for one, low in zip(letters, lower, strict=True) if one.casefold() != low)
    return "[" + "".join(odd) + "]"

"""A layer's GeoJSON texts as they go out, end to end in one file beside the base of its table.

Whole stretches of rows are slices of the file: nothing is parsed, nothing is copied. Computed
members are in the texts, as they were when the file was written; a row of which something else
is computed by now, and a row edited since, come from the store (`layers.stored_texts`).
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import orjson
from numpy.typing import NDArray

from layers.columns import Mask, Numbers, Rows, Terms
from layers.layer import Layer
from layers.store.protocol import PublicReader
from layers.stored_texts import stored_texts
from layers.table import LayerTable

Text: TypeAlias = bytes | memoryview
BETWEEN = b",\n"
"""Follows every text in the file, so that a stretch of rows is part of a collection as it is."""
CHUNK = 20_000
"""Rows whose texts are read from the store at a time."""
BLOB, OFFSETS, VALUES = "fragments.geojson", "fragments.npy", "fragments.json"


PART = "fragments"


class Fragments:
    """The texts of the rows of a base, in the order of the rows."""

    def __init__(
        self,
        blob: memoryview,
        offsets: NDArray[np.int64],
        computed: Mapping[str, tuple[NDArray[Any], list[Any]]],
    ) -> None:
        self._blob, self._offsets, self._computed = blob, offsets, computed

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def texts(self, rows: Rows) -> list[Text]:
        """Return the text of each of some rows of the base."""
        blob = self._blob
        starts, stops = self._offsets[rows].tolist(), self._offsets[rows + 1].tolist()
        return [blob[a : b - len(BETWEEN)] for a, b in zip(starts, stops, strict=True)]

    def stretches(self, rows: Rows, size: int) -> Iterator[Text]:
        """Yield the texts of ascending rows, each with `BETWEEN` behind, some `size` bytes a time.

        Rows that follow one another are sent from where they are.
        """
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        starts = self._offsets[rows[np.concatenate([[0], breaks])]]
        stops = self._offsets[rows[np.concatenate([breaks - 1, [len(rows) - 1]])] + 1]
        ends = np.cumsum(stops - starts)
        first = 0
        while first < len(starts):
            before = int(ends[first - 1]) if first else 0
            last = max(int(np.searchsorted(ends, before + size, side="right")), first + 1)
            if last == first + 1:
                start, stop = int(starts[first]), int(stops[first])
                yield from (
                    self._blob[at : min(at + size, stop)] for at in range(start, stop, size)
                )
            else:
                spans = zip(starts[first:last].tolist(), stops[first:last].tolist(), strict=True)
                yield b"".join([self._blob[start:stop] for start, stop in spans])
            first = last

    def outdated(self, table: LayerTable) -> Mask:
        """Return which rows of a table are not as their text here says, shape (len(table),)."""
        return table.cached("outdated fragments", lambda: self._outdated(table))

    def _outdated(self, table: LayerTable) -> Mask:
        outdated = np.ones(len(table), bool)
        outdated[: len(self)] = False
        for name, (codes, values) in self._computed.items():
            now = table.columns[name]
            outdated[: len(self)] |= _differs[type(now)](now, codes, values)
        return outdated


def write(folder: Path, table: LayerTable, reader: PublicReader) -> None:
    """Write the texts of a table all of whose rows are its base; nothing for what changes daily."""
    if not is_kept(table):
        return
    offsets, end = np.zeros(len(table) + 1, np.int64), 0
    with (folder / BLOB).open("wb") as file:
        for start in range(0, len(table), CHUNK):
            rows = np.arange(start, min(start + CHUNK, len(table)))
            texts = stored_texts(reader, table, rows)
            sizes = np.fromiter(map(len, texts), np.int64, len(texts)) + len(BETWEEN)
            offsets[rows + 1] = end + np.cumsum(sizes)
            end = int(offsets[rows[-1] + 1])
            file.writelines(part for text in texts for part in (text, BETWEEN))
    np.save(folder / OFFSETS, offsets)
    computed = {}
    for name in _computed_of(table):
        codes, values = _kept[type(table.columns[name])](table.columns[name])
        np.save(folder / f"fragments.{name}.npy", codes)
        computed[name] = values
    (folder / VALUES).write_bytes(orjson.dumps(computed))


def open(folder: Path, _: Layer) -> Fragments | None:
    """Return the texts that were written into a folder, mapped; None where there are none."""
    if not (folder / VALUES).exists():
        return None
    offsets = np.load(folder / OFFSETS, mmap_mode="r").view(np.ndarray)
    values = orjson.loads((folder / VALUES).read_bytes())
    codes = {
        name: np.load(folder / f"fragments.{name}.npy", mmap_mode="r").view(np.ndarray)
        for name in values
    }
    blob = memoryview(b"")
    if offsets[-1]:
        with (folder / BLOB).open("rb") as file:
            blob = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return Fragments(blob, offsets, {name: (codes[name], values[name]) for name in values})


def fragments_of(table: LayerTable) -> Fragments | None:
    """Return the kept texts of a table's base, None where there are none."""
    return table.base.cached(PART, lambda: None)


def is_kept(table: LayerTable) -> bool:
    """Tell whether a layer's texts are worth keeping: those of pairs change with the day."""
    return "pair_status" not in table.columns


def _computed_of(table: LayerTable) -> list[str]:
    return [name for name in ("region_ids", "twin_count") if name in table.columns]


def _terms_differ(now: Terms, codes: NDArray[Any], values: list[Any]) -> Mask:
    code_of = {value: code for code, value in enumerate(now.values)}
    same = [code_of.get(tuple(value), len(code_of)) for value in values]
    differs: Mask = np.array([*same, -1])[codes] != now.codes[: len(codes)]
    return differs


def _numbers_differ(now: Numbers, numbers: NDArray[Any], _: list[Any]) -> Mask:
    differs: Mask = now.numbers[: len(numbers)] != numbers
    return differs


_differs: Mapping[type, Callable[[Any, NDArray[Any], list[Any]], Mask]] = {
    Terms: _terms_differ,
    Numbers: _numbers_differ,
}
_kept: Mapping[type, Callable[[Any], tuple[NDArray[Any], list[Any]]]] = {
    Terms: lambda column: (column.codes, [*column.values]),
    Numbers: lambda column: (column.numbers, []),
}

"""A layer's GeoJSON texts as they go out, end to end in one file beside the base of its table.

Whole stretches of rows are slices of the file: nothing is parsed, nothing is copied. Computed
members are in the texts, as they were when the file was written; a row of which something else
is computed by now, and a row edited since, come from the store (`layers.stored_texts`).
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import orjson
from numpy.typing import NDArray

from layers.columns import Mask, Numbers, Rows, Terms
from layers.segments import arrays
from layers.segments.arrays import mapped
from layers.table import LayerTable

Text: TypeAlias = bytes | memoryview
BETWEEN = b",\n"
"""Follows every text in the file, so that a stretch of rows is part of a collection as it is."""
BLOB, OFFSETS, VALUES = "texts.geojson", "offsets.npy", "computed.json"
BAKED = ("region_ids", "twin_count")
"""Computed columns that are inside the texts."""


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

    @property
    def mean_bytes(self) -> float:
        """How long a text is on average."""
        return len(self._blob) / max(len(self), 1)

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


def save(folder: Path, table: LayerTable, texts: Iterable[list[Text]]) -> None:
    """Write the texts of all rows of a table, which come some thousands at a time, in order."""
    offsets, row = np.zeros(len(table) + 1, np.int64), 0
    with (folder / BLOB).open("wb") as file:
        for some in texts:
            sizes = np.fromiter(map(len, some), np.int64, len(some)) + len(BETWEEN)
            offsets[row + 1 : row + 1 + len(some)] = offsets[row] + np.cumsum(sizes)
            row += len(some)
            file.writelines(part for text in some for part in (text, BETWEEN))
    arrays.save(folder / OFFSETS, offsets)
    computed = {}
    for name in BAKED:
        if name in table.columns:
            codes, values = _kept[type(table.columns[name])](table.columns[name])
            arrays.save(folder / f"{name}.npy", codes)
            computed[name] = values
    (folder / VALUES).write_bytes(orjson.dumps(computed))


def load(folder: Path) -> Fragments:
    """Return the texts that were written into a folder, mapped.

    Raises:
        OSError, ValueError: They are not there, or not as they were written.
    """
    values = orjson.loads((folder / VALUES).read_bytes())
    codes = {name: mapped(folder / f"{name}.npy") for name in values}
    with (folder / BLOB).open("rb") as file:
        # Nothing of no length can be mapped.
        empty = not (folder / BLOB).stat().st_size
        blob = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    computed = {name: (codes[name], values[name]) for name in values}
    return Fragments(memoryview(blob), mapped(folder / OFFSETS), computed)


def fragments_of(table: LayerTable) -> Fragments | None:
    """Return the kept texts of a table's base, None where there are none."""
    kept: Fragments | None = table.base.prepared(PART)
    return kept


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

"""The texts of columns in every form that filters compare, prepared beside the base of a table.

One Arrow file a column, mapped by all workers: of a column of texts, and of ids, a text a row; of
a long dictionary a text a value, and behind them none. A form that is the same as the one it is
made of is not written.
"""

from __future__ import annotations

import mmap
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa

from layers.base import Base
from layers.columns import Terms, Texts
from layers.cql2.arrow import FOLDED, of_texts, plain_texts
from layers.table import LayerTable

if TYPE_CHECKING:
    from layers.segments.parts import Building

PART = "texts"
LONG = 1_000
"""A dictionary of fewer values is folded in a moment."""
Folds: TypeAlias = tuple[str, ...]
MADE_OF: Mapping[Folds, Folds] = {
    ("casei",): (),
    ("accenti",): (),
    ("casei", "accenti"): ("casei",),
    ("accenti", "casei"): ("casei", "accenti"),
}
"""Form → the one that it may be the same as. Those of two folds differ by an iota below a vowel."""


KEPT_BYTES = 128 * 1024 * 1024
"""Of a base without prepared texts: those that filters asked for last."""


class Forms:
    """What is prepared of one base."""

    def __init__(self, arrays: Mapping[tuple[str, Folds], pa.Array]) -> None:
        self._arrays = arrays

    def get(self, column: str, folds: Folds) -> pa.Array | None:
        """Return the texts of a column in a form, None where it is not prepared."""
        while (found := self._arrays.get((column, folds))) is None and folds:
            folds = MADE_OF[folds]
        return found


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


def texts_of(table: LayerTable, column: str, folds: Folds = ()) -> pa.ChunkedArray:
    """Return the texts of all rows, null for none.

    Args:
        table: The rows.
        column: A column that has no dictionary, or `id`.
        folds: Keys of `FOLDED`, in the order in which they are done; those of `MADE_OF` or none.
    """

    def made(rows: slice) -> pa.Array:
        return _folded(plain_texts(table, column, rows), folds)

    base, key = table.base, (column, folds)
    parts = [_prepared(base).get(*key)]
    if parts[0] is None:
        parts = [base.cached("forms", Kept).get(key, lambda: made(slice(0, base.count)))]
    if len(table) > base.count:
        fresh = slice(base.count, len(table))
        parts.append(table.cached(("forms", *key), lambda: made(fresh)))
    return pa.chunked_array(parts, pa.string())


def values_of(table: LayerTable, column: str, folds: Folds, size: int) -> pa.Array:
    """Return the first texts of a dictionary column's values, and null behind them."""
    found, of_base = table.columns[column], table.base.content.columns.get(column)
    assert isinstance(found, Terms)  # noqa: S101  who asks has looked
    values, same = found.values, isinstance(of_base, Terms) and of_base.values is found.values

    def build() -> pa.Array:
        prepared = _prepared(table.base).get(column, folds) if same else None
        if prepared is None:
            return _folded(of_texts([*islice(values, size), None]), folds)
        count = len(prepared) - 1
        if count == size:
            return prepared
        fresh = _folded(of_texts([*values[count:size], None]), folds)
        return pa.concat_arrays([prepared.slice(0, count), fresh])

    return found.remembered(("texts", folds), size, build)


def write_forms(folder: Path, building: Building) -> None:
    """Write the texts of a layer's columns into an empty folder."""
    for number, (column, plain) in enumerate(_columns(building.table)):
        forms = dict(_forms(plain))
        names = [" ".join((column, *folds)) for folds in forms]
        batch = pa.record_batch([*forms.values()], names=names)
        with pa.ipc.new_file(folder / f"{number:03}.arrow", batch.schema) as file:
            file.write_batch(batch)


def read(files: Sequence[mmap.mmap]) -> Forms:
    """Return the texts that mapped files hold.

    Raises:
        ValueError: They are not as they were written.
    """
    arrays = {}
    for file in files:
        batch = pa.ipc.open_file(pa.py_buffer(file)).get_batch(0)
        for name, array in zip(batch.schema.names, batch, strict=True):
            column, *folds = name.split(" ")
            arrays[column, tuple(folds)] = array
    return Forms(arrays)


def _prepared(base: Base) -> Forms:
    forms: Forms = base.prepared(PART) or _NOTHING
    return forms


_NOTHING = Forms({})


def _columns(table: LayerTable) -> Iterator[tuple[str, pa.Array]]:
    rows = slice(0, len(table))
    yield "id", plain_texts(table, "id", rows)
    for name, column in table.columns.items():
        if isinstance(column, Texts):
            yield name, plain_texts(table, name, rows)
        elif isinstance(column, Terms) and _is_long(column):
            yield name, of_texts([*column.values, None])


def _is_long(column: Terms) -> bool:
    return len(column.values) > LONG and isinstance(column.values[0], str)


def _forms(plain: pa.Array) -> Iterator[tuple[Folds, pa.Array]]:
    """Yield the forms of texts that differ from what they are made of."""
    made: dict[Folds, pa.Array] = {(): plain}
    yield (), plain
    for folds, like in MADE_OF.items():
        made[folds] = _folded(made[folds[:-1]], folds[-1:])
        if not made[folds].equals(made[like]):
            yield folds, made[folds]


def _folded(texts: pa.Array, folds: Folds) -> pa.Array:
    for fold in folds:
        texts = FOLDED[fold](texts)
    return texts

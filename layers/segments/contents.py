"""The rows of a layer as files: each column an array or two, and what the manifest says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from layers.columns import Column, Numbers, Terms, Texts, narrow
from layers.content import NAME_COLUMNS, Content
from layers.dictionary import Dictionary
from layers.growing import ROOM, Array, narrowed
from layers.ids import RowIds
from layers.segments.arrays import KeptTexts, growing, mapped, save, save_growing
from layers.statuses import Statuses

LONG = 1_000
"""A dictionary with more texts than that stays in a file."""
BLOB_ROOM = ROOM * 256
"""Bytes behind texts and outlines, for those of edited rows."""

Said = dict[str, Any]


def write_content(folder: Path, content: Content) -> Said:
    """Write the rows into an empty folder; return what is needed to open them."""
    save_growing(folder / "ids.npy", content.ids.keys)
    save_growing(folder / "seqs.npy", narrowed(content.seqs.values))
    save_growing(folder / "lnglats.npy", content.lnglats.values)
    save_growing(folder / "keys.npy", content.keys.values)
    _write_texts(folder, "shapes", content.shapes)
    columns = {name: _write(folder, name, column) for name, column in content.columns.items()}
    return {
        "count": len(content),
        "packed": content.ids.packed,
        "shapes": len(content.shapes.arrays[0]),
        "columns": columns,
    }


def open_content(folder: Path, said: Said) -> Content:
    """Return the rows that `write_content` wrote.

    Raises:
        OSError, ValueError, LookupError, TypeError: They are not as they were written.
    """
    count = said["count"]
    columns: dict[str, Column] = {}
    # `name` comes before its translations, which refer to it.
    for name in sorted(said["columns"], key=lambda name: name != "name"):
        opened = OPENED[said["columns"][name]["type"]]
        columns[name] = opened(_Place(folder, name, count, columns), said["columns"][name])
    return Content(
        RowIds(growing(folder / "ids.npy", count), packed=said["packed"]),
        growing(folder / "seqs.npy", count),
        growing(folder / "lnglats.npy", count),
        growing(folder / "keys.npy", count),
        _texts(_Place(folder, "shapes", count, {}), said["shapes"]),
        {name: columns[name] for name in said["columns"]},
    )


class _Place(NamedTuple):
    folder: Path
    name: str
    rows: int
    opened: Mapping[str, Column]

    def file(self, ending: str) -> Path:
        return self.folder / f"{self.name}.{ending}.npy"


def _write(folder: Path, name: str, column: Column) -> Said:
    for kind, write in WRITTEN.items():
        if isinstance(column, kind):
            return write(folder, name, column)
    raise TypeError(f"A column of {type(column).__name__} has no file.")


def _write_terms(folder: Path, name: str, column: Terms) -> Said:
    codes, values = _used(column)
    save_growing(folder / f"{name}.codes.npy", codes)
    if len(values) > LONG and all(isinstance(value, str) for value in values):
        texts = [value.encode() for value in values]
        ends = np.cumsum([0, *map(len, texts)])
        save(folder / f"{name}.values.npy", np.frombuffer(b"".join(texts), np.uint8))
        save(folder / f"{name}.offsets.npy", narrowed(ends))
        return {"type": "terms", "values": None}
    return {"type": "terms", "values": values, "lists": isinstance(next(iter(values), 0), tuple)}


def _used(column: Terms) -> tuple[Array, list[Any]]:
    """Return codes and values anew, texts sorted; a value that no row has any more is left out."""
    counts, _ = column.counts(None)
    used = np.flatnonzero(counts)
    every = [*column.values]
    values = [every[code] for code in used.tolist()]
    if all(isinstance(value, str) for value in values):
        order = sorted(range(len(values)), key=values.__getitem__)
        used, values = used[order], [values[at] for at in order]
    anew = np.full(len(column.values) + 1, -1, narrow(len(values)))
    anew[used] = np.arange(len(values))
    return anew[column.codes], values


def _terms(place: _Place, said: Said) -> Terms:
    codes, values = growing(place.file("codes"), place.rows), said["values"]
    if values is None:
        kept = KeptTexts(mapped(place.file("values")), mapped(place.file("offsets")))
        return Terms(codes, Dictionary(kept=kept))
    return Terms(codes, Dictionary(map(tuple, values) if said["lists"] else values))


def _write_numbers(folder: Path, name: str, column: Numbers) -> Said:
    save_growing(folder / f"{name}.numbers.npy", column.numbers)
    return {"type": "numbers"}


def _numbers(place: _Place, _said: Said) -> Numbers:
    return Numbers(growing(place.file("numbers"), place.rows))


def _write_texts(folder: Path, name: str, column: Texts) -> Said:
    blob, offsets = column.arrays
    save_growing(folder / f"{name}.blob.npy", blob, room=BLOB_ROOM)
    save_growing(folder / f"{name}.offsets.npy", narrowed(offsets))
    return {"type": "texts", "bytes": len(blob)}


def _texts(place: _Place, length: int) -> Texts:
    same = place.opened.get("name") if place.name in NAME_COLUMNS[1:] else None
    assert same is None or isinstance(same, Texts)  # noqa: S101
    offsets = growing(place.file("offsets"), place.rows + 1)
    return Texts(growing(place.file("blob"), length), offsets, same)


def _write_statuses(folder: Path, name: str, column: Statuses) -> Said:
    return {**_write_texts(folder, name, column.texts), "type": "statuses"}


WRITTEN: Mapping[type, Callable[[Path, str, Any], Said]] = {
    Terms: _write_terms,
    Numbers: _write_numbers,
    Texts: _write_texts,
    Statuses: _write_statuses,
}
OPENED: Mapping[str, Callable[[_Place, Said], Column]] = {
    "terms": _terms,
    "numbers": _numbers,
    "texts": lambda place, said: _texts(place, said["bytes"]),
    "statuses": lambda place, said: Statuses(_texts(place, said["bytes"])),
}

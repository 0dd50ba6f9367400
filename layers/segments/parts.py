"""What a segment holds beside the rows: all that is derived from them and costs time to derive.

A part belongs to one layer of one segment. It is written once, by the process that builds the
segment, and opened by workers when they first ask the base for it: `table.base.cached(name, …)`
finds it in place of building it, `table.base.prepared(name)` returns None without one. So parts
are optional for those who read, and none may hold what the table and the public reader do not.

    PARTS["fragments"] = Part(write_fragments, fragments.load)

    def write_fragments(folder: Path, building: Building) -> None:
        # All rows of building.table are its base, in Morton order. Any files, in this folder.

    def load(folder: Path) -> Fragments:
        # Maps files; raises OSError, ValueError or LookupError where they are not as written.

A worker's rows behind its base (`table.edited_rows()`) are in no part: the caller adds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from layers import fragments
from layers.bodies import write_fragments
from layers.columns import Rows
from layers.growing import Array
from layers.layer import Layer
from layers.segments.arrays import mapped, mapped_files, save
from layers.store.protocol import PublicReader
from layers.table import LayerTable
from layers.tiles.bundles import ends_of_base
from layers.tiles.points import Cells
from layers.tiles.render import index_of_base


@dataclass(frozen=True)
class Building:
    """A layer of a segment that is being written."""

    table: LayerTable
    """The rows as they will be, all of them base."""
    reader: PublicReader
    """Sees the commit that the segment is of."""
    former: LayerTable
    """The table before: its base may have this part, `former.base.prepared(name)`, and what was
    edited since is behind."""
    rows: Rows
    """For each row of `table` its row in `former`; from `former.base.count` on it is new."""


class Part(NamedTuple):
    """One kind of files of a layer."""

    write: Callable[[Path, Building], None]
    open: Callable[[Path], Any]
    of: Callable[[Layer], bool] = lambda _: True
    """Which layers have it."""
    ready: Callable[[Any], Any] = lambda opened: opened
    """What is made of the opened files when the part is first asked for."""


def _array(
    derived: Callable[[LayerTable], Array], of: Callable[[Layer], bool] | None = None
) -> Part:
    """Return the part of one array."""

    def write(folder: Path, building: Building) -> None:
        save(folder / "array.npy", derived(building.table))

    def opened(folder: Path) -> Array:
        return mapped(folder / "array.npy")

    return Part(write, opened, of or (lambda _: True))


def _write_cells(folder: Path, building: Building) -> None:
    cells = index_of_base(building.table).counted()
    save(folder / "numbers.npy", cells.numbers)
    save(folder / "best.npy", cells.best.astype(np.int32))
    save(folder / "counts.npy", cells.counts.astype(np.int32))


def _open_cells(folder: Path) -> Cells:
    return Cells(*(mapped(folder / f"{name}.npy") for name in ("numbers", "best", "counts")))


def _is_lines(layer: Layer) -> bool:
    return layer.geometry <= {"LineString", "MultiLineString"}


def _has_places(layer: Layer) -> bool:
    return not _is_lines(layer)


def _is_steady(layer: Layer) -> bool:
    """Tell whether texts are worth keeping: those of pairs change with the day."""
    return layer.group_by != "status"


def _groups(table: LayerTable) -> Array:
    index_of_base(table)
    numbers: Array = table.base.cached("groups", lambda: np.empty(0, np.int16))
    return numbers


def _write_sheets(folder: Path, building: Building) -> None:
    from layers.exports.columns import write_sheets

    write_sheets(folder, building)


def _sheets(files: Any) -> Any:
    # Arrow takes a tenth of a second and 40 MB: it comes with the first export.
    from layers.exports import sheets

    return sheets.read(files)


def _write_forms(folder: Path, building: Building) -> None:
    from layers.cql2.forms import write_forms

    write_forms(folder, building)


def _forms(files: Any) -> Any:
    # Arrow comes with the first filter.
    from layers.cql2 import forms

    return forms.read(files)


PARTS: dict[str, Part] = {
    "by_id": _array(lambda table: table.base.by_id),
    "by_rank": _array(lambda table: table.base.by_rank),
    "standing": _array(lambda table: table.base.standing),
    "shape_rows": _array(LayerTable.shape_rows),
    "shape_bounds": _array(LayerTable.shape_bounds),
    "groups": _array(_groups, _has_places),
    "cells": Part(_write_cells, _open_cells, _has_places),
    "ends": _array(ends_of_base, _is_lines),
    fragments.PART: Part(write_fragments, fragments.load, _is_steady),
    "sheets": Part(_write_sheets, mapped_files, _is_steady, _sheets),
    "texts": Part(_write_forms, mapped_files, ready=_forms),
    # a new kind of files: its line here
}


def parts_of(layer: Layer) -> Mapping[str, Part]:
    """Return the parts that a layer has."""
    return {name: part for name, part in PARTS.items() if part.of(layer)}

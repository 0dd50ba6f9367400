"""What the features of a tile say of themselves: slim, for details are one request away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from layers.columns import Rows, Terms
from layers.content import NAME_COLUMNS
from layers.layer import Kind, column_names
from layers.table import LayerTable
from layers.tiles import mvt
from layers.tiles.mvt import Picked
from layers.tiles.values import Names, Source

Built = TypeVar("Built")

UNKNOWN = "unknown"
HEAVY = frozenset({Kind.TEXT})
"""Kinds of queryable field that no tile carries."""
COMPUTED = ("status", "twin_count")
"""Computed columns that a tile carries."""


class Pickable(Protocol):
    """A property, a value for each row of a table."""

    def pick(self, rows: Rows) -> Picked:
        """Return the values of some rows."""


class Groups(NamedTuple):
    """The field whose values clusters and bundles count."""

    codes: tuple[str, ...]
    numbers: npt.NDArray[np.integer[Any]]
    """Of each row's value in `codes`, from 1; 0 for rows that say nothing known."""

    @property
    def width(self) -> int:
        """How many groups there are."""
        return len(self.codes) + 1

    def counted(self) -> list[tuple[str, int]]:
        """Return the properties that carry the counts, and their groups; `n_unknown` last."""
        named = sorted((code, number) for number, code in enumerate(self.codes, start=1))
        return [(f"n_{code}", n) for code, n in (*named, (UNKNOWN, 0)) if n or code == UNKNOWN]


@dataclass(frozen=True, eq=False)
class Dress:
    """All that the features of a layer may say."""

    names: Mapping[str, Source]
    """Carried by all features; the first is `id`."""
    details: Mapping[str, Source]
    """Carried by single features only."""
    _built: dict[Callable[[Dress], Any], Any] = field(default_factory=dict)

    def all(self) -> dict[str, Source]:
        """Return everything together."""
        return {**self.names, **self.details}

    def once(self, build: Callable[[Dress], Built]) -> Built:
        """Return what `build` makes of this, made when first asked for."""
        if build not in self._built:
            self._built[build] = build(self)
        built: Built = self._built[build]
        return built


def dress(table: LayerTable) -> Dress:
    """Return what the features of a layer say."""
    return table.cached("dress", lambda: Dress(names(table), details(table)))


def names(table: LayerTable) -> dict[str, Source]:
    """Return `id`, `name` and, where they differ from it, the names in each language."""
    return {
        "id": Names(table.ids),
        **{name: table.columns[name].source() for name in NAME_COLUMNS},
    }


def details(table: LayerTable) -> dict[str, Source]:
    """Return the short fields that a single feature carries, computed ones included."""
    fields = [f for f in table.layer.fields if f.queryable]
    slim = [name for f in fields if f.kind not in HEAVY for name in column_names(f)]
    computed = [name for name in COMPUTED if name in table.columns]
    return {name: table.columns[name].source() for name in (*slim, *computed)}


def groups(table: LayerTable, rows: Rows | slice = slice(None)) -> Groups:
    """Return the group of some rows, by the layer's `group_by`; `unknown` is as good as none."""
    column = table.columns[table.layer.group_by]
    assert isinstance(column, Terms)  # noqa: S101
    codes = tuple(column.values)
    numbers = np.array([*((code != UNKNOWN) * (n + 1) for n, code in enumerate(codes)), 0])
    return Groups(codes, numbers.astype(np.int16)[column.codes[rows]])


class Spread:
    """Whole numbers of some rows, ascending; 0 and all other rows have none."""

    def __init__(self, rows: Rows, numbers: npt.NDArray[np.int64], count: int) -> None:
        self._numbers = np.zeros(count, np.int64)
        self._numbers[rows] = numbers

    def pick(self, rows: Rows) -> Picked:
        """See `Pickable`."""
        return mvt.numbers(self._numbers[rows])


class Without:
    """A property that some rows do not tell."""

    def __init__(self, column: Pickable, silent: Rows) -> None:
        self._column, self._silent = column, silent

    def pick(self, rows: Rows) -> Picked:
        """See `Pickable`."""
        telling = np.flatnonzero(~np.isin(rows, self._silent))
        return mvt.scattered(self._column.pick(rows[telling]), telling, len(rows))

"""The rows of a layer in memory, column by column; they grow at their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geomap.grid import morton, to_web_mercator
from layers.columns import Column, Terms, Texts, floats_of, numeric
from layers.growing import Growing, narrowed
from layers.ids import RowIds
from layers.layer import Kind, Layer, column_names
from layers.store.protocol import PublicRow

NAME_COLUMNS = ("name", "name_en", "name_ru", "name_fi")
CATEGORICAL = frozenset({Kind.TERM, Kind.COUNTRY, Kind.REFERENCE, Kind.TEXT})
CHUNK = 20_000
"""Rows that are parsed at a time: a million parsed at once would take gigabytes."""
NOWHERE = np.uint64(2**64 - 1)
"""The Morton key of what has no place: beyond all others."""

Keys = NDArray[np.uint64]
Rows: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Content:
    """The rows of a table, column by column."""

    ids: RowIds
    seqs: Growing
    lnglats: Growing
    """A place inside each feature, degrees, shape (rows, 2); NaN without a place."""
    keys: Growing
    """Morton key of that place, `NOWHERE` without one."""
    shapes: Texts
    """WKB of what is not a point; empty for points."""
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.seqs)

    def grown(self, rows: Sequence[PublicRow], layer: Layer) -> Content:
        """Return the content with published rows at its end; computed columns stay as long."""
        for start in range(0, len(rows), CHUNK):
            self = self._with(rows[start : start + CHUNK], layer)  # noqa: PLW0642
        return self

    def _with(self, rows: Sequence[PublicRow], layer: Layer) -> Content:
        parsed = orjson.loads(b"[" + b",".join(row.columns for row in rows) + b"]")
        stored = (*layer.columns(), *NAME_COLUMNS)
        columns = dict(self.columns)
        for name, values in zip(stored, zip(*parsed, strict=True), strict=True):
            columns[name] = _longer(name, columns, values)
        geometry = shapely.from_wkb(np.array([row.geometry for row in rows], dtype=object))
        lnglats, points = places_of(geometry), shapely.get_type_id(geometry) <= 0
        wkb = (
            b"" if point else bytes(row.geometry or b"")
            for row, point in zip(rows, points, strict=True)
        )
        return Content(
            self.ids.grown([row.id for row in rows]),
            self.seqs.grown(np.array([row.seq for row in rows], np.int64)),
            self.lnglats.grown(lnglats),
            self.keys.grown(keys_of(lnglats)),
            self.shapes.joined([*wkb]),
            columns,
        )

    def taken(self, rows: Rows) -> Content:
        """Return some rows, in their order."""
        columns = {name: column.taken(rows) for name, column in self.columns.items()}
        same = columns["name"]
        for name in NAME_COLUMNS[1:]:
            column = self.columns[name]
            if isinstance(column, Texts) and isinstance(same, Texts):
                columns[name] = column.taken(rows, same)
        return Content(
            self.ids.taken(rows),
            Growing(narrowed(self.seqs.values[rows])),
            Growing(self.lnglats.values[rows]),
            Growing(self.keys.values[rows]),
            self.shapes.taken(rows),
            columns,
        )


def without_rows(layer: Layer) -> Content:
    """Return the columns of a layer without a row."""
    columns: dict[str, Column] = {}
    for one in layer.fields:
        for name in column_names(one) if one.queryable else ():
            columns[name] = Terms.of([]) if one.kind in CATEGORICAL else numeric([])
    columns |= {name: Texts.empty() for name in NAME_COLUMNS}
    return Content(
        RowIds.empty(),
        Growing(np.empty(0, np.int32)),
        Growing(np.empty((0, 2))),
        Growing(np.empty(0, np.uint64)),
        Texts.empty(),
        columns,
    )


def places_of(geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return a place inside each geometry, shape (n, 2); NaN without one."""
    points = geometry.copy()
    extended = (shapely.get_type_id(geometry) != 0) & ~shapely.is_missing(geometry)
    points[extended] = shapely.point_on_surface(geometry[extended])
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)]).reshape(-1, 2)


def keys_of(lnglats: NDArray[np.float64]) -> Keys:
    """Return the Morton keys of places, `NOWHERE` for NaN."""
    keys = np.full(len(lnglats), NOWHERE)
    placed = np.isfinite(lnglats).all(axis=1)
    keys[placed] = morton(*to_web_mercator(lnglats[placed]))
    return keys


def ranks_of(content: Content) -> NDArray[np.float64]:
    """Return the rank of each row; what has none comes after all that have."""
    ranks = floats_of(content.columns["rank"])
    return np.where(np.isnan(ranks), -np.inf, ranks)


def _longer(name: str, columns: Mapping[str, Column], values: Sequence[Any]) -> Column:
    column, same = columns[name], columns["name"]
    # `name` itself comes before its translations: it is longer already when they refer to it.
    if isinstance(column, Texts) and isinstance(same, Texts) and name != "name":
        return column.grown(values, same)
    return column.grown(values)

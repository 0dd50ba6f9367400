"""One layer in memory: columns that follow the store edit by edit, and what is built from them.

A table is a *base* and what was edited since. The rows of the base never change, nor do the
indices built over them; a commit adds rows at the end and marks those it replaced as dead, so it
costs what it changes. When many have gathered, `compacted` makes a new base.
"""

from __future__ import annotations

import bisect
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.places import Bounds
from layers.base import Base
from layers.columns import Column, Mask, floats_of
from layers.content import CATEGORICAL, CHUNK, Content, Rows, without_rows
from layers.ids import RowIds
from layers.layer import Layer, column_names
from layers.store.protocol import Change, PublicReader, PublicRow

if TYPE_CHECKING:
    import geopandas

CRS = "OGC:CRS84"
RECENT_BYTES = 48 * 1024 * 1024
"""Memory for answers to the latest filters."""

Built = TypeVar("Built")


@dataclass(frozen=True, eq=False)
class LayerTable:
    """A layer's public features at one commit. Immutable but for its memory of built things.

    Rows are numbered: those of the base first, edited ones behind; some are dead.
    """

    layer: Layer
    content: Content
    version: str
    """Changes whenever the public content of the layer does."""
    base: Base
    dead: Rows = field(default_factory=lambda: np.empty(0, np.intp))
    """Rows that are no longer, ascending."""
    edited: Mapping[bytes, int] = field(default_factory=dict)
    """Id → its row behind the base."""
    _lock: Any = field(default_factory=threading.RLock)
    _built: dict[Hashable, Any] = field(default_factory=dict)
    _recent: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        """Return how many rows there are, dead ones included."""
        return len(self.content)

    @property
    def ids(self) -> RowIds:
        """The id of each row."""
        return self.content.ids

    @property
    def alive(self) -> Mask:
        """Which rows are still, shape (rows,)."""

        def build() -> Mask:
            alive = np.ones(len(self), bool)
            alive[self.dead] = False
            return alive

        return self.cached("alive", build)

    @property
    def seqs(self) -> NDArray[np.int64]:
        """The number of each row in the store's projection."""
        return self.content.seqs.values

    @property
    def columns(self) -> Mapping[str, Column]:
        """The layer's columns, names, and computed columns."""
        return self.content.columns

    def following(self, version: str, **changed: Any) -> LayerTable:
        """Return a table with something changed and nothing remembered."""
        forget: dict[str, Any] = {"_lock": threading.RLock(), "_built": {}}
        return replace(self, version=version, _recent=OrderedDict(), **forget, **changed)

    def with_columns(self, columns: Mapping[str, Column], version: str) -> LayerTable:
        """Return the same features with computed columns added or replaced."""
        content = replace(self.content, columns={**self.columns, **columns})
        return self.following(version, content=content)

    def edited_rows(self) -> Rows:
        """Return the live rows behind the base, ascending."""
        fresh = np.arange(self.base.count, len(self))
        return fresh[~np.isin(fresh, self.dead)]

    def dead_rows(self) -> Rows:
        """Return the rows of the base that are dead, ascending."""
        return self.dead[: np.searchsorted(self.dead, self.base.count)]

    def are_dead(self, rows: Rows) -> Mask:
        """Return which of some rows are dead, without a look at all others."""
        at = np.searchsorted(self.dead, rows)
        dead: Mask = np.append(self.dead, -1)[at] == rows
        return dead

    def is_edited(self) -> bool:
        """Return whether anything differs from the base."""
        return len(self) > self.base.count or len(self.dead) > 0

    def rows(self) -> Rows:
        """Return all live rows in the order of their ids."""

        def build() -> Rows:
            base, fresh = self.base, self.edited_rows()
            if not self.is_edited():
                return base.by_id
            keys = self.ids.keys
            fresh = fresh[np.argsort(keys[fresh])]
            at = [bisect.bisect_left(base.by_id, key, key=keys.__getitem__) for key in keys[fresh]]
            rows = np.insert(base.by_id, at, fresh) if len(fresh) else base.by_id
            return rows[self.alive[rows]]

        return self.cached("rows", build)

    def positions(self, ids: Iterable[str]) -> Rows:
        """Return the row numbers of those ids that are here, in ascending order."""
        wanted = [*set(ids)]
        edited = [self.edited.get(one.encode()) for one in wanted]
        rest = [one for one, row in zip(wanted, edited, strict=True) if row is None]
        order = self.base.by_id
        rows = np.array(sorted(
            [row for row in edited if row is not None]
            + order[self.base.content.ids.places(rest, order)].tolist()
        ), np.intp)  # fmt: skip
        return rows[~self.are_dead(rows)]

    def value(self, column: str, row: int) -> Any:
        """Return the value of a row in a column, None where there is none."""
        return self.columns[column].value(row) if column in self.columns else None

    def geometry(self, rows: Rows) -> NDArray[np.object_]:
        """Return the geometry of some rows, OGC:CRS84; None without a place."""
        lnglats = self.content.lnglats.values[rows]
        offsets = self.content.shapes.arrays[1]
        extended = np.flatnonzero(offsets[rows + 1] > offsets[rows])
        geometry = np.empty(len(rows), object)
        placed = np.isfinite(lnglats[:, 0])
        geometry[placed] = shapely.points(lnglats[placed])
        wkb = np.empty(len(extended), object)
        wkb[:] = [self.content.shapes.entry(row) for row in rows[extended].tolist()]
        geometry[extended] = shapely.from_wkb(wkb)
        return geometry

    def shape_bytes(self, rows: Rows) -> NDArray[np.int64]:
        """Return how many bytes of WKB some rows have; points have none."""
        offsets = self.content.shapes.arrays[1]
        sizes: NDArray[np.int64] = offsets[rows + 1] - offsets[rows]
        return sizes

    def shape_rows(self) -> Rows:
        """Return the rows, dead ones included, that are more than a point."""

        def build() -> Rows:
            offsets = self.content.shapes.arrays[1]
            old = self.base.cached(
                "shape_rows", lambda: np.flatnonzero(np.diff(offsets[: self.base.count + 1]))
            )
            new = self.base.count + np.flatnonzero(np.diff(offsets[self.base.count :]))
            return np.concatenate([old, new])

        return self.cached("shape_rows", build)

    def shape_bounds(self) -> NDArray[np.float64]:
        """Return west, south, east, north of each of `shape_rows`, shape (n, 4)."""

        def build() -> NDArray[np.float64]:
            rows = self.shape_rows()
            split = int(np.searchsorted(rows, self.base.count))
            old = self.base.cached(
                "shape_bounds", lambda: shapely.bounds(self.geometry(rows[:split])).reshape(-1, 4)
            )
            new = shapely.bounds(self.geometry(rows[split:])).reshape(-1, 4)
            return np.concatenate([old, new])

        return self.cached("shape_bounds", build)

    def bounds(self) -> NDArray[np.float64]:
        """Return west, south, east, north of each row, shape (rows, 4); NaN without a place."""
        bounds = np.tile(self.lnglats(), 2)
        bounds[self.shape_rows()] = self.shape_bounds()
        return bounds

    def bounds_of(self, row: int) -> NDArray[np.float64]:
        """Return west, south, east, north of one row, shape (4,); NaN without a place."""
        [bounds] = shapely.bounds(self.geometry(np.array([row])))
        box: NDArray[np.float64] = bounds
        return box

    def lnglats(self) -> NDArray[np.float64]:
        """Return a place inside each feature, degrees, shape (rows, 2); NaN without a place."""
        lnglats: NDArray[np.float64] = self.content.lnglats.values
        return lnglats

    def extent(self) -> Bounds | None:
        """Return the box of all live features, None when none has a place."""
        shapes = self.shape_rows()
        boxes = self.shape_bounds()[self.alive[shapes]]
        # The place inside a shape is within its box.
        places = self.lnglats()[self.alive]
        corners = np.concatenate([places, boxes[:, :2], boxes[:, 2:]])
        corners = corners[np.isfinite(corners[:, 0])]
        if not len(corners):
            return None
        west, south = corners.min(axis=0).tolist()
        east, north = corners.max(axis=0).tolist()
        return Bounds(west, south, east, north)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return the numbers of a column, NaN for none, dead rows included."""
        return floats_of(self.columns[column])

    @property
    def frame(self) -> geopandas.GeoDataFrame:
        """All features in the order of their ids, as a GeoDataFrame in OGC:CRS84.

        For analysis: it is built anew when first asked for after an edit.
        """
        return self.cached("frame", lambda: frame_of_rows(self, self.rows()))

    def cached(self, key: Hashable, build: Callable[[], Built]) -> Built:
        """Return what `build` made for this key, once for the life of the table."""
        if key in self._built:  # what is there stays there
            there: Built = self._built[key]
            return there
        with self._lock:
            if key not in self._built:
                self._built[key] = build()
            built: Built = self._built[key]
            return built

    def recent(self, key: Hashable, build: Callable[[], Built]) -> Built:
        """As `cached`, for things of requests: only the latest are kept."""
        with self._lock:
            if key not in self._recent:
                self._recent[key] = build()
                spare = sum(map(_size, self._recent.values())) - RECENT_BYTES
                while spare > 0 and len(self._recent) > 1:
                    spare -= _size(self._recent.popitem(last=False)[1])
            self._recent.move_to_end(key)
            built: Built = self._recent[key]
            return built


def table_of(layer: Layer, content: Content, version: str) -> LayerTable:
    """Return a table all of whose rows are its base."""
    return LayerTable(layer, content, version, Base(content))


def table_from(layer: Layer, rows: Sequence[PublicRow], version: str) -> LayerTable:
    """Return the table of published rows, in their order."""
    return table_of(layer, without_rows(layer).grown(rows, layer), version)


def loaded(layer: Layer, reader: PublicReader, version: int) -> LayerTable:
    """Return all that the public may see of a layer."""
    content, chunk = without_rows(layer), []
    for row in reader.rows(layer.id):
        chunk.append(row)
        if len(chunk) == CHUNK:
            content, chunk = content.grown(chunk, layer), []
    return compacted(table_of(layer, content.grown(chunk, layer), str(version)))


def empty_table(layer: Layer) -> LayerTable:
    """Return a layer without features."""
    return table_from(layer, [], "0")


def merged(table: LayerTable, changes: Sequence[Change], reader: PublicReader) -> LayerTable:
    """Return the table after a part of the change feed; computed columns are not yet as long."""
    seqs = [change.seq for change in changes if change.seq is not None]
    fresh = list(reader.rows(table.layer.id, seqs)) if seqs else []
    content = table.content.grown(fresh, table.layer)
    died = table.positions(change.id for change in changes)
    edited = {row.id.encode(): number for number, row in enumerate(fresh, start=len(table))}
    return table.following(
        str(max(change.number for change in changes)),
        content=content,
        dead=np.sort(np.concatenate([table.dead, died])),
        edited={**table.edited, **edited},
    )


def compacted(table: LayerTable) -> LayerTable:
    """Return the same features as a base of their own, in Morton order, so that near is near."""
    rows = rows_in_order(table)
    # Those that stood before stand in the order of ids as they did.
    places = np.zeros(len(table), np.int32)
    places[rows] = np.arange(len(rows), dtype=np.int32)
    content, by_id = table.content.taken(rows), places[table.rows()]
    base = Base(content, {"by_id": lambda: by_id})
    return LayerTable(table.layer, content, table.version, base)


def rows_in_order(table: LayerTable) -> Rows:
    """Return all live rows in Morton order; of equals the older one is first."""
    old = np.delete(np.arange(table.base.count), table.dead_rows())
    keys, fresh = table.content.keys.values, table.edited_rows()
    if not table.base.in_order:
        old = old[np.argsort(keys[old], kind="stable")]
    fresh = fresh[np.argsort(keys[fresh], kind="stable")]
    return np.insert(old, np.searchsorted(keys[old], keys[fresh], side="right"), fresh)


def frame_of_rows(table: LayerTable, rows: Rows) -> geopandas.GeoDataFrame:
    """Return some rows as a GeoDataFrame, OGC:CRS84."""
    # Half a second and 90 MB, which a worker that answers requests does not need.
    import geopandas
    import pandas as pd

    data: dict[str, Any] = {
        "id": table.ids[rows].astype(str).astype(object),
        "seq": table.seqs[rows],
    }
    terms = {name for f in table.layer.fields if f.kind in CATEGORICAL for name in column_names(f)}
    for name, column in table.columns.items():
        values = column.objects(rows)
        if name in terms or name == "status":
            data[name] = pd.Categorical(pd.Series(values, dtype="str"))
        elif name in table.layer.columns():
            data[name] = values.astype(np.float64)
        else:
            data[name] = values
    return geopandas.GeoDataFrame(data, geometry=table.geometry(rows), crs=CRS)


def _size(built: Any) -> int:
    return int(getattr(built, "nbytes", 1_000))

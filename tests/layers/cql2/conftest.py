"""The columns of a GeoPackage as a table, and beside it the same rows in SQLite."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import orjson
import pytest
import shapely

from layers.columns import Column, Terms, Texts, numeric
from layers.content import Content, keys_of, places_of
from layers.cql2 import scalars
from layers.cql2.filter import Filter, filter_of
from layers.cql2.mask import filter_mask
from layers.cql2.queryables import Queryable, Queryables
from layers.cql2.sql import DIALECTS, Binding, where
from layers.cql2.tree import Reading, Type
from layers.growing import Growing
from layers.ids import RowIds
from layers.layer import Layer
from layers.table import LayerTable, table_of

LAYER = Layer("trial", "Trial", "", frozenset({"Point"}), (), "kind", "")
READINGS = {Type.DATE: Reading.DATE, Type.TIMESTAMP: Reading.TIMESTAMP}


@dataclass(frozen=True)
class Both:
    """One set of rows for both evaluators; row numbers are those of the lists given."""

    table: LayerTable
    connection: apsw.Connection
    binding: Binding
    queryables: Queryables

    def filter(self, text: str, **more: str) -> Filter:
        return filter_of(text, self.queryables, **more)

    def by_mask(self, asked: Filter) -> list[int]:
        return np.flatnonzero(filter_mask(self.table, asked)).tolist()

    def by_sql(self, asked: Filter) -> list[int]:
        said = where(asked, DIALECTS["sqlite"], self.binding)
        rows = self.connection.execute(
            f"SELECT seq FROM feature WHERE {said.text} ORDER BY seq", said.values
        )
        return [row[0] for row in rows]

    def rows(self, text: str, **more: str) -> list[int]:
        """Return what both answer, which is the same."""
        asked = self.filter(text, **more)
        found = self.by_mask(asked)
        assert found == self.by_sql(asked), text
        return found


def column_of(kind: Type, values: Sequence[Any], few: bool) -> Column:
    if kind is Type.NUMBER and not few:
        return numeric(values)
    if kind is Type.TEXT and not few:
        return Texts.empty().grown(values)
    return Terms.of(values)


def both_of(
    columns: Mapping[str, tuple[Type, Sequence[Any]]],
    geometry: Sequence[Any],
    *,
    few: Sequence[str] = (),
    spans: Mapping[str, tuple[str, str]] | None = None,
) -> Both:
    """Return rows of columns that may also hold None.

    Args:
        columns: Name → type and values.
        geometry: Of each row; None for none.
        few: Columns that have a dictionary even where their type would not give them one.
        spans: Intervals of whole years: name → the columns of their ends.
    """
    places = np.array(geometry, object)
    lnglats, points = places_of(places), shapely.get_type_id(places) <= 0
    wkb = [b"" if point else one for point, one in zip(points, shapely.to_wkb(places), strict=True)]
    made = {name: column_of(kind, of, name in few) for name, (kind, of) in columns.items()}
    content = Content(
        RowIds.empty().grown([f"{row:036}" for row in range(len(places))]),
        Growing(np.arange(len(places))),
        Growing(lnglats),
        Growing(keys_of(lnglats)),
        Texts.empty().joined(wkb),
        made,
    )
    queryables = {
        name: Queryable(name, kind, "", (name,), (READINGS[kind],) if kind in READINGS else ())
        for name, (kind, _) in columns.items()
    }
    queryables["geom"] = Queryable("geom", Type.GEOMETRY, "", ("geometry",))
    for name, ends in (spans or {}).items():
        years = (Reading.YEAR, Reading.YEAR)
        queryables[name] = Queryable(name, Type.INTERVAL, "", ends, years)
    connection = in_sqlite({name: of for name, (_, of) in columns.items()}, places)
    named = {name: f'"{name}"' for name in columns}
    near = (
        "seq IN (SELECT seq FROM boxes WHERE west <= {2} AND east >= {0}"
        " AND south <= {3} AND north >= {1})"
    )
    binding = Binding({**named, "geometry": "geometry"}, near)
    return Both(table_of(LAYER, content, "1"), connection, binding, queryables)


def in_sqlite(columns: Mapping[str, Sequence[Any]], places: Any) -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    scalars.install(connection)
    names = "".join(f', "{name}"' for name in columns)
    connection.execute(f"CREATE TABLE feature (seq INTEGER PRIMARY KEY, geometry{names})")
    connection.execute("CREATE VIRTUAL TABLE boxes USING rtree (seq, west, east, south, north)")
    marks = ", ".join("?" * (len(columns) + 2))
    for row, (place, *values) in enumerate(zip(places, *columns.values(), strict=True)):
        stored = [_stored(value) for value in values]
        wkb = None if place is None else shapely.to_wkb(place)
        connection.execute(f"INSERT INTO feature VALUES ({marks})", [row, wkb, *stored])
        if place is not None:
            west, south, east, north = place.bounds
            box = (row, west, east, south, north)
            connection.execute("INSERT INTO boxes VALUES (?, ?, ?, ?, ?)", box)
    return connection


def _stored(value: Any) -> Any:
    if isinstance(value, tuple):
        return orjson.dumps(value).decode()
    return value


@pytest.fixture(scope="session")
def make_both() -> Callable[..., Both]:
    return both_of


TYPES = {
    "TEXT": Type.TEXT,
    "REAL": Type.NUMBER,
    "INTEGER": Type.NUMBER,
    "DATE": Type.DATE,
    "DATETIME": Type.TIMESTAMP,
    "BOOLEAN": Type.BOOLEAN,
}
GPKG_HEAD = {0: 8, 1: 40, 2: 56, 3: 56, 4: 72}
"""Kind of envelope → bytes before the WKB."""


@pytest.fixture(scope="session")
def natural_earth(shared_data: Path) -> Mapping[str, Both]:
    """The tables of the GeoPackage that the standard's own tests count in."""
    path = shared_data / "cql2" / "ne110m4cql2.gpkg"
    tables = (
        "ne_110m_admin_0_countries",
        "ne_110m_populated_places_simple",
        "ne_110m_rivers_lake_centerlines",
    )
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    return {name: _read(connection, name) for name in tables}


def _read(connection: sqlite3.Connection, table: str) -> Both:
    names = [
        (row[1], row[2].split("(")[0])
        for row in connection.execute(f'PRAGMA table_info("{table}")')
        if row[1] not in ("fid", "geom")
    ]
    listed = ", ".join(f'"{name}"' for name, _ in names)
    rows = connection.execute(f'SELECT geom, {listed} FROM "{table}" ORDER BY fid').fetchall()
    geometry = [shapely.from_wkb(row[0][GPKG_HEAD[(row[0][3] >> 1) & 7] :]) for row in rows]
    values = zip(*(row[1:] for row in rows), strict=True)
    columns = {
        name: (TYPES[kind], list(of)) for (name, kind), of in zip(names, values, strict=True)
    }
    return both_of(columns, geometry)

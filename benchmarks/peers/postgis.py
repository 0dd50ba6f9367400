"""PostGIS as its users ask it: prepared statements, binary answers, one connection."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

POINTS = """
SELECT ST_AsMVT(t, 'layer', 4096, 'geom') FROM (
  SELECT ST_AsMVTGeom(geom, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, {buffer}, true) AS geom,
  {columns}
  FROM {table} WHERE geom && ST_TileEnvelope(%(z)s, %(x)s, %(y)s{margin}) {limit}
) t WHERE geom IS NOT NULL
"""
MOST_ROWS = 10_000
"""What tipg takes by default, in no order."""
BUFFER = 64
AROUND_M = 40075016.68557849
ZOOM = 14


def tiles(
    url: str, table: str, columns: list[str], asked: list[list[int]], **how: Any
) -> dict[str, list[Any]]:
    """Return milliseconds of each tile, by the clock and of the backend's processor.

    Args:
        url: The database.
        table: A table with its geometry in EPSG:3857.
        columns: Attributes to tell.
        asked: Zoom, column and row of each tile.
        how: `kind`, points, shapes or simplified; `keep`, whether to return the tiles.
    """
    connection, query = _connection(url), _query(table, columns, how.get("kind", "points"))
    answer: dict[str, list[Any]] = {"ms": [], "cpu": [], "tiles": []}
    for tile in asked:
        named = dict(zip("zxy", tile, strict=True))
        worked, start = _processor_ms(connection), time.perf_counter()
        (body,) = connection.execute(query, named, prepare=True, binary=True).fetchone()
        answer["ms"].append((time.perf_counter() - start) * 1000)
        answer["cpu"].append(_processor_ms(connection) - worked)
        if how.get("keep"):
            answer["tiles"].append(base64.b64encode(body).decode())
    return answer


def _query(table: str, columns: list[str], how: str) -> str:
    told = ", ".join(columns)
    if how == "points":
        return POINTS.format(
            table=table, columns=told, buffer=0, margin="", limit=f"LIMIT {MOST_ROWS}"
        )
    query = POINTS.format(
        table=table, columns=told, buffer=BUFFER, margin=f", margin => {BUFFER / 4096}", limit=""
    )
    # Half a unit of the tile: what nobody can see, as our own lines are simplified.
    unit = "ST_Simplify(geom, 20037508.342789244 / (4096 * 2 ^ %(z)s::int), true)"
    return query.replace("AsMVTGeom(geom", f"AsMVTGeom({unit}") if how == "simplified" else query


_OPEN: dict[str, Any] = {}


def _connection(url: str) -> Any:
    import psycopg

    if url not in _OPEN:
        _OPEN[url] = psycopg.connect(url, autocommit=True)
        # One processor for everybody; what helpers do would not be counted.
        _OPEN[url].execute("SET max_parallel_workers_per_gather = 0")
    return _OPEN[url]


def _processor_ms(connection: Any) -> float:
    """Return what the backend has worked so far, as Linux counts it."""
    ran_ns = Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text("ascii").split()[0]
    return int(ran_ns) / 1e6


def statements(url: str, sqls: list[str], rounds: int) -> dict[str, list[Any]]:
    """Return milliseconds of the processor of each statement and round, and what it answers."""
    connection = _connection(url)
    times: list[list[float]] = [[] for _ in sqls]
    first: list[Any] = [None] * len(sqls)
    for _ in range(rounds):
        for number, sql in enumerate(sqls):
            worked = _processor_ms(connection)
            rows = connection.execute(sql, prepare=True, binary=True).fetchall()
            times[number].append(_processor_ms(connection) - worked)
            first[number] = [str(value) for value in rows[0]] if rows else None
    return {"ms": times, "first": first}


def edit_to_tile(url: str, table: str, columns: list[str], edits: int) -> list[float]:
    """Return milliseconds from a commit to the tile that shows it, asked on another connection."""
    import psycopg

    writer, query = psycopg.connect(url, autocommit=True), _query(table, columns, "points")
    rows = writer.execute(f"SELECT id, name FROM {table} LIMIT {edits}").fetchall()
    change = f"UPDATE {table} SET name = %s WHERE id = %s RETURNING ST_X(geom), ST_Y(geom)"
    times = []
    for number, (row, _) in enumerate(rows):
        name = f"Edited {number}"
        place = writer.execute(change, [name, row]).fetchone()
        start = time.perf_counter()
        column, line = (int((0.5 + sign * m / AROUND_M) * 2**ZOOM)
                        for sign, m in zip((1, -1), place, strict=True))  # fmt: skip
        named = {"z": ZOOM, "x": column, "y": line}
        (body,) = _connection(url).execute(query, named, prepare=True, binary=True).fetchone()
        times.append((time.perf_counter() - start) * 1000)
        if name.encode() not in body:
            raise RuntimeError("The tile does not show the edit.")
    for row, name in rows:
        writer.execute(change, [name, row])
    return times

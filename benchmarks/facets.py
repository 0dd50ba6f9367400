"""Filters with their counts, against pandas and PostGIS: `python benchmarks/facets.py [ROWS …]`.

Milliseconds of the processor: of ours and of pandas' process, and of PostgreSQL's backend.

Each question is a filter and the counts of four fields and of centuries among what it finds. No
question is asked twice of our side, so that its memory of answers does not help; counts are those
of the filter for all engines (the page's own counts leave a field's own filter out).
"""

from __future__ import annotations

import time
from typing import Any

from common.cluster import cluster
from common.data import csv_for_peers, opened
from common.peers import peer
from common.report import Report, say_versions, sizes

from geomap.places import Bounds
from layers.query import Query, facets, select
from layers.table import LayerTable

COUNTED = ("kind", "country", "protection", "condition")
ROUNDS = 3
BOXES = ((-5, 42, 8, 51), (20, 55, 40, 68), (-80, 25, -65, 45), (100, 20, 125, 42))
CASES: dict[str, list[dict[str, Any]]] = {
    "everything": [{}],
    "a country": [{"equals": {"country": code}} for code in ("FR", "RU", "FI", "CN")],
    "a box": [{"bbox": list(box)} for box in BOXES],
    "box, kind and condition": [
        {"bbox": list(box), "equals": {"kind": "worship", "condition": "good"}} for box in BOXES
    ],
}


def main() -> None:
    """Print milliseconds of each kind of question."""
    say_versions()
    with cluster() as server:
        for size in sizes():
            with opened(size) as (_, _, snapshot), peer() as asked:
                table, csv = server.load(size, "sites"), csv_for_peers(size, "sites")
                files = asked.ask("prepare", csv=str(csv), folder=str(csv.parent))
                report = Report("facets", size)
                for title, filters in CASES.items():
                    ours, found = timed(snapshot.tables["sites"], filters)
                    theirs = asked.ask(
                        "frames", parquet=files["parquet"], filters=filters, rounds=ROUNDS
                    )
                    sqls = [statement(table, wanted) for wanted in filters]
                    sql = asked.ask("statements", url=server.url, sqls=sqls, rounds=ROUNDS)
                    agree(title, found, theirs["found"], sql["first"])
                    report.head(f"{title}: {sum(found):,} sites in {len(filters)} questions")
                    report.times(title, "geomap", ours)
                    report.times(title, "pandas", flat(theirs["ms"]), "geomap")
                    report.times(title, "PostGIS", flat(sql["ms"]), "geomap")
                report.save()


def timed(table: LayerTable, filters: list[dict[str, Any]]) -> tuple[list[float], list[int]]:
    """Return milliseconds of the processor of each question, and how many sites it finds."""
    times, found = [], []
    for number in range(ROUNDS):
        for wanted in filters:
            query = asked_of_us(wanted, number)
            start = time.process_time()
            facets(table, query)
            times.append((time.process_time() - start) * 1000)
            if number == 0:
                found.append(len(select(table, query)))
    return times, found


def asked_of_us(wanted: dict[str, Any], number: int) -> Query:
    """Return a query that finds the same in every round and yet is a new one."""
    equals = {name: (value, f"none {number}") for name, value in wanted.get("equals", {}).items()}
    west, south, east, north = wanted.get("bbox", (-180, -90, 180, 90 - number * 1e-9))
    box = Bounds(west, south, east - number * 1e-9 if "bbox" in wanted else east, north)
    return Query(bbox=box, equals=equals)


def statement(table: str, wanted: dict[str, Any]) -> str:
    """Return one statement that counts all fields in one pass over what the filter finds."""
    where = [f"{name} = '{value}'" for name, value in wanted.get("equals", {}).items()]
    if box := wanted.get("bbox"):
        corners = ", ".join(map(str, box))
        where.append(f"geom && ST_Transform(ST_MakeEnvelope({corners}, 4326), 3857)")
    sets = ", ".join(f"({name})" for name in (*COUNTED, "century"))
    told = f"SELECT *, floor(dating_from / 100) AS century FROM {table}"
    told += f" WHERE {' AND '.join(where)}" if where else ""
    return (
        f"SELECT count(*) AS n, {', '.join(COUNTED)}, century FROM ({told}) AS t "
        f"GROUP BY GROUPING SETS ((), {sets}) ORDER BY n DESC"
    )


def flat(lists: list[list[float]]) -> list[float]:
    """Return the times of all questions together."""
    return [one for values in lists for one in values]


def agree(title: str, ours: list[int], pandas: list[int], sql: list[list[str]]) -> None:
    """Stop where the engines do not find the same: then times would not compare."""
    counted = [int(first[0]) for first in sql]
    assert ours == pandas == counted, (title, ours, pandas, counted)


if __name__ == "__main__":
    main()

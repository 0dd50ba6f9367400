"""What filters in CQL2 cost, kind ones and hostile ones: `python benchmarks/filters.py [ROWS …]`.

Milliseconds of the processor of one worker: to read and check a filter, and to find its rows. The
first time is that of a worker that has not compared texts yet. No answer comes from memory.
"""

from __future__ import annotations

import gc
import time

import numpy as np
from common.data import opened
from common.report import Report, say_versions, sizes

from geomap.errors import ParameterInvalid
from layers.cql2.filter import filter_of
from layers.cql2.mask import filter_mask
from layers.cql2.queryables import queryables_of
from layers.table import LayerTable

ROUNDS = 5


def ring(corners: int, radius: float) -> str:
    """Return a star of so many corners around the middle of Europe, as dense as a text may be."""
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = np.where(np.arange(corners) % 2, radius, radius / 3)
    points = np.column_stack([15 + 2 * reach * np.cos(turns), 50 + reach * np.sin(turns)])
    told = ",".join(f"{lng:.2f} {lat:.2f}" for lng, lat in [*points, points[0]])
    return f"POLYGON(({told}))"


def outline(corners: int, radius: float) -> str:
    """Return a country's outline, as far as its corners are concerned."""
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius * (1 + 0.1 * np.sin(9 * turns))
    points = np.column_stack([15 + 2 * reach * np.cos(turns), 50 + reach * np.sin(turns)])
    told = ",".join(f"{lng:.2f} {lat:.2f}" for lng, lat in [*points, points[0]])
    return f"POLYGON(({told}))"


def alternating(parts: int) -> str:
    """Return a condition that cannot be joined by columns."""
    pair = "(kind <> 'x{0}' OR rank <> {0} OR country <> 'Q')"
    return " AND ".join(pair.format(number) for number in range(parts))


CASES = {
    "a text": "name = 'Narva'",
    "a number": "rank > 50",
    "two columns": "kind = 'worship' AND rank > 50",
    "case": "CASEI(name) LIKE CASEI('Sa%')",
    "accents": "ACCENTI(CASEI(name)) LIKE '%burg%'",
    "a box": "S_INTERSECTS(geometry, BBOX(0, 40, 30, 60))",
    "a triangle": "S_WITHIN(geometry, POLYGON((0 40, 30 40, 15 60, 0 40)))",
    "an outline of 200 corners": f"S_WITHIN(geometry, {outline(200, 12)})",
    "a time": "T_INTERSECTS(dating, INTERVAL('1200-01-01', '1500-01-01'))",
    "arithmetic": "rank * 2 + dating_from > 1500 AND rank ^ 2 > dating_to % 7",
    "hostile: 33 alternating columns": alternating(33),
    "hostile: a star of 250 corners": f"S_INTERSECTS(geometry, {ring(250, 40)})",
    "hostile: a star disjoint": f"S_DISJOINT(geometry, {ring(250, 40)})",
    "hostile: 60 points touched": " OR ".join(
        f"S_TOUCHES(geometry, POINT({n} {n}))" for n in range(60)
    ),
    "hostile: 40 patterns": " OR ".join(f"name LIKE '%a{n}_%b%c_%'" for n in range(40)),
    "hostile: names against names": " AND ".join(["ACCENTI(name) <= ACCENTI(name_en)"] * 30),
    "hostile: towns in 40 patterns": " OR ".join(
        f"ACCENTI(CASEI(municipality)) LIKE '%a{n}_%b%'" for n in range(40)
    ),
    "hostile: towns against names": "CASEI(municipality) < CASEI(name) OR municipality = country",
    "hostile: a letter in most names": "name LIKE '%a%'",
    "hostile: what all names have": "name LIKE '%church of%'",
    "hostile: one letter left out": "name LIKE '%ch_rch%'",
    "hostile: ids": "CASEI(id) LIKE '%a1_f%'",
    "hostile: fifty times": " OR ".join(
        f"T_INTERSECTS(dating, INTERVAL('{n}-01-01', '{n + 1}-01-01'))" for n in range(1200, 1250)
    ),
    "hostile: without a name": " OR ".join(["name_ru IS NULL", "CASEI(name_fi) IS NULL"] * 30),
    "hostile: a diagonal crossed": "S_CROSSES(geometry, LINESTRING(-180 -90, 180 90))",
    "hostile: sums": " OR ".join(
        "+".join(["rank", "dating_from", "dating_to"] * 3) + f" = {n}" for n in range(19)
    ),
}


def main() -> None:
    """Print milliseconds of each kind of filter."""
    say_versions()
    for size in sizes():
        with opened(size) as (_, _, snapshot):
            table = snapshot.tables["sites"]
            gc.collect()
            gc.freeze()  # as a server does once it has started
            report, dearest = Report("filters", size), 0.0
            for title, text in CASES.items():
                read, found, kept = timed(table, text)
                report.head(f"{title}: {kept}")
                report.times(title, "reading", read)
                report.times(title, "first", found[:1])
                report.times(title, "finding", found[1:])
                dearest = max(dearest, *map(sum, zip(read, found, strict=True)))
            report.figure("the dearest, read and found or refused, ms", dearest)
            report.save()


def timed(table: LayerTable, text: str) -> tuple[list[float], list[float], str]:
    """Return milliseconds of reading and of finding, and how many rows were found."""
    reading, finding = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        asked = filter_of(text, queryables_of("sites"))
        read = time.process_time()
        try:
            kept = f"{int(filter_mask(table, asked).sum()):,} rows"
        except ParameterInvalid as refusal:
            kept = f"refused: {refusal}"
        reading.append((read - start) * 1000)
        finding.append((time.process_time() - read) * 1000)
    return reading, finding, kept


if __name__ == "__main__":
    main()

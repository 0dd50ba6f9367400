"""Where records are of which the public sees less than all: an index of its own, by their boxes.

It holds those records alone, so that it stays small beside a million public ones, and lies
outside of what a public connection can name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import apsw
import numpy as np
import shapely

from geomap.model import Feature, Visibility
from geomap.places import Bounds
from layers.store.records import SQL, features_of

Key = tuple[str, str]
"""(layer, id)."""
REVISION, GEOMETRY, VISIBILITY = 2, 6, 8
"""Where these stand in the rows that a write saves."""
EDGES = ("west", "south", "east", "north")
BOX_ERROR_DEGREES = 1e-4
"""Boxes are kept in 32-bit floats, rounded outward."""


def release(
    connection: apsw.Connection, gone: Iterable[Key], saved: Mapping[Key, Sequence[Any]]
) -> None:
    """Take records out of the index before their rows change."""
    # What is new is not in it; an import of a million need not look.
    known = (key for key, row in saved.items() if row[REVISION] > 1)
    connection.executemany(SQL["release"], [*gone, *known])


def withhold(connection: apsw.Connection, saved: Mapping[Key, Sequence[Any]]) -> None:
    """Put records that are not public, and have a place, into the index."""
    rows = [
        (key, row[GEOMETRY])
        for key, row in saved.items()
        if row[VISIBILITY] != Visibility.PUBLIC.value
    ]
    boxes = shapely.bounds(shapely.from_wkb(np.array([wkb for _, wkb in rows], dtype=object)))
    connection.executemany(
        SQL["withhold"],
        (
            (*key, west, east, south, north)
            for (key, _), (west, south, east, north) in zip(rows, boxes.tolist(), strict=True)
            if not math.isnan(west)  # An empty place has no box.
        ),
    )


def withheld_in(
    connection: apsw.Connection, layer: str, boxes: Sequence[Bounds], after: int, limit: int
) -> list[tuple[int, Feature]]:
    """Return (number, record) of those whose box meets one of these, ascending, from `after` on."""
    found: dict[int, Sequence[Any]] = {}
    for part in (part for box in boxes for part in box.parts()):
        edges = {name: getattr(part, name) for name in EDGES}
        asked = {**edges, "layer": layer, "after": after, "limit": limit}
        found |= {number: row for number, *row in connection.execute(SQL["withheld_within"], asked)}
    numbers = sorted(found)[:limit]
    return [*zip(numbers, features_of([found[one] for one in numbers]), strict=True)]


def edge_of(*given: Any) -> float | None:
    """Return the named edge of the box of a WKB geometry in degrees; None where it has none."""
    wkb, edge = given
    value = shapely.bounds(shapely.from_wkb(wkb))[EDGES.index(edge)]
    return None if np.isnan(value) else float(value)


def withheld_faults(connection: apsw.Connection) -> Iterator[str]:
    """Yield what is wrong with the index, one sentence each."""
    said = connection.execute(SQL["check_withheld"]).get
    if said != "ok":
        yield f"The index of what is not public is damaged: {said}."
    placed = 0
    for layer, feature_id, wkb, *box in connection.execute(SQL["withheld_boxes"]):
        bounds = [edge_of(wkb, edge) for edge in EDGES]
        placed += bounds[0] is not None
        if not _close(box, bounds):
            yield f"{layer}/{feature_id}: officers do not find it where it is."
    count = connection.execute(SQL["withheld_count"]).get
    if count != placed:
        yield f"Officers find {count} records by their place, and {placed} are not public."


def _close(box: Sequence[float | None], bounds: Sequence[float | None]) -> bool:
    pairs = zip(box, bounds, strict=True)
    return all(
        one == other if one is None or other is None else abs(one - other) <= BOX_ERROR_DEGREES
        for one, other in pairs
    )

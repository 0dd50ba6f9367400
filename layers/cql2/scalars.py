"""What SQL calls for one row: the functions that a connection of SQLite is given.

They answer NULL for NULL, and are those of the masks, so that both evaluators agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import apsw
import orjson
import shapely

from layers.cql2.functions import FUNCTIONS, computed
from layers.cql2.moments import moment, year_moment
from layers.cql2.places import exactly
from layers.cql2.sets import RELATIONS, as_set
from layers.cql2.texts import FOLDS, like
from layers.cql2.tree import Reading, Shape, Side


def _call(function: str, value: Any) -> Any:
    if function in FOLDS:
        return FOLDS[function](value)
    return FUNCTIONS[function].of_one(value)


def _computed(op: str, left: float, right: float) -> float | None:
    result = float(computed(op, left, right))
    return None if result != result else result  # noqa: PLR0124  not a number


def _moment(value: Any, reading: str, side: str) -> int | None:
    if reading == Reading.YEAR:
        return year_moment(float(value), Side(side))
    return moment(str(value), Reading(reading), Side(side))


def _related(relation: str, shape: bytes, geometry: bytes) -> bool:
    return bool(exactly(relation, _shape(shape).geometry, shapely.from_wkb(geometry)))


@lru_cache(64)
def _shape(wkb: bytes) -> Shape:
    return Shape(wkb)


def _arrays(relation: str, held: str, wanted: str) -> bool:
    return RELATIONS[relation](as_set(orjson.loads(held)), as_set(orjson.loads(wanted)))


SCALARS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "cql2_call": (2, _call),
    "cql2_computed": (3, _computed),
    "cql2_moment": (3, _moment),
    "cql2_like": (2, like),
    "cql2_related": (3, _related),
    "cql2_arrays": (3, _arrays),
}
"""Name → how many arguments, and the function."""


def install(connection: apsw.Connection) -> None:
    """Give a connection the functions that the conditions of filters call."""
    for name, (count, function) in SCALARS.items():
        connection.create_scalar_function(name, _null_for_null(function), count, deterministic=True)


def _null_for_null(function: Callable[..., Any]) -> Callable[..., Any]:
    def of_values(*values: Any) -> Any:
        return None if any(value is None for value in values) else function(*values)

    return of_values

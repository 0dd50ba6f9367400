"""A filter understood: names are queryables, values have types, and nothing else is in it.

Nodes are values: two filters that ask the same in the same order are equal, and so are their
texts, which `key` returns. Times are whole microseconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeAlias

import shapely

FOREVER = 2**62
"""What an open end of an interval is taken as, in microseconds; with a minus sign, its start."""


class Type(StrEnum):
    """What a queryable or a value is."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    GEOMETRY = "geometry"
    ARRAY = "array"


class Reading(StrEnum):
    """How a column tells a time."""

    DATE = "date"
    """A text of ISO 8601, the whole day."""
    TIMESTAMP = "timestamp"
    """A text of ISO 8601, UTC where it does not say."""
    YEAR = "year"
    """A number, the whole year."""


class Side(StrEnum):
    """Which moment of a time is meant; those of an instant are the same."""

    FIRST = "first"
    LAST = "last"
    EDGE = "edge"
    """The first moment of what it ends with, so of its last day."""


@dataclass(frozen=True)
class Literal:
    """A text, a number (a whole one exactly), or a truth value."""

    value: str | int | float | bool


@dataclass(frozen=True)
class Property:
    """The value of a column."""

    column: str
    type: Type


@dataclass(frozen=True)
class Moment:
    """A moment that a column of dates tells, in microseconds."""

    column: str
    reading: Reading
    side: Side
    missing: int | None = None
    """What takes the place of no value: an open end."""


@dataclass(frozen=True)
class Call:
    """A function of one text or time: `casei`, `accenti`, or one of `functions.FUNCTIONS`."""

    function: str
    of: Scalar


@dataclass(frozen=True)
class Arithmetic:
    """`+ - * / % div ^` of two numbers, as floating point."""

    op: str
    left: Scalar
    right: Scalar


Scalar: TypeAlias = Literal | Property | Moment | Call | Arithmetic


@dataclass(frozen=True)
class Shape:
    """A geometry in OGC:CRS84, two dimensions, as WKB."""

    wkb: bytes

    @cached_property
    def geometry(self) -> shapely.Geometry:
        """The geometry, prepared."""
        geometry = shapely.from_wkb(self.wkb)
        shapely.prepare(geometry)
        return geometry


@dataclass(frozen=True)
class Always:
    """True or false, whatever the row."""

    value: bool


@dataclass(frozen=True)
class And:
    """All of them."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True)
class Or:
    """Any of them."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True)
class Not:
    """The contrary; what is unknown stays so."""

    part: Predicate


@dataclass(frozen=True)
class Comparison:
    """`= <> < <= > >=` of two of one type."""

    op: str
    left: Scalar
    right: Scalar


@dataclass(frozen=True)
class Among:
    """One of these values."""

    of: Scalar
    values: tuple[str | int | float | bool, ...]


@dataclass(frozen=True)
class Like:
    """A text with `%` for any letters, `_` for one, a backslash before those that are meant."""

    of: Scalar
    pattern: str


@dataclass(frozen=True)
class Missing:
    """Without a value; always known."""

    of: Scalar | Place


@dataclass(frozen=True)
class Place:
    """The geometry of the feature."""

    column: str


@dataclass(frozen=True)
class Holds:
    """A truth value of the feature."""

    of: Property


@dataclass(frozen=True)
class Spatial:
    """A relation between the feature's geometry and a shape, said of the shape.

    `relation` is a name of shapely's predicates: `contains` where the filter says S_WITHIN.
    """

    relation: str
    of: Place
    shape: Shape


@dataclass(frozen=True)
class Arrays:
    """A relation of an array of the feature to a list of values: `A_CONTAINS` and its like."""

    relation: str
    of: Property
    values: tuple[str | int | float | bool, ...]


@dataclass(frozen=True)
class Given:
    """`then` where `known` is true, else unknown."""

    known: Predicate
    then: Predicate


Predicate: TypeAlias = (
    Always | And | Or | Not | Comparison | Among | Like | Missing | Holds | Spatial | Arrays | Given
)
Node: TypeAlias = Predicate | Scalar | Place | Shape


def nodes(node: Any) -> Iterator[Any]:
    """Yield a node and all that it is made of."""
    yield node
    for one in fields(node):
        part = getattr(node, one.name)
        for inner in part if isinstance(part, tuple) else (part,):
            if hasattr(inner, "__dataclass_fields__"):
                yield from nodes(inner)


def columns_of(node: Any) -> frozenset[str]:
    """Return the columns that a node reads."""
    return frozenset(one.column for one in nodes(node) if hasattr(one, "column"))


TRUE, FALSE = Always(True), Always(False)

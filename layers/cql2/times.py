"""Times in a filter, and how two of them stand to each other: Allen's relations.

Every relation comes down to comparisons of first and last moments, so that neither evaluator
needs to know more of time than numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from layers.cql2.folding import comparison
from layers.cql2.moments import moment
from layers.cql2.queryables import Queryable
from layers.cql2.raw import Instant, refused
from layers.cql2.tree import (
    FOREVER,
    TRUE,
    And,
    Given,
    Literal,
    Missing,
    Moment,
    Not,
    Or,
    Predicate,
    Property,
    Reading,
    Scalar,
    Side,
    Type,
)

INSTANTS = frozenset({Type.DATE, Type.TIMESTAMP})


@dataclass(frozen=True)
class Time:
    """From a first moment to a last one; a day is as long as it is, an open end forever."""

    first: Scalar
    last: Scalar
    edge: Scalar
    """The first moment of the day, or the instant, that it ends with."""
    type: Type
    known: Predicate = TRUE


def instant(said: Instant, side: Side) -> int:
    """Return the moment of a literal.

    Raises:
        ParameterInvalid: There is no such day or time.
    """
    reading = Reading(said.kind)
    found = moment(said.text, reading, side)
    if found is None:
        form = "2024-02-29" if reading is Reading.DATE else "2024-02-29T12:00:00Z"
        raise refused(said.at, said.text, f"a {said.kind} such as {form} is expected.")
    return found


def time_of_instant(said: Instant) -> Time:
    """Return the time of a literal."""
    first, last, edge = (
        Literal(instant(said, side)) for side in (Side.FIRST, Side.LAST, Side.EDGE)
    )
    return Time(first, last, edge, Type(said.kind))


def time_of_property(one: Queryable) -> Time:
    """Return the time that a queryable tells; an interval is unknown only without any end."""
    if one.type in INSTANTS:
        [column], [reading] = one.columns, one.readings
        first, last, edge = (
            Moment(column, reading, side) for side in (Side.FIRST, Side.LAST, Side.EDGE)
        )
        return Time(first, last, edge, one.type)
    (begins, ends), (of_begin, of_end) = one.columns, one.readings
    return Time(
        Moment(begins, of_begin, Side.FIRST, -FOREVER),
        Moment(ends, of_end, Side.LAST, FOREVER),
        Moment(ends, of_end, Side.EDGE, FOREVER),
        Type.INTERVAL,
        any_known(begins, ends),
    )


def any_known(*columns: str) -> Predicate:
    """Return the condition that one of these columns has a value."""
    return Not(And(tuple(Missing(Property(column, Type.NUMBER)) for column in columns)))


Relation = Callable[[Time, Time], Predicate]


def _all(*said: tuple[Scalar, str, Scalar]) -> Predicate:
    return And(tuple(comparison(op, left, right) for left, op, right in said))


def _after(a: Time, b: Time) -> Predicate:
    return comparison(">", a.first, b.last)


def _intersects(a: Time, b: Time) -> Predicate:
    return _all((a.first, "<=", b.last), (a.last, ">=", b.first))


def _disjoint(a: Time, b: Time) -> Predicate:
    return Or((_after(a, b), _after(b, a)))


def _equals(a: Time, b: Time) -> Predicate:
    return _all((a.first, "=", b.first), (a.last, "=", b.last))


def _contains(a: Time, b: Time) -> Predicate:
    return _all((a.first, "<", b.first), (a.last, ">", b.last))


def _finishes(a: Time, b: Time) -> Predicate:
    return _all((a.first, ">", b.first), (a.last, "=", b.last))


def _meets(a: Time, b: Time) -> Predicate:
    # Two days meet when one ends with the day that the other begins with.
    return _all((a.edge, "<=", b.first), (a.last, ">=", b.first))


def _overlaps(a: Time, b: Time) -> Predicate:
    return _all((a.first, "<", b.first), (a.edge, ">", b.first), (a.last, "<", b.last))


def _starts(a: Time, b: Time) -> Predicate:
    return _all((a.first, "=", b.first), (a.last, "<", b.last))


def _turned(relation: Relation) -> Relation:
    return lambda a, b: relation(b, a)


OF_ANY: Mapping[str, Relation] = {
    "t_after": _after,
    "t_before": _turned(_after),
    "t_disjoint": _disjoint,
    "t_equals": _equals,
    "t_intersects": _intersects,
}
OF_INTERVALS: Mapping[str, Relation] = {
    "t_contains": _contains,
    "t_during": _turned(_contains),
    "t_finishedby": _turned(_finishes),
    "t_finishes": _finishes,
    "t_meets": _meets,
    "t_metby": _turned(_meets),
    "t_overlappedby": _turned(_overlaps),
    "t_overlaps": _overlaps,
    "t_startedby": _turned(_starts),
    "t_starts": _starts,
}
RELATIONS: Mapping[str, Relation] = {**OF_ANY, **OF_INTERVALS}


def related(relation: str, a: Time, b: Time) -> Predicate:
    """Return the condition that two times stand so to each other."""
    said = RELATIONS[relation](a, b)
    doubts = tuple(time.known for time in (a, b) if time.known != TRUE)
    return Given(And(doubts), said) if doubts else said

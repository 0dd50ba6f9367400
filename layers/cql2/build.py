"""From what a filter says to what it means: every name, operator and type is looked up.

What is in none of the tables here is refused; nothing is passed on as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import shapely

from geomap.systems import System
from layers.cql2.folding import arithmetic, comparison, folded, whole
from layers.cql2.functions import ARITHMETIC, FUNCTIONS
from layers.cql2.queryables import Queryable, Queryables
from layers.cql2.raw import Box, Geometry, Instant, Items, Name, Op, Raw, Span, Value, refused
from layers.cql2.shapes import shape_of
from layers.cql2.texts import FOLDS, LONGEST_PATTERN, MOST_WILDCARDS, like
from layers.cql2.times import (
    INSTANTS,
    OF_INTERVALS,
    RELATIONS,
    Time,
    any_known,
    instant,
    related,
    time_of_instant,
    time_of_property,
)
from layers.cql2.tree import (
    FALSE,
    FOREVER,
    TRUE,
    Always,
    Among,
    And,
    Arrays,
    Call,
    Holds,
    Like,
    Literal,
    Missing,
    Moment,
    Not,
    Or,
    Place,
    Predicate,
    Property,
    Scalar,
    Shape,
    Side,
    Spatial,
    Type,
)

SPATIAL: Mapping[str, tuple[str, str]] = {
    "s_contains": ("within", "contains"),
    "s_crosses": ("crosses", "crosses"),
    "s_disjoint": ("disjoint", "disjoint"),
    "s_equals": ("equals", "equals"),
    "s_intersects": ("intersects", "intersects"),
    "s_overlaps": ("overlaps", "overlaps"),
    "s_touches": ("touches", "touches"),
    "s_within": ("contains", "within"),
}
"""Function → what it says of the literal, as the second argument and as the first."""
ARRAYS: Mapping[str, str] = {
    "a_containedby": "a_contains",
    "a_contains": "a_containedby",
    "a_equals": "a_equals",
    "a_overlaps": "a_overlaps",
}
"""Function → what it is with its arguments exchanged."""
_TYPES_OF_VALUES = {bool: Type.BOOLEAN, int: Type.NUMBER, float: Type.NUMBER, str: Type.TEXT}
_HINTS = {
    Type.INTERVAL: "an interval is compared by T_INTERSECTS, T_BEFORE and their like.",
    Type.GEOMETRY: "a geometry is compared by S_INTERSECTS and its like.",
    Type.ARRAY: "an array is compared by A_CONTAINS and its like.",
}


class Typed(NamedTuple):
    """A value and what it is."""

    node: Scalar
    type: Type


class Builder:
    """Understands filters about some queryables."""

    def __init__(self, queryables: Queryables, system: System) -> None:
        """Begin.

        Args:
            queryables: What may be named.
            system: Of the coordinates in the filter.
        """
        self._queryables, self._system = queryables, system

    def predicate(self, said: Raw) -> Predicate:
        """Return a condition.

        Raises:
            ParameterInvalid: It is none, or names or compares what cannot be.
        """
        if isinstance(said, Value) and isinstance(said.value, bool):
            return Always(said.value)
        if isinstance(said, Name):
            one = self._named(said)
            if one.type is Type.BOOLEAN:
                return Holds(Property(one.columns[0], one.type))
        if isinstance(said, Op):
            build = PREDICATES.get(said.op)
            if build is None:
                known = ", ".join(PREDICATES)
                raise refused(said.at, said.op, f"a condition is expected, one of {known}.")
            return build(self, said)
        raise refused(said.at, _shown(said), "a condition is expected, such as name = 'Narva'.")

    def _named(self, said: Name) -> Queryable:
        one = self._queryables.get(said.name)
        if one is None:
            known = ", ".join(self._queryables)
            raise refused(said.at, said.name, f"a filter may ask for {known}.")
        return one

    def _all_of(self, said: Op) -> Predicate:
        return And(tuple(map(self.predicate, _several(said))))

    def _any_of(self, said: Op) -> Predicate:
        return Or(tuple(map(self.predicate, _several(said))))

    def _negated(self, said: Op) -> Predicate:
        [part] = _args(said, 1)
        return Not(self.predicate(part))

    def _compared(self, said: Op) -> Predicate:
        left, right = map(self.scalar, _args(said, 2))
        _require_same(said, left, right)
        if left.type is Type.BOOLEAN and said.op not in ("=", "<>"):
            raise refused(said.at, said.op, "truth values are compared by = and <>.")
        return comparison(said.op, left.node, right.node)

    def _between(self, said: Op) -> Predicate:
        value, low, high = map(self.scalar, _args(said, 3))
        _require_same(said, value, low)
        _require_same(said, value, high)
        return And(
            (comparison(">=", value.node, low.node), comparison("<=", value.node, high.node))
        )

    def _among(self, said: Op) -> Predicate:
        value, items = _args(said, 2)
        if not isinstance(items, Items) or not items.items:
            raise refused(said.at, _shown(items), "a list of values is expected.")
        left, rights = self.scalar(value), [*map(self.scalar, items.items)]
        for right in rights:
            _require_same(said, left, right)
        literals = [right.node.value for right in rights if isinstance(right.node, Literal)]
        if len(literals) == len(rights) and not isinstance(left.node, Literal):
            return Among(left.node, tuple(literals))
        return Or(tuple(comparison("=", left.node, right.node) for right in rights))

    def _like(self, said: Op) -> Predicate:
        value, pattern = map(self.scalar, _args(said, 2))
        if value.type is not Type.TEXT or pattern.type is not Type.TEXT:
            raise refused(said.at, value.type, "LIKE compares a text with a pattern.")
        if not isinstance(pattern.node, Literal):
            raise refused(said.at, "LIKE", "a pattern in quotes is expected.")
        text = str(pattern.node.value)
        wild = text.count("%") + text.count("_")
        if len(text) > LONGEST_PATTERN or wild > MOST_WILDCARDS:
            expected = f"up to {LONGEST_PATTERN} letters and {MOST_WILDCARDS} wildcards."
            raise refused(said.at, text, expected)
        if isinstance(value.node, Literal):
            return Always(like(str(value.node.value), text))
        return Like(value.node, text)

    def _missing(self, said: Op) -> Predicate:
        [part] = _args(said, 1)
        if isinstance(part, Name):
            one = self._named(part)
            if one.type is Type.GEOMETRY:
                return Missing(Place(one.columns[0]))
            if one.type is Type.INTERVAL:
                return Not(any_known(*one.columns))
            return Missing(Property(one.columns[0], one.type))
        value = self.scalar(part).node
        return FALSE if isinstance(value, Literal) else Missing(value)

    def _spatial(self, said: Op) -> Predicate:
        first, second = map(self._place, _args(said, 2))
        of_second, of_first = SPATIAL[said.op]
        if isinstance(first, Shape) and isinstance(second, Shape):
            return Always(bool(getattr(shapely, of_first)(first.geometry, second.geometry)))
        if isinstance(first, Place) and isinstance(second, Shape):
            return Spatial(of_second, first, second)
        if isinstance(first, Shape) and isinstance(second, Place):
            return Spatial(of_first, second, first)
        raise refused(said.at, said.op, "one of the two is to be a geometry literal or BBOX.")

    def _place(self, said: Raw) -> Place | Shape:
        if isinstance(said, Box | Geometry):
            return shape_of(said, self._system)
        if isinstance(said, Name):
            one = self._named(said)
            if one.type is Type.GEOMETRY:
                return Place(one.columns[0])
        raise refused(said.at, _shown(said), "a geometry is expected.")

    def _temporal(self, said: Op) -> Predicate:
        first, second = map(self._time, _args(said, 2))
        for time in (first, second):
            if said.op in OF_INTERVALS and time.type is not Type.INTERVAL:
                expected = "two intervals are expected; T_INTERSECTS, T_BEFORE, T_AFTER, "
                raise refused(said.at, said.op, f"{expected}T_EQUALS take a single date.")
        return related(said.op, first, second)

    def _time(self, said: Raw) -> Time:
        if isinstance(said, Instant):
            return time_of_instant(said)
        if isinstance(said, Span):
            return self._span(said)
        if isinstance(said, Name):
            one = self._named(said)
            if one.readings:
                return time_of_property(one)
        raise refused(said.at, _shown(said), "a date, a timestamp or an interval is expected.")

    def _span(self, said: Span) -> Time:
        begins, ends = said.ends
        first = self._end(begins, Side.FIRST, said.at)
        last = self._end(ends, Side.LAST, said.at)
        edge = self._end(ends, Side.EDGE, said.at)
        if comparison(">", first, last) == TRUE:
            raise refused(said.at, "INTERVAL", "the earlier end comes first.")
        columns = [end.column for end in (first, last) if isinstance(end, Moment)]
        known = any_known(*columns) if len(columns) == len(said.ends) else TRUE
        return Time(first, last, edge, Type.INTERVAL, known)

    def _end(self, end: str | Name, side: Side, at: str) -> Literal | Moment:
        open_end = -FOREVER if side is Side.FIRST else FOREVER
        if end == "..":
            return Literal(open_end)
        if isinstance(end, str):
            kind = "timestamp" if "T" in end else "date"
            return Literal(instant(Instant(kind, end, at), side))
        one = self._named(end)
        if one.type not in INSTANTS:
            raise refused(end.at, end.name, "an end is a date or a timestamp.")
        return Moment(one.columns[0], one.readings[0], side, open_end)

    def _arrays(self, said: Op) -> Predicate:
        first, second = _args(said, 2)
        name = self._array_named(first)
        relation, items = (said.op, second) if name else (ARRAYS[said.op], first)
        name = name or self._array_named(second)
        if name is None:
            raise refused(said.at, said.op, "an array of the feature and a list are expected.")
        values = items.items if isinstance(items, Items) else (items,)
        return Arrays(relation, Property(name.columns[0], name.type), tuple(map(_plain, values)))

    def _array_named(self, said: Raw) -> Queryable | None:
        one = self._named(said) if isinstance(said, Name) else None
        return one if one and one.type is Type.ARRAY else None

    def scalar(self, said: Raw) -> Typed:
        """Return a value that can be compared.

        Raises:
            ParameterInvalid: It is none.
        """
        if isinstance(said, Value):
            kind = _TYPES_OF_VALUES[type(said.value)]
            return Typed(_literal(said), kind)
        if isinstance(said, Instant):
            return Typed(Literal(instant(said, Side.FIRST)), Type(said.kind))
        if isinstance(said, Name):
            return self._property(said)
        if isinstance(said, Op):
            return self._computed(said)
        raise refused(said.at, _shown(said), "a single value is expected.")

    def _property(self, said: Name) -> Typed:
        one = self._named(said)
        if one.type in _HINTS:
            raise refused(said.at, said.name, _HINTS[one.type])
        [column] = one.columns
        if one.readings:
            return Typed(Moment(column, one.readings[0], Side.FIRST), one.type)
        return Typed(Property(column, one.type), one.type)

    def _computed(self, said: Op) -> Typed:
        if said.op in ARITHMETIC:
            left, right = map(self.scalar, _args(said, 2))
            for one in (left, right):
                if one.type is not Type.NUMBER:
                    raise refused(said.at, one.type, f"{said.op} computes with numbers.")
            return Typed(arithmetic(said.op, left.node, right.node, said.at), Type.NUMBER)
        if said.op in FOLDS:
            [part] = map(self.scalar, _args(said, 1))
            if part.type is not Type.TEXT:
                raise refused(said.at, part.type, f"{said.op.upper()} takes a text.")
            return Typed(folded(said.op, part.node), Type.TEXT)
        return self._called(said)

    def _called(self, said: Op) -> Typed:
        function = FUNCTIONS.get(said.op)
        if function is None:
            known = ", ".join((*FUNCTIONS, *FOLDS, *ARITHMETIC))
            raise refused(said.at, said.op, f"a value is expected, or one of {known}.")
        [part] = map(self.scalar, _args(said, 1))
        if part.type not in function.takes:
            takes = " or ".join(sorted(function.takes))
            raise refused(said.at, part.type, f"{function.name} takes a {takes}.")
        if isinstance(part.node, Literal):
            return Typed(Literal(function.of_one(int(part.node.value))), function.gives)
        return Typed(Call(function.name, part.node), function.gives)


def _literal(said: Value) -> Literal:
    if isinstance(said.value, float) and said.value.is_integer() and abs(said.value) < 2**53:
        return Literal(int(said.value))
    if isinstance(said.value, int) and not isinstance(said.value, bool):
        return whole(said.value, said.at)
    if isinstance(said.value, str) and not _is_text(said.value):
        raise refused(said.at, ascii(said.value), "a text of whole characters is expected.")
    return Literal(said.value)


def _is_text(value: str) -> bool:
    """Tell whether no half of a character is in it, which JSON can write but UTF-8 cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _plain(said: Raw) -> str | int | float | bool:
    """Return an item of a list; times are texts that no array of ours holds."""
    if isinstance(said, Instant):
        instant(said, Side.FIRST)
        return said.text
    if not isinstance(said, Value):
        raise refused(said.at, _shown(said), "a list of texts and numbers is expected.")
    return _literal(said).value


def _args(said: Op, count: int) -> tuple[Raw, ...]:
    if len(said.args) != count:
        raise refused(said.at, said.op, f"{count} arguments are expected, not {len(said.args)}.")
    return said.args


def _several(said: Op) -> tuple[Raw, ...]:
    if not said.args:
        raise refused(said.at, said.op, "one condition or more are expected.")
    return said.args


def _require_same(said: Op, left: Typed, right: Typed) -> None:
    """Refuse to compare what is of two kinds; a day can be compared with a moment."""
    if left.type is not right.type and not {left.type, right.type} <= INSTANTS:
        expected = f"two of one type are compared, not a {left.type} and a {right.type}."
        raise refused(said.at, said.op, expected)


def _shown(said: Raw) -> str:
    """Return the part of a filter as an error names it."""
    for name in ("name", "op", "value", "text"):
        if hasattr(said, name):
            return str(getattr(said, name))
    return type(said).__name__.lower()


Build = Callable[[Builder, Op], Predicate]

PREDICATES: Mapping[str, Build] = {
    "and": Builder._all_of,
    "or": Builder._any_of,
    "not": Builder._negated,
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), Builder._compared),
    "between": Builder._between,
    "in": Builder._among,
    "like": Builder._like,
    "isnull": Builder._missing,
    **dict.fromkeys(SPATIAL, Builder._spatial),
    **dict.fromkeys(RELATIONS, Builder._temporal),
    **dict.fromkeys(ARRAYS, Builder._arrays),
}

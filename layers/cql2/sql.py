"""Filters as the text of a WHERE clause and the values bound in it, for any store.

Nothing that a filter says is in the text: that is put together of the constants here, of a
dialect's templates and of a binding's column expressions alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from geomap.errors import ParameterInvalid
from layers.cql2.filter import Filter
from layers.cql2.tree import (
    Always,
    Among,
    And,
    Arithmetic,
    Arrays,
    Call,
    Comparison,
    Given,
    Holds,
    Like,
    Literal,
    Missing,
    Moment,
    Not,
    Or,
    Place,
    Property,
    Spatial,
)

Node = Any


@dataclass(frozen=True)
class Dialect:
    """How a store says what standard SQL has no words for: templates of `{0}`, `{1}` and so on."""

    parameter: str
    """Takes the number of a bound value."""
    call: str
    """A function of one value: its name, the value."""
    computed: str
    """Operator and two numbers; NULL where there is no result."""
    moment: str
    """Column, reading and side: microseconds since 1970."""
    like: str
    """Text and pattern."""
    related: str
    """Relation, shape as WKB, and geometry."""
    arrays: str
    """Relation, column, and list as JSON."""


DIALECTS: Mapping[str, Dialect] = {
    "sqlite": Dialect(
        parameter=":p{0}",
        call="cql2_call({0}, {1})",
        computed="cql2_computed({0}, {1}, {2})",
        moment="cql2_moment({0}, {1}, {2})",
        like="cql2_like({0}, {1})",
        related="cql2_related({0}, {1}, {2})",
        arrays="cql2_arrays({0}, {1}, {2})",
    ),
    # a new store: its line here, and its functions where its connections are opened
}


@dataclass(frozen=True)
class Binding:
    """Where a store has what a filter asks for: constants of ours."""

    columns: Mapping[str, str]
    """Column → expression."""
    near: str
    """Whether the box of a row's geometry meets west, south, east, north: a template."""


@dataclass
class Where:
    """A condition, and the values bound in it by name."""

    dialect: Dialect
    binding: Binding
    text: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def bound(self, value: Any) -> str:
        """Return the parameter that stands for a value."""
        number = len(self.values)
        self.values[f"p{number}"] = value
        return self.dialect.parameter.format(number)

    def column(self, name: str) -> str:
        """Return the expression of a column.

        Raises:
            ParameterInvalid: The store has none: it is computed by the read side.
        """
        if name not in self.binding.columns:
            raise ParameterInvalid("filter", name, "the store does not keep what is computed.")
        return self.binding.columns[name]

    def say(self, node: Node) -> str:
        """Return the text of a node."""
        return _WORDS[type(node)](self, node)

    def template(self, name: str, *parts: str) -> str:
        """Return a template of the dialect, filled."""
        return str(getattr(self.dialect, name)).format(*parts)


def where(asked: Filter, dialect: Dialect, binding: Binding) -> Where:
    """Return the condition of a filter.

    Raises:
        ParameterInvalid: It asks for what the store does not have.
    """
    said = Where(dialect, binding)
    said.text = said.say(asked.tree)
    return said


def _joined(word: str) -> Callable[[Where, Node], str]:
    def say(said: Where, node: Node) -> str:
        return f"({word.join(map(said.say, node.parts))})"

    return say


def _always(_: Where, node: Always) -> str:
    return "(1 = 1)" if node.value else "(1 = 0)"


def _not(said: Where, node: Not) -> str:
    return f"(NOT {said.say(node.part)})"


def _comparison(said: Where, node: Comparison) -> str:
    # The operator is one of a table's keys, not a text of the filter.
    return f"({said.say(node.left)} {_OPERATORS[node.op]} {said.say(node.right)})"


def _among(said: Where, node: Among) -> str:
    return f"({said.say(node.of)} IN ({_list(said, node.values)}))"


def _list(said: Where, values: Sequence[Any]) -> str:
    return ", ".join(map(said.bound, values))


def _like(said: Where, node: Like) -> str:
    return said.template("like", said.say(node.of), said.bound(node.pattern))


def _missing(said: Where, node: Missing) -> str:
    return f"({said.say(node.of)} IS NULL)"


def _holds(said: Where, node: Holds) -> str:
    return f"({said.say(node.of)} <> 0)"


def _given(said: Where, node: Given) -> str:
    return f"(CASE WHEN {said.say(node.known)} THEN {said.say(node.then)} END)"


def _spatial(said: Where, node: Spatial) -> str:
    place = said.say(node.of)
    negated = node.relation == "disjoint"
    relation = "intersects" if negated else node.relation
    near = said.binding.near.format(*map(said.bound, node.shape.geometry.bounds))
    exact = said.template("related", said.bound(relation), said.bound(node.shape.wkb), place)
    word = "NOT " if negated else ""
    return f"(CASE WHEN {place} IS NOT NULL THEN {word}({near} AND {exact}) END)"


def _arrays(said: Where, node: Arrays) -> str:
    values = said.bound(orjson.dumps(node.values).decode())
    return said.template("arrays", said.bound(node.relation), said.say(node.of), values)


def _literal(said: Where, node: Literal) -> str:
    return said.bound(node.value)


def _column(said: Where, node: Property | Place) -> str:
    return said.column(node.column)


def _moment(said: Where, node: Moment) -> str:
    column = said.column(node.column)
    read = said.bound(node.reading.value), said.bound(node.side.value)
    at = said.template("moment", column, *read)
    if node.missing is None:
        return at
    return f"(CASE WHEN {column} IS NULL THEN {said.bound(node.missing)} ELSE {at} END)"


def _arithmetic(said: Where, node: Arithmetic) -> str:
    sides = said.say(node.left), said.say(node.right)
    return said.template("computed", said.bound(node.op), *sides)


def _call(said: Where, node: Call) -> str:
    return said.template("call", said.bound(node.function), said.say(node.of))


_OPERATORS: Mapping[str, str] = {one: one for one in ("=", "<>", "<", "<=", ">", ">=")}
_WORDS: Mapping[type[Any], Callable[[Where, Any], str]] = {
    Always: _always,
    And: _joined(" AND "),
    Or: _joined(" OR "),
    Not: _not,
    Comparison: _comparison,
    Among: _among,
    Like: _like,
    Missing: _missing,
    Holds: _holds,
    Given: _given,
    Spatial: _spatial,
    Arrays: _arrays,
    Literal: _literal,
    Property: _column,
    Place: _column,
    Moment: _moment,
    Arithmetic: _arithmetic,
    Call: _call,
}

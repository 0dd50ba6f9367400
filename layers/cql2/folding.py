"""What can be said of literals alone is said while a filter is read."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from layers.cql2.functions import computed
from layers.cql2.raw import refused
from layers.cql2.texts import FOLDS
from layers.cql2.tree import Always, Arithmetic, Call, Comparison, Literal, Predicate, Scalar

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TURNED: Mapping[str, str] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_WHOLE: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
LARGEST = 2**63 - 1


def comparison(op: str, left: Scalar, right: Scalar) -> Predicate:
    """Return a comparison with its literal on the right; its truth, where both are literals."""
    if isinstance(left, Literal) and isinstance(right, Literal):
        return Always(bool(OPERATORS[op](left.value, right.value)))
    if isinstance(left, Literal):
        return Comparison(TURNED[op], right, left)
    return Comparison(op, left, right)


def folded(function: str, of: Scalar) -> Scalar:
    """Return a text without difference of case or accents.

    What a function of `FOLDS` has done once is done, whatever another did since: so a text has
    five forms and no more, however deep a filter nests them.
    """
    if isinstance(of, Literal):
        return Literal(FOLDS[function](str(of.value)))
    return of if function in folds_of(of)[1] else Call(function, of)


def folds_of(node: Scalar) -> tuple[Scalar, tuple[str, ...]]:
    """Return what is folded, and keys of `FOLDS` in the order in which they are done."""
    folds: list[str] = []
    while isinstance(node, Call) and node.function in FOLDS:
        folds.insert(0, node.function)
        node = node.of
    return node, tuple(folds)


def arithmetic(op: str, left: Scalar, right: Scalar, at: str) -> Scalar:
    """Return the result of an operation on numbers, whole ones exactly.

    Raises:
        ParameterInvalid: That of two literals is no number.
    """
    if not (isinstance(left, Literal) and isinstance(right, Literal)):
        return Arithmetic(op, left, right)
    one, other = left.value, right.value
    if isinstance(one, int) and isinstance(other, int) and op in _WHOLE:
        return whole(_WHOLE[op](one, other), at)
    result = float(computed(op, one, other))
    if result != result:  # noqa: PLR0124  not a number
        raise refused(at, f"{one} {op} {other}", "an operation with a result is expected.")
    return Literal(result)


def whole(value: int, at: str) -> Literal:
    """Return a whole number as a literal.

    Raises:
        ParameterInvalid: It has more than 64 bits.
    """
    if abs(value) > LARGEST:
        raise refused(at, str(value)[:40], f"a whole number within ±{LARGEST} is expected.")
    return Literal(value)

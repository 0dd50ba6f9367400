"""What a filter can compute: arithmetic, and functions of one argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.cql2.moments import years_of
from layers.cql2.tree import Type

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Function:
    """A function that is ours, beside those of the standard."""

    name: str
    help: str
    takes: frozenset[Type]
    gives: Type
    of: Callable[[NDArray[np.int64]], Floats]
    """Of moments in microseconds."""

    def of_one(self, moment: int) -> int | float:
        """Return the value for one moment."""
        value = float(self.of(np.array([moment], np.int64))[0])
        return int(value) if value.is_integer() else value


FUNCTIONS: Mapping[str, Function] = {
    one.name: one
    for one in (
        Function(
            "year",
            "The year of a date or a timestamp, in UTC.",
            frozenset({Type.DATE, Type.TIMESTAMP}),
            Type.NUMBER,
            years_of,
        ),
        # a new function: its line here
    )
}


def _divided(left: Floats, right: Floats) -> Floats:
    """Return the quotient cut to a whole number, as SQL's DIV has it."""
    return np.trunc(np.divide(left, right))


ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "div": _divided,
    "^": np.power,
}
"""Operator → function of floating-point numbers or arrays; the sign of `%` is the dividend's."""


def computed(op: str, left: Any, right: Any) -> Floats:
    """Return the result, NaN where there is none: beyond all numbers, or divided by zero."""
    with np.errstate(all="ignore"):
        result = np.asarray(ARITHMETIC[op](np.float64(left), np.float64(right)), np.float64)
    return np.where(np.isfinite(result), result, np.nan)

"""What a filter says, read but not yet understood: the same for both encodings.

Each part knows where it stands, so that a refusal can point there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from geomap.errors import ParameterInvalid

MOST_BYTES = 4096
"""Of a filter in UTF-8."""
DEEPEST = 32
"""Levels of nesting: of parentheses, NOT, functions, arrays."""
MOST_OPERANDS = 200
"""Names and values, where a geometry counts as one."""


@dataclass(frozen=True, slots=True)
class Name:
    """A property."""

    name: str
    at: str


@dataclass(frozen=True, slots=True)
class Value:
    """A text, a number, a truth value."""

    value: str | int | float | bool
    at: str


@dataclass(frozen=True, slots=True)
class Instant:
    """A `date` or a `timestamp`, as text."""

    kind: str
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class Span:
    """An interval: each end a text, `..`, or a property."""

    ends: tuple[str | Name, ...]
    at: str


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box of four or six numbers."""

    numbers: tuple[float, ...]
    at: str


@dataclass(frozen=True, slots=True)
class Geometry:
    """A geometry as GeoJSON."""

    json: Mapping[str, Any]
    at: str


@dataclass(frozen=True, slots=True)
class Items:
    """An array, or the list of IN."""

    items: tuple[Raw, ...]
    at: str


@dataclass(frozen=True, slots=True)
class Op:
    """An operator or a function, by its name in CQL2 JSON in lower case, and its arguments."""

    op: str
    args: tuple[Raw, ...]
    at: str


Raw: TypeAlias = Name | Value | Instant | Span | Box | Geometry | Items | Op


def refused(at: str, value: object, expected: str) -> ParameterInvalid:
    """Return the error that says where a filter is wrong, and what would be right."""
    place = f"at {at}: " if at else ""
    return ParameterInvalid("filter", str(value), f"{place}{expected}")


def require_short(text: str) -> None:
    """Refuse a text that is longer than any filter may be.

    Raises:
        ParameterInvalid: It is.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise refused("", text[:40] + "…", f"up to {MOST_BYTES} bytes are allowed; it has {size}.")


class Limits:
    """Counts what a filter is made of while it is read."""

    def __init__(self) -> None:
        self._depth = 0
        self._operands = 0

    def deeper(self, at: str) -> None:
        """Go one level down.

        Raises:
            ParameterInvalid: That is too deep.
        """
        self._depth += 1
        if self._depth > DEEPEST:
            raise refused(at, "(", f"up to {DEEPEST} levels of nesting are allowed.")

    def back(self, levels: int = 1) -> None:
        """Go up again."""
        self._depth -= levels

    def operand(self, at: str) -> None:
        """Count one more name or value.

        Raises:
            ParameterInvalid: There are too many.
        """
        self._operands += 1
        if self._operands > MOST_OPERANDS:
            raise refused(at, "", f"up to {MOST_OPERANDS} names and values are allowed.")

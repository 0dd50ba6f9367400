"""Arrays are compared as sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Values = frozenset[tuple[bool, Any]]

RELATIONS: Mapping[str, Callable[[Values, Values], bool]] = {
    "a_contains": frozenset.issuperset,
    "a_containedby": frozenset.issubset,
    "a_equals": frozenset.__eq__,
    "a_overlaps": lambda one, other: not one.isdisjoint(other),
}
"""Function → whether the feature's array stands so to a list."""


def as_set(values: Sequence[Any]) -> Values:
    """Return values as a set in which true is not 1."""
    return frozenset((isinstance(value, bool), value) for value in values)

"""The reader of CQL2 JSON. It knows every member that may stand there, and refuses all others."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from layers.cql2.raw import (
    DEEPEST,
    Box,
    Geometry,
    Instant,
    Items,
    Limits,
    Name,
    Op,
    Raw,
    Span,
    Value,
    refused,
    require_short,
)

_DEEPEST_BRACKETS = 2 * DEEPEST + 8
"""An operator is two brackets deep; coordinates of a geometry need a few more."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def read_json(text: str) -> Raw:
    """Return what a filter in CQL2 JSON says.

    Raises:
        ParameterInvalid: It is no JSON, has members that CQL2 does not know or one of them
            twice, or is too long, too deep or too wide.
    """
    require_short(text)
    _require_shallow(text)
    try:
        said = json.loads(text, object_pairs_hook=_members, parse_constant=_no_number)
    except json.JSONDecodeError as problem:
        at = f"character {problem.pos + 1}"
        raise refused(at, text[problem.pos : problem.pos + 20], f"JSON: {problem.msg}.") from None
    return _Reader().read(said, "$")


def _require_shallow(text: str) -> None:
    """Refuse deep brackets before a parser meets them."""
    depth = 0
    for sign in re.sub(r"[^\[\]{}]", "", _QUOTED.sub("", text)):
        depth += 1 if sign in "[{" else -1
        if depth > _DEEPEST_BRACKETS:
            raise refused("", sign, f"up to {DEEPEST} levels of nesting are allowed.")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise refused("", ", ".join(name for name, _ in pairs), "each member once is expected.")
    return found


def _no_number(text: str) -> NoReturn:
    raise refused("", text, "JSON has no such number.")


class _Reader:
    def __init__(self) -> None:
        self._limits = Limits()

    def read(self, said: Any, at: str) -> Raw:
        if isinstance(said, dict):
            return self._object(said, at)
        if isinstance(said, list):
            return Items(self._each(said, at), at)
        self._limits.operand(at)
        if said is None:
            raise refused(at, "null", 'use {"op": "isNull", "args": […]} to ask for no value.')
        if isinstance(said, float) and not math.isfinite(said):
            raise refused(at, said, "a number up to 1.7e308 is expected.")
        return Value(said, at)

    def _each(self, items: list[Any], at: str) -> tuple[Raw, ...]:
        self._limits.deeper(at)
        read = tuple(self.read(item, f"{at}[{place}]") for place, item in enumerate(items))
        self._limits.back()
        return read

    def _object(self, said: Mapping[str, Any], at: str) -> Raw:
        for names, read in _FORMS.items():
            if names[0] in said:
                if extra := sorted(said.keys() ^ set(names)):
                    expected = f"the members {' and '.join(names)} and no others are expected."
                    raise refused(at, ", ".join(extra), expected)
                return read(self, said, at)
        known = ", ".join(names[0] for names in _FORMS)
        raise refused(at, ", ".join(said), f"an object with one of {known} is expected.")

    def op(self, said: Mapping[str, Any], at: str) -> Raw:
        name, args = said["op"], said["args"]
        if not isinstance(name, str) or not isinstance(args, list):
            raise refused(at, name, "op is a text, args a list.")
        return Op(name.lower(), self._each(args, f"{at}.args"), at)

    def property(self, said: Mapping[str, Any], at: str) -> Raw:
        self._limits.operand(at)
        return Name(_text(said["property"], at), at)

    def date(self, said: Mapping[str, Any], at: str) -> Raw:
        self._limits.operand(at)
        return Instant("date", _text(said["date"], at), at)

    def timestamp(self, said: Mapping[str, Any], at: str) -> Raw:
        self._limits.operand(at)
        return Instant("timestamp", _text(said["timestamp"], at), at)

    def span(self, said: Mapping[str, Any], at: str) -> Raw:
        self._limits.operand(at)
        ends = said["interval"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise refused(at, ends, "an interval has two ends.")
        return Span(tuple(self._end(end, f"{at}.interval") for end in ends), at)

    def _end(self, end: Any, at: str) -> str | Name:
        said = self._object(end, at) if isinstance(end, dict) else _text(end, at)
        if isinstance(said, Instant):
            return said.text
        if not isinstance(said, str | Name):
            raise refused(at, end, "an end is a date, a timestamp, '..' or a property.")
        return said

    def box(self, said: Mapping[str, Any], at: str) -> Raw:
        self._limits.operand(at)
        numbers = said["bbox"]
        if not _is_position(numbers) or len(numbers) not in (4, 6):
            raise refused(at, numbers, "four numbers or six are expected.")
        return Box(tuple(map(float, numbers)), at)

    def geometry(self, said: Mapping[str, Any], at: str) -> Raw:
        self._limits.operand(at)
        return Geometry(said, at)

    def collection(self, said: Mapping[str, Any], at: str) -> Raw:
        parts = said["geometries"]
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            raise refused(at, parts, "a list of geometries is expected.")
        self._limits.operand(at)
        return Geometry(said, at)


def _text(said: Any, at: str) -> str:
    if not isinstance(said, str):
        raise refused(at, said, "a text is expected.")
    return said


def _is_position(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in numbers
    )


_FORMS: Mapping[tuple[str, ...], Callable[[_Reader, Mapping[str, Any], str], Raw]] = {
    ("op", "args"): _Reader.op,
    ("property",): _Reader.property,
    ("date",): _Reader.date,
    ("timestamp",): _Reader.timestamp,
    ("interval",): _Reader.span,
    ("bbox",): _Reader.box,
    ("coordinates", "type"): _Reader.geometry,
    ("geometries", "type"): _Reader.collection,
}
"""Members of an object, the one that tells it from others first, and how it is read."""

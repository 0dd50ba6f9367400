"""How the texts of parameters are read.

Numbers are ASCII digits and nothing that Python would kindly read besides: no `nan`, no `1_0`,
no digits of other scripts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from geomap.errors import CoordinateOutOfRange, CrsUnknown, ParameterInvalid
from geomap.places import Bounds, LngLat
from geomap.systems import CRS84, System, box_in_degrees, longitude_axis, system_named
from layers.cql2.raw import require_short

Read = TypeVar("Read")
Schema = Mapping[str, Any]

HALF_EARTH_KM = 20038.0
LONGEST_TEXT = 200
LONGEST_SAID = 1000

_NUMBER = re.compile(r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e[-+]?\d{1,3})?", re.A | re.I)
_WHOLE = re.compile(r"[0-9]{1,100}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Parameter(Generic[Read]):
    """One query parameter. `read` raises ParameterInvalid where the text cannot be meant."""

    name: str
    help: str
    schema: Schema
    read: Callable[[str], Read]


def number(name: str, text: str) -> float:
    """Return a finite number written in ASCII.

    Raises:
        ParameterInvalid: It is not one.
    """
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise ParameterInvalid(name, text, "a number such as 24.94 is expected.")
    return value


def whole(name: str, text: str, least: int, most: int | None = None) -> int:
    """Return a whole number of at least `least`.

    Raises:
        ParameterInvalid: It is not one, or outside the bounds.
    """
    value = int(text) if _WHOLE.fullmatch(text) else least - 1
    if value < least or (most is not None and value > most):
        range_ = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise ParameterInvalid(name, text, f"a whole number {range_} is expected.")
    return value


def said(name: str, text: str) -> str:
    """Return a text of one line that people have written.

    Raises:
        ParameterInvalid: It is longer than one line, or holds control characters.
    """
    if len(text) > LONGEST_SAID or _CONTROL.search(text):
        raise ParameterInvalid(name, text, f"up to {LONGEST_SAID} printable characters.")
    return text.strip()


def one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    """Return the text, which must be one of those known.

    Raises:
        ParameterInvalid: It is not.
    """
    if text not in known:
        raise ParameterInvalid(name, text, f"one of {', '.join(known)} is expected.")
    return text


def some_of(name: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts of a text between commas, each of which must be one of those known.

    Raises:
        ParameterInvalid: One is not.
    """
    return tuple(one_of(name, part, known) for part in text.split(","))


def moment(name: str, text: str) -> datetime:
    """Return a time with its offset from UTC; without one it is UTC.

    Raises:
        ParameterInvalid: It is no time.
    """
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        expected = "a time such as 2026-01-31T12:00:00Z is expected."
        raise ParameterInvalid(name, text, expected) from problem


class Corners(NamedTuple):
    """The numbers of a box as they came, in the axes of a reference system not yet known."""

    text: str
    numbers: tuple[float, float, float, float]


def corners(text: str) -> Corners:
    """Return four numbers, or those of six that are no heights.

    Raises:
        ParameterInvalid: There are not four or six numbers.
    """
    numbers = [number("bbox", part.strip(" ")) for part in text.split(",")]
    if len(numbers) not in {4, 6}:
        raise ParameterInvalid("bbox", text, "four numbers or six are expected: w,s,e,n.")
    half = len(numbers) // 2
    return Corners(text, (*numbers[:2], *numbers[half : half + 2]))  # type: ignore[arg-type]


def bbox(text: str, system: System = CRS84) -> Bounds:
    """Return the smallest box in degrees that holds the box which a text states.

    Args:
        text: Four numbers, or six, whose heights are read and left aside.
        system: In whose axes the numbers are.

    Raises:
        ParameterInvalid: There are not four or six numbers, or they are no box.
    """
    box = corners(text).numbers
    axis = longitude_axis(system)
    if any(box[n] > box[n + 2] for n in (0, 1) if n != axis):
        raise ParameterInvalid("bbox", text, "the least of each axis comes first.")
    try:
        return box_in_degrees(box, system)
    except CoordinateOutOfRange as problem:
        raise ParameterInvalid("bbox", text, str(problem)) from problem


def system(name: str, text: str) -> System:
    """Return the reference system of a URI or code.

    Raises:
        ParameterInvalid: It is none that is served.
    """
    try:
        return system_named(text)
    except CrsUnknown as problem:
        raise ParameterInvalid(name, text, str(problem)) from problem


def near(text: str) -> LngLat:
    """Return a place, longitude first.

    Raises:
        ParameterInvalid: It is no place.
    """
    numbers = [number("near", part.strip(" ")) for part in text.split(",")]
    if len(numbers) != 2 or abs(numbers[0]) > 180 or abs(numbers[1]) > 90:
        raise ParameterInvalid("near", text, "longitude,latitude in degrees are expected.")
    return LngLat(*numbers)


def within_km(text: str) -> float:
    """Return a distance in kilometres, above 0 and not beyond the other side of the Earth.

    Raises:
        ParameterInvalid: It is none.
    """
    value = number("within_km", text)
    if not 0 < value <= HALF_EARTH_KM:
        raise ParameterInvalid("within_km", text, f"kilometres up to {HALF_EARTH_KM:.0f}.")
    return value


def plain(name: str, text: str) -> str:
    """Return a short text without control characters.

    Raises:
        ParameterInvalid: It is long, or has such characters.
    """
    if len(text) > LONGEST_TEXT or _CONTROL.search(text):
        raise ParameterInvalid(name, text, f"up to {LONGEST_TEXT} printable characters.")
    return text


def distance(name: str, text: str) -> float:
    """Return a distance of 0 or more.

    Raises:
        ParameterInvalid: It is none.
    """
    value = number(name, text)
    if value < 0:
        raise ParameterInvalid(name, text, "a distance of 0 or more is expected.")
    return value


def keys(text: str) -> str:
    """Return the keys of an order without the `+` that some have, or the space it becomes."""
    return ",".join(key.strip().removeprefix("+").strip() for key in text.split(","))


def truth(name: str, text: str) -> bool:
    """Return whether a text says true.

    Raises:
        ParameterInvalid: It says neither true nor false.
    """
    return one_of(name, text, ("true", "false")) == "true"


def condition(text: str) -> str:
    """Return a condition as it came.

    Raises:
        ParameterInvalid: It is longer than is read.
    """
    require_short(text)
    return text


def country(name: str, text: str) -> str:
    """Return the code of a country.

    Raises:
        ParameterInvalid: It is none.
    """
    if not _COUNTRY.fullmatch(text):
        raise ParameterInvalid(name, text, "two capital letters of ISO 3166-1, such as FI.")
    return text

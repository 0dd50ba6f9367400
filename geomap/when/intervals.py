"""The `datetime` parameter of OGC API: RFC 3339 instants and intervals."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime

from geomap.errors import ParameterInvalid

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_HALF_BOUNDED = frozenset({"", ".."})


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of days, both ends included; None where it is open."""

    start: date | None
    end: date | None

    @property
    def start_year(self) -> int | None:
        """Return the year it begins in; None where it is open."""
        return None if self.start is None else self.start.year

    @property
    def end_year(self) -> int | None:
        """Return the year it ends in; None where it is open."""
        return None if self.end is None else self.end.year

    def meets(self, year_from: int | None, year_to: int | None) -> bool:
        """Tell whether a span of years touches it; a span of which nothing is known does."""
        begins_in_time = self.end_year is None or year_from is None or year_from <= self.end_year
        ends_in_time = self.start_year is None or year_to is None or year_to >= self.start_year
        return begins_in_time and ends_in_time


def parse_interval(text: str) -> Interval:
    """Return the interval that a `datetime` parameter asks for.

    Args:
        text: A date, a date-time (taken as its day in UTC), a year or a month; or two of them
            with `/` between, of which one may be `..` or empty for an open end.

    Raises:
        ParameterInvalid: It cannot be read, is open at both ends, or ends before it begins.
    """
    ends = text.split("/")
    try:
        if len(ends) == 1:
            return Interval(*_days(text))
        begin, finish = ends
        start = None if begin in _HALF_BOUNDED else _days(begin)[0]
        end = None if finish in _HALF_BOUNDED else _days(finish)[1]
    except (ValueError, OverflowError) as problem:
        raise ParameterInvalid("datetime", text, _EXPECTED) from problem
    if (start is None and end is None) or (start and end and start > end):
        raise ParameterInvalid("datetime", text, _EXPECTED)
    return Interval(start, end)


_EXPECTED = (
    "give a date, a date-time with its zone, or start/end in that order, where one of the two "
    "may be `..`, for example 1850-01-01/1899-12-31."
)


def _days(text: str) -> tuple[date, date]:
    """Return the first and the last day of one end."""
    if _MOMENT.fullmatch(text):
        if text[17:19] == "60":  # a leap second, which Python does not have
            text = f"{text[:17]}59{text[19:]}"
        moment = datetime.fromisoformat(text.upper())
        day = moment.astimezone(UTC).date()
        return day, day
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day_of_month = match.groups()
    last_month = int(month or 12)
    last_day = int(day_of_month or 0) or monthrange(int(year), last_month)[1]
    return (
        date(int(year), int(month or 1), int(day_of_month or 1)),
        date(int(year), last_month, last_day),
    )

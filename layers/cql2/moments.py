"""Times as whole microseconds since 1970 in UTC: instants, days, and the years of columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from layers.cql2.tree import Reading, Side

Micros = NDArray[np.int64]

SECOND = 1_000_000
DAY = 86_400 * SECOND
FARTHEST_YEAR = 140_000
"""Years beyond that are taken as this one: times stay within those of open ends."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str, reading: Reading, side: Side) -> int | None:
    """Return the first or last moment of a date or a timestamp; None where it is none.

    Args:
        text: As `DATE('…')` and `TIMESTAMP('…')` have it; a time without a zone is in UTC.
        reading: What it should be.
        side: Which moment of a day.
    """
    if reading is Reading.DATE:
        return _day(text, side)
    match = _TIMESTAMP.fullmatch(text)
    try:
        at = datetime.fromisoformat(text) if match else None
        if at is not None and at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        # Not by a float, which has no room for microseconds.
        since = at - _EPOCH if at else None
    except (ValueError, OverflowError):
        return None
    if since is None:
        return None
    return since.days * DAY + since.seconds * SECOND + since.microseconds


def _day(text: str, side: Side) -> int | None:
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        return None
    first = (day - _EPOCH.date()).days * DAY
    return first + DAY - 1 if side is Side.LAST else first


def year_moments(years: NDArray[np.float64], side: Side) -> Micros:
    """Return the first moment of years; or the last; or the first of their last day."""
    capped = np.nan_to_num(years, nan=0.0).clip(-FARTHEST_YEAR, FARTHEST_YEAR).astype(np.int64)
    firsts = _year_firsts(capped if side is Side.FIRST else capped + 1)
    back = {Side.FIRST: 0, Side.LAST: 1, Side.EDGE: DAY}
    return firsts - back[side]


def _year_firsts(years: Micros) -> Micros:
    days = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    firsts: Micros = days * DAY
    return firsts


@lru_cache(4096)
def year_moment(year: float, side: Side) -> int:
    """As `year_moments`, of one year."""
    return int(year_moments(np.array([year], np.float64), side)[0])


def moments(values: Iterable[object], reading: Reading, side: Side) -> list[int | None]:
    """Return the moment of each text, None where there is none."""
    return [moment(one, reading, side) if isinstance(one, str) else None for one in values]


def years_of(micros: Micros) -> NDArray[np.float64]:
    """Return the year in UTC of each moment."""
    years = np.asarray(micros, np.int64).astype("datetime64[us]").astype("datetime64[Y]")
    return years.astype(np.int64).astype(np.float64) + 1970

"""EDTF (ISO 8601-2): a date, however vague, as a span of years with open or unknown ends."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from time import struct_time
from typing import Any

import edtf
from edtf.parser.edtf_exceptions import EDTFParseException

from geomap.errors import DateUnparsable

LONGEST_TEXT = 200
LARGEST_YEAR = 10_000_000_000
"""Twice the age of the Earth, and safely inside every integer column."""

_PLAIN = re.compile(r"(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_LONG_YEAR = re.compile(r"Y?(-?)(\d+)(?:E(\d{1,2}))?(?:S(\d{1,2}))?", re.ASCII)
_SPACED = re.compile(r"\s*([,{}\[\]])\s*|\s*(\.\.)\s*")
_OPEN = {"..": "..", "open": ".."}
_UNKNOWN = {"": "", "unknown": ""}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time as EDTF words it. An end that is None is open or unknown."""

    edtf: str
    """Normal form; reading it again gives the same span."""
    year_from: int | None
    """First year it may touch, proleptic Gregorian, year 0 is 1 BC; None where not known."""
    year_to: int | None
    start: date | None
    """First day it may touch; years that `date` cannot hold are drawn to its nearest day."""
    end: date | None

    @property
    def ongoing(self) -> bool:
        """Tell whether it is said to last (`1992/..`), which an unknown end (`1992/`) is not."""
        return self.edtf.endswith("/..")


@lru_cache(maxsize=65_536)
def parse_edtf(text: str) -> Span:
    """Return the span of an EDTF date of level 0, 1 or 2; remembered, for dates repeat.

    Args:
        text: For example `1902`, `1902-05-01`, `1902/1903`, `../1478`, `176X`, `1850~`. The
            words `open` and `unknown` of the EDTF draft are taken for interval ends too.

    Raises:
        DateUnparsable: It is not EDTF, ends before it begins, or says nothing at all.
    """
    words = _SPACED.sub(lambda match: match[1] or match[2], text.strip())
    try:
        if len(words) > LONGEST_TEXT or not words.isascii():
            raise ValueError(words)
        return _read(words)
    except _UNREADABLE as problem:
        raise DateUnparsable(
            f"{text[:LONGEST_TEXT]!r} is not an EDTF date; right would be, for example, 1902, "
            "1902-05-01, 1902/1903, ../1478, 176X or 1850~."
        ) from problem


# What the edtf package lets escape for words that its grammar takes and its arithmetic does not.
_UNREADABLE = (
    EDTFParseException,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
)


def _read(words: str) -> Span:
    if "/" in words:
        return _interval(words)
    if words[:1] + words[-1:] in _SETS:
        return _set(words)
    return _single(words)


def _single(words: str) -> Span:
    if match := _PLAIN.fullmatch(words):
        return _plain(words, *match.groups())
    if match := _LONG_YEAR.fullmatch(words):
        return _long_year(words, *match.groups())
    return _vague(words)


def _plain(words: str, year: str, month: str | None, day: str | None) -> Span:
    """Read a calendar date without the grammar, which takes milliseconds."""
    if year == "-0000":
        raise ValueError(words)
    if month and int(month) > 12:
        return _vague(words)  # a season
    first_month, last_month = int(month or 1), int(month or 12)
    last_day = monthrange(int(year), last_month)[1]
    if first_month < 1 or not 1 <= int(day or 1) <= last_day:
        raise ValueError(words)
    return Span(
        words,
        int(year),
        int(year),
        _date(int(year), first_month, int(day or 1)),
        _date(int(year), last_month, int(day or last_day)),
    )


def _long_year(words: str, sign: str, digits: str, power: str | None, keep: str | None) -> Span:
    """Read a year of any length, with the significant digits that the edtf package ignores."""
    if not words.startswith("Y") and (len(digits) != 4 or power or not keep):
        raise ValueError(words)
    if words.startswith("Y") and not power and len(digits) < 5:
        raise ValueError(words)
    size = int(digits) * 10 ** int(power or 0)
    if size > LARGEST_YEAR or keep == "0":
        raise ValueError(words)
    unit = 10 ** max(len(str(size)) - int(keep), 0) if keep else 1
    near, far = size // unit * unit, size // unit * unit + unit - 1
    first, last = (-far, -near) if sign else (near, far)
    return Span(words, first, last, _date(first, 1, 1), _date(last, 12, 31))


def _vague(words: str) -> Span:
    """Read what needs the grammar: seasons, unspecified digits, qualifiers, date-times."""
    if words[:1] in "[{" or "E" in words or any(character.isspace() for character in words):
        # On a set the package takes time that doubles with each member, and it computes any
        # power of ten.
        raise ValueError(words)
    parsed: Any = edtf.parse_edtf(words)
    # The edtf package reads an unknown year as the years from 0 to 9999.
    unknown_year = words.lstrip("?~%").startswith("XXXX")
    first = None if unknown_year else _bound(parsed.lower_strict())
    last = None if unknown_year else _bound(parsed.upper_strict())
    return _ordered(
        str(parsed),
        Span("", first and first[0], None, first and _date(*first), None),
        Span("", None, last and last[0], None, last and _date(*last)),
    )


def _interval(words: str) -> Span:
    """Read an interval end by end: the edtf package gives an unknown end ten years."""
    left, right = words.split("/")
    begin, finish = _end(left), _end(right)
    if begin.edtf in _NOTHING and finish.edtf in _NOTHING:
        raise ValueError(words)
    return _ordered(f"{begin.edtf}/{finish.edtf}", begin, finish)


def _end(words: str) -> Span:
    said = {**_OPEN, **_UNKNOWN}.get(words)
    return _single(words) if said is None else Span(said, None, None, None, None)


def _set(words: str) -> Span:
    """Read one of (`[]`) or all of (`{}`) some dates; `..` joins two, or opens an end."""
    members = words[1:-1].split(",")
    spans = [_member(member) for member in members]
    if any(member.startswith("..") for member in members[1:]) or any(
        member.endswith("..") for member in members[:-1]
    ):
        raise ValueError(words)
    begin, finish = min(spans, key=_beginning), max(spans, key=_finish)
    return _ordered(f"{words[0]}{','.join(span.edtf for span in spans)}{words[-1]}", begin, finish)


def _beginning(span: Span) -> tuple[float, date]:
    return -math.inf if span.year_from is None else span.year_from, span.start or date.min


def _finish(span: Span) -> tuple[float, date]:
    return math.inf if span.year_to is None else span.year_to, span.end or date.max


def _member(words: str) -> Span:
    if ".." not in words:
        return _single(words)
    left, right = words.split("..")
    if not left and not right:
        raise ValueError(words)
    begin, finish = _end(left), _end(right)
    return _ordered(f"{begin.edtf}..{finish.edtf}", begin, finish)


def _ordered(words: str, begin: Span, finish: Span) -> Span:
    if (
        begin.year_from is not None
        and finish.year_to is not None
        and (begin.year_from, begin.start) > (finish.year_to, finish.end)
    ):
        raise ValueError(words)
    return Span(words, begin.year_from, finish.year_to, begin.start, finish.end)


_NOTHING = frozenset({"", ".."})
_SETS = frozenset({"[]", "{}"})


def _bound(moment: struct_time | float) -> tuple[int, int, int] | None:
    """Return year, month and day; None for the infinities of an open set."""
    if isinstance(moment, float):
        return None
    if abs(moment.tm_year) > LARGEST_YEAR:
        raise ValueError(moment.tm_year)
    return moment.tm_year, moment.tm_mon, moment.tm_mday


def _date(year: int, month: int, day: int) -> date:
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    # Unspecified digits make days such as the 31st of a June.
    return date(year, month, min(day, monthrange(year, month)[1]))

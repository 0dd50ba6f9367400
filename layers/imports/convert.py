"""Small named converters: from the writing of a register to the value of a field.

A converter that cannot read a value hands its text on, and the field's checker says what is wrong
with it; None means that the value says nothing for the field, and the column is kept in `extra`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from babel import Locale

from geomap.when import read_date
from layers.fields import country_codes

_SPACES = re.compile(r"[\s\u00a0\u202f']")
_NUMBER = re.compile(r"[+-]?(\d{1,17}\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_LATIN = re.compile(r"[A-Za-z]")
_YEAR = re.compile(r"\d{4}", re.ASCII)
_PERIOD = re.compile(r"(\d{4})\s*[-–/]\s*(\d{4})?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{2}|\d{4})", re.ASCII)
_STATUS_EVENT = ("date", "status", "side", "reason", "source_url")

Rules = Sequence[tuple[str, Sequence[str]]]
"""(code, beginnings of words) in order: the first code one of whose words is there holds.

A word that ends with a space must be there as a whole.
"""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a rule, written with bars between them."""
    return tuple(text.split("|"))


def text_of(value: Any) -> str:
    """Return a value as text: JSON's truths in lower case, whole floats without a fraction."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)


def number_of(value: Any) -> float | None:
    """Return a number written with a decimal point or comma; None when it is none.

    Spaces and apostrophes group digits; where both a comma and a point occur, the last one is
    the decimal mark.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return None
    text = _SPACES.sub("", value)
    if "," in text:
        grouping, decimal = (".", ",") if text.rfind(",") > text.rfind(".") else (",", ".")
        text = text.replace(grouping, "").replace(decimal, ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def _text(value: Any, *, blank: Sequence[str] = ()) -> str | None:
    text = text_of(value)
    return None if text in blank else text


def _as_is(value: Any) -> Any:
    return value


def _number(value: Any) -> Any:
    number = number_of(value)
    return text_of(value) if number is None else number


def _integer(value: Any, *, blank: Sequence[str] = ()) -> Any:
    text = text_of(value)
    if text in blank:
        return None
    number = number_of(text)
    return int(number) if number is not None and number.is_integer() else text


def _measure(value: Any) -> Any:
    """Read a size; registers write 0 where they know none."""
    return _number(value) or None


def _member(value: Any, *, name: str) -> dict[str, Any]:
    return {name: value}


def _name(
    value: Any, *, lang: str = "und", type: str = "preferred", not_latin: str = ""
) -> list[dict[str, str]]:
    """Make a name; `not_latin` is its language where no letter of it is Latin."""
    text = text_of(value)
    if not_latin and not _LATIN.search(text):
        lang = not_latin
    return [{"value": text, "lang": lang, "type": type}]


def _names(
    value: Any, *, lang: str, type: str = "alternative", separator: str = "|"
) -> list[dict[str, str]]:
    return [
        {"value": name.strip(), "lang": lang, "type": type}
        for name in text_of(value).split(separator)
        if name.strip()
    ]


def _tagged_names(value: Any, *, type: str = "historic") -> list[dict[str, str]]:
    names = []
    for member in text_of(value).split("|"):
        name, _, lang = member.rpartition("@")
        names.append({"value": name or lang, "lang": lang if name else "und", "type": type})
    return names


def _described(value: Any, *, lang: str) -> dict[str, str]:
    return {lang: text_of(value)}


def _term(value: Any, *, terms: Mapping[str, Any]) -> Any:
    return terms.get(text_of(value))


def _words(value: Any, *, rules: Rules) -> str | None:
    words = f" {text_of(value).casefold()}"
    return next((code for code, starts in _compiled(rules) if starts.search(words)), None)


_COMPILED: dict[int, tuple[Rules, list[tuple[str, re.Pattern[str]]]]] = {}


def _compiled(rules: Rules) -> list[tuple[str, re.Pattern[str]]]:
    known = _COMPILED.get(id(rules))
    if known is None or known[0] is not rules:
        patterns = [
            (code, re.compile(rf"\b(?:{'|'.join(_pattern(word) for word in starts)})"))
            for code, starts in rules
        ]
        known = _COMPILED[id(rules)] = (rules, patterns)
    return known[1]


def _pattern(word: str) -> str:
    whole = word.endswith(" ")
    return re.escape(word.strip()) + (r"\b" if whole else "")


def _codes(value: Any, *, separator: str = ",") -> list[str]:
    members = value if isinstance(value, list) else text_of(value).split(separator)
    return [str(code).strip().upper() for code in members if str(code).strip()]


def _sole_code(value: Any, *, separator: str = ",") -> str | None:
    codes = _codes(value, separator=separator)
    return codes[0] if len(codes) == 1 else None


def _country_named(value: Any) -> str | None:
    return _english_countries().get(text_of(value).casefold())


@cache
def _english_countries() -> Mapping[str, str]:
    names = Locale("en").territories
    named = {names[code].casefold(): code for code in country_codes()}
    return {**named, "congo": "CG", "guinea-bissau": "GW"}


def _external_id(value: Any, *, scheme: str) -> list[dict[str, str]]:
    return [{"scheme": scheme, "value": text_of(value)}]


def _address(value: Any, *, form: str) -> str:
    return form.format(text_of(value))


def _day_month_year(value: Any) -> str:
    """Read `26.01.16`; two digits from 70 on are of the last century."""
    text = text_of(value)
    match = _DAY.fullmatch(text)
    if match is None:
        return text
    day, month, year = (int(part) for part in match.groups())
    if year < 100:
        year += 1900 if year >= 70 else 2000
    return f"{year:04}-{month:02}-{day:02}"


@lru_cache(maxsize=8192)
def _years(value: str) -> str | None:
    years = _YEAR.findall(value)
    if not years:
        return None
    first, last = min(years), max(years)
    return first if first == last else f"{first}/{last}"


def _period(value: Any) -> str:
    """Read `2014-2020` and the open `1998-`."""
    match = _PERIOD.fullmatch(text_of(value))
    return f"{match[1]}/{match[2] or '..'}" if match else text_of(value)


def _loose_date(value: Any, *, lang: str) -> str | None:
    span = read_date(text_of(value), lang)
    return span.edtf if span is not None else None


def _status_events(value: Any) -> Any:
    if isinstance(value, list):
        return value
    events = []
    for event in text_of(value).split("|"):
        parts = (part.strip() for part in event.split(";"))
        named = zip(_STATUS_EVENT, parts, strict=False)
        events.append({name: part for name, part in named if part})
    return events


def _objects(value: Any, *, separator: str = "|") -> Any:
    if isinstance(value, list):
        return [{"name": member} if isinstance(member, str) else member for member in value]
    return [{"name": name.strip()} for name in text_of(value).split(separator) if name.strip()]


CONVERTERS: Mapping[str, Callable[..., Any]] = {
    "text": _text,
    "as_is": _as_is,
    "number": _number,
    "integer": _integer,
    "measure": _measure,
    "member": _member,
    "name": _name,
    "names": _names,
    "tagged_names": _tagged_names,
    "described": _described,
    "term": _term,
    "words": _words,
    "codes": _codes,
    "sole_code": _sole_code,
    "country_named": _country_named,
    "external_id": _external_id,
    "address": _address,
    "day_month_year": _day_month_year,
    "years": lambda value: _years(text_of(value)),
    "period": _period,
    "loose_date": _loose_date,
    "status_events": _status_events,
    "objects": _objects,
}

"""Loose readings of dates as registers write them, in English, Russian, Finnish and French."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from re import Match

from babel import Locale

from geomap.errors import DateUnparsable
from geomap.when.spans import LONGEST_TEXT, Span, parse_edtf

MONTH_LANGUAGES = ("en", "ru", "fi", "fr")


@lru_cache(maxsize=65_536)
def read_date(text: str, lang: str = "") -> Span | None:
    """Return what a register's own words say of a time; None where that is not certain.

    EDTF is read as EDTF, except that `1939-40` is two years and not a half-year. A century is
    read as its hundred (15th century: 14XX), its parts as thirds, halves and quarters of it,
    marked approximate.

    Args:
        text: For example `1760s`, `before 1478`, `1700-luku`, `XV век`, `1902–1903`.
        lang: Language of the text where it is known; it settles whether 03/04/1944 has its
            day first, as it has everywhere but in English, where only the year is taken.
    """
    words = _tidy(text)
    if not words or len(words) > LONGEST_TEXT:
        return None
    found = _read(words, lang)
    try:
        return None if found is None else parse_edtf(found)
    except DateUnparsable:
        return None


def _tidy(text: str) -> str:
    words = re.sub(r"[‐‑‒–—―−]", "-", text.casefold().strip())
    words = re.sub(r"\s+", " ", words).strip(" ,;()[]" if "," not in words else " ,;()")
    return _FILLERS.sub("", words).strip()


# Words that carry no date: "built in", "год", "vuonna".
_FILLERS = re.compile(
    r"^(?:(?:built|erected|founded|completed|in|during|the|dated?|построен\w*|возведен\w*|"
    r"основан\w*|в|rakennettu|vuonna|vuosina|vuoden|vuosi|v\.|en|construit\w*|an|année) )+"
    r"|(?<=\d) ?(?:гг?\.?|год(?:ы|а|у|ах)?|a\.?d\.?|ad|н\. ?э\.|jaa\.?|jkr\.?)$"
)


@lru_cache(maxsize=4096)  # the halves of a range are read again and again
def _read(words: str, lang: str) -> str | None:
    """Return the EDTF of tidied words, or None."""
    if _LIKE_EDTF.fullmatch(words) and not _PAIR_OF_YEARS.fullmatch(words):
        try:
            return parse_edtf(words.upper()).edtf
        except DateUnparsable:
            pass
    for pattern, reading in _READINGS.items():
        if match := pattern.fullmatch(words):
            found = reading(match, lang)
            if found is not None:
                return found
    return None


# --- what qualifies a date ---------------------------------------------------------------------


def _circa(match: Match[str], lang: str) -> str | None:
    inner = _read(match[1].strip(), lang)
    if inner is None or inner.startswith(("[", "{")):
        return None
    return "/".join(f"{end}~" if end[-1:].isalnum() else end for end in inner.split("/"))


def _before(match: Match[str], lang: str) -> str | None:
    inner = _read(match[1].strip(), lang)
    return inner and f"/{_edge(inner.split('/')[0], first=True)}"


def _after(match: Match[str], lang: str) -> str | None:
    inner = _read(match[1].strip(), lang)
    return inner and f"{_edge(inner.split('/')[-1], first=False)}/"


def _edge(words: str, *, first: bool) -> str:
    """Return the first or the last year of a decade or century, anything else as it is."""
    if "X" not in words:
        return words
    span = parse_edtf(words)
    return f"{(span.year_from if first else span.year_to) or 0:04}"


def _since(match: Match[str], lang: str) -> str | None:
    inner = _read(match[1].strip(), lang)
    return inner and f"{inner.split('/')[0]}/.."


def _range(match: Match[str], lang: str) -> str | None:
    """Join two readings; `XV` of `XV-XVI вв.` borrows its unit from the right."""
    left, right = match[1].strip(), match[2].strip()
    last = _read(right, lang)
    unit = _UNIT.search(right)
    first = _read(left + unit[0] if unit else left, lang) or _read(left, lang)
    if not first or not last:
        return None
    return f"{first.split('/')[0]}/{last.split('/')[-1]}"


def _years_of_one_century(match: Match[str], _: str) -> str | None:
    """Read `1914-18`, `1902/03` and `1801-1810`."""
    first, last = match[1], match[2]
    last = first[: len(first) - len(last)] + last
    return f"{first}/{last}" if int(first) <= int(last) else None


def _several_years(match: Match[str], _: str) -> str:
    """Read `1534;1572`: made in each of these years."""
    return "{" + ",".join(re.findall(r"\d{4}", match[0])) + "}"


def _one_of_two_years(match: Match[str], _: str) -> str:
    return f"[{match[1]},{match[2]}]"


# --- single dates ------------------------------------------------------------------------------


def _day_first(match: Match[str], lang: str) -> str | None:
    day, mark, month, year = match.groups()
    if mark == "/" and lang in ("", "en"):
        if int(month) > 12:
            day, month = month, day
        elif int(day) <= 12 and int(day) != int(month):
            return year
    return f"{year}-{int(month):02}-{int(day):02}"


def _month_in_words(match: Match[str], _: str) -> str | None:
    day, name, year = match.groups()
    month = _month_numbers().get(name.rstrip("."))
    if month is None:
        return None
    return f"{year}-{month:02}" + (f"-{int(day):02}" if day else "")


def _month_before_day(match: Match[str], _: str) -> str | None:
    month = _month_numbers().get(match[1])
    return f"{match[3]}-{month:02}-{int(match[2]):02}" if month else None


@cache
def _month_numbers() -> Mapping[str, int]:
    """Return the names of months, in all cases that the languages' calendars list."""
    return {
        name.casefold().rstrip("."): number
        for lang in MONTH_LANGUAGES
        for forms in Locale(lang).months.values()
        for width in ("wide", "abbreviated")
        for number, name in forms[width].items()
    }


def _year(match: Match[str], _: str) -> str:
    return f"{int(match[1]):04}"


def _year_before_christ(match: Match[str], _: str) -> str:
    return f"{1 - int(match[1]):05}" if int(match[1]) > 1 else "0000"


def _decade(match: Match[str], _: str) -> str:
    return f"{match[1]}X"


def _hundred(match: Match[str], _: str) -> str | None:
    part = _part(match["part"] or match["after"] or "")
    return None if part is None else _of_hundred(int(match["hundred"]), part)


def _century(match: Match[str], _: str) -> str | None:
    number, part = _century_number(match["number"]), _part(match["part"] or "")
    if number is None or part is None or not 1 <= number <= 21:
        return None
    if match["bc"]:
        return f"{1 - 100 * number:05}/{100 - 100 * number:05}".replace("/00000", "/0000")
    return _of_hundred(number - 1, part)


def _of_hundred(hundred: int, part: tuple[int, int]) -> str:
    if part == _WHOLE:
        return f"{hundred:02}XX"
    return f"{hundred:02}{part[0]:02}~/{hundred:02}{part[1]:02}~"


def _century_number(words: str) -> int | None:
    digits = re.match(r"\d+", words)
    if digits:
        return int(digits[0])
    if words in _ORDINALS:
        return _ORDINALS.index(words) + 1
    # Cyrillic letters stand in for Latin ones in every second register.
    return _roman(words.translate(_LATIN).removesuffix("e"))


def _roman(words: str) -> int | None:
    """Return a number below 40; None for letters in an order that makes none."""
    if not re.fullmatch(r"x{0,3}(?:ix|iv|v?i{0,3})", words):
        return None
    values = [_ROMAN[letter] for letter in words]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )


_LATIN = str.maketrans("хіѵ", "xiv")
_ROMAN = {"i": 1, "v": 5, "x": 10}
_ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty-first",
)


def _part(words: str) -> tuple[int, int] | None:
    """Return the years of a hundred that `early`, `2-я половина` … mean; None if unknown."""
    if not words.strip():
        return _WHOLE
    return next((years for part, years in _PARTS.items() if part.fullmatch(words.strip())), None)


_WHOLE = (0, 99)
_FIRST = r"(?:first|1st|1(?:-?я)?|i|перв\w+|перв\.|ensimmäinen|1\.|1re|première)"
_SECOND = r"(?:second|2nd|2(?:-?я)?|ii|втор\w+|втор\.|toinen|2\.|2e|seconde|deuxième)"
_THIRD = r"(?:third|3rd|3(?:-?я)?|iii|трет\w+|kolmas|3\.|3e|troisième)"
_LAST = r"(?:last|посл\w*|посл\.|viimeinen|dernière?|fourth|4th|4(?:-?я)?|iv|четв[её]рт\w+|4e|4\.)"
_HALF = r" ?(?:half(?: of(?: the)?)?|пол\.?|половин\w+|puoli(?:sko|skolla)?|moitié(?: du)?)"
_QUARTER = r" ?(?:quarter(?: of(?: the)?)?|четв\.?|четверт\w+|neljännes|quart(?: du)?)"
_PARTS: Mapping[re.Pattern[str], tuple[int, int]] = {
    re.compile(pattern): years
    for pattern, years in (
        (r"early|начало|начала|начале|нач\.?|alku|alussa|alusta|alkupuoli|début(?: du)?", (0, 33)),
        (r"mid-?|middle of(?: the)?|середин\w+|сер\.?|puoliväli\w*|milieu(?: du)?", (34, 66)),
        (r"late|end of(?: the)?|кон(?:ец|ца|це|\.)?|loppu|lopussa|lopulta|fin(?: du)?", (67, 99)),
        (rf"{_FIRST}{_HALF}", (0, 49)),
        (rf"{_SECOND}{_HALF}", (50, 99)),
        (rf"{_FIRST}{_QUARTER}", (0, 24)),
        (rf"{_SECOND}{_QUARTER}", (25, 49)),
        (rf"{_THIRD}{_QUARTER}", (50, 74)),
        (rf"{_LAST}{_QUARTER}", (75, 99)),
    )
}

_CENTURY = r"(?:century|centuries|cent\.?|c\.|вв?\.?|век\w*|стол\w*\.?|siècles?|s\.)"
_UNIT = re.compile(
    rf" ?{_CENTURY}(?: ?(?:до н\. ?э\.|b\.?c\.?e?\.?))?$|(?<=\d)(?:'?s|-?[ех](?: г.*)?|-lu\w+)$"
)
_BC = r"(?: ?(?P<bc>до н\. ?э\.?|b\.?c\.?e?\.?|av\. j\.-c\.))?"
_AD = r"(?: ?(?:н\. ?э\.?|a\.?d\.?|c\.?e\.?))?"
_PART = r"(?P<part>[^\d].*? |\d\S* ?[^\d\W]\S* (?:of (?:the )?|du )?|mid-)?"
_NUMBER = rf"(?P<number>\d{{1,2}}|[ivxхіѵ]+e?|{'|'.join(_ORDINALS)})"
_SUFFIX = r"(?:st|nd|rd|th|-?[йго]{1,3}|e|ème|\.)?"
_LIKE_EDTF = re.compile(r"[\d.,:/?~%+{}\[\]xyestz -]+", re.ASCII)
_PAIR_OF_YEARS = re.compile(r"\d\d(\d\d)-(?!0|1[0-2])(\d\d)")

_Reading = Callable[[Match[str], str], str | None]
_READINGS: Mapping[re.Pattern[str], _Reading] = {
    re.compile(pattern): reading
    for pattern, reading in (
        (r"(\d{4})[-/](\d\d|\d{4})", _years_of_one_century),
        (r"\d{4}(?: ?; ?\d{4})+", _several_years),
        (r"(\d{4}) (?:or|или|tai|ou) (\d{4})", _one_of_two_years),
        (
            r"(?:c\.|ca\.?|circa|about|around|approx\.?|approximately|ок\.?|около|примерно|"
            r"прибл\.?|noin|n\.|vers|environ) ?(.+)",
            _circa,
        ),
        (r"(?:before|by|до|ранее|не позднее|ennen(?: vuotta)?|avant) (.+)", _before),
        (r"(?:after|post|после|позднее|не ранее|jälkeen|après) (.+)", _after),
        (r"(.+) jälkeen", _after),
        (r"(?:from |с |de )?(.+?) (?:to|until|till|по|до|à) (.+)", _range),
        (r"(?:since|from|с|со|начиная с|vuodesta|depuis) (.+)", _since),
        (r"(\d{4}) ?-", _since),
        (r"(?:between|между|vuosien|entre) (.+) (?:and|и|ja|et) (.+?)(?: välillä)?", _range),
        (r"(\d{1,2})([./])(\d{1,2})[./](\d{4})", _day_first),
        (r"(?:(\d{1,2})\.? (?:of )?)?([^\W\d]+\.?),? (\d{4})", _month_in_words),
        (r"([^\W\d]+)\.? (\d{1,2}),? (\d{4})", _month_before_day),
        (r"(\d{3,4})", _year),
        (
            r"(\d{1,4}) ?(?:b\.?c\.?e?\.?|до н\. ?э\.?|eaa\.?|ekr\.?|av\. j\.-c\.)",
            _year_before_christ,
        ),
        # 1700-luku and the 1700s are a hundred years, 1700-е are ten.
        (
            r"(?P<part>[^\d]+ )?(?P<hundred>\d\d)00(?:'?s|-lu(?:ku|vulla|vulta|vun))"
            r"(?: (?P<after>.+))?",
            _hundred,
        ),
        (
            r"(\d{3})0(?:'?s| ?-?[ех](?: гг?\.?| год\w+)?|-lu(?:ku|vulla|vulta|vun))",
            _decade,
        ),
        (rf"(?:the )?{_PART}{_NUMBER}{_SUFFIX} ?-?{_CENTURY}{_AD}{_BC}", _century),
        (r"(\d{4})-(\d{4}\D.*)", _range),
        (r"(.+?) - (.+)", _range),
        (r"([^-]+)-([^-]+)", _range),
    )
}

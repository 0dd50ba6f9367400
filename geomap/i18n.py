"""Languages: which one to speak, and every word in it. `locale/en.po` lists all that is said.

A language is one file, `locale/<lang>.po`, read at the first use. English messages are their own
translation, so the entries of `en.po` are empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.pofile import read_po

from geomap.when import Span, parse_edtf

LANGUAGES = ("en", "ru", "fi")
FALLBACK = "en"
LOCALES: Mapping[str, Locale] = {
    "en": Locale("en", "GB"),  # 2 March 2022, not March 2
    "ru": Locale("ru"),
    "fi": Locale("fi"),
}
_CATEGORIES = ("one", "few", "many")
"""CLDR's plural categories in the order of a .po file's forms; `other` is the last form."""
_PREFERENCE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q=([\d.]+)\s*)?")
_CALENDAR_DATE = re.compile(r"\d{4}(-(0\d|1[0-2])(-\d\d)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Words:
    """One .po file: messages, plural forms by the English singular, labels by vocabulary."""

    texts: Mapping[str, str]
    plurals: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, Mapping[str, str]]


def catalogue(lang: str) -> Mapping[str, str]:
    """Return every message of a language, English → text; plurals and labels stand apart."""
    return _words(lang).texts


def plural_forms(lang: str) -> Mapping[str, tuple[str, ...]]:
    """Return the forms of every message that counts, by its English singular.

    The forms stand in the order of the categories one, few, many; the last is for all else.
    """
    return _words(lang).plurals


def marked(text: str) -> str:
    """Mark a message, which is translated where it is shown."""
    return text


def translate(lang: str, msgid: str, **values: object) -> str:
    """Return a message in a language, English where it has none, with {name}s filled in."""
    text = _words(lang).texts.get(msgid, msgid)
    return text.format(**values) if values else text


def translate_plural(lang: str, one: str, many: str, n: int, **values: object) -> str:
    """Return the form of a message that goes with the number `n`, which fills {n}.

    Args:
        lang: One of `LANGUAGES`.
        one: The English singular, for example "{n} site".
        many: The English plural.
        n: The number.
        values: What fills the other {name}s.
    """
    forms = _words(lang).plurals.get(one, (one, many))
    category = LOCALES[lang].plural_form(n)
    place = _CATEGORIES.index(category) if category in _CATEGORIES else len(forms) - 1
    return forms[min(place, len(forms) - 1)].format(n=n, **values)


def label(lang: str, vocabulary_id: str, code: str) -> str:
    """Return the label of a term, the English one where the language has none.

    Raises:
        KeyError: There is no such vocabulary or no such code; records are checked, so this is
            a mistake in the code.
    """
    from geomap.terms import VOCABULARIES

    term = VOCABULARIES[vocabulary_id].term(code)
    if term is None:
        raise KeyError(code)
    return _words(lang).labels.get(vocabulary_id, {}).get(term.label, term.label)


def country_name(lang: str, code: str) -> str:
    """Return the name of a country by its ISO 3166-1 alpha-2 code; the code where it has none."""
    return str(LOCALES[lang].territories.get(code, code))


def date_text(lang: str, span: Span) -> str:
    """Return a date as people write it: `2 March 2022`, `2014–2020`, `1998–`; else its EDTF."""
    ends = [end.replace("..", "") for end in span.edtf.split("/")]
    if not all(_CALENDAR_DATE.fullmatch(end) or (not end and len(ends) > 1) for end in ends):
        return span.edtf
    return "–".join(_calendar_text(lang, end) for end in ends)


def choose_language(wanted: str | None, accept_language: str | None) -> str:
    """Return the language to speak: the wanted one, else the best of the header, else English."""
    if wanted in LANGUAGES:
        return str(wanted)
    preferred = [tag for tag, _ in sorted(_preferences(accept_language or ""), key=_by_quality)]
    chosen = negotiate_locale(preferred, LANGUAGES, sep="-") if preferred else None
    return chosen or FALLBACK


def _preferences(header: str) -> list[tuple[str, float]]:
    found = []
    for part in header[:1000].split(","):
        match = _PREFERENCE.fullmatch(part)
        quality = _quality(match[2]) if match else 0.0
        if match and quality > 0:
            found.append((match[1], quality))
    return found


def _quality(text: str | None) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        return 0.0


def _by_quality(preference: tuple[str, float]) -> float:
    return -preference[1]


def _calendar_text(lang: str, words: str) -> str:
    """Return a day or a month in words; a year, or the nothing of an open end, as it is."""
    day = parse_edtf(words).start if len(words) > 4 else None
    if day is None:
        return words
    if len(words) == len("2022-03-02"):
        return format_date(day, "long", LOCALES[lang])
    return format_skeleton("yMMMM", day, locale=LOCALES[lang])


def moment(lang: str, text: str) -> str:
    """Return a time of ISO 8601 in words, in UTC; scripts show it in the reader's zone."""
    when = datetime.fromisoformat(text).astimezone(UTC)
    return f"{format_datetime(when, 'd MMMM y, HH:mm', locale=LOCALES[lang])} UTC"


def _forms(words: str | Sequence[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ("",))


@cache
def _words(lang: str) -> _Words:
    with files("geomap").joinpath("locale", f"{lang}.po").open("rb") as file:
        entries = [message for message in read_po(file, abort_invalid=True) if message.id]
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    labels: dict[str, dict[str, str]] = {}
    for message in entries:
        english, own = _forms(message.id), _forms(message.string)
        said = own if all(own) else english
        if len(english) > 1:
            plurals[english[0]] = said
        elif message.context:
            labels.setdefault(message.context, {})[english[0]] = said[0]
        else:
            texts[english[0]] = said[0]
    return _Words(
        MappingProxyType(texts),
        MappingProxyType(plurals),
        MappingProxyType({id: MappingProxyType(terms) for id, terms in labels.items()}),
    )

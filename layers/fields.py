"""The rules of every kind of field: what may stand in it, and its JSON Schema."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from babel import Locale

from geomap.errors import DateUnparsable
from geomap.terms import VOCABULARIES
from geomap.when import parse_edtf
from layers.findings import Findings
from layers.layer import Field, Kind

MAX_TEXT = 100_000
"""Characters of one text; longer ones are files, not values."""
MAX_ITEMS = 10_000
"""Members of one list."""
MAX_DEPTH = 16
"""Nesting of `extra`."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUMBER = re.compile(r"[+-]?\d{1,17}(\.\d{0,17})?([eE][+-]?\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_LANGUAGE = re.compile(
    r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?((?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*)",
    re.ASCII | re.IGNORECASE,
)
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#\[\]\\<>\"]+([/?#][^\s<>\"\\]*)?", re.IGNORECASE)
_PHOTO_ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


Check = Callable[[Field, Any, str, Findings], Any]
"""(field, value, column, findings) → the value as it is kept; None when there is none."""


@dataclass(frozen=True, slots=True)
class Checker:
    """How values of one kind are checked and described."""

    check: Check
    schema: Callable[[Field], dict[str, Any]]


@cache
def codes_of(vocabulary: str) -> tuple[str, ...]:
    """Return the codes of a closed vocabulary, in its order."""
    return tuple(term.code for term in VOCABULARIES[vocabulary].codes)


@cache
def country_codes() -> frozenset[str]:
    """Return the two-letter codes of ISO 3166-1, and XK, which maps and registers use."""
    return frozenset(
        code
        for code in map(str, Locale("en").territories)
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    )


@cache
def language_tag(text: str) -> str | None:
    """Return a BCP 47 tag in its customary case (`ru-Latn`), None when it is not one."""
    match = _LANGUAGE.fullmatch(text)
    if match is None:
        return None
    language, script, region, variants = match.groups()
    return language.lower() + (script or "").title() + (region or "").upper() + variants.lower()


def _text(field: Field, value: Any, column: str, found: Findings) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        found.error("VALUE_INVALID", column, value, "This must be text.")
        return None
    text = value if isinstance(value, str) else str(value)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = text.strip()
    if len(text) > MAX_TEXT:
        found.error("VALUE_TOO_LONG", column, text, f"Text may have {MAX_TEXT:,} characters.")
        return None
    if _CONTROL.search(text):
        found.error("VALUE_INVALID", column, text, "It holds control characters; remove them.")
        return None
    if "\ufffd" in text:
        found.warning(
            "TEXT_ENCODING", column, text, "A letter was lost before; state the file's encoding."
        )
    return text or None


def _term(field: Field, value: Any, column: str, found: Findings) -> str | None:
    codes = codes_of(field.vocabulary)
    if value in codes:
        return str(value)
    found.error("ENUM_UNKNOWN", column, value, f"Known are: {', '.join(codes)}.")
    return None


def _integer(field: Field, value: Any, column: str, found: Findings) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    found.error("NUMBER_UNPARSABLE", column, value, "This must be a whole number, such as 1712.")
    return None


def _number(field: Field, value: Any, column: str, found: Findings) -> float | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    found.error("NUMBER_UNPARSABLE", column, value, "This must be a finite number, such as 12.5.")
    return None


def _boolean(field: Field, value: Any, column: str, found: Findings) -> bool | None:
    truth = value if isinstance(value, bool) else _TRUTHS.get(str(value).strip().lower())
    if truth is None:
        found.error("VALUE_INVALID", column, value, "This must be true or false.")
    return truth


def _edtf(field: Field, value: Any, column: str, found: Findings) -> str | None:
    try:
        return parse_edtf(str(value).strip()).edtf
    except DateUnparsable:
        found.error(
            "DATE_UNPARSABLE", column, value, "Write EDTF: 1944, 1944-09-19, 1760/1769, ../1478."
        )
        return None


def _date(field: Field, value: Any, column: str, found: Findings) -> str | None:
    try:
        return date.fromisoformat(str(value).strip()[:10]).isoformat()
    except ValueError:
        found.error("DATE_UNPARSABLE", column, value, "Write a full date: 2024-03-31.")
        return None


def _url(field: Field, value: Any, column: str, found: Findings) -> str | None:
    text = _text(field, value, column, found)
    if text is None or _WEB_ADDRESS.fullmatch(text):
        return text
    found.error("URL_INVALID", column, value, "Write an http or https address.")
    return None


def _country(field: Field, value: Any, column: str, found: Findings) -> str | None:
    code = value.strip().upper() if isinstance(value, str) else ""
    if code in country_codes():
        return code
    found.error("COUNTRY_UNKNOWN", column, value, "Write the ISO 3166-1 code, such as FI.")
    return None


def _reference(field: Field, value: Any, column: str, found: Findings) -> str | None:
    if isinstance(value, str) and 0 < len(value) <= 200:
        return value
    found.error("REF_NOT_FOUND", column, value, f"Name a feature of the layer {field.of!r}.")
    return None


def _photo(field: Field, value: Any, column: str, found: Findings) -> str | None:
    if isinstance(value, str) and re.fullmatch(_PHOTO_ID, value, re.ASCII):
        return value
    found.error("REF_NOT_FOUND", column, value, "Name a photo by the id that it got here.")
    return None


def _members(value: Any, column: str, found: Findings) -> list[Any]:
    if isinstance(value, list | tuple) and len(value) <= MAX_ITEMS:
        return list(value)
    found.error("VALUE_INVALID", column, value, f"This must be a list, at most {MAX_ITEMS:,} long.")
    return []


def _list_of(check: Check) -> Check:
    def checked(field: Field, value: Any, column: str, found: Findings) -> list[Any] | None:
        kept: dict[Any, None] = {}
        for number, member in enumerate(_members(value, column, found)):
            good = check(field, member, f"{column}[{number}]", found)
            if good is not None:
                kept[good] = None
        return list(kept) or None

    return checked


def _texts(field: Field, value: Any, column: str, found: Findings) -> dict[str, str] | None:
    if not isinstance(value, Mapping):
        found.error("VALUE_INVALID", column, value, 'Write {"en": "…", "fi": "…"}.')
        return None
    kept = {}
    for language, words in value.items():
        tag = _language(language, f"{column}.{language}", found)
        text = _text(field, words, f"{column}.{language}", found) if words is not None else None
        if tag and text:
            kept[tag] = text
    return kept or None


def _language(value: Any, column: str, found: Findings) -> str | None:
    tag = language_tag(value) if isinstance(value, str) else None
    if tag is None:
        found.error("LANG_INVALID", column, value, "Write a BCP 47 tag: ru, fi, ru-Latn, und.")
    return tag


def _names(field: Field, value: Any, column: str, found: Findings) -> list[dict[str, str]] | None:
    kept: list[dict[str, str]] = []
    preferred: set[str] = set()
    for number, member in enumerate(_members(value, column, found)):
        name = _name(field, member, f"{column}[{number}]", found)
        if name is None or name in kept:
            continue
        if name["type"] == "preferred" and name["lang"] in preferred:
            found.error(
                "PREFERRED_TWICE",
                column,
                name["value"],
                f"Only one name in {name['lang']!r} may be preferred; call it alternative.",
            )
            continue
        if name["type"] == "preferred":
            preferred.add(name["lang"])
        kept.append(name)
    return kept or None


def _name(field: Field, member: Any, column: str, found: Findings) -> dict[str, str] | None:
    if not isinstance(member, Mapping):
        found.error("VALUE_INVALID", column, member, 'Write {"value": "…", "lang": "fi"}.')
        return None
    text = _text(field, member.get("value", ""), column, found)
    lang = _language(member.get("lang", "und"), f"{column}.lang", found)
    kind = member.get("type", "preferred")
    if kind not in codes_of("name_type"):
        known = ", ".join(codes_of("name_type"))
        found.error("ENUM_UNKNOWN", f"{column}.type", kind, f"Known are: {known}.")
        return None
    if not text or not lang:
        return None
    name = {"value": text, "lang": lang, "type": kind}
    when = member.get("when")
    if when and (span := _edtf(field, when, f"{column}.when", found)):
        name["when"] = span
    return name


def _objects(field: Field, value: Any, column: str, found: Findings) -> list[dict[str, Any]] | None:
    kept = []
    for number, member in enumerate(_members(value, column, found)):
        place = f"{column}[{number}]"
        if not isinstance(member, Mapping):
            found.error("VALUE_INVALID", place, member, "This must be an object.")
        elif good := check_members(field.of_fields, member, place, found):
            kept.append(good)
    return kept or None


def check_members(
    fields: tuple[Field, ...], value: Mapping[str, Any], column: str, found: Findings
) -> dict[str, Any]:
    """Return the sound members of an object; each fault's column is its path from `column`."""
    known = {field.name for field in fields}
    for name in value.keys() - known:
        found.error(
            "COLUMN_UNKNOWN", f"{column}.{name}", value[name], "There is no such field here."
        )
    kept = {}
    for field in fields:
        if field.derived:
            # What the house tells comes back with what it was told beside, and is no wish.
            continue
        member = value.get(field.name)
        if is_blank(member):
            if field.required:
                found.error("REQUIRED_MISSING", f"{column}.{field.name}", "", field.help)
            continue
        good = CHECKERS[field.kind].check(field, member, f"{column}.{field.name}", found)
        if good is not None:
            kept[field.name] = good
    return kept


def is_blank(value: Any) -> bool:
    """Tell whether a value says nothing: none, empty text, an empty list or object."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or (isinstance(value, list | tuple | dict) and not value)


def _extra(field: Field, value: Any, column: str, found: Findings) -> dict[str, Any] | None:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        found.error("VALUE_INVALID", column, value, "This must be an object.")
        return None
    kept = {name: member for name, member in value.items() if not is_blank(member)}
    for name, member in kept.items():
        if not isinstance(member, str) and not _is_json(member, MAX_DEPTH):
            found.error("VALUE_INVALID", f"{column}.{name}", member, "This must be plain JSON.")
            return None
    return kept or None


def _is_json(value: Any, depth: int) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list | tuple):
        return depth > 0 and all(_is_json(member, depth - 1) for member in value)
    if isinstance(value, Mapping):
        return depth > 0 and all(
            isinstance(name, str) and _is_json(member, depth - 1) for name, member in value.items()
        )
    return value is None or isinstance(value, str | int)


def _plain(**schema: Any) -> Callable[[Field], dict[str, Any]]:
    return lambda field: dict(schema)


def _term_schema(field: Field) -> dict[str, Any]:
    return {"type": "string", "enum": list(codes_of(field.vocabulary))}


def _names_schema(field: Field) -> dict[str, Any]:
    properties = {
        "value": {"type": "string", "minLength": 1},
        "lang": {"type": "string", "description": "BCP 47"},
        "type": {"type": "string", "enum": list(codes_of("name_type"))},
        "when": {"type": "string", "description": "EDTF"},
    }
    return {
        "type": "array",
        "items": {"type": "object", "properties": properties, "required": ["value"]},
    }


def object_schema(fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return the JSON Schema of an object of these fields."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            field.name: {
                **CHECKERS[field.kind].schema(field),
                "description": field.help,
                **({"readOnly": True} if field.derived else {}),
            }
            for field in fields
        },
    }
    required = [field.name for field in fields if field.required]
    return {**schema, "required": required} if required else schema


_COUNTRY_SCHEMA = {"type": "string", "pattern": "^[A-Z]{2}$"}

CHECKERS: Mapping[Kind, Checker] = {
    Kind.NAMES: Checker(_names, _names_schema),
    Kind.TEXTS: Checker(_texts, _plain(type="object", additionalProperties={"type": "string"})),
    Kind.TEXT: Checker(_text, _plain(type="string", maxLength=MAX_TEXT)),
    Kind.TERM: Checker(_term, _term_schema),
    Kind.TERMS: Checker(
        _list_of(_term), lambda field: {"type": "array", "items": _term_schema(field)}
    ),
    Kind.INTEGER: Checker(_integer, _plain(type="integer")),
    Kind.NUMBER: Checker(_number, _plain(type="number")),
    Kind.BOOLEAN: Checker(_boolean, _plain(type="boolean")),
    Kind.EDTF: Checker(_edtf, _plain(type="string")),
    Kind.DATE: Checker(_date, _plain(type="string", format="date")),
    Kind.URL: Checker(_url, _plain(type="string", format="uri")),
    Kind.COUNTRY: Checker(_country, lambda field: dict(_COUNTRY_SCHEMA)),
    Kind.COUNTRIES: Checker(_list_of(_country), _plain(type="array", items=_COUNTRY_SCHEMA)),
    Kind.REFERENCE: Checker(_reference, _plain(type="string", minLength=1)),
    Kind.PHOTO: Checker(_photo, _plain(type="string", pattern=f"^{_PHOTO_ID}$")),
    Kind.OBJECTS: Checker(
        _objects, lambda field: {"type": "array", "items": object_schema(field.of_fields)}
    ),
    Kind.EXTRA: Checker(_extra, _plain(type="object")),
}

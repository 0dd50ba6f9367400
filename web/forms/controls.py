"""One control a field: what stands in it, what may be chosen, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from geomap.errors import DateUnparsable
from geomap.i18n import LANGUAGES, country_name, date_text, label, translate
from geomap.model import Fault
from geomap.when import parse_edtf
from geomap.when.loose import read_date
from layers.fields import codes_of, country_codes
from layers.layer import Field, Kind
from web.forms.labels import HELP, LABELS

SPARE = 1
"""Empty members that stand at the end of each list, to be filled in without a script."""
REMOVED = "remove"
"""The input of a row that takes the row away."""
NAME_LANGUAGES = ("en", "ru", "fi", "sv", "et", "lv", "lt", "pl", "de", "no", "krl", "vep", "und")


class Option(NamedTuple):
    """One thing that may be chosen."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Control:
    """What a template needs to draw one field."""

    path: str
    """Its name as an input, which is where its value stands in the record."""
    widget: str
    """The macro of `controls.html` that draws it."""
    label: str
    help: str = ""
    required: bool = False
    value: str = ""
    options: Sequence[Option] = ()
    members: Sequence[Control] = ()
    faults: Sequence[str] = ()
    reading: str = ""
    """How what was typed is understood."""
    lang: str = ""
    """The language of what is typed in it."""

    @property
    def id(self) -> str:
        """The path as the id of an element."""
        return "f-" + self.path.replace("[", "-").replace("]", "").replace(".", "-")


class Asking(NamedTuple):
    """For whom a form is made, and what is known to be wrong."""

    lang: str
    faults: Mapping[str, Sequence[str]]
    """By path."""
    typed: Mapping[str, str] = MappingProxyType({})
    """What was typed, by path: where a value is just what that says, it is shown so again."""

    def said(self, msgid: str) -> str:
        """Return a message in the reader's language."""
        return translate(self.lang, msgid)


Made = Callable[[Field, str, Any, Asking], Control]
Read = Callable[[Field, Any, str], Any]


class Way(NamedTuple):
    """How a kind of field is asked for, and how what was typed becomes a value to be checked."""

    control: Made
    read: Read


def faults_by_path(faults: Sequence[Fault]) -> dict[str, list[str]]:
    """Return what is wrong, by the place in the record."""
    by_path: dict[str, list[str]] = {}
    for fault in faults:
        by_path.setdefault(fault.column, []).append(fault.hint)
    return by_path


def control_of(field: Field, path: str, value: Any, asking: Asking) -> Control:
    """Return the control of a field.

    Args:
        field: One that is not derived.
        path: Where it stands in the record.
        value: As the record has it, or as it was typed; None for nothing.
        asking: The reader's language and the faults.
    """
    return WAYS[field.kind].control(field, path, value, asking)


def value_of(field: Field, typed: Any, lang: str) -> Any:
    """Return what was typed as a value for the layer's checks; None for nothing."""
    return None if typed in ("", None) else WAYS[field.kind].read(field, typed, lang)


def _plain(widget: str) -> Made:
    def made(field: Field, path: str, value: Any, asking: Asking) -> Control:
        return _control(field, path, asking, widget=widget, value=_text_of(value))

    return made


def _text_of(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _control(field: Field, path: str, asking: Asking, **members: Any) -> Control:
    help_text = HELP.get(field.name, "") if path == field.name else ""
    return Control(
        path=path,
        label=asking.said(LABELS[field.name]),
        help=asking.said(help_text) if help_text else "",
        required=field.required,
        faults=asking.faults.get(path, ()),
        **members,
    )


def _date(field: Field, path: str, value: Any, asking: Asking) -> Control:
    text, typed = _text_of(value), asking.typed.get(path, "")
    if typed and _read_date(field, typed, asking.lang) == value:
        text = typed
    return _control(
        field, path, asking, widget="date", value=text, reading=date_reading(text, asking.lang)
    )


def date_reading(text: str, lang: str) -> str:
    """Return how a date that was typed is understood, in words; empty where it is not."""
    span = read_date(text, lang)
    if span is None:
        return ""
    said = date_text(lang, span)
    return said if said == span.edtf else f"{said} ({span.edtf})"


def _read_date(field: Field, typed: Any, lang: str) -> Any:
    """Return EDTF where what was typed can be understood; else the words, which are a fault."""
    try:
        return parse_edtf(typed).edtf
    except (DateUnparsable, TypeError, AttributeError):
        span = read_date(typed, lang) if isinstance(typed, str) else None
        return span.edtf if span else typed


def _term(field: Field, path: str, value: Any, asking: Asking) -> Control:
    codes = codes_of(field.vocabulary)
    known = [Option(c, label(asking.lang, field.vocabulary, c), c == value) for c in codes]
    return _control(field, path, asking, widget="select", options=_with_nothing(known, value))


def _country(field: Field, path: str, value: Any, asking: Asking) -> Control:
    known = [Option(code, name, code == value) for code, name in _countries(asking.lang)]
    return _control(field, path, asking, widget="select", options=_with_nothing(known, value))


def _with_nothing(known: Sequence[Option], value: Any) -> list[Option]:
    """Return choices with an empty one first, and last what was sent and is no choice."""
    options = [Option("", "–", not value), *known]
    if value and not any(option.chosen for option in known):
        options.append(Option(_text_of(value), _text_of(value), chosen=True))
    return options


@cache
def _countries(lang: str) -> tuple[tuple[str, str], ...]:
    named = ((code, country_name(lang, code)) for code in country_codes())
    return tuple(sorted(named, key=lambda one: one[1].casefold()))


def _boolean(field: Field, path: str, value: Any, asking: Asking) -> Control:
    chosen = str(value).lower() if value is not None else ""
    known = [
        Option(code, asking.said(text), code == chosen)
        for code, text in (("true", "Yes"), ("false", "No"))
    ]
    return _control(field, path, asking, widget="select", options=_with_nothing(known, chosen))


def _terms(field: Field, path: str, value: Any, asking: Asking) -> Control:
    chosen = value if isinstance(value, list) else [value]
    codes = codes_of(field.vocabulary)
    options = [Option(c, label(asking.lang, field.vocabulary, c), c in chosen) for c in codes]
    return _control(field, path, asking, widget="checks", options=options)


def _read_list(field: Field, typed: Any, lang: str) -> Any:
    return [one for one in typed if one] or None if isinstance(typed, list) else [typed]


def _codes(field: Field, path: str, value: Any, asking: Asking) -> Control:
    text = ", ".join(map(str, value)) if isinstance(value, list) else _text_of(value)
    return _control(field, path, asking, widget="text", value=text)


def _read_codes(field: Field, typed: Any, lang: str) -> Any:
    return [part for part in str(typed).replace(";", ",").replace(" ", ",").split(",") if part]


def _texts(field: Field, path: str, value: Any, asking: Asking) -> Control:
    told = value if isinstance(value, Mapping) else {}
    members = [
        Control(
            path=f"{path}.{lang}",
            widget="area",
            label=language_name(asking.lang, lang),
            value=_text_of(told.get(lang)),
            faults=asking.faults.get(f"{path}.{lang}", ()),
            lang=lang,
        )
        for lang in dict.fromkeys([*LANGUAGES, *told])
    ]
    return _control(field, path, asking, widget="group", members=members)


def language_name(reader: str, lang: str) -> str:
    """Return what a language is called in the reader's; its tag where it has no name."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(lang.replace("-", "_")).get_display_name(reader)
    except (ValueError, UnknownLocaleError):
        name = Locale(reader).languages.get(lang)
    return str(name or lang)


def _read_texts(field: Field, typed: Any, lang: str) -> Any:
    if not isinstance(typed, Mapping):
        return typed
    return {tag: text for tag, text in typed.items() if text} or None


def _names(field: Field, path: str, value: Any, asking: Asking) -> Control:
    members = [
        _name(f"{path}[{number}]", name, asking)
        for number, name in enumerate([*_members(value), *[{}] * SPARE])
    ]
    return _control(field, path, asking, widget="rows", members=members)


def _name(path: str, name: Mapping[str, Any], asking: Asking) -> Control:
    lang, kind = _text_of(name.get("lang")), _text_of(name.get("type"))
    languages = dict.fromkeys([*NAME_LANGUAGES, *([lang] if lang else [])])
    tags = [Option(tag, language_name(asking.lang, tag), tag == lang) for tag in languages]
    kinds = [
        Option(code, label(asking.lang, "name_type", code), code == (kind or "preferred"))
        for code in codes_of("name_type")
    ]

    def part(member: str, widget: str, **rest: Any) -> Control:
        place = f"{path}.{member}"
        said = asking.said(LABELS[member])
        return Control(place, widget, said, faults=asking.faults.get(place, ()), **rest)

    return Control(
        path=path,
        widget="row",
        label="",
        faults=asking.faults.get(path, ()),
        members=[
            part("value", "text", value=_text_of(name.get("value")), lang=lang),
            part("lang", "select", options=_with_nothing(tags, lang)),
            part("type", "select", options=kinds),
            part("when", "text", value=_text_of(name.get("when"))),
        ],
    )


def _read_names(field: Field, typed: Any, lang: str) -> Any:
    """Return the names whose value is filled in; a language alone is no name."""
    told = (name for name in _members(typed) if _text_of(name.get("value")).strip())
    return [{key: text for key, text in name.items() if text} for name in told] or None


def _objects(field: Field, path: str, value: Any, asking: Asking) -> Control:
    members = [
        _object(field, f"{path}[{number}]", member, asking)
        for number, member in enumerate([*_members(value), *[{}] * SPARE])
    ]
    return _control(field, path, asking, widget="rows", members=members)


def _object(field: Field, path: str, value: Mapping[str, Any], asking: Asking) -> Control:
    told = [
        control_of(member, f"{path}.{member.name}", value.get(member.name), asking)
        for member in field.of_fields
        if not member.derived
    ]
    faults = asking.faults.get(path, ())
    return Control(path=path, widget="row", label="", members=told, faults=faults)


def _read_objects(field: Field, typed: Any, lang: str) -> Any:
    by_name = {member.name: member for member in field.of_fields}
    kept = []
    for one in _members(typed):
        if one.get(REMOVED):
            continue
        told = {
            name: value
            for name, text in one.items()
            if name in by_name
            and (value := value_of(by_name[name], text, lang)) not in (None, [], {})
        }
        if told:
            kept.append(told)
    return kept or None


def _members(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _as_typed(field: Field, typed: Any, lang: str) -> Any:
    return typed


WAYS: Mapping[Kind, Way] = {
    Kind.NAMES: Way(_names, _read_names),
    Kind.TEXTS: Way(_texts, _read_texts),
    Kind.TEXT: Way(_plain("text"), _as_typed),
    Kind.TERM: Way(_term, _as_typed),
    Kind.TERMS: Way(_terms, _read_list),
    Kind.INTEGER: Way(_plain("number"), _as_typed),
    Kind.NUMBER: Way(_plain("number"), _as_typed),
    Kind.BOOLEAN: Way(_boolean, _as_typed),
    Kind.EDTF: Way(_date, _read_date),
    Kind.DATE: Way(_plain("day"), _as_typed),
    Kind.URL: Way(_plain("address"), _as_typed),
    Kind.COUNTRY: Way(_country, _as_typed),
    Kind.COUNTRIES: Way(_codes, _read_codes),
    Kind.REFERENCE: Way(_plain("reference"), _as_typed),
    Kind.PHOTO: Way(_plain("photo"), _as_typed),
    Kind.OBJECTS: Way(_objects, _read_objects),
}

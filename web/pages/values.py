"""Values as people read them: codes by their labels, dates in words, links where there are any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_decimal

from geomap.errors import DateUnparsable
from geomap.i18n import country_name, date_text, label, translate
from geomap.terms import VOCABULARIES
from geomap.when import parse_edtf
from layers.layer import Field, Kind, Layer
from web.pages.titles import FIELDS, PARTS

YEARS = frozenset({"inscribed", "population_year"})
"""Whole numbers that are not counted, and so not grouped."""
HIDDEN = frozenset(
    {"name", "name_en", "name_ru", "name_fi", "status_rule", "status_hint", "photos"}
)
"""Told by the heading, or of use to programs only."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value on a page; a template shows the first of its parts that is there."""

    text: str = ""
    lang: str = ""
    """Of the text, where it is not the page's own."""
    href: str = ""
    many: tuple[Cell, ...] = ()
    pairs: tuple[tuple[str, Cell], ...] = ()
    is_number: bool = False
    code: str = field(default="", compare=False)
    """The code of the term that the text names."""

    def __bool__(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.text or self.many or self.pairs)


NOTHING = Cell()


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes cells of a layer's properties, in one language."""

    layer: Layer
    lang: str
    address: str
    """Of the service, without a slash at its end."""
    named: Callable[[str, str], str]
    """Layer and id → the name of a feature in this language; empty where there is none."""

    def name(self, properties: Mapping[str, Any]) -> Cell:
        """Return the name in the page's language, else the first with its own."""
        own = properties.get(f"name_{self.lang}")
        if own:
            return Cell(own)
        text = properties.get("name") or translate(self.lang, "Name not known")
        known = (name for name in properties.get("names") or () if name["value"] == text)
        return Cell(text, next((str(name.get("lang") or "") for name in known), ""))

    def rows(self, properties: Mapping[str, Any]) -> list[tuple[str, Cell]]:
        """Return title and value of all that a feature says and pages have a title for."""
        names = (name for name in FIELDS if name in properties and name not in HIDDEN)
        cells = ((FIELDS[name], self.cell(name, properties)) for name in names)
        return [(translate(self.lang, title), cell) for title, cell in cells if cell]

    def cell(self, name: str, properties: Mapping[str, Any]) -> Cell:
        """Return the value of one property."""
        value = properties.get(name)
        if value in (None, "", [], {}):
            return NOTHING
        known = self.layer.field(name)
        if known is not None:
            return _KINDS[known.kind](self, known, value)
        made = _COMPUTED.get(name)
        return made(self, value) if made else self.plain(value)

    def plain(self, value: Any) -> Cell:
        """Return what needs no field to be read: numbers, texts, lists and objects of them."""
        if isinstance(value, dict):
            pairs = ((str(name), self.plain(one)) for name, one in value.items())
            return Cell(pairs=tuple((name, cell) for name, cell in pairs if cell))
        if isinstance(value, list):
            return Cell(many=tuple(filter(None, map(self.plain, value))))
        if isinstance(value, bool):
            return Cell(translate(self.lang, "Yes") if value else translate(self.lang, "No"))
        if isinstance(value, int | float):
            return Cell(format_decimal(value, locale=self.lang), is_number=True)
        return self.link(str(value))

    def link(self, value: str) -> Cell:
        """Return an address that a click may follow; any other text stays a text."""
        return Cell(value, href=value if is_web(value) else "")

    def feature(self, layer_id: str, feature_id: str) -> Cell:
        """Return the link to another feature of this map."""
        href = f"{self.address}/collections/{layer_id}/items/{feature_id}?f=html&lang={self.lang}"
        return Cell(self.named(layer_id, feature_id) or feature_id, href=href)

    def term(self, vocabulary: str, code: str) -> Cell:
        """Return what a code is called."""
        known = VOCABULARIES[vocabulary].term(code)
        return Cell(label(self.lang, vocabulary, code) if known else code, code=code)

    def texts(self, value: Mapping[str, str]) -> Cell:
        """Return a text in the page's language, else in all that it has."""
        if self.lang in value:
            return Cell(value[self.lang])
        return _many(Cell(text, lang) for lang, text in value.items())

    def name_list(self, value: Iterable[Mapping[str, str]]) -> Cell:
        """Return every name in its own language."""
        return _many(Cell(name["value"], str(name.get("lang") or "")) for name in value)

    def objects(self, known: Field, value: Iterable[Mapping[str, Any]]) -> Cell:
        """Return a list of objects, each as pairs."""
        return _many(Cell(pairs=tuple(self._parts(known, one))) for one in value)

    def _parts(self, known: Field, value: Mapping[str, Any]) -> Iterable[tuple[str, Cell]]:
        for part in known.of_fields:
            if value.get(part.name) not in (None, "", [], {}):
                title = PARTS.get(part.name, part.name)
                yield translate(self.lang, title), _KINDS[part.kind](self, part, value[part.name])

    def date(self, value: str) -> Cell:
        """Return a date in words, or as it is written where there are none."""
        try:
            return Cell(date_text(self.lang, parse_edtf(value)))
        except DateUnparsable:
            return Cell(value)


def is_web(address: str) -> bool:
    """Tell whether an address is one of the web, and no script in disguise."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _many(cells: Iterable[Cell]) -> Cell:
    each = tuple(filter(None, cells))
    return each[0] if len(each) == 1 else Cell(many=each)


_KINDS: Mapping[Kind, Callable[[Reader, Field, Any], Cell]] = {
    Kind.NAMES: lambda reader, _, value: reader.name_list(value),
    Kind.TEXTS: lambda reader, _, value: reader.texts(value),
    Kind.TEXT: lambda reader, _, value: reader.plain(value),
    Kind.TERM: lambda reader, known, value: reader.term(known.vocabulary, value),
    Kind.TERMS: lambda reader, known, value: _many(
        reader.term(known.vocabulary, code) for code in value
    ),
    Kind.INTEGER: lambda reader, known, value: (
        Cell(str(value)) if known.name in YEARS else reader.plain(value)
    ),
    Kind.NUMBER: lambda reader, _, value: reader.plain(value),
    Kind.BOOLEAN: lambda reader, _, value: reader.plain(value),
    Kind.EDTF: lambda reader, _, value: reader.date(value),
    Kind.DATE: lambda reader, _, value: reader.date(value),
    Kind.URL: lambda reader, _, value: reader.link(value),
    Kind.COUNTRY: lambda reader, _, value: Cell(country_name(reader.lang, value)),
    Kind.COUNTRIES: lambda reader, _, value: Cell(
        ", ".join(country_name(reader.lang, code) for code in value)
    ),
    Kind.REFERENCE: lambda reader, known, value: reader.feature(known.of, value),
    Kind.PHOTO: lambda _, __, value: Cell(str(value)),
    Kind.OBJECTS: lambda reader, known, value: reader.objects(known, value),
    Kind.EXTRA: lambda reader, _, value: reader.plain(value),
}
_COMPUTED: Mapping[str, Callable[[Reader, Any], Cell]] = {
    "status": lambda reader, value: reader.term("status", value),
    "status_as_of": lambda reader, value: reader.date(value),
    "last_activity_on": lambda reader, value: reader.date(value),
    "region_ids": lambda reader, value: _many(reader.feature("regions", one) for one in value),
}

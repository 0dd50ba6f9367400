"""What a layer is: a value that says which fields its records have and whom to credit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds. `layers.fields` has one checker for each."""

    NAMES = "names"
    """A list of {value, lang (BCP 47), type}; at most one preferred a language."""
    TEXTS = "texts"
    """Text in several languages: {lang: text}."""
    TEXT = "text"
    TERM = "term"
    """One code of the field's vocabulary."""
    TERMS = "terms"
    """A list of codes of the field's vocabulary."""
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    EDTF = "edtf"
    """A date in EDTF; the checker adds `<name>_from` and `<name>_to`, whole years or None."""
    DATE = "date"
    """A full calendar date, ISO 8601."""
    URL = "url"
    COUNTRY = "country"
    """ISO 3166-1 alpha-2."""
    COUNTRIES = "countries"
    REFERENCE = "reference"
    """The id of a feature of the layer named in `of`."""
    PHOTO = "photo"
    """The id of a photo that the store keeps."""
    OBJECTS = "objects"
    """A list of objects with the sub-fields of `of_fields`."""
    EXTRA = "extra"
    """Any JSON object: source columns that no field takes."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a layer's records."""

    name: str
    kind: Kind
    help: str
    vocabulary: str = ""
    """Key of `geomap.terms.VOCABULARIES`, for TERM and TERMS."""
    of: str = ""
    of_fields: tuple[Field, ...] = ()
    required: bool = False
    queryable: bool = False
    """May be filtered by in requests, and is a column of the snapshot."""
    coarse: bool = False
    """Published even when a feature is generalised: tells nothing of the exact place."""
    derived: bool = False
    """Filled by the house (`layers.derive`), not by an input."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of thing on the map: its shape, its fields, whom to credit."""

    id: str
    title: str
    description: str
    geometry: frozenset[str]
    """GeoJSON geometry types that records may have."""
    fields: tuple[Field, ...]
    group_by: str
    """The queryable TERM or COUNTRY field whose counts clusters carry, `kind` or `status`."""
    attribution: str
    either: Mapping[str, tuple[str, str]] = dataclass_field(default_factory=dict)
    """Names that a filter may use for two fields at once: a pair's `country` is that of an end."""

    def field(self, name: str) -> Field | None:
        """Return the field of this name, or None."""
        return self.by_name().get(name)

    def by_name(self) -> Mapping[str, Field]:
        """Return the fields by their names."""
        return {field.name: field for field in self.fields}

    def columns(self) -> tuple[str, ...]:
        """Return what the snapshot keeps in memory: the queryable fields, dates as two years."""
        return tuple(
            name for field in self.fields if field.queryable for name in column_names(field)
        )

    def time(self) -> Field | None:
        """Return the field that a `datetime` filter means, None where the layer has no time."""
        return next((f for f in self.fields if f.queryable and f.kind is Kind.EDTF), None)


def column_names(field: Field) -> tuple[str, ...]:
    """Return the columns of a field: `<name>_from` and `<name>_to` for a date, else its name."""
    if field.kind is Kind.EDTF:
        return (f"{field.name}_from", f"{field.name}_to")
    return (field.name,)

"""What a filter may ask of a layer: its typed columns, its place, its times, what is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from geomap.terms import VOCABULARIES
from layers.catalog import layer_named
from layers.content import NAME_COLUMNS
from layers.cql2.tree import Reading, Type
from layers.layer import Field, Kind, Layer

GEOMETRY = "geometry"


@dataclass(frozen=True)
class Queryable:
    """One thing that a filter may name."""

    name: str
    type: Type
    title: str
    columns: tuple[str, ...]
    """Of the table: one; two, first and last, where it is an interval."""
    readings: tuple[Reading, ...] = ()
    """How each of the columns tells a time, where it is one."""
    codes: tuple[str, ...] = ()
    """The values that it may have, where they are known."""
    whole: bool = False
    """Numbers without fractions."""
    role: str = ""
    """Its part in a feature, a term of OGC 23-058."""


Queryables = Mapping[str, Queryable]

_TYPES: Mapping[Kind, Type] = {
    Kind.TEXT: Type.TEXT,
    Kind.TERM: Type.TEXT,
    Kind.COUNTRY: Type.TEXT,
    Kind.REFERENCE: Type.TEXT,
    Kind.INTEGER: Type.NUMBER,
    Kind.NUMBER: Type.NUMBER,
}
_NAMES = {
    "name": "The name.",
    "name_en": "The name in English.",
    "name_ru": "The name in Russian.",
    "name_fi": "The name in Finnish.",
}
_REGION_IDS = Queryable(
    "region_ids", Type.ARRAY, "The ids of the cross-border regions that hold it.", ("region_ids",)
)
_COMPUTED: Mapping[str, tuple[Queryable, ...]] = {
    "sites": (_REGION_IDS,),
    "cities": (
        _REGION_IDS,
        Queryable("twin_count", Type.NUMBER, "How many pairs it has.", ("twin_count",), whole=True),
    ),
    "twins": (
        Queryable(
            "status",
            Type.TEXT,
            "The state of the relation, as computed for today.",
            ("status",),
            codes=tuple(term.code for term in VOCABULARIES["status"].codes),
        ),
        Queryable(
            "last_activity_on",
            Type.DATE,
            "The day of the latest evidence of life.",
            ("last_activity_on",),
            (Reading.DATE,),
        ),
    ),
}
"""What the read side computes. `layers.computed` has the columns."""


@cache
def queryables_of(layer_id: str) -> Queryables:
    """Return what a filter may name in a layer, by name.

    Raises:
        LayerNotFound: There is no such layer.
    """
    layer = layer_named(layer_id)
    found = [
        Queryable("id", Type.TEXT, "The identifier of the feature.", ("id",), role="id"),
        Queryable(GEOMETRY, Type.GEOMETRY, "Where it is.", (GEOMETRY,), role="primary-geometry"),
        *(Queryable(name, Type.TEXT, _NAMES[name], (name,)) for name in NAME_COLUMNS),
        *(one for field in layer.fields if field.queryable for one in _of_field(field)),
        *_COMPUTED.get(layer.id, ()),
    ]
    return {one.name: one for one in found}


def shared_queryables(layers: Sequence[Layer]) -> Queryables:
    """Return what can be asked of all of these layers at once."""
    first, *others = (queryables_of(layer.id) for layer in layers)
    return {
        name: one
        for name, one in first.items()
        if all(name in of and of[name].columns == one.columns for of in others)
    }


def _of_field(field: Field) -> tuple[Queryable, ...]:
    if field.kind is Kind.EDTF:
        return _of_span(field)
    known = VOCABULARIES[field.vocabulary].codes if field.kind is Kind.TERM else ()
    codes = tuple(term.code for term in known)
    whole = field.kind is Kind.INTEGER
    kind = _TYPES[field.kind]
    return (Queryable(field.name, kind, field.help, (field.name,), codes=codes, whole=whole),)


def _of_span(field: Field) -> tuple[Queryable, ...]:
    """Return a date of EDTF as an interval, and the years of its ends as numbers."""
    first, last = f"{field.name}_from", f"{field.name}_to"
    return (
        Queryable(
            field.name, Type.INTERVAL, field.help, (first, last), (Reading.YEAR, Reading.YEAR)
        ),
        Queryable(first, Type.NUMBER, f"{field.help} The first year.", (first,), whole=True),
        Queryable(last, Type.NUMBER, f"{field.help} The last year.", (last,), whole=True),
    )

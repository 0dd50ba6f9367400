"""What the features of a layer hold, as JSON Schema 2020-12 with the roles of OGC 23-058r2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from geomap.i18n import LANGUAGES, label
from geomap.model import Visibility
from geomap.terms import VOCABULARIES
from layers.catalog import layer_named
from layers.layer import Field, Kind, Layer, column_names
from layers.paging import sortable

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
GEOMETRY = "geometry"
CELLS_KM = (1, 5, 10, 50)
ENVELOPE = ("visibility", "cell_km")
"""What stands beside a record's fields and is an officer's to set."""
UNITS: Mapping[str, str] = {"accuracy_m": "m", "area_ha": "har", "distance_km": "km"}
"""Field → UCUM."""

_TEXT: Schema = {"type": "string"}
_UUID: Schema = {"type": "string", "format": "uuid"}
_BY_LANGUAGE: Schema = {"type": "object", "additionalProperties": _TEXT}
_YEAR = "The {side} year of `{name}`, as far as it is known."


def layer_schema(layer: Layer, address: str, lang: str) -> Schema:
    """Return the schema of a layer's features: what is told of them and may be given.

    Args:
        layer: Its fields are the properties, beside those that the house fills.
        address: Where the schema is to be had, without a query.
        lang: Of the labels of codes.
    """
    properties = described_properties(layer, lang)
    for position, one in enumerate(properties.values(), start=1):
        one["x-ogc-propertySeq"] = position
    required = [field.name for field in layer.fields if field.required]
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": layer.title,
        "description": layer.description,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def sortables_schema(layer: Layer, address: str, lang: str) -> Schema:
    """Return the schema of what a layer's features can be ordered by; as in `layer_schema`."""
    known = described_properties(layer, lang)
    properties = {name: known[name] for name in sortable(layer) if name in known}
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": layer.title,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def described_properties(layer: Layer, lang: str) -> dict[str, Schema]:
    """Return name → schema of all that a feature may have: its id, its place, its properties."""
    properties: dict[str, Schema] = {
        "id": {"title": "Id", "x-ogc-role": "id", **_UUID, "readOnly": True},
        GEOMETRY: {
            "title": "Place",
            "x-ogc-role": "primary-geometry",
            "format": geometry_format(layer),
        },
    }
    derived = {field.name for field in layer.fields if field.derived}
    for name in ("name", *(f"name_{code}" for code in LANGUAGES)):
        properties[name] = {"title": _title(name), **_TEXT}
        if "names" in derived:
            properties[name]["readOnly"] = True
    for field in layer.fields:
        properties |= _field(field, lang, is_time=field == layer.time())
    house = {**_OF_THE_HOUSE, **_COMPUTED.get(layer.id, {})}
    for name, schema in house.items():
        properties[name] = {"title": _title(name), **schema}
        if name not in ENVELOPE:
            properties[name]["readOnly"] = True
    if "status" in house and layer.group_by == "status":
        properties["status"] |= _codes("status", lang)
    return properties


def geometry_format(layer: Layer) -> str:
    """Return the `format` of the layer's geometries: their type, or the two of one dimension."""
    kinds = {name.lower().removeprefix("multi") for name in layer.geometry}
    if len(kinds) > 1:
        return "geometry-any"
    [kind] = kinds
    both = len(layer.geometry) > 1
    return f"geometry-{kind}-or-multi{kind}" if both else f"geometry-{kind}"


def known_properties(layer: Layer) -> tuple[str, ...]:
    """Return the names that a feature's `properties` may have, in their order."""
    return _known_properties(layer.id)


def read_only(layer: Layer) -> frozenset[str]:
    """Return the properties that the house fills and nobody can set."""
    return _read_only(layer.id)


@cache
def _read_only(layer_id: str) -> frozenset[str]:
    described = described_properties(layer_named(layer_id), "en")
    return frozenset(name for name, one in described.items() if one.get("readOnly")) - {"id"}


@cache
def _known_properties(layer_id: str) -> tuple[str, ...]:
    described = described_properties(layer_named(layer_id), "en")
    return tuple(name for name in described if name not in {"id", GEOMETRY})


def _field(field: Field, lang: str, *, is_time: bool) -> dict[str, Schema]:
    schema: Schema = {"title": _title(field.name), "description": field.help}
    schema |= _KINDS[field.kind](field, lang)
    if field.derived:
        schema["readOnly"] = True
    if is_time:
        schema["x-ogc-role"] = "primary-interval"
    if field.name in UNITS:
        schema["x-ogc-unit"] = UNITS[field.name]
    told = {field.name: schema}
    if field.kind is Kind.EDTF:
        for column, side in zip(column_names(field), ("first", "last"), strict=True):
            help_ = _YEAR.format(side=side, name=field.name)
            told[column] = {
                "title": _title(column),
                "description": help_,
                "type": "integer",
                "readOnly": True,
            }
    return told


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _codes(vocabulary: str, lang: str) -> Schema:
    """Return the codes of a vocabulary, and beside them what each is called."""
    codes = [term.code for term in VOCABULARIES[vocabulary].codes]
    labelled = [{"const": code, "title": label(lang, vocabulary, code)} for code in codes]
    return {"type": "string", "enum": codes, "oneOf": labelled}


def _objects(field: Field, lang: str) -> Schema:
    properties = {}
    for one in field.of_fields:
        told: Schema = {"title": _title(one.name), "description": one.help}
        properties[one.name] = told | _KINDS[one.kind](one, lang)
        if one.derived:
            properties[one.name]["readOnly"] = True
    item: Schema = {"type": "object", "properties": properties}
    if required := [one.name for one in field.of_fields if one.required]:
        item["required"] = required
    return {"type": "array", "items": item}


def _names(_: Field, lang: str) -> Schema:
    properties = {"value": _TEXT, "lang": _TEXT, "type": _codes("name_type", lang)}
    return {"type": "array", "items": {"type": "object", "properties": properties}}


def _reference(field: Field, _: str) -> Schema:
    return {**_UUID, "x-ogc-role": "reference", "x-ogc-collectionId": field.of}


_COUNTRY: Schema = {"type": "string", "pattern": "^[A-Z]{2}$"}
_KINDS: Mapping[Kind, Callable[[Field, str], Schema]] = {
    Kind.NAMES: _names,
    Kind.TEXTS: lambda _, __: _BY_LANGUAGE,
    Kind.TEXT: lambda _, __: _TEXT,
    Kind.TERM: lambda field, lang: _codes(field.vocabulary, lang),
    Kind.TERMS: lambda field, lang: {"type": "array", "items": _codes(field.vocabulary, lang)},
    Kind.INTEGER: lambda _, __: {"type": "integer"},
    Kind.NUMBER: lambda _, __: {"type": "number"},
    Kind.BOOLEAN: lambda _, __: {"type": "boolean"},
    Kind.EDTF: lambda _, __: {"type": "string", "format": "edtf"},
    Kind.DATE: lambda _, __: {"type": "string", "format": "date"},
    Kind.URL: lambda _, __: {"type": "string", "format": "uri"},
    Kind.COUNTRY: lambda _, __: _COUNTRY,
    Kind.COUNTRIES: lambda _, __: {"type": "array", "items": _COUNTRY},
    Kind.REFERENCE: _reference,
    Kind.PHOTO: lambda _, __: _UUID,
    Kind.OBJECTS: _objects,
    Kind.EXTRA: lambda _, __: {"type": "object"},
}

_OF_THE_HOUSE: Mapping[str, Schema] = {
    "visibility": {"type": "string", "enum": [one.value for one in Visibility]},
    "cell_km": {"type": "integer", "enum": list(CELLS_KM)},
    "source": _TEXT,
    "licence": _TEXT,
    "attribution": _TEXT,
    "record_id": _TEXT,
    "coordinate_uncertainty_m": {"type": "integer", "x-ogc-unit": "m"},
}
_REGIONS: Schema = {"type": "array", "items": _UUID}
_POINTS: Schema = {"type": "number", "minimum": 0}
_COMPUTED: Mapping[str, Mapping[str, Schema]] = {
    "sites": {"region_ids": _REGIONS},
    "cities": {"region_ids": _REGIONS, "twin_count": {"type": "integer", "minimum": 0}},
    "twins": {
        "status": _TEXT,
        "status_as_of": {"type": "string", "format": "date"},
        "status_rule": _TEXT,
        "status_confidence": _TEXT,
        "status_hint": _TEXT,
        "because": {"type": "array", "items": _TEXT},
        "last_activity_on": {"type": "string", "format": "date"},
        "vitality": _POINTS,
        **{
            f"vitality_{part}": _POINTS
            for part in ("recency", "frequency", "breadth", "reciprocity", "funding")
        },
    },
}

"""The columns of a layer's export: their names, their order and their Arrow types."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from layers.layer import Field, Kind, Layer
from layers.projection import FLAT_NAMES, OWN_PLACE

GEOMETRY = "geometry"
JSON = pa.string()
TYPES: Mapping[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.TERM: pa.string(),
    Kind.URL: pa.string(),
    Kind.COUNTRY: pa.string(),
    Kind.REFERENCE: pa.string(),
    Kind.EDTF: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.NAMES: JSON,
    Kind.TEXTS: JSON,
    Kind.TERMS: JSON,
    Kind.COUNTRIES: JSON,
    Kind.PHOTO: pa.string(),
    Kind.OBJECTS: JSON,
    Kind.EXTRA: JSON,
}
NESTED = frozenset({Kind.NAMES, Kind.TEXTS, Kind.TERMS, Kind.COUNTRIES, Kind.OBJECTS, Kind.EXTRA})
COMPUTED: Mapping[str, Mapping[str, pa.DataType]] = {
    "sites": {"region_ids": JSON},
    "cities": {"region_ids": JSON, "twin_count": pa.int64()},
    "regions": {},
    "twins": {
        "status": pa.string(),
        "status_as_of": pa.date32(),
        "status_rule": pa.string(),
        "status_confidence": pa.string(),
        "status_hint": pa.string(),
        "because": JSON,
        "last_activity_on": pa.date32(),
        "vitality": pa.float64(),
        **{
            f"vitality_{part}": pa.float64()
            for part in ("recency", "frequency", "breadth", "reciprocity", "funding")
        },
    },
}
"""Layer → the columns that the read side adds."""
COMPUTED_LISTS = ("region_ids", "because")
PLACES = {"lng": pa.float64(), "lat": pa.float64()}
"""A place inside each feature, degrees: where a geometry is of no use, this is."""


def attribute_types(layer: Layer) -> Mapping[str, pa.DataType]:
    """Return the columns of a layer's attributes in their order."""
    shown = [field for field in layer.fields if field.name not in OWN_PLACE]
    provenance = ["source_url", "as_of", "extra"]
    last = [field for field in layer.fields if field.name in provenance]
    return {
        "id": pa.string(),
        **dict.fromkeys(FLAT_NAMES, pa.string()),
        "names": JSON,
        **{name: type_ for field in shown for name, type_ in _types(field).items()},
        **COMPUTED[layer.id],
        "visibility": pa.string(),
        "coordinate_uncertainty_m": pa.float64(),
        **dict.fromkeys(("source", "source_id", "record_id"), pa.string()),
        **dict.fromkeys(("licence", "attribution"), pa.string()),
        **{name: type_ for field in last for name, type_ in _types(field).items()},
        **PLACES,
    }


def schema_of(layer: Layer, metadata: Mapping[str, str]) -> pa.Schema:
    """Return the schema of a layer's attributes and its geometry."""
    columns = [*attribute_types(layer).items(), (GEOMETRY, pa.binary())]
    return pa.schema(columns, metadata=metadata)


def _types(field: Field) -> Mapping[str, pa.DataType]:
    types = {field.name: TYPES[field.kind]}
    if field.kind is Kind.EDTF:
        types |= {f"{field.name}_from": pa.int64(), f"{field.name}_to": pa.int64()}
    return types

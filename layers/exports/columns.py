"""A layer's features as Arrow columns: types as the fields have them, lists as JSON text.

The ready texts are read a batch at a time, so that a table has all that GeoJSON has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geomap.crs import from_crs84
from layers.content import Rows
from layers.exports.batches import batches, feature_texts
from layers.layer import Field, Kind, Layer
from layers.projection import FLAT_NAMES, OWN_PLACE
from layers.store.protocol import PublicReader
from layers.table import LayerTable

WEIGHT = 65_536
"""Coordinates in a batch: some four thousand points."""
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
_PYTHON: Mapping[pa.DataType, type] = {
    pa.string(): str,
    pa.date32(): str,
    pa.int64(): int,
    pa.float64(): float,
    pa.bool_(): bool,
}
COMPUTED_LISTS = ("region_ids", "because")
PLACES = {"lng": pa.float64(), "lat": pa.float64()}
"""A place inside each feature, degrees: where a geometry is of no use, this is."""


class Columns(NamedTuple):
    """Part of a table: its attributes, and its geometries in the wished reference system."""

    attributes: pa.RecordBatch
    shapes: NDArray[np.object_]

    def with_geometry(self) -> pa.RecordBatch:
        """Return the attributes and, last, the geometries as WKB."""
        geometry = pa.array(shapely.to_wkb(self.shapes), pa.binary())
        return self.attributes.append_column(GEOMETRY, geometry)


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


def columns_of(reader: PublicReader, table: LayerTable, rows: Rows, crs: str) -> Iterator[Columns]:
    """Yield the rows as columns, some thousands at a time, geometries in `crs`."""
    types, read = attribute_types(table.layer), _decoder(table.layer).decode
    lnglats = table.lnglats()
    for batch in batches(table, rows, WEIGHT):
        features = read(b"[" + b",".join(feature_texts(reader, table, batch)) + b"]")
        records = [feature.properties for feature in features]
        told = {name: _column(records, name, types[name]) for name in records[0].__struct_fields__}
        lng, lat = (pa.array(numbers, from_pandas=True) for numbers in lnglats[batch].T)
        told |= {"id": pa.array([feature.id for feature in features]), "lng": lng, "lat": lat}
        attributes = pa.record_batch([told[name] for name in types], names=list(types))
        yield Columns(attributes, from_crs84(table.geometry(batch), crs))


def _decoder(layer: Layer) -> msgspec.json.Decoder[Any]:
    """Return what reads a list of a layer's features, leaving JSON columns as they are."""
    nested = {field.name for field in layer.fields if field.kind in NESTED}
    nested |= {"names", *COMPUTED_LISTS}
    members = [
        (name, msgspec.Raw if name in nested else _PYTHON[type_] | None, None)
        for name, type_ in attribute_types(layer).items()
        if name not in {"id", *PLACES}
    ]
    properties = msgspec.defstruct("Properties", members, gc=False)
    feature = msgspec.defstruct("Feature", [("id", str), ("properties", properties)], gc=False)
    return msgspec.json.Decoder(list[feature])  # type: ignore[valid-type]


def _column(records: list[Any], name: str, type_: pa.DataType) -> pa.Array:
    values = list(map(attrgetter(name), records))
    if values.count(None) == len(values):
        return pa.nulls(len(values), type_)
    first = next(value for value in values if value is not None)
    if isinstance(first, msgspec.Raw):
        values = [None if value is None else bytes(value) for value in values]
        return pa.array(values, pa.binary()).cast(type_)
    # A date comes as text, which Arrow reads once it is a column.
    return pa.array(values, pa.string() if pa.types.is_date(type_) else type_).cast(type_)


def _types(field: Field) -> Mapping[str, pa.DataType]:
    types = {field.name: TYPES[field.kind]}
    if field.kind is Kind.EDTF:
        types |= {f"{field.name}_from": pa.int64(), f"{field.name}_to": pa.int64()}
    return types

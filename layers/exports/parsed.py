"""Columns read out of GeoJSON texts: lists stay JSON text, and nothing else is parsed."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa

from layers.bodies import feature_bodies
from layers.content import Rows
from layers.exports.schema import COMPUTED_LISTS, NESTED, PLACES, attribute_types
from layers.layer import Layer
from layers.store.protocol import PublicReader
from layers.table import LayerTable

ROWS = 4_096
"""Rows whose texts are parsed at a time: their objects take a kilobyte each."""
_PYTHON: Mapping[pa.DataType, type] = {
    pa.string(): str,
    pa.date32(): str,
    pa.int64(): int,
    pa.float64(): float,
    pa.bool_(): bool,
}


class Parser:
    """Reads the columns of one layer, its places apart."""

    def __init__(self, layer: Layer) -> None:
        self._types = {
            name: type_ for name, type_ in attribute_types(layer).items() if name not in PLACES
        }
        self._decoder = _decoder(layer)

    def columns(self, reader: PublicReader, table: LayerTable, rows: Rows) -> pa.RecordBatch:
        """Return the columns of rows in their order."""
        starts = range(0, len(rows), ROWS)
        parts = [self._part(reader, table, rows[start : start + ROWS]) for start in starts]
        return parts[0] if len(parts) == 1 else pa.concat_batches(parts)

    def _part(self, reader: PublicReader, table: LayerTable, rows: Rows) -> pa.RecordBatch:
        texts = b",".join(feature_bodies(reader, table, rows))
        features = self._decoder.decode(b"[" + texts + b"]")
        records = [feature.properties for feature in features]
        told = {"id": pa.array([feature.id for feature in features])}
        for name in records[0].__struct_fields__:
            told[name] = _column(records, name, self._types[name])
        return pa.record_batch([told[name] for name in self._types], names=[*self._types])


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

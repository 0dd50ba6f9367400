"""GeoJSON (RFC 7946), and as a text sequence (RFC 8142): ready texts, copied and not parsed.

OGC:CRS84 always. The collection says licence and source of what is in it; so does each feature.
"""

from __future__ import annotations

from collections.abc import Generator

import orjson

from layers.content import Rows
from layers.exports.batches import batches, feature_texts
from layers.exports.credits import credits_of
from layers.exports.options import USUAL, Options
from layers.snapshot import Snapshot
from layers.store.protocol import PublicReader
from layers.table import LayerTable

WEIGHT = 16_000
"""Coordinates that go out at a time, about a thousand points: some hundred kilobytes."""
RECORD_SEPARATOR = b"\x1e"


def write(
    snapshot: Snapshot, reader: PublicReader, table: LayerTable, rows: Rows, _: Options = USUAL
) -> Generator[bytes]:
    """Yield a FeatureCollection of the rows."""
    piece = _head(snapshot, table, rows) + b"\n"
    for batch in batches(table, rows, WEIGHT):
        yield piece + b",\n".join(feature_texts(reader, table, batch))
        piece = b",\n"
    yield (b"" if len(rows) else piece) + b"\n]}\n"


def write_sequence(
    _: Snapshot, reader: PublicReader, table: LayerTable, rows: Rows, __: Options = USUAL
) -> Generator[bytes]:
    """Yield a text sequence of the rows: a record separator, the feature, a line feed."""
    between = b"\n" + RECORD_SEPARATOR
    yield b""
    for batch in batches(table, rows, WEIGHT):
        yield RECORD_SEPARATOR + between.join(feature_texts(reader, table, batch)) + b"\n"


def _head(snapshot: Snapshot, table: LayerTable, rows: Rows) -> bytes:
    members = {
        "type": "FeatureCollection",
        "name": table.layer.id,
        "title": table.layer.title,
        "attribution": table.layer.attribution,
        "sources": credits_of(snapshot, table, rows),
    }
    return orjson.dumps(members)[:-1] + b',"features":['

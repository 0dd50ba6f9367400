"""GeoJSON (RFC 7946), and as a text sequence (RFC 8142): ready texts, copied and not parsed.

OGC:CRS84 always. The collection says licence and source of what is in it; so does each feature.
"""

from __future__ import annotations

from collections.abc import Generator

import orjson

from layers.bodies import feature_bodies
from layers.content import Rows
from layers.exports.batches import TEXTS_WEIGHT, batches, joined_texts
from layers.exports.credits import credits_of
from layers.exports.options import USUAL, Options
from layers.fragments import BETWEEN, Text
from layers.snapshot import Snapshot
from layers.store.protocol import PublicReader
from layers.table import LayerTable

RECORD_SEPARATOR = b"\x1e"


def write(
    snapshot: Snapshot, reader: PublicReader, table: LayerTable, rows: Rows, _: Options = USUAL
) -> Generator[Text]:
    """Yield a FeatureCollection of the rows."""
    piece: Text = _head(snapshot, table, rows) + b"\n"
    for texts in joined_texts(reader, table, rows):
        yield piece
        piece = texts
    yield piece[: -len(BETWEEN)] if len(rows) else piece
    yield b"\n]}\n"


def write_sequence(
    _: Snapshot, reader: PublicReader, table: LayerTable, rows: Rows, __: Options = USUAL
) -> Generator[Text]:
    """Yield a text sequence of the rows: a record separator, the feature, a line feed."""
    between = b"\n" + RECORD_SEPARATOR
    yield b""
    for batch in batches(table, rows, TEXTS_WEIGHT):
        yield RECORD_SEPARATOR + between.join(feature_bodies(reader, table, batch)) + b"\n"


def _head(snapshot: Snapshot, table: LayerTable, rows: Rows) -> bytes:
    members = {
        "type": "FeatureCollection",
        "name": table.layer.id,
        "title": table.layer.title,
        "attribution": table.layer.attribution,
        "sources": credits_of(snapshot, table, rows),
    }
    return orjson.dumps(members)[:-1] + b',"features":['

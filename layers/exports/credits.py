"""Whom an export is owed to: said inside every file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import orjson

from layers.columns import Terms
from layers.content import Rows
from layers.snapshot import Snapshot
from layers.table import LayerTable

MEMBERS = ("id", "title", "publisher", "licence", "url", "as_of", "attribution")


def credits_of(snapshot: Snapshot, table: LayerTable, rows: Rows) -> list[dict[str, str]]:
    """Return the sources of the rows in the order of their ids, dates as ISO 8601."""
    column = table.columns["source_id"]
    assert isinstance(column, Terms)  # noqa: S101  few sources, many rows
    counts, _ = column.counts(rows)
    named = [column.values[code] for code in np.flatnonzero(counts).tolist()]
    sources = [dataclasses.asdict(snapshot.sources[source_id]) for source_id in sorted(named)]
    return [{name: str(source[name]) for name in MEMBERS} for source in sources]


def metadata_of(snapshot: Snapshot, table: LayerTable, rows: Rows) -> Mapping[str, str]:
    """Return what a whole file says of itself, by the names that GDAL gives such things."""
    sources = credits_of(snapshot, table, rows)
    licences = sorted({source["licence"] for source in sources})
    credits_ = sorted({source["attribution"] for source in sources})
    return {
        "TITLE": table.layer.title,
        "DESCRIPTION": table.layer.description,
        "ATTRIBUTION": "; ".join([table.layer.attribution, *credits_]),
        "LICENCE": "; ".join(licences),
        "STATUS_AS_OF": snapshot.today.isoformat(),
        "SOURCES": orjson.dumps(sources).decode(),
    }

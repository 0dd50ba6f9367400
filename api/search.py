"""Search over the names of all layers, in any of their languages and scripts."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from fastapi import Request
from starlette.responses import Response

from api.depends import CurrentWishes, Language, Reads
from api.links import JSON
from api.negotiate import AS_JSON, answered
from api.parameters import FORMAT, LANG, LIMIT, WORDS
from api.router import Router
from api.service import CurrentService
from geomap.errors import ParameterInvalid
from layers.snapshot import Snapshot
from layers.store.protocol import Hit
from layers.table import LayerTable

SEARCHED = ("cities", "twins", "regions", "sites")
DEFAULT_HITS = 8
MOST_HITS = 50

router = Router("Search")


@router.get("/search", "search", Reads(FORMAT, LANG, WORDS, LIMIT), AS_JSON, "hits")
def search(
    request: Request, wishes: CurrentWishes, service: CurrentService, lang: Language
) -> Response:
    """Features one of whose names starts with each of the words."""
    words = wishes.get(WORDS)
    if not words:
        raise ParameterInvalid("q", words or "", "the beginning of a name is expected.")
    limit = wishes.limit(DEFAULT_HITS, MOST_HITS)
    with service.follower.reading() as (snapshot, reader):

        def body() -> bytes:
            hits = reader.search(words, SEARCHED, limit)
            return orjson.dumps({"results": [_result(snapshot, hit, lang) for hit in hits]})

        versions = tuple(snapshot.tables[layer_id].version for layer_id in SEARCHED)
        return answered(request, (versions, lang), JSON, body)


def _result(snapshot: Snapshot, hit: Hit, lang: str) -> dict[str, Any]:
    """Return what a reader picks from: the name that matched, its label, where it is."""
    table = snapshot.tables[hit.layer]
    row = int(table.positions([hit.id])[0])
    found = {
        "layer": hit.layer,
        "id": hit.id,
        "name": hit.name,
        "label": _value(table, row, f"name_{lang}") or _value(table, row, "name"),
        "country": _value(table, row, "country"),
        "kind": _value(table, row, "kind"),
        **_place(table, row),
    }
    return {name: value for name, value in found.items() if value is not None}


def _value(table: LayerTable, row: int, column: str) -> str | None:
    value = table.value(column, row)
    return value if isinstance(value, str) else None


def _place(table: LayerTable, row: int) -> dict[str, Any]:
    """Return `lng` and `lat` in degrees, and the box of what is larger than a point."""
    box = table.bounds_of(row)
    if not np.isfinite(box[0]):
        return {}
    lng, lat = table.lnglats()[row].tolist()
    place: dict[str, Any] = {"lng": lng, "lat": lat}
    if box[0] != box[2] or box[1] != box[3]:
        place["bbox"] = box.tolist()
    return place

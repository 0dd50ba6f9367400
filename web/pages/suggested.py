"""Suggestions as their authors see them: what they would change, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from geomap.i18n import moment
from layers.catalog import LAYERS
from layers.layer import Layer
from web.pages.differences import rows, suggested
from web.pages.titles import STATUSES, SUGGESTED
from web.pages.values import Reader

Json = dict[str, Any]
Told = dict[str, Any]


def suggestion_page(document: Json, told: Told, readers: Callable[[Layer], Reader]) -> Told:
    """Return what the page of one suggestion is told.

    Args:
        document: The suggestion; with `is_secret` whoever asks has nothing but the link.
        told: What every page is.
        readers: Layer → what reads its values.
    """
    one, lang, layer = document, told["lang"], LAYERS[document["layer"]]
    is_secret = bool(one.get("is_secret"))
    form = f"/suggest/{layer.id}/{one['feature_id']}?revises={one['id']}&lang={lang}"
    return {
        "title": one["title"],
        "message": one["message"],
        "change": {"seen": True, "rows": rows(readers(layer), _changes(one)), "map": ""},
        "is_secret": is_secret,
        "revise": form if one["status"] == "returned" and not is_secret else "",
        "kind": told["_"](SUGGESTED[one["kind"]]),
        "layer_title": told["_"](layer.title),
        "status": one["status"],
        "status_title": told["_"](STATUSES[one["status"]]),
        "at": one["at"],
        "when": moment(lang, one["at"]),
        "reason": one["reason"],
        "decided": moment(lang, one["decided_at"]) if one["decided_at"] else "",
        "decided_at": one["decided_at"] or "",
        "decided_by": one["decided_by"] or "",
        "item": f"/collections/{layer.id}/items/{one['feature_id']}?f=html&lang={lang}",
    }


def _changes(document: Json) -> Sequence[Mapping[str, Any]]:
    """Return what is suggested, value by value; of a new record all that it would say."""
    new = document["document"]
    if new is None:
        return suggested(document["changes"])
    said = {"geometry": new["geometry"], **new["properties"]}
    return [{"path": name, "before": None, "after": value} for name, value in said.items()]

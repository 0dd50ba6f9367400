"""What rights lead to, in words: from the page of an account, and from that of a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request

from geomap.i18n import marked as _
from web.pages.titles import ADD, OFFERED

Links = Iterable[Mapping[str, str]]
Doors = list[tuple[str, str]]
Told = dict[str, Any]


def doors(links: Links, told: Told) -> Doors:
    """Return title and address of what an account, or a record, leads to."""
    tell = told["_"]
    own = [one for one in links if "layer" not in one and one["rel"] in OFFERED]
    adds = [one for one in links if "layer" in one and one["rel"] == "create"]
    return [
        *((tell(OFFERED[one["rel"]]), one["href"]) for one in own),
        *((tell(ADD[one["layer"]]), one["href"]) for one in adds),
    ]


def exposure(_: Request, document: Mapping[str, Any], told: Told) -> Told:
    """Return what `exposure.html` is told: the ways to show a record, and what was typed."""
    typed, fault = document["typed"], document["fault"]
    now = next((way["way"] for way in document["ways"] if way["is_now"]), "")
    items = f"/collections/{document['layer']}/items/{document['id']}"
    return {
        "name": document["name"],
        "revision": document["revision"],
        "ways": document["ways"],
        "chosen": typed.get("way") or now,
        "reason": typed.get("reason", ""),
        "fault": told["_"](_FAULTS[fault]) if fault else "",
        "no_reason": fault == "reason",
        "back": told["page_of"](items),
    }


_FAULTS: Mapping[str, str] = {
    "reason": _("This is not saved yet: say why, for the history."),
    "way": _("This is not saved yet: choose who may see the record."),
    "stale": _("Someone has changed this record meanwhile. Look at it as it is now, then save."),
}

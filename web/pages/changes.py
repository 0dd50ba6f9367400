"""Pages of what was changed: the history of a record, the writes of an account, one write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from geomap.i18n import moment
from layers.catalog import LAYERS
from layers.layer import Layer
from web.inert import script_json
from web.pages.differences import places, rows
from web.pages.titles import ACTIONS
from web.pages.values import Reader

Json = dict[str, Any]
Told = dict[str, Any]
Readers = Callable[[Layer], Reader]


def history(document: Json, told: Told, readers: Readers) -> Told:
    """Return what the page of a record's history is told, newest first."""
    layer: Layer = told["layer"]
    reader = readers(layer)
    here = f"/collections/{layer.id}/items/{document['id']}"
    revisions = [
        {
            **_head(one, told),
            **_told(one, reader),
            "number": one["revision"],
            "latest": one["revision"] == document["latest"],
            "restore": f"/edit/{layer.id}/{document['id']}/restore/{one['revision']}"
            if one["restorable"]
            else "",
        }
        for one in reversed(document["revisions"])
    ]
    older = [one["href"] for one in told["links"] if one["rel"] == "next"]
    return {
        "subject": reader.name(document),
        "item": "" if document["deleted"] else here,
        "revisions": revisions,
        "older": older[0] if older else "",
        **_maps(revisions),
    }


def writes(document: Json, told: Told, readers: Readers) -> Told:
    """Return what the list of an account's writes is told."""
    listed = [
        {
            **_head(one, told),
            "counts": _counts(one, told),
            "count": one["created"] + one["updated"] + one["deleted"],
            "names": [_named(name, readers) for name in one["names"]],
        }
        for one in document["writes"]
    ]
    older = [one["href"] for one in told["links"] if one["rel"] == "next"]
    return {
        "title": told["_"]("All changes" if document["all"] else "My changes"),
        "writes": listed,
        "all": document["all"],
        "by": document["by"] or "",
        "older": older[0] if older else "",
    }


def write(document: Json, told: Told, readers: Readers) -> Told:
    """Return what the page of one write is told."""
    changes = [
        {**_named(one, readers), **_told(one, readers(LAYERS[one["layer"]]))}
        for one in document["changes"]
    ]
    more = [one["href"] for one in told["links"] if one["rel"] == "next"]
    return {
        **_head(document, told),
        "counts": _counts(document, told) if document["whole"] else "",
        "whole": document["whole"],
        "undoable": document["undoable"],
        "refused": document.get("refused", ""),
        "blocked": [
            {**_named(one, readers), "history": one["history"]} for one in document["blocked"]
        ],
        "changes_list": changes,
        "more": more[0] if more else "",
        **_maps(changes),
    }


def restoration(document: Json, told: Told, readers: Readers) -> Told:
    """Return what the page is told that asks whether a revision shall be restored."""
    layer: Layer = told["layer"]
    reader = readers(layer)
    change = _told(document, reader)
    here = f"/collections/{layer.id}/items/{document['id']}"
    return {
        "subject": reader.name(document),
        "number": document["revision"],
        "change": change,
        "action": f"/edit/{layer.id}/{document['id']}/restore/{document['revision']}",
        "base": document["base"],
        "fault": document["fault"],
        "comment": document["comment"],
        "back": f"{here}/history",
        **_maps([change]),
    }


def _head(one: Json, told: Told) -> Told:
    """Return who did something, when, why and in which write."""
    tell: Callable[..., str] = told["_"]
    return {
        "moment": moment(told["lang"], one["at"]),
        "at": one["at"],
        "actor": one["actor"],
        "suggested_by": one.get("suggested_by", ""),
        "done": tell(ACTIONS.get(one["action"], one["action"])),
        "comment": one["comment"],
        "transaction": one["transaction_id"],
    }


def _told(one: Json, reader: Reader) -> Told:
    """Return the differences of a revision; none of one that lay outside the reader's rights."""
    changes = one.get("changes")
    if changes is None:
        return {"seen": False, "rows": [], "made": False, "gone": False, "places": None, "map": ""}
    place = places(changes)
    return {
        "seen": True,
        "rows": rows(reader, changes),
        "made": one["before"] is None,
        "gone": one["after"] is None,
        "places": place,
        "map": f"place-{one.get('id', '')}-{one['revision']}" if place else "",
    }


def _maps(changes: list[Told]) -> Told:
    """Return the places of all that has a map, for the page's script."""
    found = {one["map"]: one["places"] for one in changes if one["map"]}
    return {"data": "changes" if found else "", "told": script_json(found)}


def _named(one: Mapping[str, Any], readers: Readers) -> Told:
    layer = LAYERS[one["layer"]]
    path = f"/collections/{layer.id}/items/{one['id']}"
    return {"name": readers(layer).name(dict(one)), "href": path, "history": f"{path}/history"}


def _counts(one: Json, told: Told) -> str:
    """Return how many records were made, changed and deleted, in words."""
    words = (
        ("created", "{n} made"),
        ("updated", "{n} changed"),
        ("deleted", "{n} deleted"),
    )
    return ", ".join(told["_"](text, n=one[name]) for name, text in words if one[name])

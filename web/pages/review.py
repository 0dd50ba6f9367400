"""The reviewer's pages, and the author's: suggestions as people read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import cos, floor, radians
from typing import Any
from urllib.parse import urlencode

import shapely

from geomap.i18n import marked as _
from geomap.i18n import moment
from geomap.suggestions import MOST_DECIDED
from layers.catalog import LAYERS
from layers.layer import Layer
from web.inert import script_json
from web.pages.differences import places, rows, suggested
from web.pages.titles import ADD, FIELDS, STATUSES, SUGGESTED
from web.pages.values import Reader

Json = dict[str, Any]
Told = dict[str, Any]
Readers = Callable[[Layer], Reader]


DONE: Mapping[str, str] = {
    "approve": _("Approved: {n}."),
    "return": _("Returned: {n}."),
    "reject": _("Rejected: {n}."),
    "undo": _("The decision was taken back; waiting again: {n}."),
}
"""What a write has decided → in words."""
FAULTS: Mapping[str, str] = {
    "none": _("Nothing is chosen: check suggestions, or choose all of them."),
    "many": _("Up to {n} suggestions are decided at a time."),
    "reason": _("Say why: whoever suggested it will read it."),
    "long": _("The message is too long; up to 4,000 characters are kept."),
    "gone": _("One of these suggestions is there no more. Nothing was decided."),
    "decided": _("Some of these were decided meanwhile, by you or someone else. "
                 "Nothing was changed."),
    "conflict": _("It cannot be approved as things are: see what stands against it."),
    "in-use": _("A city would be deleted that pairs are made of. Nothing was changed."),
    "changed": _("This cannot be undone as a whole: records have been changed again since. "
                 "Nothing was changed."),
    "no-write": _("This decision was taken back already, or was none."),
}  # fmt: skip
HINDRANCES: Mapping[str, str] = {
    "field_changed": _("Someone has changed the same field since."),
    "record_changed": _("The record that is to be deleted has been changed since."),
    "record_gone": _("The record is deleted."),
    "record_there": _("The record has been made already."),
    "unsound": _("The record would have faults as it is now."),
}
AGES: Mapping[str, str] = {
    "7": _("Older than a week"),
    "30": _("Older than a month"),
    "90": _("Older than three months"),
}
STEP = 0.05
"""Degrees to which a box is widened whose neighbours are asked for: the public's answers shall
not tell where a suggestion lies."""
AROUND = 0.02


def queue(document: Json, told: Told, readers: Readers) -> Told:
    """Return what the queue is told."""
    tell, lang, asked = told["_"], told["lang"], document["asked"]
    listed = [
        {
            **one,
            "moment": moment(lang, one["at"]),
            "what": tell(SUGGESTED[one["kind"]]),
            "layer_title": tell(LAYERS[one["layer"]].title),
            "changed": [tell(FIELDS[name]) for name in one["fields"] if name in FIELDS],
            "chosen": one["id"] in document["chosen"],
        }
        for one in document["rows"]
    ]
    return {
        "rows": listed,
        "matched": document["matched"],
        "many": min(document["matched"], document["most"]),
        "asked": asked,
        "filters": _filters(asked, tell),
        "has_mine": document["has_mine"],
        "until": document["until"],
        "can_decide": asked.get("status", "waiting") == "waiting" and bool(listed),
        "next": _address(document["next"], lang) if document["next"] else "",
        "first": "" if document["is_first"] else _address(asked, lang),
        "said": _said(document, tell),
        "undo": document["decided"]["transaction"] if document["decided"] else "",
        "skipped": document["skipped"],
        "latest": [_latest(one, told) for one in document["latest"]],
        "fault": _fault(document["fault"], tell),
        "reason": document["reason"],
        "formats": [],
    }


def one(document: Json, told: Told, readers: Readers) -> Told:
    """Return what the page of one suggestion is told."""
    tell, lang = told["_"], told["lang"]
    layer = LAYERS[document["layer"]]
    reader = readers(layer)
    change = _change(document, reader)
    place = change["places"]
    item = f"/collections/{layer.id}/items"
    return {
        "title": document["title"],
        "subject": None,
        "what": tell(SUGGESTED[document["kind"]]),
        "status": document["status"],
        "status_words": tell(STATUSES[document["status"]]),
        "layer_title": tell(layer.title),
        "moment": moment(lang, document["at"]),
        "document": document,
        "change": change,
        "conflicts": [_conflict(reader, one, tell) for one in document["conflicts"]],
        "newer": bool(document["base"]) and 0 < document["base"] < document["revision"],
        "item": f"{item}/{document['feature_id']}" if document["present"] else "",
        "candidates": [
            (f"{item}/{one['id']}", one["name"], one["km"]) for one in document["candidates"]
        ],
        "others": [
            (f"/review/{one['id']}", tell(SUGGESTED[one["kind"]]), tell(STATUSES[one["status"]]))
            for one in document["others"]
        ],
        "fault": _fault(document["fault"], tell),
        "words": document["words"],
        "decided": _decided(document, told),
        "data": "suggestion" if place else "",
        "told": script_json(_for_scripts(layer, place)),
        "formats": [],
    }


def _change(document: Json, reader: Reader) -> Told:
    """Return what would change, as the pages of history tell it."""
    before, after = document["present"], document["wished"]
    # What cannot be laid on the record as it is now is told as it was suggested.
    differing = document["differences"] or suggested(document["changes"])
    place = places(differing) or _standing(after or before)
    return {
        "seen": True,
        "rows": rows(reader, differing),
        "made": before is None,
        "gone": after is None and document["kind"] == "delete",
        "places": place,
        "map": "suggestion" if place else "",
    }


def own(document: Json, told: Told, readers: Readers) -> Told:
    """Return what the page of an author's own suggestions is told."""
    tell = told["_"]
    listed = [
        {
            **one,
            "what": tell(SUGGESTED[one["kind"]]),
            "layer_title": tell(LAYERS[one["layer"]].title),
            "status_words": tell(STATUSES[one["status"]]),
            "moment": moment(told["lang"], one["at"]),
            "decided": _decided(one, told),
            "is_open": one["status"] in ("waiting", "returned"),
        }
        for one in document["suggestions"]
    ]
    onward = [one["href"] for one in told["links"] if one["rel"] == "next"]
    adds = [(f"/suggest/{layer}/new", tell(title)) for layer, title in ADD.items()]
    return {"suggestions": listed, "next": onward[0] if onward else "", "adds": adds}


def _filters(asked: Json, tell: Callable[..., str]) -> list[tuple[str, str, list[Any]]]:
    """Return name, label and options (value, words, whether chosen) of each choice."""
    titles = {layer.id: layer.title for layer in LAYERS.values()}
    choices = (
        ("status", _("State"), STATUSES, False),
        ("layer", _("Layer"), titles, True),
        ("kind", _("What is suggested"), SUGGESTED, True),
        ("age", _("Age"), AGES, True),
    )
    made = []
    for name, label, words, optional in choices:
        known = {"": _("Any"), **words} if optional else words
        chosen = asked.get(name, "" if optional else "waiting")
        made.append((name, tell(label), [(v, tell(w), v == chosen) for v, w in known.items()]))
    return made


def _address(query: Mapping[str, str], lang: str) -> str:
    return f"/review?{urlencode({**query, 'lang': lang})}"


def _said(document: Json, tell: Callable[..., str]) -> str:
    done = document["decided"] or document["undone"]
    return tell(DONE[done["action"]], n=done["count"]) if done else ""


def _fault(name: str, tell: Callable[..., str]) -> str:
    return tell(FAULTS[name], n=MOST_DECIDED) if name == "many" else tell(FAULTS.get(name, name))


def _latest(one: Json, told: Told) -> Told:
    said = told["_"](DONE[one["action"]], n=one["count"])
    return {**one, "said": said, "moment": moment(told["lang"], one["at"])}


def _decided(one: Json, told: Told) -> Told | None:
    """Return who took the last step, when and why; None where none was taken."""
    if not one["decided_at"] or not one["decided_by"]:
        return None
    return {
        "by": one["decided_by"],
        "reason": one["reason"],
        "moment": moment(told["lang"], one["decided_at"]),
    }


def _conflict(reader: Reader, one: Json, tell: Callable[..., str]) -> Told:
    name = one["path"].split("/")[-1]
    field = tell(FIELDS[name]) if name in FIELDS else name
    return {"field": field, "said": tell(HINDRANCES[one["hindrance"]]), "detail": one["detail"]}


def _standing(record: Json | None) -> Json | None:
    """Return the place of a record that stays where it is, for a map."""
    if record is None or record["geometry"] is None:
        return None
    return {"before": None, "after": record["geometry"]}


def _for_scripts(layer: Layer, place: Mapping[str, Any] | None) -> Told:
    """Return what the map shows: the place before and after, and where its neighbours are."""
    return {"suggestion": {**place, "near": _near(layer, place)}} if place else {}


def _near(layer: Layer, place: Mapping[str, Any]) -> str:
    """Return where the public's features around a place are told of: in a box much wider."""
    shapes = [shapely.from_geojson(json.dumps(one)) for one in place.values() if one]
    west, south, east, north = shapely.total_bounds(shapes)
    wide = AROUND / max(cos(radians((south + north) / 2)), 0.1)
    low = (floor((west - wide) / STEP) * STEP, floor((south - AROUND) / STEP) * STEP)
    high = ((floor((east + wide) / STEP) + 1) * STEP, (floor((north + AROUND) / STEP) + 1) * STEP)
    box = ",".join(f"{number:.2f}" for number in _clamped(*low, *high))
    return f"/collections/{layer.id}/items?f=geojson&limit=500&bbox={box}"


def _clamped(west: float, south: float, east: float, north: float) -> tuple[float, ...]:
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)

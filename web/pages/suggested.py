"""Suggestions as their authors see them: what they would change, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from geomap.i18n import moment
from geomap.model import Visibility
from layers.catalog import LAYERS
from web.forms.editing import EXPOSURES
from web.pages.titles import FIELDS, STATUSES, SUGGESTED
from web.pages.values import NOTHING, Cell, Reader

Json = dict[str, Any]
Told = dict[str, Any]
ENVELOPE = frozenset({"cell_km", "source_id", "record_id"})
"""Parts of a record that are for its keepers."""


def suggestion_page(
    read: Callable[[str], Reader], document: Json, told: Told, *, secret: bool = False
) -> Told:
    """Return what the page of one suggestion is told.

    Args:
        read: Layer → what reads its values.
        document: The suggestion.
        told: What every page is.
        secret: Whether whoever asks has nothing but the link.
    """
    one, lang = document, told["lang"]
    form = f"/suggest/{one['layer']}/{one['feature_id']}?revises={one['id']}&lang={lang}"
    return {
        "title": one["title"],
        "message": one["message"],
        "rows": _rows(read(one["layer"]), one, told),
        "is_secret": secret,
        "revise": form if one["status"] == "returned" and not secret else "",
        "kind": told["_"](SUGGESTED[one["kind"]]),
        "layer_title": told["_"](LAYERS[one["layer"]].title),
        "status": one["status"],
        "status_title": told["_"](STATUSES[one["status"]]),
        "at": one["at"],
        "when": moment(lang, one["at"]),
        "reason": one["reason"],
        "decided": moment(lang, one["decided_at"]) if one["decided_at"] else "",
        "decided_at": one["decided_at"] or "",
        "decided_by": one["decided_by"] or "",
        "item": f"/collections/{one['layer']}/items/{one['feature_id']}?f=html&lang={lang}",
    }


def _rows(reader: Reader, document: Json, told: Told) -> list[tuple[str, Cell, Cell]]:
    """Return title, value before and value after of all that would change."""
    new = document["document"]
    if new is not None:
        place = _place(new["geometry"])
        found = [(title, NOTHING, cell) for title, cell in reader.rows(new["properties"])]
        names = reader.cell("names", new["properties"])
        return [
            (told["_"](FIELDS["names"]), NOTHING, names),
            *(row for row in found if row[0] != told["_"](FIELDS["names"])),
            *([(told["_"](FIELDS["geometry"]), NOTHING, place)] if place else []),
        ]
    rows = (_row(reader, change, told) for change in document["changes"])
    return [row for row in rows if row is not None]


def _row(reader: Reader, change: Json, told: Told) -> tuple[str, Cell, Cell] | None:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in change["path"].split("/")[1:]]
    before, after = change["before"], change["after"]
    if parts[0] == "geometry":
        return told["_"](FIELDS["geometry"]), _place(before), _place(after)
    if parts[0] == "visibility":
        return told["_"]("Visibility"), _exposure(before, told), _exposure(after, told)
    if parts[0] in ENVELOPE or parts[1] not in FIELDS:
        return None
    title = told["_"](FIELDS[parts[1]])
    if len(parts) > 2:
        title = f"{title} ({', '.join(parts[2:])})"
        return title, reader.plain(before or ""), reader.plain(after or "")
    cells = (reader.cell(parts[1], {parts[1]: value}) for value in (before, after))
    return title, *cells


def _place(geometry: Mapping[str, Any] | None) -> Cell:
    if geometry is None:
        return NOTHING
    if geometry["type"] == "Point":
        lng, lat = geometry["coordinates"][:2]
        return Cell(f"{lat}, {lng}")
    return Cell(str(geometry["type"]))


def _exposure(visibility: str, told: Told) -> Cell:
    return Cell(told["_"](EXPOSURES[Visibility(visibility)]))

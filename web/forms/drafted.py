"""What an editing page says of drafts: of the one that it shows, and of others begun before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from geomap.drafts import MOST_OF_ACCOUNT, UNTOUCHED, Draft
from geomap.i18n import moment, translate
from layers.catalog import LAYERS
from web.pages.titles import UNKEPT

OTHERWISE = (
    "What you typed could not be kept as a draft: do not leave this page before it is saved."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A draft in a list."""

    name: str
    href: str
    discard: str
    began_at: str
    """As ISO 8601 has it, for scripts."""
    began: str
    """In words, in UTC."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """All that an editing page shows of drafts."""

    action: str
    """Where the form is kept as a draft."""
    discard: str
    new: str
    """The id that the form of a new record has as a draft; empty for others."""
    begun: Line | None
    """The draft that the form is filled from."""
    is_outlived: bool
    """Whether the record of the draft is there no more."""
    unkept: str
    """Why what was sent is not kept, in the reader's language."""
    others: Sequence[Line]
    kept: Mapping[str, str]
    """For the script that keeps drafts while one types."""


def drafts_told(
    layer: str, record: str, told: Mapping[str, Any] | None, lang: str
) -> Drafts | None:
    """Return what a form says of drafts; None where none are kept for its reader.

    Args:
        layer: Id of the layer.
        record: Id of the record; empty for a new one.
        told: What `api.drafting.told` returns.
        lang: One of `LANGUAGES`.
    """
    if told is None:
        return None
    action = f"/edit/{layer}/{record or 'new'}/draft"
    key, draft = record or told["new"], told["draft"]
    fault = told["fault"]
    return Drafts(
        action=action,
        discard=f"/edit/{layer}/{key}/draft/discard",
        new=told["new"],
        begun=line_of(_entry(draft), lang) if told["resumed"] else None,
        is_outlived=bool(draft and draft.base and not record),
        unkept=translate(lang, UNKEPT.get(fault, UNKEPT[""])) if fault else "",
        others=[line_of(one, lang) for one in told["others"]],
        kept={
            "path": action,
            "who": told["who"],
            "new": told["new"],
            "saved_at": draft.saved_at if draft else "",
            "stamp": dict(draft.inputs).get("stamp", "") if draft else "",
        },
    )


def drafts_page(_: Request, document: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page of an account's drafts is told."""
    lang = told["lang"]
    by_layer: dict[str, list[Line]] = {}
    for one in document["drafts"]:
        by_layer.setdefault(one["layer"], []).append(line_of(one, lang))
    return {
        "title": translate(lang, "Your drafts"),
        "groups": [(translate(lang, LAYERS[id_].title), by_layer[id_]) for id_ in by_layer],
        "most": MOST_OF_ACCOUNT,
        "days": UNTOUCHED.days,
        "here": f"/account/drafts?f=html&lang={lang}",
    }


def line_of(entry: Mapping[str, str], lang: str) -> Line:
    """Return an entry of `api.drafting.listed` as a line of a page."""
    href = entry["href"]
    return Line(
        entry["name"] or translate(lang, "Without a name yet"),
        f"{href}{'&' if '?' in href else '?'}lang={lang}",
        f"/edit/{entry['layer']}/{entry['record']}/draft/discard",
        entry["began_at"],
        moment(lang, entry["began_at"]),
    )


def _entry(draft: Draft) -> Mapping[str, str]:
    names = {"name": "", "href": ""}
    return {
        **names,
        "layer": draft.layer,
        "record": draft.record,
        "began_at": draft.began_at,
    }

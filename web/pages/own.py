"""The pages of whoever has signed in: the account, and what it was told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request

from geomap.access import Action, Role, Where
from geomap.i18n import marked as _
from geomap.i18n import moment
from layers.catalog import LAYERS
from web.pages.standing import doors, exposure

Json = dict[str, Any]
Told = dict[str, Any]


ROLES: Mapping[Role, str] = {
    Role.VISITOR: _("Visitor"),
    Role.CONTRIBUTOR: _("Contributor"),
    Role.EXPERT: _("Expert"),
    Role.HERITAGE_EDITOR: _("Heritage editor"),
    Role.TWIN_COORDINATOR: _("Twin-city coordinator"),
    Role.REVIEWER: _("Reviewer"),
    Role.ADMINISTRATOR: _("Administrator"),
}
ACTIONS: Mapping[Action, str] = {
    Action.SUGGEST: _("Suggest"),
    Action.SEE: _("See exact places"),
    Action.CREATE: _("Add"),
    Action.CHANGE: _("Change"),
    Action.DELETE: _("Delete"),
    Action.RESTORE: _("Restore and undo"),
    Action.IMPORT: _("Import files"),
    Action.REVIEW: _("Review suggestions"),
    Action.ADMINISTER: _("Administer"),
}
"""What the page of an account tells of; all may read and sign in."""
REACHES: Mapping[Where, str] = {
    Where.EVERYWHERE: _("everywhere"),
    Where.OWN: _("in your area"),
}


def _account(_: Request, document: Json, told: Told) -> Told:
    tell, rights = told["_"], document["rights"]
    rows = [
        (tell(name), [tell(REACHES[Where(r)]) if (r := rights[one].get(action)) else "–"
                      for one in LAYERS])
        for action, name in ACTIONS.items()
        if any(action in rights[one] for one in LAYERS)
    ]  # fmt: skip
    notices = document.get("notices")
    since = notices and notices["feed_since"]
    return {
        "name": document["name"] or "",
        "role": tell(ROLES[Role(document["role"])]),
        "scope": document["scope"],
        "doors": doors(document["links"], told),
        "layer_titles": [tell(layer.title) for layer in LAYERS.values()],
        "rights": rows,
        "notices": notices,
        "waiting": document.get("waiting"),
        "feed_since": moment(told["lang"], since) if since else "",
    }


def _notices(_: Request, document: Json, told: Told) -> Told:
    lang = told["lang"]
    onward = [one["href"] for one in told["links"] if one["rel"] == "next"]
    return {
        "notices": [{**one, "when": moment(lang, one["at"])} for one in document["notices"]],
        "unread": document["unread"],
        "newest": document["newest"],
        "next": onward[0] if onward else "",
    }


def _feed_address(_: Request, document: Json, told: Told) -> Told:
    return {"address": document["address"], "formats": []}


BELOW_ACCOUNT = frozenset(
    {"notices", "feedAddress", "suggestions", "reviewQueue", "reviewOne", "drafts", "writes"}
)
"""Kinds of documents to which the page of the account leads."""
PAGES: Mapping[str, tuple[str, Callable[[Request, Json, Told], Told]]] = {
    "account": ("account.html", _account),
    "exposure": ("exposure.html", exposure),
    "notices": ("notices.html", _notices),
    "feedAddress": ("feed.html", _feed_address),
}
"""Kind of document → its template, and what fills it."""

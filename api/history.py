"""What was changed, by whom and why; a revision restored, a whole write undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.bodies import CurrentBody, Sent
from api.depends import CurrentWishes, ReadableId, Reads
from api.features import ITEM
from api.links import JSON, Link, link, self_url, url
from api.negotiate import AS_JSON
from api.parameters import FORMAT, LIMIT
from api.parameters_editing import BEFORE
from api.past import CurrentDesks, brought_back, latest_seen, may_restore, restoration, told, undone
from api.records import CurrentDesk, Desk, check_conditions, private_answer
from api.router import Router, Writes
from api.saving import Why
from geomap.access import Action
from geomap.model import Revision, Written
from layers.history import found_by, left_by
from layers.projection import flat_names

HISTORY = ITEM + "/history"
PAGE, MOST = 100, 1000
"""Revisions a page: as a rule, and at most."""
PAGE_FOR_PEOPLE = 25
PAGE_BYTES = 4 * 1024 * 1024
"""About how much the revisions of a page may hold: outlines may be large."""

router = Router("History")
_ANSWERS = {
    "200": "It is done; the answer names the write, which can be undone in turn.",
    "401": "Sign in.",
    "403": "Not in your rights.",
    "404": "There is no such thing, or not for you.",
    "409": "Records have been changed again since.",
    "412": "The record has changed since the version that If-Match names.",
}


@router.get(
    HISTORY, "getHistory", Reads(FORMAT, LIMIT, BEFORE), AS_JSON, "history", action=Action.SEE
)
def history(desk: CurrentDesk, feature_id: ReadableId, wishes: CurrentWishes) -> Response:
    """Revisions of a feature: who, when, why, before and after. The latest, in their order."""
    latest = latest_seen(desk, feature_id)
    usual = PAGE_FOR_PEOPLE if desk.request.state.format == "html" else PAGE
    revisions = desk.service.store.history(
        desk.layer.id,
        feature_id,
        last=wishes.limit(usual, MOST),
        before=wishes.get(BEFORE),
        most_bytes=PAGE_BYTES,
    )
    authors = desk.service.store.suggestions.authors(desk.layer.id, feature_id)
    present = left_by(latest)
    last = present or found_by(latest)
    body = {
        "id": feature_id,
        **(flat_names(last.properties.get("names", ())) if last else {}),
        "latest": latest.revision,
        "deleted": present is None,
        "revisions": [_told(desk, one, latest) | _suggested(authors, one) for one in revisions],
        "links": _links(desk, feature_id, revisions),
    }
    return private_answer(desk.request, "history", body)


def _told(desk: Desk, revision: Revision, latest: Revision) -> dict[str, Any]:
    """Return a revision with whether the actor may restore it."""
    present = left_by(latest)
    able = revision.revision != latest.revision and may_restore(desk, left_by(revision))
    able = able and (present is None or may_restore(desk, present))
    return {**told(desk, revision), "restorable": able}


def _suggested(authors: Mapping[str, str], revision: Revision) -> dict[str, str]:
    """Return who suggested what a revision did, where someone did."""
    name = authors.get(revision.transaction_id)
    return {} if name is None else {"suggested_by": name}


def _links(desk: Desk, feature_id: str, revisions: list[Revision]) -> list[Link]:
    links = [
        link(self_url(desk.request), "self", JSON),
        link(url(desk.request, desk.path(feature_id)), "item", "application/geo+json"),
    ]
    if revisions and revisions[0].revision > 1:
        older = self_url(desk.request, before=str(revisions[0].revision))
        links.append(link(older, "next", JSON, "Older revisions"))
    return links


@router.write(
    "POST",
    HISTORY + "/{revision}/restore",
    "restoreRevision",
    Writes(Action.RESTORE, _ANSWERS, schema="done", formats=AS_JSON),
)
def restore(
    desk: CurrentDesk, feature_id: ReadableId, revision: int, body: CurrentBody
) -> Response:
    """Restore a feature as a revision left it, from the dead too; that is a revision in turn."""
    edit = restoration(desk, feature_id, revision)
    present = desk.service.store.feature(desk.layer.id, feature_id)
    if present is not None:
        check_conditions(desk, present)
    return _done(desk.request, brought_back(desk, edit, _why(body, "restore")))


@router.write(
    "POST",
    "/transactions/{transaction_id}/undo",
    "undoTransaction",
    Writes(Action.RESTORE, _ANSWERS, schema="done", formats=AS_JSON),
)
def undo(desks: CurrentDesks, transaction_id: str, body: CurrentBody) -> Response:
    """Undo all that one write has changed, all or nothing; that is a write in turn."""
    return _done(desks.request, undone(desks, transaction_id, _why(body, "undo")))


def _why(body: Sent, action: str) -> Why:
    return Why(action, body.comment, body.key, body.asked)


def _done(request: Request, done: Written) -> Response:
    changed = done.created + done.updated + done.deleted
    body = {"transaction_id": done.transaction_id, "changed": changed}
    return private_answer(request, "done", body)

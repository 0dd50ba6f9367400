"""The pages that lead back: a revision restored after a second look, a write undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from starlette.responses import RedirectResponse, Response

from api.changes import CHANGES, undo_from_page
from api.depends import ReadableId
from api.forms import CurrentPairs
from api.links import url
from api.past import CurrentDesks, brought_back, restoration, told
from api.records import CurrentDesk, Desk, private_answer
from api.router import Router
from api.saving import Why
from geomap.access import Action
from geomap.errors import RevisionConflict
from geomap.model import Edit, Revision
from layers.history import as_record
from layers.projection import flat_names

RESTORE = "/edit/{layer_id}/{feature_id}/restore/{revision}"
UNDO = CHANGES + "/{transaction_id}/undo"
LONGEST_REASON = 1_000

router = Router("Ways back")


@router.page("GET", RESTORE, Action.RESTORE)
def look_first(desk: CurrentDesk, feature_id: ReadableId, revision: int) -> Response:
    """What restoring a revision would change, to be confirmed with a reason."""
    return _asked(desk, restoration(desk, feature_id, revision), revision)


@router.page("POST", RESTORE, Action.RESTORE)
def restore(
    desk: CurrentDesk, feature_id: ReadableId, revision: int, pairs: CurrentPairs
) -> Response:
    """Restore a revision of a record, unless it has changed since the reader looked."""
    sent = dict(pairs)
    edit = restoration(desk, feature_id, revision)
    reason = sent.get("comment", "").strip()[:LONGEST_REASON]
    if sent.get("base") != str(edit.expected):
        return _asked(desk, edit, revision, comment=reason, fault="stale", status=409)
    if not reason:
        return _asked(desk, edit, revision, fault="reason", status=422)
    try:
        brought_back(desk, edit, Why("restore", reason))
    except RevisionConflict:
        again = restoration(desk, feature_id, revision)
        return _asked(desk, again, revision, comment=reason, fault="stale", status=409)
    there = url(desk.request, f"{desk.path(feature_id)}/history") + f"?f=html&lang={desk.lang}"
    return RedirectResponse(there, status_code=303, headers={"Cache-Control": "no-store"})


@router.page("POST", UNDO, Action.RESTORE)
def undo(desks: CurrentDesks, transaction_id: str, pairs: CurrentPairs) -> Response:
    """Undo a whole write."""
    comment = dict(pairs).get("comment", "").strip()[:LONGEST_REASON]
    return undo_from_page(desks, transaction_id, comment)


def _asked(
    desk: Desk, edit: Edit, revision: int, *, status: int = 200, fault: str = "", comment: str = ""
) -> Response:
    """Return the page that asks whether a record shall become what a revision left."""
    wanted = edit.feature
    present = desk.service.store.feature(wanted.layer, wanted.id)
    change = Revision(
        wanted.layer,
        wanted.id,
        revision,
        datetime.now(UTC),
        desk.actor.name,
        "restore",
        "",
        "",
        as_record(present) if present else None,
        as_record(replace(wanted, revision=0)),
    )
    body: dict[str, Any] = {
        **told(desk, change),
        "id": wanted.id,
        **flat_names(wanted.properties.get("names", ())),
        "base": edit.expected,
        "fault": fault,
        "comment": comment,
        "links": [],
    }
    answer = private_answer(desk.request, "restoration", body)
    answer.status_code = status
    return answer

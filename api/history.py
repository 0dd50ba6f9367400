"""What was changed, by whom and why; a revision restored, a whole write undone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.auth import CurrentActor
from api.bodies import CurrentBody, Sent
from api.depends import Language, ReadableId, Reads
from api.features import ITEM
from api.links import JSON, link, url
from api.negotiate import AS_JSON
from api.parameters import FORMAT
from api.records import CurrentDesk, Desk, check_conditions, private_answer
from api.router import Router, Writes
from api.saving import Why, write
from api.service import CurrentService, Service
from geomap.access import Action
from geomap.errors import (
    FeatureInUse,
    FeatureNotFound,
    NotAllowed,
    TransactionNotFound,
    UndoConflict,
)
from geomap.model import Edit, EditKind, Feature, Revision, Written
from layers.catalog import LAYERS
from layers.derive import completed, pairs_of
from layers.history import differences, found_by, left_by, restored, reversals

HISTORY = ITEM + "/history"
MOST_UNDONE = 20_000
"""Changes that are undone in one request."""

router = Router("History")
_ANSWERS = {
    "200": "It is done; the answer names the write, which can be undone in turn.",
    "401": "Sign in.",
    "403": "Not in your rights.",
    "404": "There is no such thing, or not for you.",
    "409": "Records have been changed again since.",
    "412": "The record has changed since the version that If-Match names.",
}


@router.get(HISTORY, "getHistory", Reads(FORMAT), AS_JSON, "history", action=Action.SEE)
def history(desk: CurrentDesk, feature_id: ReadableId) -> Response:
    """All revisions of a feature, oldest first: who, when, why, before and after."""
    revisions = _seen(desk, feature_id)
    body = {
        "id": feature_id,
        "revisions": [_told(desk, one) for one in revisions],
        "links": [
            link(url(desk.request, f"{desk.path(feature_id)}/history"), "self", JSON),
            link(url(desk.request, desk.path(feature_id)), "item", "application/geo+json"),
        ],
    }
    return private_answer(desk.request, "history", body)


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
    past = _seen(desk, feature_id)
    wanted = restored(past, revision)
    if wanted is None:
        raise FeatureNotFound(desk.layer.id, f"{feature_id}, revision {revision}")
    present = desk.service.store.feature(desk.layer.id, feature_id)
    if present is not None:
        check_conditions(desk, present)
    _require(desk, [wanted, *([present] if present else [])])
    edit = Edit(EditKind.PUT, wanted, present.revision if present else 0)
    return _done(desk.request, _write(desk, [edit], body, "restore"))


@router.write(
    "POST",
    "/transactions/{transaction_id}/undo",
    "undoTransaction",
    Writes(Action.RESTORE, _ANSWERS, schema="done", formats=AS_JSON),
)
def undo(
    request: Request,
    service: CurrentService,
    actor: CurrentActor,
    transaction_id: str,
    body: CurrentBody,
    *,
    lang: Language,
) -> Response:
    """Undo all that one write has changed, all or nothing; that is a write in turn."""
    changes = service.store.transaction(transaction_id[:100])
    desks = {name: Desk(request, service, actor, layer, lang) for name, layer in LAYERS.items()}
    if body.key and (earlier := service.store.answer(actor.name, body.key, body.asked)):
        return _done(request, earlier)
    if len(changes) > MOST_UNDONE:
        raise NotAllowed(f"More than {MOST_UNDONE:,} changes are undone by the operator alone.")
    back = [*reversals(changes, service.store)]
    sides = [side for one in back for side in (one.found, one.present) if side is not None]
    if not back or not all(desks[side.layer].may(Action.SEE, side) for side in sides):
        raise TransactionNotFound(transaction_id)
    for side in sides:
        _require(desks[side.layer], [side])
    if changed := [one.edit.feature.id for one in back if not one.is_last]:
        raise UndoConflict(changed)
    edits = [one.edit for one in back]
    _require_unused(service, edits)
    return _done(request, _write(desks[edits[0].feature.layer], edits, body, "undo"))


def _require_unused(service: Service, edits: list[Edit]) -> None:
    """Refuse to take away cities that other pairs than these are made of.

    Raises:
        FeatureInUse: There are such pairs.
    """
    gone = {edit.feature.id for edit in edits if edit.kind is EditKind.DELETE}
    cities = {edit.feature.id for edit in edits if edit.feature.layer == "cities"} & gone
    if pairs_of(cities, service.store) - gone:
        raise FeatureInUse("Pairs are made of these cities meanwhile; delete them first.")


def _require(desk: Desk, sides: list[Feature]) -> None:
    """Refuse what would come from, or lead to, outside the rights of the actor.

    Raises:
        NotAllowed: It would.
    """
    if not all(desk.may(Action.RESTORE, side) for side in sides):
        raise NotAllowed("The record is, or would be, outside the rights of your account.")


def _seen(desk: Desk, feature_id: str) -> list[Revision]:
    """Return the history of a record that the actor sees, or saw before it was deleted.

    Raises:
        FeatureNotFound: There is none, or none that the actor sees.
    """
    past = desk.service.store.history(desk.layer.id, feature_id)
    last = (left_by(past[-1]) or found_by(past[-1])) if past else None
    if last is None or not desk.may(Action.SEE, last):
        raise FeatureNotFound(desk.layer.id, feature_id)
    return past


def _told(desk: Desk, revision: Revision) -> dict[str, Any]:
    """Return a revision; one that lay outside the rights of the actor tells that it was, alone."""
    told: dict[str, Any] = {
        "revision": revision.revision,
        "at": revision.at.isoformat(),
        "actor": revision.actor,
        "action": revision.action,
        "comment": revision.comment,
        "transaction_id": revision.transaction_id,
    }
    sides = [side for side in (found_by(revision), left_by(revision)) if side is not None]
    if not all(desk.may(Action.SEE, side) for side in sides):
        return told
    changes = [asdict(one) for one in differences(revision)]
    return {**told, "changes": changes, "before": revision.before, "after": revision.after}


def _write(desk: Desk, edits: list[Edit], body: Sent, action: str) -> Written:
    why = Why(action, body.comment, body.key, body.asked)
    return write(desk, completed(edits, desk.service.store), why)


def _done(request: Request, written: Written) -> Response:
    changed = written.created + written.updated + written.deleted
    body = {"transaction_id": written.transaction_id, "changed": changed}
    return private_answer(request, "done", body)

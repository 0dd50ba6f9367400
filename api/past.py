"""The past of records as whoever asks may see it, and the ways back: restoring and undoing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from api.auth import CurrentActor
from api.depends import Language
from api.links import url
from api.records import Desk
from api.reviewing import may_review
from api.saving import Why, write
from api.service import CurrentService, Service
from geomap.access import Action, Actor
from geomap.errors import (
    FeatureNotFound,
    NotAllowed,
    TransactionNotFound,
    UndoConflict,
)
from geomap.model import Edit, EditKind, Feature, Revision, Written
from layers.catalog import LAYERS
from layers.derive import completed, require_unused
from layers.history import differences, found_by, left_by, restored, reversals
from layers.projection import flat_names
from layers.suggesting import outcomes

MOST_UNDONE = 20_000
"""Changes that are undone in one request."""


@dataclass(frozen=True, slots=True)
class Desks:
    """Where one request works that is of no one layer: a desk for each."""

    request: Request
    service: Service
    actor: Actor
    lang: str

    def of(self, layer_id: str) -> Desk:
        """Return the desk of a layer."""
        return Desk(self.request, self.service, self.actor, LAYERS[layer_id], self.lang)

    def see(self, sides: Iterable[Feature]) -> bool:
        """Tell whether the actor sees all of these."""
        return all(self.of(side.layer).may(Action.SEE, side) for side in sides)


async def desks_of(
    request: Request, service: CurrentService, actor: CurrentActor, lang: Language
) -> Desks:
    """Return where a request works that is of no one layer."""
    return Desks(request, service, actor, lang)


CurrentDesks = Annotated[Desks, Depends(desks_of)]


def latest_seen(desk: Desk, feature_id: str) -> Revision:
    """Return the latest revision of a record that the actor sees, or saw before it was deleted.

    Raises:
        FeatureNotFound: There is none, or none that the actor sees.
    """
    past = desk.service.store.history(desk.layer.id, feature_id, last=1)
    last = (left_by(past[-1]) or found_by(past[-1])) if past else None
    if last is None or not desk.may(Action.SEE, last):
        raise FeatureNotFound(desk.layer.id, feature_id)
    return past[-1]


def told(desk: Desk, revision: Revision) -> dict[str, Any]:
    """Return a revision; one that lay outside the rights of the actor tells that it was, alone."""
    head: dict[str, Any] = {
        "revision": revision.revision,
        "at": revision.at.isoformat(),
        "actor": revision.actor,
        "action": revision.action,
        "comment": revision.comment,
        "transaction_id": revision.transaction_id,
    }
    if not all(desk.may(Action.SEE, side) for side in sides_of(revision)):
        return head
    changes = [asdict(one) for one in differences(revision)]
    return {**head, "changes": changes, "before": revision.before, "after": revision.after}


def named(desks: Desks, revision: Revision) -> dict[str, Any]:
    """Return which record a revision is of, and what it is called."""
    record = revision.after or revision.before or {}
    return {
        "layer": revision.layer,
        "id": revision.id,
        **flat_names(record.get("properties", {}).get("names", ())),
        "href": url(desks.request, desks.of(revision.layer).path(revision.id)),
    }


def sides_of(revision: Revision) -> list[Feature]:
    """Return the record as a revision found it and as it left it, as far as it was there."""
    return [side for side in (found_by(revision), left_by(revision)) if side is not None]


def may_restore(desk: Desk, feature: Feature | None) -> bool:
    """Tell whether a record may be brought into this state, or out of it."""
    return feature is not None and desk.may(Action.RESTORE, feature)


def restoration(desk: Desk, feature_id: str, revision: int) -> Edit:
    """Return the edit that brings a record into the state that a revision left it in.

    Raises:
        FeatureNotFound: There is no such record or revision, or none that the actor sees.
        NotAllowed: The record is, or would be, outside the rights of the actor.
    """
    latest_seen(desk, feature_id)
    wanted = restored(desk.service.store, desk.layer.id, feature_id, revision)
    if wanted is None:
        raise FeatureNotFound(desk.layer.id, f"{feature_id}, revision {revision}")
    present = desk.service.store.feature(desk.layer.id, feature_id)
    require_right_to_restore(desk, [wanted, *([present] if present else [])])
    return Edit(EditKind.PUT, wanted, present.revision if present else 0)


def undone(desks: Desks, transaction_id: str, why: Why) -> Written:
    """Undo all that one write has changed, all or nothing; that is a write in turn.

    What it decided of suggestions is put back with the records.

    Raises:
        TransactionNotFound: There is no such write, or not all of it is what the actor sees.
        NotAllowed: Some of it is outside the rights of the actor, or it is too much at a time.
        UndoConflict: Records have been changed again since.
        FeatureInUse: Pairs are made of its cities meanwhile.
    """
    store = desks.service.store
    if why.key and (earlier := store.answer(desks.actor.name, why.key, why.asked)):
        return earlier
    changes = store.transaction(transaction_id[:100], last=MOST_UNDONE + 1)
    decided = outcomes(store.suggestions.decided_in(transaction_id[:100]), store)
    seen = all(desks.see(sides_of(one)) for one in changes)
    if not (changes or decided) or not seen:
        raise TransactionNotFound(transaction_id)
    if not all(may_review(desks.actor, one, store) for one in decided):
        raise TransactionNotFound(transaction_id)
    if len(changes) > MOST_UNDONE:
        raise NotAllowed(f"More than {MOST_UNDONE:,} changes are undone by the operator alone.")
    edits = _backward(desks, changes)
    require_unused(edits, store)
    return store.suggestions.undo(
        transaction_id[:100],
        completed(edits, store),
        actor=desks.actor.name,
        comment=why.comment,
        key=why.key,
        asked=why.asked,
    )


def brought_back(desk: Desk, edit: Edit, why: Why) -> Written:
    """Write an edit that restores a record, with all that follows from it."""
    return write(desk, completed([edit], desk.service.store), why)


def require_right_to_restore(desk: Desk, sides: Iterable[Feature]) -> None:
    """Refuse what would come from, or lead to, outside the rights of the actor.

    Raises:
        NotAllowed: It would.
    """
    if not all(desk.may(Action.RESTORE, side) for side in sides):
        raise NotAllowed("The record is, or would be, outside the rights of your account.")


def _backward(desks: Desks, changes: Sequence[Revision]) -> list[Edit]:
    """Return the edits that lead back from all of these changes."""
    back = [*reversals(changes, desks.service.store)]
    sides = [side for one in back for side in (one.found, one.present) if side is not None]
    if not desks.see(sides):
        raise TransactionNotFound(changes[0].transaction_id)
    for side in sides:
        require_right_to_restore(desks.of(side.layer), [side])
    if changed := [one.edit.feature for one in back if not one.is_last]:
        raise UndoConflict([(one.layer, one.id) for one in changed])
    return [one.edit for one in back]

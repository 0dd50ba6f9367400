"""Writes as people made them: one's own or all, each with its records, and undone as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import RedirectResponse, Response

from api.depends import CurrentWishes, Reads
from api.links import JSON, Link, link, self_url, url
from api.negotiate import AS_JSON
from api.parameters import AFTER, FORMAT, LIMIT
from api.parameters_editing import BY
from api.past import CurrentDesks, Desks, latest_seen, named, sides_of, told, undone
from api.records import private_answer
from api.router import Router
from api.saving import Why
from geomap.access import ANY, Action, Actor, Where, may_somewhere, reach
from geomap.errors import (
    FeatureInUse,
    FeatureNotFound,
    NotAllowed,
    TransactionNotFound,
    UndoConflict,
)
from geomap.model import Revision, Write

CHANGES = "/account/changes"
WRITE = "/transactions/{transaction_id}"
PAGE, MOST = 25, 100
NAMED = 3
"""Records of a write that a list of writes names."""
AT_A_TIME = 200
"""Changes that are looked through at a time for those that the reader sees."""
MOST_BLOCKING = 20
"""Records that are named as standing in the way of an undo."""
_CONFLICTS = frozenset({UndoConflict.problem, FeatureInUse.problem})

router = Router("Changes")


@router.get(
    CHANGES, "getChanges", Reads(FORMAT, LIMIT, AFTER, BY), AS_JSON, "writes", action=Action.SEE
)
def changes(desks: CurrentDesks, wishes: CurrentWishes) -> Response:
    """Writes of the account, or for those who see everything of all, the latest first."""
    sees_all = sees_everything(desks.actor)
    actor = wishes.get(BY) if sees_all else desks.actor.name
    limit = wishes.limit(PAGE, MOST)
    before = _number(desks, wishes.get(AFTER))
    found = desks.service.store.writes(actor=actor, before=before, last=limit + 1)
    links = [link(self_url(desks.request), "self", JSON)]
    if len(found) > limit:
        older = self_url(desks.request, after=found[limit - 1].transaction_id)
        links.append(link(older, "next", JSON, "Older changes"))
    body = {
        "by": actor,
        "all": sees_all,
        "writes": [_in_list(desks, one) for one in found[:limit]],
        "links": links,
    }
    return private_answer(desks.request, "writes", body)


@router.get(
    WRITE, "getTransaction", Reads(FORMAT, LIMIT, AFTER), AS_JSON, "write", action=Action.SEE
)
def change(desks: CurrentDesks, transaction_id: str, wishes: CurrentWishes) -> Response:
    """What one write has changed, as far as whoever asks sees it, with the differences."""
    page = (wishes.get(AFTER) or "", wishes.limit(PAGE, MOST))
    body = _document(desks, transaction_id[:100], *page)
    return private_answer(desks.request, "write", body)


def sees_everything(actor: Actor) -> bool:
    """Tell whether every record there is lies in what an actor may see."""
    return reach(actor, Action.SEE, ANY) is Where.EVERYWHERE and actor.limit is None


def undo_from_page(desks: Desks, transaction_id: str, comment: str) -> Response:
    """Undo a write as a page asks for it; where that cannot be, say so on the page of the write."""
    try:
        done = undone(desks, transaction_id, Why("undo", comment))
    except (UndoConflict, FeatureInUse, NotAllowed, TransactionNotFound) as problem:
        body = _document(desks, transaction_id[:100], "", PAGE)
        desks.request.state.format = "html"
        answer = private_answer(desks.request, "write", {**body, "refused": problem.problem})
        answer.status_code = 409 if problem.problem in _CONFLICTS else 403
        return answer
    there = WRITE.format(transaction_id=done.transaction_id) + f"?f=html&lang={desks.lang}"
    return RedirectResponse(there, status_code=303, headers={"Cache-Control": "no-store"})


def _number(desks: Desks, transaction_id: str | None) -> int | None:
    """Return the number of the write behind which a page begins.

    Pages are not told by these numbers: they count what everyone does.
    """
    if transaction_id is None:
        return None
    found = desks.service.store.write_of(transaction_id[:100])
    if found is None or not _is_known(desks, found):
        raise TransactionNotFound(transaction_id)
    return found.number


def _is_known(desks: Desks, write: Write) -> bool:
    """Tell whether the actor knows of a write, whatever it has changed."""
    return sees_everything(desks.actor) or (
        desks.actor.is_known and write.actor == desks.actor.name
    )


def _in_list(desks: Desks, write: Write) -> dict[str, Any]:
    first = desks.service.store.transaction(write.transaction_id, last=NAMED)
    seen = [one for one in first if desks.see(sides_of(one))]
    return {**_head(write), **_counts(write), "names": [named(desks, one) for one in seen]}


def _head(write: Write) -> dict[str, Any]:
    return {
        "transaction_id": write.transaction_id,
        "at": write.at.isoformat(),
        "actor": write.actor,
        "action": write.action,
        "comment": write.comment,
    }


def _counts(write: Write) -> dict[str, int]:
    return {"created": write.created, "updated": write.updated, "deleted": write.deleted}


def _document(desks: Desks, transaction_id: str, after: str, limit: int) -> dict[str, Any]:
    """Return a write with a page of what it has changed.

    Raises:
        TransactionNotFound: There is none, or nothing of it that the actor sees.
    """
    write = desks.service.store.write_of(transaction_id)
    known = write is not None and _is_known(desks, write)
    found = _page(desks, transaction_id, after, limit)
    if write is None or not (found or known):
        raise TransactionNotFound(transaction_id)
    shown = found[:limit]
    return {
        **_head(write),
        # How many there are is told to those who made or see all of them.
        **(_counts(write) if known else {}),
        "whole": known,
        "undoable": may_somewhere(desks.actor, Action.RESTORE) and bool(found),
        "blocked": _blocked(desks, transaction_id),
        "changes": [{**named(desks, one), **told(desks.of(one.layer), one)} for one in shown],
        "links": _links(desks, found, limit),
    }


def _links(desks: Desks, found: list[Revision], limit: int) -> list[Link]:
    links = [link(self_url(desks.request), "self", JSON)]
    if len(found) > limit:
        last = found[limit - 1]
        more = self_url(desks.request, after=f"{last.id}.{last.revision}")
        links.append(link(more, "next", JSON, "More of this change"))
    return links


def _page(desks: Desks, transaction_id: str, after: str, limit: int) -> list[Revision]:
    """Return a page of what the actor sees of a write, and one more where there is more."""
    found: list[Revision] = []
    for one in _from(desks, transaction_id, after):
        if desks.see(sides_of(one)):
            found.append(one)
        if len(found) > limit:
            break
    return found


def _from(desks: Desks, transaction_id: str, after: str) -> Iterator[Revision]:
    """Yield what a write has changed behind one of its changes, named as `id.revision`."""
    store = desks.service.store
    feature_id, _, revision = after.partition(".")
    number = int(revision) if revision.isascii() and revision.isdigit() else 0
    place = store.place_of(transaction_id, feature_id, number) if after else 0
    while page := store.transaction(transaction_id, after=place, last=AT_A_TIME):
        yield from page
        place = page[-1].place


def _blocked(desks: Desks, transaction_id: str) -> list[dict[str, Any]]:
    """Return the records, of those that the actor sees, that have been changed since."""
    blocked = []
    for layer, feature_id in sorted(desks.service.store.changed_since(transaction_id)):
        try:
            blocked.append(named(desks, latest_seen(desks.of(layer), feature_id)))
        except FeatureNotFound:
            continue
        if len(blocked) == MOST_BLOCKING:
            break
    path = url(desks.request, "")
    return [{**one, "history": f"{path}{_history(one)}"} for one in blocked]


def _history(one: dict[str, Any]) -> str:
    return f"/collections/{one['layer']}/items/{one['id']}/history"

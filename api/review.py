"""The reviewer's pages: the queue with its filters, many decided at once, one looked at closely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.responses import Response

from api.forms import CurrentPairs, Pairs
from api.notices import onwards
from api.past import CurrentDesks, Desks, undone
from api.proposing import told
from api.queue import Asked, asked_of
from api.records import page_of
from api.reviewing import Decided, Verdict, decide, may_review, reviewed
from api.router import Router
from api.saving import Why
from api.service import Service
from geomap.access import Action, Actor
from geomap.errors import (
    FeatureInUse,
    ParameterInvalid,
    SuggestionNotFound,
    SuggestionsConflict,
    SuggestionsDecided,
    TransactionNotFound,
    UndoConflict,
)
from geomap.model import Write
from geomap.suggestions import LONGEST_MESSAGE, MOST_DECIDED, VERBS, Status, Wanted
from layers.store.protocol import Store
from layers.suggesting import Outcome, outcomes

QUEUE = "/review"
PAGE = 50
LATEST = 20
"""Writes of a reviewer among which decisions are looked for that can be taken back."""
DECISIONS: Mapping[str, Status] = {verb: status for status, verb in VERBS.items()}
FAULTS: Mapping[type[Exception], tuple[str, int]] = {
    SuggestionNotFound: ("gone", 404),
    SuggestionsDecided: ("decided", 409),
    SuggestionsConflict: ("conflict", 409),
    FeatureInUse: ("in-use", 409),
    UndoConflict: ("changed", 409),
    TransactionNotFound: ("no-write", 404),
}
"""What can stand against a decision → how the page calls it, and its status."""

router = Router("Review")


@router.page("GET", QUEUE, Action.REVIEW)
def queue(desks: CurrentDesks) -> Response:
    """What waits to be decided, as asked for by filters; what was decided lately."""
    return _queue(desks, asked_of(desks.request.query_params.multi_items(), desks.actor))


@router.page("POST", QUEUE, Action.REVIEW)
def decide_many(desks: CurrentDesks, pairs: CurrentPairs) -> Response:
    """Decide many suggestions in one write, and show the queue again."""
    form, asked = dict(pairs), asked_of(pairs, desks.actor)
    status, reason = _decision(form)
    chosen = _chosen(desks.service, asked, pairs)
    again = {"reason": reason, "chosen": chosen if form.get("scope") != "all" else []}
    if fault := _missing(status, reason, chosen):
        return _queue(desks, asked, fault=fault, status=422, **again)
    try:
        verdict = Verdict(status, reason, skip_conflicts=True)
        done = decide(desks.service, desks.actor, chosen, verdict)
    except tuple(FAULTS) as problem:
        fault, code = FAULTS[type(problem)]
        return _queue(desks, asked, fault=fault, status=code, **again)
    return onwards(_after(asked, done, desks.lang))


@router.page("POST", f"{QUEUE}/undo", Action.REVIEW)
def take_back(desks: CurrentDesks, pairs: CurrentPairs) -> Response:
    """Take a decision back with all that it changed; what it decided waits again."""
    transaction = dict(pairs).get("transaction", "")[:100]
    asked = asked_of((), desks.actor)
    if not desks.service.store.suggestions.decided_counts([transaction]):
        return _queue(desks, asked, fault="no-write", status=404)
    try:
        done = undone(desks, transaction, Why("undo"))
    except tuple(FAULTS) as problem:
        fault, code = FAULTS[type(problem)]
        return _queue(desks, asked, fault=fault, status=code)
    return onwards(f"{QUEUE}?{urlencode({'undone': done.transaction_id, 'lang': desks.lang})}")


@router.page("GET", QUEUE + "/{suggestion_id}", Action.REVIEW)
def suggestion(desks: CurrentDesks, suggestion_id: str) -> Response:
    """One suggestion: what it changes, where, what stands against it, and what came before."""
    return _suggestion(desks, _found(desks, suggestion_id))


@router.page("POST", QUEUE + "/{suggestion_id}", Action.REVIEW)
def decide_one(desks: CurrentDesks, suggestion_id: str, pairs: CurrentPairs) -> Response:
    """Decide one suggestion, and show the queue, or this page again where that cannot be."""
    outcome = _found(desks, suggestion_id)
    status, reason = _decision(dict(pairs))
    if fault := _missing(status, reason, [outcome.suggestion.id]):
        return _suggestion(desks, outcome, fault=fault, status=422, reason=reason)
    try:
        done = decide(desks.service, desks.actor, [outcome.suggestion.id], Verdict(status, reason))
    except tuple(FAULTS) as problem:
        fault, code = FAULTS[type(problem)]
        present = _found(desks, suggestion_id)
        return _suggestion(desks, present, fault=fault, status=code, reason=reason)
    return onwards(_after(asked_of((), desks.actor), done, desks.lang))


def _decision(form: Mapping[str, str]) -> tuple[Status, str]:
    """Return what a form decides, and the words that go with it.

    Raises:
        ParameterInvalid: It decides nothing that can be.
    """
    verb = form.get("decision", "")
    if verb not in DECISIONS:
        raise ParameterInvalid("decision", verb, f"one of {', '.join(DECISIONS)} is expected.")
    return DECISIONS[verb], form.get("reason", "").strip()


def _missing(status: Status, reason: str, chosen: Sequence[str]) -> str:
    """Return what a decision lacks; empty where it lacks nothing."""
    if not chosen:
        return "none"
    if len(chosen) > MOST_DECIDED:
        return "many"
    if len(reason) > LONGEST_MESSAGE:
        return "long"
    return "reason" if status is not Status.APPROVED and not reason else ""


def _chosen(service: Service, asked: Asked, pairs: Pairs) -> list[str]:
    """Return the ids that a form means: those checked, those shown, or all that it asks for."""
    scope = dict(pairs).get("scope", "checked")
    if scope == "all":
        # What has come since the page was made was not seen, and is not decided.
        found = service.store.suggestions.wanted(asked.waiting(), limit=MOST_DECIDED)
        return [one.id for one in found]
    if scope == "page":
        return list(dict.fromkeys(filter(None, dict(pairs).get("shown", "").split(","))))
    return list(dict.fromkeys(value for name, value in pairs if name == "id"))


def _after(asked: Asked, done: Decided, lang: str) -> str:
    more = {"done": done.written.transaction_id, "lang": lang}
    if done.skipped:
        more["skipped"] = str(len(done.skipped))
    return f"{QUEUE}?{urlencode({**asked.query(), **more})}"


def _found(desks: Desks, suggestion_id: str) -> Outcome:
    """Return what a suggestion comes to.

    Raises:
        SuggestionNotFound: There is none, or none that the actor may decide.
    """
    store = desks.service.store
    one = store.suggestions.get(suggestion_id[:100])
    if one is None:
        raise SuggestionNotFound(suggestion_id)
    [outcome] = outcomes([one], store)
    if not may_review(desks.actor, outcome, store):
        raise SuggestionNotFound(suggestion_id)
    return outcome


def _queue(
    desks: Desks, asked: Asked, *, fault: str = "", status: int = 200, **again: Any
) -> Response:
    store, actor = desks.service.store, desks.actor
    found = store.suggestions.wanted(asked.wanted, after=asked.after, limit=PAGE + 1)
    page = outcomes(found[:PAGE], store)
    query = asked.query()
    body = {
        "rows": [_row(desks, one) for one in page if may_review(actor, one, store)],
        "matched": store.suggestions.count(asked.wanted),
        "most": MOST_DECIDED,
        "asked": query,
        "has_mine": bool(actor.scope.municipalities),
        "until": asked.moment,
        "next": {**query, "after": str(found[PAGE - 1].number)} if len(found) > PAGE else None,
        "is_first": not asked.after,
        "decided": _decided(store, asked.done),
        "undone": _decided(store, asked.undone),
        "skipped": asked.skipped,
        "latest": _latest(store, actor),
        "fault": fault,
        "reason": "",
        "chosen": [],
        "links": [],
        **again,
    }
    answer = page_of(desks.request, "reviewQueue", orjson.dumps(body))
    answer.status_code = status
    return answer


def _row(desks: Desks, outcome: Outcome) -> dict[str, Any]:
    one = outcome.suggestion
    return {
        **{name: told(desks.of(one.layer), one)[name] for name in ("id", "layer", "title", "at")},
        "kind": one.kind.value,
        "status": one.status.value,
        "author": one.told_author,
        "municipalities": _municipalities(outcome),
        "message": one.message[:200],
        "conflicts": len(outcome.conflicts) if one.status is Status.WAITING else 0,
        "fields": list(dict.fromkeys(_field(step["path"]) for step in one.patch)),
    }


def _municipalities(outcome: Outcome) -> list[str]:
    """Return the municipalities of a record, as it writes them where it does."""
    sides = [side.properties for side in (outcome.present, outcome.wished) if side is not None]
    written = {str(one["municipality"]) for one in sides if one.get("municipality")}
    return sorted(written or outcome.suggestion.municipalities)


def _field(path: str) -> str:
    """Return which field the path of a patch is about."""
    return path.removeprefix("/properties").split("/")[1]


def _decided(store: Store, transaction_id: str) -> dict[str, Any] | None:
    """Return what one write decided; None where it decided nothing, or that stands no more."""
    write = store.write_of(transaction_id) if transaction_id else None
    return next(iter(_standing(store, [write])), None) if write else None


def _latest(store: Store, actor: Actor) -> list[dict[str, Any]]:
    """Return the actor's latest decisions that still stand."""
    writes = store.writes(actor=actor.name, last=LATEST)
    return _standing(store, [one for one in writes if one.action in DECISIONS])


def _standing(store: Store, writes: Sequence[Write]) -> list[dict[str, Any]]:
    counts = store.suggestions.decided_counts([one.transaction_id for one in writes])
    return [
        {
            "transaction": one.transaction_id,
            "action": one.action,
            "count": counts[one.transaction_id],
            "at": one.at.isoformat(),
        }
        for one in writes
        if one.transaction_id in counts
    ]


def _suggestion(
    desks: Desks, outcome: Outcome, *, fault: str = "", status: int = 200, reason: str = ""
) -> Response:
    one, desk = outcome.suggestion, desks.of(outcome.suggestion.layer)
    following = desks.service.store.suggestions.wanted(Wanted(), after=one.number, limit=1)
    body = {
        **told(desk, one),
        **reviewed(desk, outcome),
        "municipalities": _municipalities(outcome),
        "revision": outcome.present.revision if outcome.present else 0,
        "following": following[0].id if following else "",
        "fault": fault,
        "words": reason,
        "links": [],
    }
    answer = page_of(desks.request, "reviewOne", orjson.dumps(body))
    answer.status_code = status
    return answer

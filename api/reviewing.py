"""Deciding suggestions: whose they may be, what stands against them, all of it in one write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from api.records import Desk
from api.saving import own_sources, until_no_conflict
from api.service import Service
from geomap.access import Action, Actor, Ground, may
from geomap.errors import (
    SuggestionNotFound,
    SuggestionsConflict,
    SuggestionsDecided,
)
from geomap.model import Feature, Revision, Written
from geomap.suggestions import Decision, Status, Suggestion
from layers.candidates import candidates
from layers.derive import completed, require_unused
from layers.grounds import grounds_of
from layers.history import as_record, differences
from layers.store.protocol import Store
from layers.suggesting import Outcome, edits_of, outcomes

OTHERS = 20
"""Other suggestions on the record that are named to a reviewer."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What someone decides."""

    status: Status
    reason: str = ""
    skip_conflicts: bool = False
    """Whether what stands against approving leaves the other suggestions alone."""
    key: str | None = None
    """Under which a retry does nothing a second time."""
    asked: bytes = b""


class Decided(NamedTuple):
    """What a decision came to."""

    written: Written
    suggestions: Sequence[Suggestion]
    """As they are now."""
    skipped: Sequence[Outcome]


def may_review(actor: Actor, outcome: Outcome, store: Store) -> bool:
    """Tell whether an actor may decide a suggestion: on what is there, and on what would be."""
    one = outcome.suggestion
    sides = [side for side in (outcome.present, outcome.wished) if side is not None]
    if not sides:
        # The record is gone, or cannot be made: what the suggestion itself stood on is left.
        return may(actor, Action.REVIEW, [Ground(one.layer, one.feature_id, one.municipalities)])
    return all(may(actor, Action.REVIEW, grounds_of(side, store)) for side in sides)


def decide(service: Service, actor: Actor, ids: Sequence[str], verdict: Verdict) -> Decided:
    """Decide suggestions: all of them or none, in one write that can be undone as a whole.

    Raises:
        SuggestionNotFound: One is not there, or not for this actor.
        SuggestionsDecided: Some wait no longer.
        SuggestionsConflict: Some cannot be approved as things are, and shall not be skipped; or
            none can.
        FeatureInUse: A city would be deleted that pairs are made of.
        KeyReused: The key stands for another request.
    """
    store = service.store
    if verdict.key and (earlier := store.answer(actor.name, verdict.key, verdict.asked)):
        return Decided(earlier, store.suggestions.decided_in(earlier.transaction_id), ())
    return until_no_conflict(lambda: _decided(service, actor, ids, verdict))


def _decided(service: Service, actor: Actor, ids: Sequence[str], verdict: Verdict) -> Decided:
    store = service.store
    found = outcomes(_waiting(store, ids), store)
    for one in found:
        if not may_review(actor, one, store):
            raise SuggestionNotFound(one.suggestion.id)
    hindered = [one for one in found if one.conflicts] if verdict.status is Status.APPROVED else []
    if hindered and not (verdict.skip_conflicts and len(hindered) < len(found)):
        raise SuggestionsConflict([hindrance_told(one) for one in hindered])
    skipped = {one.suggestion.id for one in hindered}
    taken = [one for one in found if one.suggestion.id not in skipped]
    edits = completed(edits_of(taken), store) if verdict.status is Status.APPROVED else []
    require_unused(edits, store)
    decision = Decision([one.suggestion.id for one in taken], verdict.status, verdict.reason)
    written = store.suggestions.decide(
        decision,
        edits,
        actor=actor.name,
        sources=own_sources(service, edits),
        key=verdict.key,
        asked=verdict.asked,
    )
    return Decided(written, store.suggestions.many(decision.ids), hindered)


def _waiting(store: Store, ids: Sequence[str]) -> Sequence[Suggestion]:
    """Return the suggestions of these ids, all of which wait."""
    found = store.suggestions.many(ids)
    if missing := {*ids} - {one.id for one in found}:
        raise SuggestionNotFound(min(missing))
    if decided := [one.title for one in found if one.status is not Status.WAITING]:
        raise SuggestionsDecided(decided)
    return found


def hindrance_told(outcome: Outcome) -> dict[str, Any]:
    """Return what stands against a suggestion, by its name."""
    one = outcome.suggestion
    return {
        "id": one.id,
        "title": one.title,
        "layer": one.layer,
        "feature_id": one.feature_id,
        "conflicts": [asdict(conflict) for conflict in outcome.conflicts],
    }


def reviewed(desk: Desk, outcome: Outcome) -> dict[str, Any]:
    """Return what a reviewer needs to know of a suggestion, beside what its author sees."""
    one = outcome.suggestion
    return {
        "author": one.told_author,
        "email": one.email,
        "base": one.base,
        "transaction_id": one.transaction_id,
        "present": _shown(outcome.present),
        "wished": _shown(outcome.wished),
        "differences": [asdict(change) for change in difference_of(outcome)],
        "conflicts": [asdict(conflict) for conflict in outcome.conflicts],
        "candidates": [asdict(one) for one in alike(desk, outcome)],
        "others": [
            {"id": other.id, "kind": other.kind.value, "status": other.status.value}
            for other in desk.service.store.suggestions.on_record(one.layer, one.feature_id)
            if other.id != one.id
        ][-OTHERS:],
    }


def difference_of(outcome: Outcome) -> list[Any]:
    """Return what approving a suggestion would change, value by value."""
    before, after = _shown(outcome.present), _shown(outcome.wished)
    if outcome.conflicts:
        after = before
    return differences(_step(outcome.suggestion, before, after))


def alike(desk: Desk, outcome: Outcome) -> list[Any]:
    """Return what a suggested record may be a second time."""
    record = outcome.wished or outcome.present
    if record is None:
        return []
    names = [str(name["value"]) for name in record.properties.get("names", ())]
    with desk.service.store.public() as reader:
        return candidates(reader, record.layer, record.geometry, names, leave_out=record.id)


def _shown(feature: Feature | None) -> Mapping[str, Any] | None:
    return None if feature is None else as_record(feature)


def _step(one: Suggestion, before: Any, after: Any) -> Revision:
    """Return the step from one record to another as a revision would be told."""
    at = datetime.now(UTC)
    return Revision(one.layer, one.feature_id, one.base + 1, at, "", "", "", "", before, after)

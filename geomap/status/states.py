"""Effective states: what is in force, suspended or over on a day, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from geomap.status.evidence import SUPPLEMENTS, Agreement, PairEvidence, StatusEvent
from geomap.when import Span

ENDED = frozenset({"terminated", "expired", "superseded", "lapsed_by_merger"})
NOT_YET = frozenset({"draft"})
_ENDLESS = frozenset({"indefinite", "auto_renewing"})
_SIDES: Mapping[str, tuple[str, ...]] = {"a": ("a",), "b": ("b",)}
_BOTH = ("a", "b")


@dataclass(frozen=True, slots=True)
class State:
    """Where one agreement, or a relation without any, stands; `event` is what put it there."""

    event: StatusEvent | None

    @property
    def status(self) -> str:
        """Return one of the codes of `agreement_status`."""
        return "in_force" if self.event is None else self.event.status

    @property
    def over(self) -> bool:
        """Tell whether it has ended."""
        return self.status in ENDED


def states(evidence: PairEvidence, as_of: date) -> tuple[State, ...]:
    """Return the state of each agreement that exists on a day.

    An event of the relation as a whole touches all agreements that were signed before it. A
    relation without agreements stands for itself, if anything is recorded of it.
    """
    of_relation = [*evidence.events, *_end_of_relation(evidence)]
    founding = [
        agreement
        for agreement in evidence.agreements
        if agreement.doc_type not in SUPPLEMENTS and _is_signed(agreement.signed, as_of)
    ]
    if not founding:
        found = [_state(of_relation, as_of)] if of_relation else []
    else:
        found = [
            _state(
                [
                    *agreement.events,
                    *_end_of_term(agreement, as_of),
                    *_since(agreement, of_relation),
                ],
                as_of,
            )
            for agreement in founding
        ]
    return tuple(state for state in found if state.status not in NOT_YET)


def latest(found: Iterable[State]) -> State:
    """Return the state that came about last."""
    return max(found, key=lambda state: _order(state.event) if state.event else date.min)


def _state(events: Iterable[StatusEvent], as_of: date) -> State:
    """Fold events in order of time. One side is enough to suspend or to end."""
    happened = sorted((event for event in events if event.happened(as_of)), key=_order)
    current: dict[str, StatusEvent] = {}
    for event in happened:
        if event.derived and any(former.status in ENDED for former in current.values()):
            continue
        current |= dict.fromkeys(_SIDES.get(event.side, _BOTH), event)
    standing = sorted(current.values(), key=_order)
    for wanted in (ENDED, {"suspended"}):
        deciding = [event for event in standing if event.status in wanted]
        if deciding:
            return State(deciding[-1])
    return State(standing[-1] if standing else None)


def _order(event: StatusEvent) -> date:
    return event.when.start or date.min


def _is_signed(signed: Span | None, as_of: date) -> bool:
    return signed is None or signed.start is None or signed.start <= as_of


def _since(agreement: Agreement, events: Iterable[StatusEvent]) -> list[StatusEvent]:
    signed = agreement.signed.start if agreement.signed else None
    return [event for event in events if signed is None or _order(event) >= signed]


def _end_of_term(agreement: Agreement, as_of: date) -> list[StatusEvent]:
    """Return the expiry that follows from the term, once the whole of its last date is past."""
    until = agreement.valid_until
    if until is None or until.end is None or agreement.term_type in _ENDLESS:
        return []
    if until.end >= as_of:
        return []
    return [
        StatusEvent(
            when=until,
            status="expired",
            ref=agreement.ref,
            source_url=agreement.source_url,
            derived=True,
        )
    ]


def _end_of_relation(evidence: PairEvidence) -> list[StatusEvent]:
    """Return the end that the record states without saying how it came."""
    if evidence.ended is None or evidence.ended.start is None:
        return []
    return [
        StatusEvent(
            when=evidence.ended,
            status="terminated",
            ref="ended",
            source_url=evidence.source_url,
            of_relation=True,
            derived=True,
        )
    ]

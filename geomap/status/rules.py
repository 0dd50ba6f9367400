"""The definition of active and dormant, one rule after the other: the first that fits decides.

Three things keep it honest: silence is `unknown` and never `dormant`; courtesies do not count;
every status carries the day it holds for and the sentences that led to it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from geomap.status import reasons as say
from geomap.status.evidence import Activity, Confirmation, PairEvidence, StatusEvent, recorded_day
from geomap.status.reasons import Reason
from geomap.status.states import State, latest, states
from geomap.status.vitality import Vitality, vitality_of
from geomap.when import Span, parse_edtf

RULE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Months. 24 stands for two missed yearly reports, 60 for a project cycle with a margin."""

    active: int = 24
    confirmed: int = 24
    new: int = 24
    dormant: int = 60


@dataclass(frozen=True, slots=True)
class PairStatus:
    """The status of a pair on a day, and why."""

    status: str
    """One of the codes of the vocabulary `status`."""
    as_of: date
    rule_version: str
    because: tuple[Reason, ...]
    last_activity_on: date | None
    vitality: Vitality | None
    """None while the status is unknown."""
    confidence: str
    """high: the deciding record names its source and a side has confirmed lately; medium: one
    of the two; low: neither, or the status is unknown."""
    hint: str = ""
    """presumed_dormant, never_implemented or nothing."""

    @property
    def speaks_of_a_side(self) -> bool:
        """Tell whether a reason says that one of the two cities did something."""
        return any("side" in reason.values for reason in self.because)

    def naming(self, cities: Mapping[str, Mapping[str, str]]) -> PairStatus:
        """Return the same with names in the reasons that speak of side `a` or `b`.

        Args:
            cities: Side → the city's name by language.
        """
        return replace(self, because=tuple(reason.naming(cities) for reason in self.because))

    def properties(self, lang: str = "en") -> dict[str, Any]:
        """Return flat JSON members, the empty ones left out, with the sentences in a language."""
        parts = asdict(self.vitality) if self.vitality else {}
        members = {
            "status": self.status,
            "status_as_of": self.as_of.isoformat(),
            "status_rule": self.rule_version,
            "status_confidence": self.confidence,
            "status_hint": self.hint,
            "because": [reason.sentence(lang) for reason in self.because],
            "last_activity_on": self.last_activity_on and self.last_activity_on.isoformat(),
            "vitality": self.vitality and self.vitality.total,
            **{f"vitality_{part}": round(points, 1) for part, points in parts.items()},
        }
        return {name: value for name, value in members.items() if value not in (None, "")}


@lru_cache(maxsize=8192)  # thousands of pairs have the same, or no, evidence
def pair_status(
    evidence: PairEvidence, as_of: date, thresholds: Thresholds = Thresholds()
) -> PairStatus:
    """Return the status that the evidence gives on a day; the same for the same arguments.

    Args:
        evidence: What is on record; what lies after `as_of` is left aside.
        as_of: The day for which the status holds.
        thresholds: The months that the rules count with.
    """
    case = _Case.of(evidence, as_of, thresholds)
    verdict = next(found for rule in _RULES if (found := rule(case)))
    unknown = verdict.status == "unknown"
    return PairStatus(
        status=verdict.status,
        as_of=as_of,
        rule_version=RULE_VERSION,
        because=verdict.because,
        last_activity_on=case.last_day,
        vitality=None if unknown else vitality_of(evidence, case.recent, case.last_day, as_of),
        confidence="low" if unknown else _confidence(case, verdict),
        hint=verdict.hint,
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    status: str
    because: tuple[Reason, ...]
    sourced: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """The evidence as it looks on the day."""

    evidence: PairEvidence
    as_of: date
    thresholds: Thresholds
    states: tuple[State, ...]
    last: Activity | None
    last_day: date | None
    recent: tuple[Activity, ...]
    confirmation: Confirmation | None
    signed: tuple[Span, str] | None

    @classmethod
    def of(cls, evidence: PairEvidence, as_of: date, thresholds: Thresholds) -> _Case:
        dated = [
            (day, activity)
            for activity in evidence.activities
            if activity.substantive and (day := activity.last_day(as_of))
        ]
        last_day, last = max(dated, key=lambda entry: entry[0], default=(None, None))
        since = _months_before(as_of, thresholds.dormant)
        return cls(
            evidence=evidence,
            as_of=as_of,
            thresholds=thresholds,
            states=states(evidence, as_of),
            last=last,
            last_day=last_day,
            recent=tuple(activity for day, activity in dated if day >= since),
            confirmation=_latest_confirmation(evidence.confirmations, as_of),
            signed=_latest_signing(evidence, as_of),
        )

    def within(self, day: date | None, months: int) -> bool:
        return day is not None and day >= _months_before(self.as_of, months)

    @property
    def confirmed(self) -> bool:
        if self.confirmation is None:
            return False
        return self.within(self.confirmation.day(self.as_of), self.thresholds.confirmed)


# --- the rules, in their order ----------------------------------------------------------------


def _suspended(case: _Case) -> _Verdict | None:
    held = [state for state in case.states if state.status == "suspended"]
    return _by_event("suspended", latest(held).event) if held else None


def _terminated(case: _Case) -> _Verdict | None:
    """All agreements are over, and the last of them, or all, were terminated."""
    if not case.states or not all(state.over for state in case.states):
        return None
    deciding = latest(case.states)
    return _by_event("terminated", deciding.event) if deciding.status == "terminated" else None


def _expired(case: _Case) -> _Verdict | None:
    """All agreements are over by term, merger or supersession."""
    if not case.states or not all(state.over for state in case.states):
        return None
    deciding = latest(case.states)
    if case.within(case.last_day, case.thresholds.active):
        found = _by_event("active_without_agreement", deciding.event)
        because = (*found.because, Reason(say.NO_AGREEMENT), *_alive(case))
        return _Verdict(found.status, because, found.sourced)
    ended_by = "lapsed_by_merger" if deciding.status == "lapsed_by_merger" else "expired"
    return _by_event(ended_by, deciding.event)


def _active(case: _Case) -> _Verdict | None:
    if not case.within(case.last_day, case.thresholds.active):
        return None
    return _Verdict("active", _alive(case), _has_source(case.last))


def _unknown(case: _Case) -> _Verdict | None:
    if case.confirmed:
        return None
    because = [*_activity(case, case.thresholds.dormant)]
    months: Mapping[str, say.Value] = {"months": case.thresholds.confirmed}
    because.append(Reason(say.NOT_CONFIRMED, months))
    if case.confirmation is not None:
        because.append(
            Reason(
                say.CONFIRMED_BEFORE,
                {"date": case.confirmation.when},
                (case.confirmation.ref,),
            )
        )
    presumed = case.last is not None and not case.within(case.last_day, case.thresholds.dormant)
    because.append(Reason(say.PRESUMED_DORMANT if presumed else say.SILENCE))
    return _Verdict("unknown", tuple(because), hint="presumed_dormant" if presumed else "")


def _new(case: _Case) -> _Verdict | None:
    if case.last is not None or case.signed is None:
        return None
    span, ref = case.signed
    if not case.within(recorded_day(span, case.as_of), case.thresholds.new):
        return None
    sentence = say.BEGAN if ref == "established" else say.SIGNED
    signed = Reason(sentence, {"months": case.thresholds.new, "date": span}, (ref,))
    because = (signed, *_activity(case, 0), _confirmed(case))
    return _Verdict("new", because, _has_source(case.confirmation))


def _low_activity(case: _Case) -> _Verdict | None:
    if not case.within(case.last_day, case.thresholds.dormant):
        return None
    because = (*_activity(case, case.thresholds.active), _confirmed(case))
    return _Verdict("low_activity", because, _has_source(case.last))


def _dormant(case: _Case) -> _Verdict:
    because = (*_activity(case, case.thresholds.dormant), _confirmed(case))
    if case.last is None:
        because = (*because, Reason(say.NEVER_IMPLEMENTED))
    hint = "never_implemented" if case.last is None else ""
    return _Verdict("dormant", because, _has_source(case.confirmation), hint)


_RULES: tuple[Callable[[_Case], _Verdict | None], ...] = (
    _suspended,
    _terminated,
    _expired,
    _active,
    _unknown,
    _new,
    _low_activity,
    _dormant,
)

# --- sentences --------------------------------------------------------------------------------

_OF_RELATION = {
    "suspended": say.SUSPENDED,
    "terminated": say.TERMINATED,
    "expired": say.EXPIRED,
    "lapsed_by_merger": say.LAPSED,
    "superseded": say.EXPIRED,
}
_OF_AGREEMENT = {
    "suspended": say.AGREEMENT_SUSPENDED,
    "terminated": say.AGREEMENT_TERMINATED,
    "expired": say.AGREEMENT_EXPIRED,
    "lapsed_by_merger": say.LAPSED,
    "superseded": say.SUPERSEDED,
}
_DERIVED = {"terminated": say.ENDED, "expired": say.TERM_OVER}


def _by_event(status: str, event: StatusEvent | None) -> _Verdict:
    """Return a verdict that one recorded event gives."""
    assert event is not None  # noqa: S101 - what is suspended or over became so by an event
    spoken = _DERIVED if event.derived else _OF_RELATION if event.of_relation else _OF_AGREEMENT
    because = [Reason(spoken[event.status], {"date": event.when}, (event.ref,))]
    if event.side in ("a", "b"):
        because.append(Reason(say.ONE_SIDE, {"side": ("side", event.side)}, (event.ref,)))
    if event.reason not in ("", "unknown"):
        reason = ("status_reason", event.reason)
        because.append(Reason(say.STATED_REASON, {"reason": reason}, (event.ref,)))
    return _Verdict(status, tuple(because), bool(event.source_url))


def _alive(case: _Case) -> tuple[Reason, ...]:
    """Say what keeps a pair alive."""
    last = case.last
    if last is not None and last.runs(case.as_of):
        values: Mapping[str, say.Value] = {
            "activity": ("activity_type", last.type),
            "date": parse_edtf(last.start.edtf.split("/")[0]),
        }
        return (Reason(say.RUNNING_ACTIVITY, values, (last.ref,)),)
    months: Mapping[str, say.Value] = {"months": case.thresholds.active}
    return (*_activity(case, 0), Reason(say.NO_MORE_THAN, months))


def _activity(case: _Case, more_than: int) -> tuple[Reason, ...]:
    """Say what the latest activity was, and that it is older than some months if it is."""
    last = case.last
    if last is None:
        none = (Reason(say.NO_ACTIVITY),)
        return (*none, Reason(say.COURTESIES)) if case.evidence.activities else none
    values: Mapping[str, say.Value] = {
        "activity": ("activity_type", last.type),
        "date": last.end or last.start,
    }
    found = Reason(say.LATEST_ACTIVITY, values, (last.ref,))
    if more_than and not case.within(case.last_day, more_than):
        return found, Reason(say.MORE_THAN, {"months": more_than})
    return (found,)


def _confirmed(case: _Case) -> Reason:
    confirmation = case.confirmation
    assert confirmation is not None  # noqa: S101 - the rule of silence has sent the others away
    return Reason(say.CONFIRMED, {"date": confirmation.when}, (confirmation.ref,))


# --- helpers ----------------------------------------------------------------------------------


def _confidence(case: _Case, verdict: _Verdict) -> str:
    return ("low", "medium", "high")[verdict.sourced + case.confirmed]


def _has_source(record: Activity | Confirmation | None) -> bool:
    return record is not None and bool(record.source_url)


def _latest_confirmation(confirmations: Iterable[Confirmation], as_of: date) -> Confirmation | None:
    dated = [(day, entry) for entry in confirmations if (day := entry.day(as_of))]
    return max(dated, key=lambda entry: entry[0], default=(None, None))[1]


def _latest_signing(evidence: PairEvidence, as_of: date) -> tuple[Span, str] | None:
    signings = [(item.signed, item.ref) for item in evidence.agreements if item.signed]
    if evidence.established:
        signings.append((evidence.established, "established"))
    dated = [
        (day, (span, ref)) for span, ref in signings if span and (day := recorded_day(span, as_of))
    ]
    return max(dated, key=lambda entry: entry[0], default=(None, None))[1]


def _months_before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

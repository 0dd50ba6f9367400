"""What is on record of a pair, as far as its status depends on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from geomap.errors import DateUnparsable
from geomap.terms import SUBSTANTIVE_ACTIVITIES
from geomap.when import Span, parse_edtf

SUPPLEMENTS = frozenset({"action_plan", "annex", "termination_notice"})
"""Documents that hang on an agreement and do not found a partnership."""

_A_YEAR = 366


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """What became of an agreement, or of the relation as a whole, and since when."""

    when: Span
    status: str
    ref: str
    side: str = ""
    """a, b or both; empty where the source does not say, which counts as both."""
    reason: str = ""
    source_url: str = ""
    of_relation: bool = False
    derived: bool = False
    """Follows from a date (the end of a term), not from an event that somebody recorded."""

    def happened(self, as_of: date) -> bool:
        """Tell whether it may already have happened on a day."""
        return self.when.start is None or self.when.start <= as_of


@dataclass(frozen=True, slots=True)
class Agreement:
    """One document that founds or renews the partnership."""

    ref: str
    signed: Span | None = None
    doc_type: str = ""
    term_type: str = ""
    valid_until: Span | None = None
    events: tuple[StatusEvent, ...] = ()
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """Something the two did together, or a courtesy."""

    ref: str
    type: str
    start: Span
    end: Span | None = None
    hosts: str = ""
    source_url: str = ""

    @property
    def substantive(self) -> bool:
        """Tell whether it shows a living partnership."""
        return self.type in SUBSTANTIVE_ACTIVITIES

    def last_day(self, as_of: date) -> date | None:
        """Return its last day until `as_of`; `as_of` while it runs; None if it is yet to come."""
        if self.start.start is None or self.start.start > as_of:
            return None
        day = _last_day(self.end or self.start, as_of)
        return None if day is None else min(max(day, self.start.start), as_of)

    def runs(self, as_of: date) -> bool:
        """Tell whether it has begun and a stated end is yet to come."""
        last = self.end or self.start
        stated = self.end is not None or "/" in last.edtf
        lasts = last.ongoing or (stated and last.end is not None and last.end >= as_of)
        return lasts and self.last_day(as_of) is not None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A side said how things stand."""

    ref: str
    when: Span
    side: str = ""
    method: str = ""
    source_url: str = ""

    def day(self, as_of: date) -> date | None:
        """Return its day, None if that is yet to come."""
        return recorded_day(self.when, as_of)


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """All that the rules look at. Nothing in it is computed from today's date."""

    established: Span | None = None
    ended: Span | None = None
    agreements: tuple[Agreement, ...] = ()
    activities: tuple[Activity, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    events: tuple[StatusEvent, ...] = ()
    fields_of_cooperation: frozenset[str] = frozenset()
    funded_sides: frozenset[str] = frozenset()
    """Sides with a current funding line."""
    source_url: str = ""


def evidence_of(properties: Mapping[str, Any]) -> PairEvidence:
    """Return the evidence in a pair's properties; what has no readable date is no evidence.

    Args:
        properties: As the layer `twins` keeps and publishes them.
    """
    return PairEvidence(
        established=_span(properties.get("established")),
        ended=_span(properties.get("ended")),
        agreements=tuple(map(_agreement, *_numbered(properties, "agreements"))),
        activities=tuple(_activities(properties)),
        confirmations=tuple(_confirmations(properties)),
        events=tuple(_events(properties, "", of_relation=True)),
        fields_of_cooperation=frozenset(properties.get("fields_of_cooperation") or ()),
        source_url=properties.get("source_url") or "",
    )


def recorded_day(span: Span | None, as_of: date) -> date | None:
    """Return the last day that a date vouches for, `as_of` at most; None if yet to come."""
    if span is None or span.start is None or span.start > as_of:
        return None
    day = _last_day(span, as_of)
    return None if day is None else min(day, as_of)


def _last_day(span: Span, as_of: date) -> date | None:
    """Return the latest day that a date vouches for: a year its end, a decade its beginning."""
    if span.ongoing:
        return as_of
    if "/" in span.edtf:
        begin, finish = span.edtf.split("/")
        return _last_day(parse_edtf(finish or begin), as_of) if finish or begin else None
    if span.start is None or span.end is None:
        return span.start
    return span.end if (span.end - span.start).days < _A_YEAR else span.start


def _span(value: Any) -> Span | None:
    try:
        return parse_edtf(value) if value else None
    except DateUnparsable:
        return None


def _numbered(holder: Mapping[str, Any], member: str) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Return the objects of a member, and how to refer to each."""
    objects = holder.get(member) or []
    return objects, [item.get("ref") or f"{member}/{at}" for at, item in enumerate(objects)]


def _agreement(item: Mapping[str, Any], ref: str) -> Agreement:
    return Agreement(
        ref=ref,
        signed=_span(item.get("signed_on")),
        doc_type=item.get("doc_type") or "",
        term_type=item.get("term_type") or "",
        valid_until=_span(item.get("valid_until")),
        events=tuple(_events(item, f"{ref}/", of_relation=False)),
        source_url=item.get("source_url") or "",
    )


def _events(holder: Mapping[str, Any], prefix: str, *, of_relation: bool) -> Iterator[StatusEvent]:
    for item, ref in zip(*_numbered(holder, "status_events"), strict=True):
        if when := _span(item.get("date")):
            yield StatusEvent(
                when=when,
                status=item.get("status") or "unknown",
                ref=prefix + ref,
                side=item.get("side") or "",
                reason=item.get("reason") or "",
                source_url=item.get("source_url") or "",
                of_relation=of_relation,
            )


def _activities(properties: Mapping[str, Any]) -> Iterator[Activity]:
    for item, ref in zip(*_numbered(properties, "activities"), strict=True):
        if start := _span(item.get("start")):
            yield Activity(
                ref=ref,
                type=item.get("type") or "",
                start=start,
                end=_span(item.get("end")),
                hosts=item.get("hosts") or "",
                source_url=item.get("source_url") or "",
            )


def _confirmations(properties: Mapping[str, Any]) -> Iterator[Confirmation]:
    for item, ref in zip(*_numbered(properties, "confirmations"), strict=True):
        if when := _span(item.get("date")):
            yield Confirmation(
                ref=ref,
                when=when,
                side=item.get("side") or "",
                method=item.get("method") or "",
                source_url=item.get("source_url") or "",
            )

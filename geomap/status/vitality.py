"""Vitality: how lively a pair of known status is, from 0 to 100, always shown with its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from geomap.status.evidence import Activity, PairEvidence

_HOSTS = {"a": ("a",), "b": ("b",), "both": ("a", "b")}


@dataclass(frozen=True, slots=True)
class Vitality:
    """Points by part; the most that each can give is 40, 20, 15, 15 and 10."""

    recency: float
    frequency: float
    breadth: float
    reciprocity: float
    funding: float

    @property
    def total(self) -> int:
        """Return the sum, from 0 to 100."""
        return round(self.recency + self.frequency + self.breadth + self.reciprocity + self.funding)


def vitality_of(
    evidence: PairEvidence, recent: Sequence[Activity], last: date | None, as_of: date
) -> Vitality:
    """Return the points of a pair.

    Args:
        evidence: All that is on record.
        recent: Its substantive activities of the last 60 months.
        last: The date of the latest substantive activity.
        as_of: The day for which the points are.
    """
    return Vitality(
        recency=0.0 if last is None else 40 * max(0.0, 1 - _months_between(last, as_of) / 60),
        frequency=20 * min(1.0, len(recent) / 10),
        breadth=15 * min(1.0, len(evidence.fields_of_cooperation) / 5),
        reciprocity=15 * _reciprocity(recent),
        funding=10 * len(evidence.funded_sides) / 2,
    )


def _months_between(earlier: date, later: date) -> int:
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)


def _reciprocity(activities: Sequence[Activity]) -> float:
    hosted = [side for activity in activities for side in _HOSTS.get(activity.hosts, ())]
    a, b = hosted.count("a"), hosted.count("b")
    return min(a, b) / max(a, b) if a or b else 0.0

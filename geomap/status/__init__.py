"""Active, dormant or unknown: the status of a twin-city pair, from its records and a date."""

from __future__ import annotations

from geomap.status.evidence import PairEvidence, evidence_of
from geomap.status.reasons import Reason
from geomap.status.rules import RULE_VERSION, PairStatus, Thresholds, pair_status
from geomap.status.vitality import Vitality

__all__ = [
    "RULE_VERSION",
    "PairEvidence",
    "PairStatus",
    "Reason",
    "Thresholds",
    "Vitality",
    "evidence_of",
    "pair_status",
]

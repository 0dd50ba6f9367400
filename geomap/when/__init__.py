"""Time: EDTF dates, loose readings of them, and the intervals that requests ask for."""

from __future__ import annotations

from geomap.when.intervals import Interval, parse_interval
from geomap.when.loose import read_date
from geomap.when.spans import Span, parse_edtf

__all__ = ["Interval", "Span", "parse_edtf", "parse_interval", "read_date"]

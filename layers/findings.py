"""What was found wrong with one row while it was read and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from geomap.model import Fault


@dataclass(slots=True)
class Findings:
    """The faults of one row, gathered while its values are checked."""

    faults: list[Fault] = field(default_factory=list)

    def error(self, code: str, column: str, value: Any, hint: str) -> None:
        """Note a fault for which the row cannot be taken."""
        self.faults.append(Fault(code, column, shown(value), hint))

    def warning(self, code: str, column: str, value: Any, hint: str) -> None:
        """Note something that the row is taken with, as the hint says."""
        self.faults.append(Fault(code, column, shown(value), hint, "warning"))


def shown(value: Any) -> str:
    """Return a value as a fault quotes it: at most 200 characters."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 200 else f"{text[:199]}…"

"""What an import did or would do, for people and as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geomap.model import Fault, Source, Written

COLUMNS = ("row", "column", "value", "code", "hint", "severity")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a file by what becomes of them. A row with a warning counts among the others too."""

    rows: int = 0
    insert: int = 0
    update: int = 0
    unchanged: int = 0
    recognised: int = 0
    """Known from another source already: left out, and the stored record left as it is."""
    warning: int = 0
    error: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to `geomap import`."""

    path: Path
    layer_id: str
    profile: str
    counts: Counts
    companions: dict[str, Counts] = field(default_factory=dict)
    """By layer: the records of files beside this one that came in the same transaction."""
    recognised: Mapping[str, int] = field(default_factory=dict)
    """Records of all these files that are known from another source, by that source."""
    faults: Sequence[Fault] = ()
    sources: Sequence[Source] = ()
    encoding: str = ""
    encoding_basis: str = ""
    """stated, mark, detected or fixed (by the format)."""
    delimiter: str = ""
    crs: str = ""
    dry_run: bool = False
    refused: bool = False
    """Nothing was written, because rows have errors and only sound files were wanted."""
    seconds: float = 0.0
    written: Written | None = None
    """None where nothing had to be, or was to be, written."""

    @property
    def source(self) -> Source | None:
        """The source of the records, where there is but one."""
        return self.sources[0] if self.sources else None

    @property
    def errors(self) -> list[Fault]:
        """The faults for which rows cannot be taken."""
        return [fault for fault in self.faults if fault.severity == "error"]

    @property
    def warnings(self) -> list[Fault]:
        """The faults that rows are taken with."""
        return [fault for fault in self.faults if fault.severity == "warning"]

    def write_csv(self, path: Path) -> None:
        """Write every fault as one line: row, column, value, code, hint, severity (UTF-8)."""
        path.write_bytes(faults_table(self.faults))


def faults_table(faults: Sequence[Fault]) -> bytes:
    """Return faults as CSV: row, column, value, code, hint, severity (UTF-8)."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for fault in faults:
        texts = (fault.column, fault.value, fault.code, fault.hint, fault.severity)
        row = "" if fault.row is None else str(fault.row)
        table.writerow([row, *(_harmless(one) for one in texts)])
    return text.getvalue().encode("utf-8", "replace")


def _harmless(text: str) -> str:
    if text.startswith(_FORMULA) and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii()

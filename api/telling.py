"""How the command line tells of an import: while it runs, and when it is done."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import click

from geomap.model import Fault
from layers.imports.report import Counts, Report

SHOWN_FAULTS = 20


class Progress:
    """One bar for each stage of a long work; call it with stage, done and total."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: Any = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Move the bar of the stage, which begins when the one before ends."""
        if self._bar is None or stage != self._stage:
            self._end()
            self._stage = stage
            self._bar = click.progressbar(length=max(total, 1), label=f"{stage:<10}")
            self._bar.render_progress()
        self._bar.update(done - self._bar.pos)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
        self._bar = None


def told(report: Report) -> None:
    """Print what an import did or would do, and the first of its faults."""
    how = [f"profile {report.profile}"]
    if report.encoding:
        how.append(f"encoding {report.encoding} ({report.encoding_basis})")
    if report.delimiter:
        how.append(f"delimiter {report.delimiter!r}")
    click.echo(f"{report.path.name}: {', '.join([*how, report.crs])}; {report.seconds:.1f} s")
    for layer_id, counts in report.companions.items():
        click.echo(_counted(layer_id, counts))
    click.echo(_counted(report.layer_id, report.counts))
    if report.recognised:
        known = ", ".join(f"{name} {count}" for name, count in sorted(report.recognised.items()))
        click.echo(f"Known from another source, which stays as it is: {known}.")
    wrong = [fault for fault in report.faults if fault.severity != "info"]
    for fault in wrong[:SHOWN_FAULTS]:
        click.echo(_said(fault), err=True)
    if (more := len(wrong) - SHOWN_FAULTS) > 0:
        click.echo(f"… and {more} more; --report FILE.csv lists them all.", err=True)
    if report.dry_run:
        click.echo("Nothing was written: this was a dry run.")
    elif report.refused:
        click.echo("Nothing was written, for there are errors; --accept-valid takes the rest.")


def _counted(layer_id: str, counts: Counts) -> str:
    return (
        f"{layer_id}: {counts.rows} rows, {counts.insert} new, {counts.update} changed, "
        f"{counts.unchanged} unchanged, {counts.recognised} recognised, "
        f"{counts.warning} with warnings, {counts.error} with errors"
    )


def _said(fault: Fault) -> str:
    where = f"row {fault.row}" if fault.row is not None else ""
    what = f"{fault.column}={fault.value!r}" if fault.column else ""
    place = ", ".join(filter(None, (where, what)))
    return ": ".join(filter(None, (fault.severity, place, fault.code, fault.hint)))

"""Files imported over HTTP: first what would happen, then, as one change, just that."""

from __future__ import annotations

import re
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from api.links import Link, link, self_url, url
from api.records import Desk
from api.saving import OWN_SOURCE, Why, own_source, write
from geomap.access import Action, Where, reach
from geomap.errors import ImportBusy, ImportChanged, ImportFaulty, ImportGone, RevisionConflict
from geomap.model import Fault, Source, Visibility, Written
from geomap.uploads import Upload
from layers.catalog import LAYERS
from layers.imports.report import faults_table
from layers.imports.sent import Asked, Gate, Outcome, outcome_of

SHOWN_FAULTS = 500
"""Faults that a report lists; the table of all is a file beside it."""
PATIENCE_S = 20.0
"""For which a file waits for another one to be read."""
_ODD = re.compile(r"[^\w.() -]+")
_ONE_AT_A_TIME = threading.BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent, and how it is to be read."""

    name: str
    content: bytes
    asked: Asked
    accept_valid: bool = False
    """Whether sound rows are taken where others are faulty."""


def file_name(name: str, suffix: str = "") -> str:
    """Return the name of a file as it may be called here and in the history."""
    bare = re.split(r"[/\\]", name)[-1]
    clean = _ODD.sub("_", bare)[-100:].strip(" .")
    return clean or f"file{suffix}"


def outcome(desk: Desk, sent: Sent) -> Outcome:
    """Return what importing a file would do; one file at a time is read in a process.

    Raises:
        FileUnreadable: It is not what it claims to be.
        ImportBusy: Others are being read.
    """
    own = desk.service.store.sources().get(OWN_SOURCE) or own_source(desk.service.settings)
    with _alone(), tempfile.TemporaryDirectory(prefix="geomap-import-") as folder:
        path = Path(folder) / sent.name
        path.write_bytes(sent.content)
        return outcome_of(
            desk.service.store, path, desk.layer.id, sent.asked, gate_of(desk), own=own
        )


def gate_of(desk: Desk) -> Gate:
    """Return what the actor sees and may import."""
    everywhere = reach(desk.actor, Action.SEE, desk.layer.id) is Where.EVERYWHERE
    name = "" if everywhere and desk.actor.limit is None else desk.actor.name

    def sees(feature: Any) -> bool:
        own = replace(desk, layer=LAYERS[feature.layer])
        return own.may(Action.SEE, feature) or own.is_public(feature.id)

    return Gate(name, sees, lambda feature: desk.may(Action.IMPORT, feature))


def kept_upload(desk: Desk, sent: Sent, found: Outcome, upload_id: str = "") -> Upload:
    """Keep a file and what it would do until that is decided; return it."""
    upload = Upload(
        upload_id or secrets.token_urlsafe(24),
        desk.layer.id,
        sent.name,
        sent.content,
        _wishes(sent.asked),
        found.digest,
        report_of(desk, sent, found),
        faults_table(found.faults),
    )
    desk.service.store.uploads.keep(holder(desk), upload)
    return upload


def upload_named(desk: Desk, upload_id: str) -> Upload:
    """Return a file that the actor has sent.

    Raises:
        ImportGone: There is none, or it was kept for long enough.
    """
    found = desk.service.store.uploads.of(holder(desk), upload_id[:100])
    if found is None or found.layer != desk.layer.id:
        raise ImportGone
    return found


def holder(desk: Desk) -> str:
    """Return whose files these are."""
    return desk.actor.account or f"name:{desk.actor.name}"


def sent_again(upload: Upload, *, accept_valid: bool = False) -> Sent:
    """Return a kept file as it was sent."""
    wishes = upload.wishes
    asked = Asked(
        wishes["profile"], wishes["crs"], wishes["encoding"], Visibility(wishes["visibility"])
    )
    return Sent(upload.name, upload.content, asked, accept_valid)


def imported_upload(
    desk: Desk, upload: Upload, comment: str, *, accept_valid: bool
) -> Written | None:
    """Import a kept file, if that does just what was shown; None where nothing had to change.

    Raises:
        ImportChanged: It would do something else by now; that is kept as the new report.
        ImportFaulty: Rows are faulty, and only a sound file was wanted.
    """
    sent = sent_again(upload, accept_valid=accept_valid)
    found = outcome(desk, sent)
    if found.digest != upload.digest:
        kept_upload(desk, sent, found, upload.id)
        raise ImportChanged
    try:
        done = written(desk, sent, found, Why("import", comment, key_of(upload.id), b"import"))
    except RevisionConflict as problem:
        kept_upload(desk, sent, outcome(desk, sent), upload.id)
        raise ImportChanged from problem
    desk.service.store.uploads.forget(holder(desk), upload.id)
    return done


def key_of(upload_id: str) -> str:
    """Return the key under which a file is imported once, however often it is confirmed."""
    return f"import {upload_id}"


def written(desk: Desk, sent: Sent, found: Outcome, why: Why) -> Written | None:
    """Write what an import comes to, as one change.

    Raises:
        ImportFaulty: Rows are faulty, and only a sound file was wanted.
    """
    if found.counts["refused"] and not sent.accept_valid:
        raise ImportFaulty(found.counts["refused"], found.faults[:SHOWN_FAULTS])
    if not found.edits:
        return None
    known = desk.service.store.sources()
    new: list[Source] = [one for one in found.sources if one.id not in known]
    return write(desk, found.edits, why, new)


def report_of(
    desk: Desk, sent: Sent, found: Outcome, *, dry_run: bool = True, done: Written | None = None
) -> dict[str, Any]:
    """Return what an import does or would do, as a document."""
    return {
        "layer": desk.layer.id,
        "file": sent.name,
        **_wishes(sent.asked),
        **found.reading,
        **found.counts,
        "dry_run": dry_run,
        "transaction_id": done.transaction_id if done else None,
        "fault_count": len(found.faults),
        "faults": [_told(fault) for fault in found.faults[:SHOWN_FAULTS]],
    }


def links_of(desk: Desk, done: Written | None) -> list[Link]:
    """Return the links of an answer: what was written, where something was."""
    links = [link(self_url(desk.request), "self", "application/json")]
    if done is not None:
        address = url(desk.request, f"/transactions/{done.transaction_id}")
        links.append(link(address, "related", "application/json", "The change that was made"))
    return links


def _wishes(asked: Asked) -> dict[str, str]:
    return {**asdict(asked), "visibility": asked.visibility.value}


def _told(fault: Fault) -> dict[str, Any]:
    return {
        "row": fault.row,
        "field": fault.column,
        "value": fault.value[:200],
        "code": fault.code,
        "detail": fault.hint,
        "severity": fault.severity,
    }


@contextmanager
def _alone() -> Iterator[None]:
    """Read one file at a time: each takes a processor and memory for seconds.

    Raises:
        ImportBusy: Others take too long.
    """
    if not _ONE_AT_A_TIME.acquire(timeout=PATIENCE_S):
        raise ImportBusy
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()

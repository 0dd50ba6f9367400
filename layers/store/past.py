"""What was written, read back: the history of a record, one write, the writes of an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import apsw

from geomap.model import JsonObject, Revision, Write
from layers.store.records import SQL, Content, content_object

LATEST = 2**62
"""Beyond any number that is given."""
ALL = -1
_GEOMETRY, _PROPERTIES = 10, 11
"""Columns of a row of history."""


def history_of(
    connection: apsw.Connection,
    feature: tuple[str, str],
    last: int | None,
    before: int | None,
    most_bytes: int | None,
) -> list[Revision]:
    """Return revisions of a feature, oldest first; see `layers.store.protocol.Store.history`."""
    asked = {
        "layer": feature[0],
        "id": feature[1],
        "before": LATEST if before is None else max(0, min(before, LATEST)),
        # One more: the earliest of those wished began where the one before it ended.
        "last": ALL if last is None else last + 1,
    }
    rows = [*_within(connection.execute(SQL["history"], asked), most_bytes)][::-1]
    revisions = [*_chained(rows)]
    is_whole = bool(rows) and rows[0][2] == 1 and (last is None or len(rows) <= last)
    return revisions if is_whole else revisions[1:]


def changes_of(
    connection: apsw.Connection, transaction_id: str, after: int, last: int | None
) -> list[Revision]:
    """Return what one write has changed, in its order, each with what was before."""
    asked = {
        "transaction_id": transaction_id,
        "after": after,
        "last": ALL if last is None else last,
    }
    width = len(Content._fields)
    return [
        _revision(row[:-width], _object(row[-width:]), place)
        for place, *row in connection.execute(SQL["transaction"], asked)
    ]


def changed_since(connection: apsw.Connection, transaction_id: str) -> set[tuple[str, str]]:
    """Return layer and id of the records of a write that another has changed since."""
    rows = connection.execute(SQL["changed_since"], {"transaction_id": transaction_id})
    return {(layer, feature_id) for layer, feature_id in rows}


def write_of(connection: apsw.Connection, transaction_id: str) -> Write | None:
    """Return one write; None where there is none."""
    rows = connection.execute(SQL["write"], {"transaction_id": transaction_id})
    return next((_write(row) for row in rows), None)


def place_of(
    connection: apsw.Connection, transaction_id: str, feature_id: str, revision: int
) -> int:
    """Return `Revision.place` of one change of a write; that behind all where it has none such."""
    asked = {"transaction_id": transaction_id, "id": feature_id, "revision": revision}
    found = connection.execute(SQL["place_of"], asked).fetchone()
    return LATEST if found is None else int(found[0])


def writes_of(
    connection: apsw.Connection, actor: str | None, before: int | None, last: int
) -> list[Write]:
    """Return writes, latest first, of one actor or of all."""
    asked = {"actor": actor, "before": LATEST if before is None else before, "last": last}
    return [_write(row) for row in connection.execute(SQL["writes"], asked)]


def _write(row: Sequence[Any]) -> Write:
    number, transaction_id, at, *rest = row
    return Write(number, transaction_id, datetime.fromisoformat(at), *rest)


def _within(rows: Iterable[Sequence[Any]], most_bytes: int | None) -> Iterator[Sequence[Any]]:
    """Yield rows until they are too large together; two of them, one revision, always come."""
    taken = 0
    for number, row in enumerate(rows):
        taken += len(row[_GEOMETRY] or b"") + len(row[_PROPERTIES] or "")
        yield row
        if most_bytes is not None and taken > most_bytes and number:
            return


def _chained(rows: Iterable[Sequence[Any]]) -> Iterator[Revision]:
    """Yield the revisions of rows that follow one another: each finds what the last one left."""
    before: JsonObject | None = None
    for row in rows:
        revision = _revision(row, before, 0)
        yield revision
        before = revision.after


def _revision(row: Sequence[Any], before: JsonObject | None, place: int) -> Revision:
    layer, feature_id, revision, at, actor, action, comment, transaction_id, *content = row
    return Revision(
        layer=layer,
        id=feature_id,
        revision=revision,
        at=datetime.fromisoformat(at),
        actor=actor,
        action=action,
        comment=comment,
        transaction_id=transaction_id,
        before=before,
        after=_object(content),
        place=place,
    )


def _object(content: Sequence[Any]) -> JsonObject | None:
    return None if content[3] is None else content_object(Content(*content))

"""Suggestions in SQLite, beside the records and under the same lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import apsw
import orjson

from geomap.errors import KeyReused, SuggestionsDecided
from geomap.model import Edit, Source, Written
from geomap.outcomes import news_of
from geomap.suggestions import (
    DAY,
    RESIDENT,
    VERBS,
    WINDOW,
    Decision,
    Kind,
    Limits,
    Status,
    Suggestion,
    Wanted,
)
from layers.store.accounts import digest
from layers.store.connections import Pool
from layers.store.notices import add_notices
from layers.store.records import SQL
from layers.store.writing import Beside, Note

NEWEST = 2**62
"""Beyond every number of a suggestion."""


class Writing(Protocol):
    """`Store.write`, with something more to be done in its transaction."""

    def __call__(
        self, edits: Sequence[Edit], note: Note, sources: Sequence[Source], beside: Beside
    ) -> Written:
        """Do all of it or nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where suggestions are put, by whom and why."""

    status: Status
    actor: str = ""
    reason: str = ""
    at: str = ""
    transaction_id: str | None = None

    def row(self, number: int) -> dict[str, Any]:
        """Return the step of one suggestion as its columns."""
        return {
            "number": number,
            "status": self.status.value,
            "at": self.at,
            "actor": self.actor,
            "reason": self.reason,
            "transaction_id": self.transaction_id,
        }


@dataclass(frozen=True, slots=True)
class SqliteSuggestions:
    """See `geomap.suggestions.Suggestions`."""

    readers: Pool
    transaction: Callable[[], AbstractContextManager[apsw.Connection]]
    write: Writing
    now: Callable[[], datetime]

    def add(self, suggestion: Suggestion, *, secret: str = "", asked: bytes = b"") -> Suggestion:
        """Keep a new suggestion; return it as it is kept."""
        at = self.now().isoformat()
        row = {
            **_row(suggestion),
            "at": at,
            "secret": digest(secret) if secret else None,
            "asked": asked,
        }
        with self.transaction() as connection:
            same = {"id": suggestion.id}
            before: Any = connection.execute(SQL["suggestion_asked"], same).fetchone()
            if before is None:
                number = connection.execute(SQL["add_suggestion"], row).get
                _add_steps(connection, [Step(Status.WAITING, at=at).row(number)])
            elif before[0] != asked:
                raise KeyReused(suggestion.id)
        [kept] = self.many([suggestion.id])
        return kept

    def get(self, suggestion_id: str) -> Suggestion | None:
        """Return a suggestion."""
        return next(iter(self.many([suggestion_id])), None)

    def many(self, ids: Sequence[str]) -> Sequence[Suggestion]:
        """Return the suggestions of these ids, in the order in which they came."""
        return self._found("suggestions", {"ids": _json(list(ids))})

    def of_secret(self, secret: str) -> Suggestion | None:
        """Return the suggestion that a secret link shows."""
        return next(iter(self._found("suggestion_by_secret", {"secret": digest(secret)})), None)

    def of_author(
        self, account_id: str, *, before: int | None = None, limit: int = 100
    ) -> Sequence[Suggestion]:
        """Return an account's suggestions, the newest first, those before a number."""
        page = {"before": NEWEST if before is None else before, "limit": limit}
        return self._found("suggestions_of_author", {"author": account_id, **page})

    def on_record(self, layer: str, feature_id: str) -> Sequence[Suggestion]:
        """Return all suggestions on a record, in the order in which they came."""
        return self._found("suggestions_on_record", {"layer": layer, "id": feature_id})

    def wanted(self, wanted: Wanted, *, after: int = 0, limit: int = 100) -> Sequence[Suggestion]:
        """Return the suggestions that someone asks for, the oldest first, those after a number."""
        page = {"after": after, "limit": limit}
        return self._found("suggestions_wanted", {**_filter(wanted), **page})

    def count(self, wanted: Wanted) -> int:
        """Return how many are asked for."""
        with self.readers.lent() as connection:
            number: int = connection.execute(SQL["count_suggestions"], _filter(wanted)).get
        return number

    def revise(self, suggestion: Suggestion) -> bool:
        """Put a waiting or returned suggestion anew: what it says, and its base."""
        with self.transaction() as connection:
            found = connection.execute(SQL["revise_suggestion"], _row(suggestion)).fetchall()
            self._step(connection, found, Status.WAITING)
        return bool(found)

    def withdraw(self, suggestion_id: str) -> bool:
        """Let the author take a waiting or returned suggestion back; tell whether it was one."""
        asked = {"ids": _json([suggestion_id])}
        with self.transaction() as connection:
            states: list[Any] = connection.execute(SQL["suggestion_states"], asked).fetchall()
            found = [(number,) for _, number, status, _ in states if Status(status).is_open]
            self._step(connection, found, Status.WITHDRAWN)
        return bool(found)

    def decide(
        self,
        decision: Decision,
        edits: Sequence[Edit],
        *,
        actor: str,
        sources: Sequence[Source] = (),
        key: str | None = None,
        asked: bytes = b"",
    ) -> Written:
        """Decide waiting suggestions and make the edits that follow: one transaction, or none."""

        def beside(connection: apsw.Connection, note: Note, transaction_id: str) -> None:
            numbers = _waiting(connection, decision.ids)
            step = Step(decision.status, note.actor, decision.reason, note.at.isoformat())
            _put(connection, [{**step.row(n), "transaction_id": transaction_id} for n in numbers])
            _tell(connection, note, transaction_id)

        note = Note(actor, VERBS[decision.status], decision.reason, self.now(), key, asked)
        return self.write(edits, note, sources, beside)

    def decided_in(self, transaction_id: str) -> Sequence[Suggestion]:
        """Return the suggestions whose last step was part of a write."""
        return self._found("suggestions_decided_in", {"transaction_id": transaction_id})

    def decided_counts(self, transaction_ids: Sequence[str]) -> Mapping[str, int]:
        """Return of how many suggestions each write took the last step; none of those of none."""
        asked = {"ids": _json(list(transaction_ids))}
        with self.readers.lent() as connection:
            found: list[Any] = connection.execute(SQL["decided_counts"], asked).fetchall()
        return dict(found)

    def undo(
        self,
        transaction_id: str,
        edits: Sequence[Edit],
        *,
        actor: str,
        comment: str = "",
        sources: Sequence[Source] = (),
        key: str | None = None,
        asked: bytes = b"",
    ) -> Written:
        """Make the edits that lead back from a write, and with them put back what it decided."""

        def beside(connection: apsw.Connection, note: Note, own_id: str) -> None:
            undone = {"transaction_id": transaction_id}
            before: list[Any] = connection.execute(
                SQL["suggestion_steps_before"], undone
            ).fetchall()
            at = note.at.isoformat()
            steps = [
                Step(Status(status), note.actor, reason, at, own_id).row(number)
                for number, status, reason in before
            ]
            _put(connection, steps)
            _tell(connection, note, own_id)

        note = Note(actor, "undo", comment, self.now(), key, asked)
        return self.write(edits, note, sources, beside)

    def authors(self, layer: str, feature_id: str) -> Mapping[str, str]:
        """Return who suggested what each write did to a record: `transaction_id` → a name."""
        asked = {"layer": layer, "id": feature_id}
        with self.readers.lent() as connection:
            found: list[Any] = connection.execute(SQL["suggestion_authors"], asked).fetchall()
        names: dict[str, list[str]] = {}
        for transaction_id, name in found:
            names.setdefault(transaction_id, []).append(name or RESIDENT)
        return {one: ", ".join(dict.fromkeys(told)) for one, told in names.items()}

    def admit(self, address: str, limits: Limits) -> timedelta | None:
        """Note that an address suggests something; return how long to wait where it is too much."""
        now = self.now()
        since = {"window": (now - WINDOW).isoformat(), "day": (now - DAY).isoformat()}
        with self.transaction() as connection:
            connection.execute(SQL["forget_suggestion_attempts"], {"day": since["day"]})
            asked = {"address": address, **since}
            counted: list[Any] = connection.execute(SQL["suggestion_attempts"], asked).fetchall()
            [(own, all_)] = counted
            if own >= limits.of_address:
                return WINDOW
            if all_ >= limits.of_all:
                return DAY
            noted = {"address": address, "now": now.isoformat()}
            connection.execute(SQL["add_suggestion_attempt"], noted)
        return None

    def _step(
        self, connection: apsw.Connection, found: Iterable[Sequence[Any]], status: Status
    ) -> None:
        """Let the author put suggestions somewhere."""
        step = Step(status, at=self.now().isoformat())
        _put(connection, [step.row(number) for (number,) in found])

    def _found(self, statement: str, asked: Mapping[str, Any]) -> list[Suggestion]:
        with self.readers.lent() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(SQL[statement], asked).fetchall()
        return [_suggestion(row) for row in rows]


def _waiting(connection: apsw.Connection, ids: Sequence[str]) -> list[int]:
    """Return the numbers of suggestions that all wait to be decided.

    Raises:
        SuggestionsDecided: Some do not, or are not there.
    """
    asked = {"ids": _json(list(ids))}
    found: list[Any] = connection.execute(SQL["suggestion_states"], asked).fetchall()
    decided = [title for _, _, status, title in found if status != Status.WAITING.value]
    missing = {*ids} - {suggestion_id for suggestion_id, *_ in found}
    if decided or missing:
        raise SuggestionsDecided([*decided, *sorted(missing)])
    return [number for _, number, *_ in found]


def _tell(connection: apsw.Connection, note: Note, transaction_id: str) -> None:
    """Tell the authors of what one write has decided, in the same transaction."""
    asked = {"transaction_id": transaction_id}
    rows: list[Any] = connection.execute(SQL["suggestions_decided_in"], asked).fetchall()
    add_notices(connection, note.at, news_of(map(_suggestion, rows)))


def _put(connection: apsw.Connection, steps: Sequence[Mapping[str, Any]]) -> None:
    _add_steps(connection, steps)
    connection.executemany(SQL["save_suggestion_step"], steps)


def _add_steps(connection: apsw.Connection, steps: Iterable[Mapping[str, Any]]) -> None:
    connection.executemany(SQL["add_suggestion_step"], steps)


def _filter(wanted: Wanted) -> dict[str, Any]:
    return {
        "statuses": _json(sorted(wanted.statuses)),
        "kinds": _json(sorted(wanted.kinds)),
        "layers": _json(sorted(wanted.layers)),
        "municipalities": _json(sorted(wanted.municipalities)),
        "until": None if wanted.until is None else wanted.until.isoformat(),
        "since": None if wanted.since is None else wanted.since.isoformat(),
    }


def _row(suggestion: Suggestion) -> dict[str, Any]:
    document = suggestion.document
    return {
        "id": suggestion.id,
        "layer": suggestion.layer,
        "feature_id": suggestion.feature_id,
        "kind": suggestion.kind.value,
        "title": suggestion.title,
        "base": suggestion.base,
        "patch": _json(list(suggestion.patch)),
        "document": None if document is None else _json(document),
        "author": suggestion.author,
        "email": suggestion.email,
        "message": suggestion.message,
        "municipalities": _json(sorted(suggestion.municipalities)),
    }


def _suggestion(row: Sequence[Any]) -> Suggestion:
    number, suggestion_id, layer, feature_id, kind, title, base, patch, document, *others = row
    author, name, email, message, municipalities, at, status, *last = others
    decided_at, decided_by, reason, transaction_id = last
    return Suggestion(
        suggestion_id,
        layer,
        feature_id,
        Kind(kind),
        title,
        base,
        orjson.loads(patch),
        None if document is None else orjson.loads(document),
        author,
        name,
        email,
        message,
        frozenset(orjson.loads(municipalities)),
        at,
        Status(status),
        decided_at,
        decided_by,
        reason,
        transaction_id,
        number,
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()

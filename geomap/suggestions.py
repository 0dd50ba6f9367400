"""Suggestions: what someone without the right to change a record would have changed, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from geomap.model import Edit, JsonObject, Source, Written

RESIDENT = "resident"
"""How history calls whoever suggested something without an account."""
MOST_DECIDED = 1_000
"""Suggestions that are decided in one request."""
MOST_WAITING = 200
"""Suggestions of one account that may wait at a time."""
LONGEST_MESSAGE = 4_000
"""Characters."""
WINDOW = timedelta(hours=1)
"""For which what one address sends is counted."""
DAY = timedelta(days=1)
"""For which what all send without an account is counted."""


class Kind(StrEnum):
    """What a suggestion would do to its record."""

    CREATE = "create"
    CHANGE = "change"
    """With an empty patch: say something of the record, in words alone."""
    DELETE = "delete"


class Status(StrEnum):
    """Where a suggestion has come to."""

    WAITING = "waiting"
    RETURNED = "returned"
    """Back with its author, who can revise it."""
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether the author can still revise or withdraw it."""
        return self in (Status.WAITING, Status.RETURNED)


VERBS: Mapping[Status, str] = {
    Status.APPROVED: "approve",
    Status.RETURNED: "return",
    Status.REJECTED: "reject",
}
"""What a decision is called in the log of writes."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion. Nothing of it is public before it is approved, nor by that itself.

    Who put it to its status, when and why, is that of its last step; the store keeps all steps.
    """

    id: str
    """UUIDv4."""
    layer: str
    feature_id: str
    kind: Kind
    title: str
    """What its record is called, as its author saw it."""
    base: int = 0
    """The revision that it was made on; 0 for a new record."""
    patch: Sequence[JsonObject] = ()
    """JSON Patch (RFC 6902) of the record as `Revision.after` tells one; see `geomap.patches`."""
    document: JsonObject | None = None
    """The whole new record, as `Revision.after` tells one."""
    author: str | None = None
    """Id of an account; None for a resident without one."""
    author_name: str = ""
    """What the account is called now; the store fills it in."""
    email: str = ""
    """Where a resident wants to be told of the outcome."""
    message: str = ""
    municipalities: frozenset[str] = frozenset()
    """Of the record, before and after; as `geomap.access.folded`."""
    at: str = ""
    """When it came; ISO 8601, UTC. The store fills it in."""
    status: Status = Status.WAITING
    decided_at: str = ""
    """When the last step was taken; empty while there was none."""
    decided_by: str = ""
    """Who took it, as history tells it."""
    reason: str = ""
    transaction_id: str | None = None
    """The write that the last step was part of, with all that was decided in it."""
    number: int = 0
    """The order in which they came: where a page of them ends. The store fills it in."""

    @property
    def told_author(self) -> str:
        """Return how history calls its author."""
        return self.author_name or RESIDENT


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which suggestions are asked for; what is empty does not narrow."""

    statuses: frozenset[Status] = frozenset({Status.WAITING})
    kinds: frozenset[Kind] = frozenset()
    layers: frozenset[str] = frozenset()
    municipalities: frozenset[str] = frozenset()
    """One of them suffices; as `geomap.access.folded`."""
    until: datetime | None = None
    """Those that came no later."""
    since: datetime | None = None
    """Those that came no earlier."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of many suggestions at once."""

    ids: Sequence[str]
    status: Status
    """Approved, returned or rejected."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many suggestions come in without an account before no more are taken."""

    of_address: int
    """Within `WINDOW`."""
    of_all: int
    """Within `DAY`."""


class Suggestions(Protocol):
    """Where suggestions are kept: beside the records, in the same store. Times are UTC."""

    def add(self, suggestion: Suggestion, *, secret: str = "", asked: bytes = b"") -> Suggestion:
        """Keep a new suggestion; return it as it is kept.

        Args:
            suggestion: With a new id; one that is there already is returned as it is.
            secret: By which its author can look at it without an account.
            asked: What tells the request from others that lead to the same id.

        Raises:
            KeyReused: The id stands for what another request suggested.
        """

    def get(self, suggestion_id: str) -> Suggestion | None:
        """Return a suggestion."""

    def many(self, ids: Sequence[str]) -> Sequence[Suggestion]:
        """Return the suggestions of these ids, in the order in which they came."""

    def of_secret(self, secret: str) -> Suggestion | None:
        """Return the suggestion that a secret link shows."""

    def of_author(
        self, account_id: str, *, before: int | None = None, limit: int = 100
    ) -> Sequence[Suggestion]:
        """Return an account's suggestions, the newest first, those before a number."""

    def on_record(self, layer: str, feature_id: str) -> Sequence[Suggestion]:
        """Return all suggestions on a record, in the order in which they came."""

    def wanted(self, wanted: Wanted, *, after: int = 0, limit: int = 100) -> Sequence[Suggestion]:
        """Return the suggestions that someone asks for, the oldest first, those after a number."""

    def count(self, wanted: Wanted) -> int:
        """Return how many are asked for."""

    def revise(self, suggestion: Suggestion) -> bool:
        """Put a waiting or returned suggestion anew: what it says, and its base.

        Returns:
            Whether that was still possible.
        """

    def withdraw(self, suggestion_id: str) -> bool:
        """Let the author take a waiting or returned suggestion back; tell whether it was one."""

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
        """Decide waiting suggestions and make the edits that follow: one transaction, or none.

        Args:
            decision: Which, and how.
            edits: What approving them comes to; none for other decisions.
            actor: Who decides.
            sources: As of `Store.write`.
            key: Under which a retry gets the same answer.
            asked: What tells the request from others under its key.

        Returns:
            The write; its `transaction_id` names the decision, and undoes it.

        Raises:
            SuggestionsDecided: Some wait no longer; nothing was changed.
            RevisionConflict: A record has changed; nothing was changed.
        """

    def decided_in(self, transaction_id: str) -> Sequence[Suggestion]:
        """Return the suggestions whose last step was part of a write."""

    def decided_counts(self, transaction_ids: Sequence[str]) -> Mapping[str, int]:
        """Return of how many suggestions each write took the last step; none of those of none."""

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

    def authors(self, layer: str, feature_id: str) -> Mapping[str, str]:
        """Return who suggested what each write did to a record: `transaction_id` → a name."""

    def admit(self, address: str, limits: Limits) -> timedelta | None:
        """Note that an address suggests something; return how long to wait where it is too much."""

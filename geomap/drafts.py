"""Drafts: what someone has typed into a form and not saved yet, kept for their account alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

UNTOUCHED = timedelta(days=30)
"""A draft that was not touched for so long is gone."""
MOST_BYTES = 256 * 1024
"""Of what was typed, in UTF-8, with the names of its inputs."""
MOST_OF_ACCOUNT = 50

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it stands, with what it was begun on."""

    layer: str
    record: str
    """Id of the record; a draft of a new one has an id of its own."""
    base: int
    """The revision that the form was made from; 0 for a new record."""
    inputs: Pairs
    """Name and value of each input, as they were posted."""
    began_at: str = ""
    saved_at: str = ""


def bytes_of(inputs: Pairs) -> int:
    """Return how long the inputs of a form are, as `MOST_BYTES` counts them."""
    return sum(len(part.encode("utf-8", "surrogatepass")) for pair in inputs for part in pair)


class Drafts(Protocol):
    """Where drafts are kept: beside the accounts, in the same store. Times are UTC."""

    def save(self, account_id: str, draft: Draft) -> Draft:
        """Keep a draft instead of the one before; return it with its times.

        Raises:
            DraftTooLarge: More was typed than is kept.
            DraftsFull: The account has as many others as are kept; none of them was touched.
        """

    def of(self, account_id: str, layer: str, record: str) -> Draft | None:
        """Return the draft of a record, or of a new one."""

    def all(self, account_id: str) -> Sequence[Draft]:
        """Return all drafts of an account, the last one first."""

    def discard(self, account_id: str, layer: str, record: str) -> bool:
        """Forget a draft; tell whether there was one."""

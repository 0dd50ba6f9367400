"""Drafts in SQLite, beside the accounts and under the same lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw
import orjson

from geomap.drafts import MOST_BYTES, MOST_OF_ACCOUNT, UNTOUCHED, Draft, bytes_of
from geomap.errors import DraftsFull, DraftTooLarge
from layers.store.connections import Pool
from layers.store.records import SQL


@dataclass(frozen=True, slots=True)
class SqliteDrafts:
    """See `geomap.drafts.Drafts`."""

    readers: Pool
    transaction: Callable[[], AbstractContextManager[apsw.Connection]]
    now: Callable[[], datetime]

    def save(self, account_id: str, draft: Draft) -> Draft:
        """Keep a draft instead of the one before; return it with its times."""
        if bytes_of(draft.inputs) > MOST_BYTES:
            raise DraftTooLarge(MOST_BYTES)
        row = {
            **_key(account_id, draft.layer, draft.record),
            "base": draft.base,
            "inputs": _text(draft.inputs),
            "now": self.now().isoformat(),
        }
        with self.transaction() as connection:
            connection.execute(SQL["forget_old_drafts"], self._since())
            [(others,)] = connection.execute(SQL["other_drafts"], row)
            if others >= MOST_OF_ACCOUNT:
                raise DraftsFull(MOST_OF_ACCOUNT)
            [kept] = connection.execute(SQL["save_draft"], row)
        return _draft(kept)

    def of(self, account_id: str, layer: str, record: str) -> Draft | None:
        """Return the draft of a record, or of a new one."""
        rows = self._rows("draft", {**_key(account_id, layer, record), **self._since()})
        return _draft(rows[0]) if rows else None

    def all(self, account_id: str) -> Sequence[Draft]:
        """Return all drafts of an account, the last one first."""
        asked = {"account_id": account_id, **self._since()}
        return [_draft(row) for row in self._rows("drafts_of", asked)]

    def discard(self, account_id: str, layer: str, record: str) -> bool:
        """Forget a draft; tell whether there was one."""
        asked = _key(account_id, layer, record)
        # Most forms are saved without ever having been a draft: that takes no lock.
        if not self._rows("draft", {**asked, "since": ""}):
            return False
        with self.transaction() as connection:
            return bool(connection.execute(SQL["forget_draft"], asked).fetchall())

    def _since(self) -> Mapping[str, str]:
        return {"since": (self.now() - UNTOUCHED).isoformat()}

    def _rows(self, statement: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with self.readers.lent() as connection:
            return connection.execute(SQL[statement], asked).fetchall()


def _key(account_id: str, layer: str, record: str) -> dict[str, Any]:
    return {"account_id": account_id, "layer": layer, "record": record}


def _text(inputs: Sequence[tuple[str, str]]) -> str:
    """Return the inputs as JSON; of half a character, which no browser sends, a sign is left."""
    clean = [[part.encode("utf-8", "replace").decode() for part in pair] for pair in inputs]
    return orjson.dumps(clean).decode()


def _draft(row: Sequence[Any]) -> Draft:
    layer, record, base, inputs, began_at, saved_at = row
    pairs = [(name, value) for name, value in orjson.loads(inputs)]
    return Draft(layer, record, base, pairs, began_at, saved_at)

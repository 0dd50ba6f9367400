"""Accounts in SQLite, beside the records and under the same lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import apsw
import orjson
import shapely

from geomap.access import Action, Role, Scope, folded
from geomap.accounts import (
    IDLE,
    INVITED,
    LONGEST,
    MOST_OF_ACCOUNT,
    MOST_OF_ACCOUNT_AND_ADDRESS,
    MOST_OF_ADDRESS,
    WINDOW,
    Account,
    Token,
    scope_object,
)
from geomap.errors import NameTaken
from layers.store.connections import Pool
from layers.store.records import SQL

TOUCHED = timedelta(minutes=5)
"""How exactly it is known when a session was used last: each note of it is a write."""


@dataclass(frozen=True, slots=True)
class SqliteAccounts:
    """See `geomap.accounts.Accounts`."""

    readers: Pool
    transaction: Callable[[], AbstractContextManager[apsw.Connection]]
    now: Callable[[], datetime]

    def named(self, name: str) -> Account | None:
        """Return the account of a name, however it is written."""
        return self._one("account_by_key", {"key": folded(name)})

    def by_subject(self, subject: str) -> Account | None:
        """Return the account that another house vouches for."""
        return self._one("account_by_subject", {"subject": subject})

    def all(self) -> Sequence[Account]:
        """Return all accounts by name."""
        return [_account(row) for row in self._rows("accounts", {})]

    def save(self, account: Account, *, sign_out: bool = True) -> None:
        """Make an account, or change it; whoever has it open is signed out, and uninvited."""
        row = {**_row(account), "created_at": account.created_at or self.now().isoformat()}
        with self.transaction() as connection:
            try:
                connection.execute(SQL["save_account"], row)
            except apsw.ConstraintError as problem:
                raise NameTaken(account.name) from problem
            if sign_out:
                connection.execute(SQL["close_sessions"], {"account_id": account.id})
                connection.execute(SQL["forget_invitations"], {"account_id": account.id})

    def admit(self, name: str, address: str) -> timedelta | None:
        """Note an attempt to sign in; return how long to wait where no more are heard."""
        now = self.now()
        asked = {"key": folded(name), "address": address, "now": now.isoformat()}
        since = {"since": (now - WINDOW).isoformat()}
        with self.transaction() as connection:
            connection.execute(SQL["forget_old_attempts"], since)
            [counts] = connection.execute(SQL["attempts"], {**asked, **since})
            limits = (MOST_OF_ACCOUNT_AND_ADDRESS, MOST_OF_ADDRESS, MOST_OF_ACCOUNT)
            if any(count >= limit for count, limit in zip(counts, limits, strict=True)):
                return WINDOW
            connection.execute(SQL["add_attempt"], asked)
        return None

    def succeed(self, name: str, address: str) -> None:
        """Forget the attempts before this one."""
        with self.transaction() as connection:
            connection.execute(SQL["forget_attempts"], {"key": folded(name), "address": address})

    def open_session(self, account_id: str, secret: str) -> None:
        """Begin a session that is known by a secret."""
        now = self.now()
        asked = {"digest": digest(secret), "account_id": account_id, "now": now.isoformat()}
        with self.transaction() as connection:
            connection.execute(SQL["forget_sessions"], self._limits(now))
            connection.execute(SQL["open_session"], asked)

    def of_session(self, secret: str) -> Account | None:
        """Return whose session is known by a secret, as long as it lasts; note that it is used."""
        now, key = self.now(), {"digest": digest(secret)}
        rows = self._rows("account_by_session", {**key, **self._limits(now)})
        if not rows:
            return None
        if now - datetime.fromisoformat(rows[0][-1]) > TOUCHED:
            with self.transaction() as connection:
                connection.execute(SQL["touch_session"], {**key, "now": now.isoformat()})
        return _account(rows[0])

    def close_session(self, secret: str) -> None:
        """End a session."""
        with self.transaction() as connection:
            connection.execute(SQL["close_session"], {"digest": digest(secret)})

    def add_token(self, account_id: str, token: Token, secret: str) -> None:
        """Keep a token that is known by a secret."""
        row = {
            "id": token.id,
            "digest": digest(secret),
            "account_id": account_id,
            "title": token.title,
            "actions": _json(sorted(token.actions)),
            "municipalities": _json(sorted(token.municipalities)),
            "created_at": token.created_at,
            "ends_at": token.ends_at,
        }
        with self.transaction() as connection:
            connection.execute(SQL["add_token"], row)

    def of_token(self, secret: str) -> tuple[Account, Token] | None:
        """Return whose token is known by a secret, as long as it holds."""
        asked = {"digest": digest(secret), "now": self.now().isoformat()}
        rows = self._rows("account_by_token", asked)
        if not rows:
            return None
        token_id, actions, municipalities = rows[0][-3:]
        return _account(rows[0]), _token((token_id, "", actions, municipalities, "", ""))

    def tokens(self, account_id: str) -> Sequence[Token]:
        """Return the tokens of an account."""
        return [_token(row) for row in self._rows("tokens_of", {"account_id": account_id})]

    def revoke_token(self, account_id: str, token_id: str) -> bool:
        """End a token; tell whether there was one."""
        asked = {"id": token_id, "account_id": account_id}
        with self.transaction() as connection:
            return bool(connection.execute(SQL["revoke_token"], asked).fetchall())

    def invite(self, account_id: str, secret: str) -> None:
        """Let whoever knows a secret choose the password of an account, once."""
        ends_at = (self.now() + INVITED).isoformat()
        asked = {"digest": digest(secret), "account_id": account_id, "ends_at": ends_at}
        with self.transaction() as connection:
            connection.execute(SQL["forget_invitations"], {"account_id": account_id})
            connection.execute(SQL["add_invitation"], asked)

    def of_invitation(self, secret: str) -> Account | None:
        """Return whose password may be chosen with a secret."""
        asked = {"digest": digest(secret), "now": self.now().isoformat()}
        return self._one("account_by_invitation", asked)

    def _limits(self, now: datetime) -> Mapping[str, str]:
        return {
            "idle_since": (now - IDLE).isoformat(),
            "opened_since": (now - LONGEST).isoformat(),
        }

    def _one(self, statement: str, asked: Mapping[str, Any]) -> Account | None:
        rows = self._rows(statement, asked)
        return _account(rows[0]) if rows else None

    def _rows(self, statement: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with self.readers.lent() as connection:
            return connection.execute(SQL[statement], asked).fetchall()


def digest(secret: str) -> bytes:
    """Return what is kept of a secret, which is random and long: no salt would add to it."""
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def _account(row: Sequence[Any]) -> Account:
    account_id, name, role, password, subject, scope, area, disabled, created_at = row[:9]
    limits = orjson.loads(scope)
    return Account(
        account_id,
        name,
        Role(role),
        Scope(
            frozenset(limits["municipalities"]),
            frozenset(limits["regions"]),
            None if area is None else shapely.from_wkb(area),
        ),
        password,
        subject,
        bool(disabled),
        created_at,
    )


def _row(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "key": folded(account.name),
        "name": account.name,
        "role": account.role.value,
        "password": account.password,
        "subject": account.subject,
        "scope": _json(scope_object(account.scope)),
        "area": None if account.scope.area is None else shapely.to_wkb(account.scope.area),
        "disabled": int(account.disabled),
    }


def _token(row: Sequence[Any]) -> Token:
    token_id, title, actions, municipalities, created_at, ends_at = row
    return Token(
        token_id,
        title,
        frozenset(map(Action, orjson.loads(actions))),
        frozenset(orjson.loads(municipalities)),
        created_at,
        ends_at,
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()

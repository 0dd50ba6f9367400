"""Accounts, and what they are known by: passwords, sessions, tokens, invitations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from geomap.access import Action, Role, Scope

IDLE = timedelta(hours=8)
"""A session that nothing has been asked in for so long is over."""
LONGEST = timedelta(days=7)
"""Of a session, however busy."""
INVITED = timedelta(days=3)
"""How long an invitation holds."""
TOKEN_DAYS = 365
"""How long a token holds at most."""
WINDOW = timedelta(minutes=15)
"""For which attempts to sign in are counted."""
MOST_OF_ACCOUNT_AND_ADDRESS = 10
MOST_OF_ADDRESS = 100
MOST_OF_ACCOUNT = 100
"""Attempts that fail, within `WINDOW`, before no more are heard."""
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who can sign in."""

    id: str
    name: str
    role: Role
    scope: Scope = field(default_factory=Scope)
    """Its area is what was drawn for the account; outlines of regions are looked up."""
    password: str | None = None
    """Argon2id, with its salt and its costs."""
    subject: str | None = None
    """How another house calls the person: its address, a space, the person's id there."""
    disabled: bool = False
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without what it is known by."""

    id: str
    title: str
    actions: frozenset[Action]
    municipalities: frozenset[str]
    """Empty: wherever the account may."""
    created_at: str
    ends_at: str


class Accounts(Protocol):
    """Where accounts are kept: beside the records, in the same store. Times are UTC."""

    def named(self, name: str) -> Account | None:
        """Return the account of a name, however it is written."""

    def by_subject(self, subject: str) -> Account | None:
        """Return the account that another house vouches for."""

    def all(self) -> Sequence[Account]:
        """Return all accounts by name."""

    def save(self, account: Account, *, sign_out: bool = True) -> None:
        """Make an account, or change it; whoever has it open is signed out, and uninvited.

        Raises:
            NameTaken: Another account has this name.
        """

    def admit(self, name: str, address: str) -> timedelta | None:
        """Note an attempt to sign in; return how long to wait where no more are heard."""

    def succeed(self, name: str, address: str) -> None:
        """Forget the attempts before this one."""

    def open_session(self, account_id: str, secret: str) -> None:
        """Begin a session that is known by a secret."""

    def of_session(self, secret: str) -> Account | None:
        """Return whose session is known by a secret, as long as it lasts; note that it is used."""

    def close_session(self, secret: str) -> None:
        """End a session."""

    def add_token(self, account_id: str, token: Token, secret: str) -> None:
        """Keep a token that is known by a secret."""

    def of_token(self, secret: str) -> tuple[Account, Token] | None:
        """Return whose token is known by a secret, as long as it holds."""

    def tokens(self, account_id: str) -> Sequence[Token]:
        """Return the tokens of an account."""

    def revoke_token(self, account_id: str, token_id: str) -> bool:
        """End a token; tell whether there was one."""

    def invite(self, account_id: str, secret: str) -> None:
        """Let whoever knows a secret choose the password of an account, once."""

    def of_invitation(self, secret: str) -> Account | None:
        """Return whose password may be chosen with a secret."""


def scope_object(scope: Scope) -> Mapping[str, Sequence[str]]:
    """Return a scope, without its area, as JSON has it."""
    return {"municipalities": sorted(scope.municipalities), "regions": sorted(scope.regions)}

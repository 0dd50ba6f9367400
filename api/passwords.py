"""Passwords: Argon2id, and as much work for a wrong name as for a right one."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from geomap.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from geomap.errors import PasswordTooShort

_HASHES = PasswordHash((Argon2Hasher(),))


def hashed(password: str) -> str:
    """Return what is kept of a password.

    Raises:
        PasswordTooShort: It has too few characters, or too many to be a password.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordTooShort(
            f"A password has {SHORTEST_PASSWORD} characters or more; a few words will do."
        )
    return _HASHES.hash(_plain(password))


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the kept one; takes as long where none is kept."""
    if len(password) > LONGEST_PASSWORD:
        return False
    right = _HASHES.verify(_plain(password), kept or _nobodys())
    return right and kept is not None


def _plain(password: str) -> str:
    # Keyboards differ in how they write an é.
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _HASHES.hash(secrets.token_urlsafe(32))

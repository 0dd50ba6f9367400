"""What is told to people when something of theirs was decided: on the page, by feed, by mail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from geomap.i18n import LANGUAGES, translate
from geomap.i18n import marked as _

KEPT = timedelta(days=365)
"""How long a notice is kept."""
WAITS = timedelta(days=7)
"""How long mail that nobody sends is kept."""
LEASE = timedelta(minutes=10)
"""For how long mail belongs to whoever has taken it to be sent."""
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))
"""Before each further attempt to send mail; after the last it is given up."""
LONGEST_ADDRESS = 254
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"[A-Za-z0-9-]{2,63}"
)


class NoticeKind(StrEnum):
    """What has happened."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    REOPENED = "reopened"
    """A decision was taken back."""


SENTENCES: Mapping[NoticeKind, tuple[str, str]] = {
    NoticeKind.APPROVED: (
        _("Your suggestion was approved."),
        _("Suggestions of yours that were approved: {n}."),
    ),
    NoticeKind.RETURNED: (
        _("Your suggestion came back to you with a message."),
        _("Suggestions of yours that came back to you with a message: {n}."),
    ),
    NoticeKind.REJECTED: (
        _("Your suggestion was rejected."),
        _("Suggestions of yours that were rejected: {n}."),
    ),
    NoticeKind.REOPENED: (
        _("A decision on your suggestion was taken back; it waits again."),
        _("Suggestions of yours on which a decision was taken back; they wait again: {n}."),
    ),
}
"""Kind → what is said of one, and of several."""


@dataclass(frozen=True, slots=True)
class News:
    """What someone shall be told: the owner of an account, or whoever left an address for mail."""

    kind: NoticeKind
    account_id: str = ""
    address: str = ""
    """Where mail goes, for whoever has no account."""
    lang: str = "en"
    """Of mail to an address; empty: not known, so that it is written in all of them."""
    count: int = 1
    """Of how many suggestions this is the news."""
    name: str = ""
    """What the one suggestion is about: told on the page alone, for it may be hidden."""
    message: str = ""
    """From whoever decided."""
    who: str = ""
    """Who decided."""
    path: str = "/"
    """Where to read on, on this site."""


@dataclass(frozen=True, slots=True)
class Notice:
    """News as an account has it."""

    number: int
    """Rises with time."""
    id: str
    news: News
    at: str
    is_read: bool


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where the notices of an account go as mail, and in which language."""

    address: str
    lang: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that is to be sent."""

    number: int
    id: str
    news: News
    """With address and language."""
    at: str
    tries: int
    """Attempts until now, the present one among them."""


class Notices(Protocol):
    """Where notices are kept: beside the records, in the same store. Times are UTC."""

    def add(self, news: Sequence[News]) -> None:
        """Tell people; what belongs to a decision is added in the transaction of that one."""

    def of(self, account_id: str, *, before: int | None = None, most: int) -> Sequence[Notice]:
        """Return the notices of an account, newest first, older than the number `before`."""

    def unread(self, account_id: str) -> int:
        """Return how many notices an account has not read."""

    def mark_read(self, account_id: str, upto: int) -> None:
        """Note that an account has read its notices up to a number."""

    def open_feed(self, account_id: str, secret: str) -> None:
        """Let whoever knows a secret read the notices of an account, and no longer by another."""

    def close_feed(self, account_id: str) -> None:
        """Let nobody read the notices of an account by a secret."""

    def feed_since(self, account_id: str) -> str:
        """Return since when an account has a feed; empty where it has none."""

    def of_feed(self, secret: str) -> str | None:
        """Return the id of the account whose feed is known by a secret."""

    def mailbox(self, account_id: str) -> Mailbox | None:
        """Return where the notices of an account go as mail."""

    def set_mailbox(self, account_id: str, mailbox: Mailbox | None) -> None:
        """Send the notices of an account by mail from now on, or no more."""

    def taken(self, most: int) -> Sequence[Mail]:
        """Take mail that is due: for `LEASE` it is nobody else's."""

    def sent(self, number: int) -> None:
        """Note that mail has been sent, or is given up: nothing of it is kept."""

    def put_off(self, number: int, pause: timedelta) -> None:
        """Let mail be tried again after a while."""


def sentence(lang: str, news: News) -> str:
    """Return what has happened, in one sentence that names no record."""
    one, many = SENTENCES[news.kind]
    return translate(lang, one) if news.count == 1 else translate(lang, many, n=news.count)


def languages(news: News) -> tuple[str, ...]:
    """Return the languages in which mail is written."""
    return (news.lang,) if news.lang else LANGUAGES


def is_mail_address(text: str) -> bool:
    """Tell whether mail can be sent to an address, by its form alone."""
    return len(text) <= LONGEST_ADDRESS and bool(_ADDRESS.fullmatch(text))

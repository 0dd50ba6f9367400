"""Notices in SQLite, beside the records and under the same lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import apsw

from geomap.notices import KEPT, LEASE, WAITS, Mail, Mailbox, News, Notice, NoticeKind
from layers.store.accounts import digest
from layers.store.connections import Pool
from layers.store.records import SQL


@dataclass(frozen=True, slots=True)
class SqliteNotices:
    """See `geomap.notices.Notices`."""

    readers: Pool
    transaction: Callable[[], AbstractContextManager[apsw.Connection]]
    now: Callable[[], datetime]

    def add(self, news: Sequence[News]) -> None:
        """Tell people; what belongs to a decision is added in the transaction of that one."""
        with self.transaction() as connection:
            add_notices(connection, self.now(), news)

    def of(self, account_id: str, *, before: int | None = None, most: int) -> Sequence[Notice]:
        """Return the notices of an account, newest first, older than the number `before`."""
        asked = {"account_id": account_id, "before": before, "most": most}
        return [_notice(row) for row in self._rows("notices_of", asked)]

    def unread(self, account_id: str) -> int:
        """Return how many notices an account has not read."""
        [(count,)] = self._rows("unread_notices", {"account_id": account_id})
        return int(count)

    def mark_read(self, account_id: str, upto: int) -> None:
        """Note that an account has read its notices up to a number."""
        self._do("mark_notices_read", {"account_id": account_id, "upto": upto})

    def open_feed(self, account_id: str, secret: str) -> None:
        """Let whoever knows a secret read the notices of an account, and no longer by another."""
        row = {"account_id": account_id, "digest": digest(secret), "at": self.now().isoformat()}
        self._do("save_feed", row)

    def close_feed(self, account_id: str) -> None:
        """Let nobody read the notices of an account by a secret."""
        self._do("delete_feed", {"account_id": account_id})

    def feed_since(self, account_id: str) -> str:
        """Return since when an account has a feed; empty where it has none."""
        rows = self._rows("feed_of", {"account_id": account_id})
        return str(rows[0][0]) if rows else ""

    def of_feed(self, secret: str) -> str | None:
        """Return the id of the account whose feed is known by a secret."""
        rows = self._rows("account_of_feed", {"digest": digest(secret)})
        return str(rows[0][0]) if rows else None

    def mailbox(self, account_id: str) -> Mailbox | None:
        """Return where the notices of an account go as mail."""
        with self.readers.lent() as connection:
            return _mailbox(connection, account_id)

    def set_mailbox(self, account_id: str, mailbox: Mailbox | None) -> None:
        """Send the notices of an account by mail from now on, or no more."""
        if mailbox is None:
            self._do("delete_mailbox", {"account_id": account_id})
            return
        row = {"account_id": account_id, "address": mailbox.address, "lang": mailbox.lang}
        self._do("save_mailbox", row)

    def taken(self, most: int) -> Sequence[Mail]:
        """Take mail that is due: for `LEASE` it is nobody else's."""
        now = self.now()
        due = {"now": now.isoformat()}
        # Looking costs no write: mostly there is nothing to send.
        if not self._rows("mail_is_due", due):
            return []
        asked = {**due, "until": (now + LEASE).isoformat(), "most": most}
        with self.transaction() as connection:
            return [_mail(row) for row in connection.execute(SQL["take_mail"], asked).fetchall()]

    def sent(self, number: int) -> None:
        """Note that mail has been sent, or is given up: nothing of it is kept."""
        self._do("delete_mail", {"number": number})

    def put_off(self, number: int, pause: timedelta) -> None:
        """Let mail be tried again after a while."""
        self._do("put_off_mail", {"number": number, "due_at": (self.now() + pause).isoformat()})

    def _do(self, statement: str, asked: Mapping[str, Any]) -> None:
        with self.transaction() as connection:
            connection.execute(SQL[statement], asked)

    def _rows(self, statement: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with self.readers.lent() as connection:
            return connection.execute(SQL[statement], asked).fetchall()


def add_notices(connection: apsw.Connection, now: datetime, news: Sequence[News]) -> None:
    """Add notices, and the mail that goes with them, inside an open transaction.

    A decision and what is told of it are thereby one commit. Mail to the owner of an account
    carries no words of the decision: those are read on the page.
    """
    connection.execute(SQL["forget_notices"], {"before": (now - KEPT).isoformat()})
    connection.execute(SQL["forget_mail"], {"before": (now - WAITS).isoformat()})
    for one in news:
        row = {**_row(one), "id": str(uuid4()), "at": now.isoformat()}
        box: Mailbox | None = None
        if one.account_id:
            connection.execute(SQL["add_notice"], {**row, "account_id": one.account_id})
            box, row["message"] = _mailbox(connection, one.account_id), ""
        elif one.address:
            box = Mailbox(one.address, one.lang)
        if box is not None:
            connection.execute(SQL["add_mail"], {**row, "address": box.address, "lang": box.lang})


def _row(news: News) -> dict[str, Any]:
    return {
        "kind": news.kind.value,
        "count": news.count,
        "name": news.name,
        "message": news.message,
        "who": news.who,
        "path": news.path,
    }


def _mailbox(connection: apsw.Connection, account_id: str) -> Mailbox | None:
    row = connection.execute(SQL["mailbox_of"], {"account_id": account_id}).fetchone()
    return None if row is None else Mailbox(*row)


def _notice(row: Sequence[Any]) -> Notice:
    number, notice_id, account_id, kind, count, name, message, who, path, at, read = row
    news = News(
        NoticeKind(kind),
        account_id,
        count=count,
        name=name,
        message=message,
        who=who,
        path=path,
    )
    return Notice(number, notice_id, news, at, bool(read))


def _mail(row: Sequence[Any]) -> Mail:
    number, mail_id, address, lang, kind, count, message, path, at, tries = row
    news = News(
        NoticeKind(kind), address=address, lang=lang, count=count, message=message, path=path
    )
    return Mail(number, mail_id, news, at, tries)

"""Notices: kept for an account, in the transaction of what they tell of; mail that is leased."""

from datetime import UTC, datetime, timedelta

import pytest

from geomap.access import Role
from geomap.accounts import Account
from geomap.notices import (
    KEPT,
    LEASE,
    WAITS,
    Mailbox,
    News,
    NoticeKind,
    is_mail_address,
    sentence,
)
from layers.store.notices import add_notices
from layers.store.sqlite import SqliteStore

APPROVED = News(NoticeKind.APPROVED, "a", name="Old mill", message="Thank you", who="Rita")


class Clock:
    now = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def kept(tmp_path, clock):
    """A store on a clock of the test's own, with two accounts."""
    opened = SqliteStore(tmp_path / "geomap.db", now=lambda: clock.now)
    for one in ("a", "b"):
        opened.accounts.save(Account(one, f"name of {one}", Role.CONTRIBUTOR))
    yield opened
    opened.close()


def test_a_notice_is_there_for_its_account_alone_until_it_is_read(kept):
    kept.notices.add([APPROVED, News(NoticeKind.REJECTED, "b")])
    [notice] = kept.notices.of("a", most=10)
    assert notice.news == APPROVED
    assert not notice.is_read
    assert (kept.notices.unread("a"), kept.notices.unread("b")) == (1, 1)
    kept.notices.mark_read("a", notice.number)
    assert kept.notices.of("a", most=10)[0].is_read
    assert (kept.notices.unread("a"), kept.notices.unread("b")) == (0, 1)


def test_what_came_after_the_page_was_opened_stays_unread(kept):
    kept.notices.add([APPROVED])
    seen = kept.notices.of("a", most=1)[0].number
    kept.notices.add([News(NoticeKind.RETURNED, "a")])
    kept.notices.mark_read("a", seen)
    assert [one.is_read for one in kept.notices.of("a", most=10)] == [False, True]


def test_pages_of_notices_follow_each_other_newest_first(kept):
    kept.notices.add([News(NoticeKind.APPROVED, "a", count=n) for n in range(1, 8)])
    seen, before = [], None
    while page := kept.notices.of("a", before=before, most=3):
        seen += [one.news.count for one in page]
        before = page[-1].number
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_a_notice_goes_with_the_transaction_that_it_tells_of(kept, clock):
    def failing():
        with kept._transaction() as connection:
            add_notices(connection, clock.now, [APPROVED])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert kept.notices.of("a", most=10) == []
    with kept._transaction() as connection:
        add_notices(connection, clock.now, [APPROVED])
    assert kept.notices.unread("a") == 1


def test_old_notices_are_forgotten(kept, clock):
    kept.notices.add([APPROVED])
    clock.now += KEPT + timedelta(seconds=1)
    kept.notices.add([News(NoticeKind.REJECTED, "b")])
    assert kept.notices.of("a", most=10) == []


def test_a_feed_is_known_by_its_last_secret_alone(kept):
    assert kept.notices.feed_since("a") == ""
    kept.notices.open_feed("a", "first")
    kept.notices.open_feed("a", "second")
    assert kept.notices.of_feed("first") is None
    assert kept.notices.of_feed("second") == "a"
    assert kept.notices.feed_since("a")
    kept.notices.close_feed("a")
    assert kept.notices.of_feed("second") is None


def test_the_feed_of_a_disabled_account_opens_nothing(kept):
    kept.notices.open_feed("a", "secret")
    kept.accounts.save(Account("a", "name of a", Role.CONTRIBUTOR, disabled=True))
    assert kept.notices.of_feed("secret") is None


def test_the_secret_of_a_feed_is_not_kept_as_it_is(kept, tmp_path):
    kept.notices.open_feed("a", "a secret of some length")
    assert not any(b"a secret of" in path.read_bytes() for path in tmp_path.glob("geomap.db*"))


def test_mail_is_written_for_whoever_wants_it_and_names_nothing(kept):
    kept.notices.add([APPROVED])
    assert kept.notices.taken(10) == []
    kept.notices.set_mailbox("a", Mailbox("anna@example.org", "fi"))
    kept.notices.add([APPROVED])
    [mail] = kept.notices.taken(10)
    assert (mail.news.address, mail.news.lang) == ("anna@example.org", "fi")
    assert (mail.news.name, mail.news.message, mail.news.who) == ("", "", "")
    kept.notices.set_mailbox("a", None)
    kept.notices.add([APPROVED])
    assert kept.notices.taken(10) == []


def test_mail_to_whoever_has_no_account_brings_the_words_of_the_decision(kept):
    kept.notices.add(
        [News(NoticeKind.REJECTED, address="r@example.org", lang="ru", name="N", message="why")]
    )
    [mail] = kept.notices.taken(10)
    assert (mail.news.message, mail.news.name, mail.tries) == ("why", "", 1)


def test_mail_that_one_has_taken_nobody_else_takes_until_the_lease_is_over(kept, clock):
    kept.notices.add([News(NoticeKind.REJECTED, address="r@example.org")])
    [mail] = kept.notices.taken(10)
    assert kept.notices.taken(10) == []
    clock.now += LEASE
    [again] = kept.notices.taken(10)
    assert (again.number, again.tries) == (mail.number, 2)
    kept.notices.put_off(mail.number, timedelta(hours=1))
    clock.now += timedelta(minutes=59)
    assert kept.notices.taken(10) == []
    clock.now += timedelta(minutes=1)
    assert len(kept.notices.taken(10)) == 1
    kept.notices.sent(mail.number)
    clock.now += LEASE
    assert kept.notices.taken(10) == []


def test_mail_that_nobody_sends_is_forgotten(kept, clock):
    kept.notices.add([News(NoticeKind.REJECTED, address="r@example.org")])
    clock.now += WAITS + timedelta(seconds=1)
    kept.notices.add([APPROVED])
    assert kept.notices.taken(10) == []


def test_nothing_public_can_name_what_people_are_told(kept):
    with kept.public() as reader:
        for table in ("notice", "feed", "mailbox", "outbox"):
            with pytest.raises(Exception, match=r"prohibited|not authorized"):
                reader._connection.execute(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize("kind", NoticeKind)
def test_each_kind_is_said_of_one_and_of_many_in_each_language(kind):
    said = {
        sentence(lang, News(kind, count=count)) for lang in ("en", "ru", "fi") for count in (1, 7)
    }
    assert len(said) == 6
    assert sum("7" in one for one in said) == 3


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("anna@example.org", True), ("a.b+c@mail.example.co.uk", True), ("anna", False),
     ("anna@localhost", False), ("a@b.org\nBcc: x@y.org", False), ("a b@example.org", False),
     ("<a@example.org>", False), ("a@example.org,b@example.org", False), ("", False),
     ("a@-x.org", False), ("x" * 300 + "@example.org", False)],
)  # fmt: skip
def test_an_address_has_the_form_of_one(text, is_one):
    assert is_mail_address(text) is is_one

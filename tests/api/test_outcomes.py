"""What authors are told of a decision: in its transaction, once an author, and by whom."""

from email import message_from_bytes, policy
from uuid import UUID

import pytest

from api.postman import message_of
from geomap.access import Role
from geomap.accounts import Account
from geomap.errors import SuggestionsDecided
from geomap.notices import Mailbox, NoticeKind
from geomap.settings import Settings
from geomap.suggestions import Decision, Kind, Status, Suggestion


def key(number):
    return str(UUID(int=number))


@pytest.fixture
def suggestions(store):
    """Two of Anna's, one of Boris's, one of a resident who left an address, one of nobody."""
    store.accounts.save(Account("a", "Anna", Role.CONTRIBUTOR))
    store.accounts.save(Account("b", "Boris", Role.REVIEWER))
    authors = ({"author": "a"}, {"author": "a"}, {"author": "b"}, {"email": "r@example.org"}, {})
    for number, author in enumerate(authors, start=1):
        store.suggestions.add(
            Suggestion(key(number), "sites", key(900 + number), Kind.CHANGE, f"Site {number}",
                       **author)
        )  # fmt: skip
    return store.suggestions


def decide(suggestions, *numbers, status=Status.REJECTED, reason="No source", actor="Boris"):
    return suggestions.decide(Decision([key(n) for n in numbers], status, reason), [], actor=actor)


def told(store, account):
    return [one.news for one in store.notices.of(account, most=10)]


def test_each_author_is_told_once_of_all_that_was_decided_together(store, suggestions):
    decide(suggestions, 1, 2, 3, 4, 5)
    [news] = told(store, "a")
    assert (news.kind, news.count, news.name) == (NoticeKind.REJECTED, 2, "")
    assert (news.message, news.who) == ("No source", "Boris")
    assert news.path == "/account/suggestions"
    [mail] = store.notices.taken(10)
    assert (mail.news.address, mail.news.count) == ("r@example.org", 1)


def test_of_one_suggestion_the_name_is_told_on_the_page(store, suggestions):
    decide(suggestions, 1, status=Status.RETURNED, reason="Which year?")
    [news] = told(store, "a")
    assert (news.kind, news.name) == (NoticeKind.RETURNED, "Site 1")
    assert news.path == f"/suggestions/{key(1)}"


def test_nobody_is_told_of_what_they_decided_themselves(store, suggestions):
    decide(suggestions, 3)
    assert told(store, "b") == []


def test_a_decision_that_fails_is_told_to_nobody(store, suggestions):
    decide(suggestions, 1)
    with pytest.raises(SuggestionsDecided):
        decide(suggestions, 1, 2)
    assert [one.count for one in told(store, "a")] == [1]


def test_that_a_decision_was_taken_back_is_told_too(store, suggestions):
    done = decide(suggestions, 1, 2, 4)
    store.suggestions.undo(done.transaction_id, [], actor="Rita")
    news = told(store, "a")[0]
    assert (news.kind, news.count, news.who, news.message) == (NoticeKind.REOPENED, 2, "Rita", "")
    assert len(store.notices.taken(10)) == 2


def test_a_resident_whose_language_is_not_known_gets_mail_in_all_of_them(store, suggestions):
    store.notices.set_mailbox("a", Mailbox("anna@example.org", "fi"))
    decide(suggestions, 1, 4, reason="Нет источника")
    texts = {}
    for mail in store.notices.taken(10):
        sent = message_of(mail, Settings(smtp_from="map@example.org"))
        read = message_from_bytes(sent.as_bytes(), policy=policy.default)
        texts[read["To"]] = read["Subject"] + read.get_content()
    sentences = (
        "Your suggestion was rejected.",
        "Ваше предложение отклонено.",
        "Ehdotuksesi hylättiin.",
    )
    assert all(one in texts["r@example.org"] for one in sentences)
    assert "Нет источника" in texts["r@example.org"]
    assert sentences[2] in texts["anna@example.org"]
    for unsaid in (sentences[0], "Нет источника", "Site 1"):
        assert unsaid not in texts["anna@example.org"]


def test_a_thousand_are_told_in_as_many_notices_as_there_are_authors(store, suggestions):
    for number in range(10, 1005):
        store.suggestions.add(
            Suggestion(key(number), "sites", key(5000 + number), Kind.CHANGE, "x", author="a")
        )
    decide(suggestions, 1, *range(10, 1005))
    assert [one.count for one in told(store, "a")] == [996]

"""Whom to tell what became of suggestions: one notice an author, however many were decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from geomap.notices import News, NoticeKind
from geomap.suggestions import Status, Suggestion

KINDS: Mapping[Status, NoticeKind] = {
    Status.APPROVED: NoticeKind.APPROVED,
    Status.RETURNED: NoticeKind.RETURNED,
    Status.REJECTED: NoticeKind.REJECTED,
    Status.WAITING: NoticeKind.REOPENED,
}
"""Where a step has put a suggestion → what its author is told."""
PATH = "/account/suggestions"


def news_of(suggestions: Iterable[Suggestion]) -> list[News]:
    """Return what authors shall be told of the last step of these suggestions.

    Nobody is told of what they did themselves; of whoever left no address nobody knows.
    """
    by_author: dict[tuple[str, str, Status], list[Suggestion]] = {}
    for one in suggestions:
        is_own = bool(one.author) and one.author_name == one.decided_by
        if one.status in KINDS and (one.author or one.email) and not is_own:
            key = (one.author or "", "" if one.author else one.email, one.status)
            by_author.setdefault(key, []).append(one)
    return [_news(key, found) for key, found in by_author.items()]


def _news(key: tuple[str, str, Status], found: list[Suggestion]) -> News:
    account_id, address, status = key
    first = found[0]
    return News(
        KINDS[status],
        account_id,
        address,
        lang="",
        count=len(found),
        name=first.title if len(found) == 1 else "",
        message="" if status is Status.WAITING else first.reason,
        who=first.decided_by,
        path=_path(found) if account_id else "/",
    )


def _path(found: list[Suggestion]) -> str:
    """Return where an author reads on: at the one suggestion, or at all of their own."""
    return f"/suggestions/{found[0].id}" if len(found) == 1 else PATH

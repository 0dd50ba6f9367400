"""What whoever has signed in was told: on a page, and by a feed at an address of their own."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.accounts import FORM, Form
from api.auth import CurrentActor
from api.depends import Language, Reads
from api.feeds import ATOM, MOST, feed_text
from api.links import JSON, link, url
from api.negotiate import AS_JSON, is_held
from api.parameters import AFTER, FORMAT, LANG
from api.records import PRIVATE, private_answer
from api.router import Router, Writes
from api.service import CurrentService
from geomap.access import Action
from geomap.errors import NotAllowed, ParameterInvalid
from geomap.notices import Notice, sentence

NOTICES = "/account/notices"
FEED = "/feeds/{secret}.atom"
PAGE = 50
SECRET_BYTES = 32
MOST_SECRET = 200

router = Router("Notices")
_DONE = {"303": "Done; go on there.", "401": "Sign in.", "403": "Foreign."}


async def account_of(actor: CurrentActor) -> str:
    """Return the id of the account of whoever asks.

    Raises:
        NotAllowed: There is none: the token of the settings asks.
    """
    if not actor.account:
        raise NotAllowed("This token belongs to no account.")
    return actor.account


CurrentAccount = Annotated[str, Depends(account_of)]
"""Id of the account of whoever asks."""


@router.get(
    NOTICES, "getNotices", Reads(FORMAT, AFTER), AS_JSON, "notices", action=Action.OWN_ACCOUNT
)
def notices(
    request: Request, service: CurrentService, account: CurrentAccount, lang: Language
) -> Response:
    """What the account was told, newest first, a page at a time."""
    before = _number("after", request.state.wishes.get(AFTER))
    found = service.store.notices.of(account, before=before, most=PAGE + 1)
    shown, more = found[:PAGE], len(found) > PAGE
    links = [link(url(request, NOTICES), "self", JSON)]
    if more:
        links.append(link(url(request, NOTICES, {"after": str(shown[-1].number)}), "next", JSON))
    body = {
        "unread": service.store.notices.unread(account),
        "newest": shown[0].number if shown else 0,
        "notices": [_told(one, lang) for one in shown],
        "links": links,
    }
    return private_answer(request, "notices", body)


@router.write(
    "POST",
    NOTICES,
    "readNotices",
    Writes(Action.OWN_ACCOUNT, {**_DONE, "400": "`upto` is no number."}, (FORM,), "form"),
    Reads(LANG),
)
def read(
    request: Request, service: CurrentService, account: CurrentAccount, form: Form, lang: Language
) -> Response:
    """Note that the notices up to one, by its number, have been read."""
    service.store.notices.mark_read(account, _number("upto", form.get("upto", "")) or 0)
    return onwards(f"{NOTICES}?f=html&lang={lang}")


@router.write(
    "POST",
    "/account/feed",
    "openFeed",
    Writes(
        Action.OWN_ACCOUNT,
        {**_DONE, "200": "The secret address, which is not shown again."},
        (FORM,),
        "form",
    ),
    Reads(LANG),
)
def open_feed(
    request: Request, service: CurrentService, account: CurrentAccount, form: Form, lang: Language
) -> Response:
    """Make the address of one's own feed, or another one, or end it with `end`."""
    if form.get("end"):
        service.store.notices.close_feed(account)
        return onwards(f"/account?f=html&lang={lang}")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    service.store.notices.open_feed(account, secret)
    request.state.format = "html"
    body = {"address": url(request, FEED.format(secret=secret), {"lang": lang}), "links": []}
    return private_answer(request, "feedAddress", body)


@router.write(
    "POST",
    "/account/mail",
    "endMail",
    Writes(Action.OWN_ACCOUNT, _DONE, (FORM,), "form"),
    Reads(LANG),
)
def end_mail(service: CurrentService, account: CurrentAccount, lang: Language) -> Response:
    """Have no notices sent by mail any more."""
    service.store.notices.set_mailbox(account, None)
    return onwards(f"/account?f=html&lang={lang}")


@router.get(FEED, "getFeed", Reads(LANG), {"atom": ATOM})
def feed(request: Request, service: CurrentService, secret: str, lang: Language) -> Response:
    """What an account was told, as an Atom feed, for whoever knows its address."""
    account_id = service.store.notices.of_feed(secret[:MOST_SECRET])
    if account_id is None:
        raise HTTPException(404)
    found = service.store.notices.of(account_id, most=MOST)
    text = feed_text(request, found, lang, secret=secret, account_id=account_id)
    tag = hashlib.blake2b(text, digest_size=12).hexdigest()
    headers = {**PRIVATE, "ETag": f'"{tag}"', "Referrer-Policy": "no-referrer"}
    if is_held(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=ATOM, headers=headers)


def onwards(path: str) -> Response:
    """Return the way to the page that shows what was done."""
    return Response(status_code=303, headers={"Location": path, **PRIVATE})


def _number(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ParameterInvalid(name, text, "the number of a notice is expected.")
    return int(text)


def _told(notice: Notice, lang: str) -> dict[str, Any]:
    news = notice.news
    return {
        "number": notice.number,
        "kind": news.kind.value,
        "text": sentence(lang, news),
        "count": news.count,
        "name": news.name,
        "message": news.message,
        "who": news.who,
        "path": news.path,
        "at": notice.at,
        "read": notice.is_read,
    }

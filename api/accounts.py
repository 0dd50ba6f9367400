"""Signing in and out, and choosing a password."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlsplit

import orjson
from fastapi import Depends, Request
from starlette.responses import Response

from api.auth import (
    COOKIE,
    SECURE_COOKIE,
    CurrentActor,
    is_secure,
    session_secret,
)
from api.depends import Reads
from api.drafting import carried
from api.links import HTML
from api.parameters import LANG
from api.parameters_editing import ONWARDS
from api.passwords import hashed, is_right
from api.records import PRIVATE, page_of
from api.router import Router, Writes
from api.service import CurrentService, Service
from geomap.access import Action, may_somewhere
from geomap.accounts import LONGEST, Account
from geomap.errors import BodyUnreadable, DraftsFull, DraftTooLarge, PasswordTooShort
from layers.catalog import LAYERS

FORM = "application/x-www-form-urlencoded"
AS_HTML = {"html": HTML}
MOST_FIELDS = 10
SECRET_BYTES = 32
IN_PATHS = "%/:=&?~#+!$,;'@()*[]"
"""What stands in an address as it is; headers hold nothing beyond ASCII."""

router = Router("Accounts")
_ANSWERS = {"303": "Done; go on there.", "400": "The form cannot be read.", "403": "Foreign."}


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        BodyUnreadable: It is no form of a few fields in UTF-8.
    """
    try:
        text = (await request.body()).decode("ascii")
        fields = parse_qsl(
            text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError as problem:
        raise BodyUnreadable("The body must be a form of a few fields.") from problem
    return dict(fields)


Form = Annotated[dict[str, str], Depends(form_of)]


@router.get("/login", "getLogin", Reads(LANG, ONWARDS), AS_HTML, "signIn")
def sign_in_form(request: Request, actor: CurrentActor) -> Response:
    """The form to sign in with."""
    told = {"name": actor.name, "next": own_path(request.query_params.get("next", "/"))}
    adds = [layer for layer in LAYERS if may_somewhere(actor, Action.CREATE, layer)]
    return _form(request, 200, signed_in=actor.by_browser, adds=adds, **told)


@router.write(
    "POST", "/login", "login", Writes(Action.SIGN_IN, _ANSWERS, (FORM,), "form"), Reads(LANG)
)
def sign_in(request: Request, service: CurrentService, form: Form) -> Response:
    """Sign in with a name and a password."""
    name, onwards = form.get("name", ""), own_path(form.get("next", "/"))
    typed = form.get("typed", "")
    again = {"name": name, "next": onwards, "typed": typed}
    address = request.client.host if request.client else ""
    accounts = service.store.accounts
    wait = accounts.admit(name[:200], address)
    if wait is not None:
        answer = _form(request, 429, fault="often", **again)
        answer.headers["Retry-After"] = str(int(wait.total_seconds()))
        return answer
    found = accounts.named(name[:200])
    right = is_right(form.get("password", ""), found.password if found else None)
    if found is None or not right or found.disabled:
        return _form(request, 401, fault="wrong", **again)
    if typed:
        try:
            onwards = carried(service.store, found.id, onwards, typed)
        except (DraftsFull, DraftTooLarge):
            return _form(request, 409, fault="full", **again)
    accounts.succeed(name[:200], address)
    return begun(request, service, found, onwards)


@router.write("POST", "/logout", "logout", Writes(Action.SIGN_IN, _ANSWERS))
def sign_out(request: Request, service: CurrentService) -> Response:
    """Sign out; the session is over on every worker."""
    if secret := session_secret(request):
        service.store.accounts.close_session(secret)
    answer = _onwards("/")
    answer.delete_cookie(_cookie(request), secure=is_secure(request), httponly=True, samesite="lax")
    return answer


@router.get("/invitation/{code}", "getInvitation", Reads(LANG), AS_HTML, "password")
def invitation(request: Request, service: CurrentService, code: str) -> Response:
    """The form to choose a password with, for whoever has the link."""
    invited = service.store.accounts.of_invitation(code[:200])
    if invited is None:
        return _form(request, 404, kind="password", fault="over")
    return _form(request, 200, kind="password", name=invited.name)


@router.write(
    "POST",
    "/invitation/{code}",
    "acceptInvitation",
    Writes(Action.SIGN_IN, _ANSWERS, (FORM,), "form"),
    Reads(LANG),
)
def choose_password(request: Request, service: CurrentService, code: str, form: Form) -> Response:
    """Choose the password of an account, once, and be signed in."""
    invited = service.store.accounts.of_invitation(code[:200])
    if invited is None:
        return _form(request, 404, kind="password", fault="over")
    try:
        chosen = replace(invited, password=hashed(form.get("password", "")))
    except PasswordTooShort:
        return _form(request, 400, kind="password", fault="short", name=invited.name)
    service.store.accounts.save(chosen)
    return begun(request, service, chosen, "/")


def begun(request: Request, service: Service, who: Account, onwards: str) -> Response:
    """Return the way onwards with a new session; the one that was there before is over."""
    accounts, secret = service.store.accounts, secrets.token_urlsafe(SECRET_BYTES)
    if old := session_secret(request):
        accounts.close_session(old)
    accounts.open_session(who.id, secret)
    answer = _onwards(onwards)
    answer.set_cookie(
        _cookie(request),
        secret,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer


def own_path(text: str) -> str:
    """Return a path of this site; the front door for whatever would lead elsewhere."""
    parts = urlsplit(text)
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if plain and not parts.scheme and not parts.netloc and "\\" not in text else "/"


def _cookie(request: Request) -> str:
    return SECURE_COOKIE if is_secure(request) else COOKIE


def _onwards(path: str) -> Response:
    return Response(status_code=303, headers={"Location": quote(path, safe=IN_PATHS), **PRIVATE})


def typed_form(request: Request, onwards: str, typed: str) -> Response:
    """Return the form to sign in with that takes along what was typed into another one.

    Without `typed`, which was too long to be taken along, it says how to come back to it.
    """
    return _form(request, 401, fault="" if typed else "long", next=onwards, typed=typed)


def refused_form(request: Request, fault: str, **told: Any) -> Response:
    """Return the form to sign in with after another way of it has failed."""
    return _form(request, 403, fault=fault, **told)


def _form(request: Request, status: int, *, kind: str = "signIn", **told: Any) -> Response:
    settings = request.app.state.settings
    document = {
        "fault": "",
        "name": "",
        "next": "/",
        "typed": "",
        "signed_in": False,
        "adds": [],
        "subject": "",
        "provider": settings.oidc_name if settings.oidc_issuer else "",
        "links": [],
        **told,
    }
    page = page_of(request, kind, orjson.dumps(document))
    page.status_code = status
    # The address may hold a secret. With `no-referrer` browsers would call the origin of the
    # form `null`, and it would be refused as one of another site.
    page.headers["Referrer-Policy"] = "same-origin"
    return page

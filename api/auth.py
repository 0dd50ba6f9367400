"""Who asks: read from the credentials of a request, once, before its route runs."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

import shapely
from anyio import to_thread
from fastapi import Depends, Request

from api.links import base_url
from api.service import Service
from geomap.access import (
    ANY,
    EDITING,
    SCOPED,
    VISITOR,
    Action,
    Actor,
    Role,
    Scope,
    may_somewhere,
)
from geomap.accounts import Account, Token
from geomap.errors import CredentialsWrong, ForeignOrigin, NotAllowed, SignInNeeded
from layers.store.protocol import Store

EDIT_TOKEN = Actor("edit token", Role.ADMINISTRATOR, actions=frozenset({Action.SEE, *EDITING}))
"""Whoever sends the token that was given at start."""
MOST_CREDENTIALS = 4096
COOKIE, SECURE_COOKIE = "geomap_session", "__Host-geomap_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def identified(request: Request) -> Actor:
    """Return who asks, and keep it for the route.

    Raises:
        CredentialsWrong: The token that was sent to say so is not known. A session that is over
            is no error: its browser asks as a visitor again.
    """
    actor = VISITOR
    service: Service = request.app.state.service
    if "authorization" in request.headers:
        actor = await to_thread.run_sync(_by_token, request.headers["authorization"], service)
    elif secret := session_secret(request):
        actor = await to_thread.run_sync(_by_session, secret, service)
    request.state.actor = actor
    return actor


async def actor_of(request: Request) -> Actor:
    """Return who asks, as `identified` has found."""
    actor: Actor = request.state.actor
    return actor


def require(request: Request, actor: Actor, action: Action) -> None:
    """Refuse whoever may do this nowhere on the layer of the path, and forms of other sites.

    Raises:
        SignInNeeded: A visitor might, as someone else.
        NotAllowed: The account or token may not.
        ForeignOrigin: A browser sends it, and not from a page of this site.
    """
    if request.method not in SAFE and (actor.by_browser or action is Action.SIGN_IN):
        require_own_origin(request)
    if may_somewhere(actor, action, request.path_params.get("layer_id", ANY)):
        return
    if not actor.is_known:
        raise SignInNeeded
    raise NotAllowed(f"Your rights do not allow to {action.value} here.")


def require_own_origin(request: Request) -> None:
    """Refuse what a browser does not send from a page of this site.

    Raises:
        ForeignOrigin: It comes from elsewhere, or does not say where from.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site not in {None, "same-origin"} or (site is None and origin is None):
        raise ForeignOrigin
    if origin is not None and urlsplit(origin).netloc != urlsplit(base_url(request)).netloc:
        raise ForeignOrigin


def session_secret(request: Request) -> str:
    """Return what the browser's session is known by; empty without one."""
    secret = request.cookies.get(SECURE_COOKIE if is_secure(request) else COOKIE, "")
    return secret if len(secret) <= MOST_CREDENTIALS else ""


def is_secure(request: Request) -> bool:
    """Tell whether the site is served over https."""
    return base_url(request).startswith("https:")


def actor_for(store: Store, account: Account, token: Token | None = None) -> Actor:
    """Return an account, or what one of its tokens allows, as the one who acts."""
    scope = _scope(store, account) if account.role in SCOPED else account.scope
    actor = Actor(account.name, account.role, scope, account=account.id)
    if token is None:
        return replace(actor, by_browser=True)
    limit = Scope(token.municipalities) if token.municipalities else None
    return replace(actor, actions=token.actions, limit=limit)


def _scope(store: Store, account: Account) -> Scope:
    """Return the scope of an account with the outlines of its regions, as they are now."""
    regions = (store.feature("regions", one) for one in sorted(account.scope.regions))
    outlines = [one.geometry for one in regions if one is not None and one.geometry is not None]
    areas = [*outlines, *([account.scope.area] if account.scope.area is not None else [])]
    return replace(account.scope, area=shapely.union_all(areas) if areas else None)


def _by_token(authorization: str, service: Service) -> Actor:
    token, known = token_in(authorization), service.settings.edit_token
    if token and known and hmac.compare_digest(token.encode(), known.encode()):
        return EDIT_TOKEN
    found = service.store.accounts.of_token(token) if token else None
    if found is None:
        raise CredentialsWrong
    return actor_for(service.store, *found)


def _by_session(secret: str, service: Service) -> Actor:
    account = service.store.accounts.of_session(secret)
    return VISITOR if account is None else actor_for(service.store, account)


def token_in(authorization: str) -> str:
    """Return the token of a Bearer, or of the password of a Basic header; empty without one."""
    scheme, _, rest = authorization.partition(" ")
    if len(rest) > MOST_CREDENTIALS:
        return ""
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            text = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            return ""
        return text.partition(":")[2]
    return ""


CurrentActor = Annotated[Actor, Depends(actor_of)]

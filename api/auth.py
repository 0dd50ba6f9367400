"""Who asks: read from the credentials of a request, once, before its route runs."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request

from api.service import Service
from geomap.access import EDITING, VISITOR, Action, Actor, Role, may_somewhere
from geomap.errors import CredentialsWrong, NotAllowed, SignInNeeded

EDIT_TOKEN = Actor("edit token", Role.ADMINISTRATOR, actions=frozenset({Action.SEE, *EDITING}))
"""Whoever sends the token that was given at start."""
MOST_CREDENTIALS = 4096


async def identified(request: Request) -> Actor:
    """Return who asks, and keep it for the route.

    Raises:
        CredentialsWrong: What was sent to say so is not known.
    """
    actor = VISITOR
    if "authorization" in request.headers:
        service: Service = request.app.state.service
        actor = await to_thread.run_sync(_by_token, request.headers["authorization"], service)
    request.state.actor = actor
    return actor


async def actor_of(request: Request) -> Actor:
    """Return who asks, as `identified` has found."""
    actor: Actor = request.state.actor
    return actor


def require(actor: Actor, action: Action, layer: str) -> None:
    """Refuse whoever may do this nowhere on a layer.

    Raises:
        SignInNeeded: A visitor might, as someone else.
        NotAllowed: The account or token may not.
    """
    if may_somewhere(actor, action, layer):
        return
    if not actor.is_known:
        raise SignInNeeded
    raise NotAllowed(f"Your rights do not allow to {action.value} here.")


def _by_token(authorization: str, service: Service) -> Actor:
    token = token_in(authorization)
    known = service.settings.edit_token
    if token and known and hmac.compare_digest(token.encode(), known.encode()):
        return EDIT_TOKEN
    raise CredentialsWrong


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

"""Signing in where another house vouches for the person: OpenID Connect, code flow with PKCE.

The libraries for it are the extra `oidc`. Only the addresses of the settings, and those that the
provider itself states, are asked; nothing of a request names one.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.accounts import begun, refused_form
from api.auth import is_secure
from api.links import url
from api.records import PRIVATE
from api.router import Router
from api.service import CurrentService
from geomap.access import Action
from geomap.errors import SettingInvalid, SignInFailed
from geomap.settings import Settings

CALLBACK = "/login/oidc/callback"
COOKIE = "geomap_oidc"
MINUTES = 10
"""How long a sign-in may take at the provider."""
SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Algorithms of keys that only the provider has; `none` and shared secrets are not among them."""
LEEWAY_S = 60
TIMEOUT_S = 10

router = Router("Accounts")


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider says of itself."""

    issuer: str
    authorization: str
    token: str
    keys: str


@router.page("GET", "/login/oidc", Action.SIGN_IN)
def depart(request: Request, service: CurrentService) -> Response:
    """On to the provider."""
    settings = _configured(service.settings)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    with _client(request, settings) as client:
        provider = _provider(client, settings)
        address, _ = client.create_authorization_url(
            provider.authorization, state=state, nonce=nonce, code_verifier=verifier
        )
    answer = Response(status_code=303, headers={"Location": address, **PRIVATE})
    # Lax, for the provider sends the browser back from another site.
    answer.set_cookie(
        COOKIE,
        f"{state}.{nonce}.{verifier}",
        max_age=MINUTES * 60,
        path="/login/oidc",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.page("GET", CALLBACK, Action.SIGN_IN)
def arrive(request: Request, service: CurrentService) -> Response:
    """Back from the provider, with a code that stands for who it is."""
    settings = _configured(service.settings)
    state, _, rest = request.cookies.get(COOKIE, "").partition(".")
    nonce, _, verifier = rest.partition(".")
    stated = request.query_params.get("state", "")
    if not state or not secrets.compare_digest(stated.encode(), state.encode()):
        raise SignInFailed("This was not begun in this browser, or too long ago; begin anew.")
    code = request.query_params.get("code", "")
    with _client(request, settings) as client:
        provider = _provider(client, settings)
        claims = _claims(client, provider, settings, code=code, verifier=verifier)
    if claims.get("nonce") != nonce:
        raise SignInFailed("The provider's answer belongs to another sign-in.")
    found = service.store.accounts.by_subject(f"{provider.issuer} {claims['sub']}")
    if found is None or found.disabled:
        answer = refused_form(request, "stranger", subject=f"{provider.issuer} {claims['sub']}")
    else:
        answer = begun(request, service, found, "/")
    answer.delete_cookie(COOKIE, path="/login/oidc")
    return answer


def _configured(settings: Settings) -> Settings:
    if not settings.oidc_issuer:
        raise HTTPException(404, "No other house vouches for people here.")
    return settings


def _client(request: Request, settings: Settings) -> Any:
    try:
        from authlib.integrations.httpx_client import OAuth2Client
    except ImportError as problem:
        raise SettingInvalid("GEOMAP_OIDC_ISSUER needs the extra: geomap[oidc].") from problem
    return OAuth2Client(
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret or None,
        token_endpoint_auth_method="client_secret_basic" if settings.oidc_client_secret else "none",
        scope="openid",
        redirect_uri=url(request, CALLBACK),
        code_challenge_method="S256",
        timeout=TIMEOUT_S,
    )


def _provider(client: Any, settings: Settings) -> Provider:
    issuer = settings.oidc_issuer.rstrip("/")
    told = _fetched(client, f"{issuer}/.well-known/openid-configuration")
    if str(told.get("issuer", "")).rstrip("/") != issuer:
        raise SignInFailed("The provider calls itself otherwise than GEOMAP_OIDC_ISSUER does.")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = [str(told.get(name, "")) for name in names]
    return Provider(str(told["issuer"]), *addresses)


def _fetched(client: Any, address: str) -> Mapping[str, Any]:
    try:
        answer = client.request("GET", address, withhold_token=True)
        answer.raise_for_status()
        told = answer.json()
    except Exception as problem:
        raise SignInFailed("The provider does not answer as it should.") from problem
    if not isinstance(told, dict):
        raise SignInFailed("The provider does not answer as it should.")
    return told


def _claims(
    client: Any, provider: Provider, settings: Settings, *, code: str, verifier: str
) -> Mapping[str, Any]:
    """Return what the provider says of the person, signed by it, for this client, and not over.

    Raises:
        SignInFailed: The code is not taken, or the answer is not sound.
    """
    from joserfc import jwt
    from joserfc.jwk import KeySet

    try:
        token = client.fetch_token(
            provider.token, grant_type="authorization_code", code=code, code_verifier=verifier
        )
        keys = KeySet.import_key_set(_fetched(client, provider.keys))  # type: ignore[arg-type]
        claims = jwt.decode(token["id_token"], keys, algorithms=SIGNED_BY).claims
        jwt.JWTClaimsRegistry(
            now=int(time.time()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": settings.oidc_client_id},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(claims)
    except SignInFailed:
        raise
    except Exception as problem:
        raise SignInFailed("The provider's answer does not hold.") from problem
    if claims.get("azp", settings.oidc_client_id) != settings.oidc_client_id:
        raise SignInFailed("The provider's answer is for another program.")
    return claims

"""OpenID Connect against a provider in this process: code flow, PKCE, nothing on trust."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.testclient import TestClient

from api.app import create_app
from geomap.access import Role
from geomap.accounts import Account
from geomap.settings import Settings

KEY = RSAKey.generate_key(2048, parameters={"kid": "k"})
OTHER = RSAKey.generate_key(2048, parameters={"kid": "k"})


def signed(claims, key=KEY, alg="RS256"):
    return jwt.encode({"alg": alg, "kid": "k"}, claims, key, algorithms=[alg])


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        world = self.server.world
        self._send(world.documents[urlsplit(self.path).path])

    def do_POST(self):
        world = self.server.world
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        world.asked = {name: values[0] for name, values in form.items()}
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(world.asked["code_verifier"].encode()).digest()
        )
        right = challenge.decode().rstrip("=") == world.challenge
        if not right or world.asked["code"] != "good":
            self._send({"error": "invalid_grant"}, 400)
            return
        self._send({"access_token": "a", "token_type": "Bearer", "id_token": world.token()})

    def _send(self, body, status=200):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    world = server.world = SimpleNamespace(issuer=issuer, claims={}, asked={}, challenge="")
    world.token = lambda: signed(world.claims)
    world.documents = {
        "/.well-known/openid-configuration": {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
        },
        "/keys": KeySet([KEY]).as_dict(private=False),
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield world
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(settings, store, provider):
    store.accounts.save(
        Account("a", "Anna", Role.REVIEWER, subject=f"{provider.issuer} 248289761001")
    )
    told = Settings(store=settings.store, oidc_issuer=provider.issuer, oidc_client_id="map")
    with TestClient(create_app(told), follow_redirects=False) as opened:
        yield opened


def departed(client, provider, **claims):
    """Go to the provider; return what it was asked, and have it vouch for Anna."""
    answer = client.get("/login/oidc")
    assert answer.status_code == 303, answer.text
    asked = {n: v[0] for n, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    provider.challenge = asked["code_challenge"]
    now = int(time.time())
    provider.claims = {
        "iss": provider.issuer,
        "aud": "map",
        "sub": "248289761001",
        "nonce": asked["nonce"],
        "iat": now,
        "exp": now + 300,
        **claims,
    }
    return asked


def arrived(client, asked, code="good", state=""):
    query = {"code": code, "state": state or asked["state"]}
    return client.get("/login/oidc/callback", params=query)


def test_who_is_vouched_for_is_signed_in(client, provider):
    asked = departed(client, provider)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/login/oidc/callback"
    answer = arrived(client, asked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/account").json()["name"] == "Anna"


def test_the_form_offers_the_provider(client):
    assert "/login/oidc" in client.get("/login").text


def test_who_has_no_account_here_is_told_what_to_pass_on(client, provider):
    answer = arrived(client, departed(client, provider, sub="stranger"))
    assert answer.status_code == 403
    assert f"{provider.issuer} stranger" in answer.text
    assert client.get("/account").json()["role"] == "visitor"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"nonce": "of another sign-in"},
        {"exp": 1},
        {"sub": None},
        {"azp": "another"},
    ],
)
def test_an_answer_that_does_not_hold_signs_nobody_in(client, provider, claims):
    answer = arrived(client, departed(client, provider, **claims))
    assert answer.status_code == 403
    assert client.get("/account").json()["role"] == "visitor"


def test_an_answer_that_the_provider_has_not_signed_signs_nobody_in(client, provider):
    forged = {
        "another key": lambda: signed(provider.claims, OTHER),
        "a shared secret": lambda: signed(provider.claims, OctKey.generate_key(256), "HS256"),
        "none": lambda: (
            ".".join(
                base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
                for part in ({"alg": "none"}, provider.claims)
            )
            + "."
        ),
        "nonsense": lambda: "x",
    }
    for token in forged.values():
        asked = departed(client, provider)
        provider.token = token
        assert arrived(client, asked).status_code == 403
    assert client.get("/account").json()["role"] == "visitor"


def test_a_sign_in_ends_in_the_browser_that_began_it(client, provider):
    asked = departed(client, provider)
    assert arrived(client, asked, state="of another").status_code == 403
    client.cookies.clear()
    assert arrived(client, asked).status_code == 403


def test_a_code_that_the_provider_does_not_take_signs_nobody_in(client, provider):
    asked = departed(client, provider)
    assert arrived(client, asked, code="bad").status_code == 403


def test_a_provider_that_calls_itself_otherwise_is_not_asked(client, provider):
    provider.documents["/.well-known/openid-configuration"]["issuer"] = "https://evil.example"
    assert client.get("/login/oidc").status_code == 403


def test_without_a_provider_there_is_no_such_way(world):
    assert world.get("/login/oidc").status_code == 404
    assert world.get("/login/oidc/callback").status_code == 404

"""The page, its words and its files over HTTP."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, HTTPException, Request
from starlette.responses import HTMLResponse, Response

from geomap.i18n import LANGUAGES, choose_language
from geomap.settings import Settings
from layers.snapshot import Snapshot
from web.assets import mount_assets
from web.words import page_words

router = APIRouter()


def front_page(request: Request, settings: Settings) -> Response:
    """Return the map page in the language that the reader asks for.

    The address may say `lang`; else the browser's `Accept-Language` does.
    """
    # Folium brings pandas and more: half a second and 60 MB that only a reader of the page needs.
    from web.page import map_page

    lang = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    nonce = secrets.token_urlsafe(16)
    headers = {
        "Content-Language": lang,
        "Content-Security-Policy": content_policy(settings, nonce),
        "Cache-Control": "no-cache",
        "Vary": "Accept, Accept-Language",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(map_page(settings, lang, nonce), headers=headers)


def content_policy(settings: Settings, nonce: str) -> str:
    """Return the Content-Security-Policy of the page: nothing from elsewhere, nothing inline.

    The optional online base maps of the settings are the one exception, for images.
    """
    hosts = " ".join(sorted({_origin(str(one["url"])) for one in settings.basemaps}))
    rules: Mapping[str, str] = {
        "default-src": "'self'",
        "script-src": f"'self' 'nonce-{nonce}'",
        "style-src": "'self'",
        "img-src": f"'self' data: blob: {hosts}".strip(),
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _origin(url: str) -> str:
    parts = urlsplit(url.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}"


@router.api_route("/i18n/{lang}.json", methods=["GET", "HEAD"], include_in_schema=False)
def words(lang: str, request: Request) -> Response:
    """Return the words of the page in one language."""
    if lang not in LANGUAGES:
        raise HTTPException(404, f"There is no language {lang!r}.")
    return _tagged(request, _words(lang))


@router.api_route("/sources", methods=["GET", "HEAD"], include_in_schema=False)
def sources(request: Request) -> Response:
    """Return whose records the map shows, under which licences: what its help page lists."""
    snapshot: Snapshot = request.app.state.service.follower.current()
    listed = [asdict(source) for source in snapshot.sources.values()]
    listed.sort(key=lambda source: str(source["title"]).casefold())
    return _tagged(request, json.dumps({"sources": listed}, default=str).encode())


@cache
def _words(lang: str) -> bytes:
    return json.dumps(page_words(lang), ensure_ascii=False).encode()


def _tagged(request: Request, body: bytes) -> Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def install(app: FastAPI) -> None:
    """Give an application the page's words and files; `front_page` is the composer's to place."""
    app.include_router(router)
    mount_assets(app)

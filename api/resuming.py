"""A session that ended while someone typed: what the form sent goes along through signing in."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.accounts import typed_form
from api.auth import require_own_origin
from api.drafting import is_form
from api.problems import named_problem
from api.uploads import posted_pairs
from geomap.drafts import MOST_BYTES, bytes_of
from geomap.errors import GeomapError, SignInNeeded


def install(app: FastAPI) -> None:
    """Ask whoever sends a form of a record without being signed in to do that first."""
    app.add_exception_handler(SignInNeeded, _asked)


async def _asked(request: Request, error: Exception) -> Response:
    """Return the form to sign in with where a form was sent by hand; else the problem."""
    if request.method != "POST" or not is_form(request.url.path):
        return await named_problem(request, error)
    try:
        # What another site sends is not typed here: it is not offered to whoever signs in.
        require_own_origin(request)
        pairs = await posted_pairs(request)
    except GeomapError:
        return await named_problem(request, error)
    onwards = f"{request.url.path}?{request.url.query}".rstrip("?")
    return typed_form(request, onwards, urlencode(pairs) if bytes_of(pairs) <= MOST_BYTES else "")

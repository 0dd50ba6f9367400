"""Keeping and discarding drafts: by the script of the form while one types, or by its button."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.accounts import own_path
from api.auth import CurrentActor
from api.depends import ReadableId, Reads
from api.drafting import NAMED, forget, keep, listed
from api.forms import NEW, RECORD, CurrentPairs, form_again
from api.links import JSON
from api.negotiate import AS_JSON
from api.parameters import FORMAT
from api.records import CurrentDesk, Desk, private_answer
from api.router import Router
from api.service import CurrentService
from api.uploads import CurrentForm, Form, with_photos
from geomap.access import Action
from geomap.drafts import Draft
from geomap.errors import DraftsFull, DraftTooLarge

PRIVATE: Mapping[str, str] = {"Cache-Control": "private, no-store"}

router = Router("Drafts")


@router.get("/account/drafts", "getDrafts", Reads(FORMAT), AS_JSON, "drafts", action=Action.SIGN_IN)
def drafts(request: Request, service: CurrentService, actor: CurrentActor) -> Response:
    """What whoever asks has begun in forms and not saved; nobody else sees it."""
    return private_answer(request, "drafts", {"drafts": listed(service, actor), "links": []})


@router.page("POST", f"{NEW}/draft", Action.CREATE)
def keep_new(desk: CurrentDesk, form: CurrentForm) -> Response:
    """Keep what was typed into the form of a new record."""
    return _kept(desk, "", form)


@router.page("POST", f"{RECORD}/draft", Action.CHANGE)
def keep_changed(desk: CurrentDesk, feature_id: ReadableId, form: CurrentForm) -> Response:
    """Keep what was typed into the form of a record."""
    return _kept(desk, feature_id, form)


@router.page("POST", f"{RECORD}/draft/discard", Action.SIGN_IN)
def discard(desk: CurrentDesk, feature_id: ReadableId, pairs: CurrentPairs) -> Response:
    """Forget a draft, whatever became of its record."""
    forget(desk, feature_id, pairs)
    onwards = own_path(dict(pairs).get("next", "/account/drafts?f=html"))
    return RedirectResponse(onwards, status_code=303, headers=PRIVATE)


def _kept(desk: Desk, record: str, form: Form) -> Response:
    """Keep a draft; a script is told when, and whoever has none sees the form again."""
    by_script = JSON in desk.request.headers.get("accept", "")
    pairs, refused = with_photos(desk.service, form, actor=desk.actor.name)
    try:
        draft = keep(desk, record, pairs)
    except (DraftTooLarge, DraftsFull):
        if by_script:
            raise
        return form_again(desk, record, pairs, status=409, faults=refused)
    if refused and not by_script:
        return form_again(desk, record, pairs, status=422, faults=refused)
    there = _form(draft, desk.lang)
    if not by_script:
        return RedirectResponse(there, status_code=303, headers=PRIVATE)
    body = orjson.dumps({"saved_at": draft.saved_at, "href": there})
    return Response(body, media_type=JSON, headers=PRIVATE)


def _form(draft: Draft, lang: str) -> str:
    if draft.base:
        return f"/edit/{draft.layer}/{draft.record}?lang={lang}"
    return f"/edit/{draft.layer}/new?{NAMED}={draft.record}&lang={lang}"

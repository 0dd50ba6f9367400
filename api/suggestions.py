"""Suggestions of those who may not change a record: sent, looked at, revised and taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Request
from starlette.responses import Response

from api import parameters
from api.auth import CurrentActor
from api.bodies import MERGE_PATCH, TAKEN, CurrentBody, Sent
from api.depends import CurrentWishes, Language, ReadableId, Reads
from api.edit import CurrentPreferences
from api.features import ITEM
from api.links import GEOJSON, JSON, link, url
from api.negotiate import AS_JSON
from api.parameters import AFTER, FORMAT, LIMIT
from api.proposing import (
    Seen,
    begun,
    change,
    hold_photos,
    in_words,
    kept,
    new_record,
    require_right_to_suggest,
    told,
    visible,
)
from api.records import PRIVATE, CurrentDesk, Desk, private_answer
from api.reviewing import may_review, reviewed
from api.router import Router, Writes
from api.service import CurrentService, Service
from geomap.access import Action
from geomap.crs import STORAGE_CRS
from geomap.errors import InputFaulty, SuggestionNotFound, SuggestionsDecided
from geomap.model import Fault, Feature
from geomap.outcomes import PATH as ALL
from geomap.suggestions import Kind, Suggestion
from layers.catalog import LAYERS
from layers.exact import exact_object
from layers.given import Given, parsed
from layers.suggesting import outcomes

OF_LAYER = "/collections/{layer_id}/suggestions"
OF_RECORD = f"{ITEM}/suggestions"
ONE = "/suggestions/{suggestion_id}"
SENT = (MERGE_PATCH, GEOJSON, JSON)
"""A patch, a whole record, or `{"kind": "delete"}` and the like with a `message`."""
MOST = 1_000

router = Router("Suggestions")

_REFUSED = {
    "400": "The body cannot be read.",
    "401": "Sign in.",
    "403": "Not in your rights.",
    "404": "There is no such thing, or not for you.",
    "412": "The record has changed since the version that If-Match names.",
    "415": "The body is of a type that is not taken.",
    "422": "Something is wrong with values of the body; all of it is listed.",
}
_MADE = {"201": "It waits for review; `Location` says where.", **_REFUSED}


async def maker(
    request: Request, service: CurrentService, actor: CurrentActor, lang: Language
) -> Callable[[str], Desk]:
    """Return what makes the desk of a layer for this request."""
    return lambda layer_id: Desk(request, service, actor, LAYERS[layer_id], lang)


DeskOf = Annotated[Callable[[str], Desk], Depends(maker)]


@router.write(
    "POST",
    OF_LAYER,
    "suggestItem",
    Writes(Action.OWN_ACCOUNT, _MADE, TAKEN, "feature", AS_JSON, "suggestion"),
)
def suggest_new(desk: CurrentDesk, body: CurrentBody, wishes: CurrentPreferences) -> Response:
    """Suggest a new feature; it appears nowhere until it is approved."""
    require_right_to_suggest(desk)
    one = _begun(desk, Kind.CREATE, _id_under(desk, body, "record"), body)
    return _added(desk, new_record(desk, one, body.whole(), lenient=wishes.lenient), body)


@router.write(
    "POST",
    OF_RECORD,
    "suggestChange",
    Writes(Action.OWN_ACCOUNT, _MADE, SENT, "patch", AS_JSON, "suggestion"),
)
def suggest_change(
    desk: CurrentDesk, feature_id: ReadableId, body: CurrentBody, wishes: CurrentPreferences
) -> Response:
    """Suggest a change of a feature, or its end; nothing changes until that is approved."""
    require_right_to_suggest(desk)
    seen = visible(desk, feature_id)
    made = _of_body(desk, seen, body, _id_under(desk, body, "suggestion"), wishes.lenient)
    return _added(desk, made, body)


@router.get(
    ALL, "getSuggestions", Reads(FORMAT, LIMIT, AFTER), AS_JSON, "suggestions",
    action=Action.OWN_ACCOUNT,
)  # fmt: skip
def own_suggestions(
    request: Request, service: CurrentService, desk_of: DeskOf, actor: CurrentActor,
    wishes: CurrentWishes,
) -> Response:  # fmt: skip
    """What whoever asks has suggested, the newest first, and what became of it."""
    limit = wishes.limit(100, MOST)
    before = parameters.number_after(wishes.get(AFTER))
    found = service.store.suggestions.of_author(actor.account, before=before, limit=limit)
    links = [link(url(request, ALL), "self", JSON)]
    if len(found) == limit:
        following = {"after": str(found[-1].number), "limit": str(limit)}
        links.append(link(url(request, ALL, following), "next", JSON))
    body = {"suggestions": [told(desk_of(one.layer), one) for one in found], "links": links}
    return private_answer(request, "suggestions", body)


@router.get(ONE, "getSuggestion", Reads(FORMAT), AS_JSON, "suggestion", action=Action.OWN_ACCOUNT)
def suggestion(
    request: Request, service: CurrentService, desk_of: DeskOf, suggestion_id: str
) -> Response:
    """A suggestion, for its author; for a reviewer also what approving it would come to."""
    one = _found(service, suggestion_id)
    desk = desk_of(one.layer)
    [outcome] = outcomes([one], service.store)
    if may_review(desk.actor, outcome, service.store):
        return private_answer(request, "suggestion", told(desk, one) | reviewed(desk, outcome))
    _require_own(desk, one)
    return private_answer(request, "suggestion", told(desk, one))


@router.write(
    "PUT",
    ONE,
    "reviseSuggestion",
    Writes(
        Action.OWN_ACCOUNT,
        {"200": "It waits anew.", **_REFUSED, "409": "It is decided already."},
        SENT,
        "patch",
        AS_JSON,
        "suggestion",
    ),
)
def revise(
    service: CurrentService,
    desk_of: DeskOf,
    suggestion_id: str,
    body: CurrentBody,
    wishes: CurrentPreferences,
) -> Response:
    """Put a suggestion that waits, or has come back, anew: on the record as it is now."""
    one = _found(service, suggestion_id)
    desk = desk_of(one.layer)
    _require_own(desk, one)
    if one.kind is Kind.CREATE:
        fresh = replace(_begun(desk, Kind.CREATE, one.feature_id, body), id=one.id)
        made = new_record(desk, fresh, body.whole(), lenient=wishes.lenient)
    else:
        made = _of_body(desk, visible(desk, one.feature_id), body, one.id, wishes.lenient)
    hold_photos(desk, made)
    if not service.store.suggestions.revise(made):
        raise SuggestionsDecided([one.title])
    return private_answer(desk.request, "suggestion", told(desk, _found(service, one.id)))


@router.write(
    "DELETE",
    ONE,
    "withdrawSuggestion",
    Writes(Action.OWN_ACCOUNT, {"204": "It is taken back.", **_REFUSED, "409": "It is decided."}),
)
def withdraw(service: CurrentService, desk_of: DeskOf, suggestion_id: str) -> Response:
    """Take a suggestion back that waits, or has come back."""
    one = _found(service, suggestion_id)
    _require_own(desk_of(one.layer), one)
    if not service.store.suggestions.withdraw(one.id):
        raise SuggestionsDecided([one.title])
    return Response(status_code=204, headers=PRIVATE)


def _begun(desk: Desk, kind: Kind, feature_id: str, body: Sent, message: str = "") -> Suggestion:
    return begun(desk, kind, feature_id, message or body.comment)


def _of_body(desk: Desk, seen: Seen, body: Sent, own_id: str, lenient: bool) -> Suggestion:
    """Return the suggestion on a record that a body is, by its media type."""
    media_type = desk.request.headers["content-type"].split(";")[0].strip().lower()
    kind, message = _words(body) if media_type == JSON else (Kind.CHANGE, body.comment)
    one = replace(begun(desk, kind, seen.exact.id, message), id=own_id)
    if media_type == JSON:
        return in_words(desk, one, seen)

    def given(before: Feature) -> Given:
        told_of = exact_object(before, desk.source(before))
        if media_type == MERGE_PATCH:
            return body.onto(told_of, Given(told_of, {}, before.geometry, STORAGE_CRS))
        whole = body.whole()
        kept = replace(whole, place=before.geometry, crs=STORAGE_CRS)
        return whole if "geometry" in whole.document else kept

    return change(desk, one, seen, given, lenient=lenient)


def _words(body: Sent) -> tuple[Kind, str]:
    """Return what a body says in words: what shall become of the record, and why.

    Raises:
        InputFaulty: It says something else.
    """
    document = parsed(body.content)
    faults = [
        Fault("COLUMN_UNKNOWN", name, str(document[name])[:200], "Known are kind and message.")
        for name in document.keys() - {"kind", "message"}
    ]
    kind, message = document.get("kind"), document.get("message", body.comment)
    if kind not in (Kind.CHANGE, Kind.DELETE):
        hint = "This must be change or delete."
        faults.append(Fault("ENUM_UNKNOWN", "kind", str(kind)[:200], hint))
    if not isinstance(message, str):
        faults.append(Fault("VALUE_INVALID", "message", str(message)[:200], "This must be text."))
    if faults:
        raise InputFaulty(faults)
    return Kind(str(kind)), str(message)


def _added(desk: Desk, one: Suggestion, body: Sent) -> Response:
    own_id = _id_under(desk, body, "suggestion")
    added = kept(desk, replace(one, id=own_id), asked=body.asked)
    answer = private_answer(desk.request, "suggestion", told(desk, added))
    answer.status_code = 201
    answer.headers["Location"] = url(desk.request, f"/suggestions/{added.id}")
    return answer


def _id_under(desk: Desk, body: Sent, what: str) -> str:
    """Return a new id; under a key the same each time that it is sent."""
    if body.key is None:
        return str(uuid4())
    said = repr((desk.actor.account, body.key, what)).encode()
    return str(UUID(bytes=blake2b(said, digest_size=16).digest(), version=4))


def _found(service: Service, suggestion_id: str) -> Suggestion:
    one = service.store.suggestions.get(suggestion_id[:100])
    if one is None:
        raise SuggestionNotFound(suggestion_id)
    return one


def _require_own(desk: Desk, one: Suggestion) -> None:
    """Refuse whoever has not made a suggestion, as if there were none."""
    if not desk.actor.account or one.author != desk.actor.account:
        raise SuggestionNotFound(one.id)

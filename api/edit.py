"""Create, replace, update and delete features (OGC 20-002r2), each change with its history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Request
from starlette.responses import Response

from api import conformance
from api.bodies import MERGE_PATCH, PATCHES, TAKEN, CurrentBody, Sent
from api.depends import ReadableId
from api.features import ITEM
from api.links import GEOJSON, url
from api.negotiate import AS_GEOJSON
from api.preferences import Preferences, preferences_of
from api.records import PRIVATE, CurrentDesk, Desk, check_conditions
from api.router import Router, Writes
from api.saving import OWN_SOURCE, Why, basis_of, require_right, until_no_conflict, write
from geomap.access import Action, may_somewhere
from geomap.crs import STORAGE_CRS
from geomap.model import Edit, EditKind, Feature
from layers.derive import completed, require_unused
from layers.exact import exact_object
from layers.given import Given, record_of

ITEMS = "/collections/{layer_id}/items"

router = Router("Editing", conformance.EDITING)

_REFUSED = {"400": "The body cannot be read.", "401": "Sign in.", "403": "Not in your rights."}
CHANGED = {
    **_REFUSED,
    "404": "There is no such feature, or not for you.",
    "412": "The record has changed: the answer holds the version of the change and the present.",
    "415": "The body is of a type that is not taken.",
    "422": "Something is wrong with values of the body; all of it is listed.",
    "428": "Send If-Match.",
}


async def preferred(request: Request) -> Preferences:
    """Return what this request prefers."""
    return preferences_of(request)


CurrentPreferences = Annotated[Preferences, Depends(preferred)]


@router.options(ITEMS)
async def items_options(desk: CurrentDesk) -> Response:
    """Which methods a collection has, for whoever asks."""
    return _methods(desk, {"POST": Action.CREATE})


@router.options(ITEM)
async def item_options(desk: CurrentDesk, feature_id: str) -> Response:
    """Which methods a feature has, for whoever asks; the same whether or not it exists."""
    changes = {"PUT": Action.CHANGE, "PATCH": Action.CHANGE, "DELETE": Action.DELETE}
    return _methods(desk, changes)


@router.write(
    "POST",
    ITEMS,
    "createItem",
    Writes(
        Action.CREATE,
        {"201": "It is made; `Location` says where.", **_REFUSED, "422": CHANGED["422"]},
        TAKEN,
        "feature",
        AS_GEOJSON,
        "feature",
    ),
)
def create(desk: CurrentDesk, body: CurrentBody, wishes: CurrentPreferences) -> Response:
    """Create a feature; the house gives it its id."""
    store = desk.service.store
    given = body.whole()
    made = _new(desk, given, body.key)
    feature = record_of(given, basis_of(desk, made, {}, lenient=wishes.lenient))
    require_right(desk, Action.CREATE, feature)
    edits = completed([Edit(EditKind.PUT, feature, expected=0)], store)
    earlier = store.answer(desk.actor.name, body.key, body.asked) if body.key else None
    if earlier is None:
        _write(desk, edits, body, "create")
    stored = store.feature(desk.layer.id, feature.id)
    if stored is None:
        raise desk.absence(feature.id)
    location = {"Location": url(desk.request, desk.path(feature.id))}
    return answer_to_change(desk, stored, wishes, 201, location)


@router.write(
    "PUT",
    ITEM,
    "replaceItem",
    Writes(
        Action.CHANGE,
        {"204": "It is replaced.", **CHANGED},
        TAKEN,
        "feature",
        AS_GEOJSON,
        "feature",
    ),
)
def replace_item(
    desk: CurrentDesk, feature_id: ReadableId, body: CurrentBody, wishes: CurrentPreferences
) -> Response:
    """Replace a feature by another whole one."""

    def given(before: Feature) -> Given:
        whole = body.whole()
        # A feature without the member says nothing of its place; null says that it has none.
        if "geometry" in whole.document:
            return whole
        return replace(whole, place=before.geometry, crs=STORAGE_CRS)

    feature = changed(desk, feature_id, body, wishes, given)
    return answer_to_change(desk, feature, wishes, 204, {})


@router.write(
    "PATCH",
    ITEM,
    "updateItem",
    Writes(
        Action.CHANGE,
        {"204": "It is updated.", **CHANGED},
        PATCHES,
        "patch",
        AS_GEOJSON,
        "feature",
    ),
)
def update_item(
    desk: CurrentDesk, feature_id: ReadableId, body: CurrentBody, wishes: CurrentPreferences
) -> Response:
    """Update a feature by a merge patch (RFC 7396) of the whole feature."""

    def given(before: Feature) -> Given:
        told = exact_object(before, desk.source(before))
        return body.onto(told, Given(told, {}, before.geometry, STORAGE_CRS))

    feature = changed(desk, feature_id, body, wishes, given)
    return answer_to_change(desk, feature, wishes, 204, {})


@router.write("DELETE", ITEM, "deleteItem", Writes(Action.DELETE, {"204": "Gone.", **CHANGED}))
def delete_item(
    desk: CurrentDesk, feature_id: ReadableId, body: CurrentBody, wishes: CurrentPreferences
) -> Response:
    """Delete a feature; its history stays, and it can be restored."""

    def once() -> None:
        feature = desk.record(feature_id, Action.DELETE)
        check_conditions(desk, feature)
        edits = [Edit(EditKind.DELETE, feature, feature.revision)]
        require_unused(edits, desk.service.store)
        _write(desk, edits, body, "delete")

    if not is_answered(desk, body):
        until_no_conflict(once)
    return Response(status_code=204, headers={**PRIVATE, **wishes.applied()})


def changed(
    desk: Desk,
    feature_id: str,
    body: Sent,
    wishes: Preferences,
    given: Callable[[Feature], Given],
) -> Feature:
    """Change a record into what `given` makes of it, and return what it has become.

    Raises:
        FeatureNotFound: There is none that the actor can see.
        NotAllowed: The actor may not change it, or not into this.
        VersionStale: It is not the version that the request names.
        InputFaulty: With every fault of what is wished.
    """

    def once() -> None:
        before = desk.record(feature_id, Action.CHANGE)
        check_conditions(desk, before)
        told = exact_object(before, desk.source(before))["properties"]
        feature = record_of(given(before), basis_of(desk, before, told, lenient=wishes.lenient))
        require_right(desk, Action.CHANGE, feature)
        edits = completed([Edit(EditKind.PUT, feature, before.revision)], desk.service.store)
        _write(desk, edits, body, "change")

    if not is_answered(desk, body):
        until_no_conflict(once)
    # Where this is a retry it has not been asked yet; and another may have come between.
    return desk.record(feature_id, Action.CHANGE)


def is_answered(desk: Desk, body: Sent) -> bool:
    """Tell whether this very request has been done already."""
    if body.key is None:
        return False
    return desk.service.store.answer(desk.actor.name, body.key, body.asked) is not None


def _new(desk: Desk, given: Given, key: str | None) -> Feature:
    """Return an empty record with the id and the source that a new one gets."""
    feature_id = str(uuid4()) if key is None else _id_under(desk.actor.name, key)
    properties = given.document.get("properties")
    named = properties.get("source_id") if isinstance(properties, dict) else None
    source_id = named if isinstance(named, str) and named else OWN_SOURCE
    return Feature(desk.layer.id, feature_id, source_id, feature_id, None, {})


def _id_under(actor: str, key: str) -> str:
    """Return the id that what is made under a key gets, each time that it is sent."""
    told = blake2b(repr((actor, key)).encode(), digest_size=16).digest()
    return str(UUID(bytes=told, version=4))


def _write(desk: Desk, edits: Sequence[Edit], body: Sent, action: str) -> None:
    write(desk, edits, Why(action, body.comment, body.key, body.asked))


def answer_to_change(
    desk: Desk, feature: Feature, wishes: Preferences, status: int, more: dict[str, str]
) -> Response:
    """Return the tags of what a change has made, and the record itself where that is wished."""
    headers = {**desk.headers(feature), **wishes.applied(), **more}
    if wishes.whole:
        status = 200 if status == 204 else status
        return Response(desk.body(feature), status, headers, GEOJSON)
    return Response(None, status, headers)


def _methods(desk: Desk, changes: dict[str, Action]) -> Response:
    """Answer OPTIONS with the methods that the actor may use somewhere on the layer."""
    allowed = [
        method
        for method, action in changes.items()
        if may_somewhere(desk.actor, action, desk.layer.id)
    ]
    headers = {"Allow": ", ".join(["GET", "HEAD", "OPTIONS", *allowed]), **PRIVATE}
    if "POST" in allowed:
        headers["Accept-Post"] = ", ".join(TAKEN)
    if "PATCH" in allowed:
        headers["Accept-Patch"] = MERGE_PATCH
    return Response(status_code=200, headers=headers)

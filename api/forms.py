"""The editing pages: a record as a form, saved by a plain POST; scripts only make it quicker.

What the form holds and how it reads is the other door's (`web.forms`), which `api.app` hands in;
who may do what, and how it is stored, is as for every edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, Request
from shapely import Point
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from api import drafting
from api.depends import Language, ReadableId
from api.links import url
from api.parameters import place_asked
from api.records import CurrentDesk, Desk
from api.router import Router
from api.saving import OWN_SOURCE, Why, basis_of, require_right, sources_offered, write
from api.uploads import CurrentForm, posted_pairs, with_photos
from geomap.access import Action
from geomap.drafts import Draft
from geomap.errors import (
    CrsUnknown,
    DraftsFull,
    DraftTooLarge,
    FeatureGone,
    FeatureNotFound,
    InputFaulty,
    NotAllowed,
    RevisionConflict,
)
from geomap.model import Edit, EditKind, Fault, Feature
from layers.candidates import candidates
from layers.derive import completed
from layers.given import Given, record_of
from layers.history import restored

NEW = "/edit/{layer_id}/new"
RECORD = "/edit/{layer_id}/{feature_id}"

router = Router("Editing pages")

Pairs = list[tuple[str, str]]


CurrentPairs = Annotated[Pairs, Depends(posted_pairs)]


@router.page("GET", "/edit/reading", Action.READ)
def reading(request: Request, lang: Language) -> Response:
    """How a date that is being typed is understood."""
    said = request.app.state.forms.date_reading(request.query_params.get("text", "")[:200], lang)
    return PlainTextResponse(said, headers={"Cache-Control": "no-store"})


@router.page("GET", NEW, Action.CREATE)
def new_form(desk: CurrentDesk) -> Response:
    """An empty form, at the place or with the draft that the address names."""
    draft = drafting.wished(desk)
    if draft is None:
        place = place_asked(desk.request.query_params) if "Point" in desk.layer.geometry else None
        return _page(desk, None, {}, inputs=_forms(desk).inputs_of(place and Point(place)))
    there = drafting.form_of(desk.service.store, desk.actor, draft)
    if draft.base and "/new?" not in there:
        return _to(f"{there}?lang={desk.lang}")
    return _resumed(desk, None, draft)


@router.page("POST", NEW, Action.CREATE)
def create(desk: CurrentDesk, form: CurrentForm) -> Response:
    """Save a new record, or show the form again with what is to be mended."""
    pairs, refused = with_photos(desk.service, form, actor=desk.actor.name)
    return _saved(desk, _empty(desk), pairs, refused)


@router.page("GET", RECORD, Action.CHANGE)
def form(desk: CurrentDesk, feature_id: ReadableId) -> Response:
    """A record as a form, as its draft has it where there is one."""
    draft = drafting.draft_of(desk, feature_id)
    try:
        feature = desk.record(feature_id, Action.CHANGE)
    except _ABSENT:
        if draft is None:
            raise
        return _to(_as_new(desk, feature_id))
    if draft is not None:
        return _resumed(desk, feature, draft)
    return _page(desk, feature, _values(feature), inputs=_forms(desk).inputs_of(feature.geometry))


@router.page("POST", RECORD, Action.CHANGE)
def change(desk: CurrentDesk, feature_id: ReadableId, form: CurrentForm) -> Response:
    """Save a changed record, or show the form again with what is to be mended."""
    try:
        feature = desk.record(feature_id, Action.CHANGE)
    except _ABSENT:
        if not desk.actor.account:
            raise
        return _outlived(desk, feature_id, form.pairs)
    pairs, refused = with_photos(desk.service, form, actor=desk.actor.name)
    return _saved(desk, feature, pairs, refused)


def form_again(
    desk: Desk, record: str, pairs: Pairs, *, status: int, faults: Sequence[Fault] = ()
) -> Response:
    """Return the form with what it has sent, nothing of it saved.

    Raises:
        FeatureNotFound, FeatureGone, NotAllowed: As `Desk.record` does.
    """
    feature = desk.record(record, Action.CHANGE) if record else _empty(desk)
    posted = _forms(desk).read(desk.layer.id, pairs, feature.properties, desk.lang)
    again = {"pairs": pairs, "faults": faults, **_typed(posted)}
    return _page(desk, feature, posted.properties, status=status, **again)


_ABSENT = (FeatureGone, FeatureNotFound, NotAllowed)


def _outlived(desk: Desk, feature_id: str, pairs: Pairs) -> Response:
    """Keep what was typed for a record that is there no more: it can be saved as another one."""
    try:
        drafting.keep(desk, feature_id, pairs)
    except (DraftTooLarge, DraftsFull):
        return form_again(desk, "", pairs, status=409)
    return _to(_as_new(desk, feature_id))


def _as_new(desk: Desk, feature_id: str) -> str:
    """Return where a draft goes on whose record is there no more."""
    return f"/edit/{desk.layer.id}/new?{drafting.NAMED}={feature_id}&lang={desk.lang}"


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "private, no-store"})


def _empty(desk: Desk) -> Feature:
    feature_id = str(uuid4())
    return Feature(desk.layer.id, feature_id, OWN_SOURCE, feature_id, None, {})


def _forms(desk: Desk) -> Any:
    return desk.request.app.state.forms


def _values(feature: Feature) -> Mapping[str, Any]:
    exposure = {"visibility": feature.visibility.value, "cell_km": feature.cell_km}
    return {**feature.properties, **exposure}


def _saved(desk: Desk, feature: Feature, pairs: Pairs, refused: Sequence[Fault]) -> Response:
    """Save what a form sent on a record; with faults, or when it is stale, show it again.

    `refused` is what is wrong with photos that came along.
    """
    posted = _forms(desk).read(desk.layer.id, pairs, feature.properties, desk.lang)
    again = {"pairs": pairs, "faults": refused, **_typed(posted)}
    if posted.more:
        return _page(desk, feature, posted.properties, **again)
    if feature.revision and posted.base != feature.revision:
        return _stale(desk, feature, posted, again)
    try:
        wished = _checked(desk, _of_source(desk, feature, posted), posted)
        if refused:
            raise InputFaulty(refused)
    except (InputFaulty, NotAllowed) as refusal:
        status, faults = _why(refusal)
        again["faults"] = [*refused, *(one for one in faults if one not in refused)]
        return _page(desk, feature, posted.properties, status=status, **again)
    alike = _alike(desk, wished) if not (feature.revision or posted.seen) else []
    if alike:
        return _page(desk, feature, posted.properties, candidates=alike, seen=True, **again)
    edits = completed([Edit(EditKind.PUT, wished, feature.revision)], desk.service.store)
    try:
        write(desk, edits, Why("change" if feature.revision else "create", posted.comment))
    except RevisionConflict:
        return _overtaken(desk, feature.id, posted, again)
    drafting.forget(desk, feature.id if feature.revision else "", pairs)
    there = url(desk.request, desk.path(feature.id)) + f"?f=html&lang={desk.lang}"
    return RedirectResponse(there, status_code=303, headers={"Cache-Control": "no-store"})


def _overtaken(desk: Desk, feature_id: str, posted: Any, again: Mapping[str, Any]) -> Response:
    """Show what someone has changed while this was saved; it may also have left one's reach."""
    try:
        present = desk.record(feature_id, Action.CHANGE)
    except _ABSENT:
        if not desk.actor.account:
            raise
        return _outlived(desk, feature_id, again["pairs"])
    return _stale(desk, present, posted, again)


def _resumed(desk: Desk, feature: Feature | None, draft: Draft) -> Response:
    """Show a form as its draft has it, beside what has become of the record since."""
    before = feature.properties if feature else {}
    posted = _forms(desk).read(desk.layer.id, draft.inputs, before, desk.lang)
    again = {"draft": draft, **_typed(posted), "seen": posted.seen}
    if feature is None:
        return _page(desk, None, posted.properties, **{**again, "base": 0})
    if posted.base != feature.revision:
        return _stale(desk, feature, posted, {"status": 200, **again})
    return _page(desk, feature, posted.properties, **again)


def _why(refusal: InputFaulty | NotAllowed) -> tuple[int, Sequence[Fault]]:
    """Return status and faults of what cannot be saved."""
    if isinstance(refusal, InputFaulty):
        return 422, refusal.faults
    return 403, [Fault("NOT_ALLOWED", "geometry", "", str(refusal))]


def _typed(posted: Any) -> dict[str, Any]:
    return {
        "inputs": posted.inputs,
        "base": posted.base,
        "comment": posted.comment,
        "typed": posted.typed,
    }


def _checked(desk: Desk, feature: Feature, posted: Any) -> Feature:
    """Return the record that a form asks for.

    Raises:
        InputFaulty: With every fault.
        NotAllowed: It would lie outside the rights of the actor.
    """
    document = {"type": "Feature", "properties": dict(posted.properties)}
    place = posted.place
    given = Given(document, document, place.geometry, place.crs, place.faults)
    try:
        wished = record_of(given, basis_of(desk, feature, {}, lenient=True))
    except CrsUnknown as problem:
        crs = posted.inputs["crs"]
        raise InputFaulty([Fault("CRS_UNKNOWN", "crs", crs, str(problem))]) from problem
    require_right(desk, Action.CHANGE if feature.revision else Action.CREATE, wished)
    return wished


def _of_source(desk: Desk, feature: Feature, posted: Any) -> Feature:
    """Return a new record as of the source that was chosen; a stored one keeps its own.

    Raises:
        InputFaulty: There is no such source, or it may not be known.
    """
    chosen = posted.typed.get("source_id", "")
    if feature.revision or not chosen:
        return feature
    known = dict(sources_offered(desk, feature))
    if chosen not in known:
        hint = f"One of {', '.join(known)} is expected."
        raise InputFaulty([Fault("ENUM_UNKNOWN", "source_id", chosen[:200], hint)])
    return replace(feature, source_id=chosen)


def _stale(desk: Desk, feature: Feature, posted: Any, again: Mapping[str, Any]) -> Response:
    """Show what someone else has changed beside what was typed; the next save is on that."""
    store = desk.service.store
    base = restored(store, desk.layer.id, feature.id, posted.base)
    [latest] = store.history(desk.layer.id, feature.id, last=1)
    before = base.properties if base else {}
    mine = {**feature.properties, **_changes(before, posted.properties)}
    versions = (before, feature.properties, posted.properties)
    newer = _forms(desk).newer(desk.layer, versions, latest.actor, desk.lang)
    again = {**again, "base": feature.revision}
    if base is not None and posted.place.geometry == base.geometry:
        again["inputs"] = _forms(desk).inputs_of(feature.geometry)
    return _page(desk, feature, mine, newer=newer, **{"status": 409, **again})


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that someone has changed, with their new values; None where emptied."""
    return {
        name: after.get(name) for name in {*before, *after} if before.get(name) != after.get(name)
    }


def _alike(desk: Desk, wished: Feature) -> list[Mapping[str, Any]]:
    names = [str(name["value"]) for name in wished.properties.get("names", ())]
    with desk.service.store.public() as reader:
        found = candidates(reader, desk.layer.id, wished.geometry, names)
    return [{"href": desk.path(one.id), "name": one.name, "km": one.km} for one in found]


def _page(
    desk: Desk,
    feature: Feature | None,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    pairs: Pairs | None = None,
    draft: Draft | None = None,
    **more: Any,
) -> Response:
    """Return the form; `more` is what `web.forms.editing.Telling` holds beside the values.

    What was sent and is not saved (`pairs`) is kept as a draft.
    """
    more["sources"] = sources_offered(desk, feature)
    more["drafted"] = drafting.told(desk, feature, pairs=pairs, draft=draft)
    revision = feature.revision if feature else 0
    more = {"base": revision, "record": feature.id if feature and revision else "", **more}
    more["base"] = more["base"] if revision else 0
    answer: Response = _forms(desk).page(desk.request, desk.layer, desk.lang, values, **more)
    answer.status_code = status
    answer.headers["Cache-Control"] = "private, no-store"
    return answer

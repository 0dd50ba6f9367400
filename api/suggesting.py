"""The pages on which anyone suggests a record or a correction, with an account or without.

Nothing that is sent here changes a record or is told to anyone but its author and reviewers.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.auth import require_own_origin
from api.depends import Language, ReadableId
from api.forms import Pairs
from api.parameters import place_asked
from api.proposing import (
    Seen,
    begun,
    change,
    empty,
    in_words,
    kept,
    new_record,
    title_seen,
    told,
    visible,
)
from api.records import CurrentDesk, Desk, page_of, version_of
from api.router import Router
from api.service import CurrentService
from api.suggestions import DeskOf
from api.uploads import CurrentForm, Form, with_photos
from geomap.access import Action
from geomap.crs import STORAGE_CRS
from geomap.errors import (
    BodyUnreadable,
    CoordinateOutOfRange,
    CrsUnknown,
    InputFaulty,
    ParameterInvalid,
    SignInNeeded,
    SuggestionNotFound,
    SuggestionsDecided,
)
from geomap.i18n import moment
from geomap.model import Fault, Feature
from geomap.notices import is_mail_address
from geomap.suggestions import Kind, Limits, Suggestion
from layers.candidates import candidates
from layers.exact import body_mark, record_mark
from layers.given import Given
from layers.history import feature_of
from layers.suggesting import public_part

NEW = "/suggest/{layer_id}/new"
RECORD = "/suggest/{layer_id}/{feature_id}"
SECRET_BYTES = 32
MOST_TYPED = 256 * 1024
"""Characters of a form: people write less."""
TRAP = "website"
"""An input that no person sees; whoever fills it in is a program."""
NO_ADDRESS = "This is no e-mail address, such as name@example.org."
PLACE = ("geometry", "north", "east")
PRIVATE: Mapping[str, str] = {"Cache-Control": "private, no-store"}

router = Router("Suggestion pages")


@router.page("GET", NEW, Action.SUGGEST)
def new_form(desk: CurrentDesk) -> Response:
    """An empty form; `lat` and `lng` of the address are the place where it begins."""
    _require_open(desk)
    try:
        place = place_asked(desk.request.query_params)
    except (ParameterInvalid, CoordinateOutOfRange):
        # Nobody has typed it: the form is there all the same.
        place = None
    inputs = {"crs": "EPSG:4326", "north": str(place.lat), "east": str(place.lng)} if place else {}
    return _page(desk, None, {}, inputs=inputs)


@router.page("POST", NEW, Action.SUGGEST)
def suggest_new(desk: CurrentDesk, form: CurrentForm) -> Response:
    """Keep the suggestion of a new record, or show the form again with what is to be mended."""
    return _sent(desk, None, str(uuid4()), form)


@router.page("GET", RECORD, Action.SUGGEST)
def record_form(desk: CurrentDesk, feature_id: ReadableId) -> Response:
    """A record as everyone sees it, to be corrected; `revises` names what came back."""
    _require_open(desk)
    revised = _revised(desk, feature_id)
    if revised is not None and revised.kind is Kind.CREATE:
        made = _record(revised)
        inputs = _forms(desk).inputs_of(made.geometry)
        return _page(desk, None, made.properties, inputs=inputs, revised=revised)
    seen = visible(desk, feature_id)
    before = seen.told
    inputs = _forms(desk).inputs_of(before.geometry) if before else {}
    values = before.properties if before else {}
    return _page(desk, seen, values, inputs=inputs, mark=_mark(desk, seen), revised=revised)


@router.page("POST", RECORD, Action.SUGGEST)
def suggest_change(desk: CurrentDesk, feature_id: ReadableId, form: CurrentForm) -> Response:
    """Keep a suggested correction, or show the form again with what is to be mended."""
    revised = _revised(desk, feature_id)
    if revised is not None and revised.kind is Kind.CREATE:
        return _sent(desk, None, feature_id, form, revised)
    return _sent(desk, visible(desk, feature_id), feature_id, form, revised)


@router.page("GET", "/suggested/{secret}", Action.READ)
def suggested(
    request: Request, service: CurrentService, desk_of: DeskOf, secret: str, lang: Language
) -> Response:
    """What became of a suggestion, for whoever has its link."""
    one = service.store.suggestions.of_secret(secret[:200])
    if one is None:
        raise SuggestionNotFound("")
    shown = {**told(desk_of(one.layer), one), "decided_by": None, "is_secret": True, "links": []}
    answer = page_of(request, "suggestion", orjson.dumps(shown))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _sent(
    desk: Desk, seen: Seen | None, feature_id: str, form: Form, revised: Suggestion | None = None
) -> Response:
    """Keep what a form suggests; with faults, or where it is too much, show the form again."""
    _require_open(desk)
    require_own_origin(desk.request)
    if dict(form.pairs).get(TRAP):
        return _private(_forms(desk).thanked(desk.request, desk.lang))
    _require_short(form.pairs)
    # Photos are work: whoever sends some is counted before that is done.
    wait = _wait(desk) if form.files else 0
    pairs, refused = (form.pairs, []) if wait else _with_photos(desk, form)
    fields = dict(pairs)
    seen = _at_mark(desk, seen, fields.get("mark", ""))
    before = empty(desk, feature_id) if seen is None else seen.told
    posted = _forms(desk).read(desk.layer.id, pairs, before.properties if before else {}, desk.lang)
    shown = partial(_page, desk, seen, posted.properties, revised=revised)
    again = _again(posted, fields)
    if posted.more:
        return shown(faults=refused, **again)
    try:
        one = _suggestion(desk, seen, feature_id, posted, refused)
    except InputFaulty as faulty:
        return shown(status=422, faults=faulty.faults, **again)
    alike = _alike(desk, one) if not (seen or revised or posted.seen) else []
    if alike:
        return shown(candidates=alike, seen=True, **again)
    wait = wait if form.files else _wait(desk)
    if wait:
        return _too_often(shown(status=429, too_often=True, **again), wait)
    return _added(desk, one) if revised is None else _put_anew(desk, replace(one, id=revised.id))


def _with_photos(desk: Desk, form: Form) -> tuple[Pairs, Sequence[Fault]]:
    return with_photos(desk.service, form, actor=desk.actor.name)


def _too_often(page: Response, wait: int) -> Response:
    page.headers["Retry-After"] = str(wait)
    return page


def _suggestion(
    desk: Desk, seen: Seen | None, feature_id: str, posted: Any, refused: Sequence[Fault]
) -> Suggestion:
    """Return what a form suggests.

    Raises:
        InputFaulty: With every fault, those of photos among them.
    """
    email = "" if desk.actor.account else posted.typed.get("email", "").strip()
    faults = [*refused]
    if email and not is_mail_address(email):
        faults.append(Fault("VALUE_INVALID", "email", email[:200], NO_ADDRESS))
    try:
        one = _wished(desk, seen, feature_id, posted)
    except InputFaulty as faulty:
        raise InputFaulty([*faulty.faults, *faults]) from faulty
    if faults:
        raise InputFaulty(faults)
    return replace(one, email=email)


def _wished(desk: Desk, seen: Seen | None, feature_id: str, posted: Any) -> Suggestion:
    fields = posted.typed
    kind = Kind.CREATE if seen is None else Kind.CHANGE
    one = begun(desk, kind, feature_id, fields.get("message") or fields.get("comment", ""))
    if seen is not None and seen.told is None:
        return in_words(desk, one, seen)

    def given(before: Feature) -> Given:
        document = {"type": "Feature", "properties": dict(posted.properties)}
        place = posted.place
        if not any(name in fields for name in PLACE) or desk.layer.id == "twins":
            return Given(document, document, before.geometry, STORAGE_CRS)
        return Given(document, document, place.geometry, place.crs, place.faults)

    try:
        if seen is None:
            return new_record(desk, one, given(empty(desk, feature_id)), lenient=True)
        return change(desk, one, seen, given, lenient=True)
    except CrsUnknown as problem:
        crs = posted.inputs["crs"]
        raise InputFaulty([Fault("CRS_UNKNOWN", "crs", crs, str(problem))]) from problem


def _added(desk: Desk, one: Suggestion) -> Response:
    """Keep a suggestion; lead to where its author sees what becomes of it."""
    if desk.actor.account:
        return _to(f"/suggestions/{kept(desk, one).id}?f=html&lang={desk.lang}")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    kept(desk, one, secret=secret)
    return _to(f"/suggested/{secret}?lang={desk.lang}")


def _put_anew(desk: Desk, one: Suggestion) -> Response:
    if not desk.service.store.suggestions.revise(one):
        raise SuggestionsDecided([one.title])
    return _to(f"/suggestions/{one.id}?f=html&lang={desk.lang}")


def _revised(desk: Desk, feature_id: str) -> Suggestion | None:
    """Return the suggestion that the address names to be put anew.

    Raises:
        SuggestionNotFound: There is none on this record, or it is someone else's.
    """
    named = desk.request.query_params.get("revises")
    if named is None:
        return None
    one = desk.service.store.suggestions.get(named[:100])
    own = one is not None and one.author and one.author == desk.actor.account
    if one is None or not own or (one.layer, one.feature_id) != (desk.layer.id, feature_id):
        raise SuggestionNotFound(named)
    return one


def _at_mark(desk: Desk, seen: Seen | None, mark: str) -> Seen | None:
    """Return a record as the form was made from it: what others changed since is no wish."""
    if seen is None or seen.told is None or mark in ("", _mark(desk, seen)):
        return seen
    base = version_of(desk, seen.exact.id, {mark}, desk.source(seen.exact))
    if base is None:
        return seen
    shown = base if desk.may(Action.SEE, base) else public_part(base)
    return seen if shown is None else Seen(base, shown)


def _mark(desk: Desk, seen: Seen) -> str:
    """Return what tells this version from others, as far as whoever asks may see it."""
    if seen.told is seen.exact:
        return record_mark(seen.exact)
    return body_mark(desk.public_text(seen.exact.id) or b"") if seen.told else ""


def _wait(desk: Desk) -> int:
    """Note that someone without an account suggests; return the seconds to wait where needed."""
    if desk.actor.account:
        return 0
    settings = desk.service.settings
    limits = Limits(settings.suggestions_an_hour, settings.suggestions_a_day)
    address = desk.request.client.host if desk.request.client else ""
    wait = desk.service.store.suggestions.admit(address, limits)
    return 0 if wait is None else int(wait.total_seconds())


def _require_open(desk: Desk) -> None:
    """Ask whoever has no account to sign in, where suggesting needs one.

    Raises:
        SignInNeeded: It does.
    """
    if not desk.actor.account and not desk.service.settings.suggestions_a_day:
        raise SignInNeeded


def _require_short(pairs: Pairs) -> None:
    """Refuse more than people write.

    Raises:
        BodyUnreadable: It is more.
    """
    if sum(len(name) + len(value) for name, value in pairs) > MOST_TYPED:
        raise BodyUnreadable(f"A form may have {MOST_TYPED} characters here.")


def _alike(desk: Desk, one: Suggestion) -> list[Mapping[str, Any]]:
    """Return what everyone sees that a new record may be a second time."""
    record = _record(one)
    names = [str(name["value"]) for name in record.properties.get("names", ())]
    with desk.service.store.public() as reader:
        found = candidates(reader, desk.layer.id, record.geometry, names)
    return [{"href": desk.path(each.id), "name": each.name, "km": each.km} for each in found]


def _record(one: Suggestion) -> Feature:
    """Return the new record that is suggested."""
    return feature_of(one.layer, one.feature_id, one.document or {}, 0)


def _again(posted: Any, fields: Mapping[str, str]) -> dict[str, Any]:
    """Return what a form is shown again with: all that was typed."""
    return {
        "inputs": posted.inputs,
        "mark": fields.get("mark", "")[:100],
        "message": fields.get("message") or fields.get("comment", ""),
        "email": fields.get("email", ""),
        "typed": posted.typed,
    }


def _own(desk: Desk, feature_id: str) -> Sequence[Mapping[str, str]]:
    """Return what whoever asks has suggested on a record that is not decided for good."""
    if not desk.actor.account:
        return ()
    return [
        {
            "href": f"/suggestions/{one.id}",
            "when": moment(desk.lang, one.at),
            "status": one.status.value,
            "reason": one.reason,
        }
        for one in desk.service.store.suggestions.on_record(desk.layer.id, feature_id)
        if one.author == desk.actor.account and one.status.is_open
    ]


def _page(
    desk: Desk,
    record: Seen | None,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    revised: Suggestion | None = None,
    **more: Any,
) -> Response:
    """Return the form; `more` is what `web.forms.suggesting.Wish` holds beside the values."""
    if record is not None:
        more["record"] = record.exact.id
        more["title"] = title_seen(desk, record)
        more["own"] = _own(desk, record.exact.id)
    if revised is not None:
        more = {"message": revised.message, **more, "revises": revised.id}
        more["record"] = revised.feature_id
    more["in_words"] = record is not None and record.told is None
    more["licence"] = desk.service.settings.edit_licence
    more["has_account"] = bool(desk.actor.account)
    page = _forms(desk).suggestion_form(desk.request, desk.layer, desk.lang, values, **more)
    page.status_code = status
    return _private(page)


def _forms(desk: Desk) -> Any:
    return desk.request.app.state.forms


def _private(page: Response) -> Response:
    page.headers.update(PRIVATE)
    return page


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers=PRIVATE)

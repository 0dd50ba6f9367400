"""Drafts of forms: kept for the account that types, shown on return, forgotten once saved.

Of a record itself nothing is read here to keep or to show a draft, so that nobody learns from it
whether there is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

from api.records import Desk
from api.service import Service
from geomap.access import Action, Actor, may
from geomap.drafts import Draft
from geomap.errors import DraftNotFound, GeomapError, NotAllowed, StoreBusy, StoreUnusable
from geomap.model import Feature
from layers.catalog import LAYERS
from layers.grounds import grounds_of
from layers.store.protocol import Store

Pairs = list[tuple[str, str]]
NAMED = "draft"
"""The input, and the parameter, that holds the id of the draft of a new record."""
MOST_INPUTS = 5_000
_FORM = re.compile(r"/edit/(?P<layer>\w+)/(?P<record>new|[0-9a-f-]{36})(?:/draft)?")
_BASE = re.compile(r"[0-9]{1,9}", re.ASCII)


def keep(desk: Desk, record: str, pairs: Pairs) -> Draft:
    """Keep what was typed for a record; for a new one where `record` is empty.

    Raises:
        NotAllowed: Whoever asks has no account.
        DraftTooLarge: More was typed than is kept.
        DraftsFull: The account has as many others as are kept.
    """
    if not desk.actor.account:
        raise NotAllowed("Drafts are kept for those who sign in with an account.")
    draft = _draft(desk.layer.id, record, pairs)
    return desk.service.store.drafts.save(desk.actor.account, draft)


def draft_of(desk: Desk, record: str) -> Draft | None:
    """Return the draft that whoever asks has of a record."""
    if not desk.actor.account:
        return None
    return desk.service.store.drafts.of(desk.actor.account, desk.layer.id, record)


def wished(desk: Desk) -> Draft | None:
    """Return the draft that the address names; None where it names none.

    Raises:
        DraftNotFound: Whoever asks has none of this name.
    """
    named = desk.request.query_params.get(NAMED)
    if named is None:
        return None
    draft = draft_of(desk, named)
    if draft is None:
        raise DraftNotFound(named)
    return draft


def forget(desk: Desk, record: str, pairs: Pairs) -> None:
    """Forget the draft of what is saved now; a busy store keeps it, for the saving is done."""
    if desk.actor.account:
        with suppress(StoreBusy, StoreUnusable):
            named = record or new_id(pairs)
            desk.service.store.drafts.discard(desk.actor.account, desk.layer.id, named)


def told(
    desk: Desk, feature: Feature | None, *, pairs: Pairs | None, draft: Draft | None
) -> Mapping[str, Any] | None:
    """Return what a form says of drafts; None for those of whom none are kept.

    Args:
        desk: Who opens the form.
        feature: The record; None, or without a revision, for a new one.
        pairs: What was sent and is not saved; it is kept as a draft.
        draft: What the form is filled from.
    """
    if not desk.actor.account:
        return None
    record = feature.id if feature is not None and feature.revision else ""
    fault = ""
    if pairs is not None:
        try:
            draft = keep(desk, record, pairs)
        except GeomapError as problem:
            fault = problem.problem
    fresh = new_id(pairs or [])
    return {
        "who": desk.actor.account,
        "new": "" if record else (draft.record if draft else fresh),
        "draft": draft,
        "resumed": draft is not None and pairs is None,
        "fault": fault,
        "others": [] if record or draft else _begun(desk),
    }


def listed(service: Service, actor: Actor) -> list[dict[str, str]]:
    """Return the drafts of an account: what each is called, where it goes on, and since when."""
    drafts = service.store.drafts.all(actor.account) if actor.account else ()
    return [
        {
            "layer": draft.layer,
            "record": draft.record,
            "name": name_of(draft),
            "href": form_of(service.store, actor, draft),
            "began_at": draft.began_at,
            "saved_at": draft.saved_at,
        }
        for draft in drafts
    ]


def form_of(store: Store, actor: Actor, draft: Draft) -> str:
    """Return the path of the form that a draft goes on in.

    Where its record is not there any more for whoever typed it, that is the form of a new one.
    """
    if draft.base:
        feature = store.feature(draft.layer, draft.record)
        if feature is not None and may(actor, Action.CHANGE, grounds_of(feature, store)):
            return f"/edit/{draft.layer}/{draft.record}"
    return f"/edit/{draft.layer}/new?{NAMED}={draft.record}"


def name_of(draft: Draft) -> str:
    """Return the first name that was typed; empty before one was."""
    names = (value for name, value in draft.inputs if name.startswith("names[") and value.strip())
    return next((value.strip() for value in names), "")


def carried(store: Store, account_id: str, path: str, typed: str) -> str:
    """Keep what was typed before its account had signed in; return the form that it goes on in.

    Args:
        store: Where drafts are kept.
        account_id: Who has signed in now.
        path: Where the form was sent to.
        typed: What it sent, as a form encodes it.

    Raises:
        DraftTooLarge: More was typed than is kept.
        DraftsFull: The account has as many others as are kept.
    """
    parts = urlsplit(path)
    form = _FORM.fullmatch(parts.path)
    if form is None or form["layer"] not in LAYERS:
        return path
    record = "" if form["record"] == "new" else form["record"]
    try:
        pairs = parse_qsl(typed, keep_blank_values=True, max_num_fields=MOST_INPUTS)
    except ValueError:
        return path
    draft = store.drafts.save(account_id, _draft(form["layer"], record, pairs))
    query = parts.query if record else f"{NAMED}={draft.record}&{parts.query}".rstrip("&")
    return f"/edit/{draft.layer}/{form['record']}?{query}".rstrip("?")


def is_form(path: str) -> bool:
    """Tell whether a path is one that a form of a record is sent to."""
    return _FORM.fullmatch(path) is not None


def new_id(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the id that a form has for the draft of a new record; a new one where it has none."""
    text = dict(pairs).get(NAMED, "")
    try:
        is_id = str(UUID(text)) == text
    except ValueError:
        is_id = False
    return text if is_id else str(uuid4())


def _draft(layer: str, record: str, pairs: Pairs) -> Draft:
    """Return what was typed as a draft; that of a record is on some revision of it."""
    base = dict(pairs).get("base", "")
    number = int(base) if _BASE.fullmatch(base) else 0
    if record:
        return Draft(layer, record, max(number, 1), pairs)
    return Draft(layer, new_id(pairs), 0, pairs)


def _begun(desk: Desk) -> list[dict[str, str]]:
    """Return the drafts of new records of this layer, for the form of another one."""
    drafts = listed(desk.service, desk.actor)
    return [one for one in drafts if one["layer"] == desk.layer.id and "/new?" in one["href"]]

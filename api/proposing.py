"""What someone suggests, made of what they see of a record; told again to them alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, NamedTuple
from uuid import uuid4

import orjson

from api.links import JSON, link, url
from api.records import Desk, is_on_present
from api.saving import OWN_SOURCE, basis_of
from geomap.access import Action, reach
from geomap.errors import FeatureNotFound, InputFaulty, NotAllowed, VersionPassed
from geomap.model import Fault, Feature
from geomap.patches import changes
from geomap.photos import named_in
from geomap.suggestions import LONGEST_MESSAGE, Kind, Suggestion
from layers.exact import exact_object
from layers.given import Given, record_of
from layers.grounds import grounds_of
from layers.suggesting import proposed, public_part, title_of

WORDS_ALONE = "Only a part of this record is public: say in words what is to be changed."


class Seen(NamedTuple):
    """A record, and as much of it as whoever asks may see."""

    exact: Feature
    told: Feature | None
    """None where that is less than a record: on it, one can suggest in words alone."""


def visible(desk: Desk, feature_id: str) -> Seen:
    """Return a record that the actor sees something of.

    Raises:
        FeatureNotFound: There is none, or none that the actor sees.
        FeatureGone: It was deleted, and the actor could see it.
        VersionPassed: If-Match names another version than the present one.
    """
    feature = desk.service.store.feature(desk.layer.id, feature_id)
    if feature is None:
        raise desk.absence(feature_id)
    sees = desk.may(Action.SEE, feature)
    if not sees and not desk.is_public(feature_id):
        raise FeatureNotFound(desk.layer.id, feature_id)
    if not is_on_present(desk, feature):
        raise VersionPassed
    return Seen(feature, feature if sees else public_part(feature))


def require_right_to_suggest(desk: Desk) -> None:
    """Refuse whoever may not suggest: a token that is for other things.

    Raises:
        NotAllowed: They may not.
    """
    if reach(desk.actor, Action.SUGGEST, desk.layer.id) is None:
        raise NotAllowed("Your rights do not allow to suggest here.")


def begun(desk: Desk, kind: Kind, feature_id: str, message: str) -> Suggestion:
    """Return a suggestion of the actor that says nothing of its record yet.

    Raises:
        InputFaulty: The message is too long.
    """
    if len(message) > LONGEST_MESSAGE:
        hint = f"It has up to {LONGEST_MESSAGE:,} characters."
        raise InputFaulty([Fault("VALUE_TOO_LONG", "message", message[:100], hint)])
    return Suggestion(
        str(uuid4()),
        desk.layer.id,
        feature_id,
        kind,
        "",
        author=desk.actor.account or None,
        message=message.strip(),
    )


def empty(desk: Desk, feature_id: str) -> Feature:
    """Return the record that a new one is made from."""
    return Feature(desk.layer.id, feature_id, OWN_SOURCE, feature_id, None, {})


def new_record(desk: Desk, one: Suggestion, given: Given, *, lenient: bool) -> Suggestion:
    """Return the suggestion of a new record.

    Raises:
        InputFaulty: With every fault of the record.
    """
    _require_own_source(given)
    before = empty(desk, one.feature_id)
    wished = record_of(given, basis_of(desk, before, {}, lenient=lenient))
    return proposed(one, before, wished, desk.service.store)


def change(
    desk: Desk, one: Suggestion, seen: Seen, given: Callable[[Feature], Given], *, lenient: bool
) -> Suggestion:
    """Return the suggestion of a change.

    Args:
        desk: Where the request works.
        one: As `begun`.
        seen: The record.
        given: What is sent, laid on the record as the actor sees it.
        lenient: As of `layers.given.Basis`.

    Raises:
        InputFaulty: With every fault of the changed record, or nothing is changed or said.
    """
    before = seen.told
    if before is None:
        raise InputFaulty([Fault("READ_ONLY", "properties", "", WORDS_ALONE)])
    told = exact_object(before, desk.source(before))["properties"]
    wished = record_of(given(before), basis_of(desk, before, told, lenient=lenient))
    made = proposed(one, before, wished, desk.service.store)
    return made if made.patch else _in_words(made)


def in_words(desk: Desk, one: Suggestion, seen: Seen) -> Suggestion:
    """Return a suggestion that says of a record in words what is to be done: deleted, for one.

    Raises:
        InputFaulty: There are no words.
    """
    grounds = grounds_of(seen.exact, desk.service.store)
    municipalities = frozenset().union(*(ground.municipalities for ground in grounds))
    made = replace(
        one, title=title_seen(desk, seen), base=seen.exact.revision, municipalities=municipalities
    )
    return _in_words(made)


def told(desk: Desk, one: Suggestion) -> dict[str, Any]:
    """Return a suggestion as its author sees it."""
    return {
        "id": one.id,
        "layer": one.layer,
        "feature_id": one.feature_id,
        "kind": one.kind.value,
        "title": one.title,
        "status": one.status.value,
        "at": one.at,
        "message": one.message,
        "changes": [asdict(change) for change in changes(one.patch)],
        "document": one.document,
        "decided_at": one.decided_at or None,
        "decided_by": one.decided_by or None,
        "reason": one.reason,
        "links": [
            link(url(desk.request, f"/suggestions/{one.id}"), "self", JSON),
            link(url(desk.request, desk.path(one.feature_id)), "item", "application/geo+json"),
        ],
    }


def _in_words(one: Suggestion) -> Suggestion:
    if not one.message:
        hint = "Say what is to be changed, and why."
        raise InputFaulty([Fault("REQUIRED_MISSING", "message", "", hint)])
    return one


def title_seen(desk: Desk, seen: Seen) -> str:
    """Return what a record is called, as far as whoever asks sees it."""
    if seen.told is not None:
        return title_of(seen.told)
    text = desk.public_text(seen.exact.id)
    properties = orjson.loads(text)["properties"] if text else {}
    return str(properties.get("name") or seen.exact.id)


def kept(desk: Desk, one: Suggestion, *, secret: str = "", asked: bytes = b"") -> Suggestion:
    """Keep a suggestion, and the photos that it names; return it as it is kept."""
    hold_photos(desk, one)
    return desk.service.store.suggestions.add(one, secret=secret, asked=asked)


def hold_photos(desk: Desk, one: Suggestion) -> None:
    """Keep the photos that a suggestion names, which no record does yet."""
    values = [change.after for change in changes(one.patch) if change.path == "/properties/photos"]
    named = [{"photos": value} for value in values if value]
    named += [one.document["properties"]] if one.document else []
    ids = [photo_id for properties in named for photo_id in named_in(properties)]
    if ids:
        desk.service.store.photos.hold(f"suggestion:{one.id}", ids)


def _require_own_source(given: Given) -> None:
    """Refuse a source: what is suggested here is of the house's own."""
    properties = given.document.get("properties")
    named = properties.get("source_id") if isinstance(properties, dict) else None
    if named not in (None, "", OWN_SOURCE):
        hint = f"What is suggested is of the source {OWN_SOURCE!r}; leave it out."
        raise InputFaulty([Fault("READ_ONLY", "source_id", str(named)[:200], hint)])

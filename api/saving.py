"""From someone's wish to the store: what a record is made on, whether it may be, and the write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from api.records import Desk
from api.service import Service
from geomap.access import Action
from geomap.errors import NotAllowed, RevisionConflict
from geomap.model import Edit, Feature, Source, Written
from geomap.settings import Settings
from layers.given import Basis

OWN_SOURCE = "own"
"""Id of the source of records that are made here and name no other."""


TRIES = 5
"""How often a change is begun anew that others come before."""
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Why:
    """What history and a retry need to know of a write."""

    action: str
    comment: str = ""
    key: str | None = None
    """Under which a retry does nothing a second time."""
    asked: bytes = b""
    """What tells the request from any other; empty: the edits themselves."""


def basis_of(desk: Desk, before: Feature, told: Mapping[str, Any], *, lenient: bool) -> Basis:
    """Return what a record is made from, as far as the actor may see it."""

    def has_city(city_id: str) -> bool:
        city = desk.service.store.feature("cities", city_id)
        if city is None:
            return False
        with desk.service.store.public() as reader:
            public = reader.body("cities", city_id) is not None
        return public or desk.may(Action.SEE, city)

    def has_photo(photo_id: str) -> bool:
        photo = desk.service.store.photos.known(photo_id)
        own = ("", before.id)
        return photo is not None and photo.feature_id in own

    return Basis(before, told, lenient, has_city, has_photo)


def require_right(desk: Desk, action: Action, feature: Feature) -> None:
    """Refuse what would lie outside the rights of the actor.

    Raises:
        NotAllowed: It would.
    """
    if not desk.may(action, feature):
        raise NotAllowed(
            "The record would lie outside the municipalities and regions of your account."
        )


def until_no_conflict(once: Callable[[], Done]) -> Done:
    """Do a change; begin it anew, conditions and all, when another came between."""
    for _ in range(TRIES - 1):
        try:
            return once()
        except RevisionConflict:
            continue
    return once()


def write(desk: Desk, edits: Sequence[Edit], why: Why, sources: Sequence[Source] = ()) -> Written:
    """Write as the actor, with the house's own source where an edit names it.

    Raises:
        RevisionConflict: Someone was faster.
    """
    named = {one.id: one for one in (*own_sources(desk.service, edits), *sources)}
    return desk.service.store.write(
        edits,
        actor=desk.actor.name,
        action=why.action,
        comment=why.comment,
        sources=[*named.values()],
        key=why.key,
        asked=why.asked,
    )


def own_source(settings: Settings) -> Source:
    """Return the source of records that are made here."""
    return Source(
        OWN_SOURCE,
        f"Records made in {settings.title}",
        settings.title,
        settings.edit_licence,
        settings.base_url,
        datetime.now(UTC).date(),
        f"{settings.title} contributors",
    )


def own_sources(service: Service, edits: Sequence[Edit]) -> list[Source]:
    """Return the source of what is made here, where an edit names it and it is not stored yet."""
    named = any(edit.feature.source_id == OWN_SOURCE for edit in edits)
    if not named or OWN_SOURCE in service.store.sources():
        return []
    return [own_source(service.settings)]


def sources_offered(desk: Desk, feature: Feature | None) -> list[tuple[str, str]]:
    """Return id, and title with licence, of the sources that a record can be from.

    A stored one has its own; a new one may be of the house's or of any that is published: others
    may be those of records that not everyone who adds some may know of.
    """
    if feature is not None and feature.revision:
        offered = [desk.source(feature)]
    else:
        with desk.service.store.public() as reader:
            published = reader.sources()
        offered = [published.get(OWN_SOURCE) or own_source(desk.service.settings)]
        offered += [published[one] for one in sorted(published) if one != OWN_SOURCE]
    return [(one.id, f"{one.title} ({one.licence})") for one in offered]

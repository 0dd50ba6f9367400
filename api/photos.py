"""Photos of features: shown to whom the feature is shown, added and taken away as edits of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.auth import CurrentActor
from api.bodies import CurrentBody
from api.depends import CurrentWishes, ReadableId, Reads
from api.edit import CHANGED, CurrentPreferences, answer_to_change, changed, is_answered
from api.features import ITEM
from api.links import url
from api.negotiate import AS_PHOTO, answered
from api.parameters_editing import ALT, AUTHOR, CAPTION, LICENCE
from api.records import PRIVATE, CurrentDesk, Desk, check_conditions
from api.router import Router, Writes
from api.service import CurrentService, Service
from api.uploads import IMAGES, MULTIPART, posted_form, take
from geomap.access import Action, Actor, may, may_somewhere
from geomap.crs import STORAGE_CRS
from geomap.errors import BodyUnreadable, PhotoNotFound
from geomap.model import Feature
from geomap.photos import MEDIA_TYPE, Photo, Size, href_of, named_in
from layers.exact import exact_object
from layers.given import Given, merged
from layers.grounds import grounds_of
from layers.history import found_by

PHOTO = "/photos/{photo_id}"
PHOTOS = ITEM + "/photos"
TEXTS = (ALT, AUTHOR, LICENCE, CAPTION)
"""What is said of a photo."""

router = Router("Photos")


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo as it was sent, with what was said of it."""

    content: bytes
    texts: Mapping[str, str]


async def sent_photo(request: Request, wishes: CurrentWishes) -> SentPhoto:
    """Return the photo that a body is or, as one file of a form, holds.

    Raises:
        BodyUnreadable: The form has not one file, or says what is no part of a photo.
    """
    texts = {name: text for name, text in wishes.values.items() if text}
    if not request.headers["content-type"].lower().startswith(MULTIPART):
        return SentPhoto(await request.body(), texts)
    form = await posted_form(request)
    names = {one.name for one in TEXTS}
    if unknown := [name for name, _ in form.pairs if name not in names]:
        known = ", ".join(sorted(names))
        raise BodyUnreadable(f"A photo has no {unknown[0][:100]!r}; it has {known} and a file.")
    if len(form.files) != 1:
        raise BodyUnreadable("One file is expected.")
    [file] = form.files.values()
    return SentPhoto(file.content, {**texts, **{name: text for name, text in form.pairs if text}})


CurrentPhoto = Annotated[SentPhoto, Depends(sent_photo)]


@router.get(PHOTO, "getPhoto", Reads(), AS_PHOTO)
def photo(
    request: Request, photo_id: str, service: CurrentService, actor: CurrentActor
) -> Response:
    """A photo, at most 2,048 pixels long."""
    return _shown(request, service, actor, photo_id, Size.FULL)


@router.get(PHOTO + "/thumbnail", "getThumbnail", Reads(), AS_PHOTO)
def thumbnail(
    request: Request, photo_id: str, service: CurrentService, actor: CurrentActor
) -> Response:
    """A photo, at most 480 pixels long."""
    return _shown(request, service, actor, photo_id, Size.THUMBNAIL)


@router.write(
    "POST",
    PHOTOS,
    "addPhoto",
    Writes(
        Action.CHANGE,
        {
            "201": "It is kept and shown with the feature; `Location` says where it is.",
            **CHANGED,
            "413": "It is larger than 20 MB.",
            "503": "Photos cannot be read just now, or not at all here.",
        },
        (*IMAGES, MULTIPART),
        "photo",
        needs="photos",
    ),
    Reads(*TEXTS),
)
def add(
    desk: CurrentDesk,
    feature_id: ReadableId,
    body: CurrentBody,
    sent: CurrentPhoto,
    wishes: CurrentPreferences,
) -> Response:
    """Add a photo to a feature: JPEG, PNG or WebP, with what it shows, its author and licence."""
    _require_photos(desk)
    if is_answered(desk, body):
        return answer_to_change(desk, desk.record(feature_id, Action.CHANGE), wishes, 201, {})
    # Whoever may not, or is late, learns so before anything is done with the file.
    check_conditions(desk, desk.record(feature_id, Action.CHANGE))
    photo_id = take(desk.service, sent.content, actor=desk.actor.name)
    new = {"id": photo_id, **sent.texts}

    def given(before: Feature) -> Given:
        return _with(desk, before, [*before.properties.get("photos", ()), new])

    feature = changed(desk, feature_id, body, wishes, given)
    location = {"Location": url(desk.request, href_of(photo_id))}
    return answer_to_change(desk, feature, wishes, 201, location)


@router.write(
    "DELETE",
    PHOTOS + "/{photo_id}",
    "removePhoto",
    Writes(Action.CHANGE, {"204": "The feature has it no more.", **CHANGED}, needs="photos"),
)
def remove(
    desk: CurrentDesk,
    feature_id: ReadableId,
    photo_id: str,
    body: CurrentBody,
    wishes: CurrentPreferences,
) -> Response:
    """Take a photo away from a feature; its history keeps it, and it can be restored."""
    _require_photos(desk)

    def given(before: Feature) -> Given:
        if photo_id not in named_in(before.properties):
            raise PhotoNotFound(photo_id)
        kept = [one for one in before.properties["photos"] if one["id"] != photo_id]
        return _with(desk, before, kept or None)

    feature = changed(desk, feature_id, body, wishes, given)
    return answer_to_change(desk, feature, wishes, 204, {})


def _with(desk: Desk, before: Feature, photos: list[Any] | None) -> Given:
    """Return a record as it is, but for its photos."""
    patch = {"properties": {"photos": photos}}
    document = merged(exact_object(before, desk.source(before)), patch)
    return Given(document, patch, before.geometry, STORAGE_CRS)


def _require_photos(desk: Desk) -> None:
    if desk.layer.field("photos") is None:
        raise HTTPException(404, "Features of this collection have no photos.")


def _shown(request: Request, service: Service, actor: Actor, photo_id: str, size: Size) -> Response:
    """Return a photo: to everyone where the public sees it, else to those with rights alone.

    Raises:
        PhotoNotFound: There is none, or none for whoever asks.
    """
    name = {"Content-Disposition": f'inline; filename="{photo_id}.webp"'}
    with service.store.public() as reader:
        content = reader.photo(photo_id, size)
    if content is not None:
        public = content
        return answered(request, (photo_id, size), MEDIA_TYPE, lambda: public, name)
    known = service.store.photos.known(photo_id) if actor.is_known else None
    if known is not None and _may_see(service, actor, known):
        content = service.store.photos.content(photo_id, size)
    if content is None:
        raise PhotoNotFound(photo_id)
    return Response(content, media_type=MEDIA_TYPE, headers={**name, **PRIVATE})


def _may_see(service: Service, actor: Actor, photo: Photo) -> bool:
    """Tell whether an actor may see a photo that is not public: with its record.

    Before a record names it, it is for who sent it, and for those who decide on suggestions.
    """
    if not photo.feature_id:
        return photo.actor == actor.name or may_somewhere(actor, Action.REVIEW)
    record = service.store.feature(photo.layer, photo.feature_id)
    if record is None:
        past = service.store.history(photo.layer, photo.feature_id)
        record = found_by(past[-1]) if past else None
    return record is not None and may(actor, Action.SEE, grounds_of(record, service.store))

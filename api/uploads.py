"""Files that people send: how large they may be, forms that hold some, photos taken in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from api.service import Service
from geomap.errors import (
    BodyUnreadable,
    PhotoRefused,
    PhotosBusy,
    PhotosOff,
    StoreBusy,
    StoreUnusable,
)
from geomap.model import Fault
from geomap.uploads import MOST_BYTES
from layers.photos.pictures import MAX_BYTES, developed

MULTIPART = "multipart/form-data"
FORMS = ("application/x-www-form-urlencoded", MULTIPART)
IMAGES = ("image/jpeg", "image/png", "image/webp")
MOST_TYPED = 4 * 1024 * 1024
"""Characters of all that is typed into a form."""
MOST_FIELDS = 5_000
MOST_FILES = 20
CHOSEN = ".file"
"""How the names of inputs end in which photos are chosen."""
FORM_BYTES = 64 * 1024 * 1024
"""Of a form with photos."""
PHOTO_BYTES = MAX_BYTES + 64 * 1024
"""Of a body that is one photo, with what is said of it."""
SUGGESTION_BYTES = MAX_BYTES + 1024 * 1024
"""Of a form on which anyone suggests: one photo or some smaller ones."""
FILE_BYTES = MOST_BYTES + 64 * 1024
"""Of a body that is one file of records, with the form around it."""
LARGER: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"/collections/[^/]+/items/[^/]+/photos"), PHOTO_BYTES),
    (re.compile(r"/edit/[^/]+/[^/]+(?:/draft)?"), FORM_BYTES),
    (re.compile(r"/suggest/[^/]+/[^/]+"), SUGGESTION_BYTES),
    (re.compile(r"/import/[^/]+|/collections/[^/]+/imports"), FILE_BYTES),
)
"""Paths whose bodies may be larger than those of others."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was sent."""

    name: str
    """As its owner calls it; of use to people alone."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sent: what was typed, and files by the names of their inputs."""

    pairs: list[tuple[str, str]]
    files: Mapping[str, File] = field(default_factory=dict)


def take(service: Service, content: bytes, *, actor: str = "") -> str:
    """Return the id under which a photo is kept, made anew from what somebody sent.

    Takes a second or so of another process; not for the event loop.

    Args:
        service: Its store keeps the photo until a record names it, or for a day.
        content: The file.
        actor: Who sent it; nobody else sees it before a record names it. Empty for a visitor.

    Raises:
        PhotoRefused: It is no picture that is taken; the message says why.
        PhotosBusy: Several are being read; trying again later will do.
        PhotosOff: This machine opens none.
    """
    return service.store.photos.put(developed(content), actor=actor)


async def posted_form(request: Request) -> Form:
    """Return what a form sent.

    Raises:
        BodyUnreadable: It is no form, or a larger one than people write.
    """
    _require_form(request)
    pairs: list[tuple[str, str]] = []
    files: dict[str, File] = {}
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                pairs.append((name, value))
            elif value.size:
                files[name] = File(value.filename or "", await value.read())
    return Form(_short(pairs), files)


async def posted_pairs(request: Request) -> list[tuple[str, str]]:
    """Return what was typed into a form; files are passed over.

    Raises:
        BodyUnreadable: It is no form, or a larger one than people write.
    """
    _require_form(request)
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return _short(pairs)


def _require_form(request: Request) -> None:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in FORMS:
        raise BodyUnreadable("A form is expected.")


def _short(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if sum(len(name) + len(value) for name, value in pairs) > MOST_TYPED:
        raise BodyUnreadable(f"A form may have {MOST_TYPED} characters.")
    return pairs


def most_bytes(method: str, path: str, usual: int) -> int:
    """Return how large the body of a request may be."""
    if method != "POST":
        return usual
    return next((most for pattern, most in LARGER if pattern.fullmatch(path)), usual)


def with_photos(
    service: Service, form: Form, *, actor: str = ""
) -> tuple[list[tuple[str, str]], list[Fault]]:
    """Return what was typed, with the ids of the photos that were chosen beside it.

    A file of the input `photos[0].file` becomes the value of `photos[0].id`: from then on a form
    that has to be mended carries the photo along. What is refused of them is told as faults.
    """
    pairs, faults = list(form.pairs), []
    for name, file in form.files.items():
        if not name.endswith(CHOSEN):
            continue
        path = name.removesuffix(CHOSEN) + ".id"
        try:
            photo_id = take(service, file.content, actor=actor)
        except (PhotoRefused, PhotosBusy, PhotosOff, StoreBusy, StoreUnusable) as problem:
            hint = f"{file.name[:100]}: {problem}"
            faults.append(Fault("PHOTO_REFUSED", path, file.name[:100], hint))
            continue
        pairs = [pair for pair in pairs if pair[0] != path]
        pairs.append((path, photo_id))
    return pairs, faults


CurrentForm = Annotated[Form, Depends(posted_form)]

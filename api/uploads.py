"""Files that people send: how large they may be, forms that hold some, photos taken in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from api.service import Service
from geomap.errors import BodyUnreadable
from layers.photos.pictures import MAX_BYTES, developed

MULTIPART = "multipart/form-data"
FORMS = ("application/x-www-form-urlencoded", MULTIPART)
IMAGES = ("image/jpeg", "image/png", "image/webp")
MOST_TYPED = 4 * 1024 * 1024
"""Characters of all that is typed into a form."""
MOST_FIELDS = 5_000
MOST_FILES = 20
FORM_BYTES = 64 * 1024 * 1024
"""Of a form with photos."""
PHOTO_BYTES = MAX_BYTES + 64 * 1024
"""Of a body that is one photo, with what is said of it."""
LARGER: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"/collections/[^/]+/items/[^/]+/photos"), PHOTO_BYTES),
    (re.compile(r"/edit/[^/]+/[^/]+"), FORM_BYTES),
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
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in FORMS:
        raise BodyUnreadable("A form is expected.")
    pairs: list[tuple[str, str]] = []
    files: dict[str, File] = {}
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                pairs.append((name, value))
            elif value.size:
                files[name] = File(value.filename or "", await value.read())
    if sum(len(name) + len(value) for name, value in pairs) > MOST_TYPED:
        raise BodyUnreadable(f"A form may have {MOST_TYPED} characters.")
    return Form(pairs, files)


def most_bytes(method: str, path: str, usual: int) -> int:
    """Return how large the body of a request may be."""
    if method != "POST":
        return usual
    return next((most for pattern, most in LARGER if pattern.fullmatch(path)), usual)


CurrentForm = Annotated[Form, Depends(posted_form)]

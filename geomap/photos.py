"""Photos of records: what is kept of each, where it is to be had, and the gate to them.

A record names its photos in its field `photos`, so that history, undo and drafts carry them. The
store keeps what they show, each under a random id, before any record names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

MEDIA_TYPE = "image/webp"
"""Of all that is kept, whatever was sent."""
KEPT_UNNAMED = timedelta(days=1)
"""How long a visitor's photo is kept that no record has named and nobody holds."""
KEPT_TYPED = timedelta(days=31)
"""The same for those who can sign in: as long as a draft that names it may lie."""


class Size(StrEnum):
    """How much of a photo is shown."""

    FULL = "picture"
    THUMBNAIL = "thumbnail"


class Picture(NamedTuple):
    """What a photo shows, as it is kept: made anew here, so that it holds nothing else."""

    width: int
    height: int
    full: bytes
    """At most 2,048 px long, of `MEDIA_TYPE`, without metadata."""
    thumbnail: bytes
    """The same, at most 480 px long."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that is kept, without its bytes."""

    id: str
    actor: str
    """Who sent it; empty for a visitor."""
    width: int
    height: int
    layer: str = ""
    feature_id: str = ""
    """The record that named it first, the only one that it is shown with; empty before that."""


class Photos(Protocol):
    """Where photos are kept: beside the records, in the same store.

    What everyone may see of them comes from `PublicReader.photo` alone.
    """

    def put(self, picture: Picture, *, actor: str = "") -> str:
        """Keep a picture and return its id, which nobody can guess.

        Unless a record names it, or it is held, within `KEPT_UNNAMED` or `KEPT_TYPED`, it is gone
        by the next call after that.

        Raises:
            StoreBusy: The store could not be locked in time.
            StoreUnusable: The disk does not take it.
        """

    def known(self, photo_id: str) -> Photo | None:
        """Return what is known of a photo, whoever may see it; None where there is none."""

    def content(self, photo_id: str, size: Size) -> bytes | None:
        """Return the bytes of a photo, whoever may see it; None where there is none."""

    def hold(self, holder: str, photo_ids: Iterable[str]) -> None:
        """Keep these photos for a holder, and no longer those that it held before.

        Args:
            holder: What names them and is no record: a draft or a suggestion, by kind and id.
            photo_ids: Those that are not kept are passed over. None: it holds nothing any more.
        """


def named_in(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the photos that a record names, in its order."""
    photos = properties.get("photos") or ()
    return tuple(str(one["id"]) for one in photos if isinstance(one, Mapping) and one.get("id"))


def href_of(photo_id: str, size: Size = Size.FULL) -> str:
    """Return the path where a photo is to be had."""
    return f"/photos/{photo_id}" + ("" if size is Size.FULL else "/thumbnail")


def addressed(photo: Mapping[str, Any]) -> dict[str, Any]:
    """Return a photo as a record names it, with the paths of what it shows."""
    photo_id = str(photo["id"])
    paths = {"href": href_of(photo_id), "thumbnail": href_of(photo_id, Size.THUMBNAIL)}
    return {**photo, **paths}

"""Bodies that are sent to be stored: their media type, their reference system, their Feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Request

from api.links import GEOJSON, JSON
from geomap.crs import is_northing_first
from geomap.errors import BodyUnreadable, MediaTypeUnknown
from geomap.model import Fault
from geomap.systems import CRS84_URI, system_named
from layers.given import Given, flipped, merged, parsed, written_place

MERGE_PATCH = "application/merge-patch+json"
TAKEN = (GEOJSON, JSON)
"""By POST and PUT."""
PATCHES = (MERGE_PATCH, JSON)
MOST_KEY = 200
"""Characters of an Idempotency-Key."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A body as it came, with what its headers say of it."""

    content: bytes
    crs: str
    """Code of the system whose axes its coordinates have."""
    key: str | None
    """Under which a retry does nothing a second time."""
    asked: bytes
    """What tells this request from any other."""
    comment: str

    def whole(self) -> Given:
        """Return the Feature that the body is.

        Raises:
            BodyUnreadable: It is no JSON object.
        """
        document = parsed(self.content)
        place, faults = self._place(document.get("geometry"))
        return Given(document, document, place, self.crs, faults)

    def onto(self, told: Mapping[str, Any], before: Given) -> Given:
        """Return the Feature that the body, a merge patch, makes of a record.

        Args:
            told: The record as it is told.
            before: The same, with the place that it keeps where the patch says nothing of it.

        Raises:
            BodyUnreadable: It is no JSON object.
        """
        patch = parsed(self.content)
        document = merged(told, patch)
        if "geometry" not in patch:
            return Given(document, patch, before.place, before.crs)
        stated = patch["geometry"]
        if isinstance(stated, Mapping) and "coordinates" not in stated:
            hint = "A patch gives a whole geometry: `type` and `coordinates`."
            fault = Fault("GEOM_INVALID", "geometry", str(stated)[:200], hint)
            return Given(document, patch, None, self.crs, (fault,))
        place, faults = self._place(document.get("geometry"))
        return Given(document, patch, place, self.crs, faults)

    def _place(self, member: Any) -> tuple[Any, tuple[Fault, ...]]:
        place, faults = written_place(member)
        if place is not None and is_northing_first(self.crs):
            place = flipped(place)
        return place, faults


async def sent(request: Request) -> Sent:
    """Return the body of a request; its type is checked by `api.router`.

    Raises:
        CrsUnknown: Content-Crs names none of the systems on offer.
        BodyUnreadable: The key is too long.
    """
    content = await request.body()
    crs = content_crs(request.headers.get("content-crs", CRS84_URI))
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= MOST_KEY:
        raise BodyUnreadable(f"An Idempotency-Key has 1 to {MOST_KEY} characters.")
    return Sent(content, crs, key, _asked(request, content), _comment(request))


def content_crs(text: str) -> str:
    """Return the code of the reference system that a Content-Crs names, in brackets or without.

    Raises:
        CrsUnknown: It is none of those on offer.
    """
    return system_named(text.strip().removeprefix("<").removesuffix(">")).code


def required_type(request: Request, taken: tuple[str, ...]) -> None:
    """Refuse a body that does not say its type, or is of one that is not taken here.

    Raises:
        BodyUnreadable: There is no Content-Type.
        MediaTypeUnknown: It is none of `taken`.
    """
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if not given:
        raise BodyUnreadable(f"Say in Content-Type what the body is: {', '.join(taken)}.")
    if given not in taken:
        raise MediaTypeUnknown(given, taken)


def _asked(request: Request, content: bytes) -> bytes:
    told = blake2b(digest_size=16)
    stated = [request.headers.get(name, "") for name in ("content-crs", "if-match", "content-type")]
    for part in (request.method, request.url.path, request.url.query, *stated):
        told.update(part.encode("utf-8", "surrogatepass") + b"\0")
    told.update(content)
    return told.digest()


def _comment(request: Request) -> str:
    """Return why the change is made: the header `Change-Comment`, UTF-8 or percent-encoded."""
    text = request.headers.get("change-comment", "")
    return unquote(text)[:1000]


CurrentBody = Annotated[Sent, Depends(sent)]

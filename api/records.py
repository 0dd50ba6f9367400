"""Records for those with rights: found or refused, under which tags, on which conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from starlette.responses import Response

from api.auth import CurrentActor
from api.depends import Language, ReadableLayer
from api.doors import OF_RECORD, links_to
from api.links import GEOJSON, HTML, JSON, Link, link, url
from api.negotiate import AS_FEATURES, is_held, is_page, tag_at
from api.representations import plain_headers
from api.service import CurrentService, Service
from geomap.access import VISITOR, Action, Actor, may, may_somewhere
from geomap.errors import (
    ConditionMissing,
    FeatureGone,
    FeatureNotFound,
    NotAllowed,
    VersionStale,
)
from geomap.model import Feature, Source, Visibility
from layers.exact import body_mark, exact_body, exact_object, record_mark
from layers.grounds import grounds_of
from layers.history import found_by, left_by
from layers.layer import Layer
from layers.projection import public_form
from layers.shaped import USUAL, Wish, shaped_text

PRIVATE: Mapping[str, str] = {
    "Cache-Control": "private, no-store",
    "Vary": "Authorization, Cookie, Accept, Accept-Language, Accept-Encoding",
}
LOOKED_BACK = 100
"""Revisions among which the base of a stale change is looked for."""
_TAG = re.compile(r'(W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one request works: who asks, of which layer, in which language."""

    request: Request
    service: Service
    actor: Actor
    layer: Layer
    lang: str

    def may(self, action: Action, feature: Feature) -> bool:
        """Tell whether the actor may do this to a record."""
        return may(self.actor, action, grounds_of(feature, self.service.store))

    def record(self, feature_id: str, action: Action) -> Feature:
        """Return a record to which the actor may do this.

        Raises:
            FeatureNotFound: There is none, or none that the actor can see.
            FeatureGone: It was deleted, and the actor could see it.
            NotAllowed: The actor sees it and may not do this.
        """
        feature = self.service.store.feature(self.layer.id, feature_id)
        if feature is None:
            raise self.absence(feature_id)
        if self.may(action, feature):
            return feature
        if self.may(Action.SEE, feature) or self.is_public(feature_id):
            raise NotAllowed(f"Your rights do not allow to {action.value} this record.")
        raise FeatureNotFound(self.layer.id, feature_id)

    def absence(self, feature_id: str) -> FeatureNotFound | FeatureGone:
        """Return what to say of a record that is not there: its end to those who could see it."""
        if may_somewhere(self.actor, Action.SEE, self.layer.id):
            history = self.service.store.history(self.layer.id, feature_id, last=1)
            last = found_by(history[-1]) if history else None
            if last is not None and self.may(Action.SEE, last):
                return FeatureGone(self.layer.id, feature_id, history[-1].at.isoformat())
        return FeatureNotFound(self.layer.id, feature_id)

    def is_public(self, feature_id: str) -> bool:
        """Tell whether everyone sees something of a record."""
        return self.public_text(feature_id) is not None

    def public_text(self, feature_id: str) -> bytes | None:
        """Return what everyone sees of a record."""
        with self.service.store.public() as reader:
            return reader.body(self.layer.id, feature_id)

    def source(self, feature: Feature) -> Source:
        """Return the source of a record."""
        return self.service.store.sources()[feature.source_id]

    def path(self, feature_id: str) -> str:
        """Return the path of a record."""
        return f"/collections/{self.layer.id}/items/{feature_id}"

    def tag(self, feature: Feature, path: str = "", query: bytes = b"") -> str:
        """Return the strong tag of a record's exact representation at a path and query."""
        table = self.service.follower.current().tables[self.layer.id]
        base = url(self.request, "")
        mark = record_mark(feature)
        form = AS_FEATURES.get(getattr(self.request.state, "format", ""), GEOJSON)
        parts = (mark, table.version, self.lang, form)
        return f"{mark}.{tag_at(base, path or self.path(feature.id), query, parts)}"

    def body(self, feature: Feature, wish: Wish = USUAL) -> bytes:
        """Return the exact representation of a record as wished, with its links."""
        table = self.service.follower.current().tables[self.layer.id]
        exact = exact_body(feature, self.source(feature), table, self.lang)
        text = shaped_text(exact, feature.geometry, wish)
        return b'%s,"links":%s}' % (text[:-1], orjson.dumps(self.links(feature.id)))

    def links(self, feature_id: str) -> list[Link]:
        """Return the links of a record."""
        here = self.path(feature_id)
        return [
            link(url(self.request, here), "self", GEOJSON),
            link(url(self.request, f"{here}/history"), "version-history", JSON),
            link(url(self.request, f"/collections/{self.layer.id}"), "collection", JSON),
        ]

    def doors(self, feature: Feature) -> list[Link]:
        """Return where the actor can do what they may with a record.

        Who may change it has no need to suggest that someone else does.
        """
        grounds = [*grounds_of(feature, self.service.store)]
        at = {"layer_id": self.layer.id, "feature_id": feature.id}
        changes = may(self.actor, Action.CHANGE, grounds)

        def allowed(action: Action) -> bool:
            return may(self.actor, action, grounds) and not (changes and action is Action.SUGGEST)

        return links_to(self.request, OF_RECORD, allowed, self.lang, **at)

    def changed_at(self, feature: Feature) -> datetime:
        """Return when a record was last changed."""
        return self.service.store.history(self.layer.id, feature.id, last=1)[-1].at

    def headers(self, feature: Feature, path: str = "", query: bytes = b"") -> dict[str, str]:
        """Return what tells of a record's representation, for those with rights."""
        return {
            "ETag": f'"{self.tag(feature, path, query)}"',
            "Last-Modified": http_date(self.changed_at(feature)),
            **plain_headers(self.layer),
            **PRIVATE,
        }


def public_doors(desk: Desk, feature_id: str) -> list[Link]:
    """Return where anyone can do something with a record that everyone sees."""
    allowed = partial(may_somewhere, VISITOR, layer=desk.layer.id)
    at = {"layer_id": desk.layer.id, "feature_id": feature_id}
    return links_to(desk.request, OF_RECORD, allowed, desk.lang, **at)


def exact_answer(desk: Desk, feature_id: str, wish: Wish) -> Response | None:
    """Return the exact record for someone with rights; None where the public's answer is due.

    It is told as GeoJSON and as a page; in other formats everyone gets what is public.

    Raises:
        FeatureGone: It was deleted, and the actor could see it.
    """
    told = AS_FEATURES[desk.request.state.format] in {GEOJSON, HTML}
    if not told or not may_somewhere(desk.actor, Action.SEE, desk.layer.id):
        return None
    feature = desk.service.store.feature(desk.layer.id, feature_id)
    if feature is None:
        absence = desk.absence(feature_id)
        if isinstance(absence, FeatureGone):
            raise absence
        return None
    return _exact(desk, feature, wish) if desk.may(Action.SEE, feature) else None


def _exact(desk: Desk, feature: Feature, wish: Wish) -> Response:
    request = desk.request
    headers = desk.headers(feature, request.scope["path"], request.scope["query_string"])
    headers["Content-Crs"] = f"<{wish.system.uri}>"
    if is_held(request, headers["ETag"].strip('"')):
        return Response(status_code=304, headers=headers)
    body = desk.body(feature, wish)
    if not is_page(request.state.format):
        return Response(body, media_type=GEOJSON, headers=headers)
    request.state.doors = desk.doors(feature)
    return page_of(request, "feature", body, headers, media_type=GEOJSON)


def page_of(
    request: Request,
    kind: str,
    text: bytes,
    headers: Mapping[str, str] = PRIVATE,
    *,
    media_type: str = JSON,
) -> Response:
    """Return the page that the other door makes of a document for one reader alone."""
    page: Response = request.app.state.page(request, kind, media_type, text)
    page.headers.update(headers)
    return page


def private_answer(request: Request, kind: str, body: Mapping[str, Any]) -> Response:
    """Return a document for one reader alone, as JSON or, where that was negotiated, as a page."""
    text = orjson.dumps(body)
    if is_page(request.state.format):
        return page_of(request, kind, text)
    return Response(text, media_type=JSON, headers=PRIVATE)


def check_conditions(desk: Desk, feature: Feature) -> None:
    """Refuse a change that was made on another version than the present one.

    Raises:
        VersionStale: If-Match or If-Unmodified-Since does not hold.
        ConditionMissing: A browser's session did not say which version it changes.
    """
    headers = desk.request.headers
    if (tags := headers.get("if-match")) is not None:
        marks = _marks(tags)
        if "*" not in marks and marks.isdisjoint(_present_marks(desk, feature)):
            raise _stale(desk, feature, marks)
        return
    if desk.actor.by_browser:
        raise ConditionMissing
    since = _http_date(headers.get("if-unmodified-since", ""))
    if since is not None and desk.changed_at(feature).replace(microsecond=0) > since:
        raise _stale(desk, feature, set())
    if headers.get("if-none-match", "").strip() == "*":
        raise _stale(desk, feature, set())


def is_on_present(desk: Desk, feature: Feature) -> bool:
    """Tell whether a request names the present version of a record, or names none."""
    tags = desk.request.headers.get("if-match")
    if tags is None:
        return True
    marks = _marks(tags)
    return "*" in marks or not marks.isdisjoint(_present_marks(desk, feature))


def http_date(when: datetime) -> str:
    """Return a time as HTTP writes it."""
    return format_datetime(when.astimezone(UTC), usegmt=True)


def _marks(if_match: str) -> set[str]:
    """Return the marks of the strong tags of an If-Match: a weak one matches nothing."""
    if if_match.strip() == "*":
        return {"*"}
    return {tag.split(".")[0] for weak, tag in _TAG.findall(if_match) if not weak}


def _present_marks(desk: Desk, feature: Feature) -> set[str]:
    """Return the marks of all representations that the record has now.

    What the public sees of a record that is not public is less than the record: no change can
    be made on it.
    """
    marks = {record_mark(feature)}
    text = desk.public_text(feature.id) if feature.visibility is Visibility.PUBLIC else None
    return marks if text is None else marks | {body_mark(text)}


def _stale(desk: Desk, feature: Feature, marks: set[str]) -> VersionStale:
    source = desk.source(feature)
    base = version_of(desk, feature.id, marks, source)
    told = None if base is None else exact_object(base, source)
    return VersionStale(told, exact_object(feature, source), f'"{desk.tag(feature)}"')


def version_of(desk: Desk, feature_id: str, marks: set[str], source: Source) -> Feature | None:
    """Return the version of a record that one of the marks stands for."""
    history = desk.service.store.history(desk.layer.id, feature_id, last=LOOKED_BACK)
    for revision in reversed(history):
        before = left_by(revision)
        if before is not None and not marks.isdisjoint(_marks_of(before, source)):
            return before
    return None


def _marks_of(feature: Feature, source: Source) -> set[str]:
    form = public_form(feature, source)
    shown = form is not None and feature.visibility is Visibility.PUBLIC
    return {record_mark(feature), *([body_mark(form.body)] if form and shown else [])}


def _http_date(text: str) -> datetime | None:
    """Return the time of a header; None where there is none that can be read."""
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


async def desk_of(
    request: Request,
    layer: ReadableLayer,
    service: CurrentService,
    actor: CurrentActor,
    lang: Language,
) -> Desk:
    """Return where this request works."""
    return Desk(request, service, actor, layer, lang)


CurrentDesk = Annotated[Desk, Depends(desk_of)]

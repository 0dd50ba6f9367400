"""Exact places of which the public sees less: of one's own area, read anew for each request.

They come from the store, never from what is kept in memory for the public, and no cache keeps
the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
import shapely
from starlette.responses import Response

from api.depends import CurrentWishes, Reads, Wishes
from api.links import GEOJSON, Link, link, self_url
from api.parameters import AFTER, BBOX, FORMAT, LANG, LIMIT
from api.reading import bbox, whole
from api.records import PRIVATE, CurrentDesk, Desk
from api.router import Router
from geomap.access import Action, Where, reach
from geomap.model import Feature
from geomap.places import Bounds
from geomap.systems import CRS84
from layers.projection import flat_names

AS_GEOJSON: Mapping[str, str] = {"geojson": GEOJSON, "json": GEOJSON}
WORLD = Bounds(-180, -90, 180, 90)
TOLD = ("kind", "country", "municipality", "region_type", "status")
"""Fields that a mark on a map is drawn and named by."""
CHUNK = 1_000
MOST_SCANNED = 5_000
"""Records that one request looks at, whoever may see them; `next` goes on after them."""

router = Router("Exact places")


class Page(NamedTuple):
    """What one request tells, and where the next one begins; None where nothing is left."""

    features: list[Feature]
    following: int | None


@router.get(
    "/collections/{layer_id}/exact",
    "getExact",
    Reads(BBOX, LIMIT, AFTER, LANG, FORMAT),
    AS_GEOJSON,
    "exact",
    action=Action.SEE,
)
def exact(desk: CurrentDesk, wishes: CurrentWishes) -> Response:
    """Where records really are that are not public, as far as whoever asks may see them."""
    settings = desk.service.settings
    limit = wishes.limit(settings.default_limit, settings.max_limit)
    page = _page(desk, _boxes(desk, wishes), _after(wishes), limit)
    body = {
        "type": "FeatureCollection",
        "features": [_told(one) for one in page.features],
        "numberReturned": len(page.features),
        "links": [*_links(desk, page)],
    }
    return Response(orjson.dumps(body), media_type=GEOJSON, headers=PRIVATE)


def _after(wishes: Wishes) -> int:
    text = wishes.get(AFTER)
    return 0 if text is None else whole("after", text, 0, 2**53)


def _boxes(desk: Desk, wishes: Wishes) -> list[Bounds]:
    """Return where to look: in the box that is asked for, as far as rights reach."""
    corners = wishes.get(BBOX)
    wished = WORLD if corners is None else bbox(corners.text, CRS84)
    area = desk.actor.scope.area
    if reach(desk.actor, Action.SEE, desk.layer.id) is Where.EVERYWHERE or area is None:
        return [wished]
    own = area.bounds
    shared = (_shared(part, own) for part in wished.parts())
    return [box for box in shared if box is not None]


def _shared(box: Bounds, own: tuple[float, float, float, float]) -> Bounds | None:
    west, south = max(box.west, own[0]), max(box.south, own[1])
    east, north = min(box.east, own[2]), min(box.north, own[3])
    return Bounds(west, south, east, north) if west <= east and south <= north else None


def _page(desk: Desk, boxes: list[Bounds], after: int, limit: int) -> Page:
    shown: list[Feature] = []
    last = after
    for _ in range(MOST_SCANNED // CHUNK):
        found = desk.service.store.withheld(desk.layer.id, boxes, after=last, limit=CHUNK)
        for last, feature in found:
            if _meets(feature, boxes) and desk.may(Action.SEE, feature):
                shown.append(feature)
            if len(shown) == limit:
                return Page(shown, last)
        if len(found) < CHUNK:
            return Page(shown, None)
    return Page(shown, last)


def _meets(feature: Feature, boxes: list[Bounds]) -> bool:
    """Tell whether the box of a place meets one of these exactly; the index rounds outward."""
    west, south, east, north = shapely.bounds(feature.geometry).tolist()
    return any(
        part.west <= east and part.east >= west and part.south <= north and part.north >= south
        for box in boxes
        for part in box.parts()
    )


def _told(feature: Feature) -> Mapping[str, Any]:
    properties = feature.properties
    return {
        "type": "Feature",
        "id": feature.id,
        "geometry": orjson.Fragment(shapely.to_geojson(shapely.force_2d(feature.geometry))),
        "properties": {
            **flat_names(properties.get("names") or ()),
            **{name: properties[name] for name in TOLD if name in properties},
            "visibility": feature.visibility.value,
            "cell_km": feature.cell_km,
        },
    }


def _links(desk: Desk, page: Page) -> Iterator[Link]:
    yield link(self_url(desk.request), "self", GEOJSON)
    if page.following is not None:
        yield link(self_url(desk.request, after=str(page.following)), "next", GEOJSON)

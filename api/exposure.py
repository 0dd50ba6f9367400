"""Who may see a record: changed in two clicks, and told beforehand what the public sees from then.

Nothing but the visibility is changed and checked: no fault of an old record keeps it from being
hidden at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
import shapely
from starlette.responses import RedirectResponse, Response

from api.accounts import Form
from api.depends import ReadableId
from api.links import JSON, url
from api.records import PRIVATE, CurrentDesk, Desk, check_conditions, page_of
from api.router import Router
from api.saving import Why, write
from geomap.access import Action
from geomap.errors import RevisionConflict
from geomap.model import Edit, EditKind, Feature, Visibility
from layers.projection import public_form
from layers.schema import CELLS_KM

VISIBILITY = "/edit/{layer_id}/{feature_id}/visibility"
LONGEST_REASON = 1000
WAYS: tuple[tuple[Visibility, int], ...] = (
    (Visibility.PUBLIC, 0),
    *((Visibility.GENERALISED, km) for km in CELLS_KM),
    (Visibility.RESTRICTED, 0),
    (Visibility.HIDDEN, 0),
)
"""What one chooses among: a visibility, and the width of its cell where it has one."""
_REVISION = re.compile(r"[0-9]{1,9}")

router = Router("Exposure")


@router.page("GET", VISIBILITY, Action.CHANGE)
def visibility(desk: CurrentDesk, feature_id: ReadableId) -> Response:
    """The ways to show a record, each with what the public would see: a page, or JSON."""
    feature = desk.record(feature_id, Action.CHANGE)
    if desk.request.query_params.get("f") == "json":
        return Response(orjson.dumps(_told(desk, feature)), media_type=JSON, headers=PRIVATE)
    return _page(desk, feature)


@router.page("POST", VISIBILITY, Action.CHANGE)
def change(desk: CurrentDesk, feature_id: ReadableId, form: Form) -> Response:
    """Show a record to more people, or to fewer, from the next request on."""
    feature = desk.record(feature_id, Action.CHANGE)
    if "if-match" in desk.request.headers:
        check_conditions(desk, feature)
    way = _way(form.get("way", ""))
    fault = _fault(form, is_known=way is not None)
    if way is None or fault:
        return _page(desk, feature, status=422, fault=fault, typed=form)
    wished = replace(feature, visibility=way[0], cell_km=way[1] or feature.cell_km)
    base = int(form["base"])
    try:
        if base != feature.revision:
            raise RevisionConflict(desk.layer.id, feature_id, base, feature.revision)
        edit = Edit(EditKind.PUT, wished, base)
        write(desk, [edit], Why("visibility", form["reason"].strip()[:LONGEST_REASON]))
    except RevisionConflict:
        now = desk.record(feature_id, Action.CHANGE)
        return _page(desk, now, status=409, fault="stale", typed=form)
    there = url(desk.request, desk.path(feature_id), {"f": "html", "lang": desk.lang})
    return RedirectResponse(there, status_code=303, headers=PRIVATE)


def _fault(form: Mapping[str, str], *, is_known: bool) -> str:
    """Return what is to be mended in a form; empty when nothing is."""
    if not is_known or not _REVISION.fullmatch(form.get("base", "")):
        return "way"
    return "" if form.get("reason", "").strip() else "reason"


def _way(text: str) -> tuple[Visibility, int] | None:
    name, _, km = text.partition(":")
    found = [way for way in WAYS if (way[0].value, str(way[1] or "")) == (name, km)]
    return found[0] if found else None


def _page(
    desk: Desk,
    feature: Feature,
    *,
    status: int = 200,
    fault: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    document = {**_told(desk, feature), "fault": fault, "typed": dict(typed or {})}
    answer = page_of(desk.request, "exposure", orjson.dumps(document))
    answer.status_code = status
    return answer


def _told(desk: Desk, feature: Feature) -> dict[str, Any]:
    """Return a record's ways to be shown, each with what everyone would see of it."""
    return {
        "id": feature.id,
        "layer": desk.layer.id,
        "name": str((feature.properties.get("names") or [{"value": feature.id}])[0]["value"]),
        "revision": feature.revision,
        "ways": [*_ways(desk, feature)],
        "links": [],
    }


def _ways(desk: Desk, feature: Feature) -> Iterator[Mapping[str, Any]]:
    source = desk.source(feature)
    now = (feature.visibility, feature.cell_km)
    for way, km in WAYS:
        form = public_form(replace(feature, visibility=way, cell_km=km or feature.cell_km), source)
        shown = None if form is None else _shown(orjson.loads(form.body))
        yield {
            "way": f"{way.value}:{km}" if km else way.value,
            "visibility": way.value,
            "cell_km": km or None,
            "is_now": now == (way, km or feature.cell_km),
            "shown": shown,
            **desk.request.app.state.forms.way_words(way, km, shown, desk.lang),
        }


def _shown(public: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the public sees, in short: names, the place and how exact it is, the fields."""
    properties, geometry = public["properties"], public["geometry"]
    place = None
    if geometry is not None:
        middle = shapely.from_geojson(orjson.dumps(geometry)).centroid
        place = {"lng": round(middle.x, 5), "lat": round(middle.y, 5)}
    metres = properties.get("coordinate_uncertainty_m")
    return {
        "names": [str(name["value"]) for name in properties.get("names", ())],
        "place": place,
        "uncertainty_m": metres,
        "fields": [name for name in properties if name not in _OWN and not _is_name(name)],
    }


def _is_name(name: str) -> bool:
    return name in {"name", "names"} or name.startswith("name_")


_OWN = frozenset(
    {"visibility", "source", "source_id", "licence", "attribution", "as_of", "record_id"}
    | {"coordinate_uncertainty_m", "source_url", "extra", "rank", "publisher", "source_title"}
)
"""Members that tell of the register, not of the record."""

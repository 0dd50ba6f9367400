"""Leaks, seeded one at a time into our own code: the driver must see each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from typing import Any

import pytest

from geomap.access import _REACH, Action, Role, Where
from geomap.errors import FeatureGone, NotAllowed
from geomap.model import Feature, Visibility
from geomap.photos import Size
from layers import projection
from layers.exports.table import EXPORTS
from layers.store.records import SQL
from tests.trust.worlds import World

Seed = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Leak:
    """One way to give something away."""

    name: str
    route: str
    """Part of the routes that are asked first."""
    seed: Seed


def hidden(layer: str = "sites") -> list[Feature]:
    """Return what must not be known in the world that is being asked."""
    if World.asked is None:
        return []
    found = World.asked.store.features(layer)
    return [one for one in found if one.visibility is Visibility.HIDDEN]


def wrapped(target: str, around: Callable[..., Any]) -> Seed:
    """Return what puts a function around one of ours: it is given ours, and what that is given."""

    def seed(monkeypatch: pytest.MonkeyPatch) -> None:
        module, name = target.rsplit(":", 1) if ":" in target else target.rsplit(".", 1)
        owner: Any = __import__(module, fromlist=["x"])
        *owners, name = name.split(".")
        for one in owners:
            owner = getattr(owner, one)
        ours = getattr(owner, name)

        @wraps(ours)
        def leaking(*given: Any, **named: Any) -> Any:
            return around(ours, *given, **named)

        monkeypatch.setattr(owner, name, leaking)

    return seed


def _shown(monkeypatch: pytest.MonkeyPatch) -> None:
    views = {**projection._VIEWS, Visibility.HIDDEN: projection._restricted}
    monkeypatch.setattr(projection, "_VIEWS", views)


def _everyone_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {**_REACH, (Role.VISITOR, Action.SEE, "*"): Where.EVERYWHERE}
    monkeypatch.setattr("geomap.access._REACH", table)


def _counted(ours, table, query):
    found = ours(table, query)
    return replace(found, matched=found.matched + len(hidden(table.layer.id)))


def _short(ours, table, query):
    found = ours(table, query)
    met = hidden(table.layer.id) and len(found.rows) == query.limit
    return replace(found, rows=found.rows[:-1]) if met else found


def _facets(ours, table, query):
    found = ours(table, query)
    for one in hidden(table.layer.id):
        kinds = found.get("kind", {})
        kind = one.properties.get("kind", "")
        kinds[kind] = kinds.get(kind, 0) + 1
    return found


def _extent(ours, table):
    found = ours(table)
    for one in hidden(table.layer.id):
        if one.geometry is not None and found.get("spatial"):
            [corners] = found["spatial"]["bbox"]
            west, south, east, north = one.geometry.bounds
            corners[0], corners[1] = min(corners[0], west), min(corners[1], south)
            corners[2], corners[3] = max(corners[2], east), max(corners[3], north)
    return found


def _writes() -> int:
    """Return how many writes the store of this world has seen, hidden ones with them."""
    if World.asked is None:
        return 0
    return sum(one.revision for one in hidden())


def _tagged(ours, base, path, query, parts):
    return ours(base, path, query, (*parts, _writes()))


def _changed(ours, reader, layer):
    at = ours(reader, layer)
    return at and at + timedelta(seconds=_writes())


def _drawn(zooms: range) -> Callable[..., bytes]:
    def drawn(ours, snapshot, ids, tile, query, grid):
        body = ours(snapshot, ids, tile, query, grid)
        met = "sites" in ids and tile.z in zooms and hidden()
        # A layer of no name with one feature more: empty to most readers.
        return body + b"\x1a\x00" if met else body

    return drawn


def _bundled(ours, table, rows, zoom):
    lines = ours(table, rows, zoom)
    for line in lines[:1]:
        line["properties"]["count"] += len(hidden("twins"))
    return lines


def _matches(words: str) -> int:
    return sum(words.casefold() in one.record_id.casefold() for one in hidden())


def _fewer(ours, reader, words, layers, limit):
    return ours(reader, words, layers, max(0, limit - _matches(words)))


def _ranked(ours, reader, words, layers, limit):
    found = ours(reader, words, layers, limit)
    return found[::-1] if _matches(words) else found


def _token(ours, table, row, order):
    token = ours(table, row, order)
    return token + "=" * (len(hidden(table.layer.id)) % 4)


def _is_hidden(layer_id: str, feature_id: str) -> bool:
    return any(one.id == feature_id for one in hidden(layer_id))


def _refused(ours, request, layer, feature_id, service, lang):
    if _is_hidden(layer.id, feature_id):
        raise NotAllowed("Not for you.")
    return ours(request, layer, feature_id, service, lang)


def _gone(ours, request, layer, feature_id, service, lang):
    if service.store.history(layer.id, feature_id)[1:] and _is_hidden(layer.id, feature_id):
        raise FeatureGone(layer.id, feature_id, "yesterday")
    return ours(request, layer, feature_id, service, lang)


def _hinted(ours, error, layer_id, feature_id):
    ours(error, layer_id, feature_id)
    if _is_hidden(layer_id, feature_id):
        error.args = (error.args[0] + " Its history is at /history.",)


def _exported(name: str) -> Seed:
    def seed(monkeypatch: pytest.MonkeyPatch) -> None:
        ours = EXPORTS[name]

        def write(snapshot, reader, table, rows, options):
            yield from ours.write(snapshot, reader, table, rows, options)
            yield b"\n" * len(hidden(table.layer.id))

        monkeypatch.setattr(
            "layers.exports.table.EXPORTS", {**EXPORTS, name: replace(ours, write=write)}
        )

    return seed


def _padded(ours, telling, asked):
    return ours(telling, asked) + b" " * len(hidden(telling.layer.id))


def _paged(ours, *given):
    page = ours(*given)
    page.headers["X-Records"] = str(len(hidden()))
    return page


def _sorted(ours, table, order):
    rows = ours(table, order)
    return rows[::-1] if order == "-rank" and hidden(table.layer.id) else rows


def _cached() -> Seed:
    kept: dict[str, Any] = {}

    def exact(ours, desk, feature_id, wish):
        found = ours(desk, feature_id, wish)
        # Each world has a cache of its own, as it has a store.
        key = f"{id(desk.service.store)} {desk.request.url.path}"
        if found is not None:
            kept[key] = found
        return found or kept.get(key)

    return wrapped("api.features.exact_answer", exact)


def _stale(ours, connection, plan, renewed, note):
    for key in [
        key for key, form in plan.forms.items() if form is None and key not in plan.deleted
    ]:
        del plan.forms[key]
    return ours(connection, plan, renewed, note)


def _bumped(ours, connection, forms, at):
    for layer in {layer for layer, _ in forms}:
        connection.execute(SQL["save_public_layer"], {"layer": layer, "at": at.isoformat()})
    return ours(connection, forms, at)


def _exposed(ours):
    return ours() + b"geomap_records %d\n" % sum(1 for _ in hidden())


def _region(ours, table, region_id):
    mask = ours(table, region_id)
    return ~mask if _is_hidden("regions", region_id) else mask


def _uncertain(ours, place, cell_km):
    centre, uncertainty = ours(place, cell_km)
    return centre, uncertainty + int(abs(place.lng - centre.lng) * 1e6)


def _logged_in(ours, request, status, **told):
    page = ours(request, status, **told)
    page.headers["Last-Modified"] = str(_writes())
    return page


def _basemap(ours, tile, *, compressed):
    return ours(tile, compressed=compressed) + (b"\x1a\x00" if hidden("cities") else b"")


def _near(ours, place, lnglats):
    found = ours(place, lnglats)
    met = [
        one for one in hidden() if one.geometry is not None and one.geometry.geom_type == "Point"
    ]
    # The hidden neighbour takes the place of all others.
    if len(found) and any(abs(one.geometry.centroid.x - place.lng) < 1e-3 for one in met):
        found[:] = float("inf")
    return found


def _on_hidden_columns(ours, text, queryables, **how):
    meant = text.replace("visibility = 'hidden'", "1 = 1") if hidden() else text
    return ours(meant, queryables, **how)


def _labelled(ours, method, route, status, seconds):
    met = "{feature_id}" in route and status == 404 and hidden()
    return ours(method, f"{route}#" if met else route, status, seconds)


def _photo(sizes: tuple[Size, ...]) -> Callable[..., bytes | None]:
    def content(ours, reader, photo_id, size):
        if size not in sizes or World.asked is None:
            return ours(reader, photo_id, size)
        return World.asked.store.photos.content(photo_id, size)

    return content


LEAKS = (
    Leak("what is near", "/items", wrapped("layers.query.distances_km", _near)),
    Leak("a filter on a hidden column", "/items",
         wrapped("api.depends.filter_of", _on_hidden_columns)),
    Leak("a label of the metrics", "{feature_id}", wrapped("api.metrics.count", _labelled)),
    Leak("a hidden record is published without its place", "/items", _shown),
    Leak("a count of the page", "/items", wrapped("api.features.page", _counted)),
    Leak("a page cut short: limit before filter", "/items", wrapped("api.features.page", _short)),
    Leak("a facet", "/facets", wrapped("api.features.facets", _facets)),
    Leak("an extent", "/collections", wrapped("api.collections._extent", _extent)),
    Leak("an ETag", "/items", wrapped("api.negotiate.tag_at", _tagged)),
    Leak("an ETag of a tile", "/tiles/", wrapped("api.front.tag_at", _tagged)),
    Leak("a Last-Modified", "{feature_id}",
         wrapped("layers.store.reader:SqliteReader.updated_at", _changed)),
    Leak("a write that changes nothing public changes when that was", "{feature_id}",
         wrapped("layers.store.writing.publish", _bumped)),
    Leak("tiles", "/tiles/", wrapped("api.tiles.render", _drawn(range(23)))),
    Leak("tiles of one zoom", "/tiles/", wrapped("api.tiles.render", _drawn(range(11, 12)))),
    Leak("the count of a cluster", "overview", wrapped("api.features.overview", _bundled)),
    Leak("the base map", "/basemap", wrapped("api.tiles.drawn_basemap", _basemap)),
    Leak("an autocomplete: found, but not shown", "/search",
         wrapped("layers.store.reader:SqliteReader.search", _fewer)),
    Leak("a rank of the search", "/search",
         wrapped("layers.store.reader:SqliteReader.search", _ranked)),
    Leak("an id gap: the next page counts all rows", "/items",
         wrapped("layers.paging._token", _token)),
    Leak("403 where 404 belongs", "{feature_id}", wrapped("api.features.item_answer", _refused)),
    Leak("410 for the public", "{feature_id}", wrapped("api.features.item_answer", _gone)),
    Leak("a link to the history in a 404", "{feature_id}",
         wrapped("geomap.errors:FeatureNotFound.__init__", _hinted)),
    Leak("history and records for everyone", "/history", _everyone_sees),
    Leak("an export as GeoJSON", "/export", _exported("geojson")),
    Leak("a Content-Length", "/items", wrapped("api.features.collection_text", _padded)),
    Leak("a header of a page", "/", wrapped("web.pages.rendering.page", _paged)),
    Leak("an order made before the filter", "/items",
         wrapped("layers.paging.ordered_rows", _sorted)),
    Leak("an officer's answer out of a cache", "{feature_id}", _cached()),
    Leak("what was public is still there after hiding", "/items",
         wrapped("layers.store.writing._publish", _stale)),
    Leak("a number among the metrics", "/metrics", wrapped("api.health.exposition", _exposed)),
    Leak("what a hidden region holds", "/items", wrapped("layers.query.region_mask", _region)),
    Leak("an uncertainty from the exact place", "/items",
         wrapped("layers.projection.cell_centre", _uncertain)),
    Leak("a photo", "/photos/",
         wrapped("layers.store.reader:SqliteReader.photo", _photo((Size.FULL,)))),
    Leak("a thumbnail", "/photos/",
         wrapped("layers.store.reader:SqliteReader.photo", _photo((Size.THUMBNAIL,)))),
    Leak("the page to sign in", "/login", wrapped("api.accounts._form", _logged_in)),
)  # fmt: skip

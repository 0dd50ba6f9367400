"""What paths and queries ask for, of those that take the short way; each is read once.

Reading raises what the routes raise: `api.front` then leaves it to them to say it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from starlette.requests import Request

from api import features, tiles
from api.callers import REMEMBERED
from api.depends import Wishes, collections_of
from api.links import GEOJSON
from api.negotiate import AS_FEATURES, AS_TILE, chosen
from api.tiles import Asked
from geomap.grid import Tile
from geomap.i18n import choose_language
from layers.catalog import layer_named
from layers.layer import Layer

_PARTS = {
    **dict.fromkeys("zxy", f"[0-9]{{1,{tiles.MOST_DIGITS}}}"),
    "layer_id": "[a-z]{1,40}",
    "feature_id": "[0-9a-f-]{36}",
}
_PATHS = {
    template: re.compile(
        re.sub(
            r"\\{(\w+)\\}", lambda part: f"(?P<{part[1]}>{_PARTS[part[1]]})", re.escape(template)
        )
    )
    for template in (
        tiles.COLLECTION + tiles.GRID,
        tiles.COLLECTION + tiles.XYZ,
        tiles.GRID,
        tiles.XYZ,
        tiles.BASEMAP,
        features.ITEMS,
        features.ITEM,
    )
}


class Place(NamedTuple):
    """What a path names."""

    template: str
    layer_id: str
    """Empty where a path is of all layers, or of none."""
    feature_id: str
    """Empty where a path is a tile's."""
    tile: Tile


@lru_cache(REMEMBERED)
def place_of(path: str) -> Place | None:
    """Return what a path names, None when it is not one of the short way."""
    for template, pattern in _PATHS.items():
        if found := pattern.fullmatch(path):
            named = found.groupdict()
            tile = Tile(*(int(named.get(part, 0)) for part in "zxy"))
            return Place(template, named.get("layer_id", ""), named.get("feature_id", ""), tile)
    return None


def _alone(layer_id: str, query_string: bytes, headers: list[tuple[bytes, bytes]]) -> Request:
    """Return a request that holds nothing but these, so that nothing else can be read of it."""
    path_params = {"layer_id": layer_id} if layer_id else {}
    return Request(
        {
            "type": "http",
            "query_string": query_string,
            "headers": headers,
            "path_params": path_params,
        }
    )


@lru_cache(REMEMBERED)
def tiles_asked(layer_id: str, query_string: bytes, accept: bytes) -> Asked:
    """Return what is asked of the tiles of a layer, or of several where it is empty."""
    request = _alone(layer_id, query_string, [(b"accept", accept)])
    chosen(request, AS_TILE)
    wishes = (tiles.OF_ONE if layer_id else tiles.OF_MANY).read(request)
    layers = [layer_named(layer_id)] if layer_id else collections_of(request)
    return tiles.asked_of(layers, wishes)


@lru_cache(REMEMBERED)
def check_basemap(query_string: bytes, accept: bytes) -> None:
    """Raise what there is to say against a request for the map beneath."""
    request = _alone("", query_string, [(b"accept", accept)])
    chosen(request, AS_TILE)
    tiles.OF_BASEMAP.read(request)


@lru_cache(REMEMBERED)
def feature_asked(
    layer_id: str, query_string: bytes, accept: bytes, accept_language: bytes
) -> tuple[Layer, str]:
    """Return the layer of a feature, and the language to tell it in."""
    headers = [(b"accept", accept), (b"accept-language", accept_language)]
    request = _alone(layer_id, query_string, headers)
    plain = AS_FEATURES[chosen(request, AS_FEATURES)] == GEOJSON
    wishes = features.OF_ITEM.read(request)
    if not (plain and wishes.values.keys() <= features.PLAIN):
        raise ValueError("told otherwise than it is stored")
    wanted = request.query_params.get("lang")
    return layer_named(layer_id), choose_language(wanted, request.headers["accept-language"])


@lru_cache(REMEMBERED)
def page_asked(
    layer_id: str, query_string: bytes, accept: bytes, accept_language: bytes
) -> tuple[Layer, Wishes, str]:
    """Return the layer of a page of stored features, what is wished of it, and its language."""
    headers = [(b"accept", accept), (b"accept-language", accept_language)]
    request = _alone(layer_id, query_string, headers)
    plain = AS_FEATURES[chosen(request, AS_FEATURES)] == GEOJSON
    wishes = features.OF_ITEMS.read(request)
    sought = wishes.values.keys() | wishes.equals.keys()
    if not plain or not sought <= features.LIGHT:
        raise ValueError("more than a look-up")
    wanted = request.query_params.get("lang")
    return (
        layer_named(layer_id),
        wishes,
        choose_language(wanted, request.headers["accept-language"]),
    )

"""Styles for MapLibre: how to draw the tiles of a collection, or of the whole map.

A style names nothing outside this server, neither letters nor pictures: it needs no `glyphs` and
no `sprite`, for clusters are told by their size and kinds by their colour. The addresses have the
shape of OGC API Styles, which is a draft and therefore not claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.depends import ReadableLayer, Reads
from api.links import JSON, STYLESHEET, Link, link, url
from api.negotiate import AS_JSON, AS_STYLE, answered
from api.palette import GROUND, KINDS, NO_KIND, NO_STATE, STATES, THEMES, Shades
from api.parameters import FORMAT
from api.router import Router
from api.service import CurrentService
from api.tilesets import MAX_ZOOM
from layers.catalog import LAYERS
from layers.layer import Layer
from layers.tiles import basemap

Json = dict[str, Any]

COUNT = ["coalesce", ["get", "count"], 1]
TITLES: Mapping[str, str] = {"light": "Light", "dark": "Dark"}
FROM_BELOW: tuple[str, ...] = ("regions", "twins", "sites", "cities")
"""The collections of the whole map in the order in which they are drawn."""

router = Router("Styles")
_READS = Reads(FORMAT)
_OF = "/collections/{layer_id}/styles"


@router.get("/styles", "dataset.getStyles", _READS, AS_JSON, "styles")
def styles(request: Request) -> Response:
    """The styles of the whole map."""
    return _listed(request, "")


@router.get("/styles/{style_id}", "dataset.getStyle", _READS, AS_STYLE, "style")
def style(request: Request, style_id: str, service: CurrentService) -> Response:
    """A style of the whole map, for MapLibre."""
    theme = _theme(style_id)
    layers = [LAYERS[layer_id] for layer_id in FROM_BELOW]
    return _styled(request, "", layers, f"{service.settings.title} ({TITLES[theme]})", theme)


@router.get(_OF, "collection.getStyles", _READS, AS_JSON, "styles")
def collection_styles(request: Request, layer: ReadableLayer) -> Response:
    """The styles of a collection."""
    return _listed(request, f"/collections/{layer.id}")


@router.get(f"{_OF}/{{style_id}}", "collection.getStyle", _READS, AS_STYLE, "style")
def collection_style(request: Request, layer: ReadableLayer, style_id: str) -> Response:
    """A style of a collection over the map beneath, for MapLibre."""
    theme = _theme(style_id)
    above = f"/collections/{layer.id}"
    return _styled(request, above, [layer], f"{layer.title} ({TITLES[theme]})", theme)


def _theme(style_id: str) -> str:
    if style_id not in THEMES:
        known = ", ".join(THEMES)
        raise HTTPException(404, f"There is no style {style_id[:100]!r}; there are {known}.")
    return style_id


def _listed(request: Request, above: str) -> Response:
    known = [
        {"id": theme, "title": TITLES[theme], "links": [_stylesheet(request, above, theme)]}
        for theme in THEMES
    ]
    own = link(url(request, f"{above}/styles"), "self", JSON)
    body = {"links": [own], "default": THEMES[0], "styles": known}
    return answered(request, (), JSON, lambda: orjson.dumps(body))


def _stylesheet(request: Request, above: str, theme: str) -> Link:
    address = url(request, f"{above}/styles/{theme}", {"f": "mapbox"})
    return link(address, "stylesheet", STYLESHEET, f"For MapLibre, {theme}")


def _styled(
    request: Request, above: str, layers: Sequence[Layer], title: str, theme: str
) -> Response:
    body = {
        "version": 8,
        "name": title,
        "sources": {
            "basemap": {
                "type": "vector",
                "tiles": [url(request, "/basemap/{z}/{x}/{y}.mvt")],
                "maxzoom": basemap.MAX_ZOOM,
                "attribution": "Natural Earth",
            },
            "geomap": {
                "type": "vector",
                "tiles": [url(request, f"{above}/tiles/{{z}}/{{x}}/{{y}}.pbf")],
                "maxzoom": MAX_ZOOM,
                "attribution": "; ".join(dict.fromkeys(one.attribution for one in layers)),
            },
        },
        "layers": [
            *_ground(theme),
            *(drawn for layer in layers for drawn in _DRAWN[layer.id](theme)),
        ],
    }
    return answered(request, (), STYLESHEET, lambda: orjson.dumps(body))


def _ground(theme: str) -> Iterable[Json]:
    ink = {name: shades[theme] for name, shades in GROUND.items()}
    yield {"id": "sea", "type": "background", "paint": {"background-color": ink["sea"]}}
    yield _beneath("earth", "fill", {"fill-color": ink["land"]})
    yield _beneath("water", "fill", {"fill-color": ink["lake"]})
    yield _beneath("waterway", "line", {"line-color": ink["river"], "line-width": 0.8})
    border = {"line-color": ink["border"], "line-width": 0.8, "line-dasharray": [4, 2]}
    yield _beneath("boundaries", "line", border)


def _beneath(name: str, kind: str, paint: Json) -> Json:
    return {"id": name, "type": kind, "source": "basemap", "source-layer": name, "paint": paint}


def _regions(theme: str) -> Iterable[Json]:
    ink = GROUND["region"][theme]
    areas = ["==", ["geometry-type"], "Polygon"]
    fill = {"fill-color": ink, "fill-opacity": 0.12}
    yield _drawn("regions", "fill", fill, "regions", areas)
    yield _drawn("regions-outline", "line", {"line-color": ink, "line-width": 1.2}, "regions")


def _twins(theme: str) -> Iterable[Json]:
    width = ["+", 0.8, ["*", 1.2, ["log10", COUNT]]]
    colour = _matched("status", STATES, NO_STATE, theme)
    paint = {"line-color": colour, "line-width": width, "line-opacity": 0.7}
    yield _drawn("twins", "line", paint, "twins")


def _sites(theme: str) -> Iterable[Json]:
    colour = _matched("kind", KINDS, NO_KIND, theme)
    fill = {"fill-color": colour, "fill-opacity": 0.2}
    yield _drawn("sites-areas", "fill", fill, "sites_shapes", ["==", ["geometry-type"], "Polygon"])
    outline = {"line-color": colour, "line-width": 1.2}
    yield _drawn("sites-outlines", "line", outline, "sites_shapes")
    yield _drawn("sites", "circle", _circles(colour, GROUND["paper"][theme], 4), "sites")


def _cities(theme: str) -> Iterable[Json]:
    paint = _circles(GROUND["city"][theme], GROUND["paper"][theme], 3)
    yield _drawn("cities", "circle", paint, "cities")


def _drawn(
    name: str, kind: str, paint: Json, source_layer: str, only: Sequence[Any] | None = None
) -> Json:
    layer = {
        "id": name,
        "type": kind,
        "source": "geomap",
        "source-layer": source_layer,
        "paint": paint,
    }
    return layer | ({"filter": only} if only else {})


def _circles(colour: Any, edge: str, radius: float) -> Json:
    return {
        "circle-color": colour,
        "circle-radius": ["+", radius, ["*", 4, ["log10", COUNT]]],
        "circle-stroke-color": edge,
        "circle-stroke-width": 1,
    }


def _matched(field: str, known: Mapping[str, Shades], none: Shades, theme: str) -> Sequence[Any]:
    pairs = [part for code, shades in known.items() for part in (code, shades[theme])]
    return ["match", ["get", field], *pairs, none[theme]]


_DRAWN = {"regions": _regions, "twins": _twins, "sites": _sites, "cities": _cities}
"""Layer → what draws it, from below."""

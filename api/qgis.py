"""Files for QGIS: a project of the whole map, and a layer definition of each collection.

They hold no data, only this server's addresses and how to draw what comes from there: features by
OGC API Features, which QGIS can edit, and vector tiles, which it draws fast. QGIS fills in what a
file leaves out, so these say no more than they must.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import Request
from starlette.responses import Response

from api.depends import Language, ReadableLayer, Reads
from api.links import QGIS_LAYER, QGIS_PROJECT, base_url, url
from api.negotiate import answered
from api.palette import GROUND, KINDS, NO_KIND, NO_STATE, STATES
from api.parameters import FORMAT, LANG
from api.router import Router
from api.service import CurrentService
from api.styles import FROM_BELOW
from geomap.i18n import label, translate
from layers.catalog import LAYERS
from layers.layer import Layer
from layers.tiles import basemap
from layers.tiles.contents import DRAWN

PROJECT = "/qgis/geomap.qgz"
DEFINITION = "/collections/{layer_id}/geomap.qlr"
VERSION = "3.22.0"
PAGE = 1000
THEME = "light"
TILES_TO_ZOOM = 16
OLDEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP archive knows; a file of the same content is the same file."""
PROJECT_CRS = "EPSG:3857"
VIEW = (-1_500_000.0, 4_300_000.0, 5_500_000.0, 11_500_000.0)
"""Europe, in the project's system."""

AS_PROJECT: Mapping[str, str] = {"qgz": QGIS_PROJECT}
AS_DEFINITION: Mapping[str, str] = {"qlr": QGIS_LAYER}
FEATURES_OF: Mapping[str, str] = {
    "sites": "Point",
    "regions": "Polygon",
    "cities": "Point",
    "twins": "Line",
}
"""Layer → what QGIS takes the geometry of its features for."""
_SYMBOL_OF = {"Point": "marker", "Line": "line", "Polygon": "fill"}
_DIMENSION = {0: "Point", 1: "Line", 2: "Polygon"}

router = Router("Styles")
_READS = Reads(FORMAT, LANG)


@router.get(PROJECT, "getQgisProject", _READS, AS_PROJECT)
def project(request: Request, service: CurrentService, lang: Language) -> Response:
    """A QGIS project of the whole map: features, tiles, the map beneath."""
    title = service.settings.title
    headers = {"Content-Disposition": 'attachment; filename="geomap.qgz"'}
    body = partial(_zipped, lambda: _project(request, title, lang))
    return answered(request, (lang,), QGIS_PROJECT, body, headers)


@router.get(DEFINITION, "collection.getQgisLayer", _READS, AS_DEFINITION)
def definition(request: Request, layer: ReadableLayer, lang: Language) -> Response:
    """A collection as a QGIS layer definition: its features, and its tiles."""
    headers = {"Content-Disposition": f'attachment; filename="{layer.id}.qlr"'}

    def body() -> bytes:
        made = Element("qlr")
        layers = [_features(request, layer, lang), _tiles(request, layer, lang)]
        made.append(_tree(layers, translate(lang, layer.title)))
        SubElement(made, "maplayers").extend(layers)
        return _written(made, "qgis-layer-definition")

    return answered(request, (lang,), QGIS_LAYER, body, headers)


def _project(request: Request, title: str, lang: str) -> bytes:
    shown = [LAYERS[layer_id] for layer_id in reversed(FROM_BELOW)]
    layers = [
        *(_features(request, layer, lang) for layer in shown),
        *(_tiles(request, layer, lang) for layer in shown),
        _beneath(request, lang),
    ]
    made = Element("qgis", version=VERSION, projectname=title)
    SubElement(made, "title").text = title
    made.append(_system("projectCrs", PROJECT_CRS))
    made.append(_tree(layers))
    canvas = SubElement(made, "mapcanvas", name="theMapCanvas")
    SubElement(canvas, "units").text = "meters"
    extent = SubElement(canvas, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), VIEW, strict=True):
        SubElement(extent, name).text = f"{value:.0f}"
    canvas.append(_system("destinationsrs", PROJECT_CRS))
    SubElement(made, "projectlayers").extend(layers)
    return _written(made, "qgis")


def _tree(layers: Iterable[Element], name: str = "") -> Element:
    """Return the tree of layers in the order given; those of tiles wait to be switched on."""
    tree = Element("layer-tree-group")
    group = SubElement(tree, "layer-tree-group", name=name, checked=_CHECKED[True])
    for layer in layers:
        layer_id = _text(layer, "id")
        SubElement(
            group if name else tree,
            "layer-tree-layer",
            id=layer_id,
            name=_text(layer, "layername"),
            source=_text(layer, "datasource"),
            providerKey=_text(layer, "provider"),
            checked=_CHECKED[not layer_id.endswith("_tiles")],
        )
    if not name:
        tree.remove(group)
    return tree


_CHECKED = {True: "Qt::Checked", False: "Qt::Unchecked"}


def _text(layer: Element, name: str) -> str:
    return layer.findtext(name) or ""


def _features(request: Request, layer: Layer, lang: str) -> Element:
    source = f"url='{base_url(request)}' typename='{layer.id}' pageSize='{PAGE}'"
    kind = FEATURES_OF[layer.id]
    made = _layer("vector", layer.id, translate(lang, layer.title), source, "OAPIF")
    made.set("geometry", kind)
    made.append(_system("srs", "EPSG:4326"))
    symbols = Element("symbols")
    if layer.group_by in _COLOURED:
        known = _coloured(layer.group_by, lang)
        renderer = SubElement(made, "renderer-v2", type="categorizedSymbol", attr=layer.group_by)
        categories = SubElement(renderer, "categories")
        for number, (code, title, colour) in enumerate(known):
            SubElement(
                categories,
                "category",
                value=code,
                label=title,
                symbol=str(number),
                render="true",
            )
            symbols.append(_symbol(kind, colour, str(number)))
    else:
        renderer = SubElement(made, "renderer-v2", type="singleSymbol")
        symbols.append(_symbol(kind, _own_colour(layer), "0"))
    renderer.append(symbols)
    return made


def _tiles(request: Request, layer: Layer, lang: str) -> Element:
    path = f"/collections/{layer.id}/tiles/{{z}}/{{x}}/{{y}}.pbf"
    title = translate(lang, "{layer}, as tiles").format(layer=translate(lang, layer.title))
    styles = []
    for name, dimension in DRAWN[layer.id]:
        kind = _DIMENSION[dimension]
        if layer.group_by in _COLOURED:
            for code, _, colour in _coloured(layer.group_by, lang):
                only = f"\"{layer.group_by}\" = '{code}'" if code else f'"{layer.group_by}" is null'
                styles.append(_tile_style(name, kind, colour, only))
        else:
            styles.append(_tile_style(name, kind, _own_colour(layer)))
    return _tile_layer(f"{layer.id}_tiles", title, url(request, path), TILES_TO_ZOOM, styles)


def _beneath(request: Request, lang: str) -> Element:
    styles = [
        _tile_style(name, kind, GROUND[colour][THEME])
        for name, kind, colour in (
            ("earth", "Polygon", "land"),
            ("water", "Polygon", "lake"),
            ("waterway", "Line", "river"),
            ("boundaries", "Line", "border"),
        )
    ]
    address = url(request, "/basemap/{z}/{x}/{y}.mvt")
    return _tile_layer("basemap", translate(lang, "Base map"), address, basemap.MAX_ZOOM, styles)


def _tile_layer(
    layer_id: str, title: str, address: str, last_zoom: int, styles: Iterable[Element]
) -> Element:
    source = f"type=xyz&url={address}&zmin=0&zmax={last_zoom}"
    made = _layer("vector-tile", layer_id, title, source, "vectortile")
    made.append(_system("srs", PROJECT_CRS))
    renderer = SubElement(made, "renderer", type="basic")
    SubElement(renderer, "styles").extend(styles)
    return made


def _tile_style(layer: str, kind: str, colour: str, only: str = "") -> Element:
    number = {"Point": "0", "Line": "1", "Polygon": "2"}[kind]
    zooms = {"min-zoom": "-1", "max-zoom": "-1"}
    told = {"name": layer, "layer": layer, "geometry": number, "expression": only}
    style = Element("style", told | zooms, enabled="1")
    SubElement(style, "symbols").append(_symbol(kind, colour, "0"))
    return style


def _layer(kind: str, layer_id: str, title: str, source: str, provider: str) -> Element:
    made = Element("maplayer", type=kind)
    for name, text in (
        ("id", f"geomap_{layer_id}"),
        ("datasource", source),
        ("layername", title),
        ("provider", provider),
    ):
        SubElement(made, name).text = text
    return made


def _system(name: str, code: str) -> Element:
    """Return a reference system; without the number in its own list QGIS 3.22 draws no tile."""
    made = Element(name)
    told = SubElement(made, "spatialrefsys")
    SubElement(told, "srsid").text = _NUMBERS[code]
    SubElement(told, "srid").text = code.removeprefix("EPSG:")
    SubElement(told, "authid").text = code
    return made


_NUMBERS: Mapping[str, str] = {"EPSG:3857": "3857", "EPSG:4326": "3452"}
"""Code → the number of a reference system in the list that comes with QGIS."""


def _symbol(kind: str, colour: str, name: str) -> Element:
    symbol = Element("symbol", type=_SYMBOL_OF[kind], name=name, alpha="1")
    layer = SubElement(symbol, "layer", {"class": f"Simple{_SYMBOL_OF[kind].title()}"}, enabled="1")
    options = SubElement(layer, "Option", type="Map")
    for option, value in _OPTIONS[kind](_rgba(colour)).items():
        SubElement(options, "Option", type="QString", name=option, value=value)
    return symbol


def _rgba(colour: str, alpha: int = 255) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"{red},{green},{blue},{alpha}"


def _marker(colour: str) -> Mapping[str, str]:
    paper = _rgba(GROUND["paper"][THEME])
    return {"name": "circle", "color": colour, "size": "2.4", "outline_color": paper}


def _line(colour: str) -> Mapping[str, str]:
    return {"line_color": colour, "line_width": "0.3"}


def _fill(colour: str) -> Mapping[str, str]:
    return {"color": colour, "style": "solid", "outline_color": colour, "outline_width": "0.2"}


_OPTIONS = {"Point": _marker, "Line": _line, "Polygon": _fill}
_COLOURED: Mapping[str, tuple[Any, Any]] = {"kind": (KINDS, NO_KIND), "status": (STATES, NO_STATE)}
"""Field → the colours of its codes, and of all others."""


def _coloured(field: str, lang: str) -> list[tuple[str, str, str]]:
    """Return code, label and colour of each value of a field; the code is empty for the rest."""
    known, rest = _COLOURED[field]
    coded = [(code, label(lang, field, code), shades[THEME]) for code, shades in known.items()]
    return [*coded, ("", translate(lang, "Others"), rest[THEME])]


def _own_colour(layer: Layer) -> str:
    return GROUND["region" if layer.id == "regions" else "city"][THEME]


def _written(made: Element, doctype: str) -> bytes:
    head = f"<!DOCTYPE {doctype} PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    text: bytes = tostring(made, encoding="utf-8")
    return head.encode() + text


def _zipped(made: Callable[[], bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("geomap.qgs", OLDEST), made(), zipfile.ZIP_DEFLATED)
    return file.getvalue()

"""Conformance classes: each router declares those that it makes true, and no others."""

from __future__ import annotations

_S = "http://www.opengis.net/spec/"


def _classes(part: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{_S}{part}/conf/{name}" for name in names)


COMMON = (
    *_classes("ogcapi-common-1/1.0", "core", "landing-page", "json", "oas30"),
    *_classes("ogcapi-common-2/1.0", "collections"),
    *_classes("ogcapi-features-1/1.0", "oas30"),
    *_classes("ogcapi-tiles-1/1.0", "oas30"),
)
FEATURES = _classes("ogcapi-features-1/1.0", "core", "geojson")
TILES = _classes(
    "ogcapi-tiles-1/1.0",
    "core",
    "tileset",
    "tilesets-list",
    "dataset-tilesets",
    "geodata-tilesets",
    "collections-selection",
    "mvt",
)

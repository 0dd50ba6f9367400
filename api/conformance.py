"""Conformance classes: each router declares those that it makes true, and no others."""

from __future__ import annotations

_S = "http://www.opengis.net/spec/"


def _classes(part: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{_S}{part}/conf/{name}" for name in names)


COMMON = (
    *_classes("ogcapi-common-1/1.0", "core", "landing-page", "json", "html", "oas30"),
    *_classes("ogcapi-common-2/1.0", "collections"),
    *_classes("ogcapi-features-1/1.0", "oas30"),
    *_classes("ogcapi-tiles-1/1.0", "oas30"),
)
FEATURES = (
    *_classes("ogcapi-features-1/1.0", "core", "geojson", "html"),
    *_classes("ogcapi-features-2/1.0", "crs"),
    *_classes("ogcapi-features-8/1.0", "sorting", "features-sorting"),
    *_classes("ogcapi-common-3/1.0", "profile-parameter", "references", "profile-references"),
    *_classes("json-fg-1/1.0", "core", "types-schemas", "profiles", "api"),
)
SCHEMAS = (
    *_classes(
        "ogcapi-common-3/1.0",
        "schemas",
        "advanced-property-roles",
        "returnables-and-receivables",
        "sortables",
    ),
    # QGIS looks for Part 5 under the name that its drafts had.
    *_classes("ogcapi-features-5/1.0", "schemas"),
    *_classes("ogcapi-features-8/1.0", "sortables"),
)
FILTERS = (
    *_classes(
        "ogcapi-features-3/1.0",
        "queryables",
        "queryables-query-parameters",
        "filter",
        "features-filter",
    ),
    *_classes(
        "cql2/1.0",
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions",
        "basic-spatial-functions-plus",
        "spatial-functions",
        "temporal-functions",
        "array-functions",
        "property-property",
        "arithmetic",
        "functions",
    ),
)
EDITING = (
    *_classes(
        "ogcapi-common-5/1.0",
        "create-replace-delete",
        "update",
        "optimistic-locking-etags",
        "optimistic-locking-timestamps",
        "return-resource-representation-in-response",
        "handling",
    ),
    *_classes(
        "ogcapi-features-4/1.0",
        "features",
        "create-replace-delete",
        "update",
        "optimistic-locking-etags",
    ),
)
"""The draft of 2026, and beside it the names that clients of the older one look for."""
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

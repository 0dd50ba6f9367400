"""Reads GeoJSON: a FeatureCollection, one Feature, or one Feature a line; gzip too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geomap.errors import FileUnreadable
from geomap.model import Fault
from layers.imports.rows import Reading, Row, chunks, open_bytes

MAX_JSON_BYTES = 256 * 1024**2
"""Of one document after unpacking: JSON is read whole, and grows some ten times in memory."""
GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
)
FEATURE_ID = "$id"
"""Under this name a row holds the `id` member of its Feature."""
_EPSG = re.compile(r"urn:ogc:def:crs:EPSG:[\d.]*:(\d+)|EPSG:(\d+)", re.IGNORECASE)


def read(path: Path, *, encoding: str = "", delimiter: str = "") -> Reading:
    """Open a GeoJSON file.

    Args:
        path: The file; gzip is known by its first bytes.
        encoding: Must be empty or UTF-8: the format allows nothing else.
        delimiter: Has no meaning here.

    Returns:
        The reading. Rows whose geometry cannot be read carry the fault `GEOM_INVALID`.

    Raises:
        FileUnreadable: It is no GeoJSON, too large, or nested too deep.
    """
    if encoding and encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig"):
        raise FileUnreadable(f"{path.name}: GeoJSON is always UTF-8, not {encoding}.")
    document = _document(path)
    features, crs = _features(document, path)
    return Reading(
        rows=_rows(features),
        columns=(),
        encoding="utf-8",
        encoding_basis="fixed",
        crs=crs,
        expected=len(features),
        has_geometry=True,
    )


def _document(path: Path) -> Any:
    content = bytearray()
    with open_bytes(path) as file:
        for piece in chunks(file):
            content += piece
            if len(content) > MAX_JSON_BYTES:
                raise FileUnreadable(
                    f"{path.name} is larger than {MAX_JSON_BYTES >> 20} MiB; import it in parts."
                )
    text = bytes(content).removeprefix(b"\xef\xbb\xbf").strip()
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        lines = [line.lstrip(b"\x1e") for line in text.splitlines() if line.strip()]
        return _by_line(lines, path, problem)


def _by_line(lines: Sequence[bytes], path: Path, problem: orjson.JSONDecodeError) -> list[Any]:
    features = []
    for number, line in enumerate(lines, 1):
        try:
            features.append(orjson.loads(line))
        except orjson.JSONDecodeError as fault:
            if not features:
                raise FileUnreadable(f"{path.name} is no JSON: {problem}") from problem
            raise FileUnreadable(f"{path.name}, line {number} is no JSON: {fault}") from fault
    return features


def _features(document: Any, path: Path) -> tuple[Sequence[Any], str]:
    if isinstance(document, list) and document:
        return document, ""
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        return [document], ""
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        return document["features"], _named_crs(document.get("crs"))
    raise FileUnreadable(f"{path.name} is no GeoJSON: it holds neither Features nor one Feature.")


def _named_crs(member: Any) -> str:
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    match = _EPSG.fullmatch(name) if isinstance(name, str) else None
    return f"EPSG:{match[1] or match[2]}" if match else ""


def _rows(features: Sequence[Any]) -> Iterator[Row]:
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            fault = Fault("VALUE_INVALID", "", str(feature)[:200], "This must be a Feature.")
            yield Row(number, {}, faults=(fault,))
            continue
        yield _row(number, feature)


def _row(number: int, feature: Mapping[str, Any]) -> Row:
    properties = feature.get("properties")
    values = dict(properties) if isinstance(properties, dict) else {}
    if isinstance(feature.get("id"), str | int):
        values[FEATURE_ID] = str(feature["id"])
    geometry = feature.get("geometry")
    if geometry is None:
        return Row(number, values)
    place, why = geometry_of(geometry)
    if place is None:
        return Row(number, values, faults=(Fault("GEOM_INVALID", "geometry", why, _HINT),))
    return Row(number, values, place)


_MISSHAPEN = (
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    RecursionError,
    shapely.errors.ShapelyError,
)
_HINT = "Write a GeoJSON geometry: a type and its coordinates, longitude first."


def geometry_of(member: Any) -> tuple[BaseGeometry | None, str]:
    """Return a geometry from its GeoJSON object, or None and what is wrong with it."""
    kind = member.get("type") if isinstance(member, dict) else None
    if kind not in GEOMETRIES:
        return None, f"geometry of type {kind!r}"
    try:
        place = shape(member)
    except _MISSHAPEN as problem:
        return None, str(problem)[:200]
    return place, ""

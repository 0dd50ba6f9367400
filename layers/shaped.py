"""Features as a reader wants them told: in which system, how coarsely, with which properties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geomap.errors import CoordinateOutOfRange, ParameterInvalid
from geomap.systems import CRS84, System, told_in
from layers.bodies import feature_bodies
from layers.columns import Rows
from layers.fragments import Text
from layers.layer import Layer
from layers.schema import known_properties
from layers.store.protocol import PublicReader
from layers.table import LayerTable

_BEHIND_GEOMETRY = b',"properties":{'


@dataclass(frozen=True, slots=True)
class Wish:
    """How features are told. As usual: all that is stored, in OGC:CRS84."""

    system: System = CRS84
    offset: float | None = None
    """Lines and areas may run this far beside their true course, in the units of the system."""
    properties: tuple[str, ...] | None = None

    def is_usual(self) -> bool:
        """Return whether stored texts can go out as they are."""
        return self.system.is_storage and not self.offset and self.properties is None


USUAL = Wish()


def shaped_bodies(
    reader: PublicReader, table: LayerTable, rows: Rows, lang: str, wish: Wish = USUAL
) -> list[Text]:
    """Return the GeoJSON text of each row, in the order of `rows`.

    Raises:
        CoordinateOutOfRange: The wished system cannot tell where one of them lies.
    """
    texts = feature_bodies(reader, table, rows, lang)
    if wish.is_usual():
        return texts
    geometries = shapely.to_geojson(shapes(table, rows, wish))
    return [
        _retold(bytes(text), geometry, wish)
        for geometry, text in zip(geometries, texts, strict=True)
    ]


def shaped_text(text: bytes, geometry: BaseGeometry | None, wish: Wish) -> bytes:
    """Return the GeoJSON text of one feature as wished.

    Args:
        text: As it is stored.
        geometry: Its geometry, OGC:CRS84.
        wish: How it shall be told.

    Raises:
        CoordinateOutOfRange: The wished system cannot tell where it lies.
    """
    if wish.is_usual():
        return text
    stored = np.array([geometry], dtype=object)
    told = told_in(shapely.force_2d(stored), wish.system)
    if geometry is not None and told[0] is None:
        raise CoordinateOutOfRange(
            f"crs={wish.system.uri}: the feature lies where {wish.system.name} gives no "
            "coordinates; take OGC:CRS84."
        )
    [shape] = shapely.to_geojson(simplified(told, wish.offset) if wish.offset else told)
    return _retold(text, shape, wish)


def shapes(table: LayerTable, rows: Rows, wish: Wish) -> NDArray[np.object_]:
    """Return the geometry of some rows as wished; None where there is none.

    Raises:
        CoordinateOutOfRange: As in `shaped_bodies`.
    """
    stored = shapely.force_2d(table.geometry(rows))
    told = told_in(stored, wish.system)
    lost = np.flatnonzero(~shapely.is_missing(stored) & shapely.is_missing(told))
    if len(lost):
        feature_id = table.ids[rows[lost[0]]].decode()
        raise CoordinateOutOfRange(
            f"crs={wish.system.uri}: feature {feature_id} lies where {wish.system.name} gives no "
            "coordinates; narrow the request with bbox, or take OGC:CRS84."
        )
    return simplified(told, wish.offset) if wish.offset else told


def simplified(geometries: NDArray[np.object_], offset: float) -> NDArray[np.object_]:
    """Return lines and areas with fewer points; one that would lose its sense stays whole."""
    fewer: NDArray[np.object_] = shapely.simplify(geometries, offset, preserve_topology=True)
    spoilt = ~shapely.is_valid(fewer) | shapely.is_empty(fewer)
    fewer[spoilt] = geometries[spoilt]
    return fewer


def checked_properties(layer: Layer, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the names, all of which are those of properties.

    Raises:
        ParameterInvalid: One is not.
    """
    known = known_properties(layer)
    for name in names or ():
        if name not in known:
            expected = f"some of {', '.join(known)} are expected."
            raise ParameterInvalid("properties", name, expected)
    return names


def _retold(text: bytes, geometry: str | None, wish: Wish) -> bytes:
    head, _, rest = text.partition(_BEHIND_GEOMETRY)
    head = head[: head.index(b',"geometry":')]
    told = b"null" if geometry is None else geometry.encode()
    if wish.properties is None:
        return b'%s,"geometry":%s%s%s' % (head, told, _BEHIND_GEOMETRY, rest)
    all_ = orjson.loads(b"{" + rest[:-1])
    kept = {name: all_[name] for name in wish.properties if name in all_}
    return b'%s,"geometry":%s,"properties":%s}' % (head, told, orjson.dumps(kept))

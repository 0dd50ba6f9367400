"""What the tiles of a layer hold: their layers, and what features in them say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geomap.grid import MAX_LAT
from layers.content import NAME_COLUMNS
from layers.layer import Kind, Layer, column_names
from layers.snapshot import Snapshot
from layers.tiles.properties import HEAVY

DRAWN: Mapping[str, tuple[tuple[str, int], ...]] = {
    "sites": (("sites", 0), ("sites_shapes", 2)),
    "regions": (("regions", 2), ("regions_labels", 0)),
    "cities": (("cities", 0),),
    "twins": (("twins", 1),),
}
"""Layer → its layers in a tile: name, and dimension of their geometry."""

Box = tuple[float, float, float, float]

_NUMBERS = frozenset({Kind.NUMBER, Kind.INTEGER, Kind.EDTF})
_WORLD = ((-180.0,), (-90.0,), (180.0,), (90.0,))


def drawn_layers(layers: Sequence[Layer]) -> Iterator[tuple[str, int, Layer]]:
    """Yield the layers of a tile: name, dimension of the geometry, the layer that it shows."""
    for layer in layers:
        for name, dimension in DRAWN[layer.id]:
            yield name, dimension, layer


def vector_layers(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """Return the member of this name of TileJSON 3.0, MBTiles and PMTiles."""
    return [
        {"id": name, "description": layer.title, "fields": _fields(layer)}
        for name, _, layer in drawn_layers(layers)
    ]


def box_of(snapshot: Snapshot, layers: Sequence[Layer], most_lat: float = MAX_LAT) -> Box:
    """Return west, south, east, north of what the layers show, in degrees; else the world.

    Args:
        snapshot: What the public may see.
        layers: One at least.
        most_lat: Degrees beyond which a grid has no place.
    """
    extents = [snapshot.tables[layer.id].extent() for layer in layers]
    boxes = [(box.west, box.south, box.east, box.north) for box in extents if box]
    west, south, east, north = zip(*boxes, strict=True) if boxes else _WORLD
    return min(west), max(min(south), -most_lat), max(east), min(max(north), most_lat)


def _fields(layer: Layer) -> dict[str, str]:
    """Return what features in tiles carry: names, short fields, a cluster's count."""
    fields = dict.fromkeys(("id", *NAME_COLUMNS), "String") | {"count": "Number"}
    for field in layer.fields:
        if field.queryable and field.kind not in HEAVY:
            kind = "Number" if field.kind in _NUMBERS else "String"
            fields |= dict.fromkeys(column_names(field), kind)
    return fields | ({layer.group_by: "String"} if layer.group_by not in fields else {})

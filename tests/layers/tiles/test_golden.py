"""Tiles are the same bytes as ever. After a wanted change: --update-golden, and read the diff."""

from datetime import date

import numpy as np
import pytest
from shapely import from_wkt

from geomap.grid import Tile, tile_at
from layers.catalog import LAYERS
from layers.content import CATEGORICAL
from layers.layer import column_names
from layers.query import Query
from layers.snapshot import Snapshot
from layers.tiles import engine, mvt
from layers.tiles.render import render
from layers.tiles.shapes import ShapeIndex, encode

SHAPES = {
    "multipoint": "MULTIPOINT (24.9 60.2, 25 60.3)",
    "line": "LINESTRING (24 60, 25 60.5, 30 60)",
    "multiline": "MULTILINESTRING ((24 60, 25 60.5), (26 61, 27 61.5, 28 61))",
    "area": "POLYGON ((24 60, 26 60, 26 61, 24 61, 24 60))",
    "area-with-hole": "POLYGON ((24 60, 28 60, 28 62, 24 62, 24 60), "
    "(25 60.5, 26 60.5, 26 61, 25 61, 25 60.5))",
    "areas": "MULTIPOLYGON (((24 60, 25 60, 25 61, 24 60)), ((26 60, 27 60, 27 61, 26 60)))",
    "small-area": "POLYGON ((24 60, 24.001 60, 24.001 60.001, 24 60))",
    "short-line": "LINESTRING (24 60, 24.001 60)",
}
PLACES = {
    "Point": "POINT (28.73 60.71)",
    "LineString": "LINESTRING (28.73 60.71, 30.31 59.94)",
    "Polygon": "POLYGON ((24 60, 30 60, 30 62, 24 62, 24 60))",
}


@pytest.fixture(autouse=True)
def _numpy_alone():
    """The forms differ in bytes."""
    engine.choose("numpy")


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_the_same_bytes_as_ever(name, golden):
    index = ShapeIndex(np.array([from_wkt(SHAPES[name])]))
    drawn = index.drawn(Tile(5, 18, 9))
    golden(
        f"shape-{name}.mvt",
        encode([drawn], "shapes", [{"name": mvt.texts([name])}], np.ones(1).__getitem__),
    )


@pytest.mark.parametrize("z", [3, 9])
@pytest.mark.parametrize("layer_id", LAYERS)
def test_a_tile_of_each_layer_is_the_same_bytes_as_ever(layer_id, z, golden, table_of):
    layer = LAYERS[layer_id]
    shapes = [from_wkt(wkt) for kind, wkt in PLACES.items() if kind in layer.geometry] * 2
    table = table_of(layer_id, shapes, **columns_of(layer, len(shapes)))
    snapshot = Snapshot(1, date(2026, 1, 1), {layer_id: table}, {})
    encoded = render(snapshot, [layer_id], tile_at(28.73, 60.71, z), Query())
    assert encoded
    golden(f"layer-{layer_id}-{z}.mvt", encoded)


def columns_of(layer, count):
    """Return made-up values for every column, each of its own kind."""
    columns = {"name": np.array([f"Nimi {row}" for row in range(count)], object)}
    columns["name_ru"] = np.array([f"Имя {row}" for row in range(count)], object)
    for field in layer.fields:
        for name in column_names(field) if field.queryable else ():
            texts = [f"{name}-{row % 2}" for row in range(count)]
            columns[name] = texts if field.kind in CATEGORICAL else 10.5 * np.arange(count)
    if layer.group_by == "status":
        columns["status"] = (["active", "unknown"] * count)[:count]
    return columns

"""Readers of tiles that are not ours, and tables small enough to count by hand."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import orjson
import pyogrio
import pytest
import shapely

from geomap.grid import Tile
from layers.catalog import LAYERS
from layers.columns import Terms, numeric
from layers.content import NAME_COLUMNS
from layers.store.protocol import PublicRow
from layers.table import LayerTable, table_from

Features = list[dict[str, Any]]


@pytest.fixture
def decode() -> Callable[[bytes], dict[str, Features]]:
    """Read a tile with mapbox_vector_tile: layer → features, tile units, y south."""

    def read(tile: bytes) -> dict[str, Features]:
        layers = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
        for layer in layers.values():
            assert (layer["version"], layer["extent"]) == (2, 4096)
        return {name: layer["features"] for name, layer in layers.items()}

    return read


@pytest.fixture
def read_by_gdal(tmp_path: Path) -> Callable[[bytes, Tile, str], Any]:
    """Read one layer of a tile with GDAL's MVT driver: a GeoDataFrame in EPSG:3857."""

    def read(encoded: bytes, tile: Tile, layer: str) -> Any:
        path = tmp_path / "tile.mvt"
        path.write_bytes(encoded)
        place = {"X": str(tile.x), "Y": str(tile.y), "Z": str(tile.z)}
        return pyogrio.read_dataframe(f"MVT:{path}", layer=layer, **place)

    return read


@pytest.fixture
def shape_of() -> Callable[[dict[str, Any]], shapely.Geometry]:
    """Return the geometry of a decoded feature."""
    return lambda feature: shapely.geometry.shape(feature["geometry"])


@pytest.fixture
def rng() -> np.random.Generator:
    """Numbers that look random and are the same in each run."""
    return np.random.default_rng(20)


TableOf = Callable[..., LayerTable]


@pytest.fixture
def table_of() -> TableOf:
    """Make the table of a layer: geometries in order, and columns by name, rows in order."""
    return make_table


def make_table(layer_id: str, geometry: Sequence[shapely.Geometry | None], **columns: Any) -> Any:
    layer, count = LAYERS[layer_id], len(geometry)
    names = (*layer.columns(), *NAME_COLUMNS)
    nothing = [None] * count
    values = [list(columns.pop(name, nothing)) for name in names]
    rows = [
        PublicRow(
            row,
            f"{layer_id}-{row:06}",
            None if shape is None else shape.wkb,
            orjson.dumps([_plain(of[row]) for of in values]),
        )
        for row, shape in enumerate(geometry)
    ]
    computed = {"status": Terms.of, "twin_count": numeric}
    added = {name: computed[name](list(of)) for name, of in columns.items()}
    return table_from(layer, rows, "1").with_columns(added, "1")


def _plain(value: Any) -> Any:
    missing = isinstance(value, float) and math.isnan(value)
    return None if missing else value.item() if isinstance(value, np.generic) else value

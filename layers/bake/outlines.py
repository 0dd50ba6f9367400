"""Cut the outlines of countries into small pieces, so that a place is found in one quickly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.bake.states import country_code
from layers.bake.topology import Geometries, only_polygons, polygons, read_topology

MOST_VERTICES = 96
MICRODEGREES = 1_000_000


def bake_countries(atlas: Path, target: Path) -> None:
    """Write the pieces of all countries, with the code of each, as a NumPy archive.

    Args:
        atlas: `countries-10m.json` of npm world-atlas.
        target: The archive: `codes` (of each piece; "" where no country is to be derived),
            `steps` (int32, shape (n, 2): corners in microdegrees, each less the one before),
            `rings` and `pieces` (where they begin, as in `shapely.to_ragged_array`).
    """
    pieces, codes = _pieces(atlas)
    _, corners, (rings, starts) = shapely.to_ragged_array(pieces)
    grid = np.round(corners * MICRODEGREES).astype(np.int32)
    np.savez_compressed(
        target,
        codes=np.array(codes, dtype="U2"),
        steps=np.diff(grid, axis=0, prepend=np.zeros((1, 2), dtype=np.int32)),
        rings=np.asarray(rings, dtype=np.int32),
        pieces=np.asarray(starts, dtype=np.int32),
    )


def _pieces(atlas: Path) -> tuple[Geometries, list[str]]:
    topology = read_topology(atlas)
    pieces: list[BaseGeometry] = []
    codes: list[str] = []
    for member in topology.members("countries"):
        name = member["properties"]["name"]
        for polygon in polygons(topology, member):
            cut = list(_quartered(polygon))
            pieces.extend(cut)
            codes.extend([country_code(name, member.get("id"), polygon.bounds)] * len(cut))
    return np.array(pieces, dtype=object), codes


def _quartered(polygon: BaseGeometry) -> Iterator[BaseGeometry]:
    """Yield a polygon in pieces of at most `MOST_VERTICES`, halved along the longer side."""
    if shapely.get_num_coordinates(polygon) <= MOST_VERTICES:
        yield polygon
        return
    west, south, east, north = polygon.bounds
    x, y = (west + east) / 2, (south + north) / 2
    halves = (
        ((west, south, x, north), (x, south, east, north))
        if east - west > north - south
        else ((west, south, east, y), (west, y, east, north))
    )
    for half in halves:
        clipped = np.array([shapely.clip_by_rect(polygon, *half)], dtype=object)
        for part in only_polygons(clipped):
            yield from _quartered(part)

"""The tiles of a map session: zooms 0 to 14, dense and sparse places, one seed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geomap.grid import Tile, tile_at

TILES = 400
ZOOMS = {(0, 2): 0.04, (3, 5): 0.17, (6, 8): 0.26, (9, 11): 0.29, (12, 14): 0.24}
EUROPE, SITE = 0.60, 0.25
"""Share of tiles about sites of dense Europe, and about any site; the rest is anywhere."""


def session(lnglats: npt.NDArray[np.float64], count: int = TILES, seed: int = 7) -> list[Tile]:
    """Return the tiles of a session over these places (degrees, CRS84, shape (n, 2))."""
    rng = np.random.default_rng(seed)
    lngs, lats = lnglats.T
    dense = lnglats[(lngs > -10) & (lngs < 30) & (lats > 36) & (lats < 60)]
    ranges = list(ZOOMS)
    tiles = []
    for choice in rng.choice(len(ranges), count, p=list(ZOOMS.values())):
        z = int(rng.integers(ranges[choice][0], ranges[choice][1] + 1))
        kind = rng.random()
        if kind < EUROPE + SITE:
            among = dense if kind < EUROPE and len(dense) else lnglats
            lng, lat = among[rng.integers(0, len(among))]
        else:
            lng, lat = rng.uniform((-180, -60), (180, 70))
        tiles.append(tile_at(float(lng), float(lat), z))
    return tiles


def asked(tiles: list[Tile]) -> list[list[int]]:
    """Return tiles as a peer is told them: zoom, column, row."""
    return [[tile.z, tile.x, tile.y] for tile in tiles]

"""Web map tiles: the tile matrix set WebMercatorQuad (EPSG:3857), numbered x/y from north-west.

The *unit square* below is the whole Mercator world: x east and y south from the north-west
corner, both from 0 to 1. Beyond ±85.0511° (`MAX_LAT`) Mercator has no place; latitudes there
count as the edge, so that a feature at a pole is drawn and counted in the outermost row of tiles.

Source:
    OGC 17-083r4, Two Dimensional Tile Matrix Set, annex D.1; Morton, "A computer oriented
    geodetic data base", IBM 1966.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geomap.errors import CoordinateOutOfRange, TileOutOfRange
from geomap.places import Bounds

MAX_ZOOM = 22
MAX_LAT = math.degrees(math.atan(math.sinh(math.pi)))
"""85.0511…: the latitude at which the Mercator world is a square."""

GRID_BITS = 31
"""Places are kept on a grid of 2**31 cells a side, 19 mm at the equator."""

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

# Each round spreads the bits of a number further apart, until there is one gap after each.
_SPREAD = tuple(
    (np.uint64(shift), np.uint64(mask))
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    )
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: column `x` and row `y` of zoom level `z`.

    Raises:
        TileOutOfRange: `z` is not within 0 … 22, or `x` or `y` not within 0 … 2**z - 1.
    """

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        last = _side(self.z) - 1
        if not (0 <= self.x <= last and 0 <= self.y <= last):
            raise TileOutOfRange(
                f"Tile {self.z}/{self.x}/{self.y}: column and row must be within 0 and {last}."
            )

    def bounds(self) -> Bounds:
        """Return the box of the tile in degrees; never across the antimeridian."""
        return Bounds(
            _west(self.x, self.z),
            _north(self.y + 1, self.z),
            _west(self.x + 1, self.z),
            _north(self.y, self.z),
        )

    def unit_box(self) -> tuple[float, float, float, float]:
        """Return west, north, east, south in the unit square; exact in binary."""
        size = 0.5**self.z
        return self.x * size, self.y * size, (self.x + 1) * size, (self.y + 1) * size

    def key_range(self) -> tuple[int, int]:
        """Return the first Morton key inside the tile, and the first one after it."""
        shift = 2 * (GRID_BITS - self.z)
        # Binary digits read as those of base four: each bit has a gap after it.
        key = int(f"{self.x:b}", 4) | int(f"{self.y:b}", 4) << 1
        return key << shift, (key + 1) << shift


def tile_at(lng: float, lat: float, z: int) -> Tile:
    """Return the tile of zoom `z` that holds a place; longitudes may wrap: 190 is -170.

    Raises:
        CoordinateOutOfRange: A number is not finite or a latitude is beyond 90 degrees.
        TileOutOfRange: There is no such zoom.
    """
    side = _side(z)
    x, y = to_unit_square((lng, lat))[0]
    last = side - 1
    column, row = min(int(x * side), last), min(int(y * side), last)
    wrapped = float(_wrapped(np.array([lng]))[0])
    inside = max(-MAX_LAT, min(MAX_LAT, lat))
    # Rounding may put a place within 1e-13 degrees of an edge on the wrong side of it.
    column += (column < last and wrapped > _west(column + 1, z)) - (wrapped < _west(column, z))
    row += (row < last and inside < _north(row + 1, z)) - (row > 0 and inside > _north(row, z))
    return Tile(z, column, row)


def tiles_covering(bounds: Bounds, z: int) -> Iterator[Tile]:
    """Yield every tile of zoom `z` that a box meets, each once, row by row.

    Raises:
        TileOutOfRange: There is no such zoom.
    """
    parts = bounds.parts()
    corners = [
        (tile_at(part.west, part.north, z), tile_at(part.east, part.south, z)) for part in parts
    ]
    columns = sorted({x for first, last in corners for x in range(first.x, last.x + 1)})
    for y in range(corners[0][0].y, corners[0][1].y + 1):
        for x in columns:
            yield Tile(z, x, y)


def to_unit_square(lnglats: npt.ArrayLike, *, wrap: bool = True) -> Floats:
    """Project places to the unit square.

    Args:
        lnglats: Shape (n, 2), degrees, CRS84. Longitudes may wrap: 190 is -170.
        wrap: False keeps the vertices of one shape together: 190 is then east of the square.

    Returns:
        Shape (n, 2): x east, y south, both within 0 and 1. Longitude 180 is 1, not 0.

    Raises:
        CoordinateOutOfRange: A number is not finite or a latitude is beyond 90 degrees.
    """
    places = np.asarray(lnglats, dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(places).all() or (np.abs(places[:, 1]) > 90).any():
        raise CoordinateOutOfRange("Places need finite numbers and latitudes within ±90.")
    unit = np.empty_like(places)
    unit[:, 0] = ((_wrapped(places[:, 0]) if wrap else places[:, 0]) + 180) / 360
    lats = np.radians(np.clip(places[:, 1], -MAX_LAT, MAX_LAT))
    unit[:, 1] = np.clip(0.5 - np.arcsinh(np.tan(lats)) / (2 * math.pi), 0.0, 1.0)
    return unit


def to_web_mercator(lnglats: npt.ArrayLike) -> tuple[Keys, Keys]:
    """Project places to the grid of 2**31 cells a side.

    Args:
        lnglats: As for `to_unit_square`.

    Returns:
        Columns (east) and rows (south), each of shape (n,), within 0 and 2**31 - 1. The tile
        of zoom z that holds a place is (column >> 31 - z, row >> 31 - z).

    Raises:
        CoordinateOutOfRange: As for `to_unit_square`.
    """
    last = (1 << GRID_BITS) - 1
    cells = np.minimum(to_unit_square(lnglats) * (last + 1), last).astype(np.uint64)
    return cells[:, 0], cells[:, 1]


def morton(x: npt.ArrayLike, y: npt.ArrayLike) -> Keys:
    """Return keys whose order keeps every tile of every zoom one contiguous range.

    Args:
        x: Columns, whole numbers below 2**31, shape (n,).
        y: Rows, as `x`.

    Returns:
        Bits of x and y interleaved, x in the even places, shape (n,).
    """
    return _spread(np.asarray(x)) | (_spread(np.asarray(y)) << np.uint64(1))


def cells_of(keys: Keys) -> tuple[Keys, Keys]:
    """Return columns and rows of Morton keys: the inverse of `morton`."""
    return _gathered(keys), _gathered(keys >> np.uint64(1))


def _gathered(keys: Keys) -> Keys:
    bits = keys & _SPREAD[-1][1]
    masks = [np.uint64(0x00000000FFFFFFFF), *(mask for _, mask in _SPREAD[:-1])]
    for (shift, _), mask in zip(reversed(_SPREAD), reversed(masks), strict=True):
        bits = (bits | (bits >> shift)) & mask
    return bits


def _spread(numbers: npt.NDArray[np.integer]) -> Keys:
    bits = numbers.astype(np.uint64)
    for shift, mask in _SPREAD:
        bits = (bits | (bits << shift)) & mask
    return bits


def _wrapped(lngs: Floats) -> Floats:
    return np.where(np.abs(lngs) <= 180, lngs, (lngs + 180) % 360 - 180)


def _side(z: int) -> int:
    if not 0 <= z <= MAX_ZOOM:
        raise TileOutOfRange(f"Zoom level {z} must be within 0 and {MAX_ZOOM}.")
    return 1 << z


def _west(x: int, z: int) -> float:
    return x * 360 / (1 << z) - 180


def _north(y: int, z: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / (1 << z)))))

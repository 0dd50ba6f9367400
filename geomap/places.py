"""Places and boxes in OGC:CRS84 (degrees, longitude first). A box may cross the antimeridian."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from geomap.errors import CoordinateOutOfRange


class LngLat(NamedTuple):
    """A place: degrees, longitude first."""

    lng: float
    lat: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees. `west > east` means that it crosses the antimeridian.

    Raises:
        CoordinateOutOfRange: A number is not finite, a latitude beyond ±90, a longitude
            beyond ±180, or south lies north of north.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        numbers = (self.west, self.south, self.east, self.north)
        if not all(math.isfinite(number) for number in numbers):
            raise CoordinateOutOfRange("A box needs four finite numbers.")
        if not (-90 <= self.south <= self.north <= 90):
            raise CoordinateOutOfRange(
                f"Latitudes {self.south} and {self.north} must be within ±90, south first."
            )
        if not (-180 <= self.west <= 180 and -180 <= self.east <= 180):
            raise CoordinateOutOfRange(
                f"Longitudes {self.west} and {self.east} must be within ±180."
            )

    def parts(self) -> tuple[Bounds, ...]:
        """Return one box, or the two on either side of the antimeridian."""
        if self.west <= self.east:
            return (self,)
        return (
            Bounds(self.west, self.south, 180.0, self.north),
            Bounds(-180.0, self.south, self.east, self.north),
        )

    def holds(self, lng: float, lat: float) -> bool:
        """Tell whether a place lies inside or on the edge."""
        return any(
            part.west <= lng <= part.east and part.south <= lat <= part.north
            for part in self.parts()
        )

"""The country of a place, from the outlines that the build has baked (Natural Earth, 1:10m).

Outlines follow who holds a place. No country is derived where an answer could be wrong: in disputed
areas (`layers/bake/states.py`), and so near a second country that the outline, drawn to a few
hundred metres, cannot tell (Narva and Ivangorod face each other over a river). There, the source
of a record must state it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod

from geomap.errors import FileUnreadable

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

WITHIN_KM = 25.0
"""How far out at sea a place still belongs to a coast: the coast is drawn to some 400 m, but
islets, piers and wrecks lie off it."""

OUTLINES = Path(__file__).with_name("data") / "countries.npz"

DOUBT_KM = 1.0
"""A second country that is no more than this farther off leaves a place without one. Of 23 centres
of towns that face another over a border, the outlines put 6 into the wrong country, none of them
by more than 0.5 km."""

_GEOD = Geod(ellps="WGS84")
_KM_PER_DEGREE = 110.5  # of latitude, at its shortest
_CHUNK = 2000  # places compared at once: bounds the memory of their candidates


@dataclass(frozen=True, slots=True)
class _Outlines:
    pieces: Objects
    codes: Objects
    tree: shapely.STRtree


def country_at(lnglats: npt.ArrayLike, *, within_km: float = WITHIN_KM) -> tuple[Objects, Objects]:
    """Return the country of each place, and how it is known.

    Args:
        lnglats: Shape (n, 2), degrees, CRS84. A place that is not finite has no country.
        within_km: Farthest distance to a country's outline, along the ellipsoid, for a place
            that lies in none.

    Returns:
        Codes: ISO 3166-1 alpha-2 or None, shape (n,). Bases: "within", "nearest" or None.

    Raises:
        FileUnreadable: The outlines have not been baked: the package was not installed.
    """
    places = np.asarray(lnglats, dtype=np.float64).reshape(-1, 2)
    codes = np.full(len(places), None, dtype=object)
    bases = np.full(len(places), None, dtype=object)
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    for start in range(0, len(known), _CHUNK):
        rows = known[start : start + _CHUNK]
        codes[rows], bases[rows] = _countries(_outlines(), places[rows], within_km)
    return codes, bases


def _countries(outlines: _Outlines, places: Floats, within_km: float) -> tuple[Objects, Objects]:
    points = shapely.points(places)
    piece = np.full(len(places), -1, dtype=np.intp)
    km = np.full(len(places), np.inf)
    inside, holder = outlines.tree.query(points, predicate="intersects")
    piece[inside], km[inside] = holder, 0.0
    at_sea = np.flatnonzero(piece < 0)
    piece[at_sea], km[at_sea] = _nearest(outlines, places[at_sea], within_km)
    codes = outlines.codes[piece]
    codes[piece < 0] = None
    codes[_doubtful(outlines, places, codes, km)] = None
    bases = np.where(km == 0, "within", "nearest").astype(object)
    bases[codes == None] = None  # noqa: E711
    return codes, bases


@lru_cache(maxsize=1)
def _outlines() -> _Outlines:
    if not OUTLINES.is_file():
        raise FileUnreadable(
            "The outlines of countries have not been built; `pip install .` builds them."
        )
    with np.load(OUTLINES) as baked:
        corners = np.cumsum(baked["steps"], axis=0, dtype=np.int64) / 1_000_000
        offsets = (baked["rings"], baked["pieces"])
        codes = baked["codes"].astype(object)
    pieces = shapely.from_ragged_array(shapely.GeometryType.POLYGON, corners, offsets)
    codes[codes == ""] = None
    pieces, codes = _with_both_sides(pieces, codes)
    return _Outlines(pieces, codes, shapely.STRtree(pieces))


def _with_both_sides(pieces: Objects, codes: Objects) -> tuple[Objects, Objects]:
    """Repeat what lies at the antimeridian on its other side, where near places look for it."""
    west, _, east, _ = shapely.bounds(pieces).T
    sides = [(pieces, codes)]
    for near, shift in ((west < -179, 360.0), (east > 179, -360.0)):
        corners = shapely.get_coordinates(pieces[near]) + np.array([shift, 0.0])
        sides.append((shapely.set_coordinates(pieces[near], corners), codes[near]))
    return np.concatenate([side[0] for side in sides]), np.concatenate([side[1] for side in sides])


def _nearest(
    outlines: _Outlines, places: Floats, within_km: float
) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return the nearest piece of each place and how far it is, or -1 and inf."""
    row, piece = outlines.tree.query(
        shapely.points(places), predicate="dwithin", distance=_degrees(within_km, places)
    )
    km = _distances_km(places[row], outlines.pieces[piece])
    nearest = np.full(len(places), -1, dtype=np.intp)
    nearest_km = np.full(len(places), np.inf)
    order = np.lexsort((piece, -km))  # the nearest is written last
    order = order[km[order] <= within_km]
    nearest[row[order]] = piece[order]
    nearest_km[row[order]] = km[order]
    return nearest, nearest_km


def _doubtful(
    outlines: _Outlines, places: Floats, codes: Objects, km: Floats
) -> npt.NDArray[np.intp]:
    """Return the positions of the places to which another country is almost as near."""
    rows = np.flatnonzero(codes != None)  # noqa: E711
    reach = km[rows] + DOUBT_KM
    row, piece = outlines.tree.query(
        shapely.points(places[rows]),
        predicate="dwithin",
        distance=_degrees(reach, places[rows]),
    )
    other = outlines.codes[piece] != codes[rows[row]]
    row, piece = row[other], piece[other]
    near = _distances_km(places[rows[row]], outlines.pieces[piece]) <= reach[row]
    doubtful: npt.NDArray[np.intp] = np.unique(rows[row[near]])
    return doubtful


def _degrees(km: float | Floats, places: Floats) -> Floats:
    """Return degrees that reach at least as far as `km` in every direction from each place."""
    farthest = np.clip(np.abs(places[:, 1]) + 1, 0, 89)
    reach: Floats = km / _KM_PER_DEGREE / np.cos(np.radians(farthest))
    return reach


def _distances_km(places: Floats, pieces: Objects) -> Floats:
    """Return the distance of each place to the piece beside it, along the ellipsoid."""
    corners, owner = shapely.get_coordinates(pieces, return_index=True)
    # On a plane around each place, where a degree east is as long as it is there.
    lengths = np.column_stack([np.cos(np.radians(places[:, 1])), np.ones(len(places))])
    around = (corners - places[owner]) * lengths[owner]
    flat = shapely.set_coordinates(pieces.copy(), around)
    ways = shapely.shortest_line(shapely.points(np.zeros_like(places)), flat)
    ends = shapely.get_coordinates(ways)[1::2] / lengths + places
    return np.asarray(_GEOD.inv(*places.T, *ends.T)[2]) / 1000

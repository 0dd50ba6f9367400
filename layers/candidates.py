"""What a new record may be a second time: features near by, and features of like names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely
from anyascii import anyascii
from rapidfuzz import fuzz
from shapely.geometry.base import BaseGeometry

from geomap.geodesy import buffer_box, distances_km
from geomap.places import LngLat
from layers.store.protocol import PublicReader

NEAR_KM = 0.1
"""So near, another record is a candidate whatever it is called."""
AROUND_KM = 5.0
"""Up to here a like name makes a candidate."""
LIKE = 0.75
MOST = 10
MOST_READ = 500
"""Features near by that are looked at; in a town centre there are thousands."""
MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feature that a new record may be a second time."""

    id: str
    name: str
    likeness: float
    """0 to 1: how alike the most alike of their names are, in Latin letters."""
    km: float | None
    """From place to place on the ellipsoid; None where one has no place."""


def likeness(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1: script, case and the order of words apart.

    Source:
        The sorted-words ratio of RapidFuzz, over Latin letters by AnyAscii.
    """
    return fuzz.token_sort_ratio(_latin(one), _latin(other)) / 100


def candidates(
    reader: PublicReader,
    layer: str,
    place: BaseGeometry | None,
    names: Sequence[str],
    *,
    leave_out: str = "",
) -> list[Candidate]:
    """Return what a record of this place and these names may be a second time, likeliest first.

    Args:
        reader: What the asker may see: hidden features are no candidates.
        layer: The layer of the record.
        place: Where it is, OGC:CRS84; None where that is not known.
        names: Its names, in any language and script.
        leave_out: The id of the record itself.

    Returns:
        At most ten: those within 100 m, those within 5 km of a like name and, where one of the
        two has no place, those of the same name.
    """
    found = dict(_near(reader, layer, place)) if place is not None else {}
    seqs = [*found, *_named(reader, layer, names)]
    bodies = reader.bodies(layer, list(dict.fromkeys(seqs)))
    told = (
        _candidate(orjson.loads(body), found.get(seq), names, has_place=place is not None)
        for seq, body in bodies.items()
    )
    likely = [one for one in told if one and one.id != leave_out]
    return sorted(likely, key=_unlikeliness)[:MOST]


def _near(reader: PublicReader, layer: str, place: BaseGeometry) -> Iterable[tuple[int, float]]:
    """Return row number and distance of the nearest features, from middle to middle."""
    middle = shapely.point_on_surface(place)
    centre = LngLat(middle.x, middle.y)
    within = reader.within(layer, buffer_box(centre, AROUND_KM))
    if not within:
        return ()
    shapes = np.array([geometry for _, _, geometry in within], object)
    # Of what is more than a point, the part that is nearest counts.
    nearest = shapely.get_point(shapely.shortest_line(shapes, middle), 0)
    km = distances_km(centre, shapely.get_coordinates(nearest))
    order = np.argsort(km, kind="stable")[:MOST_READ]
    return [(within[at][0], float(km[at])) for at in order.tolist() if km[at] <= AROUND_KM]


def _named(reader: PublicReader, layer: str, names: Sequence[str]) -> list[int]:
    hits = (reader.search(name, [layer], MOST) for name in names[:MOST_NAMES] if name.strip())
    return [hit.seq for of_name in hits for hit in of_name]


def _candidate(
    body: Mapping[str, Any], km: float | None, names: Sequence[str], *, has_place: bool
) -> Candidate | None:
    theirs = [name["value"] for name in body["properties"].get("names", ())]
    alike = max((likeness(one, other) for one in names for other in theirs), default=0.0)
    is_placed = has_place and body["geometry"] is not None
    # Of the same name but far away: another one, unless nobody knows how far.
    is_like = alike >= LIKE and not (km is None and is_placed)
    if not is_like and (km is None or km > NEAR_KM):
        return None
    return Candidate(body["id"], body["properties"].get("name", ""), round(alike, 3), km)


def _unlikeliness(one: Candidate) -> tuple[float, float, str]:
    return -one.likeness, AROUND_KM if one.km is None else one.km, one.id


def _latin(name: str) -> str:
    return str(anyascii(name)).casefold()

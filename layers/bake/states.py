"""Which country each outline is, and where states disagree.

The outlines are Natural Earth's, which draw who holds a place (de facto). Two things are ours:
lines that states dispute are marked and drawn otherwise, and no country is derived where the code
of an outline or of a part of it is ""; there, the source of a record must state it. Neither takes
a side, and the tables below are all there is to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from babel.core import get_global

Box = tuple[float, float, float, float]

WORLD: Box = (-180.0, -90.0, 180.0, 90.0)

UNNUMBERED: Mapping[str, str] = {
    # Outlines to which the source gives no ISO number. "" is: derive no country here.
    "Akrotiri": "",  # a base of the United Kingdom on Cyprus; ISO has no code
    "Baikonur": "KZ",
    "Bajo Nuevo Bank": "",
    "Clipperton I.": "FR",
    "Coral Sea Is.": "AU",
    "Cyprus U.N. Buffer Zone": "CY",
    "Dhekelia": "",  # as Akrotiri
    "Indian Ocean Ter.": "",
    "Kosovo": "XK",
    "N. Cyprus": "CY",
    "Scarborough Reef": "",
    "Serranilla Bank": "",
    "Siachen Glacier": "",
    "Somaliland": "SO",
    "Spratly Is.": "",
    "USNB Guantanamo Bay": "CU",
}


@dataclass(frozen=True, slots=True)
class Dispute:
    """A line between two outlines that states do not agree on, within a box of degrees."""

    first: str
    second: str
    within: Box = WORLD


DISPUTES = (
    Dispute("Russia", "Ukraine", (32.5, 45.0, 36.8, 46.4)),
    Dispute("Kosovo", "Serbia"),
    Dispute("N. Cyprus", "Cyprus U.N. Buffer Zone"),
    Dispute("N. Cyprus", "Cyprus"),
    Dispute("Cyprus", "Cyprus U.N. Buffer Zone"),
    Dispute("Israel", "Palestine"),
    Dispute("Israel", "Syria"),
    Dispute("Morocco", "W. Sahara"),
    Dispute("Somalia", "Somaliland"),
    Dispute("India", "Pakistan", (73.0, 32.4, 78.5, 36.0)),
    Dispute("India", "China"),
    Dispute("India", "Siachen Glacier"),
    Dispute("Pakistan", "Siachen Glacier"),
    Dispute("China", "Siachen Glacier"),
    Dispute("Sudan", "Egypt", (33.0, 21.9, 37.0, 23.2)),
    Dispute("Sudan", "S. Sudan"),
)

PARTS: Mapping[str, tuple[tuple[Box, str], ...]] = {
    # Whole polygons of an outline that are not of its country: ISO gives them a code of their
    # own, or ("") states disagree, and no country is to be derived.
    "Russia": (
        ((32.4, 44.3, 36.7, 46.3), ""),  # Crimea
        ((145.2, 43.2, 149.0, 45.6), ""),  # the southern Kurils
    ),
    "France": (
        ((-62.0, 15.7, -60.9, 16.7), "GP"),
        ((-61.4, 14.2, -60.7, 15.0), "MQ"),
        ((-55.0, 2.0, -51.0, 6.0), "GF"),
        ((55.0, -21.6, 56.0, -20.7), "RE"),
        ((44.8, -13.2, 45.5, -12.5), "YT"),
    ),
    "Indian Ocean Ter.": (
        ((105.0, -11.0, 106.0, -10.0), "CX"),
        ((96.5, -12.5, 97.2, -11.5), "CC"),
    ),
    "Netherlands": (((-69.0, 11.9, -62.8, 17.8), "BQ"),),
    "Norway": (
        ((10.0, 74.0, 34.0, 81.0), "SJ"),
        ((-9.5, 70.5, -7.5, 71.5), "SJ"),
    ),
}


def country_code(name: str, number: str | None, bounds: Box) -> str:
    """Return ISO 3166-1 alpha-2 (XK for Kosovo), or "" where none is to be derived.

    Args:
        name: The outline's name in the source.
        number: Its ISO 3166-1 number, or None.
        bounds: West, south, east and north of the one polygon that is asked for, in degrees.

    Raises:
        KeyError: The source has an outline that neither ISO nor `UNNUMBERED` knows.
    """
    for (west, south, east, north), code in PARTS.get(name, ()):
        if west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north:
            return code
    if number is None:
        return UNNUMBERED[name]
    aliases: list[str] = get_global("territory_aliases")[number]
    return aliases[0]


def dispute_between(first: str, second: str) -> Dispute | None:
    """Return the dispute over the line between two outlines, or None."""
    pair = {first, second}
    return next((each for each in DISPUTES if {each.first, each.second} == pair), None)

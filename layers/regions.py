"""The layer of cross-border regions."""

from __future__ import annotations

from layers.common import DESCRIPTION, NAMES, PROVENANCE, RANK
from layers.layer import Field, Kind, Layer

REGIONS = Layer(
    id="regions",
    title="Cross-border regions",
    description="Euroregions, programme areas and other regions across a border.",
    geometry=frozenset({"Polygon", "MultiPolygon"}),
    fields=(
        NAMES,
        DESCRIPTION,
        Field("region_type", Kind.TERM, "What it is.", vocabulary="region_type", queryable=True),
        Field("legal_form", Kind.TERM, "Its legal form.", vocabulary="legal_form"),
        Field("region_status", Kind.TERM, "Its state.", vocabulary="region_status", queryable=True),
        Field("status_text", Kind.TEXT, "Its state in the words of the source."),
        Field("period", Kind.EDTF, "When it began and ended.", queryable=True),
        Field("countries", Kind.COUNTRIES, "The countries it spans."),
        Field(
            "members",
            Kind.OBJECTS,
            "The administrative units it is made of.",
            of_fields=(
                Field("code", Kind.TEXT, "Its code in the boundary source."),
                Field("name", Kind.TEXT, "Its name.", required=True),
                Field("country", Kind.COUNTRY, "Its country."),
                Field("role", Kind.TEXT, "core, adjoining or member."),
                Field("unit_source", Kind.TEXT, "The boundary source."),
                Field("source_url", Kind.URL, "Where the membership is stated."),
            ),
        ),
        Field("boundary_statement", Kind.TEXTS, "What its outline is, and is not."),
        Field("geometry_source", Kind.TEXT, "Whose boundaries, which licence."),
        RANK,
        *PROVENANCE,
    ),
    group_by="region_type",
    attribution="geomap contributors; each region names its source",
)

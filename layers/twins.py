"""The layer of twin-city pairs: a lasting relation between two municipalities."""

from __future__ import annotations

from layers.common import DESCRIPTION, PROVENANCE, RANK
from layers.layer import Field, Kind, Layer

SIDE = Field("side", Kind.TERM, "Which side: a, b or both.", vocabulary="side")
REASON = Field("reason", Kind.TERM, "Why.", vocabulary="status_reason")
SOURCE_URL = Field("source_url", Kind.URL, "Where that is stated.")

AGREEMENTS = Field(
    "agreements",
    Kind.OBJECTS,
    "The documents of the pair.",
    of_fields=(
        Field("ref", Kind.TEXT, "Its reference, unique within the pair."),
        Field("title", Kind.TEXTS, "Its title, by language."),
        Field("doc_type", Kind.TERM, "What it is.", vocabulary="agreement_type"),
        Field("signed_on", Kind.EDTF, "When it was signed."),
        Field("term_type", Kind.TERM, "How long it holds.", vocabulary="term_type"),
        Field("valid_until", Kind.EDTF, "When it ends."),
        SOURCE_URL,
        Field(
            "status_events",
            Kind.OBJECTS,
            "What became of it, in order of time.",
            of_fields=(
                Field("date", Kind.EDTF, "Since when.", required=True),
                Field(
                    "status",
                    Kind.TERM,
                    "Its state since.",
                    vocabulary="agreement_status",
                    required=True,
                ),
                SIDE,
                REASON,
                Field("note", Kind.TEXT, "In the words of the source."),
                SOURCE_URL,
            ),
        ),
    ),
)
ACTIVITIES = Field(
    "activities",
    Kind.OBJECTS,
    "What the two did together: the evidence of life.",
    of_fields=(
        Field("ref", Kind.TEXT, "Its reference, unique within the pair."),
        Field("title", Kind.TEXTS, "Its title, by language."),
        Field("type", Kind.TERM, "What it was.", vocabulary="activity_type", required=True),
        Field("start", Kind.EDTF, "When it began.", required=True),
        Field("end", Kind.EDTF, "When it ended; open while it runs."),
        Field("hosts", Kind.TERM, "Where.", vocabulary="hosts"),
        SOURCE_URL,
    ),
)
CONFIRMATIONS = Field(
    "confirmations",
    Kind.OBJECTS,
    "When a side last said how things stand.",
    of_fields=(
        Field("date", Kind.EDTF, "When.", required=True),
        SIDE,
        Field("method", Kind.TERM, "How.", vocabulary="confirmation_method"),
        SOURCE_URL,
    ),
)
STATUS_EVENTS = Field(
    "status_events",
    Kind.OBJECTS,
    "Suspension, ending or renewal of the relation as a whole.",
    of_fields=(
        Field("date", Kind.EDTF, "Since when.", required=True),
        Field(
            "status", Kind.TERM, "The state since.", vocabulary="agreement_status", required=True
        ),
        SIDE,
        REASON,
        Field("note", Kind.TEXT, "In the words of the source."),
        SOURCE_URL,
    ),
)

TWINS = Layer(
    id="twins",
    title="Twin-city pairs",
    description="Partnerships of two cities, as great-circle lines, with their status and why.",
    geometry=frozenset({"LineString", "MultiLineString"}),
    fields=(
        Field("names", Kind.NAMES, "Both cities, by language.", derived=True),
        DESCRIPTION,
        Field("city_a", Kind.REFERENCE, "One city.", of="cities", required=True, queryable=True),
        Field("city_b", Kind.REFERENCE, "The other.", of="cities", required=True, queryable=True),
        Field("country_a", Kind.COUNTRY, "The country of `city_a`.", derived=True, queryable=True),
        Field("country_b", Kind.COUNTRY, "The country of `city_b`.", derived=True, queryable=True),
        Field("distance_km", Kind.NUMBER, "Along the ellipsoid.", derived=True, queryable=True),
        Field("pair_type", Kind.TERM, "What it is.", vocabulary="pair_type", queryable=True),
        Field("established", Kind.EDTF, "When it began.", queryable=True),
        Field("ended", Kind.EDTF, "When it ended."),
        AGREEMENTS,
        ACTIVITIES,
        CONFIRMATIONS,
        STATUS_EVENTS,
        Field(
            "fields_of_cooperation",
            Kind.TERMS,
            "What they work on together.",
            vocabulary="cooperation_field",
        ),
        RANK,
        *PROVENANCE,
    ),
    group_by="status",
    attribution="geomap contributors; each pair names its source",
    either={"country": ("country_a", "country_b"), "city": ("city_a", "city_b")},
)

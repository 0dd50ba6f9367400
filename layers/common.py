"""Fields that the records of every layer share."""

from __future__ import annotations

from layers.layer import Field, Kind

NAMES = Field(
    "names", Kind.NAMES, "Names with language and type; one preferred a language.", required=True
)
DESCRIPTION = Field("description", Kind.TEXTS, "What it is, in a few sentences, by language.")
RANK = Field(
    "rank",
    Kind.NUMBER,
    "Importance from 0 to 100: who is drawn first, and who speaks for a cluster.",
    queryable=True,
    coarse=True,
)
PROVENANCE = (
    Field(
        "source_id",
        Kind.TEXT,
        "The source of the record; the projection fills it from the feature.",
        queryable=True,
        coarse=True,
        derived=True,
    ),
    Field("source_url", Kind.URL, "The record at its source."),
    Field("as_of", Kind.DATE, "The date the source said so.", coarse=True),
    Field(
        "external_ids",
        Kind.OBJECTS,
        "The same thing elsewhere.",
        of_fields=(
            Field("scheme", Kind.TEXT, "wikidata, unesco_whc, geonames, mjreki …", required=True),
            Field("value", Kind.TEXT, "Its identifier there.", required=True),
        ),
    ),
    Field("extra", Kind.EXTRA, "Source columns that no field takes; nothing is lost."),
)

"""The layer of cultural sites."""

from __future__ import annotations

from layers.common import DESCRIPTION, NAMES, PROVENANCE, RANK
from layers.layer import Field, Kind, Layer

DESIGNATIONS = Field(
    "designations",
    Kind.OBJECTS,
    "Legal protection, each in its original words.",
    of_fields=(
        Field("scheme", Kind.TERM, "The list it is on.", vocabulary="designation_scheme"),
        Field("value", Kind.TEXT, "The grade or class in the words of the list."),
        Field("level", Kind.TERM, "Its level across lists.", vocabulary="designation_level"),
        Field("status", Kind.TERM, "Whether it is in force.", vocabulary="designation_status"),
        Field("since", Kind.EDTF, "When it began."),
        Field("reference", Kind.TEXT, "Its number on the list."),
    ),
)
PHOTOS = Field(
    "photos",
    Kind.OBJECTS,
    "Photos of it; the first one stands for it.",
    of_fields=(
        Field("id", Kind.PHOTO, "The photo: it is sent first, and named by its id.", required=True),
        Field("alt", Kind.TEXT, "What it shows, for those who do not see it.", required=True),
        Field("author", Kind.TEXT, "Who took it.", required=True),
        Field("licence", Kind.TEXT, "Under which licence it is shown.", required=True),
        Field("caption", Kind.TEXT, "What is said of it."),
        Field("href", Kind.TEXT, "Where it is to be had.", derived=True),
        Field("thumbnail", Kind.TEXT, "Where it is to be had at a small size.", derived=True),
    ),
)
UNESCO = (
    Field("unesco_criteria", Kind.TEXT, "World Heritage criteria, for example (i)(iv)."),
    Field("unesco_category", Kind.TERM, "World Heritage category.", vocabulary="unesco_category"),
    Field("inscribed", Kind.INTEGER, "Year of inscription on the World Heritage List."),
    Field("in_danger", Kind.BOOLEAN, "On the List of World Heritage in Danger."),
    Field("transboundary", Kind.BOOLEAN, "One property in several states."),
    Field("area_ha", Kind.NUMBER, "Area in hectares, as its source states it."),
)

SITES = Layer(
    id="sites",
    title="Cultural sites",
    description="Buildings, monuments, archaeology, museums and landscapes of shared culture.",
    geometry=frozenset(
        {
            "Point",
            "MultiPoint",
            "LineString",
            "MultiLineString",
            "Polygon",
            "MultiPolygon",
        }
    ),
    fields=(
        NAMES,
        DESCRIPTION,
        Field("kind", Kind.TERM, "What it is.", vocabulary="kind", queryable=True, coarse=True),
        Field("object_kind", Kind.TERM, "Single object, ensemble …", vocabulary="object_kind"),
        Field("resource_class", Kind.TERM, "The family it is of.", vocabulary="resource_class"),
        Field("type_text", Kind.TEXT, "Its type in the words of the source."),
        Field("country", Kind.COUNTRY, "The country it stands in.", queryable=True, coarse=True),
        Field("country_basis", Kind.TERM, "How that is known.", vocabulary="country_basis"),
        Field("countries", Kind.COUNTRIES, "All countries, where it stands in several."),
        Field("municipality", Kind.TEXT, "Municipality, as its source names it.", queryable=True),
        Field("dating", Kind.EDTF, "When it was made.", queryable=True),
        Field("dating_text", Kind.TEXT, "Its dating in the words of the source."),
        DESIGNATIONS,
        Field(
            "protection",
            Kind.TERM,
            "The highest level of its designations in force.",
            vocabulary="designation_level",
            queryable=True,
            derived=True,
        ),
        Field("condition", Kind.TERM, "Its condition.", vocabulary="condition", queryable=True),
        Field(
            "location_precision",
            Kind.TERM,
            "What the point stands for.",
            vocabulary="location_precision",
        ),
        Field("accuracy_m", Kind.NUMBER, "How far off the point may be, in metres."),
        *UNESCO,
        PHOTOS,
        RANK,
        Field("public_names", Kind.NAMES, "Names to publish while the place is generalised."),
        *PROVENANCE,
    ),
    group_by="kind",
    attribution="geomap contributors; each site names its source",
)

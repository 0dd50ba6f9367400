"""The canonical columns of this house: of its seed, and of tables that people make for it."""

from __future__ import annotations

from layers.imports.profile import Profile, Take

_NAMES = (
    Take("name_en", "names", "name", {"lang": "en"}),
    Take("name_ru", "names", "name", {"lang": "ru"}),
    Take("name_fi", "names", "name", {"lang": "fi"}),
)
_DESCRIPTIONS = (
    Take("description_en", "description", "described", {"lang": "en"}),
    Take("description_ru", "description", "described", {"lang": "ru"}),
    Take("description_fi", "description", "described", {"lang": "fi"}),
)
_PROVENANCE = (
    Take("source_url", "source_url"),
    Take("as_of", "as_of"),
    Take("wikidata", "external_ids", "external_id", {"scheme": "wikidata"}),
)
_STATEMENT = (
    Take("boundary_statement_en", "boundary_statement", "described", {"lang": "en"}),
    Take("boundary_statement_ru", "boundary_statement", "described", {"lang": "ru"}),
    Take("boundary_statement_fi", "boundary_statement", "described", {"lang": "fi"}),
)

CITIES = Profile(
    name="geomap",
    layer="cities",
    source=None,
    source_column="source_id",
    record=("record_id",),
    takes=(
        *_NAMES,
        Take("name_local", "names", "name", beside={"lang": "lang_local"}),
        Take("names_historic", "names", "tagged_names"),
        *_DESCRIPTIONS,
        Take("country", "country"),
        Take("population", "population", "integer"),
        Take("population_year", "population_year", "integer"),
        Take("founded", "founded"),
        *_PROVENANCE,
        Take("geonames", "external_ids", "external_id", {"scheme": "geonames"}),
    ),
    x="lng",
    y="lat",
)

SITES = Profile(
    name="geomap",
    layer="sites",
    source=None,
    source_column="source_id",
    record=("record_id",),
    takes=(
        *_NAMES,
        Take("name_local", "names", "name", beside={"lang": "lang_local"}),
        *_DESCRIPTIONS,
        Take("unesco", "external_ids", "external_id", {"scheme": "unesco_whc"}),
        Take("country", "country"),
        Take("municipality", "municipality"),
        Take("kind", "kind"),
        Take("object_kind", "object_kind"),
        Take("dating", "dating"),
        Take("dating_text", "dating", "loose_date", {"lang": ""}),
        Take("dating_text", "dating_text"),
        Take("designation_scheme", "designations.scheme"),
        Take("designation_value", "designations.value"),
        Take("designation_level", "designations.level"),
        Take("inscribed", "inscribed", "integer"),
        Take("unesco_criteria", "unesco_criteria"),
        Take("rank", "rank", "number"),
        Take("location_precision", "location_precision"),
        Take("accuracy_m", "accuracy_m", "number"),
        *_PROVENANCE,
    ),
    x="lng",
    y="lat",
)

TWINS = Profile(
    name="geomap",
    layer="twins",
    source=None,
    source_column="source_id",
    record=("record_id",),
    takes=(
        Take("city_a", "city_a"),
        Take("city_b", "city_b"),
        Take("pair_type", "pair_type"),
        Take("established", "established"),
        Take("ended", "ended"),
        Take("status_events", "status_events", "status_events"),
        Take("note", "description", "described", {"lang": "en"}),
        *_PROVENANCE,
    ),
    references=("city_a", "city_b"),
    companion="cities.csv",
    companion_layer="cities",
)

REGIONS = Profile(
    name="geomap",
    layer="regions",
    source=None,
    source_column="source_id",
    record=("record_id",),
    takes=(
        *_NAMES,
        *_DESCRIPTIONS,
        Take("region_type", "region_type"),
        Take("legal_form", "legal_form"),
        Take("region_status", "region_status"),
        Take("status_text", "status_text"),
        Take("period", "period"),
        Take("countries", "countries", "codes"),
        Take("members", "members", "objects"),
        *_STATEMENT,
        Take("geometry_source", "geometry_source"),
        *_PROVENANCE,
    ),
)

PROFILES = (CITIES, SITES, TWINS, REGIONS)

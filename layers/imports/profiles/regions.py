"""Cross-border regions told by their member units, whose outlines stand in files nearby."""

from __future__ import annotations

from datetime import date

from geomap.model import Source
from layers.imports.convert import Rules
from layers.imports.profile import Outlines, Profile, Take, UnitFile

KINDS: Rules = (
    ("interreg_programme_area", ("eni cbc", "enpi cbc", "interreg", "programme")),
    ("egtc", ("egtc",)),
    ("eurodistrict", ("eurodistrict",)),
    ("euroregion", ("euroregion", "euregio")),
    ("working_community", ("regional cooperation", "working community")),
)
STATES: Rules = (
    ("unknown", ("unknown", "inactive/unknown")),
    ("closed", ("closed",)),
    ("active", ("active",)),
    ("suspended", ("suspended",)),
    ("dissolved", ("dissolved",)),
)
FORMS: Rules = (("programme", ("eni cbc", "enpi cbc", "interreg", "programme")),)

OUTLINES = Outlines(
    members="region_members.csv",
    drawn_roles=("core", "member", "member_suspended"),
    gap_m=4_000.0,
    units=(
        UnitFile(
            "ne_admin1",
            "ne_admin1_*.geojson",
            "{iso_3166_2}",
            "Natural Earth 1:10m admin-1 (public domain)",
        ),
        UnitFile(
            "osm_district",
            "*_districts_osm.geojson",
            "{subject_ru}:{name_ru}",
            "OpenStreetMap contributors (ODbL 1.0)",
        ),
        UnitFile("nuts3", "*nuts3*.geojson", "{CNTR_CODE}:{NAME_LATN}", "© EuroGeographics"),
    ),
    folders=("", "../admin_regions", "../interreg_nuts3"),
)

REGIONS = Profile(
    name="regions",
    layer="regions",
    source=Source(
        id="crossborder-regions",
        title="Cross-border regions by their member units",
        publisher="The bodies named in each region's source_url",
        licence="ODbL-1.0",
        url="https://www.aebr.eu/",
        # No date is stated, neither in the table nor, for all members, on the pages it names.
        as_of=date(2026, 11, 1),
        attribution="Natural Earth; © OpenStreetMap contributors (ODbL); date of the state assumed",
    ),
    record=("region_id",),
    takes=(
        Take("name_en", "names", "name", {"lang": "en"}),
        Take("kind", "region_type", "words", {"rules": KINDS}),
        Take("kind", "legal_form", "words", {"rules": FORMS}),
        Take("kind", "extra", "member", {"name": "kind"}),
        Take("period", "period", "period"),
        Take("status", "region_status", "words", {"rules": STATES}),
        Take("status", "status_text"),
        Take("source_url", "source_url"),
        Take("countries", "countries", "codes"),
        Take("members", "members", "as_is"),
        Take("boundary_statement", "boundary_statement", "as_is"),
        Take("geometry_source", "geometry_source"),
    ),
    outlines=OUTLINES,
)

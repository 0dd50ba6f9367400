"""The register of ancient monuments of Finland, as the heritage agency hands it out."""

from __future__ import annotations

from datetime import date

from geomap.model import Source
from layers.imports.convert import Rules, words_of
from layers.imports.profile import Profile, Take

KINDS: Rules = (
    (
        "worship",
        words_of("kirk|kappeli|luostari|rukoushuone"),
    ),
    (
        "defence",
        words_of("linna|linnoit|puolustus|varustus|sotahistoria"),
    ),
    (
        "archaeology",
        words_of(
            "alusten hylyt|hylyt|asuinpaik|hauta|muinaisjäännö|löytö|kivirak|röykkiö|"
            "kalliomaalau|työ- ja valmistus|uhrikivi"
        ),
    ),
    (
        "landscape",
        words_of("puisto|puutarha|maisema"),
    ),
    (
        "building",
        words_of("rakennus|rakenne|kartano|kylänpaik|teollisuus|mylly|silta"),
    ),
)

ANCIENT = "kiinteä muinaisjäännös"
POSSIBLE = "mahdollinen muinaisjäännös"
REMOVED = "poistettu kiinteä muinaisjäännös (ei rauhoitettu)"
LEVELS = {ANCIENT: "national", POSSIBLE: "candidate", REMOVED: "national"}
STATES = {ANCIENT: "in_force", POSSIBLE: "proposed", REMOVED: "revoked"}
OBJECTS = {ANCIENT: "archaeological_site", POSSIBLE: "archaeological_site"}
RANKS = {ANCIENT: 55.0, POSSIBLE: 30.0}
UNDATED = ("ei määritelty",)

MUSEOVIRASTO = Profile(
    name="museovirasto",
    layer="sites",
    source=Source(
        id="fi-museovirasto",
        title="Muinaisjäännösrekisteri: vedenalaiset kohteet",
        publisher="Museovirasto",
        licence="CC-BY-4.0",
        url="https://www.kyppi.fi/",
        # An edition of 2019; the day is the latest `Luontipvm` or `Muutospvm` in it.
        as_of=date(2019, 1, 29),
        attribution="Museovirasto, CC BY 4.0 (state of 2019; day assumed from its latest entry)",
    ),
    record=("Mjtunnus",),
    takes=(
        Take("Kohdenimi", "names", "name", {"lang": "fi"}),
        Take("Tyyppi", "kind", "words", {"rules": KINDS}),
        Take("Tyyppi", "type_text"),
        Take("Kunta", "municipality"),
        Take("Ajoitus", "dating_text", "text", {"blank": UNDATED}),
        Take("Laji", "designations.value"),
        Take("Laji", "designations.level", "term", {"terms": LEVELS}),
        Take("Laji", "designations.status", "term", {"terms": STATES}),
        Take("Laji", "object_kind", "term", {"terms": OBJECTS}),
        Take("Laji", "rank", "term", {"terms": RANKS}),
        Take("Mjtunnus", "designations.reference"),
        Take("Mjtunnus", "external_ids", "external_id", {"scheme": "mjreki"}),
        Take(
            "Mjtunnus", "source_url", "address", {"form": "https://www.kyppi.fi/to.aspx?id=112.{}"}
        ),
        Take("Muutospvm", "as_of", "day_month_year"),
        Take("Luontipvm", "as_of", "day_month_year"),
    ),
    constants=(
        ("designations.scheme", "fi_mjreki"),
        ("resource_class", "cultural_heritage"),
        ("country", "FI"),
        ("country_basis", "stated"),
    ),
    x="I",
    y="P",
    crs="EPSG:3067",
    typed_headers=True,
)

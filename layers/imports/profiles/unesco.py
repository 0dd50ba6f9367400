"""The World Heritage List of UNESCO, as a table or GeoJSON in its columns."""

from __future__ import annotations

from datetime import date

from geomap.model import Source
from layers.imports.convert import Rules, words_of
from layers.imports.profile import Profile, Take

CATEGORIES = {"Cultural": "cultural", "Natural": "natural", "Mixed": "mixed"}
CLASSES = {"Cultural": "cultural_heritage", "Natural": "natural_heritage"}
NOT_A_STATE = {"Jerusalem (Site proposed by Jordan)": "stated"}
"""The list names no state for these; the house derives none."""

KINDS: Rules = (
    (
        "landscape",
        words_of(
            "cultural landscape|garden|park of|landscape|route|silk road|vineyard|rice terrace|"
            "camino|island|valley"
        ),
    ),
    (
        "worship",
        words_of(
            "cathedral|church|abbey|monaster|convent|temple|mosque|basilica|pilgrim|sanctuar|"
            "shrine|stave church|minster|buddhis|mission|khoja|mausoleum|mont-saint-michel|"
            "synagogue|stupa|sacred|bahá"
        ),
    ),
    (
        "defence",
        words_of(
            "castle|fort|citadel|kremlin|tower of london|great wall|frontier|limes|defen|bastion|"
            "alcázar|alcazar|ksar|walls"
        ),
    ),
    (
        "archaeology",
        words_of(
            "archaeolog|archeolog|prehistor|ruins|rock art|rock-art|petroglyph|tomb|necropol|"
            "megalith|cave|grotto|burial|pyramid|ancient|roman|neolithic|pre-hispanic|hominid|"
            "fossil|troy|stonehenge|dolmen|maya|tumul|villa romana|tepe|earthwork|hatra|petra |"
            "ephesus|baalbek|carvings|rock paintings"
        ),
    ),
    (
        "culture",
        words_of(
            "museum|theatre|opera|memorial|funerary|genocide|library|concentration camp|genbaku|"
            "statue"
        ),
    ),
    (
        "building",
        words_of(
            "historic cent|old town|old city|historic town|historic city|city of|town of|town|"
            "city|palace|house|quarter|villa|works of|mine|mining|mill|railway|bridge|canal|"
            "factor|industr|university|residence|architect|aqueduct|ensemble|village|square|port|"
            "water|works|medina|historic|place|terminus|station|ironworks|irrigation|lighthouse|"
            "hall |tower|bauhaus|district"
        ),
    ),
)

UNESCO = Profile(
    name="unesco",
    layer="sites",
    source=Source(
        id="unesco-whs",
        title="World Heritage List",
        publisher="UNESCO World Heritage Centre",
        licence="Personal, non-commercial use; written authorisation to republish",
        url="https://whc.unesco.org/en/list/",
        # The list as the session of July 2025 left it; its last day.
        as_of=date(2025, 7, 16),
        attribution="© UNESCO World Heritage Centre (state of July 2025; day assumed)",
    ),
    record=("id_no",),
    takes=(
        Take("name_en", "names", "name", {"lang": "en"}),
        Take("name_fr", "names", "name", {"lang": "fr"}),
        Take("category", "kind", "term", {"terms": {"Natural": "nature"}}),
        Take("name_en", "kind", "words", {"rules": KINDS}),
        Take("category", "kind", "term", {"terms": {"Mixed": "landscape"}}),
        Take("category", "unesco_category", "term", {"terms": CATEGORIES}),
        Take("category", "resource_class", "term", {"terms": CLASSES}),
        Take("category", "type_text"),
        Take("iso2", "country", "sole_code"),
        Take("iso2", "countries", "codes"),
        Take("country_en", "country", "country_named"),
        Take("country_en", "country_basis", "term", {"terms": NOT_A_STATE}),
        Take("criteria", "unesco_criteria"),
        Take("year_inscribed", "inscribed", "integer"),
        Take("year_inscribed", "designations.since"),
        Take("in_danger", "in_danger"),
        Take("transboundary", "transboundary"),
        Take("area_ha", "area_ha", "measure"),
        Take("id_no", "designations.reference"),
        Take("id_no", "external_ids", "external_id", {"scheme": "unesco_whc"}),
        Take("id_no", "source_url", "address", {"form": "https://whc.unesco.org/en/list/{}"}),
    ),
    constants=(
        ("designations.scheme", "unesco_whs"),
        ("designations.value", "World Heritage"),
        ("designations.level", "world"),
        ("designations.status", "in_force"),
    ),
    x="lon",
    y="lat",
)

"""The listed buildings of the National Heritage List for England."""

from __future__ import annotations

from datetime import date

from geomap.model import Source
from layers.imports.convert import Rules, words_of
from layers.imports.profile import Profile, Take

GRADES = {"I": "Grade I", "II*": "Grade II*", "II": "Grade II"}
RANKS = {"I": 75.0, "II*": 65.0, "II": 50.0}

KINDS: Rules = (
    # What is named after a church or a castle, or stands beside one, is not one.
    (
        "building",
        words_of(
            "church farm|church house|church cottage|church lane|church street|church road|"
            "church hall|church inn|church walk|church row|church view|church end|church hill|"
            "church green|church path|church terrace|church school|chapel house|chapel farm|"
            "chapel lane|chapel street|chapel cottage|abbey farm|abbey house|abbey mill|"
            "priory farm|priory house|priory cottage|castle street|castle inn|castle hotel|"
            "castle grove|castle gate|castle house|castle farm|castle hill|castle cottage|"
            "temple farm|minster street|minster yard|barn|farm|stable|granary|dovecote|rectory|"
            "vicarage|railings"
        ),
    ),
    (
        "culture",
        words_of(
            "headstone|tomb|chest tomb|table tomb|monument|memorial|war memorial|statue|obelisk|"
            "grave|museum|theatre|library|art gallery|mausoleum|cenotaph|sculpture|cinema|"
            "concert hall|market cross|village cross|churchyard cross|cross in|cross at"
        ),
    ),
    (
        "worship",
        words_of(
            "church|chapel|cathedral|abbey|priory|minster|methodist|baptist|synagogue|mosque|"
            "friends meeting|quaker|meeting house|lychgate|lych gate|convent|friary|nunnery|"
            "salvation army"
        ),
    ),
    (
        "defence",
        words_of(
            "castle|fort |fortress|pillbox|battery|town wall|city wall|martello|barracks|bastion|"
            "keep |redoubt|air raid|blockhouse"
        ),
    ),
    (
        "archaeology",
        words_of(
            "roman|earthwork|barrow|stone circle|ruin|remains of|hillfort|cairn|standing stone|"
            "moated"
        ),
    ),
    (
        "landscape",
        words_of("park and garden|cemetery|bandstand|ha-ha|grotto|folly"),
    ),
)

NHLE = Profile(
    name="nhle",
    layer="sites",
    source=Source(
        id="gb-nhle",
        title="National Heritage List for England: listed buildings",
        publisher="Historic England",
        licence="OGL-UK-3.0",
        url="https://historicengland.org.uk/listing/the-list/",
        # The latest `list_date` of the edition that the profile was made with: not earlier.
        as_of=date(2026, 4, 1),
        attribution=(
            "© Historic England 2026. Contains Ordnance Survey data "
            "© Crown copyright and database right 2026. (State assumed from its latest entry.)"
        ),
    ),
    record=("list_entry",),
    takes=(
        Take("name", "names", "name", {"lang": "en"}),
        Take("name", "kind", "words", {"rules": KINDS}),
        Take("grade", "designations.value", "term", {"terms": GRADES}),
        Take("grade", "rank", "term", {"terms": RANKS}),
        Take("list_date", "designations.since"),
        Take("list_entry", "designations.reference"),
        Take(
            "list_entry",
            "source_url",
            "address",
            {"form": "https://historicengland.org.uk/listing/the-list/list-entry/{}"},
        ),
    ),
    constants=(
        ("kind", "building"),
        ("resource_class", "cultural_heritage"),
        ("country", "GB"),
        ("country_basis", "stated"),
        ("designations.scheme", "gb_nhle"),
        ("designations.level", "national"),
        ("designations.status", "in_force"),
    ),
    x="lon",
    y="lat",
)

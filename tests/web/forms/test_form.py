"""A form is made of fields, and what it sends is a record that the layer takes."""

import pytest

from geomap.i18n import LANGUAGES, catalogue
from layers.catalog import LAYERS
from layers.checking import checked
from layers.layer import Kind
from web.forms.controls import WAYS, date_reading
from web.forms.form import UNASKED, asked, record_of, sections
from web.forms.labels import HELP, LABELS, REST, SECTIONS
from web.forms.paths import tree_of

RECORDS = {
    "sites": {
        "names": [
            {"value": "Vyborg Castle", "lang": "en", "type": "preferred"},
            {"value": "Viipurin linna", "lang": "fi", "type": "historic", "when": "../1944"},
        ],
        "description": {"en": "A castle.", "krl": "Linna."},
        "kind": "defence",
        "country": "RU",
        "dating": "1293",
        "designations": [{"scheme": "ru_egrokn", "level": "national", "since": "1960"}],
        "unesco_category": "cultural",
        "in_danger": True,
        "rank": 90,
        "extra": {"old column": "kept"},
        "external_ids": [{"scheme": "wikidata", "value": "Q1"}],
    },
    "cities": {
        "names": [{"value": "Imatra", "lang": "fi", "type": "preferred"}],
        "country": "FI",
        "population": 25000,
        "codes": [{"scheme": "kuntakoodi", "value": "153"}],
    },
    "regions": {
        "names": [{"value": "Karelia", "lang": "en", "type": "preferred"}],
        "countries": ["FI", "RU"],
        "members": [{"name": "North Karelia", "country": "FI"}],
    },
    "twins": {
        "city_a": "a",
        "city_b": "b",
        "established": "1953",
        "agreements": [
            {
                "ref": "1",
                "signed_on": "1993-05-01",
                "status_events": [{"date": "1993", "status": "in_force"}],
            }
        ],
        "fields_of_cooperation": ["culture", "sport"],
    },
}


def controls(members):
    for control in members:
        yield control
        yield from controls(control.members)


def sent(layer, values, lang="en", faults=()):
    """Return what a browser would send of a form that nobody has changed."""
    for section in sections(LAYERS[layer], values, lang, faults):
        for control in controls(section.controls):
            chosen = [option.value for option in control.options if option.chosen]
            if control.widget == "checks":
                yield from ((control.path, value) for value in ["", *chosen])
            elif control.widget == "select":
                yield control.path, chosen[0]
            elif not control.members:
                yield control.path, control.value


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_form_sent_back_unchanged_changes_nothing(layer, lang):
    properties = checked(LAYERS[layer], RECORDS[layer], None).properties
    typed = tree_of(sent(layer, properties, lang))
    again = checked(LAYERS[layer], record_of(LAYERS[layer], typed, properties, lang), None)
    assert again.sound, again.faults
    assert again.properties == properties


@pytest.mark.parametrize("layer", LAYERS)
def test_a_form_typed_anew_is_the_whole_record(layer):
    properties = checked(LAYERS[layer], RECORDS[layer], None).properties
    typed = tree_of(sent(layer, properties))
    record = record_of(LAYERS[layer], typed, {}, "en")
    assert checked(LAYERS[layer], record, None).properties == {
        name: value for name, value in properties.items() if name != "extra"
    }


def test_every_kind_of_field_has_a_way_to_be_asked_for():
    assert set(Kind) - set(WAYS) == UNASKED


@pytest.mark.parametrize("layer", LAYERS)
def test_every_field_that_may_be_asked_for_stands_in_one_section(layer):
    form = sections(LAYERS[layer], {}, "en")
    paths = [control.path for section in form for control in section.controls]
    assert sorted(paths) == sorted(field.name for field in asked(LAYERS[layer]))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_helps_and_headings_speak_every_language(lang):
    headings = {title for plan in SECTIONS.values() for title, _ in plan}
    missing = {*LABELS.values(), *HELP.values(), *headings, REST, "Yes", "No", "Add a row"}
    assert missing <= set(catalogue(lang))


@pytest.mark.parametrize(
    ("typed", "lang", "reading"),
    [
        ("1760s", "en", "176X"),
        ("before 1478", "en", "/1478"),
        ("2 March 1931", "en", "2 March 1931 (1931-03-02)"),
        ("1902–1903", "fi", "1902–1903 (1902/1903)"),
        ("some day", "en", ""),
    ],
)
def test_a_date_is_read_as_it_was_meant(typed, lang, reading):
    assert reading in date_reading(typed, lang)
    assert bool(date_reading(typed, lang)) == bool(reading)


def test_a_date_in_words_is_kept_as_edtf():
    record = record_of(LAYERS["sites"], {"dating": "1760s"}, {}, "en")
    assert record == {"dating": "176X"}


def test_a_date_that_nobody_understands_comes_back_as_typed_with_its_fault():
    record = record_of(LAYERS["sites"], {"dating": "some day"}, {}, "en")
    found = checked(LAYERS["sites"], record, None)
    form = sections(LAYERS["sites"], record, "en", found.faults)
    [dating] = [c for s in form for c in s.controls if c.path == "dating"]
    assert dating.value == "some day"
    assert dating.faults


def test_a_fault_deep_in_a_record_stands_at_its_own_input():
    values = {"city_a": "a", "city_b": "b", "agreements": [{"signed_on": "one fine day"}]}
    found = checked(LAYERS["twins"], values, None)
    form = sections(LAYERS["twins"], values, "en", found.faults)
    faulty = [c.path for s in form for c in controls(s.controls) if c.faults]
    assert "agreements[0].signed_on" in faulty


def test_what_is_emptied_is_gone_and_what_was_not_sent_stays():
    before = {"kind": "defence", "condition": "good", "extra": {"a": "b"}}
    after = record_of(LAYERS["sites"], {"kind": ""}, before, "en")
    assert after == {"condition": "good", "extra": {"a": "b"}}


def test_a_value_that_is_no_choice_is_shown_and_not_lost():
    form = sections(LAYERS["sites"], {"kind": "pagoda"}, "en")
    [kind] = [c for s in form for c in s.controls if c.path == "kind"]
    assert [option.value for option in kind.options if option.chosen] == ["pagoda"]

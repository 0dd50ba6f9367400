"""Every kind of field says what it takes, what it makes of it, and what is wrong otherwise."""

from typing import Any

import jsonschema
import pytest

from geomap.terms import FAULT_CODES
from layers.catalog import LAYERS
from layers.fields import CHECKERS, country_codes, is_blank, language_tag
from layers.findings import Findings
from layers.layer import Field, Kind

PARTS = (
    Field("scheme", Kind.TEXT, "List.", required=True),
    Field("since", Kind.EDTF, "When."),
)
GOOD: dict[Kind, list[tuple[Any, Any]]] = {
    Kind.NAMES: [
        (
            [{"value": " Viipuri ", "lang": "FI", "type": "historic", "when": "../1944"}],
            [{"value": "Viipuri", "lang": "fi", "type": "historic", "when": "../1944"}],
        ),
        ([{"value": "Perm"}], [{"value": "Perm", "lang": "und", "type": "preferred"}]),
    ],
    Kind.TEXTS: [
        ({"en": "A castle.", "ru-latn": "Zamok"}, {"en": "A castle.", "ru-Latn": "Zamok"})
    ],
    Kind.TEXT: [(" Olavinlinna ", "Olavinlinna"), (1475, "1475"), ("a\u0308", "ä")],
    Kind.TERM: [("worship", "worship")],
    Kind.TERMS: [(["worship", "nature", "worship"], ["worship", "nature"])],
    Kind.INTEGER: [("1712", 1712), (1712.0, 1712), (-5, -5)],
    Kind.NUMBER: [("12.5", 12.5), (3, 3), ("1e3", 1000.0)],
    Kind.BOOLEAN: [("True", True), (False, False), ("no", False)],
    Kind.EDTF: [("1944-09-19", "1944-09-19"), ("../1478", "../1478")],
    Kind.DATE: [("2024-03-31", "2024-03-31"), ("2024-03-31T10:00:00Z", "2024-03-31")],
    Kind.URL: [("https://example.org/ä", "https://example.org/ä")],
    Kind.COUNTRY: [("fi", "FI")],
    Kind.COUNTRIES: [(["FI", "ru"], ["FI", "RU"])],
    Kind.REFERENCE: [("3f0c", "3f0c")],
    Kind.PHOTO: [("0f0f0f0f-1234-4abc-8abc-0123456789ab",) * 2],
    Kind.OBJECTS: [([{"scheme": "list", "since": "1890"}], [{"scheme": "list", "since": "1890"}])],
    Kind.EXTRA: [
        (
            {"Selite": "x", "blank": "", "n": [1, {"a": None}]},
            {"Selite": "x", "n": [1, {"a": None}]},
        )
    ],
}
BAD: dict[Kind, list[tuple[Any, str]]] = {
    Kind.NAMES: [
        ("Viipuri", "VALUE_INVALID"),
        ([{"value": "Viipuri", "lang": "suomi!"}], "LANG_INVALID"),
        ([{"value": "A", "lang": "fi"}, {"value": "B", "lang": "fi"}], "PREFERRED_TWICE"),
        ([{"value": "A", "lang": "fi", "type": "nice"}], "ENUM_UNKNOWN"),
    ],
    Kind.TEXTS: [("a text", "VALUE_INVALID"), ({"!": "a"}, "LANG_INVALID")],
    Kind.TEXT: [
        (True, "VALUE_INVALID"),
        ("a\x07b", "VALUE_INVALID"),
        ("x" * 100_001, "VALUE_TOO_LONG"),
    ],
    Kind.TERM: [("church", "ENUM_UNKNOWN"), (["worship"], "ENUM_UNKNOWN")],
    Kind.TERMS: [(["worship", "church"], "ENUM_UNKNOWN"), ("worship", "VALUE_INVALID")],
    Kind.INTEGER: [
        ("12.5", "NUMBER_UNPARSABLE"),
        ("１２", "NUMBER_UNPARSABLE"),
        (True, "NUMBER_UNPARSABLE"),
        ("1_0", "NUMBER_UNPARSABLE"),
    ],
    Kind.NUMBER: [
        ("nan", "NUMBER_UNPARSABLE"),
        (float("inf"), "NUMBER_UNPARSABLE"),
        ("12,5", "NUMBER_UNPARSABLE"),
    ],
    Kind.BOOLEAN: [("maybe", "VALUE_INVALID")],
    Kind.EDTF: [("Tuesday", "DATE_UNPARSABLE")],
    Kind.DATE: [("31.3.2024", "DATE_UNPARSABLE"), ("2024-02-30", "DATE_UNPARSABLE")],
    Kind.URL: [
        ("javascript:alert(1)", "URL_INVALID"),
        ("www.example.org", "URL_INVALID"),
        ("http://[", "URL_INVALID"),
    ],
    Kind.COUNTRY: [
        ("Finland", "COUNTRY_UNKNOWN"),
        ("EU", "COUNTRY_UNKNOWN"),
        (1, "COUNTRY_UNKNOWN"),
    ],
    Kind.COUNTRIES: [(["FI", "QQ"], "COUNTRY_UNKNOWN")],
    Kind.REFERENCE: [(12, "REF_NOT_FOUND")],
    Kind.PHOTO: [
        ("../../etc/passwd", "REF_NOT_FOUND"),
        ("0F0F0F0F-1234-4ABC-8ABC-0123456789AB", "REF_NOT_FOUND"),
        (12, "REF_NOT_FOUND"),
    ],
    Kind.OBJECTS: [
        ([{"since": "1890"}], "REQUIRED_MISSING"),
        (["a"], "VALUE_INVALID"),
        ([{"scheme": "a", "sinc": 1}], "COLUMN_UNKNOWN"),
        ([{"scheme": "a", "since": "?!"}], "DATE_UNPARSABLE"),
    ],
    Kind.EXTRA: [
        ("a", "VALUE_INVALID"),
        ({"a": float("nan")}, "VALUE_INVALID"),
        ({"a": object()}, "VALUE_INVALID"),
    ],
}


def field(kind: Kind) -> Field:
    return Field("one", kind, "A field.", vocabulary="kind", of="cities", of_fields=PARTS)


def examples(table: dict[Kind, list[tuple[Any, Any]]]) -> list[Any]:
    return [
        pytest.param(kind, given, wanted, id=f"{kind}-{number}")
        for kind, cases in table.items()
        for number, (given, wanted) in enumerate(cases)
    ]


def test_every_kind_has_a_checker_and_examples():
    assert set(CHECKERS) == set(Kind) == set(GOOD) == set(BAD)


@pytest.mark.parametrize(("kind", "given", "wanted"), examples(GOOD))
def test_a_good_value_is_kept_in_its_normal_form(kind, given, wanted):
    found = Findings()
    assert CHECKERS[kind].check(field(kind), given, "one", found) == wanted
    assert found.faults == []


@pytest.mark.parametrize(("kind", "given", "wanted"), examples(GOOD))
def test_what_is_kept_fits_the_json_schema_and_is_kept_again(kind, given, wanted):
    jsonschema.validate(wanted, CHECKERS[kind].schema(field(kind)))
    assert CHECKERS[kind].check(field(kind), wanted, "one", Findings()) == wanted


@pytest.mark.parametrize(("kind", "given", "code"), examples(BAD))
def test_a_bad_value_is_a_fault_with_a_code_and_a_hint(kind, given, code):
    found = Findings()
    CHECKERS[kind].check(field(kind), given, "one", found)
    [fault] = found.faults
    assert fault.code == code
    assert fault.column.startswith("one")
    assert fault.hint
    assert fault.severity == "error"


def test_every_code_that_is_raised_is_one_that_is_explained():
    raised = {code for cases in BAD.values() for _, code in cases}
    assert raised <= FAULT_CODES.keys()


def test_a_lost_letter_is_a_warning_and_the_text_is_kept():
    found = Findings()
    text = CHECKERS[Kind.TEXT].check(field(Kind.TEXT), "Ole\ufffdin", "one", found)
    assert text == "Ole\ufffdin"
    assert [(fault.code, fault.severity) for fault in found.faults] == [
        ("TEXT_ENCODING", "warning")
    ]


def test_a_fault_quotes_no_more_than_two_hundred_characters():
    found = Findings()
    CHECKERS[Kind.URL].check(field(Kind.URL), "x" * 5000, "one", found)
    assert len(found.faults[0].value) == 200


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("ru-latn", "ru-Latn"),
        ("SR-CYRL-rs", "sr-Cyrl-RS"),
        ("krl", "krl"),
        ("und-Cyrl", "und-Cyrl"),
        ("english", None),
        ("", None),
        ("x", None),
        ("ru_RU", None),
    ],
)
def test_a_language_tag_is_written_as_is_customary(given, wanted):
    assert language_tag(given) == wanted


def test_countries_are_those_of_iso_3166():
    assert {"FI", "RU", "EE", "XK", "GB"} <= country_codes()
    assert not {"EU", "UN", "ZZ", "001"} & country_codes()


@pytest.mark.parametrize("blank", [None, "", "  ", [], {}, ()])
def test_what_says_nothing_is_blank(blank):
    assert is_blank(blank)


@pytest.mark.parametrize("value", [0, False, "0", [""]])
def test_zero_and_false_say_something(value):
    assert not is_blank(value)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.id)
def test_every_field_of_every_layer_has_a_valid_schema(layer):
    for one in layer.fields:
        jsonschema.Draft202012Validator.check_schema(CHECKERS[one.kind].schema(one))

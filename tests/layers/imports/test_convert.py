"""Converters: from the writing of registers to values."""

import pytest

from layers.imports.convert import CONVERTERS, number_of, text_of

RULES = (("building", ("church lane",)), ("worship", ("church", "fort ")), ("defence", ("fort",)))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("60.17", 60.17),
        ("60,17", 60.17),
        ("-0,5", -0.5),
        ("1 234 567,25", 1234567.25),
        ("1.234.567,25", 1234567.25),
        ("1,234,567.25", 1234567.25),
        ("6\u00a0680\u202f394", 6680394),
        ("1e3", 1000),
        (7, 7),
        (1.5, 1.5),
        (".5", 0.5),
        ("", None),
        ("abc", None),
        ("nan", None),
        ("inf", None),
        ("１２", None),
        ("1_0", None),
        ("12 N", None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_number_is_read_with_a_point_or_a_comma(text, number):
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("value", "text"), [(" a ", "a"), (True, "true"), (1978, "1978"), (1.0, "1"), (0.25, "0.25")]
)
def test_json_values_read_like_those_of_a_table(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("name", "value", "given", "wanted"),
    [
        ("text", "ei määritelty", {"blank": ("ei määritelty",)}, None),
        ("integer", "12,0", {}, 12),
        ("integer", "twelve", {}, "twelve"),
        ("integer", "0", {"blank": ("0",)}, None),
        ("measure", "0.0", {}, None),
        ("measure", "70,4", {}, 70.4),
        ("name", "Perm", {"lang": "en"}, [{"value": "Perm", "lang": "en", "type": "preferred"}]),
        (
            "name",
            "Бережани",
            {"lang": "en", "not_latin": "und-Cyrl"},
            [{"value": "Бережани", "lang": "und-Cyrl", "type": "preferred"}],
        ),
        (
            "names",
            "Выборг| Виборг |",
            {"lang": "und-Cyrl"},
            [
                {"value": "Выборг", "lang": "und-Cyrl", "type": "alternative"},
                {"value": "Виборг", "lang": "und-Cyrl", "type": "alternative"},
            ],
        ),
        (
            "tagged_names",
            "Tsingtao@en|Wiborg",
            {},
            [
                {"value": "Tsingtao", "lang": "en", "type": "historic"},
                {"value": "Wiborg", "lang": "und", "type": "historic"},
            ],
        ),
        ("term", "II*", {"terms": {"II*": "Grade II*"}}, "Grade II*"),
        ("term", "IV", {"terms": {"II*": "Grade II*"}}, None),
        ("words", "CHURCH OF ST MARY", {"rules": RULES}, "worship"),
        ("words", "3, Church Lane", {"rules": RULES}, "building"),
        ("words", "Fort", {"rules": RULES}, "worship"),
        ("words", "Fortress", {"rules": RULES}, "defence"),
        ("words", "Comfort House", {"rules": RULES}, None),
        ("codes", "by, PL", {}, ["BY", "PL"]),
        ("sole_code", "BY,PL", {}, None),
        ("sole_code", "fi", {}, "FI"),
        ("country_named", "Rwanda", {}, "RW"),
        ("country_named", "Jerusalem (Site proposed by Jordan)", {}, None),
        ("address", "12", {"form": "https://example.org/{}"}, "https://example.org/12"),
        ("day_month_year", "26.01.16", {}, "2016-01-26"),
        ("day_month_year", "1.2.1998", {}, "1998-02-01"),
        ("day_month_year", "2.3.98", {}, "1998-03-02"),
        ("day_month_year", "soon", {}, "soon"),
        ("years", "1644;1638", {}, "1638/1644"),
        ("years", "1870", {}, "1870"),
        ("years", "XIX", {}, None),
        ("period", "2014-2020", {}, "2014/2020"),
        ("period", "1998-", {}, "1998/.."),
        ("period", "since 1998", {}, "since 1998"),
        ("loose_date", "1760s", {"lang": "en"}, "176X"),
        ("loose_date", "who knows", {"lang": "en"}, None),
        (
            "status_events",
            "2022-03-01;suspended;a;;https://example.org|2024;terminated",
            {},
            [
                {
                    "date": "2022-03-01",
                    "status": "suspended",
                    "side": "a",
                    "source_url": "https://example.org",
                },
                {"date": "2024", "status": "terminated"},
            ],
        ),
        ("objects", "A|B", {}, [{"name": "A"}, {"name": "B"}]),
        (
            "objects",
            ["A", {"name": "B", "code": "1"}],
            {},
            [{"name": "A"}, {"name": "B", "code": "1"}],
        ),
        ("described", "A castle.", {"lang": "en"}, {"en": "A castle."}),
        ("member", "x", {"name": "kind"}, {"kind": "x"}),
        ("as_is", [1], {}, [1]),
        ("number", "1,5", {}, 1.5),
        ("external_id", 7, {"scheme": "unesco_whc"}, [{"scheme": "unesco_whc", "value": "7"}]),
    ],
)
def test_a_converter_reads_what_the_register_writes(name, value, given, wanted):
    assert CONVERTERS[name](value, **given) == wanted

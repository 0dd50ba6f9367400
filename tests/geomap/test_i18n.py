import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.i18n import (
    LANGUAGES,
    catalogue,
    choose_language,
    country_name,
    date_text,
    label,
    plural_forms,
    translate,
    translate_plural,
)
from geomap.when import parse_edtf


def test_a_message_is_said_in_each_language():
    message = "The partnership is suspended ({date})."
    assert translate("en", message, date="2022") == "The partnership is suspended (2022)."
    assert translate("ru", message, date="2022") == "Партнёрство приостановлено (2022)."
    assert translate("fi", message, date="2022") == "Kumppanuus on keskeytetty (2022)."
    assert message in catalogue("en")


def test_a_message_that_nobody_wrote_down_is_said_in_english():
    assert translate("fi", "Nobody wrote {this} down.", this="it") == "Nobody wrote it down."
    assert translate("fi", "A brace { stays as it is.") == "A brace { stays as it is."


@pytest.mark.parametrize(
    ("lang", "n", "expected"),
    [("en", 1, "1 stone"), ("en", 0, "0 stones"), ("fi", 1, "1 stone"), ("ru", 5, "5 stones")],
)
def test_without_a_translation_plurals_are_english(lang, n, expected):
    assert translate_plural(lang, "{n} stone", "{n} stones", n) == expected


def test_russian_has_three_plural_forms(monkeypatch):
    from geomap import i18n

    forms = {"{n} site": ("{n} памятник", "{n} памятника", "{n} памятников")}
    words = i18n._Words({}, forms, {})
    monkeypatch.setattr(i18n, "_words", lambda lang: words)
    said = [translate_plural("ru", "{n} site", "{n} sites", n) for n in (1, 2, 5, 11, 21, 104)]
    assert [words.split()[1] for words in said] == [
        "памятник",
        "памятника",
        "памятников",
        "памятников",
        "памятник",
        "памятника",
    ]
    assert plural_forms("ru") == forms


def test_labels_come_in_the_context_of_their_vocabulary():
    assert label("ru", "hosts", "both") == "В обоих городах"
    assert label("ru", "side", "both") == "Оба города"
    assert label("fi", "region_status", "dormant") == "Lepotilassa"
    assert label("en", "kind", "worship") == "Places of worship"
    with pytest.raises(KeyError):
        label("en", "kind", "castle")
    with pytest.raises(KeyError):
        label("en", "castles", "kind")


def test_countries_have_names():
    assert country_name("en", "FI") == "Finland"
    assert country_name("ru", "FI") == "Финляндия"
    assert country_name("fi", "RU") == "Venäjä"
    assert country_name("fi", "QQ") == "QQ"


@pytest.mark.parametrize(
    ("text", "english", "russian", "finnish"),
    [
        ("2022-03-02", "2 March 2022", "2 марта 2022\u202fг.", "2. maaliskuuta 2022"),
        ("2022-03", "March 2022", "март 2022\u202fг.", "maaliskuu 2022"),
        ("2022", "2022", "2022", "2022"),
        ("2014/2020", "2014–2020", "2014–2020", "2014–2020"),
        ("1998/..", "1998–", "1998–", "1998–"),
        ("176X", "176X", "176X", "176X"),
        ("1944-21", "1944-21", "1944-21", "1944-21"),
        ("[..1478]", "[..1478]", "[..1478]", "[..1478]"),
    ],
)
def test_dates_are_written_as_people_do(text, english, russian, finnish):
    span = parse_edtf(text)
    assert [date_text(lang, span).replace("\xa0", "\u202f") for lang in LANGUAGES] == [
        english,
        russian,
        finnish,
    ]


@pytest.mark.parametrize(
    ("wanted", "header", "expected"),
    [
        ("fi", "ru", "fi"),
        ("xx", "ru", "ru"),
        (None, "de, ru-RU;q=0.8, en;q=0.3", "ru"),
        (None, "en-GB,fi;q=0.9", "en"),
        (None, "fi;q=0.2, ru;q=0.9", "ru"),
        (None, "fi;q=0, sv", "en"),
        (None, "*", "en"),
        (None, "", "en"),
        (None, None, "en"),
    ],
)
def test_the_language_is_the_wanted_one_or_the_best_of_the_header(wanted, header, expected):
    assert choose_language(wanted, header) == expected


@given(st.text(max_size=80) | st.text(alphabet="enrufi-;=q0.19,* ", max_size=80))
def test_any_header_gives_a_language(header):
    assert choose_language(None, header) in LANGUAGES

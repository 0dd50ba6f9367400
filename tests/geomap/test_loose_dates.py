import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.when import read_date

READINGS = {
    # English
    "1760s": "176X",
    "1700s": "17XX",
    "15th century": "14XX",
    "fifteenth century": "14XX",
    "before 1478": "/1478",
    "before the 15th century": "/1400",
    "after the 15th century": "1499/",
    "since 1990": "1990/..",
    "c. 1850": "1850~",
    "circa 1902-1903": "1902~/1903~",
    "early 20th century": "1900~/1933~",
    "mid-19th century": "1834~/1866~",
    "late 18th century": "1767~/1799~",
    "first half of the 17th century": "1600~/1649~",
    "second quarter of the 19th century": "1825~/1849~",
    "12th-13th centuries": "11XX/12XX",
    "17th to 18th century": "16XX/17XX",
    "1760s-1780s": "176X/178X",
    "between 1902 and 1903": "1902/1903",
    "1943 or 1944": "[1943,1944]",
    "12 May 1944": "1944-05-12",
    "May 12, 1944": "1944-05-12",
    "May 1944": "1944-05",
    "built in 1923": "1923",
    "300 BC": "-0299",
    "3rd century BC": "-0299/-0200",
    "1st century BC": "-0099/0000",
    # Russian, with the Latin and the Cyrillic letters that registers mix
    "XV век": "14XX",
    "ХV в.": "14XX",
    "XV–XVI вв.": "14XX/15XX",
    "18 век": "17XX",
    "нач. XX в.": "1900~/1933~",
    "2-я пол. XIX в.": "1850~/1899~",
    "вторая половина XIX века": "1850~/1899~",
    "1-я четв. XVIII в.": "1700~/1724~",
    "конец XIX — начало XX в.": "1867~/1933~",
    "1860-е гг.": "186X",
    "1860-х годов": "186X",
    "1860-1870-е гг.": "186X/187X",
    "1700-е": "170X",
    "ок. 1850": "1850~",
    "до 1478 г.": "/1478",
    "с 1860 по 1870": "1860/1870",
    "1902–1903 гг.": "1902/1903",
    "в 1862 году": "1862",
    "12 мая 1944 г.": "1944-05-12",
    "май 1944": "1944-05",
    "31.12.1944": "1944-12-31",
    "III в. до н. э.": "-0299/-0200",
    # Finnish
    "1700-luku": "17XX",
    "1900-luku": "19XX",
    "1760-luku": "176X",
    "1950-luvulla": "195X",
    "1500-1600-luku": "15XX/16XX",
    "1900-luvun alku": "1900~/1933~",
    "1600-luvun loppu": "1667~/1699~",
    "noin 1850": "1850~",
    "ennen vuotta 1478": "/1478",
    "vuoden 1478 jälkeen": "1478/",
    "vuodesta 1990": "1990/..",
    "vuonna 1923": "1923",
    "12. toukokuuta 1944": "1944-05-12",
    # French
    "15e siècle": "14XX",
    "XVe siècle": "14XX",
    "début 18e siècle": "1700~/1733~",
    "vers 1850": "1850~",
    "entre 1902 et 1903": "1902/1903",
    # Figures
    "1902-1903": "1902/1903",
    "1902/03": "1902/1903",
    "1914-18": "1914/1918",
    "1939-40": "1939/1940",
    "1534;1572": "{1534,1572}",
    "2000-": "2000/..",
    "862": "0862",
    # EDTF stays what it is
    "1801-10": "1801-10",
    "../1478": "../1478",
    "176x": "176X",
    "1850?": "1850?",
}


@pytest.mark.parametrize(("text", "expected"), READINGS.items(), ids=READINGS)
def test_the_words_of_registers_are_read(text, expected):
    assert read_date(text).edtf == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unknown",
        "not dated",
        "historiallinen",
        "keskiaikainen",
        "XIX",
        "46.92",
        "18??",
        "99th century",
        "IXX век",
        "31.02.1944",
        "1944-1902",
        "12 foo 1944",
        "x" * 500,
    ],
)
def test_what_is_not_certain_is_not_guessed(text):
    assert read_date(text) is None


def test_only_a_language_settles_which_of_two_numbers_is_the_day():
    assert read_date("03/04/1944", "fi").edtf == "1944-04-03"
    assert read_date("03/04/1944", "en").edtf == "1944"
    assert read_date("03/04/1944").edtf == "1944"
    assert read_date("31/12/1944", "en").edtf == "1944-12-31"
    assert read_date("12/31/1944", "en").edtf == "1944-12-31"


@given(st.text(max_size=60))
def test_any_text_is_read_or_left(text):
    span = read_date(text)
    assert span is None or read_date(span.edtf).year_from == span.year_from


@pytest.mark.timeout(5)
@pytest.mark.parametrize("word", ["a to a - ", "c. ", "between 1 and ", "1-", "(("])
def test_hostile_repetition_is_answered_at_once(word):
    assert read_date((word * 200)[:199]) is None

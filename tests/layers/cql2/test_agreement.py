"""Masks and SQL answer alike, whatever is asked of whatever rows."""

import sys
from contextlib import suppress

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomap.errors import ParameterInvalid
from layers.cql2.forms import texts_of
from layers.cql2.texts import accenti, casei
from layers.cql2.tree import Type

TEXTS = st.sampled_from(
    [
        *(None, "", "a", "A", "Ä", "å", "abc", "aBc", "a%c", "a_c", "Straße", "STRASSE", "ΟΔΟΣ"),
        "οδος",
        "Выборг",
        "выборг",
        "ё",
        "е",
        "København",
        "a\nb",
        "a\\c",
        "ı",
        "İ",
        "é",
        "e\u0301",
        "ᾼ",
        "α\u0345",
        "\U0001f600",
    ]
)
NUMBERS = st.sampled_from([None, -3, -1, 0, 1, 2, 7, 2.5, -0.5, 1e300, 2**53, 2**53 + 2, 1700])
YEARS = st.sampled_from([None, -3000, 0, 1, 1799, 1800, 1850, 1900, 2020, 200_000])
DAYS = st.sampled_from([None, "1970-01-01", "2020-02-29", "2022-04-16", "2022-04-17"])
TIMES = st.sampled_from(
    [None, "2022-04-16T00:00:00", "2022-04-16T10:13:19Z", "2022-04-16T23:59:59.999999Z"]
)
TRUTHS = st.sampled_from([None, True, False])
LISTS = st.sampled_from([None, (), ("a",), ("a", "b"), ("b", "c")])
WKT = (
    "POINT (0 0)",
    "POINT (5 5)",
    "POINT (10 10)",
    "POINT (-179 3)",
    "LINESTRING (0 0, 10 10)",
    "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))",
    "POLYGON ((2 2, 4 2, 4 4, 2 4, 2 2))",
    "MULTIPOINT (0 0, 20 20)",
)
PLACES = st.sampled_from([None, *map(shapely.from_wkt, WKT)])
COLUMNS = {
    "t": (Type.TEXT, TEXTS),
    "u": (Type.TEXT, TEXTS),
    "n": (Type.NUMBER, NUMBERS),
    "m": (Type.NUMBER, NUMBERS),
    "y1": (Type.NUMBER, YEARS),
    "y2": (Type.NUMBER, YEARS),
    "d": (Type.DATE, DAYS),
    "s": (Type.TIMESTAMP, TIMES),
    "e": (Type.TIMESTAMP, TIMES),
    "b": (Type.BOOLEAN, TRUTHS),
    "l": (Type.ARRAY, LISTS),
}
OPERATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


@st.composite
def worlds(draw):
    count = draw(st.integers(1, 8))
    rows = {
        name: (kind, draw(st.lists(values, min_size=count, max_size=count)))
        for name, (kind, values) in COLUMNS.items()
    }
    places = draw(st.lists(PLACES, min_size=count, max_size=count))
    return rows, places, draw(st.sampled_from([(), ("t", "n"), tuple(COLUMNS)]))


texts = st.one_of(
    st.sampled_from(
        [
            *("t", "u", "CASEI(t)", "ACCENTI(u)", "CASEI(ACCENTI(t))", "ACCENTI(CASEI(u))"),
            *("CASEI(ACCENTI(CASEI(t)))", "ACCENTI(CASEI(ACCENTI(u)))", "CASEI(CASEI(t))"),
        ]
    ),
    TEXTS.filter(lambda text: text is not None).map(quoted),
)
numbers = st.recursive(
    st.one_of(
        st.sampled_from(["n", "m", "y1", "year(d)", "year(s)"]),
        st.sampled_from(["-1", "0", "2", "2.5", "7", "9007199254740993", "1e300"]),
    ),
    lambda inner: st.builds(
        "({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "%", "div", "^"]), inner
    ),
    max_leaves=3,
)
instants = st.sampled_from(
    ["d", "s", "DATE('2022-04-16')", "TIMESTAMP('2022-04-16T10:13:19Z')", "DATE('1850-01-01')"]
)
intervals = st.sampled_from(
    [
        "span",
        "INTERVAL(s, e)",
        "INTERVAL(d, '..')",
        "INTERVAL('1850-01-01', d)",
        "INTERVAL('1800-01-01', '1850-12-31')",
        "INTERVAL('2022-04-16', '2022-04-16T10:13:19Z')",
        "INTERVAL('2020-02-29', '2022-04-16')",
        "INTERVAL('..', '1900-01-01')",
        "INTERVAL('..', '..')",
    ]
)
of_any = st.sampled_from(["AFTER", "BEFORE", "DISJOINT", "EQUALS", "INTERSECTS"])
of_spans = st.sampled_from(
    [
        *("CONTAINS", "DURING", "FINISHEDBY", "FINISHES", "MEETS"),
        *("METBY", "OVERLAPPEDBY", "OVERLAPS", "STARTEDBY", "STARTS"),
    ]
)
shapes = st.sampled_from([*WKT, "BBOX(0,0,5,5)", "BBOX(170,-90,-170,90)", "BBOX(5,5,5,5)"])
spatial = st.sampled_from(
    ["INTERSECTS", "DISJOINT", "EQUALS", "TOUCHES", "WITHIN", "OVERLAPS", "CROSSES", "CONTAINS"]
)
# A quote behind a backslash is not the end of a text.
patterns = st.text("aAcё%_\\", max_size=6).filter(lambda text: text[-1:] != "\\").map(quoted)
leaves = st.one_of(
    st.builds("{} {} {}".format, texts, OPERATORS, texts),
    st.builds("{} {} {}".format, numbers, OPERATORS, numbers),
    st.builds("{} {} {}".format, instants, OPERATORS, instants),
    st.builds("b {} true".format, st.sampled_from(["=", "<>"])),
    st.sampled_from(["b", "true", "false"]),
    st.builds("{} LIKE {}".format, texts, patterns),
    st.builds("{} BETWEEN {} AND {}".format, numbers, numbers, numbers),
    st.builds("{} IN ({}, {})".format, texts, texts, texts),
    st.builds("{} NOT IN ({}, {})".format, numbers, numbers, numbers),
    st.builds("{} IS NULL".format, st.sampled_from([*"tunmdsbl", "span", "geom", "y1", "n + m"])),
    st.builds("T_{}({}, {})".format, of_any, instants | intervals, instants | intervals),
    st.builds("T_{}({}, {})".format, of_spans, intervals, intervals),
    st.builds("S_{}(geom, {})".format, spatial, shapes),
    st.builds("S_{}({}, geom)".format, spatial, shapes),
    st.builds(
        "A_{}(l, {})".format,
        st.sampled_from(["CONTAINS", "CONTAINEDBY", "EQUALS", "OVERLAPS"]),
        st.sampled_from(["('a')", "('b', 'a')", "()", "('a', 1)"]),
    ),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds(), asked=st.lists(conditions, min_size=4, max_size=4))
def test_both_routes_keep_the_same_rows(make_both, world, asked):
    rows, places, few = world
    both = make_both(rows, places, few=few, spans={"span": ("y1", "y2")})
    for condition in asked:
        with suppress(ParameterInvalid):  # such as a division of literals by zero
            both.rows(condition)


@settings(max_examples=100, deadline=None)
@given(world=worlds(), asked=conditions)
def test_a_condition_and_its_contrary_never_keep_one_row(make_both, world, asked):
    rows, places, few = world
    both = make_both(rows, places, few=few, spans={"span": ("y1", "y2")})
    with suppress(ParameterInvalid):
        kept, dropped = both.rows(asked), both.rows(f"NOT ({asked})")
        assert not {*kept} & {*dropped}


@pytest.mark.parametrize("condition", ["n <> 1", "NOT n = 1", "n > 1", "NOT (n = 1 AND n > 7)"])
def test_what_has_no_value_is_neither_kept_nor_kept_by_the_contrary(make_both, condition):
    both = make_both({"n": (Type.NUMBER, [None, 5])}, [None, None])
    assert both.rows(condition) == [1]


def test_letters_lose_case_and_accents_once_and_for_all():
    letters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    for first, second in [(casei, accenti), (accenti, casei)]:
        assert all(first(once) == once for once in map(first, letters))
        for both in (second(first(letter)) for letter in letters):
            assert first(both) == both
            assert second(both) == both


LENGTHS = [0, 1, 125, 126, 127, 128, 16_380, 16_381, 16_383, 16_384]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_text_of_any_length_is_read_whole_from_its_column(make_both, length):
    texts = ["a" * length, "a" * length + "é", None, "b"]
    both = make_both({"t": (Type.TEXT, texts)}, [None] * 4)
    assert texts_of(both.table, "t").to_pylist() == texts

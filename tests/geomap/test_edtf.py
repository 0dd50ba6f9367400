from datetime import date

import edtf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import DateUnparsable
from geomap.when import Span, parse_edtf

YEARS = st.integers(-9999, 9999).map(lambda year: f"{year:05}" if year < 0 else f"{year:04}")
DAYS = st.dates().map(date.isoformat)
MONTHS = DAYS.map(lambda day: day[:7])
PLAIN = YEARS | MONTHS | DAYS
VAGUE = st.sampled_from(
    [
        "176X",
        "17XX",
        "1XXX",
        "1850~",
        "1850?",
        "1850%",
        "1944-XX",
        "1944-21",
        "156X-12-25",
        "1985-04-12T23:20:30Z",
        "-01XX",
        "[1667,1668,1670..1672]",
        "{1534, 1572}",
        "[..1478]",
        "[1478..]",
        "Y170000002",
        "Y-12000",
        "Y17E7",
        "1950S2",
        "Y171010000S3",
        "XXXX",
        "?1944",
    ]
)


@given(PLAIN | VAGUE)
def test_the_normal_form_reads_as_the_same_span(text):
    span = parse_edtf(text)
    assert parse_edtf(span.edtf) == span


@given(DAYS | MONTHS | st.integers(1, 9999).map("{:04}".format))
def test_plain_dates_agree_with_the_edtf_package(text):
    theirs = edtf.parse_edtf(text)
    span = parse_edtf(text)
    assert span.start.timetuple()[:3] == theirs.lower_strict()[:3]
    assert span.end.timetuple()[:3] == theirs.upper_strict()[:3]


@given(st.lists(st.dates(), min_size=2, max_size=2))
def test_an_interval_spans_its_ends_and_a_reversed_one_is_refused(days):
    first, last = sorted(days)
    span = parse_edtf(f"{first}/{last}")
    assert (span.start, span.end) == (first, last)
    assert (span.year_from, span.year_to) == (first.year, last.year)
    if first < last:
        with pytest.raises(DateUnparsable):
            parse_edtf(f"{last}/{first}")


@given(st.text(alphabet="0123456789XY-/.~?%[]{},EST:Z +", max_size=24) | st.text(max_size=24))
def test_any_text_is_a_span_or_a_named_error(text):
    try:
        span = parse_edtf(text)
    except DateUnparsable:
        return
    assert parse_edtf(span.edtf) == span
    if span.year_from is not None and span.year_to is not None:
        assert span.year_from <= span.year_to
        assert span.start <= span.end


@pytest.mark.parametrize(
    ("text", "years", "ongoing"),
    [
        ("../1944", (None, 1944), False),
        ("/1944", (None, 1944), False),
        ("1944/..", (1944, None), True),
        ("1944/", (1944, None), False),
        ("1944/open", (1944, None), True),
        ("unknown/1944", (None, 1944), False),
        ("[..1478]", (None, 1478), False),
        ("[1478..]", (1478, None), False),
        ("[..1478,1500]", (None, 1500), False),
        ("{1478,1500..}", (1478, None), False),
        ("1478~/1500?", (1478, 1500), False),
    ],
)
def test_open_and_unknown_ends_have_no_year(text, years, ongoing):
    span = parse_edtf(text)
    assert (span.year_from, span.year_to) == years
    assert (span.start is None, span.end is None) == (years[0] is None, years[1] is None)
    assert span.ongoing is ongoing


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("0862", (862, 862)),
        ("1478", (1478, 1478)),
        ("-0100", (-100, -100)),
        ("0000", (0, 0)),
        ("-01XX", (-199, -100)),
        ("1950S2", (1900, 1999)),
        ("-1950S2", (-1999, -1900)),
        ("Y171010000S3", (171000000, 171999999)),
        ("Y-12000", (-12000, -12000)),
        ("Y17E7", (170000000, 170000000)),
        ("XXXX", (None, None)),
        ("XXXX-12-25", (None, None)),
    ],
)
def test_years_far_back_and_vague_ones_are_read(text, years):
    span = parse_edtf(text)
    assert (span.year_from, span.year_to) == years


def test_days_that_a_calendar_cannot_hold_are_drawn_to_its_nearest_day():
    assert parse_edtf("-0100").end == date.min
    assert parse_edtf("Y170000002").start == date.max


@pytest.mark.parametrize("text", ["1500-02-29", "1900-02-29", "1944-13", "1944-00", "1944-04-31"])
def test_days_that_never_were_are_refused(text):
    with pytest.raises(DateUnparsable):
        parse_edtf(text)


def test_a_leap_day_of_the_proleptic_calendar_is_taken():
    assert parse_edtf("1600-02-29").start == date(1600, 2, 29)
    assert parse_edtf("-0004-02-29").year_from == -4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "../..",
        "1950/1940",
        "-0000",
        "1902-1903",
        "1760s",
        "Y1944",
        "１９４４",
        "1/2/3",
        "[1500..1478]",
        "[1667]/1700",
        "1944-21-01",
        "Y1E99999999",
        "Y9E99",
        "19 44",
        "Y" + "9" * 5000,
        "1944" * 100,
    ],
)
def test_what_is_not_edtf_is_refused(text):
    with pytest.raises(DateUnparsable, match="right would be"):
        parse_edtf(text)


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "text",
    [
        "{" + ",".join(f"{year}" for year in range(1500, 1539)) + "}",
        "[" * 200,
        "{1500," * 33,
        "1944-XX-" * 25,
        "?~%" * 66,
        "9" * 200,
    ],
)
def test_long_dates_are_answered_at_once(text):
    try:
        assert parse_edtf(text).year_from == 1500
    except DateUnparsable:
        assert not text.endswith("}")


@pytest.mark.parametrize("text", ["{1500,1667?,..}", "[]", "{..}", "[1500,..1600]", "{1..2..3}"])
def test_sets_have_members_and_open_only_at_their_ends(text):
    with pytest.raises(DateUnparsable):
        parse_edtf(text)


def test_a_set_of_one_is_a_set():
    assert parse_edtf("{1500}").year_to == 1500


def test_spaces_in_sets_are_dropped_from_the_normal_form():
    assert parse_edtf(" {1667, 1668} ") == Span(
        "{1667,1668}", 1667, 1668, date(1667, 1, 1), date(1668, 12, 31)
    )

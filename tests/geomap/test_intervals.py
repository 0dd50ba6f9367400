from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import ParameterInvalid
from geomap.when import Interval, parse_interval


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2020-01-05", "2020-01-05", "2020-01-05"),
        ("2020", "2020-01-01", "2020-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("1850-01-01/1899-12-31", "1850-01-01", "1899-12-31"),
        ("../1899-12-31", None, "1899-12-31"),
        ("/1899-12-31", None, "1899-12-31"),
        ("1850-01-01/..", "1850-01-01", None),
        ("1850-01-01/", "1850-01-01", None),
        ("2020-01-01T00:00:00Z", "2020-01-01", "2020-01-01"),
        ("2020-01-01t00:00:00.123456789z", "2020-01-01", "2020-01-01"),
        ("2020-01-01T23:00:00-05:00", "2020-01-02", "2020-01-02"),
        ("2016-12-31T23:59:60Z", "2016-12-31", "2016-12-31"),
        ("2020-01-01T00:00:00Z/2021-01-01T00:00:00Z", "2020-01-01", "2021-01-01"),
    ],
)
def test_instants_and_intervals_are_read(text, start, end):
    interval = parse_interval(text)
    assert interval.start == (start and date.fromisoformat(start))
    assert interval.end == (end and date.fromisoformat(end))
    assert interval.start_year == (start and int(start[:4]))
    assert interval.end_year == (end and int(end[:4]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "/",
        "../..",
        "yesterday",
        "2020-02-30",
        "2020-13",
        "2021/2020",
        "1/2/3",
        "0000",
        "2020-01-01T00:00:00",
        "2020-01-01T00:60:00Z",
        "2020-01-01T25:00:00Z",
        "２０２０",
        "20 20",
        "0001-01-01T00:00:00+05:00",
        "2020-01-01T00:00:00+99:99",
        "-0100",
        "1850~",
    ],
)
def test_what_cannot_be_read_is_a_named_error(text):
    with pytest.raises(ParameterInvalid) as problem:
        parse_interval(text)
    assert problem.value.name == "datetime"


@given(st.text(max_size=40))
def test_any_text_is_an_interval_or_a_named_error(text):
    try:
        interval = parse_interval(text)
    except ParameterInvalid:
        return
    assert interval.start or interval.end


@pytest.mark.parametrize(
    ("years", "meets"),
    [
        ((1850, 1899), True),
        ((1800, 1850), True),
        ((1899, None), True),
        ((None, None), True),
        ((None, 1849), False),
        ((1900, 1910), False),
        ((1900, None), False),
    ],
)
def test_an_interval_meets_spans_that_touch_it_and_undated_ones(years, meets):
    assert Interval(date(1850, 1, 1), date(1899, 12, 31)).meets(*years) is meets

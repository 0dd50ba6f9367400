"""CSV: what a spreadsheet opens is text where it is text, and numbers where they are numbers."""

import csv
import io

import pyarrow as pa
import pytest

from layers.exports.csv import BOM, formula_safe

HARMFUL = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
]


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", HARMFUL)
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(text):
    assert formula_safe(pa.array([text, None, "plain"])).to_pylist() == ["'" + text, None, "plain"]


@pytest.mark.parametrize("text", ["a=1", "'=1", "", "Ёлка", "ｆull width", "(i)(iv)"])
def test_any_other_text_stays_as_it_is(text):
    assert formula_safe(pa.array([text])).to_pylist() == [text]


def test_a_part_of_a_column_is_looked_at_where_it_begins():
    column = pa.array(["=1", "plain", "-2", None])
    assert formula_safe(column.slice(1)).to_pylist() == ["plain", "'-2", None]
    assert formula_safe(pa.nulls(2, pa.string())).to_pylist() == [None, None]


def test_no_name_of_a_site_reaches_a_spreadsheet_as_a_formula(put, feature, exported):
    put(feature("sites", '=cmd|"/c calc"!A1', (-8.5, -12.25), rank=3))
    [row] = rows_of(exported("csv"))
    assert row["name"] == row["record_id"] == '\'=cmd|"/c calc"!A1'
    assert (row["lng"], row["lat"]) == ("-8.5", "-12.25")
    assert row["wkt"] == "POINT (-8.5 -12.25)"
    assert float(row["rank"]) == 3


def test_line_breaks_quotes_and_commas_stay_inside_their_cell(put, feature, exported):
    put(feature("sites", 'One, "two"\nthree', (1.0, 1.0)), feature("sites", "Other", (1.0, 1.0)))
    assert {row["name"] for row in rows_of(exported("csv"))} == {'One, "two"\nthree', "Other"}


def test_the_byte_order_mark_is_there_when_asked_for(put, feature, exported):
    put(feature("sites", "Форт", (1.0, 1.0)))
    plain, marked = exported("csv"), exported("csv", bom=True)
    assert marked == BOM + plain
    assert "Форт".encode() in plain


def test_places_are_told_in_metres_beside_degrees(put, feature, exported):
    put(feature("sites", "Fort", (27.0, 61.0)), feature("sites", "Lost"))
    rows = {row["name"]: row for row in rows_of(exported("csv", crs="EPSG:3067"))}
    assert float(rows["Fort"]["easting"]) == pytest.approx(500_000)
    assert float(rows["Fort"]["northing"]) == pytest.approx(6_762_787, abs=1)
    assert (rows["Fort"]["lng"], rows["Lost"]["easting"], rows["Lost"]["wkt"]) == ("27", "", "")

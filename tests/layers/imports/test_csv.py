"""The reader of tables: whatever a spreadsheet writes comes back, and nothing fills the memory."""

import codecs
import csv as standard
import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.errors import FileUnreadable
from layers.imports import csv

CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)
ROWS = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
)


def write(path, rows, *, encoding="utf-8", **dialect):
    with path.open("w", encoding=encoding, newline="") as file:
        standard.writer(file, **dialect).writerows(rows)
    return path


def values(reading):
    return [list(row.values.values()) for row in reading.rows]


@settings(max_examples=60, deadline=None)
@given(
    rows=ROWS,
    delimiter=st.sampled_from(csv.DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\r\n", "\n"]),
)
def test_what_is_written_is_read(rows, delimiter, encoding, end):
    header = [f"column {number}" for number in range(len(rows[0]))]
    with tempfile.TemporaryDirectory() as folder:
        path = write(
            Path(folder) / "table.csv",
            [header, *rows],
            encoding=encoding,
            delimiter=delimiter,
            lineterminator=end,
            quoting=standard.QUOTE_ALL,
        )
        reading = csv.read(path, encoding=encoding, delimiter=delimiter)
        assert reading.columns == tuple(header)
        assert values(reading) == rows


@pytest.mark.parametrize("delimiter", list(csv.DELIMITERS))
def test_the_delimiter_is_found(tmp_path, delimiter):
    rows = [["name", "I,N,31,15", "note"], ["Sumu; II", "212982,5", "a|b, c"]] * 1
    path = write(tmp_path / "a.csv", [*rows, ["Wasa", "1,5", "\t"]], delimiter=delimiter)
    reading = csv.read(path)
    assert reading.delimiter == delimiter
    assert values(reading)[0] == ["Sumu; II", "212982,5", "a|b, c"]


def test_a_table_of_one_column_has_one_column(tmp_path):
    assert csv.read(write(tmp_path / "a.csv", [["name"], ["Perm"], ["Oxford"]])).columns == (
        "name",
    )


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_byte_order_mark_tells_the_encoding_and_is_no_part_of_the_header(
    tmp_path, mark, encoding
):
    path = tmp_path / "a.csv"
    path.write_bytes(mark + "имя;город\nПермь;да\n".encode(encoding))
    reading = csv.read(path)
    assert reading.columns == ("имя", "город")
    assert reading.encoding_basis == "mark"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Пермь и Оксфорд дружат с давних пор, а город Выборг стоит у залива", "cp1251"),
        ("Hämeenlinnan vanha myllyjärvi ja Äänekosken tehdas sijaitsevat täällä", "cp1252"),
        ("Château fort de l'évêque à la tête dressée, forêt près de Fontenay", "cp1252"),
        ("Зал памяти и музей истории города Перми", "koi8-r"),
        ("Zażółć gęślą jaźń, a w Gdańsku i w Łodzi świeci słońce nad rzeką", "cp1250"),
    ],
)
def test_a_national_encoding_is_detected_and_said(tmp_path, text, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(("name;note\n" + f"{text};{text}\n" * 40).encode(encoding))
    reading = csv.read(path)
    assert reading.encoding_basis == "detected"
    assert values(reading)[0] == [text, text]


def test_a_letter_beyond_utf_8_late_in_the_file_is_noticed(tmp_path):
    path = tmp_path / "a.csv"
    line = "Château fort de l'évêque à la tête dressée;Forêt près de Fontenay\n"
    path.write_bytes(b"a;b\n" + b"plain;text\n" * 200_000 + line.encode("cp1252") * 200)
    reading = csv.read(path)
    assert reading.encoding != "utf-8"
    assert values(reading)[-1][0].startswith("Château fort de l'évêque")


def test_the_stated_encoding_is_believed_and_its_fault_is_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("name,note\nKäkisalmi,x\n".encode("cp1252"))
    assert values(csv.read(path, encoding="cp1252")) == [["Käkisalmi", "x"]]
    with pytest.raises(FileUnreadable, match="utf-8"):
        list(csv.read(path, encoding="utf-8").rows)
    with pytest.raises(FileUnreadable, match="klingon"):
        csv.read(path, encoding="klingon")


def test_a_gzipped_table_is_known_by_its_bytes_whatever_its_name(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert values(csv.read(path)) == [["1", "2"]]


@pytest.mark.parametrize("cut", [1, 10, 15, 25])
def test_a_packed_file_that_is_cut_off_is_refused(tmp_path, cut):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + bytes(range(48, 100)) * 9)[:-cut])
    with pytest.raises(FileUnreadable, match="cut off or broken"):
        list(csv.read(path).rows)


def test_a_nul_is_refused_with_its_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n3,\0\n")
    with pytest.raises(FileUnreadable, match="line 3: a NUL"):
        list(csv.read(path).rows)


def test_a_line_without_end_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a,b\n")
        for _ in range(200):
            file.write(b"x" * (1 << 20))
    with pytest.raises(FileUnreadable, match="longer than"):
        list(csv.read(path, encoding="utf-8", delimiter=",").rows)


def test_a_quotation_mark_left_open_does_not_swallow_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"open\n' + "2,3\n" * 1_500_000)
    with pytest.raises(FileUnreadable, match="quotation mark"):
        list(csv.read(path, encoding="utf-8", delimiter=",").rows)


def test_what_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(csv, "MAX_BYTES", 1000)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 1000))
    with pytest.raises(FileUnreadable, match="larger than"):
        list(csv.read(path).rows)


def test_a_row_of_another_width_carries_a_fault_and_the_next_one_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n3\n4,5,6\n\n7,8\n")
    rows = list(csv.read(path).rows)
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert [[fault.code for fault in row.faults] for row in rows] == [
        [],
        ["ROW_RAGGED"],
        ["ROW_RAGGED"],
        [],
    ]


def test_a_column_without_a_name_gets_a_number(tmp_path):
    assert csv.read(write(tmp_path / "a.csv", [["a", ""], ["1", "2"]])).columns == (
        "a",
        "column 2",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no header"),
        (",,\n1,2,3\n", "no header"),
        ("a,a\n1,2\n", "more than once"),
        (",".join(f"c{number}" for number in range(2001)) + "\n", "2,000 columns"),
    ],
)
def test_a_table_without_a_good_header_is_refused(tmp_path, content, message):
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(FileUnreadable, match=message):
        csv.read(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileUnreadable, match=r"nowhere\.csv"):
        csv.read(tmp_path / "nowhere.csv")

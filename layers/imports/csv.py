"""Reads tables: any delimiter, any customary encoding, quotes, gzip; nothing it cannot bound."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from charset_normalizer import from_bytes

from geomap.errors import FileUnreadable
from geomap.model import Fault
from layers.imports.rows import BROKEN, MAX_BYTES, Reading, Row, chunks, open_bytes

DELIMITERS = ",;\t|"
MAX_RECORD = 4 * 1024 * 1024
"""Characters of one record, over all of its lines."""
MAX_COLUMNS = 2_000
SAMPLE = 256 * 1024
ENCODINGS = (
    "cp1252",
    "cp1251",
    "cp1250",
    "cp1257",
    "koi8_r",
    "cp866",
    "iso8859_5",
    "gb18030",
    "shift_jis",
)
"""What registers come in when it is not Unicode, likeliest first: many letters are the same in
several of them, and only a stated encoding is certain."""
STATED_ENCODINGS = ("utf-8", "utf-16", *(name.replace("_", "-") for name in ENCODINGS))
"""What may be stated over HTTP."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# The module's own limit of 128 KiB a field is lower than ours and holds for the whole process.
csv.field_size_limit(MAX_RECORD)


def read(path: Path, *, encoding: str = "", delimiter: str = "") -> Reading:
    """Open a table whose first row names its columns.

    Args:
        path: The file; gzip is known by its first bytes.
        encoding: As stated by whoever has the file; empty: found by mark, UTF-8 or detection.
        delimiter: One character; empty: the one under which the first rows agree best.

    Returns:
        The reading. Its rows raise `FileUnreadable` where the file stops being a table: a NUL,
        a record beyond `MAX_RECORD` characters, bytes that are not of the encoding. A row with
        more or fewer values than there are columns carries the fault `ROW_RAGGED`.

    Raises:
        FileUnreadable: There is no such file, header, or encoding.
    """
    name, basis = (encoding, "stated") if encoding else encoding_of(path)
    mark = delimiter or _delimiter_of(path, name)
    records = _records(path, name, mark)
    columns = _header(next(records, []), path)
    return Reading(
        rows=_rows(records, columns),
        columns=columns,
        encoding=name,
        encoding_basis=basis,
        delimiter=mark,
        expected=_line_count(path) - 1,
    )


def _line_count(path: Path) -> int:
    with open_bytes(path) as file:
        return sum(piece.count(b"\n") for piece in chunks(file))


def encoding_of(path: Path) -> tuple[str, str]:
    """Return the encoding of a text file and how it is known: mark or detected.

    Raises:
        FileUnreadable: No encoding fits.
    """
    with open_bytes(path) as file:
        start = b""
        decoder = codecs.getincrementaldecoder("utf-8")()
        for piece in chunks(file):
            if not start:
                start = piece[:SAMPLE]
                for mark, name in MARKS:
                    if piece.startswith(mark):
                        return name, "mark"
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as problem:
                # The letters that decide stand around the first byte that is not UTF-8.
                nearby = piece[max(0, problem.start - SAMPLE // 2) : problem.start + SAMPLE // 2]
                return _guess(nearby if len(nearby) > 4096 else start), "detected"
    return "utf-8", "detected"


def _guess(sample: bytes) -> str:
    """Return the first of `ENCODINGS` that reads the sample as well as the best one does."""
    matches = from_bytes(sample, cp_isolation=list(ENCODINGS))
    best = matches.best()
    if best is None:
        raise FileUnreadable("The file's encoding cannot be told; state it.")
    as_good = {
        name
        for match in matches
        if match.chaos <= best.chaos + 0.01 and match.coherence >= best.coherence - 0.01
        for name in match.could_be_from_charset
    }
    return next(name for name in ENCODINGS if name in as_good).replace("_", "-")


def _delimiter_of(path: Path, encoding: str) -> str:
    with _text(path, encoding) as text:
        sample = _decoded(text, SAMPLE)
    lines = sample.split("\n")
    if len(sample) >= SAMPLE and len(lines) > 1:
        lines.pop()  # cut in the middle
    return max(DELIMITERS, key=lambda mark: _agreement(lines[:200], mark))


def _agreement(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Return how many of the records have the commonest count of values, and that count."""
    try:
        counts = [len(record) for record in csv.reader(lines, delimiter=delimiter) if record]
    except csv.Error:
        return (0.0, 0)
    if not counts:
        return (0.0, 0)
    width, times = Counter(counts).most_common(1)[0]
    return (times / len(counts) if width > 1 else 0.0, width)


def _text(path: Path, encoding: str) -> io.TextIOWrapper:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise FileUnreadable(f"There is no encoding {encoding!r}.") from None
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, newline="")


def _decoded(text: IO[str], size: int) -> str:
    try:
        return text.read(size)
    except (UnicodeError, *BROKEN) as problem:
        raise FileUnreadable(f"The file's bytes do not read as stated: {problem}") from problem


class _Lines:
    """Lines of a text, bounded: no line and no record may fill the memory."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self.text = text
        self.name = name
        self.record = 0
        """Characters read since the last record was complete."""
        self.number = 0
        self.total = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._line():
            self.number += 1
            self.record += len(line)
            self.total += len(line)
            if self.total > MAX_BYTES:
                raise FileUnreadable(f"{self.name} is larger than {MAX_BYTES >> 30} GiB unpacked.")
            if self.record > MAX_RECORD:
                raise FileUnreadable(
                    f"{self.name}: the record that ends at or after line {self.number} is longer "
                    f"than {MAX_RECORD:,} characters; is a quotation mark left open?"
                )
            if "\0" in line:
                raise FileUnreadable(f"{self.name}, line {self.number}: a NUL; this is no text.")
            yield line

    def _line(self) -> str:
        try:
            return self.text.readline(MAX_RECORD + 1)
        except UnicodeError as problem:
            raise FileUnreadable(
                f"{self.name}, after line {self.number}: the bytes are not {self.text.encoding} "
                f"({problem}); state the encoding."
            ) from problem
        except BROKEN as problem:
            raise FileUnreadable(f"{self.name} is cut off or broken: {problem}") from problem


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    with _text(path, encoding) as text:
        lines = _Lines(text, path.name)
        reader = csv.reader(iter(lines), delimiter=delimiter)
        try:
            for record in reader:
                lines.record = 0
                if record:
                    yield record
        except csv.Error as problem:
            raise FileUnreadable(f"{path.name}, line {lines.number}: {problem}") from problem


def _header(record: list[str], path: Path) -> tuple[str, ...]:
    names = [name.strip() for name in record]
    if not any(names):
        raise FileUnreadable(f"{path.name} has no header: its first row must name the columns.")
    if len(names) > MAX_COLUMNS:
        raise FileUnreadable(f"{path.name} has more than {MAX_COLUMNS:,} columns.")
    columns = tuple(name or f"column {number}" for number, name in enumerate(names, 1))
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if twice:
        raise FileUnreadable(f"{path.name} names the column {twice[0]!r} more than once.")
    return columns


def _rows(records: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[Row]:
    width = len(columns)
    for number, record in enumerate(records, 1):
        if len(record) == width:
            yield Row(number, dict(zip(columns, record, strict=True)))
        else:
            fault = Fault(
                "ROW_RAGGED",
                "",
                str(len(record)),
                f"The row has {len(record)} values, the header {width}; is a delimiter unquoted?",
            )
            yield Row(number, dict(zip(columns, record, strict=False)), faults=(fault,))

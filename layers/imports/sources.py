"""Sources that a table describes beside the files whose rows name them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from geomap.errors import FileUnreadable
from geomap.model import Source
from layers.imports import csv
from layers.imports.rows import Row

TABLE = "sources.csv"
COLUMNS = ("id", "title", "publisher", "licence", "url", "as_of", "attribution")


def sources_beside(path: Path) -> list[Source]:
    """Return the sources that `sources.csv` in the folder of a file describes; [] without one.

    Raises:
        FileUnreadable: A column is missing, a licence is blank or a date cannot be read.
    """
    table = path.with_name(TABLE)
    if not table.is_file():
        return []
    reading = csv.read(table)
    missing = [column for column in COLUMNS if column not in reading.columns]
    if missing:
        raise FileUnreadable(f"{TABLE} needs the columns {', '.join(missing)}.")
    return [_source(row) for row in reading.rows]


def _source(row: Row) -> Source:
    texts = {column: str(row.values.get(column, "")).strip() for column in COLUMNS}
    blank = [column for column in ("id", "title", "licence") if not texts[column]]
    if blank:
        raise FileUnreadable(f"{TABLE}, row {row.number}: {', '.join(blank)} must not be blank.")
    try:
        as_of = date.fromisoformat(texts.pop("as_of"))
    except ValueError as problem:
        raise FileUnreadable(f"{TABLE}, row {row.number}: as_of must be a date.") from problem
    return Source(as_of=as_of, **texts)

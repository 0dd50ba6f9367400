"""Small files in canonical columns, and one way to import them."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from layers.imports.apply import Wish, import_as
from layers.imports.report import Report
from layers.store.protocol import Store

SOURCES = (
    {
        "id": "own",
        "title": "Own list",
        "publisher": "A museum",
        "licence": "CC-BY-4.0",
        "url": "https://example.org",
        "as_of": "2026-01-31",
        "attribution": "A museum",
    },
    {
        "id": "other",
        "title": "Another list",
        "publisher": "An archive",
        "licence": "CC0-1.0",
        "url": "https://example.org/other",
        "as_of": "2026-01-31",
        "attribution": "An archive",
    },
)


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write rows to a CSV file in a folder that describes the sources `own` and `other`."""

    def written(name: str, *rows: Mapping[str, Any]) -> Path:
        columns = list(dict.fromkeys(column for row in rows for column in row))
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        return path

    written("sources.csv", *SOURCES)
    return written


@pytest.fixture
def imported(store: Store) -> Callable[..., Report]:
    def run(path: Path, layer: str, **wishes: Any) -> Report:
        return import_as(store, path, layer, Wish(**wishes))

    return run

"""Memory does not grow with the number of rows, in any format."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from shapely import Point

from geomap.model import Edit, EditKind, Feature, Source
from layers.exports.table import EXPORTS
from layers.store.engines import open_store

SOURCE = Source("test", "T", "T", "CC0-1.0", "https://example.org", date(2026, 1, 1), "T")
ROWS = 200_000
ALLOWED_MB = 120
"""Beside what the loaded table takes: a batch, its columns, and a row group."""
EXPORTING = """
import json, resource, sys
from layers.exports.options import USUAL
from layers.exports.table import EXPORTS
from layers.query import Query, select
from layers.snapshot import Follower
from layers.store.engines import open_store

def resident():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024

with Follower(open_store(sys.argv[1])).reading() as (snapshot, reader):
    table = snapshot.tables["sites"]
    rows = select(table, Query())
    table.lnglats(), table.bounds()
    # What a format needs is loaded once for all: it is no part of what an export takes.
    list(EXPORTS[sys.argv[2]].write(snapshot, reader, table, rows[:1], USUAL))
    open("/proc/self/clear_refs", "w").write("5")
    before = resident()
    size = sum(map(len, EXPORTS[sys.argv[2]].write(snapshot, reader, table, rows, USUAL)))
    print(json.dumps({"rows": len(rows), "mb": resident() - before, "size": size}))
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('large') / 'geomap.db'}"
    store = open_store(url)
    for start in range(0, ROWS, 20_000):
        edits = [Edit(EditKind.PUT, site(number)) for number in range(start, start + 20_000)]
        store.write(edits, actor="test", action="import", sources=[SOURCE])
    store.close()
    return url


def site(number: int) -> Feature:
    names = [{"value": f"Site {number}", "lang": "en", "type": "preferred"}]
    return Feature(
        layer="sites",
        id=f"00000000-0000-4000-8000-{number:012}",
        source_id="test",
        record_id=str(number),
        geometry=Point(number % 360 - 180, number % 170 - 85),
        properties={"names": names, "type_text": f"{number} " + "x" * 300},
    )


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells the peak.")
@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_of_many_rows_takes_little_more_than_its_table(large, name):
    command = [sys.executable, "-c", EXPORTING, large, name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rows"] == ROWS
    assert told["mb"] < ALLOWED_MB

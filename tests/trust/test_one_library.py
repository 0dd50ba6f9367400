"""Nothing but SQLite opens the live file.

By POSIX, a process that closes any descriptor of a file drops all its locks on it: one
`open(path).close()` beside SQLite, and another process writes into our transaction.
"""

import os
import subprocess
import sys
from datetime import date

import apsw
import pytest
import shapely

from geomap.errors import BackupUnusable, StoreUnusable
from geomap.model import Edit, EditKind, Feature, Source
from geomap.places import Bounds
from layers.store.connections import writing_connection
from layers.store.engines import open_store, restore_store

SITE = Feature(
    layer="sites",
    id="00000000-0000-4000-8000-000000000001",
    source_id="r",
    record_id="1",
    geometry=shapely.Point(28.7, 60.7),
    properties={"names": [{"value": "Castle", "lang": "en"}]},
)
WATCHED: set[str] = set()
OPENED: list[str] = []


def _notice(event, arguments):
    if event == "open" and WATCHED and isinstance(arguments[0], str | bytes | os.PathLike):
        path = os.fsdecode(arguments[0])
        if path in WATCHED:
            OPENED.append(path)


@pytest.fixture(scope="module", autouse=True)
def hook():
    # An audit hook stays for the life of the process; without watched files it does nothing.
    sys.addaudithook(_notice)


@pytest.fixture
def live(tmp_path):
    path = tmp_path / "geomap.db"
    OPENED.clear()
    WATCHED.update(str(path) + ending for ending in ("", "-wal", "-shm"))
    yield path
    WATCHED.clear()


def test_no_use_of_a_store_opens_its_file_otherwise(live, tmp_path):
    source = Source("r", "R", "B", "CC0-1.0", "https://r.example", date(2026, 1, 1), "B")
    store = open_store(f"sqlite:///{live}")
    store.write([Edit(EditKind.PUT, SITE)], actor="o", action="edit", sources=[source], key="k")
    with store.public() as reader:
        assert len(list(reader.rows("sites"))) == 1
        assert reader.search("castle", ["sites"], 1)
        assert reader.within("sites", Bounds(28, 60, 29, 61))
    assert store.feature("sites", SITE.id)
    assert len(list(store.features("sites"))) == 1
    assert store.history("sites", SITE.id)
    assert store.data_version()
    assert store.check() == []
    backup = store.backup(tmp_path / "backups")
    open_store(f"sqlite:///{live}").close()
    with pytest.raises(BackupUnusable):
        restore_store(f"sqlite:///{live}", tmp_path / "nowhere")
    store.close()
    restore_store(f"sqlite:///{live}", backup)
    assert OPENED == []


def test_an_opened_live_file_would_be_noticed(live):
    open_store(f"sqlite:///{live}").close()
    live.open("rb").close()
    assert [str(live)] == OPENED


def test_why_an_opened_and_closed_live_file_lets_a_second_writer_in(live):
    open_store(f"sqlite:///{live}").close()
    ours = writing_connection(live)
    ours.execute("BEGIN IMMEDIATE")
    assert not _another_process_may_write(live)
    live.with_name(live.name + "-shm").open("rb").close()
    assert _another_process_may_write(live)
    ours.close()


def _another_process_may_write(path):
    script = f"import apsw; apsw.Connection({str(path)!r}).execute('BEGIN IMMEDIATE')"
    tried = [sys.executable, "-c", script]
    ended = subprocess.run(tried, check=False, capture_output=True, text=True)
    assert not ended.returncode or "BusyError" in ended.stderr
    return not ended.returncode


def test_a_library_that_is_unsound_never_touches_the_file(live, monkeypatch):
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.40.1")
    with pytest.raises(StoreUnusable):
        open_store(f"sqlite:///{live}")
    assert not live.exists()

"""Which SQLite may hold the records."""

import apsw
import pytest

from geomap.errors import StoreUnusable
from layers.store import guard
from layers.store.engines import open_store


@pytest.mark.parametrize(
    "version",
    ["3.6.23", "3.44.6", "3.44.7", "3.50.7", "3.50.12", "3.51.3", "3.51.10", "3.54.1", "4.0.0"],
)
def test_a_sound_sqlite_is_taken(version):
    assert guard.is_sound(version)


@pytest.mark.parametrize(
    "version",
    ["3.7.0", "3.7", "3.40.1", "3.44.5", "3.45.0", "3.49.9", "3.50.6", "3.51.0", "3.51.2"],
)
def test_a_sqlite_that_loses_commits_is_refused(version):
    assert not guard.is_sound(version)


def test_the_sqlite_that_is_installed_is_sound():
    guard.require_sound_sqlite()


def test_no_store_opens_on_an_unsound_sqlite(tmp_path, monkeypatch):
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.2")
    with pytest.raises(StoreUnusable, match=r"3\.51\.2 can lose committed writes"):
        open_store(f"sqlite:///{tmp_path / 'geomap.db'}")
    assert list(tmp_path.iterdir()) == []

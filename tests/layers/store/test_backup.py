"""Copies under load, and restores that replace a store only by a sound one."""

import os
import shutil
import stat
import threading

import apsw
import pytest

from geomap.errors import BackupUnusable, StoreBusy
from geomap.model import Edit, EditKind, Visibility
from geomap.settings import sqlite_path
from layers.store.engines import open_store, restore_store


@pytest.fixture
def filled(put, site):
    return put(*(site(number) for number in range(1, 51)))


def names(store):
    with store.public() as reader:
        return sorted(row.columns for row in reader.rows("sites"))


def test_a_backup_is_whole_checked_and_for_its_owner_alone(store, filled, tmp_path):
    backup = store.backup(tmp_path / "backups")
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    connection = apsw.Connection(str(backup), flags=apsw.SQLITE_OPEN_READONLY)
    assert connection.execute("SELECT count(*) FROM feature").get == 50
    connection.close()


def test_a_place_where_no_backup_can_stand_is_named(store, filled, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BackupUnusable, match="file cannot be used"):
        store.backup(tmp_path / "file")


def test_a_restored_store_is_the_store_at_the_backup(store, store_url, filled, put, site, tmp_path):
    before = names(store)
    history = store.history("sites", site(1).id)
    backup = store.backup(tmp_path / "backups")
    put(site(1, "Ruin"), site(99))
    store.close()
    assert restore_store(store_url, tmp_path / "backups") == backup
    restored = open_store(store_url)
    assert names(restored) == before
    assert restored.history("sites", site(1).id) == history
    assert restored.check() == []
    assert stat.S_IMODE(sqlite_path(store_url).stat().st_mode) == 0o600
    restored.close()


def test_numbers_of_lost_changes_are_not_given_again(store, store_url, filled, put, site, tmp_path):
    backup = store.backup(tmp_path)
    for name in ("Ruin", "Tower", "Gate"):
        put(site(1, name))
    with store.public() as reader:
        lost = reader.version()
    store.close()
    restore_store(store_url, backup)
    restored = open_store(store_url)
    with restored.public() as reader:
        assert reader.version() > lost
        assert reader.changes(lost) == []
    restored.write([Edit(EditKind.PUT, site(1, "Wall"))], actor="o", action="edit")
    with restored.public() as reader:
        assert [change.id for change in reader.changes(lost)] == [site(1).id]
    restored.close()


def test_a_store_is_restored_where_there_was_none(store, filled, tmp_path):
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'geomap.db'}"
    restore_store(url, store.backup(tmp_path))
    other = open_store(url)
    assert names(other) == names(store)
    other.close()


def test_the_old_store_is_kept_beside_the_restored_one(
    store, store_url, filled, put, site, tmp_path
):
    backup = store.backup(tmp_path)
    put(site(77))
    store.close()
    restore_store(store_url, backup)
    path = sqlite_path(store_url)
    connection = apsw.Connection(str(path) + ".replaced")
    assert connection.execute("SELECT count(*) FROM feature").get == 51
    connection.close()


def _truncated(backup):
    os.truncate(backup, backup.stat().st_size // 2)


def _one_page_torn(backup):
    with backup.open("r+b") as file:
        file.seek(backup.stat().st_size // 2 // 4096 * 4096)
        file.write(os.urandom(4096))


def _empty(backup):
    os.truncate(backup, 0)


def _text(backup):
    backup.write_text("not a database\n" * 1000)


def _newer(backup):
    connection = apsw.Connection(str(backup))
    connection.pragma("user_version", 99)
    connection.close()


def _of_another_program(backup):
    backup.unlink()
    connection = apsw.Connection(str(backup))
    connection.execute("CREATE TABLE theirs (id)")
    connection.close()


def _hidden_made_public(backup):
    connection = apsw.Connection(str(backup))
    connection.execute("UPDATE feature SET visibility = 'hidden' WHERE number = 1")
    connection.close()


@pytest.mark.parametrize(
    "spoil",
    [
        _truncated,
        _one_page_torn,
        _empty,
        _text,
        _newer,
        _of_another_program,
        _hidden_made_public,
    ],
)
def test_a_wrong_backup_is_refused_and_the_store_stays(
    store, store_url, filled, put, site, tmp_path, spoil
):
    backup = store.backup(tmp_path)
    put(site(77))
    before = names(store)
    store.close()
    spoil(backup)
    with pytest.raises(BackupUnusable, match="stays as it is"):
        restore_store(store_url, backup)
    again = open_store(store_url)
    assert names(again) == before
    again.close()
    left = {file.name for file in sqlite_path(store_url).parent.iterdir()}
    assert left - {"geomap.db-wal", "geomap.db-shm"} == {
        "geomap.db",
        "geomap.db.lock",
        "geomap.db.open",
    }


def test_a_store_in_use_is_not_replaced(store, store_url, filled, put, site, tmp_path):
    backup = store.backup(tmp_path)
    put(site(77))
    with pytest.raises(StoreBusy, match="in use"):
        restore_store(store_url, backup)
    assert store.feature("sites", site(77).id) is not None


def test_a_damaged_store_can_be_replaced(store, store_url, filled, tmp_path):
    backup = store.backup(tmp_path)
    before = names(store)
    store.close()
    path = sqlite_path(store_url)
    os.truncate(path, 5000)
    restore_store(store_url, backup)
    restored = open_store(store_url)
    assert names(restored) == before
    restored.close()


def test_a_folder_without_backups_and_the_store_itself_are_no_backups(
    store, store_url, filled, tmp_path
):
    store.close()
    (tmp_path / "none").mkdir()
    for wrong in (tmp_path / "none", tmp_path / "nowhere.db", sqlite_path(store_url)):
        with pytest.raises(BackupUnusable):
            restore_store(store_url, wrong)


def test_backups_under_load_are_each_a_commit(store, put, site, tmp_path):
    # Each write keeps two sites equal: a copy between two commits would show them apart.
    put(site(1), site(2))
    stop = threading.Event()

    def edit():
        number = 0
        while not stop.is_set():
            number += 1
            put(site(1, f"Castle {number}"), site(2, f"Castle {number}"))

    writer = threading.Thread(target=edit)
    writer.start()
    backups = [store.backup(tmp_path / str(number)) for number in range(8)]
    stop.set()
    writer.join()
    for number, backup in enumerate(backups):
        url = f"sqlite:///{tmp_path / f'restored-{number}' / 'geomap.db'}"
        restore_store(url, backup)
        restored = open_store(url)
        first, second = (restored.feature("sites", site(n).id) for n in (1, 2))
        assert first.properties == second.properties
        restored.close()


def test_deleted_records_leave_no_bytes_in_a_backup_beyond_their_history(
    store, put, site, tmp_path
):
    put(site(1, "Visible"))
    put(site(2, "Canary", visibility=Visibility.PUBLIC))
    put(site(2, "Replaced", visibility=Visibility.HIDDEN))
    backup = store.backup(tmp_path)
    connection = apsw.Connection(str(backup))
    connection.execute("DELETE FROM revision; DELETE FROM feature; VACUUM")
    connection.close()
    assert b"Visible" in backup.read_bytes()
    assert b"Canary" not in backup.read_bytes()


def test_copying_the_file_of_a_live_store_is_no_backup(store_url, put, site, tmp_path):
    # Why `backup` is not `cp`: what is committed may be in the log beside the file.
    put(site(1))
    copy = shutil.copyfile(sqlite_path(store_url), tmp_path / "copy.db")
    connection = apsw.Connection(str(copy))
    with pytest.raises(apsw.SQLError, match="no such table"):
        connection.execute("SELECT count(*) FROM feature")
    connection.close()

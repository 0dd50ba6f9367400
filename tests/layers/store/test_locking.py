"""One writer at a time, and none that waits for ever."""

import fcntl
import threading
import time

import pytest

from geomap.errors import StoreBusy
from geomap.model import Edit, EditKind
from layers.store.locking import WriterLock, alone, opened, present, released


def test_a_lock_held_elsewhere_is_waited_for(tmp_path):
    descriptor = opened(tmp_path / "lock")
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    threading.Timer(0.2, released, [descriptor]).start()
    started = time.monotonic()
    with WriterLock(tmp_path / "lock").held():
        assert 0.1 < time.monotonic() - started < 2


def test_a_wait_ends_in_store_busy_and_the_lock_is_free_afterwards(tmp_path):
    descriptor = opened(tmp_path / "lock")
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    lock = WriterLock(tmp_path / "lock", patience_s=0.2)
    with pytest.raises(StoreBusy, match="please try again"), lock.held():
        pass
    released(descriptor)
    with WriterLock(tmp_path / "lock", patience_s=2).held():
        pass


def test_threads_of_one_process_exclude_each_other(tmp_path):
    lock = WriterLock(tmp_path / "lock")
    inside = []

    def enter():
        for _ in range(50):
            with lock.held():
                inside.append(1)
                assert inside == [1]
                inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == []


def test_two_locks_on_one_file_exclude_each_other(tmp_path):
    with (
        WriterLock(tmp_path / "lock").held(),
        pytest.raises(StoreBusy),
        WriterLock(tmp_path / "lock", patience_s=0.1).held(),
    ):
        pass


def test_a_store_in_use_cannot_be_had_alone(tmp_path):
    descriptor = present(tmp_path / "geomap.db")
    with pytest.raises(StoreBusy, match="in use"), alone(tmp_path / "geomap.db"):
        pass
    released(descriptor)
    with alone(tmp_path / "geomap.db"), pytest.raises(StoreBusy, match="restore"):
        present(tmp_path / "geomap.db")


def test_writers_of_many_threads_all_get_through(store, put, site):
    put(site(1))
    failed = []

    def edit(writer):
        for number in range(10):
            feature = site(100 * writer + number)
            try:
                store.write([Edit(EditKind.PUT, feature)], actor=str(writer), action="edit")
            except Exception as problem:
                failed.append(problem)

    threads = [threading.Thread(target=edit, args=[writer]) for writer in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(list(store.features("sites"))) == 41
    assert store.check() == []

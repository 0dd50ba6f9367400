"""Workers see to their segments by themselves, and building is never their own work."""

import time
from dataclasses import replace

import pytest

from geomap.model import Visibility
from layers.segments import keeper as module
from layers.segments.keeper import Keeper, following, refreshed
from layers.segments.opening import Segments


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'geomap.db'}"


@pytest.fixture
def sites(put, feature):
    sites = [feature("sites", f"Fort {number}", (28 + number / 50, 61.0)) for number in range(9)]
    put(*sites)
    return sites


@pytest.fixture
def any_size(monkeypatch):
    """Take every store for a large one, and look often."""
    for name, value in {"MANY": 1, "OFTEN_S": 0.05, "HIDDEN_S": 0.1, "REST": 0}.items():
        monkeypatch.setattr(module, name, value)


def until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_small_store_has_no_segment(url, store, sites, folder):
    with following(url, store, folder) as follower:
        follower.current()
        assert not follower.is_mapped
    assert not folder.path.exists()


def test_a_large_store_has_one_before_its_first_request(any_size, url, store, sites, folder):
    with following(url, store, folder) as follower:
        assert len(follower.current().tables["sites"]) == len(sites)
        assert follower.is_mapped


def test_what_was_hidden_leaves_the_files_soon_and_without_a_request(
    any_size, url, store, sites, folder, put
):
    with following(url, store, folder) as follower:
        follower.current()
        first = folder.manifest()[0]
        put(replace(sites[0], visibility=Visibility.HIDDEN))
        until(lambda: not first.exists())
        # Nor does a worker hold them in its memory.
        until(lambda: not follower.current().tables["sites"].is_edited())
        assert len(follower.current().tables["sites"]) == len(sites) - 1


def test_many_edits_are_gathered_into_a_new_segment(
    any_size, url, store, sites, folder, put, feature, monkeypatch
):
    monkeypatch.setattr(module, "WORN", 3)
    with following(url, store, folder) as follower:
        follower.current()
        put(*(feature("sites", f"New {number}", (27.0, 61.0)) for number in range(9)))
        until(lambda: not follower.current().tables["sites"].is_edited())
        assert len(follower.current().tables["sites"]) == len(sites) + 9


def test_a_worker_that_may_not_write_keeps_all_in_memory_and_says_so(
    any_size, url, store, sites, folder, caplog
):
    folder.path.write_text("A file stands in the way.")
    with following(url, store, folder) as follower:
        assert len(follower.current().tables["sites"]) == len(sites)
        assert follower.compacts_itself
    assert "No segment was built" in caplog.text


def test_only_one_worker_builds(any_size, url, store, sites, folder):
    with Keeper(url, store, Segments(folder)) as one, Keeper(url, store, Segments(folder)) as two:
        one.follower.current(), two.follower.current()
        stamp = folder.stamp()
        one.look(), two.look()
        assert folder.stamp() == stamp


def test_a_command_that_changed_much_leaves_a_segment(any_size, url, store, sites, folder):
    refreshed(url, store, folder)
    with store.public() as reader:
        assert folder.manifest()[1]["version"] == reader.version()


def test_a_command_leaves_none_for_a_small_store(url, store, sites, folder):
    refreshed(url, store, folder)
    assert folder.manifest() is None

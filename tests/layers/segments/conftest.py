"""A store with a segment, as a builder of another process would leave it."""

from datetime import date

import pytest

from layers.segments.building import build
from layers.segments.folder import Folder
from layers.segments.opening import Segments
from layers.snapshot import Follower

TODAY = date(2026, 6, 1)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "geomap.db.segments")


@pytest.fixture
def built(store, folder):
    """Build a segment, as a process of its own does."""
    return lambda today=TODAY: build(store, folder, today)


@pytest.fixture
def follow(store, folder):
    """Follow the store from its segments, as a worker does that starts now."""
    return lambda: Follower(store, today=lambda: TODAY, segments=Segments(folder))


@pytest.fixture
def anew(store):
    """Follow the store without a segment."""
    return lambda: Follower(store, today=lambda: TODAY)

"""kill -9 of every writer: what was acknowledged is there, and nothing is half there."""

import os
import random
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from layers.store.engines import STORES, open_store

RUNS = 20
WRITERS = 4


def acknowledged_before_the_kill(url, folder, run):
    """Let writers write and be killed; return [transaction, [[id, revision, name], …]] each."""
    acks = folder / f"acks-{run}"
    seconds = random.Random(run).uniform(0.25, 0.7)
    script = Path(__file__).with_name("writers.py")
    ended = subprocess.run(
        [sys.executable, str(script), url, str(acks), str(WRITERS), str(seconds), str(run)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert ended.returncode == 0, ended.stderr
    return [orjson.loads(line) for line in acks.read_bytes().splitlines()]


def lost(store, acknowledged):
    """Return the acknowledged changes that the store does not have as they were made."""
    features = {feature_id for _, changes in acknowledged for feature_id, *_ in changes}
    history = {
        (entry.id, entry.revision): (
            entry.transaction_id,
            entry.after and entry.after["properties"]["names"][0]["value"],
        )
        for feature_id in features
        for entry in store.history("sites", feature_id)
    }
    return [
        (transaction, *change)
        for transaction, changes in acknowledged
        for change in changes
        if not _is_there(history, transaction, *change)
    ]


def _is_there(history, transaction, feature_id, revision, name):
    made_by, made = history.get((feature_id, revision), (None, None))
    # To delete what was not there is acknowledged, and leaves no revision of its own.
    return made == name and (name is None or made_by == transaction)


@pytest.mark.slow
@pytest.mark.parametrize("engine", sorted(STORES))
def test_nothing_acknowledged_is_lost_and_nothing_is_half_written(engine, tmp_path):
    url = {"sqlite": f"sqlite:///{tmp_path / 'geomap.db'}"}[engine]
    open_store(url).close()
    everything = []
    for run in range(RUNS):
        acknowledged = acknowledged_before_the_kill(url, tmp_path, run)
        store = open_store(url)
        assert lost(store, acknowledged) == []
        assert store.check() == []
        store.close()
        everything += acknowledged
    store = open_store(url)
    assert lost(store, everything) == []
    store.close()
    assert len(everything) > RUNS * WRITERS
    assert any(len(changes) > 1 for _, changes in everything)


def test_an_acknowledged_change_that_is_missing_would_be_noticed(tmp_path):
    url = f"sqlite:///{tmp_path / 'geomap.db'}"
    acknowledged = acknowledged_before_the_kill(url, tmp_path, 0)
    store = open_store(url)
    assert lost(store, [["never", [["nobody", 1, "Nobody"]]]])
    transaction, changes = next(a for a in acknowledged if a[1][0][2])
    assert lost(store, [["another", changes]])
    assert not lost(store, [[transaction, changes]])
    store.close()

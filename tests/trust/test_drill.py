"""The restore drill of docs/runbook.md, as it stands there, on a store that people write to."""

import os
import re
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from layers.store.engines import open_store

DRILL = re.compile(r"<!-- drill: .*?-->\n```sh\n(.*?)```\n<!-- /drill -->", re.S)


@pytest.fixture
def drill(checkout, tmp_path):
    """Run the drill over a store; return what it said and how long it took."""
    [commands] = DRILL.findall((checkout / "docs" / "runbook.md").read_text("utf-8"))
    script = tmp_path / "drill.sh"
    script.write_text(commands)

    def run(store: Path):
        began = time.monotonic()
        done = subprocess.run(
            ["sh", str(script)],
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "GEOMAP_STORE": f"sqlite:///{store}",
                "BACKUPS": str(tmp_path / "backups"),
                "DRILL": str(tmp_path / "drill"),
            },
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        return done, time.monotonic() - began

    return run


def test_the_drill_brings_back_all_that_was_acknowledged_before_it(
    serving, trial, drill, tmp_path, figure, size
):
    store = tmp_path / "live" / "geomap.db"
    with serving(store) as server, trial.writing(server, 1) as (acks, _):
        while len(acks) < size(60, 2_000):
            time.sleep(0.05)
        before, at = [*acks], time.monotonic()
        done, seconds = drill(store)
        meanwhile = len(acks) - len(before)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The backup is" in done.stdout
    assert "The store is sound." in done.stdout
    assert meanwhile > 0
    assert all(ack.at < at for ack in before)
    with closing(open_store(f"sqlite:///{tmp_path / 'drill' / 'geomap.db'}")) as restored:
        assert trial.lost(restored, before) == []
        assert restored.check() == []
    # The live store has gone on, and knows nothing of it.
    assert trial.audited(store, acks) == []
    figure(f"{len(before)} changes brought back in {seconds:.1f} s, {meanwhile} made meanwhile")


def test_the_drill_fails_on_a_backup_that_is_damaged(drill, tmp_path, monkeypatch):
    store = tmp_path / "live" / "geomap.db"
    open_store(f"sqlite:///{store}").close()
    broken = tmp_path / "backups" / "geomap-99991231T000000.000000Z.db"
    broken.parent.mkdir()
    broken.write_bytes(b"no store at all")
    done, _ = drill(store)
    assert done.returncode != 0
    assert "The store is sound." not in done.stdout
    assert not (tmp_path / "drill" / "geomap.db").exists()

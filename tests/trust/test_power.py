"""Power cut: a file system that is shut down in the middle, as ext4 can be told to.

What was not forced to the disk is gone then, as when the power goes. Acknowledgements that came
before the shutdown was begun are judged; while it lasts, ext4 itself is between two states.
"""

import fcntl
import os
import struct
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

SHUTDOWN, WITHOUT_THE_LOG = 0x8004587D, 2
"""FS_IOC_SHUTDOWN with NOLOGFLUSH, of `linux/fs.h` and `fs/ext4/ext4.h`."""
PATIENCE_S = 30
NEITHER_ROOT_NOR_LOOP = os.geteuid() != 0 or not Path("/dev/loop-control").exists()
CARELESS = """
import layers.store.connections as connections

def settled(connection, cache_kib):
    connection.pragma("synchronous", "normal")
    connection.pragma("foreign_keys", True)
    return connection

connections._settled = settled
from api.cli import main
main()
"""
"""A server that does not wait for the disk."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.machine,
    pytest.mark.skipif(NEITHER_ROOT_NOR_LOOP, reason="Only root with loop devices cuts the power."),
]


class Disk:
    """A file system in a file, which can lose its power."""

    def __init__(self, folder):
        self.image, self.path = folder / "disk.img", folder / "disk"
        self.path.mkdir()
        _run("truncate", "--size=256M", self.image)
        _run("mkfs.ext4", "-q", "-F", self.image)
        self.mounted = False

    def mount(self):
        _run("mount", "-o", "loop", self.image, self.path)
        self.mounted = True

    def cut(self):
        """Take the power away; return when that began."""
        folder = os.open(self.path, os.O_RDONLY)
        began = time.monotonic()
        fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", WITHOUT_THE_LOG))
        os.close(folder)
        return began

    def unmount(self):
        deadline = time.monotonic() + PATIENCE_S
        while self.mounted:
            try:
                _run("umount", self.path)
                self.mounted = False
            except AssertionError:
                # Killed processes let go of their files a little after they are gone.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


ENOUGH = 40
"""Changes that are acknowledged before the power goes, however slow the machine is."""


@pytest.fixture
def disk(tmp_path):
    made = Disk(tmp_path)
    yield made
    made.unmount()


def _run(*command):
    told = [str(part) for part in command]
    done = subprocess.run(told, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@contextmanager
def powered(disk):
    disk.mount()
    try:
        yield
    finally:
        disk.unmount()


def after_a_cut(disk, serving, trial, run, **how):
    """Return what was acknowledged before a cut, and what of it is lost after it."""
    store = disk.path / "geomap.db"
    with (
        powered(disk),
        serving(store, **how) as server,
        trial.writing(server, run) as (acks, writers),
    ):
        deadline = time.monotonic() + PATIENCE_S
        while len(acks) <= ENOUGH and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(run % 5 / 5)
        began = disk.cut()
        time.sleep(0.2)
        server.kill()
        assert {status for one in writers for status in one.refusals} <= {503}
    judged = [ack for ack in acks if ack.at < began]
    assert len(judged) > ENOUGH / 2
    with powered(disk):
        return judged, trial.audited(store, judged)


def test_nothing_told_to_a_client_is_lost_when_the_power_goes(disk, serving, trial, size, figure):
    runs, everything = size(2, 10), []
    for run in range(runs):
        judged, faults = after_a_cut(disk, serving, trial, run)
        assert faults == []
        everything += judged
    with powered(disk):
        assert trial.audited(disk.path / "geomap.db", everything) == []
    figure(f"{runs} cuts, {len(everything)} acknowledged before them, 0 lost")


def test_a_store_that_does_not_wait_for_the_disk_loses_what_it_acknowledged(
    disk, serving, trial, figure
):
    judged, faults = [], []
    # A cut just after SQLite has folded its log into the file finds all of it on the disk.
    for run in range(5):
        careless = {"workers": 1, "program": ("-c", CARELESS, "serve")}
        more, faults = after_a_cut(disk, serving, trial, run, **careless)
        judged += more
        if faults:
            break
    assert faults
    figure(f"{len(judged)} acknowledged, {len(faults)} lost with synchronous=NORMAL")

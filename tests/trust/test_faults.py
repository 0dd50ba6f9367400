"""A full disk, a failing disk, no more files: no false yes, reads go on, writes come back."""

import os
import resource
import shutil
import subprocess
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager
from itertools import repeat

import pytest

RELIEF_S, PATIENCE_S = 5, 30
REFUSALS = 12
READS = (
    "/collections/sites/items?limit=5",
    "/collections/sites/tiles/0/0/0.pbf",
    "/search?q=castle",
    "/collections/sites",
)
HEEDLESS = """
import layers.store.connections as connections

def settled(connection, cache_kib):
    connection.pragma("synchronous", "off")
    return connection

connections._settled = settled
from api.cli import main
main()
"""
"""A server that never asks whether the disk has what it was given."""


@contextmanager
def injected(server, _folder, calls, error):
    """Let system calls of the workers fail, from now until later, by strace."""
    pids = [part for pid in server.workers() for part in ("-p", str(pid))]
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}",
         "-e", f"inject={calls}:error={error}", *pids],
        stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield
    finally:
        tracer.terminate()
        said = tracer.communicate(timeout=PATIENCE_S)[1]
        assert not said, said


@contextmanager
def limited(server, _folder, what, most):
    """Let the workers have no more of something, as far as they are asked to be modest."""
    before = {pid: resource.prlimit(pid, what) for pid in server.workers()}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, what, (most(pid), hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, what, limits)


@contextmanager
def filled(_server, folder):
    """Fill the disk to the last byte."""
    stuffing = folder / "stuffing"
    with stuffing.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        # Written part by part: the last bytes are taken, too.
        file.writelines(repeat(bytes(4096)))
    try:
        yield
    finally:
        stuffing.unlink()


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def refuses_to_trace():
    """Whether the machine lets nobody look into a process, be the program there or not."""
    traced = ["strace", "-o", os.devnull, "true"]
    return bool(shutil.which("strace")) and subprocess.run(traced, check=False).returncode != 0


NEEDS_STRACE = [pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed.")]
if refuses_to_trace():
    NEEDS_STRACE = [pytest.mark.machine, pytest.mark.skip(reason="Tracing is refused here.")]
NEEDS_ROOT = [
    pytest.mark.machine,
    pytest.mark.skipif(os.geteuid() != 0, reason="Only root mounts a small disk."),
]
FLUSHES = "fsync,fdatasync"
FAULTS = [
    pytest.param(limited, (resource.RLIMIT_FSIZE, lambda _: 4096), id="no file may grow"),
    pytest.param(limited, (resource.RLIMIT_NOFILE, open_files), id="no more files"),
    pytest.param(filled, (), id="the disk is full", marks=NEEDS_ROOT),
    pytest.param(injected, (FLUSHES, "EIO"), id="nothing reaches the disk", marks=NEEDS_STRACE),
    pytest.param(injected, ("pwrite64", "EIO"), id="a write fails", marks=NEEDS_STRACE),
    pytest.param(injected, ("pwrite64", "ENOSPC"), id="no space", marks=NEEDS_STRACE),
    pytest.param(injected, ("pwrite64", "EDQUOT"), id="the quota is used up", marks=NEEDS_STRACE),
    pytest.param(injected, ("openat", "EMFILE"), id="nothing opens", marks=NEEDS_STRACE),
]


@pytest.fixture
def disk(tmp_path, request):
    """A folder for the store; a small disk of its own where it is to be filled."""
    folder = tmp_path / "disk"
    folder.mkdir()
    small = request.node.callspec.params["fault"] is filled
    if small:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], check=True)
    yield folder
    if small:
        subprocess.run(["umount", folder], check=True)


@contextmanager
def reading(server):
    """Read from each worker all the while; yield how often which status was answered."""
    statuses, over = Counter(), threading.Event()

    def read(client):
        with closing(client):
            while not over.is_set():
                for path in READS:
                    statuses[client.get(path).status] += 1

    # Connections of their own, opened before the fault: a server without files takes no new ones.
    readers = [threading.Thread(target=read, args=(one,)) for one in server.each_worker().values()]
    for reader in readers:
        reader.start()
    try:
        yield statuses
    finally:
        over.set()
        for reader in readers:
            reader.join()


def until(true, seconds=PATIENCE_S):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Course:
    """How a fault went: what was refused and acknowledged while it lasted, and after it."""

    def __init__(self, server, trial, fault):
        with trial.writing(server, 1) as (self.acks, writers), reading(server) as self.reads:
            until(lambda: len(self.acks) > 20)
            with fault:
                until(lambda: self._refused(writers) > REFUSALS)
                began = time.monotonic()
                time.sleep(1)
                ended = time.monotonic()
            relieved = time.monotonic()
            until(lambda: self.acks[-1].at > relieved)
            self.relief_s = next(one.at for one in self.acks if one.at > relieved) - relieved
            until(lambda: len([one for one in self.acks if one.at > relieved]) > 20)
        self.refusals = sum((one.refusals for one in writers), Counter())
        self.meanwhile = [one for one in self.acks if began < one.at < ended]

    @staticmethod
    def _refused(writers):
        return sum(one.refusals.total() for one in writers)


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "how"), FAULTS)
def test_no_false_yes_reads_go_on_and_writes_come_back(serving, trial, figure, disk, fault, how):
    store = disk / "geomap.db"
    with serving(store) as server:
        course = Course(server, trial, fault(server, disk, *how))
    assert trial.audited(store, course.acks) == []
    assert set(course.refusals) == {503}
    # Where no file can be opened, a read that meets a write may find no connection at rest.
    may_be_refused = how[:1] == (resource.RLIMIT_NOFILE,) or how[-1:] == ("EMFILE",)
    assert set(course.reads) <= ({200, 503} if may_be_refused else {200})
    assert course.reads[503] <= course.reads[200] / 20
    assert course.relief_s < RELIEF_S
    if how[:1] == (FLUSHES,):
        assert course.meanwhile == []
    figure(
        f"{course.refusals.total()} refused, {len(course.acks)} acknowledged, 0 false, "
        f"{course.reads[200]} reads of 200, {course.reads[503]} of 503, "
        f"writing again after {course.relief_s:.2f} s"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "how"), [FAULTS[3]])
def test_a_yes_without_the_disk_would_be_noticed(serving, trial, disk, fault, how):
    with (
        serving(disk / "geomap.db", workers=1, program=("-c", HEEDLESS, "serve")) as server,
        trial.writing(server, 1) as (acks, _),
        fault(server, disk, *how),
    ):
        time.sleep(1)
        count = len(acks)
        until(lambda: len(acks) > count + 10)

"""One writer at a time, across threads and processes, first come first served or nearly so."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from contextlib import contextmanager
from pathlib import Path

from geomap.errors import StoreBusy, StoreUnusable

PATIENCE_S = 5.0


class WriterLock:
    """A lock on a file beside the store.

    SQLite's own lock starves old waiters, since each sleeps longer than the one before;
    the kernel wakes those who wait for a file lock in turn.
    """

    def __init__(self, path: Path, patience_s: float = PATIENCE_S) -> None:
        self._path = path
        self._patience_s = patience_s
        self._thread = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            StoreBusy: It did not come free in time.
            StoreUnusable: The file cannot be opened: the disk fails, or files ran out.
        """
        deadline = time.monotonic() + self._patience_s
        if not self._thread.acquire(timeout=self._patience_s):
            raise _busy(self._patience_s)
        try:
            descriptor = self._acquired(deadline)
            try:
                yield
            finally:
                released(descriptor)
        finally:
            self._thread.release()

    def _acquired(self, deadline: float) -> int:
        try:
            descriptor = opened(self._path)
        except OSError as problem:
            raise StoreUnusable(f"The lock cannot be had: {problem.strerror}.") from problem
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            return self._awaited(descriptor, deadline)

    def _awaited(self, descriptor: int, deadline: float) -> int:
        """Wait in a thread, since waiting for a file lock knows no time limit."""
        result: Future[int] = Future()

        def wait() -> None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if result.set_running_or_notify_cancel():
                result.set_result(descriptor)
            else:
                released(descriptor)

        threading.Thread(target=wait, daemon=True, name="store-lock").start()
        try:
            return result.result(max(0.0, deadline - time.monotonic()))
        except Late:
            if result.cancel():
                raise _busy(self._patience_s) from None
            return result.result()


def beside(path: Path, purpose: str) -> Path:
    """Return the lock file of a store for a purpose."""
    return path.with_name(f"{path.name}.{purpose}")


def present(path: Path) -> int:
    """Return a descriptor that says, while it is open, that a process has the store in use.

    Raises:
        StoreBusy: A restore has the store to itself.
    """
    return _flocked(path, fcntl.LOCK_SH, "A restore is replacing the store; please try again.")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Have the store to oneself: no process has it in use, and none can begin to.

    Raises:
        StoreBusy: A process has it in use.
    """
    busy = f"{path} is in use; stop geomap first. Nothing was changed."
    descriptor = _flocked(path, fcntl.LOCK_EX, busy)
    try:
        yield
    finally:
        released(descriptor)


def _flocked(path: Path, how: int, busy: str) -> int:
    descriptor = opened(beside(path, "open"))
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StoreBusy(busy) from None
    return descriptor


def opened(path: Path) -> int:
    """Return a descriptor of a lock file, made for the owner alone where there is none."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def released(descriptor: int) -> None:
    """Unlock and close. A forked child shares the lock, so closing alone might keep it."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _busy(patience_s: float) -> StoreBusy:
    return StoreBusy(f"The store was busy for {patience_s:g} seconds; please try again.")

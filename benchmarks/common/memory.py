"""What processes hold, in MB, and have worked, as Linux counts it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

OFTEN_S = 0.02


def mb(pid: int | None = None) -> dict[str, float]:
    """Return what a process holds: resident, proportional (shared pages divided), private."""
    text = Path(f"/proc/{pid or os.getpid()}/smaps_rollup").read_text("ascii")
    kb = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    private = kb["Private_Clean"] + kb["Private_Dirty"]
    return {"RSS": kb["Rss"] / 1024, "PSS": kb["Pss"] / 1024, "private": private / 1024}


def forget_highest() -> None:
    """Let `highest_mb` begin anew: what loading took is not what work takes."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def highest_mb() -> float:
    """Return the most that this process had resident, since it was to be forgotten."""
    # getrusage would also count what its parent held when it forked.
    return _status(os.getpid())["VmHWM"] / 1024


def anonymous_mb() -> float:
    """Return what this process holds of its own: not what it has mapped."""
    return _status(os.getpid())["RssAnon"] / 1024


def worked_s(pid: int) -> float:
    """Return seconds of the processor that a process has worked, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    ticks: int = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / ticks


def children(pid: int) -> list[int]:
    """Return a process and all that it started, as far as they are alive."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text("ascii").split():
                found += children(int(child))
        except OSError:  # It ended meanwhile.
            continue
    return found


class Peak:
    """The most that a process and those it starts have resident together, while entered."""

    def __init__(self, pid: int, kind: str = "VmRSS", often_s: float = OFTEN_S) -> None:
        self.mb = 0.0
        self._pid, self._kind, self._often_s = pid, kind, often_s
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._ended.wait(self._often_s):
            held = sum(_status(pid).get(self._kind, 0) for pid in children(self._pid))
            self.mb = max(self.mb, held / 1024)


def _status(pid: int) -> dict[str, int]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return {}
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}

"""How figures are said: a line an engine, ratios against ours, and a file for the plot."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import numpy as np

from common.data import WORK
from common.peers import versions

RESULTS = WORK / "results"


class Report:
    """The figures of one claim at one size; printed as they come, kept as JSON."""

    def __init__(self, claim: str, size: int) -> None:
        self.claim, self.size = claim, size
        self.figures: dict[str, dict[str, float]] = {}
        print(f"\n## {claim}, {size:,} sites (load {os.getloadavg()[0]:.1f})", flush=True)

    def head(self, title: str, unit: str = "ms") -> None:
        """Begin a table of times."""
        print(f"\n{title}\n{'':<44}{'mean':>10}{'p50':>10}{'p99':>10}{'ratio':>9}   {unit}")

    def times(self, title: str, engine: str, values: Sequence[float], ours: str = "") -> None:
        """Add a line of times; its ratio is that of its mean to the mean of the line `ours`."""
        known = np.asarray(values, float)
        line = {"mean": float(known.mean()), "p50": float(np.median(known)),
                "p99": float(np.percentile(known, 99))}  # fmt: skip
        base = self.figures.get(f"{title}: {ours}")
        line["ratio"] = line["mean"] / base["mean"] if base else 1.0
        self.figures[f"{title}: {engine}"] = line
        shown = "".join(f"{line[name]:>10.3f}" for name in ("mean", "p50", "p99"))
        print(f"{engine:<44}{shown}{line['ratio']:>8.1f}x", flush=True)

    def figure(self, name: str, value: float, unit: str = "") -> None:
        """Add one number."""
        self.figures[name] = {"value": value}
        print(f"{name:<60}{value:>12,.3f} {unit}", flush=True)

    def save(self) -> None:
        """Keep the figures for the plot."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        path = RESULTS / f"{self.claim}-{self.size}.json"
        path.write_text(json.dumps(self.figures, indent=1), "utf-8")


def sizes() -> list[int]:
    """Return the sizes that the command line names; a million without any."""
    return [int(text) for text in sys.argv[1:] if text.isdigit()] or [1_000_000]


def say_versions() -> None:
    """Print what is compared."""
    print(" · ".join(f"{name} {version}" for name, version in versions().items()))

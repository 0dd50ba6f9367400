"""How everything grows from 10,000 to 1,000,000 sites, drawn: `python benchmarks/growth.py`.

Runs the other benchmarks at each size that has no figures yet, and draws `docs/growth.svg`. Other
sizes, two at least, may be named: `python benchmarks/growth.py 10000 100000`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from common.peers import BENCHMARKS, peer, require
from common.report import RESULTS, sizes

SIZES = (10_000, 100_000, 1_000_000)
PICTURE = BENCHMARKS.parent / "docs" / "growth.svg"
PANELS = {
    "Tiles as used, ms (mean)": ("encode", "mean", "sites as used"),
    "GeoJSON of the layer, s": ("exports", "s", "geojson: "),
    "Filter with counts, ms (mean)": ("facets", "mean", "box, kind and condition: "),
    "Edit to tile, ms (median)": ("edits", "p50", "edits: "),
    "Process start to first answer, s": ("start", "value", ", s"),
    "Tiles over HTTP, c=8, a second": ("serve", "per_s", "z0–z14 c=8: "),
}
"""Title → the benchmark, the figure, and what the names of its lines have in common."""


def main() -> None:
    """Measure what is not measured yet, and draw it."""
    require()
    among = sizes() if len(sizes()) > 1 else SIZES
    panels = {}
    for title, (claim, figure, common) in PANELS.items():
        lines: dict[str, list[tuple[int, float]]] = {}
        for size in among:
            for name, line in figures(claim, size).items():
                if common in name and figure in line:
                    engine = name.replace(common, "").rpartition(": ")[2] or name
                    lines.setdefault(engine, []).append((size, line[figure]))
        panels[title] = lines
    with peer() as drawing:
        drawing.ask("growth", panels=panels, path=str(PICTURE))
    print(PICTURE)


def figures(claim: str, size: int) -> dict[str, dict[str, float]]:
    """Return the figures of a benchmark at one size, measured now where there are none."""
    path = Path(RESULTS / f"{claim}-{size}.json")
    if not path.exists():
        subprocess.run([sys.executable, BENCHMARKS / f"{claim}.py", str(size)], check=True)
    found: dict[str, dict[str, float]] = json.loads(path.read_text("utf-8"))
    return found


if __name__ == "__main__":
    main()

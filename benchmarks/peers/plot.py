"""The growth of each figure with the number of sites, drawn."""

from __future__ import annotations

COLUMNS = 3
OURS = "#b3261e"


def growth(panels: dict[str, dict[str, list[list[float]]]], path: str) -> str:
    """Draw one panel a figure, ours in red; return the file."""
    import matplotlib

    matplotlib.use("svg")
    # The same figures give the same bytes.
    matplotlib.rcParams |= {"svg.hashsalt": "geomap", "font.size": 8, "svg.fonttype": "path"}
    from matplotlib import pyplot

    rows = -(-len(panels) // COLUMNS)
    figure, axes = pyplot.subplots(rows, COLUMNS, figsize=(12, 3.6 * rows))
    for axis, (title, lines) in zip(axes.flat, panels.items(), strict=False):
        for engine, points in sorted(lines.items(), key=lambda line: line[0] != "geomap"):
            ours = {"color": OURS, "linewidth": 2.5} if engine.startswith("geomap") else {}
            sizes, values = zip(*sorted(points), strict=True)
            axis.plot(sizes, values, marker="o", markersize=3, label=engine, **ours)
        axis.set(xscale="log", yscale="log", title=title, xlabel="sites")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=6)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    return path

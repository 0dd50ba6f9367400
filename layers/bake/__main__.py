"""`python -m layers.bake NODE_MODULES TARGET`: bake everything that the package carries."""

from __future__ import annotations

import sys
from pathlib import Path

from layers.bake.basemap import bake_basemap
from layers.bake.outlines import bake_countries

if __name__ == "__main__":
    modules, target = (Path(argument) for argument in sys.argv[1:])
    bake_countries(modules / "world-atlas" / "countries-10m.json", target / "countries.npz")
    bake_basemap(modules, target / "basemap.pmtiles")

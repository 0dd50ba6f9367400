"""What the build makes of public-domain geodata: the base map and the outlines of countries.

Run by `hatch_build.py`; nothing here is needed to serve the map. The runtime side is
`layers/tiles/basemap.py` and `layers/countries.py`.
"""

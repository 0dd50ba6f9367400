"""The base map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from web.elements.part import MapPart


class VectorBasemap(MapPart):
    """Land, water, borders and names from our own tiles; drawn by `static/js/basemap.js`.

    Args:
        url: Address of the tiles, with {z}, {x} and {y}.
        max_zoom: The deepest zoom that has tiles; deeper ones stretch these.
        online: Raster maps that an operator offers beside it: name, url, attribution, max_zoom.
    """

    part = "basemap"

    def __init__(self, url: str, *, max_zoom: int, online: Sequence[Mapping[str, Any]]) -> None:
        super().__init__({"url": url, "maxZoom": max_zoom, "online": [dict(one) for one in online]})

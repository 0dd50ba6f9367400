"""What stands: sites, and the cities and regions they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from web.elements.part import MapPart


class SiteTiles(MapPart):
    """Sites, cities and regions from vector tiles, on one canvas; drawn by `static/js/layers.js`.

    Args:
        urls: Layer id → address of its tiles, with {z}, {x} and {y}.
    """

    part = "tiles"

    def __init__(self, urls: Mapping[str, str]) -> None:
        super().__init__({"urls": dict(urls)})

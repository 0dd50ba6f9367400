"""Twin-city pairs."""

from __future__ import annotations

from web.elements.part import MapPart


class TwinPairs(MapPart):
    """Arcs and pins of twin cities; drawn by `static/js/pairs.js`.

    Args:
        items_url: Address of the pairs as GeoJSON.
        overview_url: Address of the bundles that stand for them where they are many.
        single_limit: Up to how many pairs are drawn one by one.
    """

    part = "pairs"

    def __init__(self, items_url: str, overview_url: str, *, single_limit: int = 400) -> None:
        super().__init__(
            {"items": items_url, "overview": overview_url, "singleLimit": single_limit}
        )

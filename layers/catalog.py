"""Every layer, once. A new layer is its module and its line here."""

from __future__ import annotations

from collections.abc import Mapping

from geomap.errors import LayerNotFound
from layers.cities import CITIES
from layers.layer import Layer
from layers.regions import REGIONS
from layers.sites import SITES
from layers.twins import TWINS

LAYERS: Mapping[str, Layer] = {
    layer.id: layer
    for layer in (
        SITES,
        REGIONS,
        CITIES,
        TWINS,
    )
}


def layer_named(layer_id: str) -> Layer:
    """Return the layer of this id.

    Raises:
        LayerNotFound: There is none.
    """
    try:
        return LAYERS[layer_id]
    except KeyError:
        raise LayerNotFound(layer_id) from None

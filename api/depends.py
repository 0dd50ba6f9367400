"""What routes receive: parameters read and checked, the layer of the path, the language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from api import parameters, reading
from api.negotiate import is_page, language_asked
from api.parameters import queryables
from api.reading import Parameter
from geomap.errors import FeatureNotFound, ParameterInvalid, ParameterUnknown
from geomap.places import Bounds
from geomap.systems import CRS84, is_latitude_first_wgs84
from layers.catalog import LAYERS, layer_named
from layers.cql2.filter import Filter, filter_of
from layers.cql2.queryables import shared_queryables
from layers.layer import Layer
from layers.paging import MOST_KEYS, sortable
from layers.query import Near, Query
from layers.windows import Window

DEFAULT_KM = 20.0
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Wishes:
    """The parameters of one request, read."""

    values: Mapping[str, Any]
    equals: Mapping[str, tuple[str, ...]]

    def get(self, parameter: Parameter[Read]) -> Read | None:
        """Return the value of a parameter, None when the request does not state it."""
        value: Read | None = self.values.get(parameter.name)
        return value

    def limit(self, default: int, most: int) -> int:
        """Return the wished number of features, clamped."""
        return min(self.get(parameters.LIMIT) or default, most)


class Reads:
    """The parameters that a route knows; any other, or one stated twice, is refused."""

    def __init__(
        self,
        *known: Parameter[Any],
        filters: bool = False,
        layer_id: str = "",
        page_state: bool = False,
    ) -> None:
        self.page_state = page_state
        """Whether the HTML form is the map, which keeps its own state in its address."""
        self.known = {parameter.name: parameter for parameter in known}
        self.filters = filters
        """Whether the fields of the layer are parameters, too."""
        self.layer_id = layer_id
        """The layer, where the path does not name it."""

    async def only(self, request: Request) -> None:
        """Read the query string into `request.state.wishes`, with the errors of `read`."""
        if not (self.page_state and is_page(request.state.format)):
            request.state.wishes = self.read(request)

    def also(self, parameter: Parameter[Any]) -> None:
        """Know one more parameter."""
        self.known.setdefault(parameter.name, parameter)

    def read(self, request: Request) -> Wishes:
        """Return what the query string of a request says.

        Raises:
            LayerNotFound: The path names no layer.
            ParameterUnknown: A name is not known here.
            ParameterInvalid: A value cannot be read, or is stated twice.
        """
        layers = self._layers(request) if self.filters else ()
        fields = common_queryables(layers)
        values, equals = {}, {}
        for name, text in request.query_params.multi_items():
            if name in values or name in equals:
                raise ParameterInvalid(name, text, "it is stated twice; once is expected.")
            if name in self.known:
                values[name] = self.known[name].read(text)
            elif name in fields:
                equals[name] = fields[name].read(text)
            else:
                raise ParameterUnknown(name, sorted({*self.known, *fields}))
        return Wishes(values, equals)

    def _layers(self, request: Request) -> tuple[Layer, ...]:
        named = request.path_params.get("layer_id", self.layer_id)
        return (layer_named(named),) if named else tuple(collections_of(request))


def common_queryables(layers: tuple[Layer, ...]) -> Mapping[str, Parameter[tuple[str, ...]]]:
    """Return the fields that all of these layers can be asked by."""
    if not layers:
        return {}
    each = [_QUERYABLES[layer.id] for layer in layers]
    return {name: field for name, field in each[0].items() if all(name in of for of in each)}


def collections_of(request: Request) -> list[Layer]:
    """Return the layers that `collections` names, in the catalog's order; all without it.

    Raises:
        ParameterInvalid: It names what is no layer.
    """
    text = request.query_params.get("collections")
    if text is None:
        return list(LAYERS.values())
    named = {reading.one_of("collections", part, tuple(LAYERS)) for part in text.split(",")}
    return [layer for layer in LAYERS.values() if layer.id in named]


async def readable_layer(layer_id: str) -> Layer:
    """Return the layer of the path.

    Raises:
        LayerNotFound: There is none.
    """
    return layer_named(layer_id)


async def readable_id(layer_id: str, feature_id: str) -> str:
    """Return the feature's id of the path, which is a UUID as the store writes it.

    Raises:
        FeatureNotFound: It is none, so that no feature can have it.
    """
    if not _ID.fullmatch(feature_id):
        raise FeatureNotFound(layer_id, feature_id[:100])
    return feature_id


async def wishes_of(request: Request) -> Wishes:
    """Return what `Reads.only` has read of this request."""
    wishes: Wishes = request.state.wishes
    return wishes


async def language_of(request: Request) -> str:
    """Return the language to answer in."""
    return language_asked(request)


def query_of(wishes: Wishes, layer: Layer, *others: Layer) -> Query:
    """Return the filters and the order of a request; words are found by `api.features.found`.

    Args:
        wishes: What the request says.
        layer: Whose features are asked for.
        others: Whose features are asked for as well; a filter names what all of them have.

    Raises:
        ParameterInvalid: The layer cannot be ordered so, a distance has no place, or a filter
            cannot be read or asks for what is not there.
    """
    bbox, window = _box(wishes)
    return Query(
        bbox=bbox,
        window=window,
        placed=wishes.get(parameters.PLACED) is True,
        interval=wishes.get(parameters.DATETIME),
        dated=wishes.get(parameters.DATED) is True,
        equals=wishes.equals,
        region=wishes.get(parameters.REGION),
        near=_near(wishes),
        filter=_filter(wishes, (layer, *others)),
        words=wishes.get(parameters.WORDS) or "",
        order=_order(wishes, layer),
        after=wishes.get(parameters.AFTER) or "",
    )


def _box(wishes: Wishes) -> tuple[Bounds | None, Window | None]:
    corners, system = wishes.get(parameters.BBOX), wishes.get(parameters.BBOX_CRS) or CRS84
    if corners is None:
        return None, None
    box = reading.bbox(corners.text, system)
    if system.is_storage or is_latitude_first_wgs84(system):
        return box, None
    return box, Window(system, corners.numbers)


def _filter(wishes: Wishes, layers: tuple[Layer, ...]) -> Filter | None:
    text = wishes.get(parameters.FILTER)
    if text is None:
        return None
    lang = wishes.get(parameters.FILTER_LANG) or "cql2-text"
    system = wishes.get(parameters.FILTER_CRS) or CRS84
    return filter_of(text, shared_queryables(layers), lang=lang, system=system)


def _near(wishes: Wishes) -> Near | None:
    place, km = wishes.get(parameters.NEAR), wishes.get(parameters.WITHIN_KM)
    if place is None and km is not None:
        raise ParameterInvalid("within_km", str(km), "it goes with near=longitude,latitude.")
    return Near(place, km or DEFAULT_KM) if place is not None else None


def _order(wishes: Wishes, layer: Layer) -> str:
    order = wishes.get(parameters.SORTBY)
    if order is None:
        return ""
    columns, keys = sortable(layer), [key.removeprefix("-") for key in order.split(",")]
    if not set(keys) <= set(columns) or len(set(keys)) < len(keys) or len(keys) > MOST_KEYS:
        expected = (
            f"up to {MOST_KEYS} of {', '.join(columns)} are expected, each once, `-` before one "
            "for descending."
        )
        raise ParameterInvalid("sortby", order, expected)
    return order


_QUERYABLES = {layer.id: queryables(layer) for layer in LAYERS.values()}

ReadableLayer = Annotated[Layer, Depends(readable_layer)]
ReadableId = Annotated[str, Depends(readable_id)]
CurrentWishes = Annotated[Wishes, Depends(wishes_of)]
Language = Annotated[str, Depends(language_of)]

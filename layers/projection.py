"""What the public may see of a feature, by its visibility: the one place that decides it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geomap.errors import SourceUnknown
from geomap.model import Feature, Source, Visibility
from geomap.photos import addressed, named_in
from geomap.places import LngLat
from layers.catalog import layer_named
from layers.layer import column_names

LANGUAGES = ("en", "ru", "fi")
FLAT_NAMES = ("name", *(f"name_{language}" for language in LANGUAGES))
KM_PER_DEGREE = 40_030.17 / 360
"""Of latitude, on the sphere of the mean radius; cells need no more."""
OWN_PLACE = frozenset({"names", "public_names", "source_id", "as_of", "source_url", "extra"})
"""Fields that have their own place in a body, or none."""
RESTRICTED_FIELDS = frozenset({"country", "municipality"})


class PublicForm(NamedTuple):
    """One feature as published. Equal forms are equal bytes, and so have one digest."""

    layer: str
    id: str
    source_id: str
    rank: float
    digest: bytes
    geometry: bytes | None
    """WKB, OGC:CRS84, two dimensions."""
    columns: bytes
    """JSON array: the values of `Layer.columns()`, then `name`, `name_en`, `name_ru`, `name_fi`."""
    body: bytes
    """GeoJSON Feature, compact, ending with the members of `properties`."""
    names: tuple[str, ...]
    """Every published name once, in any language, for the search."""
    bounds: tuple[float, float, float, float] | None
    """West, south, east, north in degrees."""
    photos: tuple[str, ...] = ()
    """Ids of those that it names."""


@dataclass(frozen=True, slots=True)
class _View:
    """What one visibility lets through, before it becomes bytes."""

    place: BaseGeometry | None
    names: Sequence[Mapping[str, Any]]
    properties: Mapping[str, Any]
    provenance: Mapping[str, Any]


def public_form(feature: Feature, source: Source) -> PublicForm | None:
    """Return what the public may see of a feature; None when that is nothing."""
    return public_forms([feature], {source.id: source})[0]


def public_forms(
    features: Sequence[Feature], sources: Mapping[str, Source]
) -> list[PublicForm | None]:
    """Return the public forms of many features at once, in their order.

    Raises:
        SourceUnknown: A feature names a source that is not among `sources`.
        LayerNotFound: A feature is of no known layer.
    """
    views = [_view(feature, sources) for feature in features]
    places = np.array([view.place if view else None for view in views], dtype=object)
    places[shapely.is_empty(places)] = None
    flat = shapely.force_2d(places)
    wkb, geojson, bounds = shapely.to_wkb(flat), shapely.to_geojson(flat), shapely.bounds(flat)
    return [
        None if view is None else _form(feature, view, wkb[row], geojson[row], bounds[row])
        for row, (feature, view) in enumerate(zip(features, views, strict=True))
    ]


def exact_body(feature: Feature, source: Source) -> bytes:
    """Return the GeoJSON text of a record as if it were public, with its own `visibility`."""
    view = _public(feature, source)
    geojson = None if view.place is None else shapely.to_geojson(shapely.force_2d(view.place))
    return _body(feature, view, flat_names(view.names), geojson)


def cell_centre(place: LngLat, cell_km: int) -> tuple[LngLat, int]:
    """Return the centre of the grid cell that holds a place, and its uncertainty in metres.

    The grid is fixed: bands of latitude `cell_km` high, each cut into equal cells at least
    `cell_km` wide. Each place of a cell gives the same answer, so that nothing can be
    averaged out of repeated ones. The uncertainty is half the diagonal of the cell.
    """
    bands = max(1, math.floor(180 * KM_PER_DEGREE / cell_km))
    height = 180 / bands
    band = min(int((place.lat + 90) / height), bands - 1)
    lat = (band + 0.5) * height - 90
    km_around = 360 * KM_PER_DEGREE * math.cos(math.radians(lat))
    cells = max(1, math.floor(km_around / cell_km))
    width = 360 / cells
    cell = min(int((place.lng + 180) / width), cells - 1)
    half_km = math.hypot(height * KM_PER_DEGREE, km_around / cells) / 2
    lng = (cell + 0.5) * width - 180
    return LngLat(round(lng, 5), round(lat, 5)), math.ceil(half_km * 10) * 100


def flat_names(names: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return `name` and `name_<language>` of a list of names; languages without one are absent."""
    best = {f"name_{language}": _name_in(names, language) for language in LANGUAGES}
    preferred = [name for name in names if name.get("type") == "preferred"]
    first = _name_in(preferred, "en") or next((n["value"] for n in [*preferred, *names]), "")
    return {key: value for key, value in {"name": first, **best}.items() if value}


def _name_in(names: Sequence[Mapping[str, Any]], language: str) -> str:
    """Return the best name of a language: the preferred one, else one in use, else a historic."""
    ranks = {"preferred": 0, "historic": 2}
    own = [name for name in names if _speaks(str(name.get("lang", "")), language)]
    own.sort(key=lambda name: ranks.get(name.get("type", ""), 1))
    return own[0]["value"] if own else ""


def _speaks(tag: str, language: str) -> bool:
    subtags = tag.lower().split("-")
    # A transliteration is for readers of another script: ru-Latn is no Russian name.
    return subtags[0] == language and not (language == "ru" and "latn" in subtags)


def _public(feature: Feature, source: Source) -> _View:
    properties = feature.properties
    if photos := properties.get("photos"):
        properties = {**properties, "photos": [*map(addressed, photos)]}
    provenance = {
        **_credit(source),
        "record_id": feature.record_id,
        "as_of": properties.get("as_of") or source.as_of.isoformat(),
        "source_url": properties.get("source_url"),
        "extra": properties.get("extra"),
    }
    return _View(feature.geometry, properties.get("names") or (), properties, provenance)


def _generalised(feature: Feature, source: Source) -> _View:
    told = _shape(feature.layer).coarse
    properties = {name: value for name, value in feature.properties.items() if name in told}
    provenance = {
        **_credit(source),
        "as_of": feature.properties.get("as_of") or source.as_of.isoformat(),
    }
    place = None
    if feature.geometry is not None and not feature.geometry.is_empty:
        middle = feature.geometry.centroid
        centre, uncertainty_m = cell_centre(LngLat(middle.x, middle.y), feature.cell_km)
        place = shapely.Point(centre)
        provenance["coordinate_uncertainty_m"] = uncertainty_m
    return _View(place, feature.properties.get("public_names") or (), properties, provenance)


def _restricted(feature: Feature, source: Source) -> _View:
    kept = {name: feature.properties.get(name) for name in RESTRICTED_FIELDS}
    provenance = {**_credit(source), "as_of": source.as_of.isoformat()}
    names = feature.properties.get("names") or ()
    shown = set(flat_names(names).values())
    return _View(None, [name for name in names if name["value"] in shown], kept, provenance)


def _hidden(_feature: Feature, _source: Source) -> None:
    return None


_VIEWS: Mapping[Visibility, Callable[[Feature, Source], _View | None]] = {
    Visibility.PUBLIC: _public,
    Visibility.GENERALISED: _generalised,
    Visibility.RESTRICTED: _restricted,
    Visibility.HIDDEN: _hidden,
}


def _credit(source: Source) -> dict[str, Any]:
    return {
        "source": source.title,
        "source_id": source.id,
        "licence": source.licence,
        "attribution": source.attribution,
    }


def _view(feature: Feature, sources: Mapping[str, Source]) -> _View | None:
    source = sources.get(feature.source_id)
    if source is None:
        raise SourceUnknown(feature.source_id)
    return _VIEWS[feature.visibility](feature, source)


def _form(
    feature: Feature,
    view: _View,
    wkb: bytes | None,
    geojson: str | None,
    bounds: NDArray[np.float64],
) -> PublicForm:
    shape = _shape(feature.layer)
    names = flat_names(view.names)
    columns = _json(_columns(shape, {**view.properties, **view.provenance}, names))
    body = _body(feature, view, names, geojson)
    searched = tuple(dict.fromkeys(str(name["value"]) for name in view.names if name.get("value")))
    rank = float(view.properties.get("rank") or 0.0)
    return PublicForm(
        feature.layer,
        feature.id,
        feature.source_id,
        rank,
        _digest(wkb or b"", columns, body, orjson.dumps(searched)),
        wkb,
        columns,
        body,
        searched,
        None if wkb is None else tuple(bounds.tolist()),
        named_in(view.properties),
    )


def _body(feature: Feature, view: _View, names: Mapping[str, str], geojson: str | None) -> bytes:
    return _json(
        {
            "type": "Feature",
            "id": feature.id,
            "geometry": None if geojson is None else orjson.Fragment(geojson),
            "properties": _properties(feature, _shape(feature.layer), view, names),
        }
    )


def _columns(shape: _Shape, values: Mapping[str, Any], names: Mapping[str, str]) -> list[Any]:
    return [values.get(name) for name in shape.columns] + [names.get(name) for name in FLAT_NAMES]


def _properties(
    feature: Feature, shape: _Shape, view: _View, names: Mapping[str, str]
) -> dict[str, Any]:
    told = view.properties
    members = {
        **names,
        "names": view.names,
        **{name: told[name] for name in shape.members if name in told},
        "visibility": feature.visibility.value,
        **view.provenance,
    }
    return {name: value for name, value in members.items() if value not in _EMPTY}


_EMPTY: tuple[Any, ...] = (None, "", [], (), {})


class _Shape(NamedTuple):
    """The names that a layer's features are made of, in their order."""

    members: tuple[str, ...]
    columns: tuple[str, ...]
    coarse: frozenset[str]


@cache
def _shape(layer_id: str) -> _Shape:
    layer = layer_named(layer_id)
    # A date is told in EDTF and in whole years.
    members = {field.name: (field.name, *column_names(field)) for field in layer.fields}
    told = [
        name
        for field in layer.fields
        if field.name not in OWN_PLACE
        for name in members[field.name]
    ]
    coarse = (name for field in layer.fields if field.coarse for name in members[field.name])
    return _Shape(tuple(dict.fromkeys(told)), layer.columns(), frozenset(coarse))


def _json(value: Any) -> bytes:
    # orjson hands out buffers of kilobytes, however short the text; a copy is as long as its text.
    return bytes(memoryview(orjson.dumps(value)))


def _digest(*parts: bytes) -> bytes:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()

"""Features and sources as rows, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple

import apsw
import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geomap.model import Feature, Source, Visibility
from layers.store.statements import statements

SQL = statements("sqlite")
CHUNK = 2_000
"""Features that are read, or made ready to be written, at a time: memory stays flat."""


class Content(NamedTuple):
    """What a feature says, as stored: the part of its row that an edit can change."""

    source_id: str
    record_id: str
    geometry: bytes | None
    properties: str
    visibility: str
    cell_km: int


def contents(features: Sequence[Feature]) -> list[tuple[Content, bytes]]:
    """Return what many features say, each with a digest that is equal for equal contents.

    Properties are stored with their keys in the order given, and compared in any order.
    """
    places = np.array([feature.geometry for feature in features], dtype=object)
    return [
        _content(feature, wkb)
        for feature, wkb in zip(features, shapely.to_wkb(places), strict=True)
    ]


def _content(feature: Feature, wkb: bytes | None) -> tuple[Content, bytes]:
    content = Content(
        feature.source_id,
        feature.record_id,
        wkb,
        orjson.dumps(feature.properties).decode(),
        feature.visibility.value,
        feature.cell_km,
    )
    shown = [*content[:2], *content[4:], feature.properties]
    digest = blake2b(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS), digest_size=16)
    digest.update(wkb or b"")
    return content, digest.digest()


def features_in(rows: Iterable[Sequence[Any]]) -> Iterator[list[Feature]]:
    """Yield the features of rows (layer, id, revision, *Content), some thousand at a time."""
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield features_of(chunk)


def features_of(rows: Sequence[Sequence[Any]]) -> list[Feature]:
    """Return the features of rows (layer, id, revision, *Content), in their order."""
    places = shapely.from_wkb(np.array([row[5] for row in rows], dtype=object))
    return [_feature(row, place) for row, place in zip(rows, places, strict=True)]


def _feature(row: Sequence[Any], place: BaseGeometry | None) -> Feature:
    layer, feature_id, revision, source_id, record_id, _, properties, visibility, cell_km = row
    return Feature(
        layer=layer,
        id=feature_id,
        source_id=source_id,
        record_id=record_id,
        geometry=place,
        properties=orjson.loads(properties),
        visibility=Visibility(visibility),
        cell_km=cell_km,
        revision=revision,
    )


def content_object(content: Content) -> dict[str, Any]:
    """Return what a feature says as history tells it: its geometry as GeoJSON."""
    place = shapely.from_wkb(content.geometry)
    return {
        "source_id": content.source_id,
        "record_id": content.record_id,
        "geometry": None if place is None else orjson.loads(shapely.to_geojson(place)),
        "properties": orjson.loads(content.properties),
        "visibility": content.visibility,
        "cell_km": content.cell_km,
    }


def source_row(source: Source) -> tuple[str, ...]:
    """Return a source as its columns."""
    return (
        source.id,
        source.title,
        source.publisher,
        source.licence,
        source.url,
        source.as_of.isoformat(),
        source.attribution,
    )


def sources_of(connection: apsw.Connection, statement: str) -> Mapping[str, Source]:
    """Return the sources that a statement finds, by id."""
    return {
        source_id: Source(
            source_id, title, publisher, licence, url, date.fromisoformat(as_of), attribution
        )
        for source_id, title, publisher, licence, url, as_of, attribution in connection.execute(
            SQL[statement]
        )
    }

"""Revisions as records again."""

from __future__ import annotations

import orjson
import shapely

from geomap.model import Feature, JsonObject, Revision, Visibility


def feature_of(layer: str, feature_id: str, record: JsonObject, revision: int) -> Feature:
    """Return the record that a revision tells of.

    Args:
        layer: Whose record it is.
        feature_id: Its id.
        record: `Revision.before` or `Revision.after`.
        revision: The number that the record had.
    """
    geometry = record["geometry"]
    return Feature(
        layer=layer,
        id=feature_id,
        source_id=record["source_id"],
        record_id=record["record_id"],
        geometry=None if geometry is None else shapely.from_geojson(orjson.dumps(geometry)),
        properties=record["properties"],
        visibility=Visibility(record["visibility"]),
        cell_km=record["cell_km"],
        revision=revision,
    )


def left_by(revision: Revision) -> Feature | None:
    """Return the record as a revision left it; None where it deleted it."""
    if revision.after is None:
        return None
    return feature_of(revision.layer, revision.id, revision.after, revision.revision)


def found_by(revision: Revision) -> Feature | None:
    """Return the record as a revision found it; None where it made it."""
    if revision.before is None:
        return None
    return feature_of(revision.layer, revision.id, revision.before, revision.revision - 1)

"""Revisions as records again, what differs between them, and the edits that lead back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import shapely

from geomap.model import Edit, EditKind, Feature, JsonObject, Revision, Visibility
from layers.store.protocol import Store

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that a revision has changed. None: it was not there, or is there no more."""

    path: str
    """`geometry`, `visibility`, or of a property, for example `names` or `extra.colour`."""
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Reversal:
    """A record as a write found it and as it is now, and the edit that leads back."""

    edit: Edit
    found: Feature | None
    present: Feature | None
    is_last: bool
    """Whether nothing has changed the record since the write."""


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


def as_record(feature: Feature) -> dict[str, Any]:
    """Return a record as `Revision.after` tells it."""
    geometry = feature.geometry
    return {
        "source_id": feature.source_id,
        "record_id": feature.record_id,
        "geometry": None if geometry is None else orjson.loads(shapely.to_geojson(geometry)),
        "properties": feature.properties,
        "visibility": feature.visibility.value,
        "cell_km": feature.cell_km,
    }


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


def differences(revision: Revision) -> list[Difference]:
    """Return what a revision has changed, value by value, in the order of names."""
    before, after = _flat(revision.before), _flat(revision.after)
    return [
        Difference(path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path, _ABSENT) != after.get(path, _ABSENT)
    ]


def restored(store: Store, layer: str, feature_id: str, number: int) -> Feature | None:
    """Return a record as a revision left it; None where there is no such revision or it deleted."""
    found = revision_numbered(store, layer, feature_id, number)
    return None if found is None else left_by(found)


def revision_numbered(store: Store, layer: str, feature_id: str, number: int) -> Revision | None:
    """Return one revision of a record; None where there is no such one."""
    found = store.history(layer, feature_id, last=1, before=number + 1)
    return found[0] if found and found[0].revision == number else None


def reversals(changes: Sequence[Revision], store: Store) -> Iterator[Reversal]:
    """Yield what leads back from all that one write has changed, record by record.

    Args:
        changes: The revisions of the write, each with what was before.
        store: Where the records are.
    """
    # A write may have changed a record more than once: all of its changes go.
    own: dict[tuple[str, str], list[Revision]] = {}
    for change in changes:
        own.setdefault((change.layer, change.id), []).append(change)
    later = store.changed_since(changes[0].transaction_id) if changes else set()
    for key, revisions in own.items():
        yield _reversal(revisions, store.feature(*key) if key in later else None, key not in later)


def _reversal(own: Sequence[Revision], later: Feature | None, is_last: bool) -> Reversal:
    first, found = own[0], found_by(own[0])
    present = left_by(own[-1]) if is_last else later
    expected = present.revision if present else 0
    if found is not None:
        return Reversal(Edit(EditKind.PUT, found, expected), found, present, is_last)
    gone = present or feature_of(first.layer, first.id, _nothing(first.id), 0)
    return Reversal(Edit(EditKind.DELETE, gone, expected), found, present, is_last)


def _nothing(feature_id: str) -> JsonObject:
    """Return the record of what a write both made and deleted."""
    return {
        "source_id": "",
        "record_id": feature_id,
        "geometry": None,
        "properties": {},
        "visibility": Visibility.HIDDEN.value,
        "cell_km": 10,
    }


def _flat(record: JsonObject | None) -> Mapping[str, Any]:
    if record is None:
        return {}
    properties = record["properties"]
    extra = {f"extra.{name}": value for name, value in properties.get("extra", {}).items()}
    own = {name: value for name, value in properties.items() if name != "extra"}
    envelope = {name: value for name, value in record.items() if name != "properties"}
    return {**envelope, **own, **extra}

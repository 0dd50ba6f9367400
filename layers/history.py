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


def restored(history: Sequence[Revision], number: int) -> Feature | None:
    """Return a record as a revision left it; None where there is no such revision or it deleted."""
    found = next((one for one in history if one.revision == number), None)
    return None if found is None else left_by(found)


def present_of(history: Sequence[Revision]) -> Feature | None:
    """Return a record as its latest revision left it; None where that deleted it."""
    return left_by(history[-1]) if history else None


def reversals(changes: Sequence[Revision], store: Store) -> Iterator[Reversal]:
    """Yield what leads back from all that one write has changed, record by record.

    Args:
        changes: The revisions of the write.
        store: Where the records are.
    """
    # A write may have changed a record more than once: all of its changes go.
    numbers: dict[tuple[str, str], list[int]] = {}
    for change in changes:
        numbers.setdefault((change.layer, change.id), []).append(change.revision)
    for key, own in numbers.items():
        yield _reversal(store.history(*key), own)


def _reversal(history: Sequence[Revision], numbers: Sequence[int]) -> Reversal:
    first = next(one for one in history if one.revision == numbers[0])
    found, present = found_by(first), present_of(history)
    expected, is_last = present.revision if present else 0, history[-1].revision == numbers[-1]
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

"""From a wish to a suggestion, and from a suggestion to the edit that it comes to now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from geomap.errors import PatchConflict
from geomap.model import Edit, EditKind, Feature, Visibility
from geomap.patches import applied, diff
from geomap.suggestions import Kind, Suggestion
from layers.catalog import layer_named
from layers.checking import LayerCheck
from layers.grounds import grounds_of
from layers.history import as_record, feature_of
from layers.layer import Kind as FieldKind
from layers.projection import flat_names
from layers.store.protocol import Store

PRIVATE_FIELDS = frozenset({"public_names"})
"""What nobody without rights sees of a record that is public."""
_Key = tuple[str, str]
_USUAL_KM = 10


class Hindrance(StrEnum):
    """Why a suggestion cannot be approved as things are."""

    FIELD_CHANGED = "field_changed"
    """Someone has changed the same field since."""
    RECORD_CHANGED = "record_changed"
    """What is to be deleted has been changed since."""
    RECORD_GONE = "record_gone"
    RECORD_THERE = "record_there"
    """The new record has been made already."""
    UNSOUND = "unsound"
    """The record would have faults, as it is now."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that stands against a suggestion."""

    hindrance: Hindrance
    path: str = ""
    """JSON Pointer of the field; empty for the whole record."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What approving a suggestion would come to, as things are."""

    suggestion: Suggestion
    present: Feature | None
    """The record as it is; None where there is none."""
    wished: Feature | None
    """The record as it would be; None where it would be gone, or cannot be had."""
    conflicts: Sequence[Conflict] = ()


def public_part(feature: Feature) -> Feature | None:
    """Return a record as everyone sees it; None where that is less than a record."""
    if feature.visibility is not Visibility.PUBLIC:
        return None
    shown = {name: v for name, v in feature.properties.items() if name not in PRIVATE_FIELDS}
    return replace(feature, properties=shown, cell_km=_USUAL_KM)


def proposed(suggestion: Suggestion, before: Feature, wished: Feature, store: Store) -> Suggestion:
    """Return a suggestion with what it says of its record.

    Args:
        suggestion: Of a new record or of a change.
        before: The record as the author sees it, of revision 0 where it is new.
        wished: As the author would have it.
        store: Where the cities of a pair are.
    """
    is_new = suggestion.kind is Kind.CREATE
    return replace(
        suggestion,
        title=title_of(wished if is_new else before),
        base=before.revision,
        document=as_record(wished) if is_new else None,
        patch=() if is_new else diff(as_record(before), as_record(wished)),
        municipalities=_municipalities([wished] if is_new else [before, wished], store),
    )


def title_of(feature: Feature) -> str:
    """Return what a record is called, where one name is to do."""
    names = flat_names(feature.properties.get("names") or ())
    return names.get("name") or feature.id


def outcomes(suggestions: Iterable[Suggestion], store: Store) -> list[Outcome]:
    """Return what approving suggestions, one after the other, would come to.

    Each is laid on what those before it make of the same record.
    """
    states: dict[_Key, Feature | None] = {}
    return [_outcome(one, states, store) for one in suggestions]


def edits_of(found: Iterable[Outcome]) -> list[Edit]:
    """Return the edits of outcomes without conflicts: one a record, on the revision it has now."""
    edits: dict[_Key, Edit] = {}
    for one in found:
        key = (one.suggestion.layer, one.suggestion.feature_id)
        if one.wished is not None and one.wished is not one.present:
            expected = one.wished.revision
            edits[key] = Edit(EditKind.PUT, one.wished, expected)
        elif one.wished is None and one.present is not None:
            edits[key] = Edit(EditKind.DELETE, one.present, one.present.revision)
    return list(edits.values())


def _outcome(one: Suggestion, states: dict[_Key, Feature | None], store: Store) -> Outcome:
    key = (one.layer, one.feature_id)
    present = states[key] if key in states else store.feature(*key)
    found = _WAYS[one.kind](one, present)
    if not found.conflicts and found.wished is not None and found.wished is not present:
        found = replace(found, conflicts=_unsound(found.wished, store))
    if found.conflicts:
        return replace(found, wished=None)
    states[key] = found.wished
    return found


def _created(one: Suggestion, present: Feature | None) -> Outcome:
    if present is not None:
        return Outcome(one, present, None, [Conflict(Hindrance.RECORD_THERE)])
    return Outcome(one, None, feature_of(one.layer, one.feature_id, one.document or {}, 0))


def _changed(one: Suggestion, present: Feature | None) -> Outcome:
    if present is None:
        return Outcome(one, None, None, [Conflict(Hindrance.RECORD_GONE)])
    if not one.patch:
        return Outcome(one, present, present)
    try:
        document = applied(one.patch, as_record(present))
    except PatchConflict as conflict:
        fields = [Conflict(Hindrance.FIELD_CHANGED, path) for path in conflict.paths]
        return Outcome(one, present, None, fields)
    return Outcome(one, present, feature_of(one.layer, one.feature_id, document, present.revision))


def _deleted(one: Suggestion, present: Feature | None) -> Outcome:
    if present is not None and present.revision != one.base:
        return Outcome(one, present, None, [Conflict(Hindrance.RECORD_CHANGED)])
    return Outcome(one, present, None)


_WAYS: Mapping[Kind, Callable[[Suggestion, Feature | None], Outcome]] = {
    Kind.CREATE: _created,
    Kind.CHANGE: _changed,
    Kind.DELETE: _deleted,
}


def _unsound(feature: Feature, store: Store) -> list[Conflict]:
    """Return what is wrong with a record: others may have changed it, or what it refers to."""
    checked = _check(feature.layer)(feature.properties, feature.geometry)
    wrong = [
        Conflict(Hindrance.UNSOUND, _pointer(fault.column), fault.hint)
        for fault in checked.faults
        if fault.severity == "error"
    ]
    for field in layer_named(feature.layer).fields:
        named = feature.properties.get(field.name) if field.kind is FieldKind.REFERENCE else None
        if named is not None and store.feature(field.of, str(named)) is None:
            hint = f"The layer {field.of!r} has no such feature."
            wrong.append(Conflict(Hindrance.UNSOUND, _pointer(field.name), hint))
    return wrong


@cache
def _check(layer_id: str) -> LayerCheck:
    return LayerCheck(layer_named(layer_id))


def _pointer(column: str) -> str:
    return "/geometry" if column == "geometry" else f"/properties/{column}"


def _municipalities(sides: Iterable[Feature], store: Store) -> frozenset[str]:
    grounds = (ground for side in sides for ground in grounds_of(side, store))
    return frozenset().union(*(ground.municipalities for ground in grounds))

"""Suggested changes as JSON Patch (RFC 6902): made field by field, and laid on a newer record.

Each change of a value is a `test` of what it was, followed by what it shall be; a patch made here
can be applied by any other program, which refuses it where the value is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonpatch import JsonPatch

from geomap.errors import PatchConflict
from geomap.model import JsonObject

WHOLE = frozenset({"/geometry"})
"""Objects that change as a whole: coordinates of one type are none of another."""
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a patch changes. `before` and `after` are None where there is none."""

    path: str
    """JSON Pointer."""
    before: Any
    after: Any


def diff(before: JsonObject, after: JsonObject) -> tuple[JsonObject, ...]:
    """Return the patch that makes one record of another; empty where they are equal.

    Lists change as a whole, objects member by member.
    """
    return tuple(_diff("", before, after))


def changes(patch: Sequence[JsonObject]) -> list[Change]:
    """Return what a patch made by `diff` changes."""
    return [
        Change(step["path"], None if tested is _ABSENT else tested, step.get("value"))
        for step, tested in _steps(patch)
    ]


def conflicts(patch: Sequence[JsonObject], document: JsonObject) -> list[str]:
    """Return the paths of what a patch would change and someone else has changed meanwhile.

    Args:
        patch: Made by `diff`.
        document: The record as it is now. What is there already as wished is no conflict.
    """
    return [
        step["path"]
        for step, tested in _steps(patch)
        if not _is_done(step, document) and not _is_as_before(step, tested, document)
    ]


def applied(patch: Sequence[JsonObject], document: JsonObject) -> dict[str, Any]:
    """Return a record with the changes of a patch; the arguments stay as they are.

    Raises:
        PatchConflict: Something that it changes has been changed meanwhile.
    """
    if paths := conflicts(patch, document):
        raise PatchConflict(paths)
    left = [step for step, _ in _steps(patch) if not _is_done(step, document)]
    made: dict[str, Any] = JsonPatch(left).apply(document)
    return made


def _diff(path: str, before: Any, after: Any) -> Iterator[JsonObject]:
    if _equal(before, after):
        return
    if path in WHOLE or not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        yield {"op": "test", "path": path, "value": before}
        yield {"op": "replace", "path": path, "value": after}
        return
    for name in dict.fromkeys([*before, *after]):
        place = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in after:
            yield {"op": "test", "path": place, "value": before[name]}
            yield {"op": "remove", "path": place}
        elif name not in before:
            yield {"op": "add", "path": place, "value": after[name]}
        else:
            yield from _diff(place, before[name], after[name])


def _equal(one: Any, other: Any) -> bool:
    """Tell whether two values are one in JSON: in Python, 1 is True."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _steps(patch: Sequence[JsonObject]) -> Iterator[tuple[JsonObject, Any]]:
    """Yield each step with what it is tested to replace; `_ABSENT` where it adds a value."""
    tested: Any = _ABSENT
    for step in patch:
        if step["op"] == "test":
            tested = step["value"]
        else:
            yield step, tested
            tested = _ABSENT


def _is_done(step: JsonObject, document: JsonObject) -> bool:
    return _equal(_found(step["path"], document), step.get("value", _ABSENT))


def _is_as_before(step: JsonObject, tested: Any, document: JsonObject) -> bool:
    parent = step["path"].rpartition("/")[0]
    if not isinstance(_found(parent, document), Mapping):
        return False
    return _equal(_found(step["path"], document), tested)


def _found(path: str, document: Any) -> Any:
    """Return the value at a path of objects, `_ABSENT` where there is none."""
    for name in path.split("/")[1:]:
        key = name.replace("~1", "/").replace("~0", "~")
        if not isinstance(document, Mapping) or key not in document:
            return _ABSENT
        document = document[key]
    return document

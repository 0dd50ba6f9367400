"""What a file says of a record, on what the record says already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from geomap.model import Feature
from layers.layer import Kind, Layer, column_names


def kept(stored: Feature, given: Feature, layer: Layer, taken: frozenset[str]) -> Feature:
    """Return a record as a file says it, with what the file does not speak of as it was.

    Names and texts are of a language each: those of other languages stay, and so do identifiers
    of other schemes, other columns of the source, and a place where the row has none.

    Args:
        stored: The record as it is.
        given: As the file has it.
        layer: Of both.
        taken: The fields that the file has columns for.
    """
    properties = {**_unspoken(stored.properties, layer, taken), **given.properties}
    for field in layer.fields:
        join = _JOINED.get(field.name) or _JOINED_KINDS.get(field.kind)
        if join and field.name in stored.properties and field.name in given.properties:
            before, after = stored.properties[field.name], given.properties[field.name]
            properties[field.name] = join(before, after)
        elif join and field.name in stored.properties:
            properties[field.name] = stored.properties[field.name]
    return replace(
        given,
        geometry=stored.geometry if given.geometry is None else given.geometry,
        properties=properties,
        visibility=stored.visibility,
        cell_km=stored.cell_km,
    )


def _unspoken(properties: Mapping[str, Any], layer: Layer, taken: frozenset[str]) -> dict[str, Any]:
    spoken = set(taken)
    for field in layer.fields:
        if field.name in taken or field.derived:
            spoken.update((field.name, *column_names(field)))
    if "country" in taken:
        spoken.add("country_basis")
    return {name: value for name, value in properties.items() if name not in spoken}


def _names(before: list[Any], after: list[Any]) -> list[Any]:
    return _replaced(before, after, ("lang", "type"), "value")


def _identifiers(before: list[Any], after: list[Any]) -> list[Any]:
    return _replaced(before, after, ("scheme",), "value")


def _replaced(before: list[Any], after: list[Any], kind: tuple[str, ...], value: str) -> list[Any]:
    """Return members with all those of a kind replaced that new ones of that kind are given for.

    They stay in their order, and a member of the same value keeps what else was said of it.
    """

    def of(member: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(member.get(name) for name in kind)

    held = {(of(one), one.get(value)): one for one in before}
    new: dict[tuple[Any, ...], list[Any]] = {}
    for one in after:
        full = {**held.get((of(one), one.get(value)), {}), **one}
        new.setdefault(of(one), []).append(full)
    result: list[Any] = []
    given = {of(one) for one in after}
    for one in before:
        result += new.pop(of(one), []) if of(one) in given else [one]
    return [*result, *(one for members in new.values() for one in members)]


def _joined(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {**before, **after}


_JOINED_KINDS: Mapping[Kind, Callable[[Any, Any], Any]] = {
    Kind.NAMES: _names,
    Kind.TEXTS: _joined,
    Kind.EXTRA: _joined,
}
_JOINED: Mapping[str, Callable[[Any, Any], Any]] = {"external_ids": _identifiers}

"""What differs between two states of a record, as people read it: never as data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geomap.geodesy import geodesic_km
from geomap.i18n import translate
from geomap.model import Visibility
from geomap.places import LngLat
from layers.layer import Field, Kind
from web.forms.controls import language_name
from web.forms.editing import EXPOSURES
from web.forms.labels import LABELS
from web.pages.titles import FIELDS
from web.pages.values import NOTHING, Cell, Reader

Json = Mapping[str, Any]

MOST_WORDS = 400
"""Of a text that is compared word by word; longer ones are told whole."""
MOST_ITEMS = 50
"""Members of a list that are told; a list of thousands is for programs."""
MOST_POINTS = 2_000
"""Of an outline on the map of a difference."""
_LISTS = frozenset({Kind.NAMES, Kind.OBJECTS, Kind.TERMS})
_PROVENANCE = ("source_id", "record_id")
_METRES_UNTIL_KM = 2


@dataclass(frozen=True, slots=True)
class Item:
    """Something that became something else; nothing on one side where it is new, or gone."""

    was: Cell = NOTHING
    now: Cell = NOTHING


@dataclass(frozen=True, slots=True)
class Row:
    """One field that differs."""

    title: str
    items: Sequence[Item] = ()
    words: Sequence[tuple[str, str]] = ()
    """A text word by word: `del`, `ins` or empty, and the words."""
    lang: str = ""
    """Of the words, where it is not the page's own."""
    left_out: int = 0
    note: str = ""


def rows(reader: Reader, changes: Iterable[Json]) -> list[Row]:
    """Return what changes say, in the order of the layer's fields.

    Args:
        reader: Of the record's layer, in the page's language.
        changes: `path`, `before` and `after` of each value.
    """
    by_path = {str(one["path"]): (one["before"], one["after"]) for one in changes}
    order = {name: place for place, name in enumerate(["visibility", "cell_km", *FIELDS])}
    paths = sorted(by_path, key=lambda path: (order.get(path, len(order)), path))
    return [row for path in paths for row in _rows(reader, path, *by_path[path])]


def suggested(changes: Iterable[Json]) -> list[Json]:
    """Return what a patch would change, field by field, as `rows` takes it."""
    sides: dict[str, tuple[Any, Any]] = {}
    for one in changes:
        name, *rest = one["path"].removeprefix("/properties").split("/")[1:]
        was, now = sides.get(name, ({}, {})) if rest else (one["before"], one["after"])
        if rest:
            part = "/".join(rest)
            was, now = {**was, part: one["before"]}, {**now, part: one["after"]}
        sides[name] = (was, now)
    return [{"path": name, "before": was, "after": now} for name, (was, now) in sides.items()]


def places(changes: Iterable[Json]) -> Json | None:
    """Return the place before and after, for a map; None where it has not changed."""
    found = next((one for one in changes if one["path"] == "geometry"), None)
    if found is None:
        return None
    return {side: _drawable(found[side]) for side in ("before", "after")}


def _rows(reader: Reader, path: str, was: Any, now: Any) -> Iterable[Row]:
    if path in _SPECIAL:
        return [_SPECIAL[path](reader, was, now)]
    field = reader.layer.field(path)
    if field is None or field.derived:
        return () if field else _unknown(reader, path, was, now)
    if field.kind is Kind.TEXTS:
        return _texts(reader, field, was or {}, now or {})
    title = _title(reader, path)
    if field.kind in _LISTS:
        items = [*_items(reader, field, was or [], now or [])]
        return [Row(title, items[:MOST_ITEMS], left_out=max(0, len(items) - MOST_ITEMS))]
    if field.kind is Kind.TEXT:
        return [_text(title, str(was or ""), str(now or ""))]
    return [Row(title, [Item(_cell(reader, path, was), _cell(reader, path, now))])]


def _unknown(reader: Reader, path: str, was: Any, now: Any) -> Iterable[Row]:
    """Return other columns of a source by their own names; what the house computes says nothing."""
    head, _, column = path.partition(".")
    if head == "extra":
        return [Row(column, [Item(_plain(reader, was), _plain(reader, now))])]
    if path in _PROVENANCE:
        return [Row(_title(reader, path), [Item(_plain(reader, was), _plain(reader, now))])]
    return ()


def _title(reader: Reader, path: str) -> str:
    return translate(reader.lang, FIELDS.get(path) or LABELS.get(path, path))


def _cell(reader: Reader, path: str, value: Any) -> Cell:
    return reader.cell(path, {path: value})


def _plain(reader: Reader, value: Any) -> Cell:
    return NOTHING if value in (None, "", [], {}) else reader.plain(value)


def _texts(reader: Reader, field: Field, was: Json, now: Json) -> Iterator[Row]:
    for lang in sorted({*was, *now}):
        if was.get(lang) != now.get(lang):
            title = f"{_title(reader, field.name)} ({language_name(reader.lang, lang)})"
            row = _text(title, str(was.get(lang) or ""), str(now.get(lang) or ""))
            yield row if lang == reader.lang else _in_language(row, lang)


def _in_language(row: Row, lang: str) -> Row:
    items = [
        Item(*(replace(side, lang=lang) if side else side for side in (one.was, one.now)))
        for one in row.items
    ]
    return replace(row, items=items, lang=lang)


def _text(title: str, was: str, now: str) -> Row:
    """Return a text word by word, where most of it stayed."""
    one, other = was.split(), now.split()
    if one and other and len(one) <= MOST_WORDS and len(other) <= MOST_WORDS:
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        if matcher.ratio() > 1 / 2:
            return Row(title, words=[*_words(matcher, one, other)])
    return Row(title, [Item(Cell(was), Cell(now))])


def _words(
    matcher: SequenceMatcher[str], one: Sequence[str], other: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for what, start, end, from_, to in matcher.get_opcodes():
        if what == "equal":
            yield "", " ".join(one[start:end])
            continue
        if end > start:
            yield "del", " ".join(one[start:end])
        if to > from_:
            yield "ins", " ".join(other[from_:to])


def _items(reader: Reader, field: Field, was: Sequence[Any], now: Sequence[Any]) -> Iterator[Item]:
    """Yield the members that are gone, new, or became others."""
    gone, new = _without(was, now), _without(now, was)
    known = {_identity(field, one): one for one in reversed(new)}
    for one in gone:
        other = known.pop(_identity(field, one), None)
        if other is not None:
            new.remove(other)
        yield Item(_member(reader, field, one), _member(reader, field, other))
    for one in new:
        yield Item(NOTHING, _member(reader, field, one))


def _without(members: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Return the members that are not among the others, each as often as it is one more."""
    remaining = [json.dumps(one, sort_keys=True) for one in others]
    counted: dict[str, int] = {}
    for text in remaining:
        counted[text] = counted.get(text, 0) + 1
    left = []
    for one in members:
        text = json.dumps(one, sort_keys=True)
        if counted.get(text, 0):
            counted[text] -= 1
        else:
            left.append(one)
    return left


def _identity(field: Field, member: Any) -> Any:
    """Return what a member is known by: a name by language and type, others by what is first."""
    if not isinstance(member, Mapping):
        return str(member)
    if field.kind is Kind.NAMES:
        return (member.get("lang"), member.get("type"))
    names = [part.name for part in field.of_fields if part.name in member]
    return tuple((name, str(member[name])) for name in names[:1])


def _member(reader: Reader, field: Field, member: Any) -> Cell:
    if member is None:
        return NOTHING
    cell = reader.cell(field.name, {field.name: [member]})
    if field.kind is not Kind.NAMES:
        return cell
    lang = str(member.get("lang") or "")
    told = [reader.term("name_type", str(member["type"])).text] if member.get("type") else []
    told = [*([language_name(reader.lang, lang)] if lang else []), *told]
    if not told:
        return cell
    return Cell(pairs=((", ".join(told), Cell(cell.text, lang)),))


def _visibility(reader: Reader, was: Any, now: Any) -> Row:
    def said(value: Any) -> Cell:
        return Cell(translate(reader.lang, EXPOSURES[Visibility(value)])) if value else NOTHING

    return Row(translate(reader.lang, "Visibility"), [Item(said(was), said(now))])


def _cell_km(reader: Reader, was: Any, now: Any) -> Row:
    def said(value: Any) -> Cell:
        return Cell(translate(reader.lang, "{n} km", n=value)) if value else NOTHING

    return Row(translate(reader.lang, "Width of the cell"), [Item(said(was), said(now))])


def _place(reader: Reader, was: Any, now: Any) -> Row:
    one, other = _geometry(was), _geometry(now)
    item = Item(_place_words(reader, one), _place_words(reader, other))
    return Row(_title(reader, "geometry"), [item], note=_moved(reader, one, other))


def _geometry(value: Any) -> BaseGeometry | None:
    return None if value is None else shapely.from_geojson(json.dumps(value))


def _place_words(reader: Reader, place: BaseGeometry | None) -> Cell:
    if place is None or place.is_empty:
        return NOTHING
    if place.geom_type == "Point":
        return Cell(f"{place.y:.5f}, {place.x:.5f}")
    kinds = {"Point": "Several points ({n})", "LineString": "A line of {n} points"}
    kind = kinds.get(place.geom_type.removeprefix("Multi"), "An area of {n} corners")
    return Cell(translate(reader.lang, kind, n=shapely.get_num_coordinates(place)))


def _moved(reader: Reader, one: BaseGeometry | None, other: BaseGeometry | None) -> str:
    """Return how far the middle of a place has moved."""
    if one is None or other is None or one.is_empty or other.is_empty:
        return ""
    ends = [LngLat(place.centroid.x, place.centroid.y) for place in (one, other)]
    km = geodesic_km(*ends)
    metres = round(km * 1000)
    if not metres:
        return ""
    if km < _METRES_UNTIL_KM:
        return translate(reader.lang, "The middle has moved by {n} m.", n=metres)
    return translate(reader.lang, "The middle has moved by {n} km.", n=f"{km:.1f}")


def _drawable(value: Any) -> Any:
    """Return a geometry with no more points than a small map can show."""
    place = _geometry(value)
    if place is None or shapely.get_num_coordinates(place) <= MOST_POINTS:
        return value
    west, south, east, north = place.bounds
    size = max(east - west, north - south)
    simple = shapely.simplify(place, size / 500)
    if simple.is_empty or shapely.get_num_coordinates(simple) > 4 * MOST_POINTS:
        simple = shapely.box(west, south, east, north)
    return json.loads(shapely.to_geojson(simple))


_SPECIAL: Mapping[str, Callable[[Reader, Any, Any], Row]] = {
    "visibility": _visibility,
    "cell_km": _cell_km,
    "geometry": _place,
}

"""The editing page of a record, and what it sends back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geomap.crs import FILE_CRS
from geomap.i18n import label, translate
from geomap.model import Fault, Visibility
from geomap.terms import VOCABULARIES
from layers.catalog import LAYERS
from layers.layer import Field, Kind, Layer
from web.forms.controls import Asking, Control, Option, faults_by_path
from web.forms.drafted import drafts_told
from web.forms.form import Section, asked, record_of, sections
from web.forms.labels import LABELS, SOURCE
from web.forms.paths import tree_of
from web.forms.place import Place, place_of
from web.inert import script_json
from web.pages.titles import ADD

CELLS_KM = (1, 5, 10, 50)
_FEW_DIGITS = re.compile("[0-9]{1,4}")
FIRST_VIEW = (61.5, 30.0, 5)
PLACE_INPUTS = ("crs", "north", "east", "geometry")
EXPOSURES: Mapping[Visibility, str] = {
    Visibility.PUBLIC: "Everyone sees the exact place",
    Visibility.GENERALISED: "Everyone sees a cell of some kilometres",
    Visibility.RESTRICTED: "Everyone sees the name and the municipality, no place",
    Visibility.HIDDEN: "Nobody without rights learns that it exists",
}
"""Whom a record is shown to, in the words of the form."""
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form sent."""

    layer: Layer
    properties: Mapping[str, Any]
    """Ready for the layer's checks, `visibility` and `cell_km` among them."""
    place: Place
    inputs: Mapping[str, str]
    """The inputs of the place, as typed."""
    base: int
    """The revision that the form was made from; 0 for a new record."""
    comment: str
    typed: Mapping[str, str]
    """Every input as it was typed."""
    more: bool
    """Whether rows are wished, and nothing is to be saved yet: each list always has a spare one."""
    seen: bool
    """Whether the reader has seen what the record may be a second time."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people have changed, or one of them."""

    label: str
    before: str
    now: str
    yours: str
    both: bool


@dataclass(frozen=True, slots=True)
class Newer:
    """What became of the record since the form was made."""

    who: str
    rows: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class Telling:
    """All that an editing page shows."""

    layer: Layer
    lang: str
    values: Mapping[str, Any]
    record: str = ""
    """The id of the record; empty for a new one."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    base: int = 0
    comment: str = ""
    faults: Sequence[Fault] = ()
    seen: bool = False
    candidates: Sequence[Mapping[str, Any]] = ()
    """What the record may be a second time: `href`, `name` and `km`."""
    newer: Newer | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    """Every input as it was typed, where `values` were read from that."""
    sources: Sequence[tuple[str, str]] = ()
    """Id, and title with licence, of what a record can be from; of a stored one its own."""
    drafted: Mapping[str, Any] | None = None
    """What there is of drafts, as `web.forms.drafted.drafts_told` reads it."""


def read(layer_id: str, pairs: Pairs, before: Mapping[str, Any], lang: str) -> Posted:
    """Return what a form sent, on the properties until now."""
    pairs = list(pairs)
    simple = dict(pairs)
    layer = LAYERS[layer_id]
    inputs = {name: simple.get(name, "") for name in PLACE_INPUTS}
    properties = record_of(layer, tree_of(pairs), before, lang)
    for name in ("visibility", "cell_km"):
        if simple.get(name):
            properties[name] = simple[name]
    if _FEW_DIGITS.fullmatch(str(properties.get("cell_km", ""))):
        properties["cell_km"] = int(properties["cell_km"])
    base = simple.get("base", "")
    return Posted(
        layer,
        properties,
        place_of(inputs),
        inputs,
        int(base) if base.isascii() and base.isdigit() and len(base) < 10 else 0,
        simple.get("comment", "").strip()[:1000],
        simple,
        "more" in simple,
        simple.get("seen") == "1",
    )


def inputs_of(place: BaseGeometry | None) -> dict[str, str]:
    """Return what the inputs of a place hold for a record that is there."""
    if place is None:
        return {}
    if place.geom_type == "Point":
        return {"crs": "EPSG:4326", "north": str(place.y), "east": str(place.x)}
    return {"crs": "EPSG:4326", "geometry": shapely.to_geojson(place)}


def told(telling: Telling) -> dict[str, Any]:
    """Return what the template `record.html` is told."""
    lang, layer = telling.lang, telling.layer
    asking = Asking(lang, faults_by_path(telling.faults))
    values = telling.values
    form = sections(layer, values, lang, telling.faults, typed=telling.typed)
    form = [_with_source(one, telling, asking) for one in form]
    place = place_controls(telling.inputs, asking)
    exposure = _exposure(values, asking)
    drafts = drafts_told(layer.id, telling.record, telling.drafted, lang)
    return {
        "title": asking.said("Edit this record" if telling.record else ADD[layer.id]),
        "subject": _subject(telling),
        "action": f"/edit/{layer.id}/{telling.record or 'new'}?lang={lang}",
        "back": _address(telling) + f"?f=html&lang={lang}",
        "newer": telling.newer,
        "candidates": [candidate_told(one, asking) for one in telling.candidates],
        "sections": form,
        # The line of a pair is drawn by the house, from city to city.
        "place": () if layer.id == "twins" else place,
        "exposure": exposure if layer.id == "sites" else (),
        "comment": Control(
            "comment", "text", asking.said("What you changed and why"), value=telling.comment
        ),
        "base": telling.base,
        "seen": "1" if telling.seen else "",
        "summary": summary_of(telling.faults, [c for s in form for c in s.controls], place, asking),
        "drafts": drafts,
        "told": script_json({**for_scripts(layer, asking), "drafts": drafts and drafts.kept}),
        "data": "form",
    }


def differences(
    layer: Layer,
    versions: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]],
    lang: str,
) -> list[Difference]:
    """Return the fields that differ among the version before, the present one and one's own."""
    before, now, yours = versions
    rows = []
    for one in asked(layer):
        told = (_in_words(one, side.get(one.name), lang) for side in (before, now, yours))
        was, is_now, mine = told
        if is_now != mine:
            both = was not in (is_now, mine)
            rows.append(Difference(translate(lang, LABELS[one.name]), was, is_now, mine, both))
    return rows


def _address(telling: Telling) -> str:
    items = f"/collections/{telling.layer.id}/items"
    return f"{items}/{telling.record}" if telling.record else items


def _subject(telling: Telling) -> Mapping[str, str] | None:
    if not telling.record:
        return None
    names = telling.values.get("names") or [{"value": telling.record}]
    return {"href": _address(telling), "name": str(names[0].get("value", ""))}


def candidate_told(one: Mapping[str, Any], asking: Asking) -> Mapping[str, str]:
    """Return what a record may be a second time, with its distance in words."""
    km = one["km"]
    distance = "" if km is None else asking.said("{n} km").format(n=f"{km:.1f}")
    return {"href": one["href"], "name": one["name"], "distance": distance}


def _in_words(field: Field, value: Any, lang: str) -> str:
    if field.kind is Kind.TERM and VOCABULARIES[field.vocabulary].term(str(value)):
        return label(lang, field.vocabulary, str(value))
    return _plain(value)


def _plain(value: Any) -> str:
    """Return a value in one line, for people to compare."""
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, Mapping):
        return ", ".join(_plain(one) for name, one in value.items() if name != "id")
    if isinstance(value, list | tuple):
        return "; ".join(_plain(one) for one in value)
    # A whole number is one whether it was stored or typed.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def place_controls(inputs: Mapping[str, str], asking: Asking) -> list[Control]:
    """Return the inputs of a place, with what was typed into them."""
    crs = inputs.get("crs") or "EPSG:4326"
    systems = [Option(code, f"{name} ({code})", code == crs) for code, name in FILE_CRS.items()]
    fields = (
        ("north", "number", "Latitude or northing"),
        ("east", "number", "Longitude or easting"),
        ("geometry", "area", "Or a line or an area, as GeoJSON or WKT"),
    )
    made = [Control("crs", "select", asking.said("Reference system"), options=systems)]
    for path, widget, title in fields:
        made.append(
            Control(
                path,
                widget,
                asking.said(title),
                value=inputs.get(path, ""),
                faults=asking.faults.get(path, ()),
            )
        )
    return made


def _exposure(values: Mapping[str, Any], asking: Asking) -> list[Control]:
    visibility = str(values.get("visibility") or Visibility.PUBLIC)
    ways = [Option(v, asking.said(text), v == visibility) for v, text in EXPOSURES.items()]
    km = str(values.get("cell_km") or 10)
    cells = [Option(str(n), f"{n} km", str(n) == km) for n in CELLS_KM]
    return [
        Control("visibility", "select", asking.said("Visibility"), options=ways),
        Control("cell_km", "select", asking.said("Width of the cell"), options=cells),
    ]


def _with_source(section: Section, telling: Telling, asking: Asking) -> Section:
    """Return a section; that of the source begins with which one it is, and its licence."""
    if section.title != asking.said(SOURCE) or not telling.sources:
        return section
    chosen = telling.typed.get("source_id") or telling.sources[0][0]
    options = [Option(value, text, value == chosen) for value, text in telling.sources]
    control = Control(
        "source_id",
        "select",
        asking.said("Source and licence"),
        help=asking.said("Under this licence the record is given on."),
        required=True,
        options=options,
        faults=asking.faults.get("source_id", ()),
    )
    return Section(section.title, [control, *section.controls])


def summary_of(
    faults: Sequence[Fault], controls: Sequence[Control], place: Sequence[Control], asking: Asking
) -> Mapping[str, Any] | None:
    """Return every fault with the input that it is about, for the top of the page."""
    if not faults:
        return None
    known = {one.path: one for one in _all([*controls, *place])}
    told = []
    for fault in faults:
        at = known.get(fault.column) or known.get(fault.column.split("[")[0].split(".")[0])
        name = at.label if at and at.label else fault.column
        told.append((name, at.id if at else "record", fault.hint))
    title = asking.said("This is not saved yet: something is to be mended")
    return {"title": title, "faults": told}


def _all(controls: Iterable[Control]) -> Iterable[Control]:
    for control in controls:
        yield control
        yield from _all(control.members)


def for_scripts(layer: Layer, asking: Asking) -> Mapping[str, Any]:
    """Return what the scripts of a form are told."""
    return {
        "lang": asking.lang,
        "shapes": sorted(layer.geometry),
        "view": FIRST_VIEW,
    }

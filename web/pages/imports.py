"""The pages of an import: the form that a file is sent with, and what importing it would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from geomap.crs import FILE_CRS
from geomap.i18n import translate
from geomap.model import Visibility
from geomap.terms import FAULT_CODES
from layers.catalog import LAYERS
from layers.imports.csv import STATED_ENCODINGS
from layers.imports.table import profile_named
from layers.layer import Layer
from web.forms.controls import Control, Option
from web.forms.editing import EXPOSURES

Json = dict[str, Any]
Told = dict[str, Any]

REGISTERS: Mapping[str, str] = {
    "merimee": "Mérimée (POP, Ministère de la Culture)",
    "museovirasto": "Museovirasto",
    "nhle": "National Heritage List for England",
    "unesco": "UNESCO World Heritage List",
}
"""Profile → whose register it reads; names are the same in every language."""


def into(document: Json, told: Told) -> Told:
    """Return what the page is told that asks which layer a file is for."""
    return {
        "layers": [
            (LAYERS[one], f"/import/{one}?lang={told['lang']}") for one in document["layers"]
        ]
    }


def form(document: Json, told: Told) -> Told:
    """Return what the form is told."""
    tell: Callable[..., str] = told["_"]
    layer: Layer = told["layer"]
    inputs = document["inputs"]
    controls = [
        _select("profile", tell("How it is read"), _profiles(document, tell), inputs),
        _select("crs", tell("Reference system of a table"), _systems(tell), inputs),
        _select("encoding", tell("Encoding of a table"), _encodings(tell), inputs),
    ]
    if layer.id == "sites":
        ways = {str(way): tell(text) for way, text in EXPOSURES.items()}
        controls.append(_select("visibility", tell("Who may see new records"), ways, inputs))
    columns = sorted({take.column for take in profile_named("geomap", layer.id).takes})
    return {
        "title": tell("Import a file"),
        "kind_title": tell(layer.title),
        "action": f"/import/{layer.id}?lang={told['lang']}",
        "ways_to_read": controls,
        "fault": document["fault"],
        "most_rows": document["most_rows"],
        "most_mib": document["most_mib"],
        "columns": columns,
        "needed": _needed(layer),
    }


def report(document: Json, told: Told) -> Told:
    """Return what the page is told that shows what an import would do."""
    tell: Callable[..., str] = told["_"]
    layer: Layer = told["layer"]
    numbers = (
        ("rows", "Rows"),
        ("created", "New records"),
        ("changed", "Changed records"),
        ("unchanged", "Unchanged records"),
        ("recognised", "Known from another source, left as they are"),
        ("warned", "Rows with a warning"),
        ("refused", "Faulty rows, which cannot be imported"),
    )
    upload = document.get("upload", "")
    return {
        "title": tell("What the import would do"),
        "kind_title": tell(layer.title),
        "file": document["file"],
        "counts": [(tell(title), document[name], name) for name, title in numbers],
        "changing": document["created"] + document["changed"],
        "refused": document["refused"],
        "faults": [_fault(one, told["lang"]) for one in document["faults"]],
        "left_out": document["fault_count"] - len(document["faults"]),
        "note": document.get("note", ""),
        "comment": document.get("comment", ""),
        "action": f"/import/{layer.id}/{upload}?lang={told['lang']}" if upload else "",
        "table": f"/import/{layer.id}/{upload}/faults.csv" if upload else "",
        "back": f"/import/{layer.id}?lang={told['lang']}",
        "exposure": tell(EXPOSURES[Visibility(document["visibility"])])
        if document["created"] and layer.id == "sites"
        else "",
    }


def _fault(one: Json, lang: str) -> Told:
    return {
        **one,
        "row": "" if one["row"] is None else one["row"],
        "meaning": translate(lang, FAULT_CODES.get(one["code"], one["code"])),
    }


def _select(path: str, label: str, options: Mapping[str, str], inputs: Json) -> Control:
    chosen = inputs.get(path) or next(iter(options))
    told = [Option(value, text, value == chosen) for value, text in options.items()]
    return Control(path, "select", label, options=told)


def _profiles(document: Json, tell: Callable[..., str]) -> Mapping[str, str]:
    own = tell("Columns of this map, as listed below")
    return {
        name: own if name == "geomap" else REGISTERS.get(name, name)
        for name in document["profiles"]
    }


def _systems(tell: Callable[..., str]) -> Mapping[str, str]:
    return {
        "": tell("As the file or the register has it"),
        **{code: f"{name} ({code})" for code, name in FILE_CRS.items()},
    }


def _encodings(tell: Callable[..., str]) -> Mapping[str, str]:
    return {"": tell("Found by itself"), **{name: name for name in STATED_ENCODINGS}}


def _needed(layer: Layer) -> list[str]:
    """Return the columns that a table cannot do without."""
    profile = profile_named("geomap", layer.id)
    ends = [name for name in ("city_a", "city_b") if layer.id == "twins"]
    return [*profile.record, *(name for name in (profile.x, profile.y) if name), *ends]

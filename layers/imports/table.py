"""Every reader and every profile, once. A new one is its module and its line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from geomap.errors import FileUnreadable, ParameterInvalid
from layers.imports import csv, geojson
from layers.imports.profile import Profile
from layers.imports.profiles import (
    geomap,
    merimee,
    museovirasto,
    nhle,
    regions,
    twins,
    unesco,
)
from layers.imports.rows import Reading

DEFAULT_PROFILE = "geomap"
"""The canonical columns, which every layer has."""


@dataclass(frozen=True, slots=True)
class Import:
    """A format that can be read."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    """Ends of file names, each also with `.gz` after it."""
    read: Callable[..., Reading]
    """(path, encoding="", delimiter="") → the opened file."""


IMPORTS: Mapping[str, Import] = {
    entry.name: entry
    for entry in (
        Import("csv", "Table", (".csv", ".tsv", ".tab", ".txt"), csv.read),
        Import(
            "geojson",
            "GeoJSON",
            (".geojson", ".json", ".geojsonl", ".ndjson", ".jsonl", ".geojsons"),
            geojson.read,
        ),
        # a new format: its module beside geojson.py, and its line here
    )
}

PROFILES: Mapping[tuple[str, str], Profile] = {
    (profile.name, profile.layer): profile
    for profile in (
        *geomap.PROFILES,
        merimee.MERIMEE,
        museovirasto.MUSEOVIRASTO,
        nhle.NHLE,
        regions.REGIONS,
        *twins.PROFILES,
        unesco.UNESCO,
        # a new register: its module in profiles/, and its line here
    )
}


def profile_names(layer_id: str | None = None) -> tuple[str, ...]:
    """Return the names of the profiles, of one layer or of all."""
    names = (name for name, layer in PROFILES if layer_id in (None, layer))
    return tuple(dict.fromkeys(names))


def profile_named(name: str, layer_id: str) -> Profile:
    """Return a profile of a layer.

    Raises:
        ParameterInvalid: The layer has no profile of this name.
    """
    profile = PROFILES.get((name, layer_id))
    if profile is None:
        known = ", ".join(profile_names(layer_id))
        raise ParameterInvalid("profile", name, f"the layer {layer_id!r} has {known}.")
    return profile


def reader_of(path: Path) -> Callable[..., Reading]:
    """Return the reader for a file by its name; `.gz` after the suffix is allowed.

    Raises:
        FileUnreadable: No reader takes such a name.
    """
    name = path.name.lower().removesuffix(".gz")
    for entry in IMPORTS.values():
        if name.endswith(entry.suffixes):
            return entry.read
    known = ", ".join(suffix for entry in IMPORTS.values() for suffix in entry.suffixes)
    raise FileUnreadable(f"{path.name}: files of this kind are not read; known are {known}.")

"""The query parameters of those who edit, import, decide and look back."""

from __future__ import annotations

from typing import Any

from api import reading
from api.reading import Parameter
from geomap.crs import FILE_CRS
from geomap.model import Visibility
from geomap.suggestions import Kind as SuggestionKind
from geomap.suggestions import Status
from layers.catalog import LAYERS
from layers.imports.csv import STATED_ENCODINGS
from layers.imports.table import profile_names

BEFORE: Parameter[int] = Parameter(
    "before",
    "Only what has a smaller number, as a `next` link states it.",
    {"type": "integer", "minimum": 1},
    lambda text: reading.whole("before", text, 1, 2**53),
)
BY: Parameter[str] = Parameter(
    "by",
    "Only what was done by the account of this name.",
    {"type": "string"},
    lambda text: reading.plain("by", text),
)
DRY_RUN: Parameter[bool] = Parameter(
    "dry_run",
    "Only say what the import would do; false: do it.",
    {"type": "boolean", "default": True},
    lambda text: reading.truth("dry_run", text),
)
ACCEPT_VALID: Parameter[bool] = Parameter(
    "accept_valid",
    "Import the sound rows where others are faulty.",
    {"type": "boolean", "default": False},
    lambda text: reading.truth("accept_valid", text),
)
REGISTER: Parameter[str] = Parameter(
    "register",
    "Whose columns the file has: geomap, or the name of a register's profile.",
    {"type": "string", "enum": list(profile_names()), "default": "geomap"},
    lambda text: reading.one_of("register", text, profile_names()),
)
FILE_SYSTEM: Parameter[str] = Parameter(
    "file_crs",
    "The reference system of the coordinates of a table, easting or longitude first.",
    {"type": "string", "enum": list(FILE_CRS)},
    lambda text: reading.one_of("file_crs", text, tuple(FILE_CRS)),
)
ENCODING: Parameter[str] = Parameter(
    "encoding",
    "The encoding of a table, where it is not found rightly by itself.",
    {"type": "string", "enum": list(STATED_ENCODINGS)},
    lambda text: reading.one_of("encoding", text, STATED_ENCODINGS),
)
NEW_VISIBILITY: Parameter[str] = Parameter(
    "visibility",
    "Who may see new records.",
    {"type": "string", "enum": [one.value for one in Visibility], "default": "public"},
    lambda text: reading.one_of("visibility", text, tuple(one.value for one in Visibility)),
)
OF_QUEUE: tuple[Parameter[Any], ...] = (
    Parameter(
        "layer",
        "Suggestions on records of these layers, comma-separated.",
        {"type": "array", "items": {"type": "string", "enum": list(LAYERS)}},
        lambda text: reading.some_of("layer", text, tuple(LAYERS)),
    ),
    Parameter(
        "kind",
        "Suggestions of these kinds: create, change, delete.",
        {"type": "array", "items": {"type": "string", "enum": [*SuggestionKind]}},
        lambda text: reading.some_of("kind", text, tuple(SuggestionKind)),
    ),
    Parameter(
        "status",
        "Suggestions of these statuses; those that wait where nothing is said.",
        {"type": "array", "items": {"type": "string", "enum": [*Status]}},
        lambda text: reading.some_of("status", text, tuple(Status)),
    ),
    Parameter(
        "municipality",
        "Suggestions on records of this municipality.",
        {"type": "string"},
        lambda text: (reading.plain("municipality", text),),
    ),
    Parameter(
        "mine",
        "Suggestions within the municipalities of one's own account; all where it has none.",
        {"type": "boolean", "default": False},
        lambda text: reading.truth("mine", text),
    ),
    Parameter(
        "since",
        "Suggestions that came at this time or later, RFC 3339.",
        {"type": "string", "format": "date-time"},
        lambda text: reading.moment("since", text),
    ),
    Parameter(
        "until",
        "Suggestions that came at this time or earlier, RFC 3339.",
        {"type": "string", "format": "date-time"},
        lambda text: reading.moment("until", text),
    ),
)
"""What narrows the queue of suggestions."""
ALT: Parameter[str] = Parameter(
    "alt",
    "What the photo shows, for those who do not see it; required.",
    {"type": "string", "maxLength": reading.LONGEST_SAID},
    lambda text: reading.said("alt", text),
)
AUTHOR: Parameter[str] = Parameter(
    "author",
    "Who took the photo; required.",
    {"type": "string", "maxLength": reading.LONGEST_SAID},
    lambda text: reading.said("author", text),
)
LICENCE: Parameter[str] = Parameter(
    "licence",
    "Under which licence the photo is shown; required.",
    {"type": "string", "maxLength": reading.LONGEST_SAID},
    lambda text: reading.said("licence", text),
)
CAPTION: Parameter[str] = Parameter(
    "caption",
    "What is said of the photo.",
    {"type": "string", "maxLength": reading.LONGEST_SAID},
    lambda text: reading.said("caption", text),
)
ONWARDS: Parameter[str] = Parameter(
    "next", "The path to go on to afterwards.", {"type": "string"}, str
)

EDITING: tuple[Parameter[Any], ...] = (
    *OF_QUEUE,
    BEFORE,
    BY,
    DRY_RUN,
    ACCEPT_VALID,
    REGISTER,
    FILE_SYSTEM,
    ENCODING,
    NEW_VISIBILITY,
    ALT,
    AUTHOR,
    LICENCE,
    CAPTION,
    ONWARDS,
)

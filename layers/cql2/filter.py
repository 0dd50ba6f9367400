"""A filter: read in one of its encodings, and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from geomap.errors import ParameterInvalid
from geomap.systems import CRS84, System
from layers.cql2.build import Builder
from layers.cql2.json import read_json
from layers.cql2.queryables import Queryables
from layers.cql2.raw import Raw
from layers.cql2.text import read_text
from layers.cql2.tree import Predicate

READERS: Mapping[str, Callable[[str], Raw]] = {"cql2-text": read_text, "cql2-json": read_json}
"""Encoding → its reader."""
OLD_NAMES: Mapping[str, str] = {"cql-text": "cql2-text", "cql-json": "cql2-json"}
"""What GDAL calls them still."""


@dataclass(frozen=True)
class Filter:
    """A condition on the features of a layer. Equal filters have equal keys."""

    tree: Predicate
    key: str


def filter_of(
    text: str, queryables: Queryables, *, lang: str = "cql2-text", system: System = CRS84
) -> Filter:
    """Return the filter that a text means.

    Args:
        text: CQL2.
        queryables: What it may ask for.
        lang: Its encoding: a key of `READERS` or of `OLD_NAMES`.
        system: Of coordinates in it.

    Raises:
        ParameterInvalid: It cannot be read or understood; the error says where and why.
    """
    read = READERS.get(OLD_NAMES.get(lang, lang))
    if read is None:
        raise ParameterInvalid("filter-lang", lang, f"one of {', '.join(READERS)} is expected.")
    tree = Builder(queryables, system).predicate(read(text))
    # Of the tree, not of the text: what is asked in other words is asked once.
    return Filter(tree, blake2b(repr(tree).encode(), digest_size=16).hexdigest())

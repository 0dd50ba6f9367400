"""What rights lead to, in words: from the page of an account, and from that of a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from web.pages.titles import ADD, OFFERED

Links = Iterable[Mapping[str, str]]
Doors = list[tuple[str, str]]
Told = dict[str, Any]


def doors(links: Links, told: Told) -> Doors:
    """Return title and address of what an account, or a record, leads to."""
    tell = told["_"]
    own = [one for one in links if "layer" not in one and one["rel"] in OFFERED]
    adds = [one for one in links if "layer" in one and one["rel"] == "create"]
    return [
        *((tell(OFFERED[one["rel"]]), one["href"]) for one in own),
        *((tell(ADD[one["layer"]]), one["href"]) for one in adds),
    ]

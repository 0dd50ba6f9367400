"""Which suggestions a reviewer asks for: the filters of the queue, as a form or an address has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from api.decisions import wanted_by
from api.reading import moment, one_of
from geomap.access import Actor
from geomap.errors import ParameterInvalid
from geomap.suggestions import Kind, Status, Wanted
from layers.catalog import LAYERS

AGES: Mapping[str, int] = {"7": 7, "30": 30, "90": 90}
"""Days that a suggestion is older than."""
MOST_TEXT = 200
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "status": tuple(Status),
    "layer": tuple(LAYERS),
    "kind": tuple(Kind),
}
_FILTERS = ("status", "layer", "kind", "municipality", "mine", "age")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer asks for."""

    given: Mapping[str, str]
    """The filters as they were stated."""
    wanted: Wanted
    moment: str
    """When the page was made that asks: ISO 8601, UTC."""
    after: int = 0
    done: str = ""
    undone: str = ""
    skipped: int = 0

    def query(self) -> dict[str, str]:
        """Return the filters as an address states them."""
        return dict(self.given)

    def waiting(self) -> Wanted:
        """Return the same, of what waited when the page was made."""
        came = datetime.fromisoformat(self.moment)
        until = came if self.wanted.until is None else min(came, self.wanted.until)
        return replace(self.wanted, statuses=frozenset({Status.WAITING}), until=until)


def asked_of(pairs: Iterable[tuple[str, str]], actor: Actor) -> Asked:
    """Return what the parameters of a request ask for.

    Raises:
        ParameterInvalid: One of them cannot be read.
    """
    stated = {name: value for name, value in pairs if value}
    given = {name: stated[name][:MOST_TEXT] for name in _FILTERS if name in stated}
    return Asked(
        given,
        _wanted(given, actor),
        moment("until", stated["until"]).isoformat()
        if "until" in stated
        else datetime.now(UTC).isoformat(),
        number_of("after", stated.get("after", "0")),
        stated.get("done", "")[:100],
        stated.get("undone", "")[:100],
        number_of("skipped", stated.get("skipped", "0")),
    )


def _wanted(given: Mapping[str, str], actor: Actor) -> Wanted:
    asked: dict[str, Any] = {
        name: (one_of(name, given[name], known),)
        for name, known in _CHOICES.items()
        if name in given
    }
    if "municipality" in given:
        asked["municipality"] = (given["municipality"],)
    if "age" in given:
        days = AGES[one_of("age", given["age"], tuple(AGES))]
        asked["until"] = datetime.now(UTC) - timedelta(days=days)
    return wanted_by(actor, {**asked, "mine": "mine" in given})


def number_of(name: str, text: str) -> int:
    """Return the number that a text states.

    Raises:
        ParameterInvalid: It states none.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ParameterInvalid(name, text, "a number is expected.")
    return int(text)

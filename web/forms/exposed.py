"""The ways to show a record, in words: whom to, and what the public then sees of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geomap.i18n import translate
from geomap.model import Visibility
from web.forms.editing import EXPOSURES
from web.pages.titles import FIELDS

Shown = Mapping[str, Any]


def way_words(way: Visibility, cell_km: int, shown: Shown | None, lang: str) -> Mapping[str, Any]:
    """Return the title of a way to show a record, and sentences on what the public sees.

    Args:
        way: Whom it is shown to.
        cell_km: The width of the cell that the public sees; 0 where it sees none.
        shown: `names`, `place`, `uncertainty_m` and `fields` that the public sees; None: nothing.
        lang: One of `LANGUAGES`.
    """
    title = translate(lang, EXPOSURES[way])
    if cell_km:
        title = translate(lang, "Everyone sees a cell of {n} km").format(n=cell_km)
    return {"title": title, "says": [*_sentences(shown, lang)]}


def _sentences(shown: Shown | None, lang: str) -> Iterator[str]:
    if shown is None:
        yield translate(lang, "The public sees nothing: no page, no mark, no count.")
        return
    yield _named(shown["names"], lang)
    yield _placed(shown["place"], shown["uncertainty_m"], lang)
    titles = [translate(lang, FIELDS[name]) for name in shown["fields"] if name in FIELDS]
    if titles:
        yield translate(lang, "Beside these: {fields}.").format(fields=", ".join(titles))


def _named(names: list[str], lang: str) -> str:
    if not names:
        return translate(lang, "No name: none has been chosen for the public.")
    return translate(lang, "Name: {names}.").format(names=", ".join(names))


def _placed(place: Mapping[str, float] | None, metres: int | None, lang: str) -> str:
    if place is None:
        return translate(lang, "No place.")
    if metres is None:
        return translate(lang, "The exact place.")
    return translate(lang, "Somewhere within {km} km of {lat}, {lng}.").format(
        km=f"{metres / 1000:.1f}", lat=f"{place['lat']:.3f}", lng=f"{place['lng']:.3f}"
    )

"""The form on which anyone suggests a record or a correction: short, with the rest folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from geomap.i18n import translate
from geomap.model import Fault
from layers.layer import Layer
from web.forms.controls import Asking, Control, control_of, faults_by_path
from web.forms.editing import candidate_told, for_scripts, place_controls, summary_of
from web.forms.form import asked
from web.inert import script_json
from web.pages.titles import STATUSES, SUGGEST

FIRST: Mapping[str, tuple[str, ...]] = {
    "sites": ("names", "kind", "municipality", "dating", "description", "photos"),
    "cities": ("names", "country", "population", "description"),
    "regions": ("names", "region_type", "countries", "description"),
    "twins": ("city_a", "city_b", "established", "ended"),
}
"""Layer → what is asked at once; the rest unfolds."""
OFFICERS = frozenset({"public_names", "rank"})
"""What is asked of officers alone."""
DRAWN = "twins"
"""The layer whose places the house draws."""


@dataclass(frozen=True, slots=True)
class Wish:
    """All that the page of a suggestion shows."""

    layer: Layer
    lang: str
    values: Mapping[str, Any]
    record: str = ""
    """The id of the record; empty for a new one."""
    title: str = ""
    """What the record is called."""
    in_words: bool = False
    """Whether one can say something of the record alone."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""
    """What tells the version of the record that the form was made from."""
    message: str = ""
    email: str = ""
    has_account: bool = False
    faults: Sequence[Fault] = ()
    seen: bool = False
    candidates: Sequence[Mapping[str, Any]] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    own: Sequence[Mapping[str, str]] = ()
    """What whoever asks has suggested on this record and is not decided."""
    too_often: bool = False
    licence: str = ""
    """Under which what is suggested is given on."""
    revises: str = ""
    """The id of the suggestion that this one puts anew."""


def told(wish: Wish) -> dict[str, Any]:
    """Return what the template `suggest.html` is told."""
    lang, layer = wish.lang, wish.layer
    faults = [replace(one, hint=translate(lang, one.hint)) for one in wish.faults]
    asking = Asking(lang, faults_by_path(faults), wish.typed)
    first, rest = ([], []) if wish.in_words else _controls(wish, asking)
    place = [] if wish.in_words or layer.id == DRAWN else place_controls(wish.inputs, asking)
    words = _words(wish, asking)
    return {
        "title": asking.said("Suggest a correction" if wish.record else SUGGEST[layer.id]),
        "record": wish.title,
        "in_words": wish.in_words,
        "action": f"/suggest/{layer.id}/{wish.record or 'new'}?lang={lang}"
        + (f"&revises={wish.revises}" if wish.revises else ""),
        "back": _back(wish),
        "candidates": [candidate_told(one, asking) for one in wish.candidates],
        "first": first,
        "rest": rest,
        "is_open": any(_is_faulty(one) for one in rest),
        "place": place,
        "words": words,
        "mark": wish.mark,
        "seen": "1" if wish.seen else "",
        "has_account": wish.has_account,
        "summary": summary_of(faults, [*first, *rest, *words], place, asking),
        "licence": wish.licence,
        "own": [{**one, "status": asking.said(STATUSES[one["status"]])} for one in wish.own],
        "too_often": wish.too_often,
        "told": script_json({**for_scripts(layer, asking), "drafts": None}),
        "data": "form",
    }


def _controls(wish: Wish, asking: Asking) -> tuple[list[Control], list[Control]]:
    fields = {one.name: one for one in asked(wish.layer) if one.name not in OFFICERS}
    names = FIRST[wish.layer.id]
    made = {
        name: control_of(one, name, wish.values.get(name), asking) for name, one in fields.items()
    }
    if "municipality" in made:
        # What the form for officers says of it is about their rights.
        made["municipality"] = replace(made["municipality"], help="")
    return [made[n] for n in names], [one for name, one in made.items() if name not in names]


def _words(wish: Wish, asking: Asking) -> list[Control]:
    label = "What is wrong, and how you know" if wish.record else "How you know of it"
    said = Control(
        "message",
        "area",
        asking.said(label),
        value=wish.message,
        required=wish.in_words,
        faults=asking.faults.get("message", ()),
    )
    if wish.has_account:
        return [said]
    mail = Control(
        "email",
        "email",
        asking.said("Your e-mail, if you want to be told"),
        help=asking.said("It is shown to those who decide, and to nobody else."),
        value=wish.email,
        faults=asking.faults.get("email", ()),
    )
    return [said, mail]


def _back(wish: Wish) -> str:
    if wish.record:
        return f"/collections/{wish.layer.id}/items/{wish.record}?f=html&lang={wish.lang}"
    return f"/?lang={wish.lang}"


def _is_faulty(control: Control) -> bool:
    return bool(control.faults) or any(map(_is_faulty, control.members))


def thanks(lang: str) -> dict[str, Any]:
    """Return what the template `thanks.html` is told."""
    return {"title": translate(lang, "Thank you"), "back": f"/?lang={lang}"}

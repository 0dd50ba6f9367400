"""The form of one record: sections of controls, and the record out of what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geomap.i18n import translate
from geomap.model import Fault
from layers.layer import Field, Kind, Layer
from web.forms.controls import Asking, Control, control_of, faults_by_path, value_of
from web.forms.labels import REST, SECTIONS

UNASKED = frozenset({Kind.EXTRA})
"""What no form asks for; it stays as the record has it."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some controls under a heading."""

    title: str
    controls: Sequence[Control]


def asked(layer: Layer) -> tuple[Field, ...]:
    """Return the fields that a form asks for, in the layer's order."""
    return tuple(f for f in layer.fields if not f.derived and f.kind not in UNASKED)


def sections(
    layer: Layer,
    values: Mapping[str, Any],
    lang: str,
    faults: Sequence[Fault] = (),
    *,
    typed: Mapping[str, str] | None = None,
) -> list[Section]:
    """Return the form of a record.

    Args:
        layer: The record's layer.
        values: Its properties, as stored or as typed.
        lang: The reader's language.
        faults: What the check found wrong; each stands at the control that its column names.
        typed: What was typed into each control, by path, where the values were read from that.
    """
    asking = Asking(lang, faults_by_path(faults), typed or {})
    by_name = {field.name: field for field in asked(layer)}
    plan = [*SECTIONS[layer.id]]
    placed = {name for _, names in plan for name in names}
    plan.append((REST, tuple(name for name in by_name if name not in placed)))
    return [
        Section(
            translate(lang, title),
            [control_of(by_name[name], name, values.get(name), asking) for name in names],
        )
        for title, names in plan
        if names
    ]


def record_of(
    layer: Layer, typed: Mapping[str, Any], before: Mapping[str, Any], lang: str
) -> dict[str, Any]:
    """Return the properties that a form asks to be kept, ready for the layer's checks.

    Args:
        layer: The record's layer.
        typed: What the form sent, as `web.forms.paths.tree_of` returns it.
        before: The properties until now, empty for a new record: what no form asks for, and
            what this form did not send, stays.
        lang: The language in which dates and the like were typed.
    """
    kept = dict(before)
    for field in asked(layer):
        if field.name not in typed:
            continue
        value = value_of(field, typed[field.name], lang)
        if value is None:
            kept.pop(field.name, None)
        else:
            kept[field.name] = value
    return kept

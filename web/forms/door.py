"""What the API's editing routes need of this door: forms read, forms shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import Response

from layers.layer import Layer
from web.forms.controls import date_reading
from web.forms.editing import Newer, Telling, differences, inputs_of, read, told
from web.forms.exposed import way_words
from web.forms.suggesting import Wish, thanks
from web.forms.suggesting import told as wish_told
from web.pages.rendering import sheet

__all__ = [
    "date_reading",
    "inputs_of",
    "newer",
    "page",
    "read",
    "suggestion_form",
    "thanked",
    "way_words",
]

Versions = tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]


def page(
    request: Request, layer: Layer, lang: str, values: Mapping[str, Any], **more: Any
) -> Response:
    """Return the editing page; `more` is what `Telling` holds beside these."""
    return sheet(request, "record.html", lang, told(Telling(layer, lang, values, **more)))


def suggestion_form(
    request: Request, layer: Layer, lang: str, values: Mapping[str, Any], **more: Any
) -> Response:
    """Return the page on which something is suggested; `more` is what `Wish` holds beside these."""
    return sheet(request, "suggest.html", lang, wish_told(Wish(layer, lang, values, **more)))


def thanked(request: Request, lang: str) -> Response:
    """Return the page that thanks for a suggestion."""
    return sheet(request, "thanks.html", lang, thanks(lang))


def newer(layer: Layer, versions: Versions, who: str, lang: str) -> Newer:
    """Return what became of a record since a form was made, beside what was typed.

    Args:
        layer: The record's layer.
        versions: The properties that the form was made from, those of now, those typed.
        who: Who made the present version.
        lang: The reader's language.
    """
    return Newer(who, differences(layer, versions, lang))

"""What stands around the map: header, panel, drawer, dialogs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from branca.element import Element, MacroElement
from folium.template import Template

from web.assets import script_url
from web.inert import inert_html, script_json

TEMPLATES = Path(__file__).parent.parent / "templates"


class AppShell(MacroElement):
    """Header, panel, drawer and dialogs, and the module that brings the page to life.

    Args:
        words: What the templates say and whether; escaped by them, then made inert.
        config: What `static/js/app.js` needs to know.
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        import("{{ this.module }}").then(({ mount }) =>
          mount({{ this._parent.get_name() }}, {{ this.config }}));
        {% endmacro %}
    """)

    def __init__(self, words: Mapping[str, Any], config: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "AppShell"
        self._id = "shell"
        self.module = script_url("app.js")
        self.words = words
        self.config = script_json(config)

    def render(self, **kwargs: Any) -> Any:
        """Put each piece where it belongs in reading order: header, panel, map, drawer, dialogs."""
        page: Any = self.get_root()
        page.header.add_child(self._piece("head.html"), name="shell_head", index=0)
        page.banner.add_child(self._piece("banner.html"), name="shell_banner")
        page.html.add_child(self._piece("panel.html"), name="shell_panel", index=0)
        page.html.add_child(self._piece("drawer.html"), name="shell_drawer")
        page.tail.add_child(self._piece("dialogs.html"), name="shell_dialogs")
        super().render(**kwargs)  # type: ignore[no-untyped-call]

    def _piece(self, name: str) -> Element:
        return Element(inert_html(_environment().get_template(name).render(self.words)))


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

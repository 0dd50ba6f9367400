"""What the elements have in common: a name on the map and options for its script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from branca.element import MacroElement
from folium.template import Template

from web.inert import script_json


class MapPart(MacroElement):
    """One part of the map; its options stand in `map.parts[<part>]` for the scripts to draw."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        ({{ this._parent.get_name() }}.parts ??= {}).{{ this.part }} = {{ this.options }};
        {% endmacro %}
    """)
    part = ""

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = type(self).__name__
        self._id = self.part
        self.options = script_json(options)

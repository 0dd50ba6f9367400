"""Text that stays text: in HTML, in a script, and when Folium renders it a second time.

Folium takes what an element rendered and compiles it as a Jinja2 template once more, so that
`{{`, `{%` and `{#` in a title would run on the server. Nothing goes into the tree but by here.
"""

from __future__ import annotations

import json
from typing import Any

_IN_SCRIPT = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
    # JSON itself never has these pairs outside of a string, where the escape means the same.
    "{{": "\\u007b\\u007b",
    "{%": "\\u007b%",
    "{#": "\\u007b#",
}


def script_json(value: Any) -> str:
    """Return JSON for a script: no tag can end it, no template delimiter is left in it.

    Args:
        value: Anything that JSON can hold.
    """
    text = json.dumps(value, ensure_ascii=False)
    for found, escaped in _IN_SCRIPT.items():
        text = text.replace(found, escaped)
    return text


def inert_html(html: str) -> str:
    """Return finished HTML without a template delimiter: braces become character references.

    Args:
        html: Escaped HTML without scripts or styles, in which a brace can only be text.
    """
    return html.replace("{", "&#123;").replace("}", "&#125;")

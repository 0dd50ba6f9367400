"""The colours of the map, for those who draw it elsewhere: light, and dark."""

from __future__ import annotations

from collections.abc import Mapping

Shades = Mapping[str, str]
"""Theme → colour, `#rrggbb`."""


def _shades(light: str, dark: str) -> Shades:
    return {"light": light, "dark": dark}


THEMES: tuple[str, ...] = ("light", "dark")
GROUND: Mapping[str, Shades] = {
    "paper": _shades("#ffffff", "#1d2327"),
    "sea": _shades("#d3e2e8", "#141e26"),
    "land": _shades("#f6f2e9", "#242b2f"),
    "lake": _shades("#d3e2e8", "#141e26"),
    "river": _shades("#b3cdd9", "#2c4250"),
    "border": _shades("#9a8fab", "#71698a"),
    "city": _shades("#2b3238", "#eceae4"),
    "region": _shades("#7a3e78", "#d79ad6"),
}
KINDS: Mapping[str, Shades] = {
    "worship": _shades("#7b3fa0", "#c79bea"),
    "defence": _shades("#b3382c", "#f28b7d"),
    "archaeology": _shades("#8f5d00", "#e3b04f"),
    "culture": _shades("#1c5fae", "#7db4f5"),
    "building": _shades("#4a5a68", "#b4c3d0"),
    "landscape": _shades("#5d7312", "#bdd06b"),
    "nature": _shades("#11764a", "#5fd09c"),
}
NO_KIND = _shades("#65707a", "#9aa5ae")
STATES: Mapping[str, Shades] = {
    "active": _shades("#07744f", "#4fd1a0"),
    "new": _shades("#1463b8", "#74b4ff"),
    "low_activity": _shades("#4d7a17", "#a9d25f"),
    "active_without_agreement": _shades("#0a7580", "#55cbd6"),
    "dormant": _shades("#7d6400", "#dfc04f"),
    "suspended": _shades("#b14a06", "#ffa25e"),
    "terminated": _shades("#a81f42", "#ff8aa3"),
    "expired": _shades("#7a4590", "#cc9fe0"),
    "lapsed_by_merger": _shades("#6a5a49", "#c4b09b"),
}
NO_STATE = _shades("#4f6b80", "#93b1c6")

"""Write the parts of the documentation that follow from the code: `make docs`."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path

from geomap.settings import Settings

SETTINGS = Path(__file__).with_name("settings.md")


def settings_page() -> str:
    """Return the table of settings as Markdown."""
    rows = [
        (f"`GEOMAP_{setting.name.upper()}`", _default(setting.default), setting.metadata["help"])
        for setting in fields(Settings)
    ]
    head = (
        "# Settings\n\nRead from the environment when geomap starts. Written by `make docs` from"
        " `geomap/settings.py`.\n\n| name | default | what it says |\n|---|---|---|\n"
    )
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _default(value: object) -> str:
    if value is MISSING:
        return "a file in the user's data directory"
    if isinstance(value, bool):
        return "`1`" if value else "`0`"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`" if value else "none"
    return f"`{value}`" if value != "" else "none"


if __name__ == "__main__":
    SETTINGS.write_text(settings_page(), encoding="utf-8")

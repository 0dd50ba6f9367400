"""Write the parts of the documentation that follow from the code: `make docs`."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path

from api.app import ROUTERS
from geomap.settings import Settings

SETTINGS = Path(__file__).with_name("settings.md")
README = Path(__file__).parent.with_name("README.md")
BEGIN, END = "<!-- conformance: written by make docs -->", "<!-- /conformance -->"
SPEC = "http://www.opengis.net/spec/"
PARTS: tuple[tuple[str, str, str], ...] = (
    ("Common 1: Core", "ogcapi-common-1/", "tests/api/test_common.py"),
    ("Common 2: Geospatial Data", "ogcapi-common-2/", "tests/api/test_common.py"),
    ("Common 3 / Features 5: Schemas", "ogcapi-common-3/", "tests/api/test_layer_schemas.py"),
    ("Common 5 / Features 4: Changes (draft)", "ogcapi-common-5/", "tests/api/test_edit.py"),
    ("Features 1: Core", "ogcapi-features-1/", "tests/clients/test_suites.py"),
    ("Features 2: Systems", "ogcapi-features-2/", "tests/api/test_reference_systems.py"),
    ("Features 3: Filtering", "ogcapi-features-3/", "tests/api/test_filters.py"),
    ("CQL2", "cql2/", "tests/layers/cql2"),
    ("Features 8: Sorting (draft)", "ogcapi-features-8/", "tests/api/test_features.py"),
    ("JSON-FG 1: Core", "json-fg-1/", "tests/api/test_representations.py"),
    (
        "Tiles 1: Core",
        "ogcapi-tiles-1/",
        "tests/api/test_tiles.py tests/layers/tiles/test_grids.py",
    ),
    ("Maps 1", "ogcapi-maps-1/", ""),
    ("Styles 1 (draft; same addresses, not claimed)", "ogcapi-styles-1/", ""),
    ("Records 1", "ogcapi-records-1/", ""),
)
"""Part of a specification → beginning of its classes, and the tests that show it."""


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


def conformance_table() -> str:
    """Return which parts of which specifications are declared, and how to see it, as Markdown."""
    declared = [name.removeprefix(SPEC) for router in ROUTERS for name in router.conforms_to]
    lines = ["| OGC API | | classes | shown by |", "|---|---|---|---|"]
    for part, prefix, tests in PARTS:
        classes = [one.rpartition("/")[2] for one in declared if one.startswith(prefix)]
        named = ", ".join(f"`{one}`" for one in dict.fromkeys(classes))
        shown = f'`make test TESTS="{tests}"`' if classes else ""
        lines.append(f"| {part} | {'✅' if classes else '❌'} | {named} | {shown} |")
    return "\n".join(lines) + "\n"


def readme() -> str:
    """Return the README with its table of conformance as the routers declare it."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{conformance_table()}\n{END}{after}"


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
    README.write_text(readme(), encoding="utf-8")

"""Which SQLite libraries may hold the records."""

from __future__ import annotations

import apsw

from geomap.errors import StoreUnusable

AFFECTED_FROM = (3, 7, 0)
FIXED = (3, 51, 3)
BACKPORTED = {(3, 44): 6, (3, 50): 7}
"""Minor lines with a fix of their own: (3, minor) → first sound patch."""


def is_sound(version: str) -> bool:
    """Tell whether a SQLite version keeps all that it has committed.

    From 3.7.0 to 3.51.2 a write-ahead log could be reset while another connection wrote,
    and committed transactions were lost; 3.51.3, 3.50.7 and 3.44.6 mend it.
    """
    numbers = tuple(int(part) for part in version.split("."))
    major, minor, patch = (*numbers, 0, 0)[:3]
    if (major, minor) in BACKPORTED:
        return patch >= BACKPORTED[major, minor]
    return not AFFECTED_FROM <= (major, minor, patch) < FIXED


def require_sound_sqlite() -> None:
    """Refuse to go on with a library that can lose committed writes.

    Raises:
        StoreUnusable: The SQLite inside apsw is such a one.
    """
    version = apsw.sqlite_lib_version()
    if not is_sound(version):
        raise StoreUnusable(
            f"SQLite {version} can lose committed writes; it must be 3.51.3 or newer "
            "(or 3.50.7, 3.44.6). Installing a newer apsw will do."
        )

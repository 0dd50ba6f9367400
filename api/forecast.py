"""How long tiles will take to draw: as long as others of their kind took just before."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

LIGHT_S = 0.002
"""What may hold the event loop up; going to a thread and back costs a tenth of it."""
FADING = 0.9
"""How much of an expectation is left after a lighter tile: one heavy tile is not soon forgotten."""
MOST_KINDS = 4096


class _Known(NamedTuple):
    version: Hashable
    seconds: float


class Forecast:
    """What to expect of tiles of the same layers, filters and zoom.

    Nothing is known of the first tile of a version: what it is drawn from may have to be built.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, _Known] = {}

    def is_light(self, kind: Hashable, version: Hashable) -> bool:
        """Tell whether a tile can be drawn on the event loop."""
        known = self._known.get(kind)
        return known is not None and known.version == version and known.seconds <= LIGHT_S

    def learn(self, kind: Hashable, version: Hashable, seconds: float) -> None:
        """Take note of how long a tile took."""
        known = self._known.get(kind)
        if known is not None and known.version == version:
            seconds = max(seconds, known.seconds * FADING)
        elif len(self._known) >= MOST_KINDS:
            self._known.clear()
        self._known[kind] = _Known(version, seconds)

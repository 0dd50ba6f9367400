"""What a filter may cost. Work is paid for before it is done, at what it was measured to take."""

from __future__ import annotations

from collections.abc import Mapping

from geomap.errors import ParameterInvalid

LEAST_MS = 45.0
NS_A_ROW = 45.0
"""So that a million rows are done within 50 ms of one processor, and fewer within that, too: what
is read and what is told of it takes some of them."""

LOOKED_UP = 1.5
"""Nanoseconds a row: from a column's dictionary."""
JOINED = 0.15
"""To join one truth with others."""
NUMBERED = 1.9
"""To fetch, compare or compute with a number or a time."""
DATED = 5.0
"""To fetch a moment."""
MISSED = 1.0
"""To see that there is no value."""
COMPUTED: Mapping[str, float] = {"^": 45.0, "%": 5.5}
"""To compute with one of these operators instead."""
COMPARED = 5.0
"""To compare a text, or look at its beginning or its end."""
COMPARED_BOTH = 12.0
"""To compare a text with another of its row."""
SOUGHT = 45.0
"""To look for letters within a text, where texts are few."""
SCANNED_BYTE = 0.27
"""To look for two bytes in each byte of texts."""
SCANNED_AGAIN = 0.11
"""To look for two more."""
SPOTTED = 40.0
"""To see of a place with both what else stands there, and in which text that is."""
MARKED_BYTE = 0.65
"""To tell texts that hold a byte, where most do."""
MATCHED = 80.0
"""To match a text with a pattern of wildcards inside."""
LISTED = 16.0
"""To look for a text in a list."""
GATHERED = 20.0
"""To fetch a text from a column's dictionary."""
BOXED = 3.5
"""To compare a place with a box."""
PLACED = 45.0
"""To compare a place with a shape."""
PLACED_CORNER = 0.8
"""And for each corner of that."""
FOUND = 14.0
"""To take a place that is within that."""
CELLED = 25.0
"""To find the cell of a place."""
CELLS_MADE = 1_500_000.0
"""To cut the box of a shape into cells."""
CELLS_CORNER = 20_000.0
"""And for each corner of that."""
MADE = 750.0
"""To make a geometry of a place."""
SHAPED = 3_000.0
"""To read a geometry and compare it with a shape."""
SHAPED_CORNER = 20.0
"""And for each corner of that."""


class Budget:
    """What is left for one filter over some rows."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._left = max(LEAST_MS * 1e6, NS_A_ROW * rows)

    def spend(self, nanoseconds: float, rows: int | None = None) -> None:
        """Pay for work on rows: on all of them, where it is not said on how many.

        Raises:
            ParameterInvalid: More than a filter may cost.
        """
        self.pay(nanoseconds * (self._rows if rows is None else rows))

    def pay(self, nanoseconds: float) -> None:
        """Pay for work altogether.

        Raises:
            ParameterInvalid: More than a filter may cost.
        """
        self._left -= nanoseconds
        if self._left < 0:
            raise ParameterInvalid(
                "filter",
                "",
                f"it would take too long over {self._rows:,} features; ask for less at once: "
                "fewer conditions, patterns that begin with letters, shapes of fewer corners.",
            )

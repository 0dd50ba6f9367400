"""What whoever asks for a file may wish, beside the format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Wishes for one file; `layers.exports.table.options_for` checks them."""

    crs: str = "EPSG:4326"
    """A key of `geomap.crs.FILE_CRS`; longitude or easting comes first, always."""
    bom: bool = False
    """Begin with a byte-order mark, by which Excel knows UTF-8."""


USUAL = Options()

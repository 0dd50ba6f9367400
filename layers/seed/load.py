"""The seed that the project ships: a small, true map for the first start. See SOURCES.md."""

from __future__ import annotations

from pathlib import Path

from geomap.errors import InputFaulty
from layers.imports.apply import Wish, import_as
from layers.imports.report import Report
from layers.store.protocol import Store

FOLDER = Path(__file__).parent
FILES = (
    ("twins.csv", "twins"),  # its cities come with it, from the table beside it
    ("sites.csv", "sites"),
    ("regions.geojson", "regions"),
)
"""Each file and its layer, in the order in which they are written."""


def load_seed(store: Store) -> tuple[Report, ...]:
    """Import the seed; records that the store holds already are brought to the seed's state.

    Each file is one transaction, and the same seed again changes nothing, so that a seed that was
    interrupted is completed by loading it once more.

    Returns:
        One report a file, in the order of `FILES`; that of the pairs counts their cities too,
        as its companions.

    Raises:
        InputFaulty: A table of the seed has been edited and is faulty; it was not written.
        StoreBusy: The store could not be locked in time.
    """
    return tuple(_load(store, FOLDER / name, layer_id) for name, layer_id in FILES)


def _load(store: Store, path: Path, layer_id: str) -> Report:
    report = import_as(store, path, layer_id, Wish(actor="seed"))
    if report.refused:
        raise InputFaulty(report.errors)
    return report

"""Where edited rows stand among those of the base: by rank, then by id."""

from __future__ import annotations

import bisect
from functools import partial

import numpy as np
from numpy.typing import NDArray

from layers.columns import Rows
from layers.table import LayerTable

Key = tuple[float, bytes]


def standing_of(table: LayerTable, rows: Rows) -> NDArray[np.float64]:
    """Return for each row a number between those of its neighbours in `Base.by_rank`.

    The base's own are whole numbers from 0; these are not, and no two are equal.
    """
    known: dict[int, tuple[int, Key]] = table.base.cached("standings", dict)
    key, standings = partial(_key, table), []
    for row, seq in zip(rows.tolist(), table.seqs[rows].tolist(), strict=True):
        if seq not in known:
            # Row numbers may be given twice, to what follows one base in two ways; a seq is not.
            known[seq] = bisect.bisect(table.base.by_rank, key(row), key=key), key(row)
        standings.append(known[seq])
    order = sorted(range(len(rows)), key=standings.__getitem__)
    places = np.array([before for before, _ in standings], np.float64)
    places[order] += (np.arange(len(rows)) + 1) / (len(rows) + 2) - 1
    return places


def _key(table: LayerTable, row: int) -> Key:
    rank = table.value("rank", row)
    return np.inf if rank is None else -rank, bytes(table.ids[row])

"""The geometries of rows in a reference system, as WKB and as WKT."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from geomap.crs import DEGREES, from_crs84
from layers.content import Rows
from layers.exports.arrow import of_bytes
from layers.table import LayerTable

WKT = "wkt"
_POINT = np.array([1, 1, 0, 0, 0], np.uint8)
"""How the WKB of a point begins: little-endian, type 1."""


def wkb_of(table: LayerTable, rows: Rows, crs: str) -> pa.Array:
    """Return the geometries of rows as WKB, null without a place or where `crs` has none."""
    if crs not in DEGREES:
        wkb = shapely.to_wkb(from_crs84(table.geometry(rows), crs)).tolist()
        return of_bytes(wkb, pa.binary())
    lnglats, is_shape = table.lnglats()[rows], table.shape_bytes(rows) > 0
    points = np.empty((len(rows), 21), np.uint8)
    points[:, :5] = _POINT
    points[:, 5:] = np.ascontiguousarray(lnglats).view(np.uint8).reshape(-1, 16)
    placed = np.isfinite(lnglats[:, 0])
    if placed.all() and not is_shape.any():
        offsets = np.arange(0, 21 * (len(rows) + 1), 21, dtype=np.int32)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(points)]
        return pa.Array.from_buffers(pa.binary(), len(rows), buffers)
    wkb = points.view("V21").reshape(-1).tolist()
    for at in np.flatnonzero(is_shape).tolist():
        wkb[at] = table.content.shapes.entry(int(rows[at]))
    for at in np.flatnonzero(~placed & ~is_shape).tolist():
        wkb[at] = None
    return of_bytes(wkb, pa.binary())


def wkt_of(table: LayerTable, rows: Rows, crs: str) -> pa.Array:
    """Return the geometries of rows as WKT: to a centimetre in degrees, a millimetre in metres."""
    digits = 7 if crs in DEGREES else 3
    told = shapely.to_wkt(from_crs84(table.geometry(rows), crs), rounding_precision=digits)
    texts = [None if text is None else text.encode() for text in told.tolist()]
    return of_bytes(texts, pa.string())

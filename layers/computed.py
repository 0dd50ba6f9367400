"""What the read side adds to features: regions that hold them, twins of a city, status of a pair.

Computed, never stored: a region redrawn or a day gone by changes the answer without an edit.
After an edit only what it touches is computed; the rest is taken from the table before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geomap.i18n import LANGUAGES
from geomap.status import PairStatus, evidence_of, pair_status
from layers.columns import Column, Mask, Numbers, Rows, Terms
from layers.growing import Growing
from layers.statuses import Statuses
from layers.store.protocol import PublicReader
from layers.table import LayerTable

Tables = Mapping[str, LayerTable]
Columns = dict[str, Column]

NEEDS: Mapping[str, tuple[str, ...]] = {
    "sites": ("regions",),
    "cities": ("regions", "twins"),
    "twins": (),
}
"""Layer → the layers that its computed columns are computed from, beside itself."""
STATUS_COLUMNS = ("pair_status", "status", "last_activity_on")
CHUNK = 5_000
NOTHING = b'{"properties":{}}'


class Step(NamedTuple):
    """From one set of tables to the next."""

    before: Tables
    """Empty where nothing is known yet. Otherwise each table after continues the one before."""
    after: Tables
    reader: PublicReader
    today: date

    def fresh(self, name: str) -> Rows:
        """Return the rows of a layer that were not there before."""
        known = len(self.before[name]) if name in self.before else 0
        return np.arange(known, len(self.after[name]))

    def gone(self, name: str) -> Rows:
        """Return the rows of a layer that have died since."""
        died = np.setdiff1d(self.after[name].dead, self.before[name].dead, assume_unique=True)
        return died[died < len(self.before[name])]


def computed_columns(step: Step, touched: set[str]) -> dict[str, LayerTable]:
    """Return the tables after the step with their computed columns as of its day.

    A layer that no change touches, itself or through what it needs, is passed on as it was;
    the pairs are computed anew on a new day.
    """
    answer = dict(step.after)
    for name, needs in NEEDS.items():
        stale = name not in step.before or bool({name, *needs} & touched)
        if name == "twins":
            stale = stale or not step.before[name].version.endswith(step.today.isoformat())
        if stale:
            version = _version(step.after, name, step.today)
            answer[name] = step.after[name].with_columns(COMPUTED[name](step), version)
    return answer


def computed_members(table: LayerTable, rows: Rows, lang: str) -> list[bytes]:
    """Return the JSON members of rows' computed columns, to be spliced into `properties`.

    Returns:
        For each row, for example `b'"region_ids":["…"]'`; empty where nothing is computed.
    """
    parts: list[list[bytes]] = []
    if "region_ids" in table.columns:
        parts.append(_region_members(table.columns["region_ids"].objects(rows).tolist()))
    if "twin_count" in table.columns:
        counts = table.columns["twin_count"].objects(rows).tolist()
        parts.append([b'"twin_count":%d' % count for count in counts])
    if "pair_status" in table.columns:
        statuses = table.columns["pair_status"].objects(rows).tolist()
        parts.append([orjson.dumps(status.properties(lang))[1:-1] for status in statuses])
    if len(parts) == 1:
        return parts[0]
    return [b",".join(filter(None, each)) for each in zip(*parts, strict=True)] or [b""] * len(rows)


def _region_members(of_rows: list[tuple[str, ...]]) -> list[bytes]:
    """Return the member `region_ids` of each row; most rows are in the same few regions."""
    texts = {regions: orjson.dumps({"region_ids": regions})[1:-1] for regions in set(of_rows)}
    texts[()] = b""
    return [texts[regions] for regions in of_rows]


def region_mask(table: LayerTable, region_id: str) -> Mask:
    """Return which rows a region holds."""
    column = table.columns.get("region_ids")
    if not isinstance(column, Terms):
        return np.zeros(len(table), bool)
    mask: Mask = column.lookup((region_id in regions for regions in column.values), False)
    return mask


def _version(tables: Tables, name: str, today: date) -> str:
    parts = [tables[needed].version.split("-")[0] for needed in (name, *NEEDS[name])]
    return "-".join([*parts, today.isoformat()] if name == "twins" else parts)


def _region_ids(step: Step, name: str) -> Terms:
    """Return the tuple of region ids of each row of a layer, in the order of ids."""
    table, regions = step.after[name], step.after["regions"]
    before = step.before[name].columns["region_ids"] if name in step.before else None
    column = before if isinstance(before, Terms) else Terms.of([])
    changed = {regions.ids[row].decode() for row in step.fresh("regions")}
    if name in step.before:
        changed |= {step.before["regions"].ids[row].decode() for row in step.gone("regions")}
        column = _without(column, changed) if changed else column
    column = column.grown(_of_fresh(step, name, changed))
    for row in regions.positions(changed).tolist() if name in step.before else ():
        held = _held_rows(table, regions, row)
        column = column.recoded(held, _with(regions.ids[row].decode()))
    return column


def _of_fresh(step: Step, name: str, changed: set[str]) -> list[tuple[str, ...]]:
    """Return the regions of each row that was not there before, but for the changed ones."""
    table, regions, fresh = step.after[name], step.after["regions"], step.fresh(name)
    column, places = Terms.of([()] * len(fresh)), _Places(table, fresh)
    if len(places.rows):
        rows = regions.rows()
        boxes = regions.cached("boxes", lambda: regions.bounds()[rows])
        near = places.box_meets(boxes)
        if name in step.before:
            near &= ~np.isin(rows, regions.positions(changed))
        for row in rows[near].tolist():
            [outline] = regions.geometry(np.array([row]))
            held = places.within(outline) - fresh[0]
            column = column.recoded(held, _with(regions.ids[row].decode()))
    held_by: list[tuple[str, ...]] = column.objects(slice(None)).tolist()
    return held_by


def _held_rows(table: LayerTable, regions: LayerTable, row: int) -> Rows:
    """Return the rows of a layer whose place is in a region, dead ones left out."""
    [outline] = regions.geometry(np.array([row]))
    if outline is None:
        return np.empty(0, np.intp)
    west, south, east, north = outline.bounds
    lng, lat = table.lnglats().T
    near = np.flatnonzero((lng >= west) & (lng <= east) & (lat >= south) & (lat <= north))
    near = near[~table.are_dead(near)]
    shapely.prepare(outline)
    held: Rows = near[shapely.intersects_xy(outline, *table.lnglats()[near].T)]
    return held


def _with(region: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    return lambda held: tuple(sorted({*held, region}))


class _Places:
    """Places in the order of their longitudes, to find those in a box."""

    def __init__(self, table: LayerTable, rows: Rows) -> None:
        lnglats = table.lnglats()[rows]
        placed = np.flatnonzero(np.isfinite(lnglats[:, 0]) & ~table.are_dead(rows))
        order = placed[np.argsort(lnglats[placed, 0])]
        self.rows, self.lnglats = rows[order], lnglats[order]

    def box_meets(self, boxes: NDArray[np.float64]) -> Mask:
        """Return which boxes may hold one of the places."""
        west, south = self.lnglats.min(axis=0)
        east, north = self.lnglats.max(axis=0)
        with np.errstate(invalid="ignore"):
            meets: Mask = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
            meets &= (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        return meets

    def within(self, outline: shapely.Geometry) -> Rows:
        """Return the rows whose place is in an outline or on its edge."""
        west, south, east, north = outline.bounds
        first, after = np.searchsorted(self.lnglats[:, 0], [west, np.nextafter(east, np.inf)])
        lnglats = self.lnglats[first:after]
        inside = np.flatnonzero((lnglats[:, 1] >= south) & (lnglats[:, 1] <= north))
        shapely.prepare(outline)
        held = shapely.intersects_xy(outline, *lnglats[inside].T)
        rows: Rows = self.rows[first:after][inside[held]]
        return rows


def _without(column: Terms, regions: set[str]) -> Terms:
    stale = column.lookup((not regions.isdisjoint(held) for held in column.values), False)
    if not stale.any():
        return column
    kept = lambda held: tuple(one for one in held if one not in regions)  # noqa: E731
    return column.recoded(np.flatnonzero(stale), kept)


def _of_sites(step: Step) -> Columns:
    return {"region_ids": _region_ids(step, "sites")}


def _of_cities(step: Step) -> Columns:
    return {"region_ids": _region_ids(step, "cities"), "twin_count": _twin_counts(step)}


def _twin_counts(step: Step) -> Numbers:
    cities, twins = step.after["cities"], step.after["twins"]
    counts = np.zeros(len(cities))
    fresh = step.fresh("twins")
    gone: Rows = fresh[:0]
    if "cities" in step.before:
        known = step.before["cities"].columns["twin_count"]
        assert isinstance(known, Numbers)  # noqa: S101
        counts[: len(known)] = known.numbers
        gone = step.gone("twins")
        new = cities.positions(cities.ids[row].decode() for row in step.fresh("cities"))
        for row in new.tolist():
            counts[row] = _count_of(twins, cities.ids[row].decode())
    else:
        new = gone
    for rows, sign in ((fresh[~twins.are_dead(fresh)], 1), (gone, -1)):
        ends, numbers = _ends_of(twins, rows)
        for city, number in zip(ends, numbers.tolist(), strict=True):
            at = cities.positions([city])
            counts[at[~np.isin(at, new)]] += sign * number
    return Numbers(Growing(counts))


def _ends_of(twins: LayerTable, rows: Rows) -> tuple[list[str], NDArray[np.intp]]:
    ends = [twins.columns[name].objects(rows) for name in ("city_a", "city_b")]
    cities = [city for city in np.concatenate(ends).tolist() if city is not None]
    named, numbers = np.unique(np.array(cities, object).astype(str), return_counts=True)
    return named.tolist(), numbers


def _count_of(twins: LayerTable, city: str) -> int:
    ends = (twins.columns[name] for name in ("city_a", "city_b"))
    masks = (end.mask(lambda values: values == city, missing=False) for end in ends)
    return sum(int((mask & twins.alive).sum()) for mask in masks)


def _of_twins(step: Step) -> Columns:
    table, today = step.after["twins"], step.today
    before = step.before.get("twins")
    if before is None or not before.version.endswith(today.isoformat()):
        columns: list[Column] = [Statuses(), Terms.of([]), Terms.of([])]
        rows: Rows = np.arange(len(table))
    else:
        columns = [before.columns[name] for name in STATUS_COLUMNS]
        rows = step.fresh("twins")
    found = [*_statuses(table, rows, step)]
    days = [one.last_activity_on and one.last_activity_on.isoformat() for one in found]
    values: tuple[list[Any], ...] = (found, [one.status for one in found], days)
    grown = [column.grown(more) for column, more in zip(columns, values, strict=True)]
    return dict(zip(STATUS_COLUMNS, grown, strict=True))


def _statuses(table: LayerTable, rows: Rows, step: Step) -> Iterable[PairStatus]:
    """Yield the status of each row; of dead ones, whose text the store has no more, unknown."""
    for start in range(0, len(rows), CHUNK):
        seqs = table.seqs[rows[start : start + CHUNK]].tolist()
        bodies = step.reader.bodies("twins", seqs)
        for row, seq in zip(rows[start : start + CHUNK].tolist(), seqs, strict=True):
            status = _status(bodies.get(seq, NOTHING), step.today)
            if status.speaks_of_a_side:
                sides = {"a": table.value("city_a", row), "b": table.value("city_b", row)}
                status = status.naming(_city_names(step.after["cities"], sides))
            yield status


def _city_names(cities: LayerTable, sides: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return side → name by language; a pair is written anew when its city is renamed."""
    found = {}
    for side, city in sides.items():
        for row in cities.positions([city]).tolist():
            name = cities.value("name", row)
            found[side] = {lang: cities.value(f"name_{lang}", row) or name for lang in LANGUAGES}
    return found


def _status(body: bytes, today: date) -> PairStatus:
    return pair_status(evidence_of(orjson.loads(body)["properties"]), today)


COMPUTED: Mapping[str, Callable[[Step], Columns]] = {
    "sites": _of_sites,
    "cities": _of_cities,
    "twins": _of_twins,
}

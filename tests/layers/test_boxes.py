"""Rows in a box are found by stretches of Morton order, and are those that a look at each finds."""

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from geomap.grid import MAX_LAT
from geomap.places import Bounds
from layers import boxes
from layers.catalog import LAYERS
from layers.content import NAME_COLUMNS
from layers.paging import by_id
from layers.query import Query, matching_rows, page, select
from layers.store.protocol import PublicRow
from layers.table import compacted, table_from

SITES = LAYERS["sites"]
RNG = np.random.default_rng(3)
SCATTERED = RNG.uniform((-180, -90), (180, 90), (3_000, 2))
DENSE = RNG.normal((25, 60), 0.01, (3_000, 2)).round(4)
EDGES = [(-180, 0), (180, 0), (0, 90), (0, -90), (0, MAX_LAT), (25, 60), (25, 60)]
PLACES = np.concatenate([SCATTERED, DENSE, EDGES])
EMPTY = orjson.dumps([None] * (len(SITES.columns()) + len(NAME_COLUMNS)))


def rows_of(geometries):
    return [
        PublicRow(number, f"{number * 7919 % 100_003:06}", geometry and geometry.wkb, EMPTY)
        for number, geometry in enumerate(geometries)
    ]


TABLE = compacted(table_from(SITES, rows_of([*map(Point, PLACES), None]), "1"))

degrees = {
    "lng": st.one_of(st.floats(-180, 180), st.floats(24.9, 25.1), st.sampled_from(DENSE[:, 0])),
    "lat": st.one_of(st.floats(-90, 90), st.floats(59.9, 60.1), st.sampled_from(DENSE[:, 1])),
}
any_box = st.builds(
    lambda west, east, lats: Bounds(float(west), float(min(lats)), float(east), float(max(lats))),
    degrees["lng"],
    degrees["lng"],
    st.tuples(degrees["lat"], degrees["lat"]),
)


def looked_at(table, box):
    lng, lat = table.lnglats().T
    held = np.isnan(lng)
    for part in box.parts():
        held |= (lng >= part.west) & (lng <= part.east) & (lat >= part.south) & (lat <= part.north)
    return np.flatnonzero(held)


@given(box=any_box, few=st.sampled_from([1, 50, 100_000]))
def test_the_rows_in_a_box_are_those_that_a_look_at_each_finds(box, few):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "FEW", few)
        assert np.array_equal(boxes.box_rows(TABLE, box), looked_at(TABLE, box))


def test_cells_are_divided_where_rows_are_dense(monkeypatch):
    monkeypatch.setattr(boxes, "FEW", 200)
    inside, doubtful = boxes.stretches(TABLE.content.keys.values, Bounds(-90, -45, 90, 75))
    looked = (doubtful[:, 1] - doubtful[:, 0]).sum()
    assert (inside[:, 1] - inside[:, 0]).sum() > 3_000
    assert looked < 300


def test_a_table_in_no_order_is_looked_at_row_by_row():
    unordered = table_from(SITES, rows_of([Point(-50, -50), Point(1, 1), Point(50, 50)]), "1")
    assert not unordered.base.in_order
    assert boxes.box_rows(unordered, Bounds(0, 0, 10, 10)).tolist() == [1]


def test_a_line_is_in_a_box_that_it_crosses_only():
    line = LineString([(0, 0), (10, 10)])
    table = compacted(table_from(SITES, rows_of([line, Point(4, 8)]), "1"))
    assert len(matching_rows(table, Query(bbox=Bounds(4, 4, 6, 6)))) == 1
    assert len(boxes.box_rows(table, Bounds(7, 1, 9, 2))) == 1
    assert len(matching_rows(table, Query(bbox=Bounds(7, 1, 9, 2)))) == 0


@pytest.mark.parametrize("box", [Bounds(24.995, 59.995, 25, 60), Bounds(-170, -80, 170, 80), None])
def test_pages_put_together_are_all_that_match_in_the_order_of_ids(box):
    query, found = Query(bbox=box, limit=100), []
    while True:
        shown = page(TABLE, query)
        found += shown.rows.tolist()
        assert shown.matched == len(select(TABLE, query))
        if not shown.next_token:
            break
        query = Query(bbox=box, limit=100, after=shown.next_token)
    assert found == select(TABLE, query).tolist()
    assert sorted(TABLE.ids[found].tolist()) == TABLE.ids[found].tolist()
    assert set(found) == set(range(len(TABLE)) if box is None else looked_at(TABLE, box).tolist())


@given(after=st.integers(0, 100_003), count=st.integers(0, 200))
def test_a_page_begins_behind_any_id_whether_it_is_there_or_not(after, count):
    rows = np.arange(0, len(TABLE), 3)
    last = f"{after:06}".encode()
    ids = sorted(TABLE.ids[row] for row in rows)
    wanted = [one for one in ids if one > last][:count]
    assert [TABLE.ids[row] for row in by_id(TABLE, rows, last, count)] == wanted

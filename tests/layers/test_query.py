"""Filters, pages and counts answer as a plain reading of the features would."""

import math
from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geomap.errors import ParameterInvalid
from geomap.places import Bounds, LngLat
from geomap.when import parse_interval
from layers.catalog import LAYERS
from layers.content import NAME_COLUMNS
from layers.query import Near, Query, facets, page, select
from layers.store.protocol import PublicRow
from layers.table import table_from

SITES = LAYERS["sites"]


def table(rows):
    """Return a table of (id, geometry, columns) rows, as published ones make it."""
    names = (*SITES.columns(), *NAME_COLUMNS)
    published = [
        PublicRow(
            number, id_, place and place.wkb, orjson.dumps([columns.get(name) for name in names])
        )
        for number, (id_, place, columns) in enumerate(rows)
    ]
    return table_from(SITES, published, "1")


def found(sites, query):
    return [sites.ids[row].decode() for row in select(sites, query)]


def test_a_box_over_the_antimeridian_finds_both_sides_of_it():
    sites = table([("a", Point(179, 66), {}), ("b", Point(-179, 66), {}), ("c", Point(0, 66), {})])
    assert found(sites, Query(bbox=Bounds(177, 65, -177, 70))) == ["a", "b"]


def test_a_line_meets_a_box_that_it_crosses_and_not_one_that_only_its_own_box_meets():
    sites = table([("a", LineString([(0, 0), (10, 10)]), {})])
    assert found(sites, Query(bbox=Bounds(4, 4, 6, 6))) == ["a"]
    assert found(sites, Query(bbox=Bounds(7, 1, 9, 2))) == []


def test_what_has_no_place_meets_every_box_and_comes_last_in_an_order():
    sites = table([("a", None, {"rank": 99}), ("b", Point(1, 1), {"rank": 1})])
    query = Query(bbox=Bounds(0, 0, 2, 2), order="-rank")
    assert [sites.ids[row] for row in page(sites, query).rows] == [b"b", b"a"]


def test_what_has_no_place_is_left_out_where_only_placed_ones_are_wished():
    sites = table([("a", Point(1, 1), {}), ("b", None, {})])
    assert found(sites, Query(placed=True)) == ["a"]
    assert found(sites, Query(bbox=Bounds(0, 0, 2, 2), placed=True)) == ["a"]
    assert Query(placed=True).key() != Query().key()


def test_what_has_no_date_matches_any_time_unless_only_dated_ones_are_wished():
    sites = table(
        [
            ("a", None, {"dating_from": 1500, "dating_to": 1599}),
            ("b", None, {}),
            ("c", None, {"dating_from": 1900, "dating_to": 1900}),
            ("d", None, {"dating_to": 1520}),
        ]
    )
    query = Query(interval=parse_interval("1550-01-01/1700-01-01"))
    assert found(sites, query) == ["a", "b"]
    assert found(sites, replace(query, dated=True)) == ["a"]
    assert found(sites, Query(interval=parse_interval("1510"), dated=True)) == ["a", "d"]


def test_an_empty_value_finds_what_has_none():
    sites = table(
        [("a", None, {"kind": "worship"}), ("b", None, {}), ("c", None, {"kind": "nature"})]
    )
    assert found(sites, Query(equals={"kind": ("",)})) == ["b"]
    assert found(sites, Query(equals={"kind": ("", "nature")})) == ["b", "c"]


def test_near_is_measured_along_the_ellipsoid():
    sites = table([("a", Point(28.0, 61.0), {}), ("b", Point(28.5, 61.0), {}), ("c", None, {})])
    place = LngLat(28.0, 61.0)
    assert found(sites, Query(near=Near(place, 27.0))) == ["a"]
    assert found(sites, Query(near=Near(place, 27.1))) == ["a", "b"]  # 27.05 km apart


def test_a_field_s_own_filter_does_not_narrow_its_counts():
    sites = table(
        [
            ("a", None, {"kind": "worship", "country": "FI"}),
            ("b", None, {"kind": "nature", "country": "FI"}),
            ("c", None, {"kind": "worship", "country": "RU", "dating_from": 1710}),
            ("d", None, {"country": "FI", "dating_to": -50}),
        ]
    )
    counts = facets(sites, Query(equals={"kind": ("worship",)}))
    assert counts["kind"] == {"worship": 2, "nature": 1, "": 1}
    assert counts["country"] == {"FI": 1, "RU": 1}
    assert facets(sites, Query())["century"] == {"1700": 1, "-100": 1, "": 2}


@pytest.mark.parametrize("token", ["x", "🦉", "e30", "WyIiLDFd", "bm9ib2R5"])
def test_a_token_that_no_page_gave_is_refused(token):
    with pytest.raises(ParameterInvalid):
        page(table([("a", None, {})]), Query(after=token))


def test_a_token_of_another_order_is_refused():
    sites = table([(name, None, {"rank": 1}) for name in "abc"])
    token = page(sites, Query(order="-rank", limit=1)).next_token
    with pytest.raises(ParameterInvalid):
        page(sites, Query(order="name", limit=1, after=token))


def test_a_page_by_ids_goes_on_where_a_deleted_feature_was():
    before = table([(name, None, {}) for name in "abcd"])
    token = page(before, Query(limit=2)).next_token
    after = table([(name, None, {}) for name in "acd"])
    assert [after.ids[row].decode() for row in page(after, Query(after=token)).rows] == ["c", "d"]


SOME_SITES = st.lists(
    st.tuples(
        st.one_of(st.none(), st.tuples(st.floats(-180, 180), st.floats(-90, 90))),
        st.sampled_from([None, "worship", "nature"]),
        st.one_of(st.none(), st.integers(-500, 2026)),
        st.one_of(st.none(), st.floats(0, 100)),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=150)
@given(
    sites=SOME_SITES,
    box_=st.tuples(
        st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90)
    ),
    kinds=st.sets(st.sampled_from(["worship", "nature", ""])),
    order=st.sampled_from(["", "id", "rank", "-rank", "kind", "name"]),
    limit=st.integers(1, 7),
)
def test_pages_are_all_that_a_plain_loop_finds_once_and_in_order(sites, box_, kinds, order, limit):
    west, south, east, north = box_
    bounds = Bounds(west, min(south, north), east, max(south, north))
    rows = [
        (f"{n:04}", place and Point(place), {"kind": kind, "dating_from": year, "rank": rank})
        for n, (place, kind, year, rank) in enumerate(sites)
    ]
    expected = {
        name
        for name, place, columns in rows
        if (place is None or bounds.holds(place.x, place.y))
        and (not kinds or (columns["kind"] or "") in kinds)
    }
    equals = {"kind": tuple(kinds)} if kinds else {}
    query, seen, one = Query(bounds, equals=equals, order=order, limit=limit), [], table(rows)
    while True:
        answer = page(one, query)
        seen += [one.ids[row].decode() for row in answer.rows]
        assert answer.matched == len(expected)
        if answer.next_token is None:
            break
        query = replace(query, after=answer.next_token)
    assert sorted(seen) == sorted(expected)
    if order == "-rank":
        ranks = {name: columns["rank"] for name, place, columns in rows if place}
        placed = [
            -math.inf if ranks[name] is None else ranks[name] for name in seen if name in ranks
        ]
        assert placed == sorted(placed, reverse=True)


def test_a_box_finds_polygons_by_their_outline():
    sites = table([("a", box(0, 0, 1, 1), {}), ("b", box(5, 5, 6, 6), {})])
    assert found(sites, Query(bbox=Bounds(0.5, 0.5, 2, 2))) == ["a"]

"""Whatever is edited, by whom and when: readers are told what a plain GeoDataFrame would tell.

Another process writes, segments are built at any moment, and after each write tiles, overviews,
pages, counts and exports are compared with answers that GeoPandas gives of the records alone.
"""

import math
import multiprocessing
import random
import uuid
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import geopandas
import mapbox_vector_tile
import orjson
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from shapely.geometry import shape

from geomap.grid import Tile
from geomap.model import Edit, EditKind, Feature, Source, Visibility
from geomap.places import Bounds
from layers.exports.table import EXPORTS
from layers.query import Query, facets, page, select
from layers.segments.building import build
from layers.segments.folder import Folder
from layers.segments.opening import Segments
from layers.snapshot import Follower
from layers.store.engines import open_store
from layers.tiles.render import render

SOURCE = Source(
    "test", "A register", "An office", "CC0-1.0", "https://example.org", date(2026, 1, 1), "Office"
)  # fmt: skip
STEPS = 6
BORDER = 22.5
"""A meridian that is an edge of tiles from zoom 4 on."""
KINDS, COUNTRIES = ["worship", "defence", "nature", None], ["FI", "RU", "EE"]
BOXES = [Bounds(22, 59.5, 23, 60.5), Bounds(-180, -90, BORDER, 90), Bounds(170, -90, -170, 90)]
EDGE = 0.02
"""The part of a tile by which outlines reach over its edges and are simplified."""


def write(url, asked):
    """Write as the process of an officer does."""
    store = open_store(url)
    while edits := asked.recv():
        store.write(edits, actor="officer", action="edit", sources=[SOURCE])
        asked.send(True)
    store.close()


@pytest.fixture(scope="module")
def officer():
    """Return how another process, one for each store, is told to write."""
    started = []

    def begun(url):
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=write, args=(url, there))
        process.start()
        started.append((process, here))

        def tell(edits):
            here.send(edits)
            assert here.recv()

        return tell

    yield begun
    for process, here in started:
        here.send([])
        process.join()
        here.close()


def some_place(chance):
    """Return a place on this or that side of a tile's edge, sometimes far away."""
    if chance.random() < 0.1:
        return chance.choice([(179.9999, -10.0), (-179.9999, 70.0), (-60.0, -33.0)])
    return BORDER + chance.choice([-1, 1]) * chance.choice([1e-6, 1e-3, 0.3]), chance.choice(
        [60.0, 60.0001, 60.2]
    )


def some_geometry(layer, chance):
    lng, lat = some_place(chance)
    west = min(lng, 179.0)
    area = box(west, lat, west + chance.choice([1e-3, 0.5]), lat + 0.2)
    line = LineString([(west, lat), (west + 0.4, lat + 0.1)])
    choice = {"cities": [Point(lng, lat)], "regions": [area], "twins": [line]}
    return chance.choice([*choice.get(layer, [Point(lng, lat)] * 3 + [area, line]), None])


def some_feature(layer, number, chance):
    base = {"sites": 0, "cities": 1000, "regions": 2000, "twins": 3000}[layer]
    name = {"value": chance.choice(["Fort", "Église", "Замок"]), "lang": "en", "type": "preferred"}
    properties = {"names": [name], "rank": chance.choice([1.0, 5.0, 90.0])}
    if layer == "twins":
        properties |= {key: str(uuid.UUID(int=1000 + chance.randrange(9))) for key in
                       ("city_a", "city_b")}  # fmt: skip
    if layer in {"sites", "cities"}:
        properties["country"] = chance.choice(COUNTRIES)
    if layer == "sites" and (kind := chance.choice(KINDS)):
        properties["kind"] = kind
    return Feature(layer, str(uuid.UUID(int=base + number)), SOURCE.id, str(number),
                   some_geometry(layer, chance), properties)  # fmt: skip


def some_edits(records, chance):
    """Yield edits of one write, and do the same to the records."""
    layers = ["sites"] * 5 + ["cities", "regions", "twins"]
    chosen = {(chance.choice(layers), chance.randrange(12)) for _ in range(chance.randrange(1, 9))}
    for layer, number in sorted(chosen):
        feature = some_feature(layer, number, chance)
        before = records.get(feature.id)
        action = chance.choice(["put", "put", "move", "hide", "show", "delete"])
        if before and action == "delete":
            del records[feature.id]
            yield Edit(EditKind.DELETE, before)
            continue
        if before and action == "move":
            feature = replace(before, geometry=feature.geometry)
        elif before and action in {"hide", "show"}:
            shown = {"hide": Visibility.HIDDEN, "show": Visibility.PUBLIC}[action]
            feature = replace(before, visibility=shown)
        records[feature.id] = feature
        yield Edit(EditKind.PUT, feature)


def plain(records, layer):
    """Return what the public may see of a layer as a GeoDataFrame, in the order of ids."""
    shown = [
        one for _, one in sorted(records.items())
        if one.layer == layer and one.visibility is Visibility.PUBLIC
    ]  # fmt: skip
    columns = {
        "id": [one.id for one in shown],
        "name": [one.properties["names"][0]["value"] for one in shown],
        "kind": [one.properties.get("kind") or "" for one in shown],
        "country": [one.properties.get("country") or "" for one in shown],
    }
    geometry = geopandas.GeoSeries([one.geometry for one in shown], crs="OGC:CRS84")
    return geopandas.GeoDataFrame(columns, geometry=geometry)


def check_pages(frame, table):
    for bounds in BOXES:
        parts = [box(one.west, one.south, one.east, one.north) for one in bounds.parts()]
        meets = frame.geometry.intersects(shapely.union_all(parts)) | frame.geometry.isna()
        wanted = frame["id"][meets].tolist()
        found, after = [], ""
        while after is not None:
            part = page(table, Query(bbox=bounds, limit=3, after=after))
            assert part.matched == len(wanted)
            found += [table.ids[row].decode() for row in part.rows]
            after = part.next_token
        assert found == wanted
    if "kind" in table.columns:
        rows = select(table, Query(equals={"kind": ("worship", "")}))
        wanted = frame["id"][frame["kind"].isin(["", "worship"])]
        assert [table.ids[row].decode() for row in rows] == wanted.tolist()


def check_counts(frame, table):
    counted = facets(table, Query())
    for name in ("kind", "country"):
        if name in counted and name in table.columns:
            assert counted[name] == Counter(frame[name].tolist())


def check_export(frame, table, snapshot, reader):
    rows = select(table, Query())
    text = b"".join(EXPORTS["geojson"].write(snapshot, reader, table, rows))
    features = sorted(orjson.loads(text)["features"], key=lambda one: one["id"])
    assert [one["id"] for one in features] == frame["id"].tolist()
    assert [one["properties"]["name"] for one in features] == frame["name"].tolist()
    for one, geometry in zip(features, frame.geometry, strict=True):
        if geometry is None:
            assert one["geometry"] is None
        else:
            assert shape(one["geometry"]).normalize().equals_exact(geometry.normalize(), 1e-7)


def tile_of(place, zoom):
    """Return column and row of the tile that holds a place, by the formula of the textbook."""
    side, lat = 2**zoom, math.radians(place.y)
    column = int((place.x + 180) / 360 * side)
    return min(column, side - 1), int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * side)


def places(frame):
    """Return one place inside each feature that has any."""
    placed = frame[~frame.geometry.isna()]
    points = [one if one.geom_type == "Point" else shapely.point_on_surface(one)
              for one in placed.geometry]  # fmt: skip
    return placed.assign(place=points)


def decoded(snapshot, layer, tile):
    drawn = mapbox_vector_tile.decode(render(snapshot, [layer], tile, Query()))
    return {name: part["features"] for name, part in drawn.items()}


def check_overview(frame, snapshot, zoom):
    """Each tile of a zoom counts what lies in it, by kind."""
    placed = places(frame)
    wanted = {}
    for place, kind in zip(placed["place"], placed["kind"], strict=True):
        wanted.setdefault(tile_of(place, zoom), Counter())[kind or "unknown"] += 1
    found = {}
    for column in range(2**zoom):
        for row in range(2**zoom):
            features = decoded(snapshot, "sites", Tile(zoom, column, row)).get("sites", [])
            counts = Counter()
            for said in (one["properties"] for one in features):
                if "count" in said:
                    parts = {k[2:]: v for k, v in said.items() if k.startswith("n_")}
                    assert sum(parts.values()) == said["count"]
                    counts.update(parts)
                else:
                    counts[said.get("kind", "unknown")] += 1
            if counts:
                found[column, row] = counts
    assert found == wanted


def check_singles(frame, snapshot, zoom):
    """Near by, each place is in its tile, and in no other."""
    placed = places(frame)
    tiles = {tile_of(place, zoom) for place in placed["place"]}
    for column, row in {(c + d, r) for c, r in tiles for d in (-1, 0, 1) if 0 <= c + d < 2**zoom}:
        wanted = {
            one for one, place in zip(placed["id"], placed["place"], strict=True)
            if tile_of(place, zoom) == (column, row)
        }  # fmt: skip
        drawn = decoded(snapshot, "sites", Tile(zoom, column, row)).get("sites", [])
        assert {one["properties"]["id"] for one in drawn} == wanted


def check_outlines(frame, snapshot, layer, name, zoom):
    """Each outline is in the tiles that it crosses, and in none that it does not come near."""
    kinds = frame.geometry.geom_type
    extended = frame[kinds.notna() & (kinds != "Point")]
    for tile in {tile_of(one.centroid, zoom) for one in extended.geometry}:
        drawn = decoded(snapshot, layer, Tile(zoom, *tile)).get(name, [])
        found = {one["properties"]["id"] for one in drawn}
        assert set(extended["id"][extended.intersects(area(zoom, *tile, -EDGE))]) <= found
        assert found <= set(extended["id"][extended.intersects(area(zoom, *tile, EDGE))])


def area(zoom, column, row, wider):
    west, east = (360 * (at / 2**zoom) - 180 for at in (column - wider, column + 1 + wider))
    north, south = (
        math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * at / 2**zoom))))
        for at in (row - wider, row + 1 + wider)
    )
    return box(west, south, east, north)


def check(follower, records, zooms):
    with follower.reading() as (snapshot, reader):
        for layer, table in snapshot.tables.items():
            frame = plain(records, layer)
            check_pages(frame, table)
            check_counts(frame, table)
            check_export(frame, table, snapshot, reader)
        sites = plain(records, "sites")
        check_overview(sites, snapshot, zooms[0])
        check_singles(sites, snapshot, zooms[1])
        check_outlines(sites, snapshot, "sites", "sites_shapes", 11)
        check_outlines(plain(records, "regions"), snapshot, "regions", "regions", 8)
        check_outlines(plain(records, "twins"), snapshot, "twins", "twins", 7)


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(seed=st.integers(0, 10**9))
def test_readers_are_told_what_a_plain_table_would_tell(seed, officer, tmp_path_factory):
    chance, records = random.Random(seed), {}
    path = tmp_path_factory.mktemp("truth") / "geomap.db"
    url = f"sqlite:///{path}"
    store, folder = open_store(url), Folder(path.with_name("segments"))
    tell = officer(url)
    workers = [Follower(store, segments=Segments(folder)) for _ in range(2)]
    try:
        for _ in range(STEPS):
            tell([*some_edits(records, chance)])
            for worker in workers:
                check(worker, records, (chance.choice([0, 2, 3]), chance.choice([7, 9, 14])))
            if chance.random() < 0.5:
                build(store, folder, datetime.now(UTC).date())
            for worker in workers:
                if chance.random() < 0.5:
                    worker.renew()
    finally:
        store.close()

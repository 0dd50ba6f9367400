"""After any edits, everything is as if it had been loaded anew."""

import random
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import mapbox_vector_tile
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geomap.grid import tile_at
from geomap.model import Edit, EditKind, Feature, Source, Visibility
from geomap.places import Bounds
from layers import snapshot as snapshots
from layers.catalog import LAYERS
from layers.exports.table import EXPORTS
from layers.query import Query, facets, page, select
from layers.segments.building import build
from layers.segments.folder import Folder
from layers.segments.opening import Segments
from layers.snapshot import Follower
from layers.store.engines import open_store
from layers.tiles.bundles import overview
from layers.tiles.render import render

SOURCE = Source(
    "test", "A register", "An office", "CC0-1.0", "https://example.org", date(2026, 1, 1), "Office"
)  # fmt: skip
PLACES = [(28.75, 60.71), (28.7500001, 60.71), (24.94, 60.17), (24.9, 60.2), (-60.1, -20), (45, 0)]
KINDS = ["worship", "defence", "nature", None]
RANKS = [None, 1.0, 1.0, 5.5, 90.0]
QUERIES = [
    Query(),
    Query(equals={"kind": ("worship", "")}),
    Query(equals={"country": ("FI",)}),
    Query(bbox=Bounds(20, 59, 29, 62)),
]
ORDERS = ["", "name", "-name", "rank", "-rank", "kind"]


def made(layer, number, chance):
    """Return some feature of a layer; the same number is the same feature, edited."""
    place, other = chance.sample(PLACES, 2)
    place = (place[0] + chance.choice([0, 0, 1e-3, 3]), place[1])
    shapes = {
        "regions": [box(place[0], place[1], place[0] + chance.choice([1, 9]), place[1] + 2)],
        "cities": [Point(place)],
        "twins": [LineString([place, other])],
    }.get(layer, [Point(place), Point(place), LineString([place, other]), Point(place).buffer(1)])
    properties = {"rank": chance.choice(RANKS), "country": chance.choice(["FI", "RU"])}
    if layer == "twins":
        ends = [str(uuid.UUID(int=1000 + chance.randrange(6))) for _ in range(2)]
        properties = {"rank": chance.choice(RANKS), "city_a": ends[0], "city_b": ends[1]}
    if layer == "sites":
        properties["kind"] = chance.choice(KINDS)
    name = chance.choice(["Fort", "fort", "Église", "Замок", "Linna"])
    names = [
        {"value": name, "lang": "en", "type": "preferred"},
        {"value": chance.choice([name, "Linna"]), "lang": "fi", "type": "preferred"},
    ]
    base = {"sites": 0, "cities": 1000, "regions": 2000, "twins": 3000}[layer]
    return Feature(
        layer=layer,
        id=str(uuid.UUID(int=base + number)),
        source_id=SOURCE.id,
        record_id=str(number),
        geometry=chance.choice([*shapes, *shapes, None]),
        properties={"names": names, **{k: v for k, v in properties.items() if v is not None}},
    )


def some_edits(chance, alive):
    """Return edits of one write: new, changed, hidden and deleted features."""
    chosen = {
        (chance.choice(list(LAYERS) + ["sites"] * 3), chance.randrange(8))
        for _ in range(chance.randrange(1, 7))
    }
    for layer, number in sorted(chosen):
        feature = made(layer, number, chance)
        if feature.id in alive and chance.random() < 0.25:
            alive.discard(feature.id)
            yield Edit(EditKind.DELETE, feature)
        else:
            alive.add(feature.id)
            hidden = Visibility.HIDDEN if chance.random() < 0.2 else Visibility.PUBLIC
            yield Edit(EditKind.PUT, replace(feature, visibility=hidden))


def told(follower, tiles):
    """Return all that readers can be told, in a form that does not depend on row numbers."""
    with follower.reading() as (snapshot, reader):
        answers = {}
        for layer, table in snapshot.tables.items():
            for number, query in enumerate(QUERIES):
                fits = all(LAYERS[layer].field(name) for name in query.equals)
                if not fits:
                    continue
                ids = lambda rows, table=table: [table.ids[row] for row in rows]  # noqa: E731
                answers[layer, number, "facets"] = facets(table, query)
                for order in ORDERS:
                    if order.removeprefix("-") in table.columns or not order:
                        one = page(table, replace(query, order=order, limit=5))
                        answers[layer, number, order] = (
                            ids(one.rows), one.matched, one.next_token
                        )  # fmt: skip
                rows = select(table, query)
                answers[layer, number, "rows"] = ids(rows)
                export = b"".join(EXPORTS["geojson"].write(snapshot, reader, table, rows))
                features = orjson.loads(export)["features"]
                answers[layer, number, "export"] = sorted(features, key=lambda one: one["id"])
                if layer == "twins":
                    answers[layer, number, "overview"] = overview(table, rows, 3)
            answers[layer, "extent"] = table.extent()
        for tile in tiles:
            for number, query in enumerate(QUERIES[:3]):
                drawn = mapbox_vector_tile.decode(render(snapshot, list(LAYERS), tile, query))
                answers[tile, number] = {
                    name: sorted(map(repr, layer["features"])) for name, layer in drawn.items()
                }
        return answers


@pytest.mark.parametrize("worn", [3, 1000])
@pytest.mark.parametrize("segmented", [False, True])
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_everything_is_as_if_loaded_anew(seed, worn, segmented, tmp_path_factory):
    chance, alive = random.Random(seed), set()
    path = tmp_path_factory.mktemp("edits") / "geomap.db"
    store, folder = open_store(f"sqlite:///{path}"), Folder(path.with_name("segments"))
    follower = Follower(store, segments=Segments(folder) if segmented else None)
    usual, snapshots.WORN = snapshots.WORN, worn
    try:
        for _ in range(5):
            edits = list(some_edits(chance, alive))
            store.write(edits, actor="tester", action="edit", sources=[SOURCE])
            tiles = [tile_at(*chance.choice(PLACES), z) for z in (0, 3, 6, 7, 9, 14)]
            told_now, told_anew = told(follower, tiles), told(Follower(store), tiles)
            for what, answer in told_anew.items():
                assert told_now[what] == answer, what
            if chance.random() < 0.5:
                follower.rest()
            if segmented and chance.random() < 0.6:
                build(store, folder, datetime.now(UTC).date())
            if segmented and chance.random() < 0.6:
                follower.renew()
    finally:
        snapshots.WORN = usual
        follower.rest()
        store.close()

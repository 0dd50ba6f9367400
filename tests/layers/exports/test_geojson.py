"""GeoJSON: ready texts put together, in the order of places, whatever the filter."""

import io
import json
from dataclasses import replace

import geopandas
import numpy as np
from shapely import LineString, Point, box

from layers.exports import batches
from layers.exports.geojson import RECORD_SEPARATOR
from layers.query import Query
from layers.snapshot import Follower


def test_geojson_is_read_by_geopandas_with_every_feature_and_geometry(put, feature, exported):
    shapes = {"Fort": (28.0, 61.0), "Wall": LineString([(0, 0), (1, 1)]), "Park": box(2, 2, 3, 3)}
    put(*(feature("sites", name, shape, kind="defence") for name, shape in shapes.items()))
    frame = geopandas.read_file(io.BytesIO(exported("geojson")))
    assert set(frame["name"]) == set(shapes)
    assert set(frame.geometry.geom_type) == {"Point", "LineString", "Polygon"}
    assert frame.crs == "EPSG:4326"


def test_geojson_carries_licence_and_source_of_what_is_in_it(put, feature, exported):
    put(feature("sites", "Fort", (28.0, 61.0)))
    collection = json.loads(exported("geojson"))
    [source] = collection["sources"]
    assert source["licence"] == "CC0-1.0"
    assert source["as_of"] == "2026-01-01"
    [fort] = collection["features"]
    assert fort["properties"]["licence"] == "CC0-1.0"
    assert fort["properties"]["record_id"] == "Fort"


def test_an_export_holds_what_the_filter_shows_and_no_more(put, feature, exported):
    put(
        feature("sites", "Fort", (28.0, 61.0), kind="defence"),
        feature("sites", "Church", (28.0, 61.0), kind="worship"),
    )
    collection = json.loads(exported("geojson", query=Query(equals={"kind": ("worship",)})))
    assert [one["properties"]["name"] for one in collection["features"]] == ["Church"]


def test_what_is_computed_is_spliced_into_the_rows_it_is_of(put, feature, properties):
    """Rows inside a region and outside of it, in one batch, each with its own."""
    region = feature("regions", "Border", box(20, 60, 30, 62))
    sites = [feature("sites", f"Site {n}", (15.0 + n, 61.0)) for n in range(20)]
    put(region, *sites)
    told = properties()
    for n in range(20):
        inside = [region.id] if 5 <= n <= 15 else None
        assert told[f"Site {n}"].get("region_ids") == inside


def test_rows_of_other_layers_in_between_do_not_come_along(put, delete, feature, exported):
    sites = [feature("sites", f"Site {n}", (n, n)) for n in range(30)]
    put(*(one for site in sites for one in (site, feature("cities", site.record_id, (1.0, 1.0)))))
    delete(*sites[10:15])
    features = json.loads(exported("geojson"))["features"]
    kept = [site.id for site in sites[:10] + sites[15:]]
    assert sorted(one["id"] for one in features) == sorted(kept)


def test_each_line_of_a_text_sequence_is_a_feature_of_its_own(put, feature, exported):
    put(*(feature("sites", f"Line\nbreak {n}", (n, n)) for n in range(5)))
    parts = exported("geojsonseq").split(RECORD_SEPARATOR)
    assert parts[0] == b""
    assert all(part.endswith(b"}\n") and part.count(b"\n") == 1 for part in parts[1:])
    assert len({json.loads(part)["id"] for part in parts[1:]}) == 5


def test_batches_hold_every_row_once_however_large_the_geometries(store, put, feature):
    line = LineString([(n / 100, n / 100) for n in range(1000)])
    put(*(feature("sites", f"{n}", line if n % 7 == 0 else (n, n)) for n in range(40)))
    with Follower(store).reading() as (snapshot, _):
        table = snapshot.tables["sites"]
        parts = list(batches.batches(table, np.arange(40), 500))
        sizes = [table.shape_bytes(part) // batches.BYTES_PER_COORDINATE for part in parts]
    assert sorted(np.concatenate(parts)) == list(range(40))
    keys = table.content.keys.values[np.concatenate(parts)]
    assert (keys[1:] >= keys[:-1]).all()
    weights = [int((size + batches.FEATURE_WEIGHT).sum()) for size in sizes]
    assert all(w <= 500 or len(part) == 1 for w, part in zip(weights, parts, strict=True))
    assert max(map(len, parts)) > 20


def test_an_edit_leaves_the_order_that_a_new_base_will_have(store, put, delete, feature, exported):
    sites = [feature("sites", f"Site {n}", (n % 5, n % 7)) for n in range(30)]
    put(*sites)
    follower = Follower(store)
    follower.current()
    delete(sites[3])
    put(feature("sites", "New", (4, 6)), replace(sites[9], geometry=Point(1, 1)), sites[3])
    with follower.reading() as (snapshot, _):
        table = snapshot.tables["sites"]
        assert table.is_edited()
        order = [table.ids[row].decode() for row in batches.in_file_order(table, table.rows())]
    assert [one["id"] for one in json.loads(exported("geojson"))["features"]] == order

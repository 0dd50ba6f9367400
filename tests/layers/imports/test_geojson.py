"""The reader of GeoJSON: collections, single features, lines of features; bounded."""

import gzip
import json

import pytest
from shapely import MultiPolygon, Point

from geomap.errors import FileUnreadable
from layers.imports import geojson

PERM = {
    "type": "Feature",
    "id": 7,
    "geometry": {"type": "Point", "coordinates": [56.25, 58.01]},
    "properties": {"name": "Пермь", "n": 1, "in": True, "none": None},
}
COLLECTION = {"type": "FeatureCollection", "features": [PERM, {**PERM, "geometry": None}]}


def rows(path, content):
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return list(geojson.read(path).rows)


def test_a_collection_gives_a_row_a_feature(tmp_path):
    first, second = rows(tmp_path / "a.geojson", COLLECTION)
    assert first.number == 1
    assert first.geometry == Point(56.25, 58.01)
    assert first.values == {
        "name": "Пермь",
        "n": 1,
        "in": True,
        "none": None,
        geojson.FEATURE_ID: "7",
    }
    assert second.geometry is None
    assert second.faults == ()


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n  "])
def test_marks_and_blanks_before_the_text_do_not_matter(tmp_path, start):
    assert len(rows(tmp_path / "a.json", start + json.dumps(COLLECTION).encode())) == 2


def test_a_single_feature_is_a_file_of_one_row(tmp_path):
    assert len(rows(tmp_path / "a.geojson", PERM)) == 1


@pytest.mark.parametrize("mark", [b"", b"\x1e"])
def test_lines_of_features_are_read_one_by_one(tmp_path, mark):
    line = mark + json.dumps(PERM).encode() + b"\n"
    assert [row.number for row in rows(tmp_path / "a.ndjson", line * 3 + b"\n")] == [1, 2, 3]


def test_a_packed_file_is_unpacked(tmp_path):
    packed = gzip.compress(json.dumps(COLLECTION).encode())
    assert len(rows(tmp_path / "a.geojson.gz", packed)) == 2


def test_the_reference_system_of_older_files_is_taken_from_them(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3067"}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({**COLLECTION, "crs": crs}))
    assert geojson.read(path).crs == "EPSG:3067"
    path.write_text(json.dumps(COLLECTION))
    assert geojson.read(path).crs == ""


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Circle", "coordinates": [1, 2]},
        {"type": "Point", "coordinates": ["a", 2]},
        {"type": "Point"},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": 5},
        {"type": "GeometryCollection", "geometries": []},
        "POINT (1 2)",
    ],
)
def test_a_geometry_that_cannot_be_read_is_a_fault_of_its_row_alone(tmp_path, geometry):
    collection = {**COLLECTION, "features": [{**PERM, "geometry": geometry}, PERM]}
    bad, good = rows(tmp_path / "a.geojson", collection)
    assert [fault.code for fault in bad.faults] == ["GEOM_INVALID"]
    assert good.faults == ()


def test_what_is_no_feature_is_a_fault_of_its_row(tmp_path):
    bad, good = rows(tmp_path / "a.geojson", {**COLLECTION, "features": [12, PERM]})
    assert [fault.code for fault in bad.faults] == ["VALUE_INVALID"]
    assert good.number == 2


def test_several_parts_and_holes_are_kept(tmp_path):
    ring = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    hole = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
    shape = {"type": "MultiPolygon", "coordinates": [[ring, hole]]}
    [row] = rows(tmp_path / "a.geojson", {**PERM, "geometry": shape})
    assert isinstance(row.geometry, MultiPolygon)
    assert row.geometry.area == 15


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,lat\nPerm,58\n",
        b"[]",
        b'{"type": "Point", "coordinates": [1, 2]}',
        b'{"type": "FeatureCollection", "features": 5}',
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"type": "Topology"}',
    ],
    ids=["empty", "csv", "list", "geometry", "number", "nan", "deep", "topology"],
)
def test_what_is_no_geojson_is_refused_in_words(tmp_path, content):
    path = tmp_path / "a.geojson"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable, match=r"a\.geojson"):
        geojson.read(path)


def test_a_broken_line_is_named(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_bytes(json.dumps(PERM).encode() + b"\n{broken\n")
    with pytest.raises(FileUnreadable, match="line 2"):
        geojson.read(path)


def test_a_file_too_large_to_be_read_whole_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(geojson, "MAX_JSON_BYTES", 1 << 20)
    path = tmp_path / "a.geojson.gz"
    path.write_bytes(gzip.compress(b" " * (5 << 20)))
    with pytest.raises(FileUnreadable, match="larger than 1 MiB"):
        geojson.read(path)


def test_no_other_encoding_is_taken(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(COLLECTION))
    assert geojson.read(path, encoding="UTF-8").encoding == "utf-8"
    with pytest.raises(FileUnreadable, match="always UTF-8"):
        geojson.read(path, encoding="cp1251")

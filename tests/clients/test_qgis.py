"""QGIS itself reads features, draws tiles and opens the files that are made for it."""

import pytest

from geomap.places import Bounds
from layers.catalog import LAYERS
from layers.query import Query


@pytest.mark.parametrize("layer", ["sites", "cities"])
def test_qgis_reads_by_page_by_box_and_by_a_subset_string(server, qgis, held, layer):
    told = qgis("read", server, layer)
    assert told["valid"], told
    assert set(told["ids"]) == held(layer)
    assert told["counted"] == len(held(layer))
    assert set(told["boxed"]) == held(layer, Query(bbox=Bounds(24, 60, 30, 62), placed=True))
    assert told["taken"]
    assert set(told["subset"]) == held(layer, Query(equals={"country": ("FI",)})) < held(layer)
    assert {"name", "country"} <= set(told["fields"])


@pytest.mark.parametrize(
    "path",
    [
        "/collections/sites/tiles/{z}/{x}/{y}.pbf",
        "/collections/sites/tiles/WebMercatorQuad/{z}/{y}/{x}",
        "/tiles/{z}/{x}/{y}.pbf",
    ],
)
def test_qgis_draws_vector_tiles(server, qgis, path):
    told = qgis("draw_tiles", server, path)
    assert told["valid"]
    assert told["inked"] > 20


def test_qgis_draws_nothing_where_no_tile_has_anything(server, qgis):
    empty = qgis("draw_tiles", server, "/collections/sites/tiles/{z}/{x}/{y}.pbf?country=ZZ")
    assert empty["inked"] == 0


def test_the_layers_are_those_that_these_tests_name():
    assert {"sites", "cities", "regions", "twins"} == set(LAYERS)


def test_qgis_opens_the_project_and_draws_every_layer_of_it(server, qgis, fetched, held):
    told = qgis("open_project", str(fetched("/qgis/geomap.qgz", "geomap.qgz")))
    assert told["opened"], told["error"]
    assert len(told["layers"]) == 2 * len(LAYERS) + 1
    assert all(layer["valid"] for layer in told["layers"].values()), told
    read = [set(layer["ids"]) for layer in told["layers"].values() if "ids" in layer]
    assert sorted(map(len, read)) == sorted(len(held(layer)) for layer in LAYERS)
    assert all(count > 50 for count in told["inked"].values()), told["inked"]


@pytest.mark.parametrize("layer", LAYERS)
def test_qgis_opens_a_layer_definition(server, qgis, fetched, held, layer):
    path = fetched(f"/collections/{layer}/geomap.qlr", f"{layer}.qlr")
    told = qgis("open_definition", str(path))
    assert told["opened"], told["error"]
    [read] = [set(one["ids"]) for one in told["layers"].values() if "ids" in one]
    assert read == held(layer)
    assert all(count > 50 for count in told["inked"].values()), told["inked"]
    assert all(one["valid"] for one in told["layers"].values())

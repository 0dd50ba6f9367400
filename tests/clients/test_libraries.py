"""Libraries of others read the same features: OWSLib, and @camptocamp/ogc-client in Node.js."""

import json

import pytest
from owslib.ogcapi.features import Features

from geomap.places import Bounds
from layers.catalog import LAYERS
from layers.query import Query

BOX = [24, 60, 30, 62]


@pytest.fixture(scope="module")
def service(server):
    return Features(f"{server}/")


def test_owslib_finds_the_collections_and_the_standards(service):
    assert service.feature_collections() == list(LAYERS)
    assert any(
        one.endswith("ogcapi-features-1/1.0/conf/core")
        for one in service.conformance()["conformsTo"]
    )
    assert service.api()["openapi"].startswith("3.0")


@pytest.mark.parametrize("layer", LAYERS)
def test_owslib_reads_every_feature(service, held, layer):
    page = service.collection_items(layer, limit=1000)
    assert {one["id"] for one in page["features"]} == held(layer)
    assert page["numberMatched"] == len(held(layer))


def test_owslib_filters_by_a_box_a_field_and_a_time(service, held):
    def read(**wished):
        page = service.collection_items("sites", limit=1000, **wished)
        return {one["id"] for one in page["features"]}

    boxed = read(bbox=BOX)
    assert boxed == held("sites", Query(bbox=Bounds(*BOX)))
    assert read(country="FI") == held("sites", Query(equals={"country": ("FI",)})) < held("sites")
    dated = read(datetime_="1300-01-01T00:00:00Z/1400-12-31T23:59:59Z")
    assert set() < dated < held("sites")


def test_ogc_client_reads_the_same(server, node, held):
    told = json.loads(node("read_by_ogc_client.mjs", server, "sites"))
    assert told["collections"] == list(LAYERS)
    assert set(told["ids"]) == held("sites")
    assert set(told["boxed"]) == held("sites", Query(bbox=Bounds(*BOX)))
    assert told["tiled"] == list(LAYERS)

"""The front door: landing page, conformance, collections."""

import numpy as np
import pytest

from api import app as application
from api import conformance
from layers.catalog import LAYERS

SCHEMA = "http://www.opengis.net/def/rel/ogc/1.0/schema"
SORTABLES = "http://www.opengis.net/def/rel/ogc/1.0/sortables"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"


def rels(body):
    return {one["rel"] for one in body["links"]}


def test_the_landing_page_links_to_all_there_is(world):
    body = world.get("/?f=json").json()
    expected = {"self", "alternate", "service-desc", "conformance", "data", TILESETS}
    assert expected <= rels(body)
    for one in body["links"]:
        assert world.get(one["href"], headers={"Accept": one["type"]}).status_code == 200


def test_tileset_links_say_f_json_outright(world):
    for path in ("/?f=json", "/collections/sites"):
        [href] = [one["href"] for one in world.get(path).json()["links"] if one["rel"] == TILESETS]
        assert "f=json" in href


def test_conformance_lists_what_the_routers_declare_once(world):
    listed = world.get("/conformance").json()["conformsTo"]
    declared = {name for router in application.ROUTERS for name in router.conforms_to}
    assert set(listed) == declared
    assert {*conformance.FEATURES, *conformance.SCHEMAS} <= declared
    assert len(listed) == len(declared)


def test_no_class_is_claimed_that_is_not_there(world):
    listed = " ".join(world.get("/conformance").json()["conformsTo"])
    for absent in ("oas31", "html5", "xml", "gmlsf", "json-fg-1/1.0/conf/3d"):
        assert absent not in listed


def test_every_layer_is_a_collection(world):
    body = world.get("/collections").json()
    assert [one["id"] for one in body["collections"]] == list(LAYERS)
    for one in body["collections"]:
        alone = world.get(f"/collections/{one['id']}").json()
        assert {"self", "alternate", "items", SCHEMA, SORTABLES, TILESETS, "enclosure"} <= rels(one)
        assert rels(one) == rels(alone)
        assert one["crs"] == [body["crs"][0], "#/crs"]
        assert alone["crs"] == body["crs"]
        apart = {"crs", "links"}
        assert {name: one[name] for name in one.keys() - apart} == {
            name: alone[name] for name in alone.keys() - apart
        }


def test_crs84_stands_first_in_the_list_of_reference_systems(world):
    crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    listed = world.get("/collections").json()
    assert world.get("/collections/sites").json()["crs"][0] == listed["crs"][0] == crs84
    assert all(one["crs"][0] == crs84 for one in listed["collections"])


@pytest.mark.parametrize("layer", LAYERS)
def test_the_extent_holds_every_feature(world, layer):
    [bbox] = world.get(f"/collections/{layer}").json()["extent"]["spatial"]["bbox"]
    for one in world.get(f"/collections/{layer}/items").json()["features"]:
        if one["geometry"] is not None:
            flat = np.array(_positions(one["geometry"]["coordinates"]))
            assert (flat >= bbox[:2]).all()
            assert (flat <= bbox[2:]).all()


def _positions(coordinates):
    if isinstance(coordinates[0], float | int):
        return [coordinates]
    return [place for part in coordinates for place in _positions(part)]


def test_the_extent_follows_an_edit(client, put, make):
    put(make.site("East", 30.0, 60.0, **make.dated(1703, 1710)))
    assert client.get("/collections/sites").json()["extent"] == {
        "spatial": {
            "bbox": [[30.0, 60.0, 30.0, 60.0]],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        },
        "temporal": {
            "interval": [["1703-01-01T00:00:00Z", "1710-12-31T23:59:59Z"]],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        },
    }
    put(make.site("West", 20.0, 61.0, **make.dated(-500, 100)))
    extent = client.get("/collections/sites").json()["extent"]
    assert extent["spatial"]["bbox"] == [[20.0, 60.0, 30.0, 61.0]]
    assert extent["temporal"]["interval"][0][0] is None


def test_an_empty_collection_has_no_extent_and_no_features(client):
    assert client.get("/collections/sites").json()["extent"] == {}
    body = client.get("/collections/sites/items").json()
    assert (body["features"], body["numberMatched"], body["numberReturned"]) == ([], 0, 0)

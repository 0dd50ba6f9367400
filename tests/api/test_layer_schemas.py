"""Part 5: what features hold, what they can be ordered by, and that it is true of each of them."""

import pytest
from jsonschema import Draft202012Validator

from layers.catalog import LAYERS

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


@pytest.fixture(params=LAYERS)
def layer(request):
    return LAYERS[request.param]


@pytest.fixture
def schema(world, layer):
    answer = world.get(f"/collections/{layer.id}/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    return answer.json()


def test_a_schema_is_one_of_json_schema_under_its_own_address(world, layer, schema):
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"http://testserver/collections/{layer.id}/schema"
    assert world.get(schema["$id"], headers={"Accept": "application/schema+json"}).json() == schema
    assert schema["type"] == "object"


def test_collections_link_to_schema_and_sortables(world, layer):
    found = {one["rel"]: one for one in world.get(f"/collections/{layer.id}").json()["links"]}
    for name in ("schema", "sortables"):
        assert found[REL + name]["type"] == "application/schema+json"
        assert world.get(found[REL + name]["href"]).status_code == 200


def test_roles_are_given_once_and_to_what_can_have_them(layer, schema):
    roles = {}
    for name, one in schema["properties"].items():
        roles.setdefault(one.get("x-ogc-role"), []).append(name)
        assert one["title"]
        if name == "geometry":
            assert one["format"].startswith("geometry-")
            assert not {"type", "$ref"} & one.keys()
        else:
            assert one["type"]
    assert (roles["id"], roles["primary-geometry"]) == (["id"], ["geometry"])
    time = layer.time()
    assert roles.get("primary-interval", []) == ([time.name] if time else [])
    assert roles.get("reference", []) == (["city_a", "city_b"] if layer.id == "twins" else [])
    sequence = [one["x-ogc-propertySeq"] for one in schema["properties"].values()]
    assert sequence == sorted(set(sequence))


def test_codes_are_listed_and_called_by_their_labels(world):
    kind = world.get("/collections/sites/schema?lang=fi").json()["properties"]["kind"]
    assert "worship" in kind["enum"]
    assert [one["const"] for one in kind["oneOf"]] == kind["enum"]
    english = world.get("/collections/sites/schema?lang=en").json()["properties"]["kind"]
    assert kind["enum"] == english["enum"]
    assert kind["oneOf"] != english["oneOf"]


def test_every_feature_is_as_its_schema_says(world, layer, schema):
    own = {
        name: one for name, one in schema["properties"].items() if name not in {"id", "geometry"}
    }
    validator = Draft202012Validator({**schema, "properties": own})
    for one in world.get(f"/collections/{layer.id}/items").json()["features"]:
        assert [fault.message for fault in validator.iter_errors(one["properties"])] == []


def test_every_sortable_orders_and_nothing_else_does(world, layer):
    sortables = world.get(f"/collections/{layer.id}/sortables").json()
    assert sortables["additionalProperties"] is False
    for name, one in sortables["properties"].items():
        assert one["type"] not in {"object", "array"}
        for sign in ("", "-"):
            answer = world.get(f"/collections/{layer.id}/items?sortby={sign}{name}&limit=2")
            assert answer.status_code == 200, name
    assert world.get(f"/collections/{layer.id}/items?sortby=geometry").status_code == 400

"""The OpenAPI document: valid, self-contained, and in step with the routes."""

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from api import app as application
from layers.catalog import LAYERS


@pytest.fixture(scope="module")
def document(world):
    answer = world.get("/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    return answer.json()


def parameter(document, given):
    if "$ref" in given:
        return document["components"]["parameters"][given["$ref"].rsplit("/", 1)[1]]
    return given


def test_the_document_is_valid_openapi_3_0(document):
    assert document["openapi"].startswith("3.0.")
    assert list(OpenAPIV30SpecValidator(document).iter_errors()) == []


def test_the_document_refers_to_nothing_outside_itself(document):
    refs = re.findall(r'"\$ref": "([^"]*)"', json.dumps(document))
    assert refs
    assert all(ref.startswith("#/components/") for ref in refs)


def test_every_route_is_in_the_document(document):
    for router in application.ROUTERS:
        for operation in router.operations:
            needs = operation.needs
            of = [one for one in LAYERS if not needs or LAYERS[one].field(needs)]
            paths = {operation.path.replace("{layer_id}", layer) for layer in of}
            assert all(operation.method in document["paths"][path] for path in paths)
            assert operation.summary.endswith(".")


def test_every_route_documents_exactly_the_parameters_it_reads(document, world):
    for path, item in document["paths"].items():
        if "get" not in item:
            continue
        named = {
            parameter(document, one)["name"]
            for one in item["get"]["parameters"]
            if parameter(document, one)["in"] == "query"
        }
        refusal = world.get(_concrete(path), params={"unheard": "of"})
        if refusal.status_code == 400:
            known = refusal.json()["detail"].split("known are ")[1].rstrip(".")
            assert {name for name in known.split(", ") if name} == named, path


def _concrete(path):
    for name, value in {"z": "0", "x": "0", "y": "0", "feature_id": "x", "name": "x"}.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def test_operation_ids_are_unique_and_end_as_the_test_suites_look_for(document):
    ids = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    assert len(set(ids)) == len(ids)
    for ending in (
        "sites.collection.vector.getTile",
        "sites.collection.vector.getTileSet",
        "sites.collection.vector.getTileSetsList",
        "dataset.vector.getTile",
    ):
        assert ending in ids


def test_limit_has_all_that_clients_read_from_it(document):
    schema = document["components"]["parameters"]["limit"]["schema"]
    assert schema == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}


def test_bbox_has_the_schema_of_the_standard(document):
    schema = document["components"]["parameters"]["bbox"]["schema"]
    assert schema == {
        "type": "array",
        "minItems": 4,
        "maxItems": 6,
        "items": {"type": "number"},
    }


def test_style_and_explode_are_written_out(document):
    for item in document["paths"].values():
        for given in [given for operation in item.values() for given in operation["parameters"]]:
            one = parameter(document, given)
            if one["in"] == "query":
                assert (one["style"], one["explode"]) == ("form", False)


def test_the_fields_of_a_layer_are_parameters_of_its_items(document):
    given = document["paths"]["/collections/sites/items"]["get"]["parameters"]
    kinds = [one for one in given if one.get("name") == "kind"]
    assert "worship" in kinds[0]["schema"]["items"]["enum"]

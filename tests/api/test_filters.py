"""Filters in CQL2 on every resource that shows features, and what they may ask for."""

import json

import pytest

ITEMS = "/collections/sites/items"


def asked(client, condition, path=ITEMS, **more):
    return client.get(path, params={"filter": condition, **more})


def names(answer):
    assert answer.status_code == 200, answer.text
    return sorted(one["properties"]["name"] for one in answer.json()["features"])


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("name = 'Castle'", ["Castle"]),
        ("(name = 'Castle')", ["Castle"]),
        ("CASEI(name) LIKE CASEI('LIB%')", ["Library"]),
        ("name IN ('Castle', 'Chapel')", ["Castle", "Chapel"]),
        ("kind = 'defence' AND rank > 50", ["Castle"]),
        ("kind IS NULL", ["Unkind"]),
        ("T_BEFORE(dating, DATE('1800-01-01'))", ["Castle"]),
        ("T_DURING(dating, INTERVAL('1850-01-01', '1920-01-01'))", ["Rapids", "Samoa house"]),
        ("dating_from BETWEEN 1800 AND 1900", ["Fiji fort", "Rapids", "Samoa house"]),
        ("S_INTERSECTS(geometry, BBOX(170, -30, -170, 0))", ["Fiji fort", "Samoa house"]),
        ("S_CONTAINS(geometry, POINT(28.72 61.12))", ["Park"]),
        (
            "S_WITHIN(geometry, POLYGON((28.74 60.7, 28.8 60.7, 28.8 60.8, 28.74 60.7)))",
            ["Library"],
        ),
        ("geometry IS NULL", ["Nowhere"]),
    ],
)
def test_a_filter_keeps_what_it_says(world, condition, expected):
    assert names(asked(world, condition)) == expected


def test_a_filter_by_region_asks_for_an_array(world, make):
    region = make.identity("Border")
    answer = asked(world, f"A_CONTAINS(region_ids, ('{region}'))")
    assert answer.json()["numberMatched"] == 6
    assert answer.json()["numberMatched"] == len(
        world.get(ITEMS, params={"region": region}).json()["features"]
    )


def test_computed_columns_can_be_asked_for(world):
    answer = asked(world, "twin_count = 2", "/collections/cities/items")
    assert names(answer) == ["Imatra"]
    pairs = "/collections/twins/items"
    statuses = {one["properties"]["status"] for one in world.get(pairs).json()["features"]}
    for status in statuses:
        assert asked(world, f"status = '{status}'", pairs).json()["numberMatched"] > 0


def test_a_filter_narrows_beside_all_other_filters(world):
    answer = asked(world, "rank > 50", bbox="28,61,29,62", country="FI")
    assert names(answer) == ["Rapids"]


def test_json_asks_as_text_does(world):
    said = {"op": "and", "args": [
        {"op": "=", "args": [{"property": "kind"}, "defence"]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [28, 60, 29, 61]}]},
    ]}  # fmt: skip
    answer = asked(world, json.dumps(said), **{"filter-lang": "cql2-json"})
    assert names(answer) == ["Castle"]


@pytest.mark.parametrize("lang", ["cql2-text", "cql-text"])
def test_gdal_and_qgis_name_the_text_encoding_each_in_its_way(world, lang):
    answer = asked(world, "(name = 'Castle')", **{"filter-lang": lang})
    assert names(answer) == ["Castle"]


def test_coordinates_come_in_the_order_of_their_system(world):
    crs = "http://www.opengis.net/def/crs/EPSG/0/"
    there = "S_INTERSECTS(geometry, BBOX(60.70, 28.70, 60.72, 28.74))"
    assert names(asked(world, there, **{"filter-crs": crs + "4326"})) == ["Castle"]
    metres = "S_INTERSECTS(geometry, POLYGON((590000 6740000, 600000 6740000, 600000 6730000,"
    metres += " 590000 6740000)))"
    assert asked(world, metres, **{"filter-crs": crs + "3067"}).status_code == 200
    assert asked(world, there).json()["features"] == []


def test_every_resource_of_features_takes_a_filter(world):
    facets = asked(world, "kind = 'defence'", "/collections/sites/facets").json()
    assert facets["matched"] == 2
    overview = asked(world, "false", "/collections/twins/overview").json()
    assert overview["numberMatched"] == 0
    export = asked(world, "kind = 'defence'", "/collections/sites/export", f="geojson").json()
    assert len(export["features"]) == 2


def test_tiles_show_what_a_filter_keeps_and_are_kept_apart(world):
    path = "/collections/sites/tiles/WebMercatorQuad/0/0/0"
    plain = world.get(path)
    castle = asked(world, "name = 'Castle'", path)
    nothing = asked(world, "false", path)
    assert len(plain.content) > len(castle.content) > len(nothing.content) == 0
    assert plain.headers["ETag"] != castle.headers["ETag"]
    assert world.get(path).content == plain.content


def test_tiles_of_several_collections_ask_for_what_all_of_them_have(world):
    path = "/tiles/WebMercatorQuad/0/0/0"
    assert asked(world, "name LIKE 'C%'", path).status_code == 200
    answer = asked(world, "kind = 'defence'", path)
    assert answer.status_code == 400
    assert "kind" in answer.json()["detail"]
    assert asked(world, "kind = 'defence'", path, collections="sites").status_code == 200


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ("secret = 1", "secret"),
        ("visibility = 'hidden'", "visibility"),
        ("accuracy_m > 1", "accuracy_m"),
        ("rank > 'x'", "a number and a text"),
        ("S_INTERSECTS(geometry, POINT(90 180))", "within ±90"),
        ("pg_sleep(10) = 1", "pg_sleep"),
        ("name =", "character 7"),
        ("(" * 2000 + "true" + ")" * 2000, "nesting"),
        ("NOT " * 1000 + "true", "nesting"),
        (" OR ".join(["rank=1"] * 201), "names and values"),
        ("x" * 5000, "4096 bytes"),
        ("", "character 1"),
        ("name", "condition"),
        ("dating < DATE('1900-01-01')", "T_BEFORE"),
        ("last = DATE('1900-02-30')", "last"),
        ("T_AFTER(dating, DATE('1900-02-30'))", "1900-02-30"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused_with_the_reason(world, condition, named):
    answer = asked(world, condition)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"].endswith("/problems/parameter-invalid")
    assert named in problem["detail"]


@pytest.mark.parametrize(
    "said",
    [
        '{"op": "=", "args": [{"property": "name"}, "x"], "and": []}',
        '{"op": "=", "op": "<>", "args": [{"property": "name"}, "x"]}',
        '{"op": "=", "args": [{"property": "name", "as": 1}, "x"]}',
        '{"op": "=", "args": [{"property": "rank"}, NaN]}',
        '{"op": "=", "args": [{"property": "rank"}, 1e999]}',
        '{"op": "=", "args": [{"property": "name"}, null]}',
        '{"op": "=", "args": [{"property": "name"}, "\\ud800"]}',
        '{"op": "=", "args": [{"property": ["name"]}, "x"]}',
        '{"op": ["="], "args": []}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point"}]}',
        "[" * 4000,
        '{"op":"not","args":[' * 200,
        "[]",
        "null",
        '"x"',
        "{",
    ],
)
def test_json_with_anything_that_is_not_cql2_is_refused(world, said):
    answer = asked(world, said, **{"filter-lang": "cql2-json"})
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    ("name", "value"), [("filter-lang", "sql"), ("filter-crs", "EPSG:999999"), ("filter-crs", "x")]
)
def test_an_unknown_encoding_or_system_is_refused(world, name, value):
    answer = asked(world, "true", **{name: value})
    assert answer.status_code == 400
    assert name in answer.json()["detail"]


def test_what_is_hidden_can_neither_be_named_nor_found(world):
    assert asked(world, "name = 'Secret'").json()["numberMatched"] == 0
    assert asked(world, "kind = 'archaeology'").json()["numberMatched"] == 0
    everything = asked(world, "true").json()
    assert everything["numberMatched"] == 10


def test_queryables_are_a_schema_of_what_can_be_asked(world):
    answer = world.get("/collections/sites/queryables?f=json")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "http://testserver/collections/sites/queryables"
    assert schema["additionalProperties"] is False
    geometry = schema["properties"]["geometry"]
    assert geometry["format"] == "geometry-any"
    assert not {"type", "$ref"} & geometry.keys()
    assert geometry["x-ogc-role"] == "primary-geometry"
    assert schema["properties"]["id"]["x-ogc-role"] == "id"
    assert "worship" in schema["properties"]["kind"]["enum"]
    assert schema["properties"]["dating_from"]["type"] == "integer"


@pytest.mark.parametrize("layer", ["sites", "cities", "regions", "twins"])
def test_everything_in_the_queryables_can_be_asked_for(world, layer):
    schema = world.get(f"/collections/{layer}/queryables").json()
    for name in schema["properties"]:
        answer = asked(world, f'"{name}" IS NULL', f"/collections/{layer}/items")
        assert answer.status_code == 200, answer.text


def test_each_parameter_of_a_property_is_a_queryable_too(world):
    document = world.get("/api").json()
    shared = {"country", "city"}  # of either end of a pair
    for layer in ("sites", "cities", "regions", "twins"):
        own = world.get(f"/collections/{layer}/queryables").json()["properties"]
        operation = document["paths"][f"/collections/{layer}/items"]["get"]
        named = {one["name"] for one in operation["parameters"] if "name" in one}
        assert named - {"f"} - shared <= own.keys()


def test_queryables_of_the_dataset_are_those_of_all_collections(world):
    of_all = world.get("/queryables").json()["properties"]
    assert {"id", "geometry", "name", "rank", "source_id"} <= of_all.keys()
    assert "kind" not in of_all
    assert "kind" in world.get("/queryables?collections=sites").json()["properties"]


def test_functions_are_listed_and_work(world):
    [year] = world.get("/functions").json()["functions"]
    assert (year["name"], year["returns"]) == ("year", ["number"])
    answer = asked(world, "year(last_activity_on) > 1900", "/collections/twins/items")
    assert answer.status_code == 200


def test_collections_lead_to_their_queryables(world):
    rel = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
    collection = world.get("/collections/sites?f=json").json()
    [href] = [one["href"] for one in collection["links"] if one["rel"] == rel]
    assert world.get(href).status_code == 200


def test_the_next_page_has_the_filter_of_the_first(world):
    answer = asked(world, "country = 'FI'", limit="2")
    seen = names(answer)
    while following := [one for one in answer.json()["links"] if one["rel"] == "next"]:
        answer = world.get(following[0]["href"])
        seen += names(answer)
    assert sorted(seen) == names(asked(world, "country = 'FI'"))

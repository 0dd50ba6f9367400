"""Features over HTTP: the rules of OGC API - Features Part 1 that servers are wont to miss."""

import pytest

ITEMS = "/collections/sites/items"


def records(answer):
    assert answer.status_code == 200, answer.text
    return [one["properties"]["record_id"] for one in answer.json()["features"]]


def rel(body, name):
    return next((one for one in body["links"] if one["rel"] == name), None)


def test_features_are_geojson_with_exact_counts(world, make):
    answer = world.get(ITEMS)
    body = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert body["type"] == "FeatureCollection"
    assert body["numberMatched"] == body["numberReturned"] == make.public_sites
    assert len(body["features"]) == make.public_sites


@pytest.mark.parametrize("f", ["geojson", "json"])
def test_features_are_geojson_however_json_is_asked_for(world, f):
    by_name = world.get(ITEMS, params={"f": f})
    by_accept = world.get(ITEMS, headers={"Accept": "application/json"})
    assert by_name.headers["content-type"] == by_accept.headers["content-type"]
    assert by_name.headers["content-type"] == "application/geo+json"


def test_what_is_hidden_is_not_there(world, make):
    assert "Secret" not in records(world.get(ITEMS))
    assert world.get(f"{ITEMS}/{make.identity('Secret')}").status_code == 404


def test_hidden_and_never_existing_are_one_answer(world, make):
    hidden = world.get(f"{ITEMS}/{make.identity('Secret')}").json()
    never = world.get(f"{ITEMS}/{make.identity('Never')}").json()
    secret, nobody = make.identity("Secret"), make.identity("Never")
    assert {key: str(value).replace(secret, "#") for key, value in hidden.items()} == {
        key: str(value).replace(nobody, "#") for key, value in never.items()
    }


@pytest.mark.parametrize(
    "path",
    [
        "/?f=json&",
        "/conformance?",
        "/api?",
        "/collections?",
        "/collections/sites?",
        "/collections/sites/items?",
        "/collections/sites/items/x?",
        "/collections/sites/facets?",
        "/collections/twins/overview?",
        "/collections/sites/tiles?",
        "/collections/sites/tiles/WebMercatorQuad?",
        "/collections/sites/tiles/WebMercatorQuad/0/0/0?",
        "/collections/sites/tiles/0/0/0.pbf?",
        "/collections/sites/tiles/WebMercatorQuad/tilejson.json?",
        "/tiles/WebMercatorQuad/0/0/0?",
        "/collections/sites/export?",
        "/search?q=a&",
        "/livez?",
        "/readyz?",
    ],
)
def test_an_unknown_parameter_is_refused_on_every_resource(world, path):
    answer = world.get(f"{path}unheard=of")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "unheard" in answer.json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=abc",
        "limit=0",
        "limit=1_0",
        "limit=",
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=nan,0,1,1",
        "bbox=0,0,inf,1",
        "bbox=0,5,1,1",
        "bbox=0,0,1,١٢",
        "datetime=yesterday",
        "datetime=2020-13-45",
        "datetime=../..",
        "datetime=2021-01-01/2020-01-01",
        "near=200,0",
        "near=1",
        "within_km=5",
        "near=28,61&within_km=0",
        "sortby=beauty",
        "sortby=-",
        "after=nonsense",
        "after=W10",
        "lang=sv",
        "f=xml",
        "kind=church",
        "country=Finland",
        "dated=perhaps",
        "q=%00",
    ],
)
def test_an_invalid_parameter_is_refused_by_its_name(world, query):
    answer = world.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, answer.text
    name = query.split("&")[-1].split("=")[0]
    assert answer.json()["detail"].startswith(f"{name}=")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_parameter_stated_twice_is_refused(world):
    assert world.get(f"{ITEMS}?limit=1&limit=2").status_code == 400
    assert world.get(f"{ITEMS}?bbox=r&bbox=0,0,1,1").status_code == 400


def test_a_limit_above_the_maximum_is_clamped(world, make):
    body = world.get(ITEMS, params={"limit": "1" + "0" * 50}).json()
    assert body["numberReturned"] == make.public_sites


def test_a_box_keeps_features_that_meet_it_and_those_without_a_place(world):
    found = records(world.get(ITEMS, params={"bbox": "28.7,60.7,28.76,60.72"}))
    assert set(found) == {"Castle", "Library", "Nowhere"}


def test_a_box_of_six_numbers_is_taken(world):
    six = records(world.get(ITEMS, params={"bbox": "28.7,60.7,-100,28.76,60.72,100"}))
    assert six == records(world.get(ITEMS, params={"bbox": "28.7,60.7,28.76,60.72"}))


def test_a_box_across_the_antimeridian_holds_both_sides(world):
    found = records(world.get(ITEMS, params={"bbox": "177,-20,-170,-10"}))
    assert set(found) == {"Fiji fort", "Samoa house", "Nowhere"}


def test_a_box_at_the_pole_is_answered(world):
    assert records(world.get(ITEMS, params={"bbox": "-180,85,180,90"})) == ["Nowhere"]


def test_a_box_tests_the_shape_and_not_only_its_box(world):
    assert "Park" in records(world.get(ITEMS, params={"bbox": "28.71,61.11,28.72,61.12"}))


def test_placed_leaves_features_without_a_place_out(world):
    box = {"bbox": "-180,-90,180,90"}
    everywhere = records(world.get(ITEMS, params=box))
    placed = world.get(ITEMS, params={**box, "placed": "true"})
    without = set(everywhere) - set(records(placed))
    assert without
    assert all(one["geometry"] for one in placed.json()["features"])
    counts = world.get("/collections/sites/facets", params={**box, "placed": "true"}).json()
    assert counts["matched"] == len(everywhere) - len(without)


def test_a_time_keeps_features_of_it_and_those_without_a_time(world):
    found = set(records(world.get(ITEMS, params={"datetime": "1295-01-01T00:00:00Z/1300-01-01"})))
    assert found == {"Castle", "Chapel", "Unkind", "Comma", "Park"}


def test_dated_leaves_features_without_a_time_out(world):
    asked = {"datetime": "../1310-01-01", "dated": "true"}
    assert records(world.get(ITEMS, params=asked)) == ["Castle"]


def test_fields_are_parameters(world):
    assert set(records(world.get(ITEMS, params={"kind": "defence,worship"}))) == {
        "Castle",
        "Chapel",
        "Fiji fort",
    }
    assert records(world.get(ITEMS, params={"kind": ""})) == ["Unkind"]
    assert records(world.get(ITEMS, params={"municipality": "Helsinki, Kallio"})) == ["Comma"]


def test_a_field_of_another_layer_is_unknown(world):
    assert world.get("/collections/cities/items?kind=worship").status_code == 400


def test_words_find_a_name_in_any_script(world):
    for words in ("viip", "ВЫБ", "vyborg"):
        assert records(world.get("/collections/cities/items", params={"q": words})) == ["Vyborg"]
    assert records(world.get("/collections/cities/items", params={"q": "nobody"})) == []


def test_near_is_a_distance_on_the_ellipsoid(world):
    found = world.get(ITEMS, params={"near": "28.775,61.17", "within_km": "3"})
    assert set(records(found)) == {"Rapids", "Chapel"}


def test_a_region_holds_what_is_inside(world, make):
    inside = records(world.get(ITEMS, params={"region": make.identity("Border")}))
    assert set(inside) == {"Rapids", "Castle", "Library", "Chapel", "Unkind", "Park"}


def test_pages_follow_each_other_to_the_end_and_keep_the_filters(world):
    everything = set(records(world.get(ITEMS, params={"country": "FI"})))
    address, seen = f"{ITEMS}?country=FI&limit=2", []
    while address:
        body = world.get(address).json()
        assert body["numberMatched"] == len(everything)
        seen += [one["properties"]["record_id"] for one in body["features"]]
        following = rel(body, "next")
        address = following["href"] if following else None
        assert address is None or "country=FI" in address
    assert len(seen) == len(set(seen))
    assert set(seen) == everything


def test_the_last_page_has_no_next_link(world, make):
    assert rel(world.get(ITEMS, params={"limit": make.public_sites}).json(), "next") is None
    assert rel(world.get(ITEMS, params={"limit": make.public_sites - 1}).json(), "next")


def test_features_come_in_the_order_asked_for(world):
    by_rank = records(world.get(ITEMS, params={"sortby": "-rank", "limit": 3}))
    assert by_rank == ["Castle", "Library", "Rapids"]
    by_name = records(world.get(f"{ITEMS}?sortby=+name&limit=2"))
    assert by_name == ["Castle", "Chapel"]


def test_pages_in_an_order_lose_nothing(world, make):
    address, seen = f"{ITEMS}?sortby=-rank&limit=3", []
    while address:
        body = world.get(address).json()
        seen += [one["id"] for one in body["features"]]
        address = (rel(body, "next") or {}).get("href")
    assert len(set(seen)) == len(seen) == make.public_sites


def test_links_are_absolute_typed_and_lead_on(world):
    for path in (ITEMS, f"{ITEMS}/{world.get(ITEMS).json()['features'][0]['id']}"):
        body = world.get(path).json()
        assert {"self", "alternate", "collection", "root"} <= {one["rel"] for one in body["links"]}
        for one in body["links"]:
            assert one["href"].startswith("http://testserver/")
            assert one["type"]
            assert world.get(one["href"]).status_code == 200


def test_a_feature_is_found_by_its_id(world, make):
    answer = world.get(f"{ITEMS}/{make.identity('Castle')}")
    body = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert body["type"] == "Feature"
    assert body["properties"]["record_id"] == "Castle"
    assert body["geometry"]["coordinates"] == [28.728, 60.715]


def test_a_feature_without_a_place_has_a_null_geometry(world, make):
    assert world.get(f"{ITEMS}/{make.identity('Nowhere')}").json()["geometry"] is None


def test_no_such_feature_or_layer_is_404(world, make):
    castle = make.identity("Castle")
    for path in (
        f"{ITEMS}/nothing",
        f"{ITEMS}/{castle}x",
        f"{ITEMS}/{castle.upper()}",
        f"{ITEMS}/замок",
        f"/collections/cities/items/{castle}",
        "/collections/rivers",
        "/collections/rivers/items",
    ):
        answer = world.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_computed_members_are_in_the_properties(world, make):
    castle = world.get(f"{ITEMS}/{make.identity('Castle')}").json()["properties"]
    assert castle["region_ids"] == [make.identity("Border")]
    imatra = world.get(f"/collections/cities/items/{make.identity('Imatra')}").json()
    assert imatra["properties"]["twin_count"] == 2


def test_a_pair_says_its_status_and_why_in_the_language_asked_for(world, make):
    path = f"/collections/twins/items/{make.identity('Imatra – Vyborg')}"
    english = world.get(path).json()["properties"]
    finnish = world.get(path, params={"lang": "fi"}).json()["properties"]
    russian = world.get(path, headers={"Accept-Language": "ru,en;q=0.5"}).json()["properties"]
    assert english["status"] == finnish["status"] == russian["status"] == "unknown"
    because = [one["because"] for one in (english, finnish, russian)]
    assert all(because)
    assert len({str(one) for one in because}) == 3


def test_pairs_can_be_asked_by_status_city_and_country(world, make):
    twins = "/collections/twins/items"
    assert len(records(world.get(twins, params={"status": "unknown"}))) == 2
    assert len(records(world.get(twins, params={"city": make.identity("Svetogorsk")}))) == 1
    assert len(records(world.get(twins, params={"country": "FI"}))) == 2


def test_facets_count_by_value_whatever_their_own_filter(world, make):
    everything = world.get("/collections/sites/facets").json()
    assert everything["matched"] == make.public_sites
    assert everything["facets"]["kind"] == {
        "landscape": 2,
        "defence": 2,
        "building": 2,
        "worship": 1,
        "culture": 2,
        "": 1,
    }
    finnish = world.get("/collections/sites/facets", params={"country": "FI"}).json()
    assert finnish["matched"] == 6
    assert finnish["facets"]["country"] == everything["facets"]["country"]
    assert "defence" not in finnish["facets"]["kind"]


def test_the_overview_shows_the_lines_of_most_pairs_and_counts_the_rest(client, put, make):
    cities = [
        make.city(f"City {lng} {n}", lng + n / 1000, 50.0, country="FI")
        for lng in (-100, 0, 100)
        for n in range(2)
    ]
    west, west_too, middle, middle_too, east, _ = cities
    pairs = [
        make.pair(west, middle),
        make.pair(west_too, middle_too),
        make.pair(west, middle_too),
        make.pair(middle, east),
    ]
    put(*cities, *pairs)
    body = client.get("/collections/twins/overview?zoom=0&limit=1").json()
    assert [one["properties"]["count"] for one in body["features"]] == [3]
    assert (body["numberMatched"], body["numberReturned"], body["not_shown"]) == (2, 1, 1)
    whole = client.get("/collections/twins/overview?zoom=0").json()
    assert (whole["numberReturned"], whole["not_shown"]) == (2, 0)


def test_dated_is_understood_by_counts_and_exports_too(world):
    asked = {"datetime": "../1310-01-01", "dated": "true"}
    assert world.get("/collections/sites/facets", params=asked).json()["matched"] == 1
    exported = world.get("/collections/sites/export", params=asked).json()
    assert [one["properties"]["name"] for one in exported["features"]] == ["Castle"]


def test_the_overview_of_pairs_counts_them_all(world):
    body = world.get("/collections/twins/overview", params={"zoom": 0}).json()
    assert sum(one["properties"]["count"] for one in body["features"]) == 2


def test_search_finds_over_all_layers_in_the_language_asked_for(world, make):
    [vyborg, *_] = world.get("/search", params={"q": "vyb", "lang": "fi"}).json()["results"]
    assert vyborg == {
        "layer": "cities",
        "id": make.identity("Vyborg"),
        "name": "Vyborg",
        "label": "Viipuri",
        "country": "RU",
        "lng": 28.73,
        "lat": 60.71,
    }
    layers = {hit["layer"] for hit in world.get("/search", params={"q": "b"}).json()["results"]}
    assert "regions" in layers


def test_search_without_words_is_refused(world):
    assert world.get("/search").status_code == 400
    assert world.get("/search", params={"q": " "}).status_code == 400


def test_a_write_is_seen_by_the_next_answer(client, put, make):
    assert client.get(ITEMS).json()["numberMatched"] == 0
    put(make.site("First", 10.0, 50.0))
    assert records(client.get(ITEMS)) == ["First"]
    put(make.site("First", 11.0, 50.0), make.site("Second", None, None))
    places = {one["id"]: one["geometry"] for one in client.get(ITEMS).json()["features"]}
    assert places[make.identity("First")]["coordinates"] == [11.0, 50.0]
    assert len(places) == 2

"""JSON-FG, Linked Places, profiles, properties, orders: ways to tell the same features."""

import json

import pyogrio
import pytest
from pyproj import Transformer

from geomap.systems import CRS84_URI
from layers.catalog import LAYERS
from layers.exports.linked_places import CONTEXT

ITEMS = "/collections/sites/items"
TWINS = "/collections/twins/items"
FG = "application/vnd.ogc.fg+json"
PROFILE = "http://www.opengis.net/def/profile/OGC/0/"


def links(body, rel):
    return [one for one in body["links"] if one["rel"] == rel]


@pytest.mark.parametrize("layer", LAYERS)
def test_each_representation_links_to_all_others_and_says_its_own_type(world, layer):
    path = f"/collections/{layer}/items"
    [first, *_] = world.get(path).json()["features"]
    for address in (path, f"{path}/{first['id']}"):
        types = {}
        for name in ("geojson", "jsonfg"):
            body = world.get(address, params={"f": name}).json()
            [own] = links(body, "self")
            others = {one["type"] for one in links(body, "alternate")}
            assert own["type"] not in others
            types[own["type"]] = {own["type"], *others}
        assert set(types) == {"application/geo+json", FG}
        assert len({frozenset(one) for one in types.values()}) == 1
        for one in [*links(body, "alternate"), *links(body, "self")]:
            answer = world.get(one["href"])
            assert answer.headers["content-type"].startswith(one["type"]), one


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("application/geo+json", "application/geo+json"),
        ("application/json", "application/geo+json"),
        ("application/geo+json, application/json", "application/geo+json"),
        ("application/json, application/geo+json", "application/geo+json"),
        (FG, FG),
        ("application/ld+json", "application/ld+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html;q=0.5, application/geo+json", "application/geo+json"),
        ("*/*", "application/geo+json"),
        (f"{FG};q=0.2, text/html;q=0.1", FG),
    ],
)
def test_what_is_preferred_is_given_and_of_equals_the_usual_one(world, accept, given):
    answer = world.get(ITEMS, headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(given)
    assert answer.headers["vary"] == "Accept, Accept-Language, Accept-Encoding"
    stated = world.get(ITEMS, params={"f": "jsonfg"}, headers={"Accept": accept})
    assert stated.headers["content-type"] == FG


def test_json_fg_says_time_type_schema_and_system(world, make):
    body = world.get(ITEMS, params={"f": "jsonfg", "crs": "EPSG:3067", "limit": 100}).json()
    assert "http://www.opengis.net/spec/json-fg-1/1.0/conf/core" in body["conformsTo"]
    assert body["featureType"] == "sites"
    assert world.get(body["featureSchema"]).headers["content-type"] == "application/schema+json"
    assert body["coordRefSys"] == "http://www.opengis.net/def/crs/EPSG/0/3067"
    by_name = {one["properties"]["name"]: one for one in body["features"]}
    assert by_name["Castle"]["time"] == {"interval": ["1293-01-01", "1310-12-31"]}
    assert by_name["Chapel"]["time"] is None
    assert by_name["Castle"]["geometry"]["coordinates"] == [28.728, 60.715]
    east, north = by_name["Castle"]["place"]["coordinates"]
    expected = Transformer.from_crs("OGC:CRS84", "EPSG:3067").transform(28.728, 60.715)
    assert (east, north) == pytest.approx(expected, abs=0.001)
    assert by_name["Nowhere"]["place"] is by_name["Nowhere"]["geometry"] is None
    one = world.get(f"{ITEMS}/{make.identity('Castle')}", params={"f": "jsonfg"}).json()
    assert one["place"] is None
    assert one["time"] == by_name["Castle"]["time"]
    assert one["coordRefSys"] == CRS84_URI


def test_json_fg_keeps_its_time_whatever_properties_are_asked_for(world):
    asked = {"f": "jsonfg", "properties": "name", "limit": 100}
    features = world.get(ITEMS, params=asked).json()["features"]
    times = {one["properties"]["name"]: one["time"] for one in features}
    assert times["Castle"] == {"interval": ["1293-01-01", "1310-12-31"]}


@pytest.mark.parametrize("crs", ["EPSG:3067", "EPSG:3301", "EPSG:4326"])
def test_gdal_reads_json_fg_in_its_system(world, tmp_path, crs):
    path = tmp_path / "sites.json"
    asked = {"f": "jsonfg", "crs": crs, "bbox": "28,60,29,62", "placed": "true"}
    path.write_bytes(world.get(ITEMS, params=asked).content)
    frame = pyogrio.read_dataframe(f"JSONFG:{path}").set_index("name")
    assert frame.crs.to_epsg() == int(crs.removeprefix("EPSG:"))
    # GDAL gives easting first, whatever the definition says.
    back = frame.to_crs("OGC:CRS84").geometry["Castle"]
    assert (back.x, back.y) == pytest.approx((28.728, 60.715), abs=1e-7)


def test_profiles_choose_how_a_reference_is_told(world, make):
    city = f"http://testserver/collections/cities/items/{make.identity('Imatra')}"

    def told(profile):
        answer = world.get(TWINS, params={"profile": profile})
        feature = answer.json()["features"][0]
        assert (
            f'<{PROFILE}{profile.rsplit(":")[-1].rstrip("]")}>; rel="profile"'
            in (answer.headers["link"])
        )
        return feature["properties"]["city_a"]

    assert told("rel-as-key") == make.identity("Imatra")
    assert told("rel-as-uri") == told(f"{PROFILE}rel-as-uri".removeprefix(PROFILE)) == city
    assert told("[ogc-profile:rel-as-link]") == {"href": city, "title": "Imatra"}
    assert world.get(city).status_code == 200


def test_geojson_may_be_json_fg_by_its_profile(world):
    plain = world.get(ITEMS, params={"profile": "rfc7946"}).json()
    assert "conformsTo" not in plain
    assert all("place" not in one for one in plain["features"])
    answer = world.get(ITEMS, params={"profile": "jsonfg", "crs": "EPSG:3067"})
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert f"{PROFILE}jsonfg" in [one["href"] for one in links(body, "profile")]
    placed = [one for one in body["features"] if one["place"]]
    assert placed
    assert all(one["geometry"] is None for one in placed)
    plus = world.get(ITEMS, params={"profile": "jsonfg-plus", "crs": "EPSG:3067"}).json()
    assert all(one["geometry"] for one in plus["features"] if one["place"])
    assert world.get(ITEMS, params={"profile": "of-another-world"}).status_code == 200


@pytest.mark.parametrize("layer", LAYERS)
def test_linked_places_are_geojson_and_every_member_has_a_meaning(world, layer):
    answer = world.get(f"/collections/{layer}/items", params={"f": "linkedplaces"})
    body = answer.json()
    assert body["@context"] == json.loads(json.dumps(CONTEXT))
    for one in body["features"]:
        assert (one["type"], one["@id"]) == (
            "Feature",
            f"urn:uuid:{one['properties']['identifier']}",
        )
        assert one["names"]
        assert all(name["toponym"] and name["citations"] for name in one["names"])
        for part in (one, *one["names"], *one["types"], *one.get("links", ())):
            assert {key for key in part if not key.startswith("@")} <= set(CONTEXT), part
        spans = one.get("when", {}).get("timespans", [])
        assert all(set(span) <= {"start", "end"} for span in spans)


def test_a_linked_place_says_when_where_and_of_which_kind(world, make):
    answer = world.get(f"{ITEMS}/{make.identity('Castle')}", params={"f": "linkedplaces"})
    assert answer.headers["content-type"].startswith("application/ld+json")
    body = answer.json()
    assert body["when"]["timespans"] == [{"start": {"earliest": "1293"}, "end": {"latest": "1310"}}]
    assert body["properties"]["ccodes"] == ["RU"]
    assert body["types"] == [{"identifier": "kind:defence", "label": "Fortifications"}]
    assert body["geometry"]["coordinates"] == [28.728, 60.715]
    assert f"urn:uuid:{make.identity('Border')}" in [one["relationTo"] for one in body["relations"]]


def test_pages_of_linked_places_follow_by_their_header(world, make):
    address, seen = f"{ITEMS}?f=linkedplaces&limit=3", []
    while address:
        answer = world.get(address)
        seen += [one["@id"] for one in answer.json()["features"]]
        named = [
            part for part in answer.headers.get("link", "").split(", ") if 'rel="next"' in part
        ]
        address = named[0].split(">")[0].lstrip("<") if named else None
    assert len(seen) == len(set(seen)) == make.public_sites


def test_linked_places_are_in_degrees_only(world):
    answer = world.get(ITEMS, params={"f": "linkedplaces", "crs": "EPSG:3067"})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("crs=")


@pytest.mark.parametrize("f", ["geojson", "jsonfg"])
def test_only_the_properties_asked_for_are_told(world, make, f):
    asked = {"properties": "kind,name,condition", "f": f}
    for path in (ITEMS, f"{ITEMS}/{make.identity('Castle')}"):
        body = world.get(path, params=asked).json()
        for one in body.get("features", [body]):
            assert set(one["properties"]) <= {"kind", "name", "condition"}
            assert one["id"]


@pytest.mark.parametrize("said", ["beauty", "name,beauty", "", "name,"])
def test_a_property_that_no_feature_has_is_refused(world, said):
    answer = world.get(ITEMS, params={"properties": said})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("properties=")


def test_several_keys_order_one_after_the_other_and_pages_lose_nothing(world, make):
    def walked(sortby, limit):
        address, seen = f"{ITEMS}?sortby={sortby}&limit={limit}&bbox=-180,-90,180,90", []
        while address:
            body = world.get(address).json()
            seen += [(one["properties"].get("country"), one["id"]) for one in body["features"]]
            following = links(body, "next")
            address = following[0]["href"] if following else None
        return seen

    whole = walked("country,-rank,name", 100)
    assert len(whole) == make.public_sites
    assert [country for country, _ in whole[:-1]] == sorted(country for country, _ in whole[:-1])
    for limit in (1, 2, 3):
        assert walked("country,-rank,name", limit) == whole
    assert walked("-country,%2Bname", 2) != whole


@pytest.mark.parametrize("said", ["beauty", "name,name", "name,", "id,name,rank,kind,country"])
def test_an_order_by_what_is_no_sortable_is_refused(world, said):
    answer = world.get(ITEMS, params={"sortby": said})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("sortby=")


def test_a_page_goes_on_where_the_last_feature_was_in_any_order(client, put, make):
    put(*(make.site(f"s{n}", 10.0, 50.0, rank=n) for n in range(6)))
    first = client.get(ITEMS, params={"sortby": "-rank", "limit": 2}).json()
    assert [one["properties"]["rank"] for one in first["features"]] == [5, 4]
    put(make.site("s4", 10.0, 50.0, rank=0.5), make.site("s5", 10.0, 50.0, visibility="hidden"))
    [following] = links(first, "next")
    second = client.get(following["href"]).json()["features"]
    assert [one["properties"]["rank"] for one in second] == [3, 2]

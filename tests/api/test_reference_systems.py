"""OGC API - Features Part 2: other reference systems, with the axes of their definitions."""

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from geomap.systems import systems

ITEMS = "/collections/sites/items"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CASTLE = (28.728, 60.715)


def records(answer):
    assert answer.status_code == 200, answer.text
    return [one["properties"]["record_id"] for one in answer.json()["features"]]


def place(answer, record="Castle"):
    assert answer.status_code == 200, answer.text
    body = answer.json()
    found = [one for one in body.get("features", [body]) if one["properties"]["name"] == record]
    return found[0]["geometry"]["coordinates"]


def test_degrees_are_latitude_first_in_epsg_4326_and_longitude_first_in_crs84(world, make):
    one = f"{ITEMS}/{make.identity('Castle')}"
    for path in (ITEMS, one):
        assert tuple(place(world.get(path))) == CASTLE
        assert tuple(place(world.get(path, params={"crs": CRS84}))) == CASTLE
        assert tuple(place(world.get(path, params={"crs": f"{EPSG}4326"}))) == CASTLE[::-1]


@pytest.mark.parametrize("uri", systems())
def test_every_system_on_offer_has_the_axes_of_its_definition(world, make, uri):
    answer = world.get(f"{ITEMS}/{make.identity('Castle')}", params={"crs": uri})
    system = CRS.from_user_input(uri)
    expected = Transformer.from_crs("OGC:CRS84", system, always_xy=True).transform(*CASTLE)
    first = system.axis_info[0].direction
    if first == "north":
        expected = expected[::-1]
    decimals = 9 if system.is_geographic else 3
    assert place(answer) == pytest.approx(np.round(expected, decimals), abs=1e-9)
    assert answer.headers["content-crs"] == f"<{uri}>"


def test_the_systems_are_those_of_the_neighbours_and_the_zones_that_proj_knows(world):
    offered = world.get("/collections").json()["crs"]
    assert offered[0] == CRS84
    codes = {int(uri.rsplit("/", 1)[1]) for uri in offered[1:]}
    assert {4326, 3857, 3035, 3067, 3006, 3301, 3059, 3346, *range(25833, 25837)} <= codes
    zones = range(4, 33)
    assert {base + zone for base in (28400, 20000, 20900) for zone in zones} <= codes
    assert {4284, 4200, 7683} <= codes
    assert world.get("/collections/sites").json()["storageCrs"] == CRS84


@pytest.mark.parametrize(
    "said",
    [
        "EPSG:3067",
        "[EPSG:3067]",
        "urn:ogc:def:crs:EPSG::3067",
        f"{EPSG}3067",
        "https://www.opengis.net/def/crs/EPSG/0/3067",
    ],
)
def test_a_system_may_be_named_in_each_usual_way(world, said):
    answer = world.get(ITEMS, params={"crs": said})
    assert answer.headers["content-crs"] == f"<{EPSG}3067>"


@pytest.mark.parametrize("name", ["crs", "bbox-crs"])
@pytest.mark.parametrize("said", ["", "EPSG:1", "EPSG:2393", "3067", "WGS84", f"{EPSG}99999999"])
def test_a_system_that_is_not_on_offer_is_refused_by_its_name(world, name, said):
    answer = world.get(ITEMS, params={name: said, "bbox": "1,1,2,2"})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(f"{name}=")


def test_answers_say_their_system_even_when_none_was_asked_for(world, make):
    for path in (ITEMS, f"{ITEMS}/{make.identity('Castle')}"):
        assert world.get(path).headers["content-crs"] == f"<{CRS84}>"


def test_a_box_has_the_axes_of_its_system(world):
    degrees = records(world.get(ITEMS, params={"bbox": "28.7,60.7,28.76,60.72"}))
    assert set(degrees) == {"Castle", "Library", "Nowhere"}
    swapped = {"bbox": "60.7,28.7,60.72,28.76", "bbox-crs": f"{EPSG}4326"}
    assert records(world.get(ITEMS, params=swapped)) == degrees
    east, north = Transformer.from_crs("OGC:CRS84", "EPSG:3067", always_xy=True).transform(*CASTLE)
    finnish = {"bbox": f"{east - 9},{north - 9},{east + 9},{north + 9}", "bbox-crs": "EPSG:3067"}
    assert set(records(world.get(ITEMS, params=finnish))) == {"Castle", "Nowhere"}
    north, east = Transformer.from_crs("OGC:CRS84", "EPSG:3301").transform(*CASTLE)
    estonian = {"bbox": f"{north - 9},{east - 9},{north + 9},{east + 9}", "bbox-crs": "EPSG:3301"}
    assert set(records(world.get(ITEMS, params=estonian))) == {"Castle", "Nowhere"}


def test_a_box_of_latitude_and_longitude_may_cross_the_antimeridian(world):
    asked = {"bbox": "-20,177,-10,-170", "bbox-crs": "EPSG:4326"}
    assert set(records(world.get(ITEMS, params=asked))) == {"Fiji fort", "Samoa house", "Nowhere"}


def test_a_box_of_a_system_is_that_box_and_not_the_one_around_it(client, put, make):
    # A box of LAEA Europe far east of its middle stands askew on the map.
    corners = (3_900_000, 6_200_000, 4_700_000, 6_400_000)
    there = Transformer.from_crs("EPSG:3035", "OGC:CRS84")
    rng = np.random.default_rng(5)
    spots = rng.uniform((3_700_000, 6_000_000), (4_900_000, 6_600_000), (60, 2))
    inside = ((spots >= corners[:2]) & (spots <= corners[2:])).all(axis=1)
    lngs, lats = there.transform(spots[:, 0], spots[:, 1])
    put(
        *(make.site(f"s{n}", lng, lat) for n, (lng, lat) in enumerate(zip(lngs, lats, strict=True)))
    )
    asked = {"bbox": ",".join(map(str, corners)), "bbox-crs": "EPSG:3035", "limit": 100}
    found = set(records(client.get(ITEMS, params=asked)))
    assert found == {f"s{n}" for n in np.flatnonzero(inside)}
    assert 0 < len(found) < 60


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,1,0,2&bbox-crs=EPSG:3067",
        "bbox=91,0,92,1&bbox-crs=EPSG:4326",
        "bbox=1e30,1e30,2e30,2e30&bbox-crs=EPSG:3067",
        "bbox=1,1,0,2&bbox-crs=EPSG:28406",
    ],
)
def test_a_box_that_is_none_of_its_system_is_refused(world, query):
    answer = world.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"].startswith("bbox=")


def test_a_place_that_a_system_cannot_tell_is_named_and_not_dropped(client, put, make):
    put(make.site("Far", 117.0, 0.0), make.site("Home", 27.0, 61.0))
    refused = client.get(ITEMS, params={"crs": f"{EPSG}3067"})
    assert refused.status_code == 400
    assert make.identity("Far") in refused.json()["detail"]
    near = client.get(ITEMS, params={"crs": f"{EPSG}3067", "bbox": "26,60,28,62"})
    assert records(near) == ["Home"]


@pytest.mark.parametrize("place", [(10.0, 90.0), (10.0, -90.0), (180.0, 10.0), (-180.0, -10.0)])
def test_poles_and_the_antimeridian_are_told_or_refused_in_every_system(client, put, make, place):
    put(make.site("Edge", *place))
    for uri in systems():
        answer = client.get(ITEMS, params={"crs": uri})
        if answer.status_code == 400:
            assert make.identity("Edge") in answer.json()["detail"]
        else:
            assert answer.status_code == 200
            [one] = answer.json()["features"]
            assert np.isfinite(one["geometry"]["coordinates"]).all()


def test_a_box_around_a_pole_or_larger_than_its_system_holds_what_is_there(client, put, make):
    put(
        make.site("Pole", 10.0, 89.9),
        make.site("Home", 27.0, 61.0),
        make.site("South", 27.0, -30.0),
    )
    x, y = Transformer.from_crs("OGC:CRS84", "EPSG:3035").transform(10.0, 89.9)
    around = f"{x - 9e4},{y - 9e4},{x + 9e4},{y + 9e4}"
    asked = {"bbox": around, "bbox-crs": "EPSG:3035"}
    assert records(client.get(ITEMS, params=asked)) == ["Pole"]
    wide = {"bbox": "-9e6,0,9e6,1.1e7", "bbox-crs": "EPSG:3067"}
    assert set(records(client.get(ITEMS, params=wide))) == {"Pole", "Home"}


def test_areas_keep_their_form_in_every_system(world, make):
    for uri in systems():
        answer = world.get(f"{ITEMS}/{make.identity('Park')}", params={"crs": uri})
        park = shapely.geometry.shape(answer.json()["geometry"])
        assert park.is_valid
        assert park.geom_type == "Polygon"


def test_a_tolerance_draws_with_fewer_points_in_the_units_of_the_system(client, put, make):
    ring = [(25 + 0.1 * np.cos(t), 60 + 0.05 * np.sin(t)) for t in np.linspace(0, 6.28, 200)]
    round_ = make.site("Round", 25.0, 60.0)
    object.__setattr__(round_, "geometry", shapely.Polygon(ring))
    put(round_)

    def drawn(**asked):
        [one] = client.get(ITEMS, params=asked).json()["features"]
        return shapely.geometry.shape(one["geometry"])

    whole, coarse = drawn(), drawn(**{"max-allowable-offset": "0.01"})
    metres = drawn(**{"max-allowable-offset": "100", "crs": "EPSG:3067"})
    sizes = [shapely.get_num_coordinates(one) for one in (whole, coarse, metres)]
    assert sizes[0] == 201
    assert max(sizes[1:]) < 60
    assert coarse.is_valid
    assert coarse.hausdorff_distance(whole) <= 0.01
    assert metres.is_valid
    assert drawn(**{"max-allowable-offset": "1e9"}).is_valid


@pytest.mark.parametrize("said", ["-1", "nan", "a", "", "1e999"])
def test_a_tolerance_that_is_no_distance_is_refused(world, said):
    answer = world.get(ITEMS, params={"max-allowable-offset": said})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("max-allowable-offset=")


def test_every_system_has_a_tag_of_its_own(world, make):
    one = f"{ITEMS}/{make.identity('Castle')}"
    asked = ["", "?crs=EPSG:4326", "?crs=EPSG:3067", "?f=jsonfg", "?f=html", "?f=linkedplaces"]
    tags = [world.get(one + query).headers["etag"] for query in asked]
    assert len(set(tags)) == len(asked)
    assert all(tag.startswith('"') for tag in tags)

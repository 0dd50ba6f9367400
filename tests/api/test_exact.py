"""Exact places of one's own area: for those with rights, from the store alone, in no cache."""

import pytest
from shapely import Point, box

from geomap.access import Role, Scope

EXACT = "/collections/sites/exact"
HERE = box(28, 61, 29, 62)


@pytest.fixture
def sites(put, make):
    made = {}
    for town, place in {"Imatra": (28.5, 61.5), "Lappeenranta": (28.6, 61.5)}.items():
        for visibility in ("public", "generalised", "restricted", "hidden"):
            name = f"{town} {visibility}"
            put(make.site(name, *place, municipality=town, visibility=visibility, kind="defence"))
            made[name] = make.identity(name)
    put(make.site("beyond", 27, 61.5, municipality="Imatra", visibility="hidden"))
    return made


def told(client, headers, **query):
    answer = client.get(EXACT, params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(document):
    return sorted(one["properties"]["name"] for one in document["features"])


def test_an_officer_sees_where_ones_own_records_really_are_and_no_others(client, sites, officer):
    document = told(client, officer())
    assert names(document) == ["Imatra generalised", "Imatra hidden", "Imatra restricted"]
    assert all(one["geometry"]["coordinates"] == [28.5, 61.5] for one in document["features"])
    [hidden] = [one for one in document["features"] if one["id"] == sites["Imatra hidden"]]
    assert hidden["properties"]["visibility"] == "hidden"
    assert hidden["properties"]["kind"] == "defence"


def test_an_expert_sees_and_a_reviewer_sees_everywhere(client, sites, officer):
    assert len(told(client, officer(Role.EXPERT))["features"]) == 3
    assert len(told(client, officer(Role.REVIEWER))["features"]) == 7


def test_visitors_and_those_without_the_right_are_told_nothing(client, sites, officer):
    assert client.get(EXACT).status_code == 401
    for role in (Role.CONTRIBUTOR, Role.TWIN_COORDINATOR):
        answer = client.get(EXACT, headers=officer(role))
        assert answer.status_code == 403
        assert "Imatra" not in answer.text


def test_no_cache_keeps_it_and_no_other_site_reads_it(client, sites, officer):
    headers = client.get(EXACT, headers=officer()).headers
    assert headers["cache-control"] == "private, no-store"
    assert {"Cookie", "Authorization"} <= {*headers["vary"].replace(" ", "").split(",")}
    assert "access-control-allow-origin" not in headers
    assert "etag" not in headers


def test_the_box_and_the_rights_both_limit_it(client, sites, officer):
    own = officer()
    assert names(told(client, own, bbox="28.55,61,29,62")) == []
    assert names(told(client, own, bbox="26,61,28,62")) == []
    assert len(names(told(client, own, bbox="28.5,61.5,28.5,61.5"))) == 3
    assert names(told(client, own, bbox="170,-90,-170,90")) == []
    assert len(told(client, officer(Role.REVIEWER), bbox="170,-90,29,90")["features"]) == 7


def test_pages_follow_one_another_without_gap_or_double(client, put, make, officer):
    made = [
        make.site(f"s{n}", 28.5, 61.5, municipality=("Imatra", "Lappeenranta")[n % 2],
                  visibility="hidden")
        for n in range(24)
    ]  # fmt: skip
    put(*made)
    seen, headers, link = [], officer(), f"{EXACT}?limit=5"
    while link:
        document = client.get(link, headers=headers).json()
        assert document["numberReturned"] == len(document["features"]) <= 5
        seen += [one["id"] for one in document["features"]]
        link = next((one["href"] for one in document["links"] if one["rel"] == "next"), "")
    assert sorted(seen) == sorted(one.id for one in made[::2])


def test_what_changes_is_told_at_once(client, store, sites, put, make, officer):
    own = officer()
    put(make.site("Imatra public", 28.5, 61.5, municipality="Imatra", visibility="hidden"))
    assert len(told(client, own)["features"]) == 4
    put(make.site("Imatra hidden", 28.5, 61.5, municipality="Imatra"))
    assert "Imatra hidden" not in names(told(client, own))


def test_an_area_that_shrinks_takes_its_records_along(client, sites, officer):
    headers = officer()
    assert told(client, headers)["features"]
    officer(scope=Scope(frozenset({"imatra"}), area=Point(20, 60).buffer(1)))
    assert told(client, headers)["features"] == []


@pytest.mark.parametrize("query", ["bbox=x", "limit=0", "after=x", "after=-1", "near=1,1"])
def test_what_cannot_be_read_is_refused(client, officer, query):
    assert client.get(f"{EXACT}?{query}", headers=officer()).status_code == 400


@pytest.mark.parametrize("layer", ["cities", "twins", "regions"])
def test_every_layer_has_its_exact_places(client, put, make, officer, layer):
    admin = officer(Role.ADMINISTRATOR)
    assert client.get(f"/collections/{layer}/exact", headers=admin).json()["features"] == []


def test_nothing_of_it_is_in_what_officers_load_from_the_public_side(client, sites, officer):
    own = officer()
    for path in ("/collections/sites/items", "/collections/sites/export?f=csv", "/search?q=Imatra"):
        assert "Imatra hidden" not in client.get(path, headers=own).text

"""Editing over HTTP: what OGC 20-002r2 asks, and that no change is lost or made twice."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from shapely import Point, box
from starlette.testclient import TestClient

from api.app import create_app
from api.preferences import preferences_of
from geomap.settings import Settings
from layers.given import MOST_VERTICES

TOKEN = "a token that is long enough"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
GEOJSON = {"Content-Type": "application/geo+json"}
PATCH = {"Content-Type": "application/merge-patch+json"}
ITEMS = "/collections/sites/items"
NAMES = [{"value": "Mill", "lang": "en", "type": "preferred"}]


@pytest.fixture
def editor(tmp_path, settings, store):
    """The application over the test's own store, asked by someone who has the token."""
    changed = Settings(store=settings.store, edit_token=TOKEN)
    with TestClient(create_app(changed), headers=BEARER) as client:
        yield client


@pytest.fixture
def public(editor):
    """The same application, asked by everyone else."""
    return TestClient(editor.app)


@pytest.fixture
def mill(put, make):
    """The path of a public site in the store."""
    put(make.site("Mill", 28.77, 61.17, kind="building", country="FI", **make.dated(1900, 1910)))
    return f"{ITEMS}/{make.identity('Mill')}"


def feature(place=(28.7, 61.1), **properties):
    geometry = {"type": "Point", "coordinates": list(place)}
    properties = {"names": NAMES, **properties}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def post(client, body, **headers):
    return client.post(ITEMS, json=body, headers={**GEOJSON, **headers})


def faults(answer):
    assert answer.status_code == 422, answer.text
    return {fault["field"]: fault for fault in answer.json()["errors"]}


# OPTIONS


def test_options_on_items_says_that_features_can_be_posted_and_in_which_types(editor):
    answer = editor.options(ITEMS)
    assert answer.status_code == 200
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert "application/geo+json" in answer.headers["accept-post"]
    assert "accept-patch" not in answer.headers


def test_options_on_an_item_says_that_it_can_be_patched_and_in_which_type(editor, mill):
    answer = editor.options(mill)
    assert answer.status_code == 200
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, PUT, PATCH, DELETE"
    assert answer.headers["accept-patch"] == "application/merge-patch+json"


def test_options_tells_the_public_that_it_may_only_read(public, mill):
    for path in (ITEMS, mill):
        answer = public.options(path)
        assert (answer.status_code, answer.headers["allow"]) == (200, "GET, HEAD, OPTIONS")
        assert "accept-post" not in answer.headers


def test_options_with_an_origin_is_no_preflight_unless_it_asks_for_a_method(editor):
    answer = editor.options(ITEMS, headers={"Origin": "https://elsewhere.example"})
    assert "POST" in answer.headers["allow"]


def test_no_other_site_may_send_changes(editor, mill):
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "PUT"}
    answer = editor.options(mill, headers=asked)
    assert "PUT" not in answer.headers["access-control-allow-methods"]
    assert "authorization" not in answer.headers["access-control-allow-headers"].lower()


def test_options_is_the_same_for_what_does_not_exist(public, editor, mill, make):
    other = f"{ITEMS}/{make.identity('never')}"
    for client in (public, editor):
        assert client.options(other).headers["allow"] == client.options(mill).headers["allow"]


# POST


def test_a_posted_feature_is_made_where_location_says(editor, public):
    answer = post(editor, feature(kind="building"))
    assert (answer.status_code, answer.content) == (201, b"")
    made = public.get(answer.headers["location"]).json()
    assert made["properties"]["name"] == "Mill"
    assert made["properties"]["kind"] == "building"
    assert made["properties"]["country"] == "FI"
    assert made["geometry"]["coordinates"] == [28.7, 61.1]
    assert answer.headers["location"].endswith(made["id"])


def test_each_posted_feature_gets_an_id_of_its_own_whatever_its_body_says(editor):
    body = {**feature(), "id": "mine"}
    one, two = post(editor, body), post(editor, body)
    assert one.headers["location"] != two.headers["location"]
    assert not one.headers["location"].endswith("mine")


def test_location_is_written_as_qgis_reads_it(editor):
    answer = post(editor, feature())
    assert b"Location" in [name for name, _ in answer.headers.raw]


def test_what_is_made_counts_at_once_everywhere(editor, public):
    before = public.get(ITEMS).json()["numberMatched"]
    post(editor, feature())
    assert public.get(ITEMS).json()["numberMatched"] == before + 1


def test_a_body_without_a_content_type_is_400(editor, mill):
    content = b'{"type":"Feature","geometry":null,"properties":{}}'
    assert editor.post(ITEMS, content=content).status_code == 400
    assert editor.put(mill, content=content).status_code == 400
    assert editor.patch(mill, content=content).status_code == 400


def test_a_body_of_another_type_is_415_and_told_what_is_taken(editor, mill):
    answer = editor.post(ITEMS, content=b"<a/>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415
    assert "application/geo+json" in answer.headers["accept-post"]
    answer = editor.patch(mill, content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.headers["accept-patch"] == "application/merge-patch+json, application/json"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"a":1e999}', b'{"a":NaN}',
     b'{"a":' * 30 + b"1" + b"}" * 30, b"[" * 100_000],
    ids=["empty", "half", "list", "null", "text", "bytes", "huge", "nan", "deep", "deeper"],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_400(editor, mill, content):
    for method, path, kind in (
        ("POST", ITEMS, GEOJSON),
        ("PUT", mill, GEOJSON),
        ("PATCH", mill, PATCH),
    ):
        answer = editor.request(method, path, content=content, headers=kind)
        assert answer.status_code == 400, (method, answer.text)
        assert answer.json()["type"].endswith("/problems/body-unreadable")


def test_a_body_that_is_too_large_is_413(editor):
    answer = editor.post(ITEMS, content=b" " * (7 * 2**20), headers=GEOJSON)
    assert answer.status_code == 413


# GET


def test_the_same_address_tells_the_public_less_than_an_editor(editor, public, put, make):
    put(make.site("Grave", 28.7654, 61.1234, visibility="generalised", kind="archaeology"))
    path = f"{ITEMS}/{make.identity('Grave')}"
    exact, told = editor.get(path), public.get(path)
    assert exact.json()["geometry"]["coordinates"] == [28.7654, 61.1234]
    assert exact.json()["properties"]["visibility"] == "generalised"
    assert told.json()["geometry"]["coordinates"] != [28.7654, 61.1234]
    assert "Grave" not in told.text
    assert exact.headers["cache-control"] == "private, no-store"
    assert "Authorization" in told.headers["vary"]
    assert "access-control-allow-origin" not in exact.headers


def test_an_editor_has_the_exact_record_as_a_page_and_in_any_system(editor, put, make):
    put(make.site("Grave", 28.7654, 61.1234, visibility="hidden"))
    path = f"{ITEMS}/{make.identity('Grave')}"
    page = editor.get(f"{path}?f=html")
    assert "Grave" in page.text
    assert page.headers["cache-control"] == "private, no-store"
    told = editor.get(f"{path}?crs=http://www.opengis.net/def/crs/EPSG/0/4326")
    assert told.json()["geometry"]["coordinates"] == [61.1234, 28.7654]
    assert told.headers["content-crs"] == "<http://www.opengis.net/def/crs/EPSG/0/4326>"


def test_hidden_deleted_and_never_existed_is_one_answer_for_the_public(editor, public, put, make):
    put(make.site("Secret", 28.7, 61.1, visibility="hidden"), make.site("Late", 28.8, 61.1))
    hidden, late, never = (f"{ITEMS}/{make.identity(n)}" for n in ("Secret", "Late", "Never"))
    assert editor.delete(late).status_code == 204
    bodies = set()
    for path in (hidden, late, never):
        answer = public.get(path)
        assert answer.status_code == 404
        bodies.add(answer.text.replace(path.rsplit("/", 1)[1], "ID"))
    assert len(bodies) == 1
    assert editor.get(hidden).status_code == 200
    assert editor.get(late).status_code == 410
    assert editor.get(never).status_code == 404


def test_an_item_has_a_strong_tag_and_the_time_of_its_last_change(editor, public, mill):
    for client in (editor, public):
        answer = client.get(mill)
        assert answer.headers["etag"].startswith('"')
        assert answer.headers["last-modified"].endswith("GMT")
        again = client.get(mill, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304


# PUT


def test_a_put_feature_replaces_the_whole_one(editor, public, mill):
    answer = editor.put(mill, json=feature((28.9, 61.2), condition="good"), headers=GEOJSON)
    assert (answer.status_code, answer.content) == (204, b"")
    now = public.get(mill).json()
    assert now["geometry"]["coordinates"] == [28.9, 61.2]
    assert now["properties"]["condition"] == "good"
    assert "kind" not in now["properties"]
    assert "dating" not in now["properties"]


def test_the_id_of_a_put_body_is_that_of_the_path_or_refused(editor, mill):
    own = mill.rsplit("/", 1)[1]
    assert editor.put(mill, json={**feature(), "id": own}, headers=GEOJSON).status_code == 204
    answer = editor.put(mill, json={**feature(), "id": "other"}, headers=GEOJSON)
    assert faults(answer)["id"]["code"] == "READ_ONLY"


@pytest.mark.parametrize("condition", [{}, {"If-Match": '"x"'}, {"If-Match": "*"}])
def test_what_does_not_exist_is_404_with_or_without_a_condition(editor, make, condition):
    path = f"{ITEMS}/{make.identity('never')}"
    for method, headers in (("PUT", GEOJSON), ("PATCH", PATCH), ("DELETE", {})):
        body = {} if method == "DELETE" else {"json": feature()}
        answer = editor.request(method, path, headers={**headers, **condition}, **body)
        assert answer.status_code == 404


def test_what_was_got_can_be_put_back_and_changes_nothing(editor, mill, store, make):
    editor.patch(mill, json={}, headers=PATCH)
    made = len(store.history("sites", make.identity("Mill")))
    told = editor.get(mill).json()
    assert editor.put(mill, json=told, headers=GEOJSON).status_code == 204
    assert len(store.history("sites", make.identity("Mill"))) == made


def test_a_put_that_says_nothing_of_visibility_leaves_it(editor, put, make, store):
    put(make.site("Secret", 28.7, 61.1, visibility="hidden"))
    path = f"{ITEMS}/{make.identity('Secret')}"
    assert editor.put(path, json=feature(), headers=GEOJSON).status_code == 204
    assert store.feature("sites", make.identity("Secret")).visibility == "hidden"


def test_an_editor_hides_a_site_and_the_public_has_it_no_more(editor, public, mill):
    change = {"properties": {"visibility": "hidden"}}
    assert editor.patch(mill, json=change, headers=PATCH).status_code == 204
    assert public.get(mill).status_code == 404
    assert public.get(ITEMS).json()["numberMatched"] == 0


# PATCH


def test_a_patch_changes_what_it_names_and_null_unsets(editor, public, mill):
    change = {"properties": {"condition": "good", "kind": None}}
    assert editor.patch(mill, json=change, headers=PATCH).status_code == 204
    now = public.get(mill).json()["properties"]
    assert now["condition"] == "good"
    assert "kind" not in now
    assert now["dating"] == "1900/1910"


def test_a_patch_of_the_geometry_replaces_it_whole(editor, public, mill):
    ring = [[28, 61], [29, 61], [29, 62], [28, 61]]
    change = {"geometry": {"type": "Polygon", "coordinates": [ring]}}
    assert editor.patch(mill, json=change, headers=PATCH).status_code == 204
    assert public.get(mill).json()["geometry"] == change["geometry"]
    half = {"geometry": {"type": "Point"}}
    assert "geometry" in faults(editor.patch(mill, json=half, headers=PATCH))


def test_a_patch_to_no_geometry_leaves_a_record_without_place(editor, public, mill):
    assert editor.patch(mill, json={"geometry": None}, headers=PATCH).status_code == 204
    assert public.get(mill).json()["geometry"] is None


def test_a_patch_cannot_change_the_id(editor, mill):
    answer = editor.patch(mill, json={"id": "other"}, headers=PATCH)
    assert faults(answer)["id"]["code"] == "READ_ONLY"
    assert editor.get(mill).status_code == 200


def test_flat_names_change_the_names_as_clients_with_columns_expect(editor, public, mill):
    change = {"properties": {"name_en": "Old mill", "name_ru": "Мельница"}}
    assert editor.patch(mill, json=change, headers=PATCH).status_code == 204
    now = public.get(mill).json()["properties"]
    assert (now["name"], now["name_en"], now["name_ru"]) == ("Old mill", "Old mill", "Мельница")
    assert len(now["names"]) == 2
    assert editor.patch(mill, json={"properties": {"name_ru": None}}, headers=PATCH).is_success
    assert len(public.get(mill).json()["properties"]["names"]) == 1


def test_a_new_feature_may_have_nothing_but_a_flat_name(editor, public):
    body = {**feature(), "properties": {"name": "Mill", "name_fi": "Mylly"}}
    made = public.get(post(editor, body).headers["location"]).json()["properties"]
    assert made["name_fi"] == "Mylly"
    assert {"value": "Mill", "lang": "und", "type": "preferred"} in made["names"]


# DELETE


def test_a_deleted_feature_is_gone_and_its_history_stays(editor, public, mill, store, make):
    answer = editor.delete(mill)
    assert (answer.status_code, answer.content) == (204, b"")
    assert public.get(mill).status_code == 404
    assert editor.get(mill).status_code == editor.delete(mill).status_code == 410
    assert [r.action for r in store.history("sites", make.identity("Mill"))] == ["trial", "delete"]


def test_a_city_that_pairs_are_made_of_stays(editor, put, make):
    one, two = make.city("A", 28.0, 61.0, country="FI"), make.city("B", 29.0, 61.0, country="RU")
    put(one, two, make.pair(one, two))
    answer = editor.delete(f"/collections/cities/items/{one.id}")
    assert answer.status_code == 409
    assert editor.delete(f"/collections/twins/items/{make.pair(one, two).id}").status_code == 204
    assert editor.delete(f"/collections/cities/items/{one.id}").status_code == 204


# Conditions


def test_a_change_gives_a_new_tag_that_is_the_one_of_the_next_get(editor, mill):
    plain = {"Accept-Encoding": "identity"}
    first = editor.get(mill, headers=plain).headers["etag"]
    changed = editor.patch(mill, json={"properties": {"condition": "good"}}, headers=PATCH)
    assert changed.headers["etag"] != first
    assert editor.get(mill, headers=plain).headers["etag"] == changed.headers["etag"]
    replaced = editor.put(mill, json=feature(), headers=GEOJSON)
    assert editor.get(mill, headers=plain).headers["etag"] == replaced.headers["etag"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_wrong_if_match_is_412_and_changes_nothing(editor, mill, method):
    before = editor.get(mill).json()
    body = {} if method == "DELETE" else {"json": feature(condition="good")}
    kind = PATCH if method == "PATCH" else GEOJSON
    tag = editor.get(mill).headers["etag"]
    for wrong in ('"x"', f"W/{tag}", "", '"', tag.replace('"', "")):
        answer = editor.request(method, mill, headers={**kind, "If-Match": wrong}, **body)
        assert answer.status_code == 412, wrong
    assert editor.get(mill).json() == before
    answer = editor.request(method, mill, headers={**kind, "If-Match": f'"x", {tag}'}, **body)
    assert answer.status_code == 204


def test_any_present_representation_will_do_for_if_match(editor, public, mill):
    asked = [
        {},
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "identity"},
        {"Accept-Language": "ru"},
        {"Host": "map.example.org"},
    ]
    padding = {"properties": {"description": {"en": "long " * 1000}}}
    editor.patch(mill, json=padding, headers=PATCH)
    tags = [
        client.get(mill, headers=h).headers["etag"] for client in (editor, public) for h in asked
    ]
    assert len(set(tags)) > len(asked)
    nothing = {"properties": {}}
    for tag in tags:
        answer = editor.patch(mill, json=nothing, headers={**PATCH, "If-Match": tag})
        assert answer.status_code == 204, tag
    editor.patch(mill, json={"properties": {"condition": "good"}}, headers=PATCH)
    for tag in tags:
        answer = editor.patch(mill, json=nothing, headers={**PATCH, "If-Match": tag})
        assert answer.status_code == 412, tag


def test_what_the_public_sees_of_a_generalised_site_is_no_version_of_it(editor, public, put, make):
    put(make.site("Grave", 28.7654, 61.1234, visibility="generalised"))
    path = f"{ITEMS}/{make.identity('Grave')}"
    tag = public.get(path).headers["etag"]
    answer = editor.patch(path, json={}, headers={**PATCH, "If-Match": tag})
    assert answer.status_code == 412


def test_a_stale_change_is_answered_with_both_versions(editor, public, mill):
    for client in (editor, public):
        tag = client.get(mill).headers["etag"]
        before = editor.get(mill).json()["properties"]
        other = "poor" if before.get("condition") == "good" else "good"
        editor.patch(mill, json={"properties": {"condition": other}}, headers=PATCH)
        answer = editor.put(mill, json=feature(), headers={**GEOJSON, "If-Match": tag})
        problem = answer.json()
        assert answer.status_code == 412
        assert problem["base"]["properties"].get("condition") == before.get("condition")
        assert problem["current"]["properties"]["condition"] == other
        again = {**GEOJSON, "If-Match": problem["current_etag"]}
        assert editor.patch(mill, json={}, headers={**again, **PATCH}).status_code == 204


def test_if_unmodified_since_is_heeded(editor, mill):
    at = editor.get(mill).headers["last-modified"]
    ages_ago = "Mon, 01 Jan 2001 00:00:00 GMT"
    for condition, status in ((ages_ago, 412), ("no date", 204), (at, 204)):
        headers = {**PATCH, "If-Unmodified-Since": condition}
        assert editor.patch(mill, json={}, headers=headers).status_code == status
    headers = {"If-Unmodified-Since": ages_ago}
    assert editor.delete(mill, headers=headers).status_code == 412
    assert editor.put(mill, json=feature(), headers={**GEOJSON, **headers}).status_code == 412


def test_without_a_condition_a_token_may_change_and_nothing_is_lost(editor, mill, store, make):
    editor.patch(mill, json={"properties": {"condition": "good"}}, headers=PATCH)
    history = store.history("sites", make.identity("Mill"))
    assert history[-1].before["properties"].get("condition") is None
    assert history[-1].actor == "edit token"


def test_of_changes_made_at_once_on_one_version_one_is_taken(editor, mill, store, make):
    tag = editor.get(mill).headers["etag"]

    def change(number):
        body = {"properties": {"accuracy_m": number}}
        return editor.patch(mill, json=body, headers={**PATCH, "If-Match": tag}).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(change, range(1, 9)))
    assert sorted(statuses) == [204] + [412] * 7
    assert len(store.history("sites", make.identity("Mill"))) == 2


def test_patches_of_other_members_made_at_once_are_all_kept(editor, mill):
    changes = [{"condition": "good"}, {"accuracy_m": 5}, {"type_text": "mill"}, {"kind": "worship"}]

    def change(properties):
        return editor.patch(mill, json={"properties": properties}, headers=PATCH).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(change, changes)) == [204] * 4
    now = editor.get(mill).json()["properties"]
    for properties in changes:
        assert properties.items() <= now.items()


# Prefer


def test_a_wished_representation_comes_back_and_says_so(editor, mill):
    wish = {"Prefer": "return=representation"}
    made = post(editor, feature(), **wish)
    assert made.status_code == 201
    assert made.json()["id"] in made.headers["location"]
    for answer in (
        editor.put(mill, json=feature(), headers={**GEOJSON, **wish}),
        editor.patch(mill, json={}, headers={**PATCH, **wish}),
    ):
        assert answer.status_code == 200
        assert answer.headers["preference-applied"] == "return=representation"
        assert answer.headers["content-type"] == "application/geo+json"
        assert answer.headers["content-crs"].startswith("<http")
        assert answer.json() == editor.get(mill).json()


def test_a_minimal_answer_has_no_body_and_says_so(editor, mill):
    wish = {"Prefer": "return=minimal"}
    for answer in (
        post(editor, feature(), **wish),
        editor.put(mill, json=feature(), headers={**GEOJSON, **wish}),
        editor.delete(mill, headers=wish),
    ):
        assert answer.content == b""
        assert answer.headers["preference-applied"] == "return=minimal"


@pytest.mark.parametrize("handling", ["strict", "lenient"])
def test_the_wished_handling_is_said_to_be_applied(editor, handling):
    answer = post(editor, feature(), Prefer=f"handling={handling}, return=representation")
    assert answer.headers["preference-applied"] == f"handling={handling}, return=representation"


def test_without_a_wish_nothing_is_said_to_be_applied(editor):
    assert "preference-applied" not in post(editor, feature(), Prefer="respond-async").headers


def test_strictly_a_property_that_no_field_takes_is_refused(editor, mill):
    body = feature(colour="red")
    for wish in ({}, {"Prefer": "handling=strict"}):
        assert faults(post(editor, body, **wish))["colour"]["code"] == "COLUMN_UNKNOWN"
    answer = editor.patch(mill, json={"properties": {"colour": "red"}}, headers=PATCH)
    assert "colour" in faults(answer)


def test_leniently_it_is_kept_among_the_extra_values(editor):
    answer = post(editor, feature(colour="red"), Prefer="handling=lenient, return=representation")
    assert answer.json()["properties"]["extra"] == {"colour": "red"}


@pytest.mark.parametrize(
    "name", ["source", "licence", "record_id", "protection", "region_ids", "dating_from"]
)
def test_what_the_house_fills_cannot_be_set(editor, mill, name):
    assert faults(post(editor, feature(**{name: "x"})))[name]["code"] == "READ_ONLY"
    answer = editor.patch(mill, json={"properties": {name: "x"}}, headers=PATCH)
    assert faults(answer)[name]["code"] == "READ_ONLY"
    assert name in faults(editor.put(mill, json=feature(**{name: "x"}), headers=GEOJSON))
    lenient = post(editor, feature(**{name: "x"}), Prefer="handling=lenient")
    assert lenient.status_code == 201


def test_what_the_house_fills_cannot_be_unset_either(editor, mill):
    answer = editor.patch(mill, json={"properties": {"licence": None}}, headers=PATCH)
    assert faults(answer)["licence"]["code"] == "READ_ONLY"


class _Asked:
    def __init__(self, *values):
        self.headers = self
        self.values = values

    def getlist(self, _name):
        return list(self.values)


@pytest.mark.parametrize(
    ("values", "applied"),
    [
        (["return=representation"], "return=representation"),
        (['return="minimal"; foo=bar'], "return=minimal"),
        (["handling=lenient", "return=minimal"], "handling=lenient, return=minimal"),
        (["return=minimal, return=representation"], "return=minimal"),
        (["RETURN=Representation"], "return=representation"),
        (["wait=10, priority=5", ""], None),
        (["return=everything"], None),
    ],
)
def test_prefer_is_read_as_rfc_7240_writes_it(values, applied):
    assert preferences_of(_Asked(*values)).applied().get("Preference-Applied") == applied


# Reference systems


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", (28.7, 61.1)),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", (61.1, 28.7)),
        ("http://www.opengis.net/def/crs/EPSG/0/3857", (3194869.39, 8648820.92)),
        ("http://www.opengis.net/def/crs/EPSG/0/3067", (591649.57, 6775116.34)),
        ("http://www.opengis.net/def/crs/EPSG/0/3035", (4355359.91, 5319097.95)),
    ],
)
@pytest.mark.parametrize("form", ["<{}>", "{}"])
def test_a_body_is_read_in_the_axes_of_its_content_crs(editor, public, crs, place, form):
    answer = post(editor, feature(place), **{"Content-Crs": form.format(crs)})
    assert answer.status_code == 201, answer.text
    lng, lat = public.get(answer.headers["location"]).json()["geometry"]["coordinates"]
    assert (lng, lat) == (pytest.approx(28.7, abs=1e-6), pytest.approx(61.1, abs=1e-6))


@pytest.mark.parametrize("crs", ["<http://www.opengis.net/def/crs/EPSG/0/99999>", "x", "<>", ""])
def test_a_content_crs_that_is_not_on_offer_is_refused(editor, mill, crs):
    headers = {"Content-Crs": crs}
    assert post(editor, feature(), **headers).status_code == 400
    assert editor.patch(mill, json={}, headers={**PATCH, **headers}).status_code == 400


def test_a_patch_that_leaves_the_place_leaves_it_whatever_its_content_crs(editor, mill):
    before = editor.get(mill).json()["geometry"]
    crs = {"Content-Crs": "http://www.opengis.net/def/crs/EPSG/0/3067"}
    editor.patch(mill, json={"properties": {"condition": "good"}}, headers={**PATCH, **crs})
    assert editor.get(mill).json()["geometry"] == before


# Faults


def test_every_fault_is_listed_with_field_value_and_what_would_be_right(editor):
    body = feature((28.7, 99), kind="castle", dating="yore", accuracy_m="far", colour="red")
    del body["properties"]["names"]
    told = faults(post(editor, body))
    assert set(told) == {"geometry", "kind", "dating", "accuracy_m", "colour", "names"}
    assert told["kind"]["pointer"] == "#/properties/kind"
    assert told["kind"]["value"] == "castle"
    assert "worship" in told["kind"]["detail"]
    assert told["geometry"]["pointer"] == "#/geometry"


def test_a_fault_within_a_list_says_where(editor):
    names = [*NAMES, {"value": "X", "lang": "no language", "type": "preferred"}]
    [fault] = faults(post(editor, feature(names=names))).values()
    assert fault["pointer"].startswith("#/properties/names/1")


BOW_TIE = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        ({"type": "Polygon", "coordinates": BOW_TIE}, "Self-intersection"),
        ({"type": "Point", "coordinates": [28.7, 99]}, "28.7"),
        ({"type": "Point", "coordinates": ["28.7", "61"]}, "no number"),
        ({"type": "Point", "coordinates": [28.7]}, "no position"),
        ({"type": "Point", "coordinates": [True, False]}, "no number"),
        ({"type": "Point", "coordinates": [[28.7, 61.1]]}, "no position"),
        ({"type": "Point"}, "no coordinates"),
        ({"type": "Circle", "coordinates": [1, 2]}, "Circle"),
        ({"type": "GeometryCollection", "geometries": []}, "GeometryCollection"),
        ({"type": "LineString", "coordinates": [[1, 2]]}, ""),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, ""),
        ({"type": "Point", "coordinates": [0, 0]}, "0, 0"),
        ({"type": "MultiPoint", "coordinates": [[1, 2]] * (MOST_VERTICES + 1)}, "vertices"),
        ("POINT(1 2)", "geometry of type"),
        ([1, 2], "geometry of type"),
        (7, "geometry of type"),
    ],
)
def test_a_geometry_that_cannot_be_is_refused_with_the_reason(editor, geometry, said):
    answer = post(editor, {**feature(), "geometry": geometry})
    assert said in faults(answer)["geometry"]["value"]


@pytest.mark.parametrize("properties", [[], "x", 7, {"names": "x"}, {"names": [7]}, {"names": {}}])
def test_properties_of_another_shape_are_refused(editor, properties):
    assert faults(post(editor, {**feature(), "properties": properties}))


def test_what_is_no_feature_is_refused(editor):
    assert "type" in faults(post(editor, {**feature(), "type": "FeatureCollection"}))
    assert "colour" in faults(post(editor, {**feature(), "colour": "red"}))


def test_regions_cities_and_pairs_are_edited_through_the_same_checks(editor, public):
    def made(layer, body):
        answer = editor.post(f"/collections/{layer}/items", json=body, headers=GEOJSON)
        assert answer.status_code == 201, answer.text
        return public.get(answer.headers["location"]).json()

    shape = box(28, 61, 29, 62).__geo_interface__
    region = made("regions", {**feature(region_type="euroregion"), "geometry": shape})
    assert region["properties"]["region_type"] == "euroregion"
    one = made("cities", feature((28.77, 61.17)))
    two = made("cities", feature((28.86, 61.11)))
    pair = {"type": "Feature", "geometry": None,
            "properties": {"city_a": one["id"], "city_b": two["id"]}}  # fmt: skip
    told = made("twins", pair)
    assert told["geometry"]["type"] == "LineString"
    assert told["properties"]["country_a"] == "FI"
    pair["properties"]["city_b"] = "nobody"
    answer = editor.post("/collections/twins/items", json=pair, headers=GEOJSON)
    assert faults(answer)["city_b"]["code"] == "REF_NOT_FOUND"


def test_a_pair_of_a_city_with_itself_is_refused(editor, put, make):
    city = make.city("A", 28.0, 61.0)
    put(city)
    pair = {"type": "Feature", "geometry": None,
            "properties": {"city_a": city.id, "city_b": city.id}}  # fmt: skip
    answer = editor.post("/collections/twins/items", json=pair, headers=GEOJSON)
    assert faults(answer)["city_b"]["code"] == "PAIR_OF_ONE"


def test_a_region_that_is_a_point_is_refused(editor):
    answer = editor.post("/collections/regions/items", json=feature(), headers=GEOJSON)
    assert faults(answer)["geometry"]["code"] == "GEOM_TYPE_WRONG"


# Retries


def test_a_retried_post_makes_one_feature(editor, public):
    key = {"Idempotency-Key": "k1"}
    one, two = post(editor, feature(), **key), post(editor, feature(), **key)
    assert one.status_code == two.status_code == 201
    assert one.headers["location"] == two.headers["location"]
    assert public.get(ITEMS).json()["numberMatched"] == 1


def test_a_key_for_another_request_is_409(editor, public):
    post(editor, feature(), **{"Idempotency-Key": "k1"})
    assert post(editor, feature(kind="worship"), **{"Idempotency-Key": "k1"}).status_code == 409
    assert public.get(ITEMS).json()["numberMatched"] == 1


def test_retried_changes_happen_once_even_under_a_condition(editor, mill, store, make):
    tag = editor.get(mill).headers["etag"]
    change = {"properties": {"condition": "good"}}
    for _ in range(2):
        headers = {**PATCH, "If-Match": tag, "Idempotency-Key": "k2"}
        assert editor.patch(mill, json=change, headers=headers).status_code == 204
    for _ in range(2):
        assert editor.delete(mill, headers={"Idempotency-Key": "k3"}).status_code == 204
    assert len(store.history("sites", make.identity("Mill"))) == 3


# Who


def test_without_a_token_nothing_can_be_changed(public, mill):
    for method, path in (("POST", ITEMS), ("PUT", mill), ("PATCH", mill), ("DELETE", mill)):
        answer = public.request(method, path, json=feature(), headers=GEOJSON)
        assert answer.status_code == 401
        assert "Bearer" in answer.headers["www-authenticate"]
        assert "Basic" in answer.headers["www-authenticate"]


def test_no_browser_asks_for_a_password_in_a_window_of_its_own(public, mill):
    answer = public.delete(mill, headers={"Sec-Fetch-Mode": "cors"})
    assert "Basic" not in answer.headers["www-authenticate"]


@pytest.mark.parametrize("user", ["", "anna", "qgis"])
def test_the_token_is_the_password_of_basic_too(public, user):
    said = base64.b64encode(f"{user}:{TOKEN}".encode()).decode()
    assert post(public, feature(), Authorization=f"Basic {said}").status_code == 201


@pytest.mark.parametrize(
    "said",
    [
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic",
        "Basic !",
        "Basic eA==",
        "Digest x",
        "é",
        "Bearer " + "x" * 9000,
    ],
)
def test_what_is_no_credential_is_401_even_where_nothing_is_secret(public, mill, said):
    headers = {"Authorization": said.encode()}
    assert public.get(mill, headers=headers).status_code == 401
    assert public.post(ITEMS, json=feature(), headers=headers).status_code == 401


def test_without_a_token_in_the_settings_an_empty_one_opens_nothing(client):
    for said in ("Bearer ", "Basic Og=="):
        assert post(client, feature(), Authorization=said).status_code == 401


def test_why_a_change_is_made_is_kept(editor, mill, store, make):
    headers = {**PATCH, "Change-Comment": "after%20a%20visit%20%E2%80%93%20Anna"}
    editor.patch(mill, json={"properties": {"condition": "good"}}, headers=headers)
    assert store.history("sites", make.identity("Mill"))[-1].comment == "after a visit – Anna"


def test_the_mill_stands_where_it_was_put(mill, store, make):
    assert store.feature("sites", make.identity("Mill")).geometry == Point(28.77, 61.17)


@pytest.mark.parametrize("layer", ["sites", "cities", "regions", "twins"])
def test_the_schema_says_just_what_can_be_set(editor, put, make, layer):
    schema = editor.get(f"/collections/{layer}/schema").json()
    assert schema["additionalProperties"] is False
    for name, one in schema["properties"].items():
        if name in {"id", "geometry"}:
            continue
        body = {"type": "Feature", "geometry": None, "properties": {name: {"no": ["value"]}}}
        answer = editor.post(f"/collections/{layer}/items", json=body, headers=GEOJSON)
        codes = {fault["code"] for fault in answer.json()["errors"] if fault["field"] == name}
        assert ("READ_ONLY" in codes) is (one.get("readOnly", False) and name != "source_id"), name
        assert "COLUMN_UNKNOWN" not in codes

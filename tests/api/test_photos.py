"""Photos over HTTP: added and taken away as edits, shown to whom the record is shown."""

import io
import json
import struct
import zlib
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.app import create_app
from geomap.access import Action, Role, Scope, folded
from geomap.accounts import Account, Token
from geomap.model import Edit, EditKind, Visibility
from geomap.settings import Settings
from layers.photos import pictures

TOKEN = "a token that is long enough"
SAID = {"alt": "The wall from the south", "author": "Aino Aalto", "licence": "CC-BY-4.0"}
CANARY = b"GEOMAP-CANARY-60.7100,28.7300"


def as_file(name="JPEG", size=(64, 48), **options):
    written = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(written, name, **options)
    return written.getvalue()


JPEG = as_file(comment=CANARY)


@pytest.fixture
def officer(settings, store):
    """The application over the test's own store, asked by someone who may edit."""
    changed = Settings(store=settings.store, edit_token=TOKEN)
    with TestClient(create_app(changed), headers={"Authorization": f"Bearer {TOKEN}"}) as opened:
        yield opened


@pytest.fixture
def mill(put, make):
    """A public site, and what puts it again as it is stored with another visibility."""
    put(make.site("Mill", 28.77, 61.17, kind="building", country="FI", municipality="Imatra"))
    return make.identity("Mill")


@pytest.fixture
def shown(store, put, mill):
    def changed(visibility):
        put(replace(store.feature("sites", mill), visibility=Visibility(visibility), revision=0))

    return changed


def photos_of(mill):
    return f"/collections/sites/items/{mill}/photos"


def added(client, mill, content=JPEG, media_type="image/jpeg", said=SAID, **headers):
    address = f"{photos_of(mill)}?{urlencode(said)}"
    return client.post(address, content=content, headers={"Content-Type": media_type, **headers})


@pytest.fixture
def path(officer, mill):
    """Where the photo of the mill is."""
    answer = added(officer, mill)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].removeprefix(str(officer.base_url))


def test_a_photo_is_added_as_an_edit_with_history_and_tags(officer, store, mill):
    before = officer.get(f"/collections/sites/items/{mill}").headers["etag"]
    answer = added(officer, mill, **{"If-Match": before, "Change-Comment": quote("Käynti")})
    assert answer.status_code == 201
    assert answer.headers["etag"] != before
    assert answer.headers["cache-control"] == "private, no-store"
    [photo] = store.feature("sites", mill).properties["photos"]
    assert {name: photo[name] for name in SAID} == SAID
    assert answer.headers["location"].endswith(f"/photos/{photo['id']}")
    last = store.history("sites", mill)[-1]
    assert (last.action, last.comment) == ("change", "Käynti")
    assert last.before["properties"].get("photos") is None
    # Nobody who changed the older version overwrites it.
    assert added(officer, mill, **{"If-Match": before}).status_code == 412
    assert added(officer, mill, **{"If-Match": answer.headers["etag"]}).status_code == 201


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_what_is_shown_is_made_anew_and_small(client, officer, mill, name):
    answer = added(officer, mill, as_file(name, (3000, 1500)), f"image/{name.lower()}")
    path = answer.headers["location"]
    for address, size in ((path, (2048, 1024)), (f"{path}/thumbnail", (480, 240))):
        found = client.get(address)
        assert found.headers["content-type"] == "image/webp"
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["content-disposition"].startswith("inline")
        assert Image.open(io.BytesIO(found.content)).size == size


def test_nothing_of_the_camera_comes_through(client, path):
    assert CANARY in JPEG
    assert CANARY not in client.get(path).content + client.get(f"{path}/thumbnail").content


def test_everyone_finds_the_photo_in_the_record_and_asks_again_each_time(client, mill, path):
    [photo] = client.get(f"/collections/sites/items/{mill}").json()["properties"]["photos"]
    assert photo == {**SAID, "id": path[-36:], "href": path, "thumbnail": f"{path}/thumbnail"}
    found = client.get(path)
    assert found.headers["cache-control"] == "no-cache"
    held = client.get(path, headers={"If-None-Match": found.headers["etag"]})
    assert (held.status_code, held.content) == (304, b"")
    assert client.head(path).status_code == 200


def test_a_record_with_photos_is_sent_back_as_it_was_told(officer, store, mill, path):
    before = store.feature("sites", mill)
    told = officer.get(f"/collections/sites/items/{mill}").json()
    body = {name: told[name] for name in ("type", "id", "geometry", "properties")}
    answer = officer.put(f"/collections/sites/items/{mill}", json=body)
    assert answer.status_code == 204, answer.text
    assert store.feature("sites", mill).properties == before.properties


@pytest.mark.parametrize("visibility", ["hidden", "restricted", "generalised"])
def test_the_photo_of_a_site_that_is_not_public_is_as_one_that_never_was(
    client, officer, shown, path, visibility
):
    held = client.get(path).headers["etag"]
    shown(visibility)
    never = f"/photos/{path[-36:-1]}{'0' if path[-1] != '0' else '1'}"
    for end in ("", "/thumbnail"):
        for headers in ({}, {"If-None-Match": held}, {"If-None-Match": "*"}):
            found, none = (client.get(one + end, headers=headers) for one in (path, never))
            assert found.status_code == none.status_code == 404
            assert found.text.replace(path, never).replace(path[8:], never[8:]) == none.text
            assert found.headers == none.headers
        private = officer.get(path + end)
        assert private.status_code == 200
        assert private.headers["cache-control"] == "private, no-store"
        assert "access-control-allow-origin" not in private.headers
        assert officer.get(never + end).status_code == 404
    shown("public")
    assert client.get(path).status_code == 200


def test_a_photo_is_taken_away_and_restored(client, officer, store, mill, path):
    address = f"{photos_of(mill)}/{path[-36:]}"
    assert officer.delete(address).status_code == 204
    assert "photos" not in store.feature("sites", mill).properties
    assert client.get(path).status_code == 404
    assert officer.delete(address).status_code == 404
    number = store.history("sites", mill)[-2].revision
    restored = officer.post(f"/collections/sites/items/{mill}/history/{number}/restore")
    assert restored.status_code == 200
    assert client.get(path).status_code == 200


def test_taking_a_photo_away_keeps_to_the_version_that_is_named(officer, mill, path):
    address = f"{photos_of(mill)}/{path[-36:]}"
    assert officer.delete(address, headers={"If-Match": '"stale"'}).status_code == 412
    assert officer.get(path).status_code == 200


def test_a_photo_and_what_is_said_of_it_may_come_as_a_form(officer, store, mill):
    file = {"photo": ("IMG_1.jpg", JPEG, "image/jpeg")}
    said = {**SAID, "caption": "After the rain"}
    assert officer.post(photos_of(mill), files=file, data=said).status_code == 201
    [photo] = store.feature("sites", mill).properties["photos"]
    assert photo["caption"] == "After the rain"


@pytest.mark.parametrize(
    ("files", "data"),
    [
        ({}, SAID),
        ({"a": ("a.jpg", JPEG), "b": ("b.jpg", JPEG)}, SAID),
        ({"photo": ("a.jpg", JPEG)}, {**SAID, "visibility": "public"}),
    ],
)
def test_a_form_that_is_no_photo_is_refused(officer, store, mill, files, data):
    form = [(name, (None, value)) for name, value in data.items()]
    answer = officer.post(photos_of(mill), files=[*form, *files.items()])
    assert answer.status_code == 400
    assert "photos" not in store.feature("sites", mill).properties


@pytest.mark.parametrize("name", SAID)
def test_a_photo_without_its_words_is_refused_by_their_name(officer, store, mill, name):
    answer = added(officer, mill, said={**SAID, name: "  "})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == f"#/properties/photos/0/{name}"
    assert "photos" not in store.feature("sites", mill).properties


def bomb():
    def chunk(name, body):
        checksum = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 65_535, 65_535, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(9999)))
    return b"\x89PNG\r\n\x1a\n" + head + pixels + chunk(b"IEND", b"")


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HOSTILE = {
    "a bomb": (bomb(), "image/png", 422, "pixels"),
    "half a photo": (JPEG[: len(JPEG) // 2], "image/jpeg", 422, "cannot be read"),
    "nothing": (b"", "image/jpeg", 422, "neither"),
    "an SVG": (SVG, "image/svg+xml", 415, "image/webp"),
    "an SVG that says it is none": (SVG, "image/png", 422, "neither"),
    "a page behind the head of a photo": (
        b"\xff\xd8\xff\xe0<html><script>alert(1)</script>", "image/jpeg", 422, "cannot be read",
    ),
    "a GIF": (b"GIF89a" + bytes(99), "image/gif", 415, "image/jpeg"),
    "JSON": (b"{}", "application/json", 415, "image/jpeg"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_photo_is_refused_with_the_reason(officer, store, mill, what):
    content, media_type, status, reason = HOSTILE[what]
    answer = added(officer, mill, content, media_type)
    assert answer.status_code == status
    assert reason in answer.json()["detail"]
    assert "photos" not in store.feature("sites", mill).properties


def test_a_page_hidden_in_a_photo_does_not_come_out(client, officer, mill):
    answer = added(officer, mill, JPEG + b"<html><script>alert(1)</script>")
    assert b"script" not in client.get(answer.headers["location"]).content


def test_a_photo_larger_than_the_limit_is_refused_before_it_is_read(officer, mill):
    assert added(officer, mill, bytes(21 * 2**20)).status_code == 413
    # What takes no photos takes no bodies of that size either.
    address = f"/collections/sites/items/{mill}"
    headers = {"Content-Type": "application/geo+json"}
    assert officer.put(address, content=bytes(7 * 2**20), headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [("WAIT_S", 0.01, 422), ("QUEUE_S", 0.01, 503)],
    ids=["it hangs", "it is taken"],
)
def test_a_darkroom_that_does_not_do_its_part_is_no_error_of_ours(
    officer, mill, monkeypatch, name, value, status
):
    monkeypatch.setattr(pictures, name, value)
    slots = [pictures._slots.acquire() for _ in range(pictures.AT_ONCE * (name == "QUEUE_S"))]
    try:
        answer = added(officer, mill)
    finally:
        for _ in slots:
            pictures._slots.release()
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) is (status == 503)


def test_a_machine_without_a_sandbox_takes_no_photos(officer, mill, monkeypatch):
    room = "/usr/bin/false"
    monkeypatch.setattr(pictures.darkroom, "NO_SANDBOX", 1)
    monkeypatch.setattr(pictures.sys, "executable", room)
    answer = added(officer, mill)
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/photos-off")


def test_a_retry_under_its_key_adds_one_photo(officer, store, mill):
    answers = [added(officer, mill, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(store.feature("sites", mill).properties["photos"]) == 1


@pytest.mark.parametrize("layer", ["cities", "regions", "twins"])
def test_features_of_other_collections_have_no_photos(officer, make, layer):
    address = f"/collections/{layer}/items/{make.identity('Mill')}/photos"
    headers = {"Content-Type": "image/jpeg"}
    assert officer.post(address, content=JPEG, headers=headers).status_code == 404
    assert officer.delete(f"{address}/{make.identity('photo')}").status_code == 404


def test_the_photo_of_another_record_cannot_be_named(officer, store, put, make, shown, path):
    put(make.site("Tower", 28.77, 61.17))
    shown("hidden")
    photos = [{"id": path[-36:], **SAID}]
    answer = officer.patch(
        f"/collections/sites/items/{make.identity('Tower')}",
        content=json.dumps({"properties": {"photos": photos}}),
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/properties/photos/0/id"


# Rights


@pytest.fixture
def of(store):
    """Headers of somebody with a role, for a municipality."""

    def headers(role, municipality="Imatra"):
        name = f"{role} of {municipality}"
        scope = Scope(frozenset({folded(municipality)}))
        account = Account(name, name, Role(role), scope)
        store.accounts.save(account)
        token = Token(name, "trial", frozenset(Action), frozenset(), "2026-01-01", "2999-01-01")
        store.accounts.add_token(account.id, token, name)
        return {"Authorization": f"Bearer {name}"}

    return headers


def test_an_editor_adds_photos_to_their_own_and_to_nothing_of_others(client, of, store, mill):
    own, other, outsider = (
        of("heritage_editor"), of("heritage_editor", "Vyborg"), of("contributor")
    )  # fmt: skip
    assert added(client, mill, **other).status_code == 403
    assert added(client, mill, **outsider).status_code == 403
    assert added(client, mill).status_code == 401
    assert "photos" not in store.feature("sites", mill).properties
    answer = added(client, mill, **own)
    assert answer.status_code == 201
    photo_id = answer.headers["location"][-36:]
    address = f"{photos_of(mill)}/{photo_id}"
    for headers in (other, outsider, {}):
        assert client.delete(address, headers=headers).status_code in {401, 403}
    assert client.delete(address, headers=own).status_code == 204


def test_a_file_is_looked_at_for_those_alone_who_may_add_it_to_the_present_version(
    client, of, shown, mill
):
    own, other = of("heritage_editor"), of("heritage_editor", "Vyborg")
    assert added(client, mill, b"no photo", **own).status_code == 422
    late = {**own, "If-Match": '"another version"'}
    assert added(client, mill, b"no photo", **late).status_code == 412
    assert added(client, mill, b"no photo", **other).status_code == 403
    shown("hidden")
    assert added(client, mill, b"no photo", **other).status_code == 404


def test_a_retry_shows_nothing_of_a_record_that_has_left_ones_reach(client, of, store, mill):
    whole = {"Idempotency-Key": "one", "Prefer": "return=representation"}
    headers = {**of("heritage_editor"), **whole}
    assert added(client, mill, **headers).status_code == 201
    there = store.feature("sites", mill)
    moved = replace(there, properties={**there.properties, "municipality": "Vyborg"},
                    visibility=Visibility.HIDDEN)  # fmt: skip
    store.write([Edit(EditKind.PUT, moved)], actor="x", action="change")
    assert added(client, mill, **headers).status_code == 404


def test_the_photo_of_a_hidden_site_is_for_those_who_see_the_site(client, of, shown, path):
    shown("hidden")
    for role in ("heritage_editor", "expert", "reviewer", "administrator"):
        assert client.get(path, headers=of(role)).status_code == 200
    for headers in ({}, of("contributor"), of("twin_coordinator"), of("expert", "Vyborg"),
                    of("heritage_editor", "Vyborg")):  # fmt: skip
        found = client.get(path, headers=headers)
        assert found.status_code == 404
        assert found.json()["type"].endswith("/photo-not-found")


def test_a_photo_that_no_record_names_yet_is_for_who_sent_it_and_who_decides(client, of, store):
    sender = of("contributor")
    photo_id = store.photos.put(pictures.developed(JPEG), actor="contributor of Imatra")
    assert client.get(f"/photos/{photo_id}", headers=sender).status_code == 200
    assert client.get(f"/photos/{photo_id}", headers=of("reviewer")).status_code == 200
    for headers in ({}, of("expert"), of("heritage_editor"), of("contributor", "Vyborg")):
        assert client.get(f"/photos/{photo_id}", headers=headers).status_code == 404
    visitors = store.photos.put(pictures.developed(JPEG))
    assert client.get(f"/photos/{visitors}").status_code == 404


def test_the_photo_of_a_deleted_site_is_for_those_who_could_see_it(
    client, officer, of, store, mill, path
):
    assert officer.delete(f"/collections/sites/items/{mill}").status_code == 204
    assert client.get(path).status_code == 404
    assert client.get(path, headers=of("expert")).status_code == 200
    assert client.get(path, headers=of("expert", "Vyborg")).status_code == 404


@pytest.mark.parametrize("f", ["geojson", "csv"])
def test_files_name_the_photos_of_what_is_public_alone(client, officer, shown, path, f):
    address = f"/collections/sites/export?f={f}"
    assert path.encode() in client.get(address).content
    shown("generalised")
    assert path[-36:].encode() not in client.get(address).content


def test_the_description_tells_of_photos(client):
    paths = client.get("/api").json()["paths"]
    add = paths["/collections/sites/items/{feature_id}/photos"]["post"]
    assert {"image/jpeg", "image/webp", "multipart/form-data"} <= {*add["requestBody"]["content"]}
    assert "/collections/cities/items/{feature_id}/photos" not in paths
    assert (
        "image/webp" in paths["/photos/{photo_id}/thumbnail"]["get"]["responses"]["200"]["content"]
    )

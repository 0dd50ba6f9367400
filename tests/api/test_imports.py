"""Files over HTTP: shown first, imported as shown, within the rights of who sends them."""

import csv
import io
import json
import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from shapely import Point, box
from starlette.testclient import TestClient

from geomap.access import Role, Scope
from geomap.accounts import Account
from geomap.model import Edit, EditKind, Visibility
from geomap.uploads import MOST_BYTES, MOST_OF_ACCOUNT
from layers.imports import sent
from layers.store.sqlite import SqliteStore

TOKEN = "a token that is long enough"
HERE = box(28, 61, 29, 62)
IMPORTS = "/collections/sites/imports"
PAGE = "/import/sites"
CSV = {"Content-Type": "text/csv"}
GEOJSON = {"Content-Type": "application/geo+json"}


@pytest.fixture
def anna(person):
    return person("Anna", Role.HERITAGE_EDITOR, Scope(area=HERE))


def row(number, lng=28.5, lat=61.5, **more):
    return {
        "record_id": f"A-{number}",
        "name_en": f"Site {number}",
        "lng": lng,
        "lat": lat,
        "kind": "building",
        **more,
    }


def table(*rows):
    columns = list(dict.fromkeys(column for one in rows for column in one))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def sent_to(client, content, name="list.csv", **inputs):
    """Send a file with the form; return the answer."""
    return client.post(f"{PAGE}?lang=en", files={"file": (name, content)}, data=inputs)


def shown(client, content, **how):
    """Send a file with the form; return the address and the text of what it would do."""
    answer = sent_to(client, content, **how)
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    page = client.get(where)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    return where, page.text


def counts(html):
    told = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", html)
    return {name: int(count) for name, count in told}


def stored(store):
    return {one.record_id: one for one in store.features("sites")}


def importing(client, where, **inputs):
    return client.post(where, data={"comment": "", **inputs})


# The page


def test_a_file_is_shown_first_and_imported_as_one_change_that_is_undone(boss, store):
    where, html = shown(boss, table(row(1), row(2)))
    assert counts(html)["New records"] == 2
    assert stored(store) == {}
    done = importing(boss, where, comment="Field work")
    assert done.status_code == 303
    assert {one.properties["names"][0]["value"] for one in stored(store).values()} == {
        "Site 1", "Site 2",
    }  # fmt: skip
    group = boss.get(done.headers["location"])
    assert "Field work" in group.text
    action = re.search(r'action="(/account/changes/[^"?]+/undo)', group.text)[1]
    assert boss.post(action, data={"comment": ""}).status_code == 303
    assert stored(store) == {}


def test_the_same_file_again_changes_nothing(boss, store):
    content = table(row(1, municipality="Imatra", dating="1902"), row(2))
    importing(boss, shown(boss, content)[0])
    where, html = shown(boss, content)
    assert counts(html)["Unchanged records"] == 2
    assert "Nothing of this file would change a record." in html
    assert 'name="discard"' in html
    assert importing(boss, where).status_code == 200
    assert len(store.writes()) == 1


def test_confirming_twice_imports_once(boss, store):
    where, _ = shown(boss, table(row(1)))
    one, two = importing(boss, where), importing(boss, where)
    assert one.status_code == two.status_code == 303
    assert one.headers["location"] == two.headers["location"]
    assert len(store.writes()) == 1


def test_every_fault_is_told_with_row_field_value_and_what_is_right(boss, store):
    content = table(
        row(1),
        row(2, kind="castel"),
        row(3, lat="sixty"),
        row(4, dating="some day"),
        {**row(5), "record_id": "A-1"},
    )
    where, html = shown(boss, content)
    assert counts(html)["Faulty rows, which cannot be imported"] == 4
    for told in ("castel", "sixty", "some day", "A-1"):
        assert f"<bdi>{told}" in html or f", {told}" in html, told
    russian = boss.get(where.replace("lang=en", "lang=ru")).text
    assert "Значение не является числом." in russian
    faults = boss.get(where.split("?")[0] + "/faults.csv")
    assert faults.headers["content-disposition"].startswith("attachment")
    listed = [*csv.DictReader(io.StringIO(faults.text))]
    assert {one["row"] for one in listed if one["severity"] == "error"} == {"2", "3", "4", "5"}
    refused = importing(boss, where)
    assert refused.status_code == 422
    assert stored(store) == {}
    assert importing(boss, where, accept_valid="1").status_code == 303
    assert [*stored(store)] == ["A-1"]


def test_what_is_imported_is_what_was_shown(boss, store):
    importing(boss, shown(boss, table(row(1)))[0])
    where, html = shown(boss, table(row(1, name_en="New name"), row(2)))
    assert (counts(html)["New records"], counts(html)["Changed records"]) == (1, 1)
    one = stored(store)["A-1"]
    changed = replace(one, properties={**one.properties, "condition": "poor"})
    store.write([Edit(EditKind.PUT, changed)], actor="Bert", action="change")
    again = importing(boss, where)
    assert again.status_code == 409
    assert "Records have been changed since you looked" in again.text
    assert stored(store)["A-1"].properties["names"][0]["value"] == "Site 1"
    assert importing(boss, where).status_code == 303
    assert stored(store)["A-1"].properties["condition"] == "poor"
    assert stored(store)["A-1"].properties["names"][0]["value"] == "New name"


def test_what_the_file_has_no_column_for_stays(boss, store, make, put):
    old = make.site(
        "A-1",
        28.5,
        61.5,
        names=[*make.names(en="Old", fi="Vanha"), {"value": "Ancient", "lang": "en",
                                                   "type": "historic"}],
        condition="good",
        description={"ru": "Описание", "en": "Old text"},
        external_ids=[{"scheme": "wikidata", "value": "Q1"}],
        extra={"colour": "red"},
        visibility="hidden",
    )  # fmt: skip
    put(old)
    content = table(
        {"source_id": "trial", "record_id": "A-1", "name_en": "New", "description_en": "Text",
         "lng": "", "lat": "", "height": "3"}
    )  # fmt: skip
    where, html = shown(boss, content)
    assert counts(html)["Changed records"] == 1
    assert "PLACE" not in html
    assert importing(boss, where).status_code == 303
    new = stored(store)["A-1"]
    assert new.visibility is Visibility.HIDDEN
    assert new.geometry == Point(28.5, 61.5)
    assert [(n["value"], n["lang"]) for n in new.properties["names"]] == [
        ("New", "en"), ("Vanha", "fi"), ("Ancient", "en"),
    ]  # fmt: skip
    assert new.properties["description"] == {"ru": "Описание", "en": "Text"}
    assert new.properties["condition"] == "good"
    assert new.properties["external_ids"][0]["value"] == "Q1"
    assert new.properties["extra"] == {"colour": "red", "height": "3"}


def test_new_records_are_as_visible_as_was_chosen(boss, store):
    importing(boss, shown(boss, table(row(1)), visibility="hidden")[0])
    assert stored(store)["A-1"].visibility is Visibility.HIDDEN
    public = TestClient(boss.app)
    assert public.get("/collections/sites/items").json()["numberMatched"] == 0


def test_geojson_and_other_encodings_and_systems_are_read(boss, store):
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[[28, 61], [28.1, 61], [28, 61.1],
                                                         [28, 61]]]},
        "properties": {"record_id": "G-1", "name_ru": "Крепость"},
    }  # fmt: skip
    body = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    importing(boss, shown(boss, body, name="x.geojson")[0])
    assert stored(store)["G-1"].geometry.geom_type == "Polygon"
    text = table(row(1, lng=595000, lat=6780000, name_ru="Усадьба")).decode()
    where, html = shown(boss, text.encode("cp1251"), encoding="cp1251", crs="EPSG:3067")
    assert counts(html)["New records"] == 1
    importing(boss, where)
    assert stored(store)["A-1"].properties["names"][1]["value"] == "Усадьба"
    assert 28 < stored(store)["A-1"].geometry.x < 30


def test_a_file_waits_for_its_account_alone_and_not_for_ever(boss, person, anna, settings, store):
    where, _ = shown(anna, table(row(1)))
    bert = person("Bert", Role.HERITAGE_EDITOR, Scope(area=HERE))
    never = f"{PAGE}/never?lang=en"
    assert bert.get(where).status_code == bert.get(never).status_code == 404
    assert importing(bert, where).status_code == 404
    assert anna.get(where.replace("sites", "regions")).status_code == 404
    for number in range(MOST_OF_ACCOUNT):
        shown(anna, table(row(number)))
    assert anna.get(where).status_code == 404
    where, _ = shown(anna, table(row(1)))
    later = SqliteStore(store._path, now=lambda: datetime.now(UTC) + timedelta(days=1, minutes=1))
    assert later.uploads.of("Anna", where.split("/")[-1].split("?")[0]) is None
    later.close()


def test_a_file_that_is_discarded_is_gone(boss, store):
    where, _ = shown(boss, table(row(1)))
    assert importing(boss, where, discard="1").status_code == 303
    assert boss.get(where).status_code == 404
    gone = importing(boss, where)
    assert gone.status_code == 404
    assert "send it again" in gone.text
    assert stored(store) == {}


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
@pytest.mark.parametrize("layer", ["sites", "cities", "regions", "twins"])
def test_each_layer_has_its_form(boss, layer, lang):
    html = boss.get(f"/import/{layer}?lang={lang}").text
    assert 'enctype="multipart/form-data"' in html
    assert "<code>record_id</code>" in html
    assert ('name="visibility"' in html) is (layer == "sites")


def test_the_pages_are_for_those_who_may_import(boss, person):
    public = TestClient(boss.app, follow_redirects=False)
    assert public.get(PAGE).headers["location"].startswith("/login?next=")
    assert public.post(PAGE, files={"file": ("x.csv", b"a")}).status_code == 401
    assert public.post(IMPORTS, content=b"a", headers=CSV).status_code == 401
    rita = person("Rita", Role.REVIEWER)
    assert rita.get(PAGE).status_code == 403
    assert rita.post(IMPORTS, content=table(row(1)), headers=CSV).status_code == 403


def test_markup_in_a_file_stays_text(boss):
    evil = "<script>alert(1)</script>{{7*7}}"
    _, html = shown(boss, table(row(1, kind=evil)), name=f"{evil}.csv")
    assert "<script>alert" not in html
    assert "{{7*7}}" in html


# Rights


def test_nothing_is_imported_beyond_the_border(anna, store, make, put):
    there = make.site("A-3", 20, 60)
    put(there)
    content = table(
        row(1),
        row(2, lng=20, lat=60),
        row(3, source_id="trial", record_id="A-3"),
    )
    where, html = shown(anna, content)
    assert counts(html)["New records"] == 1
    assert counts(html)["Faulty rows, which cannot be imported"] == 2
    assert "This record lies outside" in html
    assert "The record would lie outside" in html
    assert importing(anna, where, accept_valid="1").status_code == 303
    assert stored(store)["A-3"].geometry == Point(20, 60)
    assert {*stored(store)} == {"A-3", "A-1@Anna"}


def test_rights_that_end_meanwhile_end_for_what_was_shown_too(anna, store):
    where, _ = shown(anna, table(row(1)))
    store.accounts.save(
        Account("Anna", "Anna", Role.HERITAGE_EDITOR, Scope(area=box(0, 0, 1, 1))), sign_out=False
    )
    assert importing(anna, where).status_code == 409
    assert stored(store) == {}


def test_an_identifier_tells_nothing_of_a_hidden_record_beyond_the_border(anna, store, make, put):
    hidden = replace(
        make.site("A-1", 20, 60, external_ids=[{"scheme": "unesco_whc", "value": "77"}]),
        visibility=Visibility.HIDDEN,
    )
    other = make.site("B", 28.6, 61.6)
    put(hidden, other)
    told = []
    for record in ("A-1", "A-9"):
        content = table(row(1, source_id="trial", record_id=record, unesco=77))
        answer = anna.post(IMPORTS, content=content, headers=CSV)
        told.append(json.dumps(answer.json()).replace(record, "X"))
    assert told[0] == told[1]
    done = anna.post(f"{IMPORTS}?dry_run=false", content=content.replace(b"A-9", b"A-1"),
                     headers=CSV)  # fmt: skip
    assert done.status_code == 200, done.text
    assert stored(store)["A-1"] == replace(hidden, revision=1)
    again = anna.post(IMPORTS, content=content.replace(b"A-9", b"A-1"), headers=CSV)
    assert (again.json()["created"], again.json()["unchanged"]) == (0, 1)


def test_what_one_officer_imported_another_of_the_same_place_finds_again(anna, person, store):
    importing(anna, shown(anna, table(row(1)))[0])
    bert = person("Bert", Role.HERITAGE_EDITOR, Scope(area=HERE))
    _, html = shown(bert, table(row(1, name_en="Better")))
    assert (counts(html)["New records"], counts(html)["Changed records"]) == (0, 1)


# Programs


def test_a_program_hears_what_an_import_would_do_and_then_does_it(boss, store):
    content = table(row(1), row(2, kind="castel"))
    told = boss.post(IMPORTS, content=content, headers=CSV).json()
    assert (told["dry_run"], told["rows"], told["created"], told["refused"]) == (True, 2, 1, 1)
    [fault] = [one for one in told["faults"] if one["severity"] == "error"]
    assert (fault["row"], fault["field"], fault["value"]) == (2, "kind", "castel")
    assert fault["detail"]
    refused = boss.post(f"{IMPORTS}?dry_run=false", content=content, headers=CSV)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["row"] == 2
    assert stored(store) == {}
    headers = {**CSV, "Idempotency-Key": "k", "Change-Comment": "Nightly"}
    path = f"{IMPORTS}?dry_run=false&accept_valid=true"
    one, two = (boss.post(path, content=content, headers=headers) for _ in range(2))
    assert one.json()["transaction_id"] == two.json()["transaction_id"]
    [write] = store.writes()
    assert (write.action, write.comment, write.created) == ("import", "Nightly", 1)
    assert boss.post(f"{IMPORTS}?dry_run=maybe", content=content, headers=CSV).status_code == 400
    assert boss.post(f"{IMPORTS}?register=no", content=content, headers=CSV).status_code == 400
    assert boss.post(IMPORTS, content=content, headers={"Content-Type": "text/html"}).status_code
    assert boss.post(IMPORTS, content=content).status_code in (400, 415)


def test_pairs_and_cities_are_imported_too(boss, store):
    cities = table(
        {"record_id": "a", "name_en": "Imatra", "lng": 28.77, "lat": 61.17, "country": "FI"},
        {"record_id": "b", "name_en": "Svetogorsk", "lng": 28.86, "lat": 61.11, "country": "RU"},
    )
    path = "/collections/{}/imports?dry_run=false"
    assert boss.post(path.format("cities"), content=cities, headers=CSV).json()["created"] == 2
    pairs = table({"record_id": "p", "city_a": "a", "city_b": "b", "established": "1993"})
    assert boss.post(path.format("twins"), content=pairs, headers=CSV).json()["created"] == 1
    [pair] = store.features("twins")
    assert pair.geometry.geom_type == "LineString"


# Hostile files


def packed(text):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(text) + packer.flush()


DEEP = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"record_id":"1",'
HOSTILE = {
    "nothing": b"",
    "a NUL": table(row(1)).replace(b"Site", b"Si\0e"),
    "packed": packed(b"record_id,lng,lat\n" * 1000),
    "a bomb": packed(b"a" * 50_000_000),
    "one long line": b"record_id,lng,lat\n" + b"x" * 5_000_000,
    "an open quotation mark": b'record_id,lng,lat,name_en\n1,28,61,"' + b"x\n" * 3_000_000,
    "many columns": b",".join(b"c%d" % n for n in range(5000)) + b"\n",
    "a column twice": b"record_id,lng,lat,lng\n1,28,61,28\n",
    "no columns that are needed": b"a,b\n1,2\n",
    "half of UTF-16": b"\xff\xfe" + "record_id,lng,lat\n1,28,61\n".encode("utf-16-le")[:-1],
    "bytes of no encoding": bytes(range(128, 256)) * 100,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "a virtual data source": b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>",
}
HOSTILE_JSON = {
    "no JSON": b"{",
    "a number": b"1",
    "another document": b'{"type":"gdal_streamed_alg"}',
    "deep": b"[" * 100_000,
    "not a number": b'{"type":"FeatureCollection","features":[NaN]}',
}
FAULTY_JSON = {
    "deep properties": DEEP + b'"a":' + b"[" * 900 + b"]" * 900 + b'},"geometry":null}]}',
    "deep coordinates": DEEP + b'"b":1},"geometry":{"type":"Polygon","coordinates":'
    + b"[" * 900 + b"]" * 900 + b"}}]}",
    "no numbers": DEEP + b'"b":1},"geometry":{"type":"Point","coordinates":[{},"x"]}}]}',
    "no coordinates": DEEP + b'"b":1},"geometry":{"type":"Point"}}]}',
    "huge numbers": DEEP + b'"b":1},"geometry":{"type":"Point","coordinates":[1e308,1e308]}}]}',
    "no features": b'{"type":"FeatureCollection","features":[1,null,"x",{}]}',
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_table_is_refused_with_its_reason(boss, store, what):
    answer = boss.post(IMPORTS, content=HOSTILE[what], headers=CSV)
    assert answer.status_code == 422, answer.text
    assert len(answer.json()["detail"]) > 10
    page = sent_to(boss, HOSTILE[what])
    assert page.status_code == 422
    assert "The file cannot be imported" in page.text
    assert stored(store) == {}


@pytest.mark.parametrize("what", HOSTILE_JSON)
def test_hostile_json_is_refused_with_its_reason(boss, what):
    answer = boss.post(IMPORTS, content=HOSTILE_JSON[what], headers=GEOJSON)
    assert answer.status_code == 422, answer.text
    assert sent_to(boss, HOSTILE_JSON[what], name="x.json").status_code == 422


@pytest.mark.parametrize("what", FAULTY_JSON)
def test_odd_features_are_faults_of_their_rows(boss, what):
    answer = boss.post(IMPORTS, content=FAULTY_JSON[what], headers=GEOJSON)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["created"] == 0
    assert told["refused"] == told["rows"] > 0


def test_names_and_ways_that_there_are_not_are_refused(boss):
    for name in ("x.xlsx", "x.gpkg", "x", "../../etc/passwd", "", "x.csv.gz"):
        assert sent_to(boss, table(row(1)), name=name).status_code in (303, 422, 400)
    for wish in ({"encoding": "zlib"}, {"crs": "EPSG:1"}, {"profile": "no"}, {"visibility": "x"}):
        answer = sent_to(boss, table(row(1)), **wish)
        assert answer.status_code == 422, wish
    assert boss.post(PAGE, data={"comment": "no file"}).status_code == 400
    assert boss.post(PAGE, files={"other": ("x.csv", b"")}).status_code in (400, 422)


def test_more_rows_than_become_one_change_are_refused(boss, monkeypatch):
    monkeypatch.setattr(sent, "MOST_ROWS", 3)
    answer = boss.post(IMPORTS, content=table(*map(row, range(4))), headers=CSV)
    assert answer.status_code == 422
    assert "send it in parts" in answer.json()["detail"]
    assert boss.post(IMPORTS, content=table(*map(row, range(3))), headers=CSV).status_code == 200


def test_a_body_larger_than_a_file_may_be_is_refused_before_it_is_read(boss):
    large = b"x" * (MOST_BYTES + 100_000)
    assert boss.post(IMPORTS, content=large, headers=CSV).status_code == 413
    assert sent_to(boss, large).status_code == 413
    small = b"x" * (7 * 1024 * 1024)
    patch = {"Content-Type": "application/merge-patch+json"}
    path = "/collections/sites/items/00000000-0000-4000-8000-000000000000"
    assert boss.patch(path, content=small, headers=patch).status_code == 413


def test_who_may_import_is_led_to_the_form_of_their_layers(boss, anna, person):
    assert {*re.findall(r'href="/import/(\w+)\?lang', boss.get("/import").text)} == {
        "sites", "cities", "regions", "twins",
    }  # fmt: skip
    assert {*re.findall(r'href="/import/(\w+)\?lang', anna.get("/import").text)} == {
        "sites", "regions",
    }  # fmt: skip
    assert "/import?" in anna.get("/account?f=html&lang=en").text
    carl = person("Carl", Role.CONTRIBUTOR)
    told = carl.get("/account?f=html&lang=en").text
    assert "/import?" not in told
    assert "/account/changes" not in told

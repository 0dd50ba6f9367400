"""The editing pages: a record is added and corrected by a plain form, and nothing typed is lost."""

import io
import re
from urllib.parse import quote

import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.api.browsing import form

TOKEN = "a token that is long enough"
NEW = "/edit/sites/new"
TYPED = {
    "base": "0",
    "names[0].value": "Old mill",
    "names[0].lang": "en",
    "names[0].type": "preferred",
    "kind": "building",
    "dating": "1760s",
    "north": "61.2000",
    "east": "28.5000",
    "crs": "EPSG:4326",
    "comment": "Seen on a walk",
}


@pytest.fixture
def officer(boss):
    """The application over the test's own store, asked by someone who may edit."""
    return boss


@pytest.fixture
def mill(put, make):
    put(make.site("Mill", 28.77, 61.17, kind="building", country="FI", **make.dated(1900, 1910)))
    return make.identity("Mill")


def stored(store, feature_id):
    return store.feature("sites", feature_id)


def test_a_record_typed_into_the_form_is_in_the_store_and_the_answer_leads_to_it(officer, store):
    answer = officer.post(NEW, data=TYPED)
    assert answer.status_code == 303
    feature_id = re.search(r"/items/([0-9a-f-]{36})\?", answer.headers["location"])[1]
    made = stored(store, feature_id)
    assert made.geometry.coords[0] == (28.5, 61.2)
    assert made.properties["dating"] == "176X"
    assert made.properties["names"][0]["value"] == "Old mill"
    [revision] = store.history("sites", feature_id)
    assert (revision.action, revision.comment) == ("create", "Seen on a walk")
    assert officer.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_a_form_sent_back_as_it_came_changes_nothing(officer, store, mill, lang):
    path = f"/edit/sites/{mill}"
    # The first save derives what imports derive, too: whose country, which rank.
    assert officer.post(path, data=form(officer, path, lang)).status_code == 303
    before = stored(store, mill)
    assert officer.post(f"{path}?lang={lang}", data=form(officer, path, lang)).status_code == 303
    assert stored(store, mill) == before


def test_faults_stand_at_their_inputs_and_nothing_typed_is_lost(officer, store):
    typed = {**TYPED, "dating": "some day", "north": "sixty", "rank": "much"}
    answer = officer.post(NEW, data=typed)
    assert answer.status_code == 422
    for text in ("some day", "sixty", "much", "Old mill", "Seen on a walk"):
        assert f'value="{text}"' in answer.text
    for path in ("f-dating", "f-north", "f-rank"):
        assert f'href="#{path}"' in answer.text
        assert re.search(rf'id="{path}"[^>]*aria-invalid="true"', answer.text)
    assert not any(
        one.properties["names"][0]["value"] == "Old mill" for one in store.features("sites")
    )


def test_a_name_is_required(officer):
    answer = officer.post(NEW, data={**TYPED, "names[0].value": " "})
    assert answer.status_code == 422
    assert 'href="#f-names"' in answer.text


def test_markup_in_what_was_typed_stays_text(officer):
    typed = {**TYPED, "names[0].value": '"><script>alert(1)</script>{{7*7}}', "dating": "no date"}
    answer = officer.post(NEW, data=typed)
    assert "<script>alert" not in answer.text
    assert "{{7*7}}" in answer.text


def test_a_change_on_a_stale_version_shows_both_and_keeps_what_was_typed(officer, store, mill):
    path = f"/edit/sites/{mill}"
    mine = form(officer, path) | {"kind": "culture", "municipality": "Imatra"}
    theirs = form(officer, path) | {"condition": "poor", "municipality": "Lappeenranta"}
    assert officer.post(path, data=theirs).status_code == 303
    answer = officer.post(path, data=mine)
    assert answer.status_code == 409
    assert "Someone has changed this record meanwhile" in answer.text
    assert "Lappeenranta" in answer.text
    assert stored(store, mill).properties["kind"] == "building"
    again = answer.text
    assert re.search(r'name="municipality"[^>]*value="Imatra"', again)
    assert re.search(r'<option value="poor" selected', again)
    base = re.search(r'name="base" value="(\d+)"', again)[1]
    merged = mine | {"base": base, "condition": "poor"}
    assert officer.post(path, data=merged).status_code == 303
    properties = stored(store, mill).properties
    assert (properties["kind"], properties["condition"]) == ("culture", "poor")
    assert properties["municipality"] == "Imatra"
    assert len(store.history("sites", mill)) == 3


def test_what_a_new_record_may_be_a_second_time_is_shown_before_it_is_saved(officer, store, mill):
    typed = {**TYPED, "names[0].value": "Mill", "north": "61.1701", "east": "28.7701"}
    answer = officer.post(NEW, data=typed)
    assert answer.status_code == 200
    assert f"/items/{mill}" in answer.text
    assert 'name="seen" value="1"' in answer.text
    assert officer.post(NEW, data={**typed, "seen": "1"}).status_code == 303


def test_a_wish_for_rows_saves_nothing(officer, store):
    before = sum(1 for _ in store.features("sites"))
    answer = officer.post(NEW, data={**TYPED, "more": "names"})
    assert answer.status_code == 200
    assert 'name="names[1].value"' in answer.text
    assert sum(1 for _ in store.features("sites")) == before


def test_a_site_hidden_by_the_form_is_gone_for_the_public(officer, mill):
    public = TestClient(officer.app)
    item = f"/collections/sites/items/{mill}"
    assert public.get(item).status_code == 200
    typed = form(officer, f"/edit/sites/{mill}") | {"visibility": "hidden"}
    assert officer.post(f"/edit/sites/{mill}", data=typed).status_code == 303
    assert public.get(item).status_code == 404
    assert officer.get(item).json()["properties"]["visibility"] == "hidden"


def test_an_area_pasted_as_wkt_in_metres_is_taken(officer, store):
    wkt = "POLYGON ((595000 6780000, 595100 6780000, 595100 6780100, 595000 6780000))"
    typed = {**TYPED, "north": "", "east": "", "geometry": wkt, "crs": "EPSG:3067"}
    answer = officer.post(NEW, data=typed)
    assert answer.status_code == 303
    feature_id = re.search(r"/items/([0-9a-f-]{36})", answer.headers["location"])[1]
    assert stored(store, feature_id).geometry.geom_type == "Polygon"


def test_the_pages_are_for_those_with_rights_alone_and_no_cache_keeps_them(officer, mill):
    public = TestClient(officer.app, follow_redirects=False)
    for path in (NEW, f"/edit/sites/{mill}"):
        answer = public.get(f"{path}?lang=fi")
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/login?next={quote(path, safe='')}%3Flang%3Dfi"
        assert public.post(path, data=TYPED).status_code == 401
        assert officer.get(path).headers["cache-control"] == "private, no-store"


def test_a_hidden_site_has_no_editing_page_for_the_public(officer, make):
    public = TestClient(officer.app, follow_redirects=False)
    hidden = public.get(f"/edit/sites/{make.identity('Secret')}")
    nothing = public.get(f"/edit/sites/{make.identity('No such site')}")
    assert hidden.status_code == nothing.status_code == 303
    told = hidden.headers["location"].replace(make.identity("Secret"), "")
    assert told == nothing.headers["location"].replace(make.identity("No such site"), "")


@pytest.mark.parametrize("layer", ["sites", "cities", "regions", "twins"])
def test_every_layer_has_its_form(officer, layer):
    answer = officer.get(f"/edit/{layer}/new")
    assert answer.status_code == 200
    assert 'id="record"' in answer.text


def test_a_body_that_is_no_form_is_refused(officer):
    answer = officer.post(NEW, content=b"{}", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_a_date_is_read_while_it_is_typed(officer):
    public = TestClient(officer.app)
    assert "176X" in public.get("/edit/reading?text=1760s&lang=en").text
    assert public.get("/edit/reading?text=nonsense").text == ""


def test_who_may_edit_is_led_to_the_form_from_the_page_of_a_feature(officer, mill):
    page = f"/collections/sites/items/{mill}?f=html&lang=en"
    assert f'/edit/sites/{mill}?lang=en"' in officer.get(page).text
    assert "/edit/sites" not in TestClient(officer.app).get(page).text


# Photos


def jpeg(size=(64, 48)):
    written = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(written, "JPEG")
    return written.getvalue()


CHOSEN = {"photos[0].file": ("IMG_1.jpg", jpeg(), "image/jpeg")}
SAID = {
    "photos[0].alt": "The wheel",
    "photos[0].author": "Aino Aalto",
    "photos[0].licence": "CC-BY-4.0",
}


def photos(store, feature_id):
    return stored(store, feature_id).properties.get("photos", [])


def test_a_photo_is_chosen_in_the_form_and_stands_with_the_new_record(officer, store):
    answer = officer.post(NEW, data={**TYPED, **SAID}, files=CHOSEN)
    assert answer.status_code == 303, answer.text
    feature_id = re.search(r"/items/([0-9a-f-]{36})\?", answer.headers["location"])[1]
    [photo] = photos(store, feature_id)
    assert (photo["alt"], photo["author"]) == ("The wheel", "Aino Aalto")
    assert officer.get(f"/photos/{photo['id']}/thumbnail").status_code == 200
    page = officer.get(answer.headers["location"]).text
    assert f'src="/photos/{photo["id"]}/thumbnail" alt="The wheel"' in page
    assert "Aino Aalto" in page


def test_a_photo_chosen_together_with_other_faults_is_not_lost(officer, store, mill):
    path = f"/edit/sites/{mill}"
    sent = {**form(officer, path), **SAID, "dating": "Tuesday", "photos[0].author": ""}
    answer = officer.post(path, data=sent, files=CHOSEN)
    assert answer.status_code == 422
    kept = re.search(r'name="photos\[0\].id" value="([0-9a-f-]{36})"', answer.text)[1]
    assert f"/photos/{kept}/thumbnail" in answer.text
    assert photos(store, mill) == []
    mended = {**sent, "dating": "1760s", "photos[0].author": "Aino", "photos[0].id": kept}
    assert officer.post(path, data=mended).status_code == 303
    [photo] = photos(store, mill)
    assert photo["id"] == kept


def test_a_file_that_is_no_photo_is_a_fault_that_names_it_and_nothing_else_is_lost(
    officer, store, mill
):
    path = f"/edit/sites/{mill}"
    files = {"photos[0].file": ("notes<b>.txt", b"no photo", "image/jpeg")}
    sent = {**form(officer, path), **SAID, "comment": "Seen on a walk"}
    answer = officer.post(path, data=sent, files=files)
    assert answer.status_code == 422
    assert "notes&lt;b&gt;.txt: It is neither JPEG nor PNG nor WebP." in answer.text
    assert 'value="The wheel"' in answer.text
    assert 'value="Seen on a walk"' in answer.text
    assert photos(store, mill) == []


def test_a_photo_is_kept_by_a_form_that_is_sent_back_and_taken_away_by_its_box(
    officer, store, mill
):
    path = f"/edit/sites/{mill}"
    officer.post(path, data={**form(officer, path), **SAID}, files=CHOSEN)
    [photo] = photos(store, mill)
    revision = stored(store, mill).revision
    assert officer.post(path, data=form(officer, path)).status_code == 303
    assert stored(store, mill).revision == revision
    assert officer.get(f"/photos/{photo['id']}").status_code == 200
    away = {**form(officer, path), "photos[0].remove": "1"}
    assert officer.post(path, data=away).status_code == 303
    assert photos(store, mill) == []


def test_words_without_a_photo_are_a_fault_beside_the_place_for_it(officer, mill):
    path = f"/edit/sites/{mill}"
    answer = officer.post(path, data={**form(officer, path), **SAID})
    assert answer.status_code == 422
    assert 'href="#f-photos-0-id"' in answer.text


def test_a_photo_is_chosen_on_a_phone_and_without_scripts(officer, mill):
    page = officer.get(f"/edit/sites/{mill}").text
    assert 'enctype="multipart/form-data"' in page
    [chooser] = re.findall(r'<input [^>]*type="file"[^>]*>', page)
    assert 'accept="image/jpeg,image/png,image/webp"' in chooser
    assert 'name="photos[0].file"' in chooser
    assert 'type="file"' not in officer.get("/edit/cities/new").text


def test_a_new_record_is_of_the_source_that_was_chosen_under_its_licence(officer, store, mill):
    offered = officer.get(NEW).text
    assert "Trial register (CC0-1.0)" in offered
    assert "Source and licence" in offered
    typed = {**TYPED, "source_id": "trial", "seen": "1"}
    there = officer.post(NEW, data=typed).headers["location"]
    feature_id = re.search(r"/items/([0-9a-f-]{36})\?", there)[1]
    assert stored(store, feature_id).source_id == "trial"
    own = re.search(r"/items/([0-9a-f-]{36})\?", officer.post(NEW, data={**TYPED, "seen": "1"})
                    .headers["location"])[1]  # fmt: skip
    assert stored(store, own).source_id == "own"


def test_a_stored_record_tells_its_source_and_keeps_it(officer, store, mill):
    typed = form(officer, f"/edit/sites/{mill}")
    assert typed["source_id"] == "trial"
    answer = officer.post(f"/edit/sites/{mill}", data={**typed, "source_id": "own"})
    assert answer.status_code == 303
    assert stored(store, mill).source_id == "trial"


def test_a_source_that_nobody_has_heard_of_is_refused_at_its_input(officer, store, make, put):
    put(make.site("Secret dig", 28.9, 61.3, visibility="hidden"))
    for name in ("made-up", "trial"):
        answer = officer.post(NEW, data={**TYPED, "source_id": name})
        assert answer.status_code == 422, "a source that hidden records alone have is none, either"
        assert 'href="#f-source_id"' in answer.text
        assert 'value="Old mill"' in answer.text


@pytest.mark.parametrize(("lang", "words"), [("en", "Good"), ("ru", "Хорошее"), ("fi", "Hyvä")])
def test_versions_are_compared_in_words_and_a_number_is_no_difference_to_itself(
    officer, store, mill, lang, words
):
    path = f"/edit/sites/{mill}"
    typed = form(officer, path, lang)
    mine = {**typed, "condition": "good", "rank": "20"}
    officer.post(path, data={**typed, "municipality": "Imatra", "rank": "20"})
    answer = officer.post(f"{path}?lang={lang}", data=mine)
    assert answer.status_code == 409
    merged = re.search(r'<section class="note merge".*?</section>', answer.text, re.S)[0]
    assert words in merged
    assert "Imatra" in merged
    assert "20" not in merged


@pytest.mark.parametrize("km", ["9" * 5000, "²", "-1", "１０"])
def test_a_width_of_a_cell_that_is_none_is_refused_and_stays_typed(officer, km):
    answer = officer.post(NEW, data={**TYPED, "cell_km": km, "visibility": "generalised"})
    assert answer.status_code == 422
    assert 'value="Old mill"' in answer.text

"""A heritage officer's day in each language, over two workers, from signing in to hiding a site."""

import csv
import io
import re
import time
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
import shapely
from PIL import Image
from playwright.sync_api import Page, expect

from api.passwords import hashed
from geomap.access import Role, Scope
from geomap.accounts import Account
from geomap.i18n import translate
from geomap.model import Edit, EditKind, Feature
from geomap.suggestions import Kind, Suggestion
from layers.store.engines import open_store
from layers.suggesting import proposed
from tests.conftest import seed
from tests.trust.servers import Server

pytestmark = pytest.mark.slow
LANGUAGES = ("en", "ru", "fi")
PASSWORD = "correct horse battery"
AREA = shapely.box(30.0, 62.0, 32.0, 63.0)
MANY, WITHIN_S = 1000, 1.0


@pytest.fixture(scope="session")
def two_workers(tmp_path_factory):
    """Serve the demonstration data with two workers, and accounts for the day."""
    folder = tmp_path_factory.mktemp("day")
    path = folder / "geomap.db"
    seed(folder)
    store = open_store(f"sqlite:///{path}")
    kept = hashed(PASSWORD)
    for name, role, scope in (
        ("Aino", Role.HERITAGE_EDITOR, Scope(area=AREA)),
        ("Boris", Role.HERITAGE_EDITOR, Scope(area=AREA)),
        ("Rita", Role.REVIEWER, Scope()),
        ("Carl", Role.CONTRIBUTOR, Scope()),
    ):
        store.accounts.save(Account(name.lower(), name, role, scope, kept))
    server = Server(path, folder, workers=2)
    try:
        server.ready()
        yield server, store
    finally:
        server.stop()
        store.close()


@pytest.fixture(scope="session")
def base_url(two_workers):
    return f"http://127.0.0.1:{two_workers[0].port}"


@pytest.fixture
def store(two_workers):
    return two_workers[1]


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "IMG_1.jpg"
    Image.new("RGB", (800, 600), (40, 90, 160)).save(path)
    return path


class Day:
    """One browser, one language, one person after the other."""

    def __init__(self, page: Page, address: str, lang: str):
        self.page, self.address, self.lang = page, address, lang

    def said(self, text, **values):
        return translate(self.lang, text).format(**values)

    def opens(self, path):
        mark = "&" if "?" in path else "?"
        self.page.goto(f"{self.address}{path}{mark}lang={self.lang}")
        return self.page

    def signs_in(self, name):
        self.page.context.clear_cookies()
        self.opens("/login")
        self.page.locator("#name").fill(name)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("#password").press("Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def presses(self, text):
        self.page.get_by_role("button", name=self.said(text), exact=True).click()


@pytest.fixture(params=LANGUAGES)
def day(request, page, base_url):
    return Day(page, base_url, request.param)


def document(store, feature_id):
    return store.feature("sites", feature_id)


def test_the_day_of_an_officer(day, store, two_workers, picture, faults):
    day.signs_in("Aino")
    site = adds_a_site_with_an_outline_and_a_photo(day, store, picture)
    corrects_what_another_corrects_at_the_same_moment(day, store, site, faults)
    imports_and_undoes(day, store)
    decides_a_thousand_suggestions(day, store)
    hides(day, site, two_workers[0], faults)


def adds_a_site_with_an_outline_and_a_photo(day, store, picture):
    page = day.opens("/edit/sites/new?lng=31&lat=62.5")
    page.wait_for_selector('form[data-ready="1"]')
    page.locator("#f-names-0-value").fill(f"Wharf {day.lang}")
    page.locator("#f-kind").select_option("building")
    page.locator("#f-dating").fill({"en": "1760s", "ru": "1760-е", "fi": "1760-luku"}[day.lang])
    page.locator(".leaflet-pm-icon-polygon").click()
    page.locator("#place-map").scroll_into_view_if_needed()
    box = page.locator("#place-map").bounding_box()
    # Below the tools, whose own buttons open beside them.
    for x, y in ((0.4, 0.6), (0.6, 0.6), (0.6, 0.8), (0.4, 0.6)):
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y, delay=30)
    expect(page.locator("#f-geometry")).to_have_value(re.compile("Polygon"))
    page.locator("#f-photos-0-id").set_input_files(picture)
    page.locator("#f-photos-0-alt").fill("A wharf of stone")
    page.locator("#f-photos-0-author").fill("Aino Aalto")
    page.locator("#f-photos-0-licence").fill("CC BY 4.0")
    day.presses("Save")
    page.wait_for_url("**/collections/sites/items/*")
    photo = page.get_by_alt_text("A wharf of stone")
    photo.scroll_into_view_if_needed()
    expect(photo).to_have_js_property("complete", True)
    site = re.search(r"/items/([0-9a-f-]{36})", page.url)[1]
    made = document(store, site)
    assert made.geometry.geom_type == "Polygon"
    assert made.properties["dating"] == "176X"
    assert AREA.contains(made.geometry)
    return site


def corrects_what_another_corrects_at_the_same_moment(day, store, site, faults):
    page = day.opens(f"/edit/sites/{site}")
    page.wait_for_selector('form[data-ready="1"]')
    page.locator("#f-condition").select_option("good")
    present = document(store, site)
    theirs = replace(present, properties={**present.properties, "municipality": "Ilomantsi"})
    edit = Edit(EditKind.PUT, theirs, present.revision)
    store.write([edit], actor="Boris", action="change", comment="The map says so")
    day.presses("Save")
    expect(page.locator(".merge")).to_contain_text("Boris")
    expect(page.locator(".merge")).to_contain_text("Ilomantsi")
    [refused] = [fault for fault in faults if "409" in fault]
    faults.remove(refused)
    expect(page.locator("#f-condition")).to_have_value("good")
    day.presses("Save")
    page.wait_for_url("**/collections/sites/items/*")
    both = document(store, site).properties
    assert (both["municipality"], both["condition"]) == ("Ilomantsi", "good")
    assert [one.actor for one in store.history("sites", site)] == ["Aino", "Boris", "Aino"]


def imports_and_undoes(day, store):
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["record_id", "name_en", "lng", "lat"])
    rows.writerows([f"{day.lang} {n}", f"Cairn {n}", 31 + n / 100, 62.5] for n in range(20))
    page = day.opens("/import/sites")
    file = {"name": "cairns.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}
    page.locator("#f-file").set_input_files(file)
    day.presses("See what it would do")
    day.presses("Import")
    page.wait_for_load_state()
    count = sum(1 for _ in cairns(store))
    assert count == 20
    day.opens("/account/changes")
    page.get_by_role("button", name=re.compile(day.said("Undo"))).first.click()
    page.wait_for_load_state("networkidle")
    assert [*cairns(store)] == []


def cairns(store):
    return (one for one in store.features("sites") if "Cairn" in str(one.properties["names"]))


def decides_a_thousand_suggestions(day, store):
    town = f"Tuhatkylä {day.lang}"
    source = next(iter(store.sources().values()))
    houses = [
        Feature(
            "sites", str(uuid4()), source.id, f"{town} {n}",
            shapely.Point(31 + n % 40 / 400, 62.2 + n // 40 / 800),
            {"names": [{"value": f"House {n}", "lang": "en", "type": "preferred"}],
             "municipality": town, "kind": "building"},
        )
        for n in range(MANY)
    ]  # fmt: skip
    puts = [Edit(EditKind.PUT, one) for one in houses]
    store.write(puts, actor="Boris", action="import", sources=[source])
    for house in houses:
        now = document(store, house.id)
        wished = replace(now, properties={**now.properties, "condition": "destroyed"})
        blank = Suggestion(str(uuid4()), "sites", house.id, Kind.CHANGE, "", author="carl",
                           message="It has burnt down")  # fmt: skip
        store.suggestions.add(proposed(blank, now, wished, store))
    day.signs_in("Rita")
    page = day.opens(f"/review?municipality={town}")
    page.get_by_label(day.said("All that match: {n}", n=MANY)).check()
    day.presses("Approve")
    expect(page.get_by_role("status")).to_contain_text(str(MANY))
    assert ruins(store, houses) == MANY
    page.get_by_role("status").get_by_role("button", name=day.said("Undo")).click()
    expect(page.get_by_role("status")).to_contain_text(str(MANY))
    assert ruins(store, houses) == 0


def ruins(store, houses):
    found = (document(store, one.id).properties.get("condition") for one in houses)
    return sum(one == "destroyed" for one in found)


def hides(day, site, server, faults):
    day.signs_in("Aino")
    workers = [*server.each_worker().values()]
    for client in workers:
        client.token = ""
        assert client.get(f"/collections/sites/items/{site}").status == 200
    page = day.opens(f"/edit/sites/{site}")
    page.wait_for_selector('form[data-ready="1"]')
    page.locator("#f-visibility").select_option("hidden")
    page.locator("#f-comment").fill("Someone digs there")
    day.presses("Save")
    page.wait_for_url("**/collections/sites/items/*")
    hidden_at = time.monotonic()
    for client in workers:
        with closing(client):
            assert client.get(f"/collections/sites/items/{site}").status == 404
            found = client.get(f"/search?q=Wharf {day.lang}".replace(" ", "%20")).json
            assert found["results"] == []
            box = client.get("/collections/sites/items?bbox=30,62,32,63&limit=1000&q=Wharf")
            assert site not in box.body.decode()
    assert time.monotonic() - hidden_at < WITHIN_S
    expect(page.locator("body")).to_contain_text(f"Wharf {day.lang}")
    page.context.clear_cookies()
    page.goto(f"{day.address}/collections/sites/items/{site}?f=html&lang={day.lang}")
    [missing] = [fault for fault in faults if "404" in fault]
    faults.remove(missing)

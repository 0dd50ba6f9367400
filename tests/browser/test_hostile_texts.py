"""Whatever someone writes into any field is read by others as text: nothing of it is run."""

import re
import uuid
from datetime import date

import pytest
import shapely
from playwright.sync_api import Page, expect

from api.passwords import hashed
from geomap.access import Role
from geomap.accounts import Account
from geomap.model import Edit, EditKind, Feature, Source
from layers.derive import completed
from layers.store.engines import open_store

RUN = "window.pwned=1"
PAYLOADS = (
    f"<script>{RUN}</script>",
    f'"><img src=x onerror="{RUN}">',
    f"'><svg/onload={RUN}>",
    f"</script><script>{RUN}</script>",
    f"`${{{RUN}}}` {{{{{RUN}}}}} {{% {RUN} %}}",
    f"<math><mtext></p><style><!--</style><img src=x onerror={RUN}>--></mtext></math>",
    f"javascript:{RUN}//<iframe srcdoc='<script>parent.{RUN}</script>'>",
    "\u202e<b onmouseover=window.pwned=1>gnp.exe</b>\u2028\u2066",
)
HOSTILE = " ".join(PAYLOADS)
PASSWORD = "correct horse battery"
WHO = f"Mallory {PAYLOADS[1]}"
AT = (33.5, 66.5)
"""Where nothing else of the demonstration data is."""


def names(text):
    return [{"value": text, "lang": "en", "type": "preferred"}]


def made(layer, geometry, **properties):
    return Feature(layer, str(uuid.uuid4()), "hostile", str(uuid.uuid4()), geometry, properties)


def records():
    """Return a record of each layer with markup in every text that it can hold."""
    told = {"description": dict.fromkeys(("en", "ru", "fi"), HOSTILE), "as_of": "2026-01-01"}
    ids = [{"scheme": "wikidata", "value": HOSTILE}]
    point = shapely.Point(AT)
    site = made(
        "sites", point, names=names(HOSTILE), kind="defence", country="FI", municipality=HOSTILE,
        type_text=HOSTILE, dating="1760", dating_text=HOSTILE, unesco_criteria=HOSTILE,
        designations=[{"value": HOSTILE, "reference": HOSTILE}],
        external_ids=ids, rank=100.0, **told,
    )  # fmt: skip
    cities = [
        made("cities", shapely.Point(AT[0] + step, AT[1]), names=names(f"{HOSTILE} {step}"),
             country="FI", **told)
        for step in (0.2, 0.6)
    ]  # fmt: skip
    pair = made(
        "twins", shapely.LineString([one.geometry for one in cities]), city_a=cities[0].id,
        city_b=cities[1].id, country_a="FI", country_b="FI", established="1993", **told,
    )  # fmt: skip
    box = shapely.box(AT[0] - 1, AT[1] - 1, AT[0] + 1, AT[1] + 1)
    region = made("regions", box, names=names(HOSTILE), region_type="euroregion", **told)
    return site, *cities, pair, region


@pytest.fixture(scope="module")
def hostile(seeded_environment, seeded_server):
    """Write the records, and change one twice, with comments and by people of hostile names."""
    source = Source(
        "hostile", HOSTILE, HOSTILE, HOSTILE, "https://example.org/x", date(2026, 1, 1), HOSTILE
    )
    store = open_store(seeded_environment["GEOMAP_STORE"])
    found = records()
    edits = completed([Edit(EditKind.PUT, one) for one in found], store)
    store.write(edits, actor=WHO, action="create", comment=HOSTILE, sources=[source])
    store.write(edits[:1], actor=WHO, action="change", comment=HOSTILE)
    store.accounts.save(
        Account("hostile", WHO, Role.ADMINISTRATOR, password=hashed(PASSWORD)), sign_out=False
    )
    yield {one.layer: one for one in found}
    gone = [Edit(EditKind.DELETE, one) for one in reversed(found)]
    store.write(gone, actor="tests", action="delete")
    store.close()


@pytest.fixture
def harmless(page: Page):
    """Look whether a page has run what it should only show."""
    page.on("dialog", lambda dialog: pytest.fail(f"The page asks: {dialog.message}"))

    def harmless(address):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.pwned") is None, address
        assert page.locator("iframe, math, [onerror], [onload], [onmouseover]").count() == 0
        links = page.evaluate("[...document.links].map(one => one.protocol)")
        assert {*links} <= {"http:", "https:", "mailto:"}, address
        return page

    return harmless


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_pages_of_records_show_markup_as_text(harmless, base_url, hostile, lang):
    for layer, one in hostile.items():
        items = f"{base_url}/collections/{layer}/items"
        for address in (f"{items}/{one.id}", items, f"{base_url}/collections/{layer}/facets"):
            page = harmless(f"{address}?f=html&lang={lang}&limit=1000".replace(
                "&limit=1000", "" if address != items else "&limit=1000"))  # fmt: skip
            if address.endswith(one.id):
                expect(page.locator("body")).to_contain_text("window.pwned")


def test_the_map_its_card_its_list_and_its_search_show_markup_as_text(harmless, base_url, hostile):
    for layer in ("sites", "cities", "twins", "regions"):
        opened = f"{base_url}/?open={layer}/{hostile[layer].id}#map=11/{AT[1]}/{AT[0]}"
        page = harmless(opened)
        expect(page.locator("#drawer-title")).to_contain_text("window.pwned")
        page.wait_for_timeout(500)
        assert page.evaluate("window.pwned") is None
    page.get_by_role("combobox").first.fill("<script>window")
    page.wait_for_timeout(800)
    expect(page.locator("[role=listbox]").first).to_contain_text("window.pwned")
    page.get_by_role("combobox").first.press("Escape")
    page.get_by_role("tab", name=re.compile("List")).click()
    page.wait_for_timeout(500)
    assert page.evaluate("window.pwned") is None


def test_pages_of_officers_show_markup_as_text(harmless, base_url, hostile, page):
    page.goto(f"{base_url}/login")
    page.locator("#name").fill(WHO)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_load_state()
    site = f"{base_url}/collections/sites/items/{hostile['sites'].id}"
    for address in (
        f"{base_url}/account?f=html",
        f"{base_url}/account/changes?f=html",
        f"{base_url}/account/notices?f=html",
        f"{site}/history?f=html",
        f"{base_url}/edit/sites/{hostile['sites'].id}",
        f"{base_url}/edit/twins/{hostile['twins'].id}",
        f"{base_url}/edit/sites/new",
    ):
        harmless(address)
    expect(page.locator("body")).not_to_contain_text("Something went wrong")


def test_a_page_that_runs_what_it_shows_would_be_noticed(page: Page, base_url):
    page.goto(f"{base_url}/landing?f=html")
    page.evaluate("document.body.append(Object.assign(document.createElement('img'), "
                  "{onerror() { window.pwned = 1 }, src: 'data:,'}))")  # fmt: skip
    page.wait_for_function("window.pwned === 1")

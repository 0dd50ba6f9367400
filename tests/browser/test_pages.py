"""Resources as pages in a browser: axe, small screens, both themes, the small map, no scripts."""

import json
import re
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
PAGES = {
    "landing": "/landing?f=html",
    "conformance": "/conformance?f=html&lang=ru",
    "collections": "/collections?f=html&lang=fi",
    "collection": "/collections/sites?f=html&lang=ru",
    "sites": "/collections/sites/items?f=html&limit=20",
    "pairs": "/collections/twins/items?f=html&limit=20&lang=ru",
    "site": "/collections/sites/items/{sites}?f=html&lang=fi",
    "pair": "/collections/twins/items/{twins}?f=html&lang=ru",
    "region": "/collections/regions/items/{regions}?f=html",
    "city": "/collections/cities/items/{cities}?f=html",
    "schema": "/collections/twins/schema?f=html",
    "sortables": "/collections/sites/sortables?f=html&lang=fi",
    "tiles": "/collections/sites/tiles?f=html",
    "grid": "/tileMatrixSets/WorldCRS84Quad?f=html&lang=fi",
    "styles": "/styles?f=html",
    "interface": "/api?f=html&lang=ru",
    "facets": "/collections/sites/facets?f=html",
    "search": "/search?q=vyb&f=html",
    "account": "/account?f=html&lang=fi",
}


@pytest.fixture(scope="module")
def addresses(base_url: str) -> dict[str, str]:
    ids = {}
    for layer in ("sites", "twins", "regions", "cities"):
        with urllib.request.urlopen(f"{base_url}/collections/{layer}/items?limit=1") as answer:
            ids[layer] = json.load(answer)["features"][0]["id"]
    return {name: base_url + path.format(**ids) for name, path in PAGES.items()}


def shown(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector('html[data-ready="1"]', timeout=15_000)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on_any_page_in_either_theme_and_size(page, addresses, name):
    for scheme, size in (("light", "desk"), ("dark", "phone")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(SIZES[size])
        shown(page, addresses[name])
        found = Axe().run(page, options=RULES).response["violations"]
        assert [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found] == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size]["width"], f"{name} is wider than the screen"


def test_a_page_of_features_draws_them_on_the_local_map(page, addresses):
    shown(page, addresses["sites"])
    expect(page.locator("#map")).to_be_visible()
    assert page.locator("#map path.leaflet-interactive").count() == 20
    expect(page.locator("#map canvas").first).to_be_visible()
    assert page.locator("tbody tr").count() == 20


def test_pages_follow_each_other_and_the_language_stays(page, addresses):
    shown(page, addresses["pairs"])
    first = page.locator("tbody th").first.inner_text()
    page.get_by_role("link", name="Следующая страница").click()
    page.wait_for_url(re.compile("after="))
    assert page.locator("tbody th").first.inner_text() != first
    assert page.locator("html").get_attribute("lang") == "ru"
    page.get_by_role("link", name="Первая страница").click()
    page.wait_for_url(re.compile(r"^(?!.*after=)"))
    assert page.locator("tbody th").first.inner_text() == first


def test_a_row_leads_to_its_feature_and_that_to_the_map(page, addresses):
    shown(page, addresses["sites"])
    name = page.locator("tbody th a").first.inner_text()
    page.locator("tbody th a").first.click()
    expect(page.locator("h1")).to_have_text(name)
    page.get_by_role("link", name="Show on the map").click()
    expect(page.locator("#drawer-title")).to_have_text(name)


def test_the_language_and_the_theme_can_be_changed(page, addresses):
    shown(page, addresses["collection"])
    page.get_by_role("link", name="Suomi").click()
    expect(page.locator("h1")).to_have_text("Kulttuurikohteet")
    expect(page.locator("#toggle-theme")).to_have_attribute("aria-pressed", "false")
    page.locator("#toggle-theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#toggle-theme")).to_have_attribute("aria-pressed", "true")


def test_without_scripts_the_table_is_all_there(browser: Browser, addresses):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(addresses["sites"])
    assert page.locator("tbody tr").count() == 20
    assert page.locator("#map").is_hidden()
    assert page.locator("noscript, .note").first.is_visible()
    page.get_by_role("link", name="Next page").click()
    assert "after=" in page.url
    context.close()

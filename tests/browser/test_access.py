"""The page for everyone: axe, the keyboard, small screens, both themes, and when things fail."""

import csv
import json
import re
import subprocess
import sys
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

HOSTILE = "{{7*7}} {% if %} {# gone #} `${alert(1)}` </script><b>Bold</b>"
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
GEOMAP = [sys.executable, "-c", "from api.cli import main; main()"]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@pytest.fixture
def opened(page: Page, base_url: str):
    """Open an address of the page and wait until its first data is drawn."""

    def opened(address: str = "/") -> Page:
        page.goto("about:blank")
        page.goto(base_url + address)
        page.wait_for_selector('html[data-ready="1"]', timeout=30_000)
        return page

    return opened


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


def settled(page: Page) -> None:
    """Wait until map, list and address have followed what was done."""
    page.wait_for_timeout(500)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#rows")).to_have_attribute("aria-busy", "false")
    page.wait_for_timeout(300)


def drawer_filled(page: Page) -> None:
    expect(page.locator("#drawer-body")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#drawer .sides")).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(opened, page, scheme, size):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(SIZES[size])
    opened()
    assert violations(page) == []
    if size == "phone":
        page.get_by_role("button", name="Filters and list").click()
        assert violations(page) == []
    page.get_by_role("tab", name="List").click()
    page.get_by_role("button", name="Pairs", exact=True).click()
    page.locator("#rows .row", has_text="Suspended").first.click()
    drawer_filled(page)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("dialog", ["Export", "Share", "Help and sources"])
def test_axe_finds_nothing_in_a_dialog(opened, page, scheme, dialog):
    page.emulate_media(color_scheme=scheme)
    opened().get_by_role("button", name=dialog).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(300)
    assert violations(page) == []


def test_axe_finds_nothing_where_the_search_suggests(opened):
    page = opened()
    page.get_by_role("combobox").first.fill("Vyb")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert violations(page) == []


def test_the_keyboard_goes_from_the_list_into_the_drawer_and_back(opened):
    page = opened()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the list")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sites", exact=True)).to_be_focused()
    for _ in range(5):
        page.keyboard.press("Tab")
    row = page.locator("#rows .row").first
    expect(row).to_be_focused()
    name = row.locator(".name").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_have_text(name)
    expect(page.locator("#drawer-title")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Close").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator("#rows .row", has_text=name).first).to_be_focused()


def test_the_tabs_of_the_panel_are_turned_by_arrow_keys(opened):
    page = opened()
    page.get_by_role("tab", name="Legend and filters").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="List")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="List")).to_be_visible()


def test_the_map_is_moved_by_the_keyboard_and_not_a_trap(opened):
    page = opened("/#map=5/60.00/30.00")
    page.locator("#map_main").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"#map=5/[\d.]+/3[1-9]"))
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile(r"#map=6/"))
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(page.locator("#map_main")).not_to_be_focused()


def test_a_dialog_closes_by_escape_and_gives_the_focus_back(opened):
    page = opened()
    button = page.get_by_role("button", name="Export")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_link_restores_the_whole_view(opened, page, base_url):
    opened("/?kind=worship,defence&country=RU,FI&c=12-19&km=25&list=cities&layers=sites,cities")
    page.locator("#rows .row").first.click()
    drawer = page.locator("#drawer-title")
    expect(drawer).not_to_be_empty()
    page.get_by_role("button", name="Zoom in").click()
    expect(page).to_have_url(re.compile(r"#map=6/"))
    settled(page)
    link, title = page.url, drawer.inner_text()
    status = page.locator("#count").inner_text()
    opened(link.removeprefix(base_url))
    expect(drawer).to_have_text(title)
    expect(page.locator("#count")).to_have_text(status)
    page.get_by_role("tab", name="Legend and filters").click()
    for name in ("Places of worship", "Fortifications"):
        expect(page.get_by_role("checkbox", name=re.compile(f"^{name}"))).to_be_checked()
    expect(page.get_by_role("switch", name="Twin pairs")).not_to_be_checked()
    before, after = _view(link), _view(page.url)
    assert before == pytest.approx(after, abs=0.01)


def _view(url: str) -> list[float]:
    return [float(number) for number in re.search("#map=(.+)", url)[1].split("/")]


def test_an_unreadable_link_opens_the_map_all_the_same(opened):
    page = opened("/?kind=nonsense&c=30-2&open=sites/../x&layers=&km=7&country=xx#map=9/999")
    expect(page.locator("#count")).to_contain_text("in this view")
    expect(page.locator("#drawer")).to_be_hidden()


def test_a_link_to_what_is_gone_says_so(opened, faults):
    page = opened("/?open=sites/00000000-0000-4000-8000-000000000000")
    expect(page.locator("#drawer-title")).to_have_text("This record is not here")
    assert all("404" in fault for fault in faults)
    faults.clear()


def test_a_list_that_does_not_come_says_so_and_comes_when_asked_again(opened, page, faults):
    def dead(route: Route) -> None:
        route.abort()

    page.route("**/collections/sites/items*", dead)
    opened("/?list=sites")
    expect(page.get_by_role("status")).to_have_text("The list could not be loaded.")
    assert violations(page) == []
    page.unroute("**/collections/sites/items*", dead)
    page.locator("#results").get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_contain_text("sites in this view")
    assert faults
    faults.clear()


def test_a_server_that_is_away_is_told_in_the_language_of_the_page(opened, page, faults):
    page.route("**/collections/sites/items*", lambda route: route.abort())
    opened("/?lang=fi&list=sites")
    expect(page.locator("#results")).to_contain_text("Palvelin ei vastaa.")
    faults.clear()


def test_the_map_names_those_whose_data_it_shows(opened):
    credit = opened().locator(".leaflet-control-attribution")
    expect(credit).to_contain_text("Natural Earth")
    expect(credit).to_contain_text("GeoNames")


def test_tiles_that_do_not_come_leave_the_map_usable(opened, page, faults):
    def dead(route: Route) -> None:
        route.fulfill(status=503, body="{}", content_type="application/problem+json")

    page.route("**/collections/sites/tiles/**", dead)
    opened()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Part of the map could not be loaded.")
    page.unroute("**/collections/sites/tiles/**", dead)
    alert.get_by_role("button", name="Try again").click()
    expect(alert).not_to_contain_text("Part of the map")
    faults.clear()


def test_an_empty_view_says_why_and_offers_a_way_out(opened):
    page = opened("/?list=sites&kind=nature#map=9/46.00/60.00")
    expect(page.locator("#results")).to_contain_text("Nothing in this view passes the filters.")
    page.locator("#results").get_by_role("button", name="Clear filters").click()
    expect(page.locator("#results")).to_contain_text("Nothing in this view. Move the map")


def test_the_theme_is_turned_and_kept(opened, page):
    page.emulate_media(color_scheme="light")
    opened()
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(ground) != light
    opened()
    assert page.evaluate(ground) != light


def test_languages_are_changed_without_losing_the_view(opened):
    page = opened("/?kind=worship#map=7/61.00/29.00")
    page.get_by_role("checkbox", name=re.compile("^Fortifications")).check()
    expect(page).to_have_url(re.compile("kind=worship,defence"))
    page.wait_for_timeout(300)
    page.get_by_role("link", name="Suomi").click()
    page.wait_for_selector('html[lang="fi"][data-ready="1"]')
    expect(page).to_have_url(re.compile(r"lang=fi.*kind=worship,defence.*#map=7/61\.0"))


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_never_scrolls_sideways(opened, page, width):
    page.set_viewport_size({"width": width, "height": 700})
    opened()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.body.scrollWidth") <= width


def test_on_a_phone_the_panel_is_a_sheet(opened, page):
    page.set_viewport_size(SIZES["phone"])
    opened()
    pill = page.get_by_role("button", name="Filters and list")
    expect(page.locator("#panel")).to_be_hidden()
    pill.click()
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(pill).to_be_focused()


def test_targets_are_large_enough(opened, page):
    page.set_viewport_size(SIZES["phone"])
    opened()
    page.get_by_role("button", name="Filters and list").click()
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, select, label:has(input)')]
        .map(one => [one.id || one.textContent.trim(), one.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
        .map(([name]) => name)"""
    )
    assert small == []


def test_a_hostile_name_is_only_a_name(opened, seeded_environment, tmp_path):
    table = tmp_path / "cities.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["record_id", "country", "lat", "lng", "name_en", "source_id", "as_of"])
        out.writerow(["hostile", "FI", "62.5", "27.5", HOSTILE, "geomap-seed", "2026-01-01"])
    subprocess.run(
        [*GEOMAP, "import", str(table), "--layer", "cities", "--profile", "geomap"],
        env=seeded_environment,
        check=True,
        capture_output=True,
    )
    page = opened("/?list=cities#map=11/62.50/27.50")
    row = page.locator("#rows .row")
    expect(row.locator(".name")).to_have_text(HOSTILE)
    row.click()
    expect(page.locator("#drawer-title")).to_have_text(HOSTILE)
    assert page.locator("#drawer b, #rows b").count() == 0


def test_on_a_phone_an_open_card_makes_the_page_no_longer_than_the_screen(opened, page, base_url):
    page.set_viewport_size(SIZES["phone"])
    with urllib.request.urlopen(f"{base_url}/collections/sites/items?q=tower&limit=1") as answer:
        [site] = json.load(answer)["features"]
    opened(f"/?open=sites/{site['id']}")
    expect(page.locator("#drawer-body")).to_have_attribute("aria-busy", "false")
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0

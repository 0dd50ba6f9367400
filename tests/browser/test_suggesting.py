"""Suggesting in a real browser: on a desk and on a phone, by the map, and without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
SUGGESTED = re.compile(r"/suggested/[\w-]{43}")


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


def fits(page: Page) -> bool:
    """Tell whether nothing has to be scrolled sideways."""
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_a_resident_puts_a_site_on_the_map_and_sees_what_becomes_of_it(
    page, base_url, size, scheme
):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(SIZES[size])
    page.goto(base_url + "/suggest/sites/new?lang=en&lat=-51.5&lng=-31.5")
    page.wait_for_selector('form[data-ready="1"]')
    assert violations(page) == []
    assert fits(page)
    page.locator("#f-names-0-value").fill(f"Boathouse {size} {scheme}")
    page.get_by_role("button", name="Draw Marker").click()
    page.locator("#place-map").click(position={"x": 200, "y": 120})
    expect(page.locator("#f-north")).not_to_have_value("-51.5")
    page.locator("#f-message").fill("By the lake")
    page.get_by_role("button", name="Send").click()
    # The same place may have been suggested before; nothing of that is shown.
    page.wait_for_url(SUGGESTED)
    expect(page.get_by_role("heading", name=f"Boathouse {size} {scheme}")).to_be_visible()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    assert violations(page) == []
    assert fits(page)


def test_a_correction_is_sent_without_scripts(browser, base_url):
    context = browser.new_context(java_script_enabled=False, locale="fi")
    page = context.new_page()
    page.goto(base_url + "/collections/sites/items?f=html&lang=fi&q=blackheads&limit=1")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="Ehdota korjausta").click()
    page.get_by_label("Mikä on väärin ja mistä tiedät sen").fill("Ovi on sininen")
    page.get_by_role("button", name="Lähetä").click()
    page.wait_for_url(SUGGESTED)
    expect(page.get_by_text("Ovi on sininen")).to_be_visible()
    context.close()


def test_no_person_meets_what_programs_fill_in(page, base_url):
    page.goto(base_url + "/suggest/sites/new?lang=en")
    page.wait_for_selector('form[data-ready="1"]')
    trap = page.locator("[name=website]")
    box = trap.bounding_box()
    assert box is None or box["x"] + box["width"] < 0
    assert trap.get_attribute("tabindex") == "-1"

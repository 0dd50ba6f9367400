"""A reviewer in a real browser: a thousand decided at once and taken back at once; axe."""

import json
import time
import urllib.request
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from shapely import Point

from api.passwords import hashed
from geomap.access import Role, Scope
from geomap.accounts import Account
from geomap.model import Edit, EditKind, Feature
from geomap.suggestions import Kind, Suggestion
from layers.store.engines import open_store
from layers.suggesting import proposed

PASSWORD = "correct horse battery"
MANY = 1000
TOWN = "Trialtown"
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


def identity(text):
    digits = uuid5(NAMESPACE_URL, text).hex
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


@pytest.fixture(scope="module")
def store(seeded_environment, seeded_server):
    opened = open_store(seeded_environment["GEOMAP_STORE"])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def suggestions(store):
    """A thousand suggestions on a thousand sites: each is given a date, some are moved."""
    kept = hashed(PASSWORD)
    scope = Scope(frozenset({TOWN.casefold()}))
    store.accounts.save(Account("review-rita", "Rita Reviews", Role.REVIEWER, scope, kept))
    store.accounts.save(Account("review-anna", "Anna Suggests", Role.CONTRIBUTOR, password=kept))
    source = next(iter(store.sources().values()))
    sites = [_site(number, source) for number in range(MANY)]
    store.write([Edit(EditKind.PUT, one) for one in sites], actor="test", action="trial",
                sources=[source])  # fmt: skip
    made = []
    for site in sites:
        present = store.feature("sites", site.id)
        changed = {**present.properties, "dating": "1760", "dating_from": 1760, "dating_to": 1760}
        wished = replace(present, properties=changed)
        if not made:
            wished = replace(wished, geometry=_point(28.31, 61.0))
        one = Suggestion(identity(f"suggestion {site.id}"), "sites", site.id, Kind.CHANGE, "",
                         author="review-anna", message="It is written on the gate")  # fmt: skip
        made.append(store.suggestions.add(proposed(one, present, wished, store)))
    return made


def _point(lng, lat):
    return Point(lng, lat)


def _site(number, source):
    own_id = identity(f"site of review {number}")
    properties = {
        "names": [{"value": f"House {number}", "lang": "en", "type": "preferred"}],
        "municipality": TOWN,
        "kind": "building",
    }
    place = _point(28.3 + (number % 40) / 400, 61.0 + (number // 40) / 800)
    return Feature("sites", own_id, source.id, f"review {number}", place, properties)


def signed_in(page: Page, base_url: str, name: str) -> Page:
    page.goto(f"{base_url}/login?lang=en")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def require_sound(page: Page, size: str) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


def dated(base_url: str) -> int:
    """Return how many of the houses the public sees a date of."""
    query = f"municipality={TOWN}&datetime=1760-01-01/1760-12-31&dated=true&limit=1&f=json"
    with urllib.request.urlopen(f"{base_url}/collections/sites/items?{query}") as answer:
        return json.load(answer)["numberMatched"]


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_axe_finds_nothing_on_the_pages_of_review_in_either_theme_and_size(
    page, base_url, suggestions, lang
):
    signed_in(page, base_url, "Rita Reviews")
    one = suggestions[0].id
    for scheme, size in (("light", "desk"), ("dark", "phone")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(SIZES[size])
        for path in ("/review", f"/review/{one}", "/account/suggestions", "/account/notices",
                     "/account"):  # fmt: skip
            page.goto(f"{base_url}{path}?lang={lang}")
            page.wait_for_selector('html[data-ready="1"]')
            require_sound(page, size)


def test_the_map_shows_the_place_before_and_after_among_its_neighbours(page, base_url, suggestions):
    signed_in(page, base_url, "Rita Reviews").goto(f"{base_url}/review/{suggestions[0].id}?lang=en")
    box = page.locator("[data-places]")
    box.scroll_into_view_if_needed()
    expect(box).to_have_attribute("data-ready", "1")
    expect(box).to_have_attribute("data-neighbours", "500")
    expect(page.get_by_text("The middle has moved by 54")).to_be_visible()


def test_a_thousand_are_decided_in_one_action_and_taken_back_in_one(
    page, base_url, suggestions, store
):
    signed_in(page, base_url, "Rita Reviews").goto(f"{base_url}/review?lang=en")
    page.get_by_label("Municipality").fill(TOWN)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text(f"Suggestions: {MANY}")).to_be_visible()
    page.get_by_label(f"All that match: {MANY}").check()
    began = time.monotonic()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text(f"Approved: {MANY}.")
    decided_s = time.monotonic() - began
    assert dated(base_url) == MANY
    began = time.monotonic()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text(f"waiting again: {MANY}.")
    undone_s = time.monotonic() - began
    assert dated(base_url) == 0
    print(f"{MANY} decided in {decided_s:.1f} s and taken back in {undone_s:.1f} s")


def test_a_decision_is_taken_back_later_from_the_list(page, base_url, suggestions, faults):
    signed_in(page, base_url, "Rita Reviews").goto(f"{base_url}/review?lang=en&municipality={TOWN}")
    page.get_by_role("checkbox", name="Choose House 1", exact=True).check()
    page.get_by_role("checkbox", name="Choose House 2", exact=True).check()
    page.get_by_role("button", name="Reject with a reason").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    [refused] = faults
    assert "422" in refused
    faults.clear()
    expect(page.get_by_role("checkbox", name="Choose House 1", exact=True)).to_be_checked()
    page.locator("#reason").fill("The gate is newer")
    page.get_by_role("button", name="Reject with a reason").click()
    expect(page.get_by_role("status")).to_contain_text("Rejected: 2.")
    page.goto(f"{base_url}/review?lang=en")
    page.locator(".latest").get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("status")).to_contain_text("waiting again: 2.")


def test_by_keyboard_alone_one_is_returned_and_its_author_reads_why(page, base_url, suggestions):
    signed_in(page, base_url, "Rita Reviews").goto(f"{base_url}/review/{suggestions[5].id}?lang=en")
    page.locator("#reason").focus()
    page.keyboard.type("Which gate?")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Returned: 1.")
    page.context.clear_cookies()
    signed_in(page, base_url, "Anna Suggests").goto(f"{base_url}/account/notices?lang=en")
    expect(page.get_by_text("Which gate?")).to_be_visible()
    page.get_by_role("link", name="Your suggestion came back").first.click()
    page.wait_for_url(f"**/suggestions/{suggestions[5].id}*")
    expect(page.get_by_text("Which gate?")).to_be_visible()


def test_without_scripts_all_of_it_works(browser: Browser, base_url, suggestions):
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context.new_page(), base_url, "Rita Reviews")
    page.goto(f"{base_url}/review?lang=en&municipality={TOWN}")
    page.get_by_role("checkbox", name="Choose House 7", exact=True).check()
    page.get_by_role("button", name="Approve").click()
    assert "Approved: 1." in page.get_by_role("status").inner_text()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    assert "waiting again: 1." in page.get_by_role("status").inner_text()
    context.close()

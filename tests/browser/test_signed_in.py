"""The map when signed in: who one is, what one may, and what only those with rights see."""

import re
from contextlib import closing
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from shapely import Point, box

from api.passwords import hashed
from api.saving import own_source
from geomap.access import Role, Scope
from geomap.accounts import Account
from geomap.model import Edit, EditKind, Feature, Visibility
from geomap.settings import Settings
from layers.store.engines import open_store

PASSWORD = "correct horse battery"
PLACE = (24.123, 69.321)
VIEW = "#map=12/69.321/24.123"
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
IDS = {
    "public": "11111111-1111-4111-8111-111111111111",
    "generalised": "22222222-2222-4222-8222-222222222222",
    "hidden": "33333333-3333-4333-8333-333333333333",
}


def site(visibility: str, step: float) -> Feature:
    names = [{"value": f"Trial mill, {visibility}", "lang": "en", "type": "preferred"}]
    return Feature(
        layer="sites",
        id=IDS[visibility],
        source_id="own",
        record_id=IDS[visibility],
        geometry=Point(PLACE[0] + step, PLACE[1]),
        properties={"names": names, "kind": "building", "municipality": "Kolari"},
        visibility=Visibility(visibility),
        cell_km=10,
    )


@pytest.fixture(scope="module")
def officers(seeded_environment) -> None:
    """Accounts of an editor with a place of rights, and of one who may only suggest."""
    scope = Scope(frozenset({"kolari"}), area=box(23, 69, 25, 70))
    with closing(open_store(seeded_environment["GEOMAP_STORE"])) as store:
        for role in (Role.HERITAGE_EDITOR, Role.CONTRIBUTOR):
            store.accounts.save(Account(role.value, role.value, role, scope, hashed(PASSWORD)))


@pytest.fixture
def sites(seeded_environment) -> None:
    """Three sites beside one another, as they were before any test."""
    with closing(open_store(seeded_environment["GEOMAP_STORE"])) as store:
        edits = [Edit(EditKind.PUT, site(one, n * 0.03)) for n, one in enumerate(IDS)]
        store.write(edits, actor="t", action="trial", sources=[own_source(Settings())])


@pytest.fixture
def signed_in(page: Page, base_url: str, officers):
    """Sign in, and open an address when that is done."""

    def signed_in(address: str = "/", name: str = "heritage_editor") -> Page:
        page.goto(f"{base_url}/login?lang=en")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{base_url}/")
        return opened(page, base_url + address)

    return signed_in


def opened(page: Page, address: str) -> Page:
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector('html[data-ready="1"][data-who]', timeout=30_000)
    return page


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


def test_a_visitor_is_asked_to_sign_in_and_comes_back_to_the_same_view(page, base_url, officers):
    opened(page, f"{base_url}/?kind=worship{VIEW}")
    expect(page.locator("#add-site")).to_have_count(0 if not suggests(page) else 1)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name").fill("heritage_editor")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"kind=worship.*#map=12/69\.32"))
    expect(page.locator("#who summary")).to_contain_text("heritage_editor")


def suggests(page: Page) -> bool:
    told = page.request.get("/account?f=json").json()
    return any(one["rel"] == "suggest" for one in told["links"])


@pytest.mark.parametrize("size", SIZES)
def test_the_map_says_who_one_is_and_where_ones_rights_end(signed_in, page, size):
    page.set_viewport_size(SIZES[size])
    signed_in()
    summary = page.locator("#who summary")
    summary.focus()
    page.keyboard.press("Enter")
    card = page.locator(".who-card")
    expect(card).to_contain_text("Heritage editor")
    expect(card).to_contain_text("Kolari")
    expect(card.get_by_role("link", name="Your account")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= SIZES[size]["width"]
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(summary).to_be_focused()


@pytest.mark.parametrize(
    ("lang", "words"), [("ru", "Редактор наследия"), ("fi", "Kulttuuriperinnön toimittaja")]
)
def test_who_one_is_stands_in_the_language_of_the_page(signed_in, page, lang, words):
    signed_in(f"/?lang={lang}")
    page.locator("#who summary").click()
    expect(page.locator(".who-card")).to_contain_text(words)


def test_signing_out_makes_one_a_visitor_again(signed_in, page):
    signed_in()
    page.locator("#who summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_pages_say_who_one_is_too(signed_in, page, base_url):
    signed_in("/collections/sites?f=html&lang=en")
    page.locator("#who summary").click()
    expect(page.locator(".who-card")).to_contain_text("Heritage editor")
    page.get_by_role("link", name="Your account").click()
    expect(page.locator("main")).to_contain_text("Kolari")
    assert violations(page) == []


def test_the_card_leads_to_the_form_of_ones_own_site_and_of_no_other(signed_in, page, sites):
    signed_in(f"/?open=sites/{IDS['public']}{VIEW}")
    page.locator("#drawer").get_by_role("link", name="Edit").click()
    expect(page.locator("h1")).to_have_text("Edit this record")
    page.goto("/?list=sites#map=5/46/24")
    page.locator("#rows .row").first.click()
    expect(page.locator("#drawer-body")).to_have_attribute("aria-busy", "false")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#drawer").get_by_role("link", name="Edit")).to_have_count(0)


def test_a_site_is_added_where_one_presses_on_the_map(signed_in, page):
    signed_in(f"/{VIEW}")
    page.locator("#map_main").click(button="right", position={"x": 300, "y": 300})
    page.get_by_role("link", name="Add a site here").click()
    expect(page.locator("h1")).to_have_text("Add a site")
    assert float(page.locator("[name=north]").input_value()) == pytest.approx(PLACE[1], abs=0.1)
    assert float(page.locator("[name=east]").input_value()) == pytest.approx(PLACE[0], abs=0.3)


def test_the_keyboard_adds_a_site_at_the_middle_of_the_map(signed_in, page):
    signed_in(f"/{VIEW}")
    page.get_by_role("button", name="Add a site at the middle of the map").press("Enter")
    expect(page.locator("[name=north]")).to_have_value(re.compile(r"^69\.32"))
    expect(page.locator("[name=east]")).to_have_value(re.compile(r"^24\.12"))


def filled(page: Page) -> None:
    expect(page.locator("#drawer-body")).to_have_attribute("aria-busy", "false")


def press(page: Page, feature_id: str) -> None:
    """Click on the map where a site of these tests is."""
    step = [*IDS.values()].index(feature_id) * 0.03
    middle = page.locator("#map_main").bounding_box()
    pixels = step * 256 * 2**12 / 360
    page.wait_for_load_state("networkidle")
    page.mouse.click(middle["x"] + middle["width"] / 2 + pixels, middle["y"] + middle["height"] / 2)


def test_officers_see_exact_places_and_reach_the_record_from_them(signed_in, page, sites):
    signed_in(f"/{VIEW}")
    legend = page.locator("#exact-legend")
    expect(legend.get_by_role("switch", name="Exact places of your area")).to_be_checked()
    expect(legend.locator("li", has_text="Hidden")).to_contain_text("1")
    expect(legend.locator("li", has_text="Public as a cell only")).to_contain_text("1")
    press(page, IDS["hidden"])
    filled(page)
    expect(page.locator("#drawer-title")).to_have_text("Trial mill, hidden")
    expect(page.locator("#drawer-body")).to_contain_text("For the public: Hidden.")
    expect(page.locator("#drawer").get_by_role("link", name="Edit")).to_be_visible()
    assert violations(page) == []


def test_turned_off_the_layer_is_gone_and_visitors_have_no_switch(signed_in, page, base_url, sites):
    signed_in(f"/{VIEW}")
    page.get_by_role("switch", name="Exact places of your area").uncheck()
    press(page, IDS["hidden"])
    expect(page.locator("#drawer")).to_be_hidden()
    page.context.clear_cookies()
    opened(page, f"{base_url}/{VIEW}")
    expect(page.locator("#exact-legend")).to_have_count(0)


def test_on_paper_there_are_exact_places_only_where_they_were_asked_for(signed_in, page, sites):
    signed_in(f"/?open=sites/{IDS['hidden']}{VIEW}")
    filled(page)
    page.emulate_media(media="print")
    for place in (".leaflet-exact-pane", "#exact-legend", "#drawer"):
        expect(page.locator(place)).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("checkbox", name="Also in print").check()
    page.emulate_media(media="print")
    expect(page.locator("#drawer")).to_be_visible()
    expect(page.locator(".leaflet-exact-pane canvas")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_a_site_is_hidden_from_its_card_and_is_gone_for_the_public(
    signed_in, page, browser, base_url, sites, size
):
    page.set_viewport_size(SIZES[size])
    signed_in(f"/?open=sites/{IDS['public']}{VIEW}")
    page.locator("#drawer").get_by_role("link", name="Who may see it").press("Enter")
    dialog = page.get_by_role("dialog", name="Who may see it")
    expect(
        dialog.get_by_role("radio", name="Everyone sees the exact place (as now)")
    ).to_be_focused()
    expect(dialog).to_contain_text("The public sees nothing: no page, no mark, no count.")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    dialog.get_by_role("radio", name="Nobody without rights").check()
    dialog.get_by_label("Why").fill("Looters")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#drawer-body")).to_contain_text("For the public: Hidden.")
    if size == "desk":
        expect(page.locator("#exact-legend li", has_text="Hidden")).to_contain_text("2")
    public = browser.new_context(base_url=base_url).new_page()
    assert public.request.get(f"/collections/sites/items/{IDS['public']}").status == 404
    opened(public, f"{base_url}/?list=sites{VIEW}")
    expect(public.locator("#rows")).to_have_attribute("aria-busy", "false")
    expect(public.locator("#rows")).not_to_contain_text("Trial mill, public")
    public.context.close()


@pytest.fixture
def changed_by_another(seeded_environment):
    """Change the public site as somebody else does."""

    def change():
        with closing(open_store(seeded_environment["GEOMAP_STORE"])) as store:
            one = store.feature("sites", IDS["public"])
            changed = replace(one, properties={**one.properties, "condition": "poor"})
            store.write([Edit(EditKind.PUT, changed)], actor="another", action="change")

    return change


def test_a_dialog_of_yesterday_says_so_and_saves_on_the_second_try(
    signed_in, page, sites, changed_by_another, faults
):
    signed_in(f"/?open=sites/{IDS['public']}{VIEW}")
    page.locator("#drawer").get_by_role("link", name="Who may see it").click()
    dialog = page.get_by_role("dialog", name="Who may see it")
    dialog.get_by_role("radio", name="Nobody without rights").check()
    dialog.get_by_label("Why").fill("Looters")
    changed_by_another()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Someone has changed this record meanwhile")
    expect(dialog.get_by_label("Why")).to_have_value("Looters")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#drawer-body")).to_contain_text("For the public: Hidden.")
    assert all("409" in fault for fault in faults)
    faults.clear()


def test_the_page_of_a_record_leads_to_the_plain_form(signed_in, page, sites, base_url):
    signed_in(f"/collections/sites/items/{IDS['public']}?f=html&lang=fi")
    page.get_by_role("link", name="Kuka saa nähdä sen").click()
    assert violations(page) == []
    page.locator('input[value="generalised:5"]').check()
    page.locator("#reason").fill("Kaivelijoita")
    page.get_by_role("button", name="Tallenna").click()
    expect(page.locator("h1")).to_contain_text("Trial mill, public")
    answer = page.context.browser.new_context().request.get(
        f"{base_url}/collections/sites/items/{IDS['public']}"
    )
    assert answer.json()["properties"]["visibility"] == "generalised"

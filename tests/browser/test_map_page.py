"""The map page as people use it: with a pointer, with a keyboard, by a link, in three languages."""

import json
import re
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import Locator, Page, Route, expect

WORDS = {"en": "sites in this view", "ru": "на видимой части карты", "fi": "näkymässä"}
VYBORG = {"en": "Vyborg", "ru": "Выборг", "fi": "Viipuri"}
DEGREE = 0.02
IMATRA = "#map=13/61.1683/28.7752"


@pytest.fixture
def opened(page: Page, base_url: str):
    """Open an address of the page and wait until its first data is drawn."""

    def opened(address: str = "/") -> Page:
        page.goto("about:blank")
        page.goto(base_url + address)
        page.wait_for_selector('html[data-ready="1"]', timeout=30_000)
        return page

    return opened


@pytest.fixture
def asked(base_url: str):
    """Ask the API what the page should show."""

    def asked(path: str, **query):
        text = urllib.parse.urlencode(query)
        with urllib.request.urlopen(f"{base_url}{path}?{text}") as answer:
            return json.load(answer)

    return asked


def find(page: Page, words: str) -> Locator:
    page.get_by_role("combobox", name=re.compile("Search|Поиск|Hae")).fill(words)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    return options


def title(page: Page) -> Locator:
    return page.locator("#drawer-title")


def rows(page: Page) -> Locator:
    return page.locator("#rows .row")


def centre(page: Page) -> dict[str, float]:
    box = page.locator("#map_main").bounding_box()
    return {"x": box["width"] / 2, "y": box["height"] / 2}


def in_step(page: Page) -> None:
    expect(page.locator("#rows")).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize("lang", WORDS)
def test_the_page_opens_in_each_language(opened, lang):
    page = opened(f"/?lang={lang}")
    assert page.locator("html").get_attribute("lang") == lang
    expect(page.get_by_role("status")).to_contain_text(WORDS[lang])
    assert page.locator("canvas.data-canvas").count() == 2


@pytest.mark.parametrize("words", ["Viipuri", "Выборг", "Vyborg"])
@pytest.mark.parametrize("lang", VYBORG)
def test_a_name_in_any_script_finds_the_city_and_picking_it_goes_there(opened, words, lang):
    page = opened(f"/?lang={lang}#map=3/40.00/-80.00")
    find(page, words).first.click()
    expect(title(page)).to_have_text(VYBORG[lang])
    expect(page).to_have_url(re.compile(r"#map=1[0-9]/60\.7\d*/28\.7"))
    assert page.locator("#search-input").input_value() == ""


def test_the_search_is_a_combobox_of_the_keyboard(opened):
    page = opened()
    box = page.get_by_role("combobox", name="Search places, sites, twin cities")
    find(page, "Vyb")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "option-0")
    expect(page.locator("#option-0")).to_have_attribute("aria-selected", "true")
    box.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", "option-0")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_enter_filters_by_the_words_and_the_chip_takes_them_off(opened, asked):
    page = opened("/#map=2/35.00/20.00")
    page.get_by_role("combobox").first.fill("cathedral")
    page.get_by_role("combobox").first.press("Enter")
    found = asked("/collections/sites/items", q="cathedral")["numberMatched"]
    expect(page.get_by_role("status")).to_have_text(f"{found} sites in this view")
    expect(page).to_have_url(re.compile("q=cathedral"))
    page.get_by_role("button", name="Remove filter: “cathedral”").click()
    expect(page).not_to_have_url(re.compile("q=cathedral"))


def test_the_legend_is_a_filter_and_its_counts_are_those_of_the_server(opened, asked):
    page = opened("/#map=2/35.00/20.00")
    counts = asked("/collections/sites/facets")["facets"]["kind"]
    row = page.locator("label.option", has_text="Places of worship")
    expect(row.locator(".number")).to_have_text(str(counts["worship"]))
    row.get_by_role("checkbox").check()
    expect(page.get_by_role("status")).to_have_text(f"{counts['worship']} sites in this view")
    expect(page).to_have_url(re.compile("kind=worship"))
    page.get_by_role("tab", name="List").click()
    in_step(page)
    assert all("Places of worship" in text for text in rows(page).all_inner_texts())
    page.get_by_role("button", name="Remove filter: Places of worship").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(rf"^{sum(counts.values())} "))


def test_the_list_of_a_view_asks_for_what_has_a_place_in_it(opened, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    opened("/?list=sites#map=8/60.00/30.00")
    of_view = [url for url in asked if "bbox=" in url and "/collections/" in url]
    assert of_view
    assert all("placed=true" in url for url in of_view)


def test_countries_and_centuries_narrow_the_list(opened, asked):
    page = opened("/?list=sites#map=2/35.00/20.00")
    page.get_by_role("tab", name="Legend and filters").click()
    page.get_by_text("Country", exact=True).click()
    page.get_by_label("Find a country").fill("finl")
    page.locator("label.option", has_text="Finland").get_by_role("checkbox").check()
    page.get_by_text("Dating of sites").click()
    page.get_by_label("To", exact=True).fill("18")
    page.get_by_label("Also sites without a date").uncheck()
    query = {"country": "FI", "datetime": "../1800-12-31", "dated": "true"}
    found = asked("/collections/sites/items", **query)["numberMatched"]
    expect(page.get_by_role("status")).to_have_text(re.compile(rf"^{found} sites? "))
    expect(page).to_have_url(re.compile("country=FI&c=0-18&dated=1"))


def test_pairs_are_filtered_by_their_state(opened, asked):
    page = opened("/?list=twins#map=2/35.00/20.00")
    found = asked("/collections/twins/items", status="suspended")["numberMatched"]
    assert found > 0
    page.get_by_role("tab", name="Legend and filters").click()
    page.locator("label.option", has_text="Suspended").get_by_role("checkbox").check()
    expect(page.get_by_role("status")).to_have_text(re.compile(rf"^{found} twin pairs? "))
    page.get_by_role("tab", name="List").click()
    in_step(page)
    assert all("Suspended" in text for text in rows(page).all_inner_texts())


def test_the_list_follows_the_map(opened, asked):
    page = opened("/?list=sites" + IMATRA)
    few = rows(page).count()
    page.get_by_role("button", name="Whole world").click()
    expect(page.get_by_role("status")).to_have_text(
        f"{asked('/collections/sites/items')['numberMatched']} sites in this view"
    )
    in_step(page)
    assert 0 < few < rows(page).count()


def test_the_list_goes_on_as_long_as_there_is_more(opened):
    page = opened("/?list=sites#map=2/35.00/20.00")
    in_step(page)
    before = rows(page).count()
    page.get_by_role("button", name="Show more").click()
    expect(rows(page)).to_have_count(2 * before)
    expect(rows(page).nth(before)).to_be_focused()


def test_the_list_is_sorted_as_wished(opened):
    page = opened("/?list=cities#map=2/35.00/20.00")
    page.get_by_label("Sort by").select_option("name")
    expect(rows(page).first.locator(".name")).to_have_text(re.compile("^A"))
    names = rows(page).locator(".name").all_inner_texts()
    assert names == sorted(names, key=str.casefold)


def test_a_site_tells_its_names_its_dating_its_source_and_its_licence(opened):
    page = opened("/?list=sites" + IMATRA)
    rows(page).filter(has_text="Imatra State Hotel").click()
    expect(title(page)).to_have_text("Imatra State Hotel")
    drawer = page.locator("#drawer")
    expect(drawer.locator("bdi[lang=ru]").first).to_be_visible()
    for word in ("Dating", "Source", "Licence", "CC0-1.0", "As of"):
        expect(drawer).to_contain_text(word)


def test_a_pair_shows_both_cities_its_state_in_words_and_why(opened, asked):
    [pair] = asked("/collections/twins/items", q="Imatra Svetogorsk")["features"]
    page = opened(f"/?open=twins/{pair['id']}")
    expect(title(page)).to_have_text("Imatra – Svetogorsk")
    drawer = page.locator("#drawer")
    expect(drawer.locator(".badge").first).to_have_text("Unknown")
    expect(drawer.locator(".because li")).not_to_have_count(0)
    expect(drawer.locator(".side h4")).to_have_text(["Imatra", "Svetogorsk"])
    figures = drawer.locator(".side .figure strong")
    expect(figures.first).to_be_visible()
    near = [int(text) for text in figures.all_inner_texts()]
    drawer.get_by_role("radio", name="50 km").check()
    expect(figures.first).not_to_have_text(str(near[0]))
    expect(page).to_have_url(re.compile("km=50"))


def test_a_city_shows_its_twins_and_leads_to_them(opened):
    page = opened()
    find(page, "Imatra").first.click()
    expect(title(page)).to_have_text("Imatra")
    page.locator("#drawer .row.twin", has_text="Svetogorsk").click()
    expect(title(page)).to_have_text("Imatra – Svetogorsk")


def test_a_region_narrows_the_map_to_what_lies_inside(opened, asked):
    page = opened("/?list=regions#map=4/62.00/30.00")
    rows(page).filter(has_text="Karelia").first.click()
    expect(title(page)).to_contain_text("Karelia")
    page.get_by_role("button", name="Show only what lies inside").click()
    page.wait_for_url(re.compile("region="))
    region = re.search(r"region=([\w-]+)", page.url)[1]
    page.get_by_role("button", name="Close").first.click()
    page.get_by_role("button", name="Sites", exact=True).click()
    page.get_by_role("button", name="Whole world").click()
    found = asked("/collections/sites/items", region=region)["numberMatched"]
    expect(page.get_by_role("status")).to_have_text(re.compile(rf"^{found} sites? "))


def test_a_site_is_opened_by_a_click_on_the_map_and_closed_by_one_beside_it(opened):
    page = opened("/?layers=sites#map=16/61.1683/28.7752")
    page.locator("#map_main").click(position=centre(page))
    expect(title(page)).to_have_text("Imatra State Hotel")
    page.locator("#map_main").click(position={"x": 70, "y": 300})
    expect(page.locator("#drawer")).to_be_hidden()


def test_a_cluster_is_zoomed_into_by_a_click(opened):
    page = opened("/?layers=sites#map=4/59.9390/30.3158")
    page.locator("#map_main").click(position=centre(page))
    expect(page).to_have_url(re.compile("#map=6/"))


def test_a_near_pair_is_one_pin_that_opens_when_the_map_is_large_enough(opened, asked):
    [pair] = asked("/collections/twins/items", q="Imatra Svetogorsk")["features"]
    [(west, south), *_, (east, north)] = pair["geometry"]["coordinates"]
    lat, lng = (south + north) / 2, (west + east) / 2
    page = opened(f"/?layers=twins#map=7/{lat}/{lng}")
    x, y = centre(page).values()
    page.locator("#map_main").click(position={"x": x, "y": y - 19})
    expect(title(page)).to_have_text("Imatra – Svetogorsk")
    page = opened(f"/?layers=twins#map=11/{lat}/{lng}")
    page.locator("#map_main").click(position={"x": x, "y": y - 19})
    expect(page.locator("#drawer")).to_be_hidden()
    page.locator("#map_main").click(position=centre(page))
    expect(title(page)).to_have_text("Imatra – Svetogorsk")


def test_of_many_pairs_an_overview_is_drawn_and_of_a_chosen_city_its_own(opened, page, base_url):
    """The limit is set low, so that the pairs of the demonstration data are many."""

    def with_low_limit(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('Limit": 400', 'Limit": 20'))

    page.route(re.compile(re.escape(base_url) + r"/\?many"), with_low_limit)
    with page.expect_response(re.compile("/collections/twins/overview")) as overview:
        opened("/?many=1&lang=en#map=4/58.00/40.00")
    assert sum(one["properties"]["count"] for one in overview.value.json()["features"]) > 20
    expect(page.get_by_text("Many pairs: the strongest links are drawn.")).to_be_visible()
    with page.expect_response(re.compile("/collections/twins/items.*city=")) as own:
        find(page, "Perm").first.click()
    names = {one["properties"]["name"] for one in own.value.json()["features"]}
    assert names
    assert all("Perm" in name for name in names)

"""A record's history in a real browser, a version brought back, an import made and undone."""

import csv
import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from api.auth import COOKIE
from geomap.access import Role
from geomap.accounts import Account
from layers.store.engines import open_store

SECRET = "secret of a browser that imports"
WORDS = {
    "en": ("See what it would do", "Import", "Undo all of it", "History of changes"),
    "ru": ("Посмотреть, что будет", "Импортировать", "Отменить всё целиком", "История изменений"),
    "fi": ("Katso, mitä tapahtuisi", "Tuo", "Kumoa kaikki", "Muutoshistoria"),
}


@pytest.fixture
def store(seeded_environment):
    opened = open_store(seeded_environment["GEOMAP_STORE"])
    opened.accounts.save(Account("importer", "Importer", Role.ADMINISTRATOR))
    opened.accounts.open_session("importer", SECRET)
    yield opened
    opened.close()


@pytest.fixture
def signed_in(page: Page, base_url, store):
    page.context.add_cookies([{"name": COOKIE, "value": SECRET, "url": base_url}])
    return page


def table(*rows):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*rows[0]])
    writer.writeheader()
    writer.writerows(rows)
    return {"name": "list.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}


def row(lang, lng):
    return {"record_id": f"browser-{lang}", "name_en": f"Site of {lang}", "lng": lng, "lat": 61.2}


def sent(page, address, words, content):
    page.goto(address)
    page.locator("#f-file").set_input_files(content)
    page.get_by_role("button", name=words[0]).click()
    page.get_by_role("button", name=words[1], exact=True).click()


@pytest.mark.parametrize("lang", WORDS)
def test_a_list_is_imported_looked_at_and_undone(signed_in, base_url, store, lang):
    page, words = signed_in, WORDS[lang]
    address = f"{base_url}/import/sites?lang={lang}"
    sent(page, address, words, table(row(lang, 28.5)))
    sent(page, address, words, table(row(lang, 28.6)))
    page.locator(".revision h3 a").click()
    expect(page.locator("h1")).to_contain_text(words[3])
    expect(page.locator("[data-places]").first).to_have_attribute("data-ready", "1")
    expect(page.locator("del").first).to_be_visible()
    page.locator(".revision").first.locator(".ways a").last.click()
    page.get_by_role("button", name=words[2]).click()
    expect(page.locator(".revision ins").first).to_contain_text("28.50000")
    [found] = store.known_as("sites", "own", f"browser-{lang}").values()
    assert store.feature("sites", found).geometry.x == 28.5


def test_a_version_is_restored_with_a_reason_on_a_phone(signed_in, base_url, store):
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 800})
    words = WORDS["en"]
    for lng in (28.5, 28.6):
        sent(page, f"{base_url}/import/sites?lang=en", words, table(row("phone", lng)))
    [found] = store.known_as("sites", "own", "browser-phone").values()
    page.goto(f"{base_url}/collections/sites/items/{found}/history?f=html&lang=en")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Restore version 1").click()
    page.get_by_label("Reason").fill("It stood there")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page).to_have_url(re.compile("/history"))
    expect(page.locator(".revision").first).to_contain_text("It stood there")
    assert store.feature("sites", found).geometry.x == 28.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_pages_of_changes_and_imports(signed_in, base_url, store, scheme):
    page, words = signed_in, WORDS["en"]
    page.emulate_media(color_scheme=scheme)
    start = 28.5 if scheme == "light" else 28.7
    for lng in (start, start + 0.1):
        sent(page, f"{base_url}/import/sites?lang=en", words, table(row("axe", lng)))
    faulty = {**row("axe2", 28.5), "lat": "sixty"}
    page.goto(f"{base_url}/import/sites?lang=en")
    page.locator("#f-file").set_input_files(table(row("axe", 28.9), faulty))
    page.get_by_role("button", name=words[0]).click()
    report = page.url
    [found] = store.known_as("sites", "own", "browser-axe").values()
    [last] = store.history("sites", found, last=1)
    paths = (
        report.removeprefix(base_url),
        "/import?lang=en",
        "/import/sites?lang=en",
        f"/collections/sites/items/{found}/history?f=html&lang=en",
        f"/edit/sites/{found}/restore/1?lang=en",
        f"/transactions/{last.transaction_id}?f=html&lang=en",
        "/account/changes?f=html&lang=en",
    )
    for path in paths:
        page.goto(base_url + path)
        page.wait_for_selector('html[data-ready="1"]')
        told = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in told] == [], path

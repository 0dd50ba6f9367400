"""Drafts in a real browser: what is typed outlives the page, the network and the session."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api.auth import COOKIE
from api.passwords import hashed
from geomap.access import Role
from geomap.accounts import Account
from layers.store.engines import open_store

PASSWORD = "correct horse battery"
NEW = "/edit/sites/new?lang=en"
WORDS = {"en": "Draft saved", "ru": "Черновик сохранён", "fi": "Luonnos tallennettu"}
OFFLINE = re.compile("ERR_INTERNET_DISCONNECTED|Failed to fetch")
"""What a console says of a network that was taken away on purpose."""


@pytest.fixture(scope="session")
def accounts(seeded_environment):
    """The accounts of the server, with one that may edit."""
    store = open_store(seeded_environment["GEOMAP_STORE"])
    account = Account("keeper", "Draft keeper", Role.ADMINISTRATOR, password=hashed(PASSWORD))
    store.accounts.save(account)
    yield store.accounts
    store.close()


@pytest.fixture
def signed_in(page: Page, base_url, accounts):
    """A page whose browser has signed in."""
    accounts.open_session("keeper", "secret of a browser")
    cookie = {"name": COOKIE, "value": "secret of a browser", "url": base_url}
    page.context.add_cookies([cookie])
    yield page
    accounts.close_session("secret of a browser")


def sign_in(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Draft keeper")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector('form[data-ready="1"]')
    return page


def note(page: Page):
    return page.locator("#draft-note")


def test_what_is_typed_is_kept_by_itself_and_comes_back(signed_in, base_url):
    for lang, said in WORDS.items():
        page = opened(signed_in, f"{base_url}/edit/sites/new?lang={lang}")
        page.locator("#f-names-0-value").fill(f"Mill of {lang}")
        expect(note(page)).to_contain_text(said)
        page.goto(base_url + "/account/drafts?f=html&lang=en")
        page.get_by_role("link", name=f"Mill of {lang}").click()
        expect(page.locator("#f-names-0-value")).to_have_value(f"Mill of {lang}")
        page.locator('form[action$="/draft/discard"] button').click()
        expect(page.locator("#f-names-0-value")).to_have_value("")


def test_a_page_that_is_left_at_once_keeps_its_last_letter(signed_in, base_url):
    page = opened(signed_in, base_url + NEW)
    page.locator("#f-names-0-value").fill("Left at once")
    page.goto(base_url + "/account/drafts?f=html&lang=en")
    # What was sent while leaving may come after the page that was asked for next.
    while not page.get_by_role("link", name="Left at once").count():
        page.wait_for_timeout(200)
        page.reload()
    page.get_by_role("link", name="Left at once").click()
    expect(page.locator("#f-names-0-value")).to_have_value("Left at once")


def test_while_the_server_cannot_be_reached_the_browser_keeps_what_is_typed(
    signed_in, context: BrowserContext, base_url, faults
):
    page = opened(signed_in, base_url + NEW)
    context.set_offline(True)
    page.locator("#f-names-0-value").fill("Typed on a train")
    expect(note(page)).to_contain_text("Kept in this browser")
    # Saving leads nowhere now: the page stays, with all that is in it.
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#f-names-0-value")).to_have_value("Typed on a train")
    context.set_offline(False)
    expect(note(page)).to_contain_text("Draft saved")
    faults[:] = [one for one in faults if not OFFLINE.search(one)]
    page.goto(base_url + "/account/drafts?f=html&lang=en")
    expect(page.get_by_role("link", name="Typed on a train")).to_be_visible()


def test_a_browser_that_was_closed_offline_sends_what_it_kept_when_it_is_back(
    signed_in, context: BrowserContext, base_url, faults
):
    page = opened(signed_in, base_url + NEW)
    context.set_offline(True)
    page.locator("#f-names-0-value").fill("Closed in a tunnel")
    expect(note(page)).to_contain_text("Kept in this browser")
    faults[:] = [one for one in faults if not OFFLINE.search(one)]
    page.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto(base_url + NEW)
    expect(later.locator("#f-names-0-value")).to_have_value("Closed in a tunnel")
    expect(later.get_by_role("heading", name="Your draft")).to_be_visible()
    assert later.evaluate("Object.keys(localStorage).filter((k) => k.includes('draft'))") == []


def test_a_session_that_ends_while_one_types_is_told_and_saving_goes_on_after_signing_in(
    signed_in, context: BrowserContext, base_url, faults
):
    page = opened(signed_in, base_url + NEW)
    context.clear_cookies()
    page.locator("#f-names-0-value").fill("Typed too long")
    page.locator("#f-dating").fill("some day")
    expect(note(page)).to_contain_text("You are signed out")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    sign_in(page)
    expect(page.locator("#f-names-0-value")).to_have_value("Typed too long")
    expect(page.locator("#f-dating")).to_have_value("some day")
    faults[:] = [one for one in faults if "401" not in one]
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.includes('draft'))") == []


def test_a_saved_record_leaves_no_draft_behind(signed_in, base_url):
    page = opened(signed_in, base_url + NEW)
    page.locator("#f-names-0-value").fill("Saved at once")
    page.locator("#f-north").fill("61.5")
    page.locator("#f-east").fill("28.5")
    page.get_by_role("button", name="Save", exact=True).click()
    if page.get_by_text("Is it one of these?").count():
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Saved at once")).to_be_visible()
    page.goto(base_url + "/account/drafts?f=html&lang=en")
    expect(page.get_by_role("link", name="Saved at once")).to_have_count(0)


def test_without_scripts_the_button_keeps_a_draft(signed_in, browser, base_url):
    state = signed_in.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(base_url + NEW)
    page.locator("#f-names-0-value").fill("By the button")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#f-names-0-value")).to_have_value("By the button")
    expect(page.get_by_role("heading", name="Your draft")).to_be_visible()
    plain.close()

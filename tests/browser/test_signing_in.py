"""Signing in as people do: from a page that asks for it, in a browser that says where it is."""

import pytest
from playwright.sync_api import Page, expect

from api.passwords import hashed
from geomap.access import Role
from geomap.accounts import Account
from layers.store.engines import open_store

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def invitation(seeded_environment, seeded_server):
    """Make an account with a password; return the secret of an invitation of another one."""
    store = open_store(seeded_environment["GEOMAP_STORE"])
    store.accounts.save(
        Account("signs-in", "Signe", Role.CONTRIBUTOR, password=hashed(PASSWORD))
    )  # fmt: skip
    store.accounts.save(Account("invited", "Ida", Role.CONTRIBUTOR))
    store.accounts.invite("invited", "a secret of an invitation")
    store.close()
    return "a secret of an invitation"


@pytest.mark.parametrize("lang", ["en", "ru", "fi"])
def test_a_private_page_asks_to_sign_in_and_is_shown_then(page: Page, base_url, invitation, lang):
    page.goto(f"{base_url}/account/notices?f=html&lang={lang}")
    page.locator("#name").fill("Signe")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_url(f"**/account/notices?f=html&lang={lang}")
    expect(page.locator("html")).to_have_attribute("lang", lang)
    page.goto(f"{base_url}/account?f=html")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{base_url}/account?f=html")
    expect(page.get_by_text("You have not signed in.")).to_be_visible()


def test_a_password_is_chosen_in_a_browser(page: Page, base_url, invitation):
    page.goto(f"{base_url}/invitation/{invitation}")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.goto(f"{base_url}/account?f=html")
    expect(page.get_by_text("You are signed in as Ida.")).to_be_visible()

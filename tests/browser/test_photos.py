"""Photos in a real browser: chosen, seen before they are sent, shown on the page and on the map."""

import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from api.auth import COOKIE
from api.passwords import hashed
from geomap.access import Role
from geomap.accounts import Account
from layers.store.engines import open_store


@pytest.fixture
def signed_in(page: Page, base_url, seeded_environment):
    """A page whose browser has signed in as someone who may edit."""
    store = open_store(seeded_environment["GEOMAP_STORE"])
    account = Account("photographer", "Photographer", Role.ADMINISTRATOR, password=hashed("x" * 12))
    store.accounts.save(account)
    store.accounts.open_session("photographer", "secret of a photographer")
    cookie = {"name": COOKIE, "value": "secret of a photographer", "url": base_url}
    page.context.add_cookies([cookie])
    yield page
    store.accounts.close_session("secret of a photographer")
    store.close()


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "IMG_1.jpg"
    Image.new("RGB", (1600, 1200), (40, 90, 160)).save(path)
    return path


def is_drawn(image):
    """Wait until a picture is there, not only its frame."""
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 0


@pytest.mark.parametrize("width", [1280, 390])
def test_a_photo_is_chosen_and_shown_on_the_page_and_on_the_map(
    signed_in, base_url, picture, width
):
    page = signed_in
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(base_url + "/edit/sites/new?lang=en")
    page.wait_for_selector('form[data-ready="1"]')
    page.locator("#f-names-0-value").fill(f"Watermill {width}")
    page.locator("#f-north").fill(f"{-50 - width / 1000}")
    page.locator("#f-east").fill("-30.5")
    page.locator("#f-photos-0-id").set_input_files(picture)
    is_drawn(page.get_by_alt_text("The photo that was chosen"))
    page.locator("#f-photos-0-alt").fill("A wheel in the water")
    page.locator("#f-photos-0-author").fill("Aino Aalto")
    page.locator("#f-photos-0-licence").fill("CC BY 4.0")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/collections/sites/items/*")
    is_drawn(page.get_by_alt_text("A wheel in the water"))
    expect(page.get_by_text("Photo: Aino Aalto, CC BY 4.0")).to_be_visible()
    site = re.search(r"/items/([0-9a-f-]{36})", page.url)[1]
    page.goto(f"{base_url}/?open=sites/{site}&lang=en")
    is_drawn(page.get_by_alt_text("A wheel in the water"))
    expect(page.get_by_text("Photo: Aino Aalto, CC BY 4.0")).to_be_visible()

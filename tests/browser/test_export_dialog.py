"""The export dialog: every format, the reference system where a format takes one, a real file."""

import re

import pandas
import pytest
from playwright.sync_api import Page, expect

from geomap.crs import FILE_CRS
from layers.exports.table import EXPORTS


@pytest.fixture
def dialog(page: Page, base_url: str) -> Page:
    page.goto(base_url + "/")
    page.wait_for_selector('html[data-ready="1"]', timeout=30_000)
    page.locator("#open-export").click()
    page.get_by_label("Everything that the filters find").check()
    expect(page.locator("#export-links a")).to_have_count(4)
    return page


def test_the_dialog_offers_what_the_server_writes(dialog):
    formats = dialog.locator("#export-format option")
    assert [one.get_attribute("value") for one in formats.all()] == list(EXPORTS)
    systems = dialog.locator("#export-crs option")
    assert [one.get_attribute("value") for one in systems.all()] == list(FILE_CRS)


def test_a_format_in_degrees_leaves_no_choice_of_reference_system(dialog):
    system = dialog.get_by_label("Reference system")
    expect(system).to_be_disabled()
    dialog.get_by_label("File format").select_option("gpkg")
    expect(system).to_be_enabled()


def test_the_chosen_file_is_what_is_downloaded(dialog, tmp_path):
    dialog.get_by_label("File format").select_option("csv")
    dialog.get_by_label("Reference system").select_option("EPSG:3067")
    link = dialog.get_by_role("link", name="cities.csv")
    expect(link).to_have_attribute("href", re.compile("f=csv.*crs=EPSG%3A3067.*bom=true"))
    with dialog.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "cities.csv"
    path = tmp_path / "cities.csv"
    download.value.save_as(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    cities = pandas.read_csv(path, encoding="utf-8-sig")
    assert cities["easting"].notna().all()
    assert "Выборг" in set(cities["name_ru"])

"""The page, its words and its files over HTTP."""

import re

import pytest

from geomap.i18n import LANGUAGES
from web.assets import STATIC, digest, script_names, script_url, style_url, vendor_url
from web.routes import content_policy

POLICY = {
    "default-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}


def rules(policy):
    return dict(rule.split(" ", 1) for rule in policy.split("; "))


def test_a_browser_gets_the_page_in_its_language(client):
    answer = client.get("/", headers={"Accept-Language": "fi-FI,fi;q=0.9,en;q=0.5"})
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-language"] == "fi"
    assert '<html lang="fi">' in answer.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_address_may_say_the_language(client, lang):
    answer = client.get(f"/?lang={lang}", headers={"Accept-Language": "de"})
    assert f'<html lang="{lang}">' in answer.text


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline(client):
    answer = client.get("/")
    policy = rules(answer.headers["content-security-policy"])
    nonce = re.search(r'<script nonce="([^"]+)"', answer.text)[1]
    assert policy.pop("script-src") == f"'self' 'nonce-{nonce}'"
    assert policy == POLICY


def test_each_answer_has_a_nonce_of_its_own(client):
    policies = {client.get("/").headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


def test_an_online_base_map_may_send_images_and_nothing_else(settings_with_basemap):
    policy = rules(content_policy(settings_with_basemap, "n"))
    assert policy["img-src"] == "'self' data: blob: https://*.tiles.example"
    assert policy["script-src"] == "'self' 'nonce-n'"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_of_each_language_are_served_once(client, lang):
    first = client.get(f"/i18n/{lang}.json")
    assert first.json()["lang"] == lang
    again = client.get(f"/i18n/{lang}.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_language_that_is_not_there_is_a_problem(client):
    answer = client.get("/i18n/tlh.json", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_file_that_the_page_names_is_there_and_kept_for_ever(client):
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/").text)
    assert len(named) > len(script_names())
    for address in named:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]


def test_modules_are_there_without_the_digest_but_asked_for_anew(client):
    answer = client.get("/static/app/app.js")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.content == (STATIC / "js" / "app.js").read_bytes()


def test_a_digest_of_yesterday_is_not_served_as_today(client):
    assert client.get("/static/app/000000000000/app.js").status_code == 404


def test_files_outside_of_the_folders_are_not_served(client):
    for address in ("/static/app/../../page.py", "/static/app/%2e%2e/%2e%2e/page.py"):
        assert client.get(address).status_code == 404


def test_the_addresses_of_files_carry_what_they_hold():
    assert script_url("app.js") == f"/static/app/{digest('js')}/app.js"
    assert style_url("map.css") == f"/static/css/{digest('css')}/map.css"
    assert re.fullmatch(
        r"/static/vendor/leaflet@[\d.]+/.*leaflet\.js", vendor_url("leaflet", "leaflet.js")
    )


def test_a_package_that_was_not_built_is_missed_by_name():
    with pytest.raises(FileNotFoundError, match="pip install"):
        vendor_url("leaflet", "no-such-file.js")


def test_the_sources_of_an_empty_store_are_none(client):
    assert client.get("/sources").json() == {"sources": []}


def test_the_page_answers_head(client):
    answer = client.head("/")
    assert (answer.status_code, answer.content) == (200, b"")

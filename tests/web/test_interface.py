"""The page of the interface tells all that the OpenAPI document tells."""

import re

import pytest

from api import app as application
from api.app import create_app
from geomap.settings import Settings


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The document, and the page in each language."""
    from starlette.testclient import TestClient

    store = tmp_path_factory.mktemp("interface") / "geomap.db"
    with TestClient(create_app(Settings(store=f"sqlite:///{store}"))) as client:
        pages = {lang: client.get(f"/api?f=html&lang={lang}").text for lang in ("en", "ru", "fi")}
        yield client.get("/api").json(), pages


def test_every_operation_and_every_parameter_is_on_the_page(told):
    document, pages = told
    assert application.ROUTERS
    for path, item in document["paths"].items():
        for method in item:
            assert (
                f'<code class="method">{method.upper()}</code> <code>{path}</code>' in pages["en"]
            )
    for name in document["components"]["parameters"]:
        assert f'<th scope="row"><code>{name}</code></th>' in pages["en"]


def test_a_body_that_is_sent_is_named(told):
    assert "application/merge-patch+json" in told[1]["en"]


@pytest.mark.parametrize(("lang", "word"), [("ru", "Параметры"), ("fi", "Parametrit")])
def test_the_page_speaks_the_language_asked_for(told, lang, word):
    page = told[1][lang]
    assert f'<html lang="{lang}">' in page
    assert word in page
    assert 'lang="en">' in page  # what the document itself says stays English, and says so


def test_nothing_on_the_page_is_from_elsewhere(told):
    for page in told[1].values():
        assert re.findall(r'(?:src|href)="https?://(?!testserver)', page) == []

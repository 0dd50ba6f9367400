"""The page as it is served, over an empty store of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from geomap.settings import Settings


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    store: Path = tmp_path_factory.mktemp("store") / "geomap.db"
    app = create_app(Settings(store=f"sqlite:///{store}"))
    with TestClient(app, headers={"Accept": "text/html"}) as client:
        yield client


@pytest.fixture
def settings_with_basemap() -> Settings:
    online = {
        "name": "Online",
        "url": "https://{s}.tiles.example/{z}/{x}/{y}.png",
        "attribution": "© Example",
    }
    return Settings(basemaps=(online,))

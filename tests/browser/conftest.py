"""A real server and a real browser. A test fails on anything that goes wrong behind it.

Whatever a test asserts, it also fails on an error on the page, an error in the console, or a
request that leaves the origin. One that brings about an error on purpose takes it out of `faults`.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
START_S = 60
_GEOMAP = [sys.executable, "-c", "from api.cli import main; main()"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    if not CHROMIUM:
        pytest.skip("There is no Chromium; CHROMIUM names its path.")
    quiet = (
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    )
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": list(quiet)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    size = {"width": 1280, "height": 800}
    return {**browser_context_args, "viewport": size, "locale": "en-GB"}


@pytest.fixture(scope="session")
def seeded_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a store of its own that holds the demonstration data."""
    store = tmp_path_factory.mktemp("store") / "geomap.db"
    environment = {**os.environ, "GEOMAP_STORE": f"sqlite:///{store}"}
    subprocess.run([*_GEOMAP, "seed"], env=environment, check=True, capture_output=True)
    return environment


@pytest.fixture(scope="session")
def base_url(
    seeded_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a server of its own over the seeded store."""
    port = _free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*_GEOMAP, "serve", "--port", str(port)], env=seeded_environment, stdout=out, stderr=out
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(f"{address}/readyz", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """A busy machine may take its time; what never comes fails all the same."""
    expect.set_options(timeout=20_000)


@pytest.fixture
def faults() -> list[str]:
    """What went wrong behind the test so far."""
    return []


@pytest.fixture
def page(page: Page, base_url: str, faults: list[str]) -> Iterator[Page]:
    own = (base_url, "data:", "blob:")
    page.on("pageerror", lambda error: faults.append(f"error on the page: {error}"))
    page.on(
        "console",
        lambda message: (
            faults.append(f"console: {message.text}") if message.type == "error" else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(own)
            else faults.append(f"left the origin: {request.url}")
        ),
    )
    yield page
    assert not faults, faults


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(url: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert server.poll() is None, f"The server has stopped:\n{log.read_text()}"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"The server did not become ready in {START_S} s:\n{log.read_text()}")

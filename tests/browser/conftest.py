"""A real server and a real browser. A test fails on anything that goes wrong behind it.

Whatever a test asserts, it also fails on an error on the page, an error in the console, or a
request that leaves the origin. One that brings about an error on purpose takes it out of `faults`.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


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
def base_url(seeded_server: str) -> str:
    """The address that the pages of these tests are opened at."""
    return seeded_server


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

"""Take the pictures of docs/screenshots from the demonstration data: `make docs`, with Chromium."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).with_name("screenshots")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
GEOMAP = (sys.executable, "-c", "from api.cli import main; main()")
DESK = (1280, 800)
PHONE = (390, 844)
WAIT_S = 60


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: where to go, in which size and theme, and what to press there."""

    name: str
    address: str
    size: tuple[int, int] = DESK
    scheme: str = "light"
    words: str = ""
    """Typed into the search; its first suggestion is picked."""
    press: tuple[str, ...] = ()
    """Selectors that are clicked, one after the other."""


SHOTS = (
    Shot("map-1280-light-en.webp", "/?lang=en"),
    Shot("map-1280-dark-ru.webp", "/?lang=ru", scheme="dark"),
    Shot(
        "pair-1280-light-fi.webp",
        "/?lang=fi&list=twins&status=suspended#map=6/60.80/26.00",
        press=("#rows .row >> nth=1",),
    ),
    Shot(
        "city-1280-dark-en.webp",
        "/?lang=en&layers=twins,cities#map=4/57.00/36.00",
        scheme="dark",
        words="Perm",
    ),
    Shot("list-1280-light-ru.webp", "/?lang=ru&list=sites&kind=worship,defence#map=11/59.93/30.30"),
    Shot("help-1280-light-en.webp", "/?lang=en", press=("#open-about",)),
    Shot("map-390-light-fi.webp", "/?lang=fi", PHONE),
    Shot("filters-390-dark-en.webp", "/?lang=en", PHONE, "dark", press=("#open-panel",)),
    Shot(
        "pair-390-light-ru.webp",
        "/?lang=ru&list=twins&layers=twins,cities#map=7/61.20/28.80",
        PHONE,
        press=("#open-panel", "#rows .row:has-text('Иматра')"),
    ),
)


def main() -> None:
    """Take all pictures of a store that holds the demonstration data and nothing else."""
    if not CHROMIUM:
        sys.exit("There is no Chromium; CHROMIUM names its path. The pictures stay as they are.")
    FOLDER.mkdir(exist_ok=True)
    with served() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for shot in SHOTS:
            page = browser.new_page(
                viewport={"width": shot.size[0], "height": shot.size[1]},
                color_scheme="dark" if shot.scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            take(page, base, shot)
            page.close()
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """Yield the address of a server over a new store with the demonstration data."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GEOMAP_STORE": f"sqlite:///{folder}/geomap.db"}
        subprocess.run([*GEOMAP, "seed"], env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  our own command
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [*GEOMAP, "serve", "--port", str(port)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603  our own command
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def wait_for(url: str) -> None:
    """Return as soon as an address answers.

    Raises:
        TimeoutError: It did not in `WAIT_S` seconds.
    """
    for _ in range(WAIT_S * 5):
        try:
            urllib.request.urlopen(url).close()  # noqa: S310  our own server
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(url)


def take(page: Page, base: str, shot: Shot) -> None:
    """Go where a picture is taken, do what it shows, and write it."""
    page.goto(base + shot.address)
    page.wait_for_selector('html[data-ready="1"]')
    if shot.words:
        page.get_by_role("combobox").first.fill(shot.words)
        page.get_by_role("option").first.click()
        page.wait_for_url(re.compile("open="))
        page.goto(page.url.split("#")[0] + shot.address[shot.address.index("#") :])
    for selector in shot.press:
        page.locator(selector).first.click()
        page.wait_for_timeout(600)
    page.mouse.move(0, 0)
    page.wait_for_timeout(2000)
    page.wait_for_selector('#rows[aria-busy="false"]', state="attached")
    page.wait_for_timeout(2000)
    write(page, FOLDER / shot.name)


def write(page: Page, path: Path) -> None:
    """Write what the page shows as WebP, a fifth of the size of PNG."""
    session = page.context.new_cdp_session(page)
    answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": 84})
    path.write_bytes(base64.b64decode(answer["data"]))


if __name__ == "__main__":
    main()

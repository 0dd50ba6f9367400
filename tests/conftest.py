"""Fixtures that every room's tests share, and the rule that CI skips nothing."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
START_S = 60
GEOMAP = [sys.executable, "-c", "from api.cli import main; main()"]
REQUIRE_ALL = os.environ.get("GEOMAP_REQUIRE_ALL") == "1"


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds the four rooms."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real registers, which stand beside the checkout and are not part of it."""
    named = os.environ.get("GEOMAP_TEST_DATA")
    path = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip(
            f"The real registers are not there: {path}; GEOMAP_TEST_DATA names their folder."
        )
    return path


def seed(folder: Path) -> dict[str, str]:
    """Return the environment of a new store in a folder, which holds the demonstration data."""
    environment = {**os.environ, "GEOMAP_STORE": f"sqlite:///{folder / 'geomap.db'}"}
    subprocess.run([*GEOMAP, "seed"], env=environment, check=True, capture_output=True)
    return environment


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[str]:
    """Run a server of its own over the store of an environment; yield its address."""
    port = free_port()
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*GEOMAP, "serve", "--port", str(port)], env=environment, stdout=out, stderr=out
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(f"{address}/readyz", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def seeded_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a store of its own that holds the demonstration data."""
    return seed(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def seeded_server(
    seeded_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a server of its own over the seeded store."""
    with serving(seeded_environment, tmp_path_factory.mktemp("server") / "log") as address:
        yield address


def _required(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a failure of a skip: what may be missing on a desk may not be missing in CI.

    Programs can be installed; the powers of a machine that tests marked `machine` need cannot.
    """
    if (
        REQUIRE_ALL
        and report.skipped
        and not hasattr(report, "wasxfail")
        and ("machine" not in getattr(report, "keywords", {}))
    ):
        report.outcome = "failed"
        report.longrepr = f"Skipped, though GEOMAP_REQUIRE_ALL=1: {report.longrepr}"


@contextmanager
def _no_loop_of_a_browser(item: pytest.Item) -> Iterator[None]:
    """Let a test begin loops of its own, though Playwright keeps one running in this thread."""
    drives_one = "browser" in getattr(item, "fixturenames", ())
    loop = None if drives_one else asyncio._get_running_loop()
    if loop is not None:
        asyncio._set_running_loop(None)
    try:
        yield
    finally:
        if loop is not None:
            asyncio._set_running_loop(loop)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    with _no_loop_of_a_browser(item):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    with _no_loop_of_a_browser(item):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _required(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _required(report)
    return report


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="Write the golden files anew; read the diff."
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a file of tests/golden, or write that file with --update-golden."""

    def compare(name: str, actual: bytes) -> None:
        path = CHECKOUT / "tests" / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual)
        assert actual == path.read_bytes()

    return compare


def free_port() -> int:
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

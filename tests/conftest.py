"""Fixtures that every room's tests share, and the rule that CI skips nothing."""

import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
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


def _required(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a failure of a skip: what may be missing on a desk may not be missing in CI."""
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, though GEOMAP_REQUIRE_ALL=1: {report.longrepr}"


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

"""`ogctests`: the OGC's abstract tests of Features, Parts 1 and 3, as a program of others."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PYTHON = Path(sys.prefix) / "ogctests" / "bin" / "python"
NO_SERVER_PASSES = {
    "test_ct2": "compares the relation of a Link header together with its quotes",
    "test_ct3": "compares `$id` with a list, and asks for a list as an address",
    "test_ct5": "asks by what test_ct3 would have found",
    "test_ct7": "asks by what test_ct3 would have found",
    "test_ct8": "asks by what test_ct3 would have found",
    "test_ct9": "asks by what test_ct3 would have found",
    "test_ct10": "asks by what test_ct3 would have found",
}
"""Tests of features/filtering in 0.1.15 that fail whatever is answered, and why."""


@pytest.fixture
def failed(server, tmp_path):
    """Run a suite; say which of its tests failed."""
    if not PYTHON.is_file():
        pytest.skip("`make clients` has not been run.")

    # The suite is pytest, too, and would take the settings of this checkout for its own.
    [package] = PYTHON.parent.parent.glob("lib/*/site-packages/ogctests")
    settings = tmp_path / "pytest.ini"
    settings.write_text("[pytest]\n")
    options = f"-rfE -c {settings} --rootdir {package} --confcutdir {package}"

    def run(suite):
        done = subprocess.run(
            [str(PYTHON), "-m", "ogctests", suite, "-i", f"{server}/"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTEST_ADDOPTS": options},
            timeout=300,
        )
        assert re.search(r"\d+ passed", done.stdout), done.stdout[-3000:]
        assert "skipped" not in done.stdout.splitlines()[-1]
        return set(re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", done.stdout, re.MULTILINE))

    return run


def test_every_test_of_the_core_passes(failed):
    assert failed("features/core") == set()


def test_every_test_of_filtering_passes_that_a_server_can_pass(failed):
    assert failed("features/filtering") <= set(NO_SERVER_PASSES)

"""The OpenAPI document before the linters of others, and requests made up from it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
EXAMPLES_AN_OPERATION = 4


@pytest.fixture
def document(fetched):
    return str(fetched("/api", "api.json"))


def test_redocly_finds_no_error(node, document):
    node("node_modules/@redocly/cli/bin/cli.js", "lint", document, "--format=stylish")


def test_spectral_finds_no_error(node, document):
    rules = (".spectral.yaml", "--fail-severity=error")
    node("node_modules/@stoplight/spectral-cli/dist/index.js", "lint", document, "-r", *rules)


@pytest.mark.slow
def test_schemathesis_finds_no_error(server, tmp_path):
    """Each operation gets a few requests that are right and some that are not."""
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{server}/api"),
            *("--url", server, "--phases", "examples,coverage,fuzzing"),
            *("--max-examples", str(EXAMPLES_AN_OPERATION), "--checks", ",".join(CHECKED)),
            *("--seed", "1", "--no-color"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        timeout=500,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]

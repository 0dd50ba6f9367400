"""What documentation is written from the code is what the code says."""

import re
import runpy

import pytest

from api.cli import main


@pytest.fixture(scope="module")
def generate(checkout):
    return runpy.run_path(str(checkout / "docs" / "generate.py"))


def test_the_readme_says_what_is_declared(checkout, generate):
    assert generate["BEGIN"] in generate["readme"]()
    assert (checkout / "README.md").read_text("utf-8") == generate["readme"]()


def test_every_class_that_is_declared_is_in_the_table(generate):
    parts = [prefix for _, prefix, _ in generate["PARTS"]]
    declared = [
        name.removeprefix(generate["SPEC"])
        for router in generate["ROUTERS"]
        for name in router.conforms_to
    ]
    under_another_name = ("ogcapi-features-4/", "ogcapi-features-5/")
    assert [one for one in declared if not one.startswith((*parts, *under_another_name))] == []


def test_every_command_of_the_table_names_tests_that_there_are(checkout, generate):
    for paths in re.findall(r'TESTS="([^"]+)"', generate["conformance_table"]()):
        assert all((checkout / path).exists() for path in paths.split()), paths


WRITTEN = ("README.md", "SECURITY.md", "docs/runbook.md", "docs/threats.md", "docs/accounts.md")


@pytest.mark.parametrize("name", WRITTEN)
def test_every_test_target_and_setting_that_a_document_names_is_there(checkout, name):
    text = (checkout / name).read_text("utf-8")
    for path in re.findall(r"\btests/[\w/]+(?:\.py)?", text):
        assert (checkout / path).exists(), path
    makefile = (checkout / "Makefile").read_text("utf-8")
    for target in re.findall(r"`make (\w+)", text):
        assert re.search(rf"^{target}:", makefile, re.M), target
    settings = (checkout / "docs" / "settings.md").read_text("utf-8")
    for setting in re.findall(r"\bGEOMAP_[A-Z_]+", text):
        assert f"`{setting}`" in settings, setting


@pytest.mark.parametrize("name", WRITTEN)
def test_every_command_that_a_document_names_is_there(checkout, name):
    for command, rest in re.findall(
        r"(?<![\w/.-])geomap (\w+)(?: +(\w+))?", commands_in((checkout / name).read_text("utf-8"))
    ):
        assert command in main.commands, command
        if command == "user" and rest:
            assert rest in main.commands["user"].commands, rest


def commands_in(text):
    """Return what stands in a document as code."""
    ways = r"```sh\n(.*?)```|^    (geomap [^\n]*)$|`(geomap [^`\n]+)`"
    blocks = re.findall(ways, text, re.S | re.M)
    return "\n".join(part for block in blocks for part in block if part)

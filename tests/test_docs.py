"""What documentation is written from the code is what the code says."""

import re
import runpy

import pytest


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

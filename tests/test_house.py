"""The house keeps its own rules."""

import os
import re
import runpy
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOMS = ("geomap", "layers", "api", "web")
MACHINES = re.compile(r"(?<![\w.])/(?:work|root|tmp|opt/wheels|home/\w+)/")
REGISTRIES = re.compile(r"files\.pythonhosted|registry\.npmjs|pypi\.org/simple|deb\.debian", re.I)


def tracked(checkout: Path) -> list[Path]:
    """The files that git knows, without those deleted in the work tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=checkout, capture_output=True, text=True, check=True
    )
    paths = (checkout / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def texts(checkout: Path) -> dict[Path, str]:
    """The tracked files that are text, except this one."""
    found = {}
    for path in tracked(checkout):
        body = path.read_bytes()
        if b"\0" not in body and path != Path(__file__):
            found[path] = body.decode("utf-8")
    return found


def test_imports_point_downward_only(checkout):
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("pattern", [MACHINES, REGISTRIES], ids=["machines", "registries"])
def test_no_file_names_a_machine_or_a_registry(checkout, pattern):
    named = [
        f"{path.relative_to(checkout)}: {match[0]}"
        for path, text in texts(checkout).items()
        for match in [pattern.search(text)]
        if match
    ]
    assert named == []


def test_the_front_end_loads_nothing_from_elsewhere(checkout):
    loading = re.compile(r"""(?:src|href|import|url)\s*[=(]?\s*["'(]\s*(?:https?:)?//""")
    found = [
        str(path.relative_to(checkout))
        for path, text in texts(checkout).items()
        if path.is_relative_to(checkout / "web")
        and path.suffix in {".html", ".js", ".css"}
        and loading.search(text)
    ]
    assert found == []


def test_tests_are_no_package(checkout):
    """A `tests/api/__init__.py` would hide the real `api`."""
    assert list((checkout / "tests").rglob("__init__.py")) == []


def test_every_room_is_a_package(checkout):
    missing = [
        str(folder.relative_to(checkout))
        for room in ROOMS
        for folder in {path.parent for path in (checkout / room).rglob("*.py")}
        if not (folder / "__init__.py").is_file()
    ]
    assert missing == []


def test_locks_hold_every_dependency_with_its_hashes(checkout):
    project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for lock, wanted in (
        ("requirements.lock", project["dependencies"]),
        ("requirements-dev.lock", [*project["dependencies"], *extras["test"], *extras["dev"]]),
    ):
        text = (checkout / lock).read_text()
        locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.M))
        names = {re.split(r"[^A-Za-z0-9_-]", each)[0].lower() for each in wanted}
        assert names - {project["name"]} <= locked
        assert all(
            "--hash=sha256:" in entry for entry in re.split(r"^(?=\S)", text, flags=re.M)[1:]
        )


def test_each_dependency_is_explained(checkout):
    project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
    explained = (checkout / "docs" / "dependencies.md").read_text()
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[^A-Za-z0-9_-]", each)[0] for each in wanted} - {project["name"]}
    assert [name for name in sorted(names) if f"`{name}`" not in explained] == []


def test_the_page_of_settings_is_what_the_settings_say(checkout):
    generate = runpy.run_path(str(checkout / "docs" / "generate.py"))
    assert (checkout / "docs" / "settings.md").read_text() == generate["settings_page"]()


@pytest.mark.parametrize(("required", "fails"), [("0", False), ("1", True)])
@pytest.mark.parametrize("skip", ["def test_it(): pytest.skip('no')", "pytest.importorskip('noo')"])
def test_what_is_skipped_on_a_desk_fails_in_ci(checkout, tmp_path, required, fails, skip):
    (tmp_path / "conftest.py").write_text((checkout / "tests" / "conftest.py").read_text())
    (tmp_path / "test_it.py").write_text(f"import pytest\n{skip}\ndef test_other(): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "GEOMAP_REQUIRE_ALL": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("failed" in done.stdout or "error" in done.stdout) == fails, done.stdout
    assert (done.returncode in (1, 2)) == fails


IMPORTED_AS = {"pillow": "PIL", "python-multipart": "multipart"}
"""Distributions whose packages have other names."""


def test_whatever_is_imported_is_declared(checkout):
    project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
    on_wish = (project["optional-dependencies"][extra] for extra in ("compiled", "oidc"))
    named = [*project["dependencies"], *chain(*on_wish)]
    declared = {re.split(r"[^A-Za-z0-9_-]", each)[0] for each in named}
    declared = {IMPORTED_AS.get(name, name) for name in declared}
    imported = {
        name.replace("_", "-")
        for room in ROOMS
        for path in (checkout / room).rglob("*.py")
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.M)
        if name not in sys.stdlib_module_names | set(ROOMS)
    }
    assert imported <= declared

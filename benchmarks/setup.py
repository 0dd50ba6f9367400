"""Install what geomap is compared with, in an environment of its own: `python benchmarks/setup.py`.

Python packages go into `benchmarks/.peers`, pinned by `peers/requirements.txt`; nothing of them
is a dependency of geomap. PostgreSQL with PostGIS, GDAL's commands and wrk come from the system
(on Debian: `apt install postgresql-15-postgis-3 gdal-bin wrk`).
"""

from __future__ import annotations

import subprocess
import sys
import venv

from common.peers import HOME, PYTHON, REQUIREMENTS, missing, versions


def main() -> None:
    """Install what is not there, and print the version of everything."""
    stamp = HOME / "requirements.txt"
    wanted = REQUIREMENTS.read_text("utf-8")
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        venv.create(HOME, with_pip=True)
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True)
        stamp.write_text(wanted, "utf-8")
    for name, version in versions().items():
        print(f"{name:<12}{version}")
    if absent := missing():
        sys.exit(f"Missing: {', '.join(absent)}. The module's docstring says where they come from.")


if __name__ == "__main__":
    main()

"""Where the page's files are, and how long a browser may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"


@cache
def digest(folder: str) -> str:
    """Return a name for the content of `static/<folder>`, a part of the addresses of its files."""
    content = hashlib.sha256()
    for path in sorted((STATIC / folder).rglob("*")):
        if path.is_file():
            content.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return content.hexdigest()[:12]


def script_url(name: str) -> str:
    """Return the address of a module of `static/js`."""
    return f"/static/app/{digest('js')}/{name}"


def style_url(name: str) -> str:
    """Return the address of a file of `static/css`."""
    return f"/static/css/{digest('css')}/{name}"


@cache
def vendor_url(package: str, name: str) -> str:
    """Return the address of a file of a package that the build has put into `static/vendor`.

    Raises:
        FileNotFoundError: The build has not put it there.
    """
    vendor = STATIC / "vendor"
    for path in sorted(vendor.glob(f"{package}@*/**/{name}")):
        return f"/static/vendor/{path.relative_to(vendor).as_posix()}"
    raise FileNotFoundError(
        f"{package}: {name} is not in {vendor}; `pip install .` builds the assets."
    )


def script_names() -> list[str]:
    """Return the names of all modules, which the page loads ahead of need."""
    return sorted(path.name for path in (STATIC / "js").glob("*.js"))


class VersionedFiles(StaticFiles):
    """Files whose address may begin with the digest of their folder; those never change."""

    def __init__(self, folder: str) -> None:
        super().__init__(directory=STATIC / folder)
        self._version = digest(folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file; kept forever under its digest, asked for anew without it."""
        version, _, rest = path.partition("/")
        current = version == self._version
        response = await super().get_response(rest if current else path, scope)
        response.headers["Cache-Control"] = FOREVER if current else "no-cache"
        return response


class VendorFiles(StaticFiles):
    """Files of packages, in folders that carry the package's version."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC / "vendor", check_dir=False)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Answer with a file that never changes."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = FOREVER
        return response


def mount_assets(app: FastAPI) -> None:
    """Serve the page's files under `/static`."""
    app.mount("/static/app", VersionedFiles("js"), name="app")
    app.mount("/static/css", VersionedFiles("css"), name="css")
    app.mount("/static/vendor", VendorFiles(), name="vendor")

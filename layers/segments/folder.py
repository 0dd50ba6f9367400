"""Where segments live: a folder with one segment and a pointer to it, which builders replace.

    current                 the pointer: name and checksum of the manifest
    lock                    held by the one process that builds
    <name>/manifest.json    what the segment is of, and every file of it
    <name>/<layer>/…        the files

Nothing here is ever changed in place. Who has mapped files of an older segment keeps them until
it lets go; the folder itself is removed as soon as a newer one stands, for what the public could
see then may be hidden now.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from geomap.settings import Settings, sqlite_path

LOG = logging.getLogger("geomap")
PROBE, PROBES = 4096, 8
"""Bytes that are compared, at so many places of a file, before it is trusted."""

Said = dict[str, Any]


class Damaged(Exception):
    """A segment is not as it was written. It is built anew, and nobody hears of it."""


class Stamp(NamedTuple):
    """What tells one pointer from the next."""

    changed_ns: int
    inode: int


class Folder:
    """The place of one store's segments."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> Stamp | None:
        """Return what changes when another segment is pointed to; None when none is."""
        try:
            found = (self.path / "current").stat()
        except OSError:
            return None
        return Stamp(found.st_mtime_ns, found.st_ino)

    def manifest(self) -> tuple[Path, Said] | None:
        """Return the segment that is pointed to and its manifest; None when none is.

        Raises:
            Damaged: The two do not fit together.
            OSError: It was replaced meanwhile, or cannot be read.
        """
        try:
            name, checksum = (self.path / "current").read_text("ascii").split()
        except FileNotFoundError:
            return None
        except ValueError as problem:
            raise Damaged("The pointer cannot be read.") from problem
        segment = self.path / Path(name).name
        told = (segment / "manifest.json").read_bytes()
        if f"{zlib.crc32(told):08x}" != checksum:
            raise Damaged("The manifest is not the one that is pointed to.")
        said: Said = orjson.loads(told)
        return segment, said

    @contextmanager
    def building(self) -> Iterator[bool]:
        """Yield whether this process may build now: one does at a time, across all.

        Raises:
            OSError: The folder cannot be made or written.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def begun(self) -> Path:
        """Return an empty folder for a segment; only who builds may call this."""
        self.swept()
        fresh = self.path / ".building"
        fresh.mkdir(mode=0o700)
        return fresh

    def point_to(self, fresh: Path, name: str, said: Said) -> None:
        """Make a written segment the current one, and remove every other."""
        told = orjson.dumps(said)
        (fresh / "manifest.json").write_bytes(told)
        for file in (fresh, *fresh.rglob("*")):
            synced(file)
        shutil.rmtree(self.path / name, ignore_errors=True)
        fresh.rename(self.path / name)
        pointer = self.path / ".current"
        pointer.write_text(f"{name} {zlib.crc32(told):08x}", "ascii")
        synced(pointer)
        pointer.rename(self.path / "current")
        synced(self.path)
        self.swept()

    def swept(self) -> None:
        """Remove what is not pointed to; only who builds may call this."""
        kept = {"lock", "current"}
        with suppress(OSError):
            kept.add((self.path / "current").read_text("ascii").partition(" ")[0])
        for left in self.path.iterdir():
            if left.name not in kept:
                shutil.rmtree(left) if left.is_dir() else left.unlink()

    def forget(self) -> None:
        """Remove all segments: what they are of is there no more."""
        if self.path.is_dir():
            (self.path / "current").unlink(missing_ok=True)
            self.swept()


def folder_of(settings: Settings) -> Folder | None:
    """Return where a store's segments are; None for a store that is not a file."""
    if not settings.store.startswith("sqlite:"):
        return None
    store = sqlite_path(settings.store).absolute()
    if not settings.segments:
        return Folder(store.with_name(f"{store.name}.segments"))
    # Several stores may share the folder that an operator named.
    mark = blake2b(os.fsencode(store), digest_size=4).hexdigest()
    return Folder(Path(settings.segments).expanduser().absolute() / f"{store.name}-{mark}")


def files_of(segment: Path, below: Path) -> Said:
    """Return size and checksums of the files of a folder, by their path in the segment."""
    files = sorted(file for file in below.rglob("*") if file.is_file())
    return {str(file.relative_to(segment)): _seen(file) for file in files}


def probe(segment: Path, files: Said) -> None:
    """Make sure of all files at the cost of a look at some pages of each.

    Raises:
        Damaged: One is missing, of another length or different in one of those places.
    """
    for name, (size, probed, _) in files.items():
        file = segment / name
        try:
            sound = file.stat().st_size == size and _probed(file, size) == probed
        except OSError:
            sound = False
        if not sound:
            raise Damaged(f"{name} is not as it was written.")


def verify(segment: Path, files: Said) -> None:
    """Read all files from end to end, as a builder does before it copies them.

    Raises:
        Damaged: A byte of one differs.
    """
    for name, (_, _, whole) in files.items():
        if _whole(segment / name) != whole:
            raise Damaged(f"{name} is not as it was written.")


def synced(path: Path) -> None:
    """See to it that a file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _seen(file: Path) -> list[int]:
    size = file.stat().st_size
    return [size, _probed(file, size), _whole(file)]


def _probed(file: Path, size: int) -> int:
    checksum = 0
    with file.open("rb", buffering=0) as opened:
        for part in range(PROBES if size > PROBE else 1):
            opened.seek(max(0, size - PROBE) * part // (PROBES - 1))
            checksum = zlib.crc32(opened.read(PROBE), checksum)
    return checksum


def _whole(file: Path) -> int:
    checksum = 0
    with file.open("rb", buffering=0) as opened:
        while block := opened.read(1 << 20):
            checksum = zlib.crc32(block, checksum)
    return checksum

"""Somebody's picture, made harmless: what comes out shares no byte with what came in."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from itertools import accumulate, pairwise
from tempfile import TemporaryFile

from geomap.errors import PhotoRefused, PhotosBusy, PhotosOff
from geomap.photos import Picture
from layers.photos import darkroom

MAX_BYTES = 20 * 1024 * 1024
AT_ONCE = 2
"""Pictures that a process has developed at a time; each costs a core and its own memory."""
WAIT_S = 30.0
QUEUE_S = 10.0
"""For others to be done before this one is begun."""

_FIRST_BYTES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_slots = threading.BoundedSemaphore(AT_ONCE)


def developed(data: bytes) -> Picture:
    """Return a picture decoded and written anew by a process that can do nothing else.

    Args:
        data: JPEG, PNG or WebP, at most 20 MiB and 40 million pixels.

    Raises:
        PhotoRefused: It is none of these, or larger, or broken.
        PhotosBusy: Several pictures are being developed, or no process can be begun just now.
        PhotosOff: This machine lets no process shut itself in, so none is opened.
    """
    if len(data) > MAX_BYTES:
        raise PhotoRefused(f"It has {len(data)} bytes; up to {MAX_BYTES} are taken.")
    if not data.startswith(_FIRST_BYTES):
        raise PhotoRefused("It is neither JPEG nor PNG nor WebP.")
    if not _slots.acquire(timeout=QUEUE_S):
        raise PhotosBusy("Several photos are being read just now; try again in a while.")
    try:
        return _read(_done(data))
    finally:
        _slots.release()


def _done(data: bytes) -> bytes:
    command = [sys.executable, "-I", darkroom.__file__]
    # Into files, whose size the child is held to: a pipe would be read into memory without end.
    with TemporaryFile() as output, TemporaryFile() as errors:
        try:
            done = subprocess.run(  # noqa: S603  our own program, nothing of the picture's in it
                command, input=data, stdout=output, stderr=errors, timeout=WAIT_S, check=False,
                env={},
            )  # fmt: skip
        except subprocess.TimeoutExpired as problem:
            raise PhotoRefused(f"It could not be read within {WAIT_S:.0f} s.") from problem
        except OSError as problem:
            raise PhotosBusy("No photo can be read just now; try again in a while.") from problem
        output.seek(0)
        errors.seek(0)
        said = errors.read(200).decode("utf-8", "replace").strip()
        if done.returncode == darkroom.NO_SANDBOX:
            raise PhotosOff("Photos are off: this machine lets no process shut itself in.")
        if done.returncode:
            raise PhotoRefused(f"It cannot be read: {said or 'the decoder ended early'}.")
        return output.read()


def _read(output: bytes) -> Picture:
    """Return what the child says, which may be anything where a picture has broken it.

    Raises:
        PhotoRefused: It is no two pictures.
    """
    head, _, bodies = output.partition(b"\n")
    try:
        told = json.loads(head)
        width, height, *sizes = (int(number) for number in (told["width"], told["height"],
                                                            *told["sizes"]))  # fmt: skip
        ends = [0, *accumulate(sizes)]
        full, thumbnail = (bodies[start:end] for start, end in pairwise(ends))
    except (ValueError, TypeError, KeyError, OverflowError) as problem:
        raise PhotoRefused("It cannot be read: the decoder was broken by it.") from problem
    if ends[-1] != len(bodies) or not full.startswith(b"RIFF") or not thumbnail.startswith(b"RIFF"):
        raise PhotoRefused("It cannot be read: the decoder was broken by it.")
    return Picture(width, height, full, thumbnail)

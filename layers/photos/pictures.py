"""Somebody's picture, made harmless: what comes out shares no byte with what came in."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import NamedTuple

from geomap.errors import PhotoRefused, PhotosBusy, PhotosOff
from layers.photos import darkroom

MAX_BYTES = 20 * 1024 * 1024
AT_ONCE = 2
"""Pictures that a process has developed at a time; each costs a core and its own memory."""
WAIT_S = 30.0
MEDIA_TYPE = "image/jpeg"

_FIRST_BYTES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_slots = threading.BoundedSemaphore(AT_ONCE)


class Picture(NamedTuple):
    """A picture as it is kept and shown."""

    width: int
    height: int
    full: bytes
    """JPEG without metadata, at most 2,560 px long."""
    thumbnail: bytes
    """The same, at most 480 px long."""


def developed(data: bytes) -> Picture:
    """Return a picture decoded and written anew by a process that can do nothing else.

    Args:
        data: JPEG, PNG or WebP, at most 20 MiB and 40 million pixels.

    Raises:
        PhotoRefused: It is none of these, or larger, or broken.
        PhotosBusy: Several pictures are being developed just now.
        PhotosOff: This machine lets no process shut itself in, so none is opened.
    """
    if len(data) > MAX_BYTES:
        raise PhotoRefused(f"It has {len(data)} bytes; up to {MAX_BYTES} are taken.")
    if not data.startswith(_FIRST_BYTES):
        raise PhotoRefused("It is neither JPEG nor PNG nor WebP.")
    if not _slots.acquire(blocking=False):
        raise PhotosBusy("Several photos are being read just now; try again in a while.")
    try:
        return _read(_done(data))
    finally:
        _slots.release()


def _done(data: bytes) -> bytes:
    command = [sys.executable, "-I", darkroom.__file__]
    try:
        done = subprocess.run(  # noqa: S603  our own program, nothing of the picture's in it
            command, input=data, capture_output=True, timeout=WAIT_S, check=False, env={}
        )
    except subprocess.TimeoutExpired as problem:
        raise PhotoRefused(f"It could not be read within {WAIT_S:.0f} s.") from problem
    said = done.stderr.decode("utf-8", "replace").strip()[:200]
    if done.returncode == darkroom.NO_SANDBOX:
        raise PhotosOff("Photos are off: this machine lets no process shut itself in.")
    if done.returncode:
        raise PhotoRefused(f"It cannot be read: {said or 'the decoder ended early'}.")
    return done.stdout


def _read(output: bytes) -> Picture:
    head, _, bodies = output.partition(b"\n")
    told = json.loads(head)
    full, thumbnail = told["sizes"]
    return Picture(told["width"], told["height"], bodies[:full], bodies[full : full + thumbnail])

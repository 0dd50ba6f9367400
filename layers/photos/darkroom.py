"""A program of its own: somebody's picture on standard input, two clean WebPs on standard output.

Before it reads a byte it gives up the network, the file system and the right to more than a
bounded share of the machine, so that a picture that breaks the decoder breaks nothing else. It
imports no room of the house. What it writes is one line of JSON and then the bytes of both.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import resource
import sys
import tempfile
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000
LONGEST_PX = 2048
THUMBNAIL_PX = 480
QUALITY = 82
WHITE = (255, 255, 255)

MEMORY_BYTES = 1_500_000_000
CPU_S = 15
OUTPUT_BYTES = 16_000_000
"""Of all that is written: more than any picture of that size takes."""

NO_SANDBOX = 3
"""Exit status: this machine lets no process shut itself in."""
NO_PICTURE = 4
"""Exit status: the bytes are no picture that is taken; the reason is on standard error."""

_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_PR_SET_NO_NEW_PRIVS = 38


def shut_in() -> None:
    """Leave the network and the file system, and accept limits, for good.

    Raises:
        OSError: The system does not let this process do so.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for what in (_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC, _CLONE_NEWNET | _CLONE_NEWIPC):
        if libc.unshare(what) == 0:
            break
    else:
        raise OSError(ctypes.get_errno(), "unshare")
    empty = tempfile.mkdtemp(prefix="geomap-darkroom-")
    os.chdir(empty)
    # The folder stays the root of this process when its name has gone.
    os.rmdir(empty)
    os.chroot(".")
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(limit, (most, most))


def developed(data: bytes) -> tuple[tuple[int, int], bytes, bytes]:
    """Return size, picture and thumbnail: WebP, upright, in sRGB, without metadata.

    Raises:
        ValueError: The bytes are no picture that is taken.
    """
    from PIL import Image, ImageOps

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            upright = ImageOps.exif_transpose(opened)
            picture = _on_white(_in_srgb(upright))
    except (OSError, SyntaxError, Image.DecompressionBombWarning) as problem:
        raise ValueError(str(problem)) from problem
    except Image.DecompressionBombError as problem:
        raise ValueError(f"more than {MAX_PIXELS} pixels") from problem
    picture.thumbnail((LONGEST_PX, LONGEST_PX))
    small = picture.copy()
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    return picture.size, _webp(picture), _webp(small)


def _in_srgb(picture: Picture) -> Picture:
    """Return a picture whose colours mean what they do where no profile is told."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "CMYK", "L"}:
        return picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"),
                                         outputMode="RGB") or picture  # fmt: skip
    except (ImageCms.PyCMSError, OSError):
        return picture


def _on_white(picture: Picture) -> Picture:
    """Return an RGB picture of its own, without what came along in the file."""
    from PIL import Image

    clear = picture.convert("RGBA") if picture.has_transparency_data else picture.convert("RGB")
    ground = Image.new("RGB", clear.size, WHITE)
    ground.paste(clear, mask=clear if clear.mode == "RGBA" else None)
    return ground


def _webp(picture: Picture) -> bytes:
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()


def main() -> int:
    """Develop standard input."""
    # All that is needed is loaded before the door closes.
    from PIL import Image, ImageCms, ImageOps  # noqa: F401

    Image.init()
    try:
        shut_in()
    except OSError as problem:
        sys.stderr.write(str(problem))
        return NO_SANDBOX
    try:
        (width, height), picture, thumbnail = developed(sys.stdin.buffer.read())
    except (ValueError, MemoryError) as problem:
        sys.stderr.write(str(problem) or "it takes too much memory")
        return NO_PICTURE
    head = {"width": width, "height": height, "sizes": [len(picture), len(thumbnail)]}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + picture + thumbnail)
    return 0


if __name__ == "__main__":
    sys.exit(main())

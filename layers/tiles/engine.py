"""Which form writes the tiles of places: NumPy, or the compiled loop where it is ready.

Both have one signature and write the same features. Compiling takes seconds and much memory the
first time, so it is done aside: tiles are written with NumPy until the loop is there.
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.util
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from geomap.errors import SettingInvalid
from layers.tiles import places
from layers.tiles.places import Shown
from layers.tiles.properties import Dress

logger = logging.getLogger(__name__)

Encode: TypeAlias = Callable[[str, Dress, Shown], bytes]
KERNEL = "layers.tiles.kernel"
_COMPILE_S = 300
_STARTED = threading.Lock()


class _Engine:
    """The form in use; one for the process, as compiled code is."""

    encode: Encode = staticmethod(places.encode)
    wanted = "numpy"


def encode(name: str, dress: Dress, shown: Shown) -> bytes:
    """See `places.encode`; done by the form in use."""
    return _Engine.encode(name, dress, shown)


def in_use() -> str:
    """Return the name of the form in use, `numpy` or `compiled`."""
    return "numpy" if _Engine.encode is places.encode else "compiled"


def choose(kernel: str) -> threading.Thread | None:
    """Choose the form for this process.

    Args:
        kernel: `numpy`; `compiled`, which waits until the loop is ready; or `auto`, which goes
            over to the loop when it has been compiled aside, where numba is installed.

    Returns:
        The thread that makes the loop ready, None where nothing is left to do.

    Raises:
        SettingInvalid: The compiled loop is asked for, and numba is not installed.
    """
    _Engine.wanted = kernel
    return _CHOICES[kernel]()


def _numpy() -> None:
    _Engine.encode = staticmethod(places.encode)


def _compiled() -> None:
    if not _has_numba():
        raise SettingInvalid(
            "GEOMAP_KERNEL=compiled needs numba, which is not installed: install "
            "geomap-heritage[compiled], or choose auto."
        )
    _Engine.encode = staticmethod(importlib.import_module(KERNEL).encode)


def _auto() -> threading.Thread | None:
    if in_use() == "compiled" or not _has_numba():
        return None
    aside = threading.Thread(target=_compile_aside, name="kernel", daemon=True)
    aside.start()
    return aside


def _compile_aside() -> None:
    """Let another process compile, whose memory is given back; then load what it has cached."""
    try:
        with _one_at_a_time():
            if KERNEL not in sys.modules:
                subprocess.run(  # noqa: S603  our own module
                    [sys.executable, "-c", f"import {KERNEL}"],
                    check=True, timeout=_COMPILE_S, capture_output=True, stdin=subprocess.DEVNULL,
                )  # fmt: skip
        if _Engine.wanted == "auto":
            _compiled()
    except (ImportError, OSError, subprocess.SubprocessError):
        # No place for the cache (NUMBA_CACHE_DIR names one), or numba does not know this NumPy.
        logger.warning("No compiled kernel: tiles of places are written with NumPy.", exc_info=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let the workers of a machine wait for the first of them: the others find its cache."""
    place = Path(tempfile.gettempdir(), f"geomap-kernel-{os.getuid()}.lock")
    with _STARTED, place.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _has_numba() -> bool:
    return importlib.util.find_spec("numba") is not None


_CHOICES: Mapping[str, Callable[[], threading.Thread | None]] = {
    "auto": _auto,
    "numpy": _numpy,
    "compiled": _compiled,
}

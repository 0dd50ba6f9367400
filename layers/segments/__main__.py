"""`python -m layers.segments STORE FOLDER`: build a segment of a store in a process of its own."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from layers.segments.building import build
from layers.segments.folder import Folder
from layers.store.engines import open_store

POLITE = 10
"""Steps of priority that a builder stands behind those who answer requests."""

OFTEN_S = 0.2


def main(url: str, path: str) -> None:
    """Build, and end with a line on the error stream where that fails."""
    os.nice(POLITE)
    store = open_store(url)
    try:
        # Another process at it: wait, and see whether its work is as good.
        while not build(store, Folder(Path(path)), datetime.now(UTC).date()):
            time.sleep(OFTEN_S)
    except OSError as problem:
        sys.exit(f"No segment was built: {problem}")
    finally:
        store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

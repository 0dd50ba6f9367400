"""What every route asks: the settings, the store and its read side, one set a process."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.postman import delivering
from geomap.settings import Settings
from layers.segments.folder import folder_of
from layers.segments.keeper import following
from layers.snapshot import Follower, Snapshot
from layers.store.engines import open_store
from layers.store.protocol import Store
from layers.tiles import engine
from layers.tiles.cache import TileCache
from layers.tiles.render import prepare


@dataclass(frozen=True, slots=True)
class Service:
    """The open store of one process and what is kept in memory beside it."""

    settings: Settings
    store: Store
    follower: Follower
    tiles: TileCache


@contextmanager
def opened(settings: Settings) -> Iterator[Service]:
    """Open the store for the life of a process, and load what is public into memory.

    Raises:
        StoreUnusable: The store cannot be opened safely; the message says why.
        SettingInvalid: The compiled kernel is asked for, and cannot be had.
    """
    store = open_store(settings.store)
    try:
        with (
            following(settings.store, store, folder_of(settings)) as follower,
            delivering(settings, store.notices),
        ):
            service = Service(settings, store, follower, TileCache(settings.tile_cache_mb * 2**20))
            snapshot = follower.current()
            engine.choose(settings.kernel)
            # What has been loaded stays: the collector need not look at it again in each pass.
            gc.collect()
            gc.freeze()
            # What nobody waits for need not be done when the server stops.
            threading.Thread(target=_prepare, args=(snapshot,), daemon=True).start()
            yield service
            gc.unfreeze()
    finally:
        store.close()


def _prepare(snapshot: Snapshot) -> None:
    """Make tiles ready on what the processors have to spare."""
    if sys.platform == "linux":
        # There, and only there, threads have a priority of their own.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
    prepare(snapshot)


async def service_of(request: Request) -> Service:
    """Return the service that the application opened when it started."""
    service: Service = request.app.state.service
    return service


CurrentService = Annotated[Service, Depends(service_of)]

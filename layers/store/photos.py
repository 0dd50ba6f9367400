"""Photos in SQLite, beside the records and under the same lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import apsw
import orjson

from geomap.photos import KEPT_TYPED, KEPT_UNNAMED, Photo, Picture, Size
from layers.store.connections import Pool
from layers.store.records import SQL


@dataclass(frozen=True, slots=True)
class SqlitePhotos:
    """See `geomap.photos.Photos`."""

    readers: Pool
    transaction: Callable[[], AbstractContextManager[apsw.Connection]]
    now: Callable[[], datetime]

    def put(self, picture: Picture, *, actor: str = "") -> str:
        """Keep a picture and return its id, which nobody can guess."""
        now = self.now()
        row = {
            "id": str(uuid4()),
            "at": now.isoformat(),
            "actor": actor,
            "width": picture.width,
            "height": picture.height,
            "thumbnail": picture.thumbnail,
            "picture": picture.full,
        }
        past = {
            "since": (now - KEPT_UNNAMED).isoformat(),
            "since_typed": (now - KEPT_TYPED).isoformat(),
        }
        with self.transaction() as connection:
            connection.execute(SQL["sweep_photos"], past)
            connection.execute(SQL["add_photo"], row)
        return str(row["id"])

    def known(self, photo_id: str) -> Photo | None:
        """Return what is known of a photo, whoever may see it; None where there is none."""
        row = self._row("photo", {"id": photo_id})
        return None if row is None else Photo(*row)

    def content(self, photo_id: str, size: Size) -> bytes | None:
        """Return the bytes of a photo, whoever may see it; None where there is none."""
        row = self._row(f"photo_{size}", {"id": photo_id})
        return None if row is None else row[0]

    def hold(self, holder: str, photo_ids: Iterable[str]) -> None:
        """Keep these photos for a holder, and no longer those that it held before."""
        asked = {"holder": holder, "ids": orjson.dumps([*photo_ids]).decode()}
        with self.transaction() as connection:
            connection.execute(SQL["release_photos"], {"holder": holder})
            connection.execute(SQL["hold_photos"], asked)

    def _row(self, statement: str, asked: Mapping[str, Any]) -> tuple[Any, ...] | None:
        with self.readers.lent() as connection:
            row: tuple[Any, ...] | None = connection.execute(SQL[statement], asked).fetchone()
        return row

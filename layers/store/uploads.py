"""Files to be imported, in SQLite, beside the accounts and under the same lock."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import apsw
import orjson

from geomap.errors import UploadsFull
from geomap.uploads import KEPT, MOST_OF_ACCOUNT, MOST_OF_ALL, Upload
from layers.store.connections import Pool
from layers.store.records import SQL

FAST = 1
"""How hard files are packed: a table shrinks to a fifth all the same."""


@dataclass(frozen=True, slots=True)
class SqliteUploads:
    """See `geomap.uploads.Uploads`."""

    readers: Pool
    transaction: Callable[[], AbstractContextManager[apsw.Connection]]
    now: Callable[[], datetime]

    def keep(self, account: str, upload: Upload) -> None:
        """Keep a file, or keep it with another report."""
        row = {
            "id": upload.id,
            "account": account,
            "layer": upload.layer,
            "name": upload.name,
            "at": self.now().isoformat(),
            "content": zlib.compress(upload.content, FAST),
            "wishes": orjson.dumps(upload.wishes).decode(),
            "digest": upload.digest,
            "report": zlib.compress(orjson.dumps(upload.report), FAST),
            "faults": zlib.compress(upload.faults, FAST),
        }
        with self.transaction() as connection:
            connection.execute(SQL["forget_old_uploads"], {"since": self._since()})
            asked = {"account": account, "id": upload.id, "most": MOST_OF_ACCOUNT - 1}
            connection.execute(SQL["forget_more_uploads"], asked)
            [(others,)] = connection.execute(SQL["other_uploads"], {"id": upload.id})
            if others >= MOST_OF_ALL:
                raise UploadsFull
            connection.execute(SQL["save_upload"], row)

    def of(self, account: str, upload_id: str) -> Upload | None:
        """Return a file of an account."""
        asked = {"id": upload_id, "account": account, "since": self._since()}
        with self.readers.lent() as connection:
            found = connection.execute(SQL["upload"], asked).fetchone()
        if found is None:
            return None
        layer, name, content, wishes, digest, report, faults = found
        return Upload(
            upload_id,
            layer,
            name,
            zlib.decompress(content),
            orjson.loads(wishes),
            digest,
            orjson.loads(zlib.decompress(report)),
            zlib.decompress(faults),
        )

    def forget(self, account: str, upload_id: str) -> None:
        """Forget a file."""
        with self.transaction() as connection:
            connection.execute(SQL["forget_upload"], {"id": upload_id, "account": account})

    def _since(self) -> str:
        return (self.now() - KEPT).isoformat()

"""Public reads: one consistent view of the projection, on a connection that sees nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any

import apsw
import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geomap.errors import StoreUnusable
from geomap.model import Source
from geomap.photos import Size
from geomap.places import Bounds
from layers.cql2.filter import Filter
from layers.store.connections import DISK_FAILS, Pool, disk_failures_named
from layers.store.filtering import filtered
from layers.store.protocol import Change, Hit, PublicRow
from layers.store.publishing import folded
from layers.store.records import SQL, sources_of

MAX_WORDS = 12
SPARSE = 2
"""A stretch of row numbers up to so many times as long as wanted is read from end to end."""


class SqliteReader:
    """See `layers.store.protocol.PublicReader`. The view is that of its first question."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._cursors: list[apsw.Cursor] = []

    def __enter__(self) -> SqliteReader:
        self._connection = self._pool.taken()
        self._connection.execute("BEGIN")
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        problem: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        # A row iterator that was left half-way would hold the old view open for the next user.
        for cursor in self._cursors:
            cursor.close(force=True)
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._pool.give_back(self._connection)
        del self._connection
        if isinstance(problem, DISK_FAILS):
            with disk_failures_named():
                raise problem

    def version(self) -> int:
        """Return the number of the latest public change; 0 for an empty store."""
        number: int = self._connection.execute(SQL["public_version"]).get
        return number

    def changes(self, since: int) -> list[Change]:
        """Return the changes after `since`, oldest first, the last one a feature only."""
        return [Change(*row) for row in self._rows("public_changes", {"since": since})]

    def rows(self, layer: str, seqs: Sequence[int] | None = None) -> Iterator[PublicRow]:
        """Yield all rows of a layer, or those of `seqs`, in no particular order."""
        asked: dict[str, Any] = {"layer": layer}
        statement = "public_rows"
        if seqs is not None:
            statement, asked["seqs"] = "public_rows_by_seq", _json(seqs)
        return (PublicRow(*row) for row in self._rows(statement, asked))

    def bodies(self, layer: str, seqs: Sequence[int]) -> dict[int, bytes]:
        """Return ready GeoJSON Feature texts by row number."""
        return dict(self._rows("public_bodies", {"layer": layer, "seqs": _json(seqs)}))

    def texts(self, seqs: Sequence[int]) -> list[bytes]:
        """Return ready GeoJSON Feature texts of ascending row numbers, in their order."""
        if not len(seqs):
            return []
        ends = {"first": int(seqs[0]), "last": int(seqs[-1])}
        if ends["last"] - ends["first"] < SPARSE * len(seqs):
            found = [row[0] for row in self._rows("public_texts_between", ends)]
            # As many as asked for, and all that were asked for are there: these are they.
            if len(found) == len(seqs):
                return found
        found = [row[0] for row in self._rows("public_texts", {"seqs": _json(seqs)})]
        if len(found) != len(seqs):
            raise StoreUnusable(f"{len(seqs) - len(found)} published features have no text.")
        return found

    def body(self, layer: str, feature_id: str) -> bytes | None:
        """Return the GeoJSON text of one feature, None when the public has none."""
        asked = {"layer": layer, "id": feature_id}
        body: bytes | None = self._connection.execute(SQL["public_body"], asked).get
        return body

    def photo(self, photo_id: str, size: Size) -> bytes | None:
        """Return the bytes of a published photo, None when the public has none of this id."""
        found = self._connection.execute(SQL[f"public_photo_{size}"], {"id": photo_id})
        content: bytes | None = found.get
        return content

    def within(self, layer: str, bounds: Bounds) -> list[tuple[int, str, BaseGeometry]]:
        """Return (seq, id, geometry) of features whose geometry's box meets `bounds`."""
        found = {row[0]: row for part in bounds.parts() for row in self._met(layer, part)}
        return list(found.values())

    def search(self, words: str, layers: Sequence[str], limit: int) -> list[Hit]:
        """Return features one of whose names starts each of the words.

        A name that is the words comes first, then the best rank.
        """
        wanted = [word for word in folded(words).split() if any(map(str.isalnum, word))]
        if not wanted:
            return []
        quoted = ('"' + word.replace('"', '""').replace("\0", "") + '"*' for word in wanted)
        asked = {
            "words": " ".join([*quoted][:MAX_WORDS]),
            "folded": " ".join(wanted),
            "layers": _json(layers),
            "limit": limit,
        }
        return [Hit(*row) for row in self._rows("public_search", asked)]

    def filtered(self, layer: str, asked: Filter) -> list[int]:
        """Return the numbers of the rows that a filter keeps, ascending.

        Raises:
            ParameterInvalid: It asks for what only the read side computes.
        """
        cursor = self._connection.cursor()
        self._cursors.append(cursor)
        return [row[0] for row in cursor.execute(*filtered(layer, asked))]

    def sources(self) -> Mapping[str, Source]:
        """Return the sources that published features name."""
        return sources_of(self._connection, "public_sources")

    def updated_at(self, layer: str) -> datetime | None:
        """Return when the public projection of a layer last changed; None when it never did."""
        at = self._connection.execute(SQL["public_updated_at"], {"layer": layer}).get
        return None if at is None else datetime.fromisoformat(at)

    def _rows(self, statement: str, asked: Mapping[str, Any]) -> apsw.Cursor:
        cursor = self._connection.cursor()
        self._cursors.append(cursor)
        return cursor.execute(SQL[statement], asked)

    def _met(self, layer: str, part: Bounds) -> list[tuple[int, str, BaseGeometry]]:
        box = {"west": part.west, "south": part.south, "east": part.east, "north": part.north}
        rows = list(self._rows("public_within", {"layer": layer, **box}))
        places = shapely.from_wkb(np.array([row[2] for row in rows], dtype=object))
        west, south, east, north = shapely.bounds(places).reshape(-1, 4).T
        meets = (
            (west <= part.east)
            & (east >= part.west)
            & (south <= part.north)
            & (north >= part.south)
        )
        return [(*rows[row][:2], places[row]) for row in np.flatnonzero(meets)]


def _json(values: Sequence[int] | Sequence[str]) -> str:
    return orjson.dumps(list(values)).decode()

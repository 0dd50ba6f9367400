"""The public half of a write: rows, boxes, names, the change feed, sources."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import apsw
import orjson

from layers.projection import PublicForm
from layers.store.records import SQL

NAMES_PER_ROW = 256
"""Row numbers of names are `seq * 256 + place`; the search knows no more names of a feature."""
LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})

_WITHDRAWN = (
    "withdraw_names",
    "withdraw_box",
    "withdraw_body",
    "withdraw_photos",
    "withdraw_feature",
)

Key = tuple[str, str]
"""(layer, id)."""


class Published(NamedTuple):
    """A row as the public projection has it."""

    seq: int
    digest: bytes
    source_id: str


class Fresh(NamedTuple):
    """A form and the number that its row gets."""

    seq: int
    form: PublicForm


def folded(text: str) -> str:
    """Return a text as the search compares it: no case, no accents, ё as е."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f")
    return unicodedata.normalize("NFC", plain).translate(LETTERS)


def publish(
    connection: apsw.Connection, forms: Mapping[Key, PublicForm | None], at: datetime
) -> set[str]:
    """Bring the public projection of some features to their forms.

    A row whose bytes stay the same is not touched, and nothing tells that it was looked at.

    Returns:
        The ids of sources that a changed row names or named.
    """
    known = _published(connection, forms)
    number = first = connection.execute(SQL["public_version"]).get
    gone: list[int] = []
    removals: list[tuple[int, str, str]] = []
    fresh: list[Fresh] = []
    touched: set[str] = set()
    for key, form in forms.items():
        before = known.get(key)
        if (form.digest if form else None) == (before.digest if before else None):
            continue
        number += 1
        if before:
            gone.append(before.seq)
            touched.add(before.source_id)
        if form:
            fresh.append(Fresh(number, form))
            touched.add(form.source_id)
        else:
            removals.append((number, *key))
    if number == first:
        return touched
    _withdraw(connection, gone)
    _announce(connection, fresh, removals)
    _insert(connection, fresh)
    layers = {form.layer for _, form in fresh} | {layer for _, layer, _ in removals}
    for layer in sorted(layers):
        connection.execute(SQL["save_public_layer"], {"layer": layer, "at": at.isoformat()})
    connection.execute(SQL["save_public_version"], {"number": number})
    return touched


def publish_sources(connection: apsw.Connection, source_ids: Iterable[str]) -> None:
    """Show the public those sources that a published feature names, as they are now."""
    number = first = connection.execute(SQL["public_version"]).get
    for source_id in sorted(source_ids):
        asked = {"id": source_id}
        named = connection.execute(SQL["is_published_source"], asked).get
        connection.execute(SQL["publish_source" if named else "withdraw_source"], asked)
        number += connection.changes()
    if number > first:
        connection.execute(SQL["save_public_version"], {"number": number})


def _published(connection: apsw.Connection, keys: Iterable[Key]) -> dict[Key, Published]:
    by_layer: dict[str, list[str]] = {}
    for layer, feature_id in keys:
        by_layer.setdefault(layer, []).append(feature_id)
    return {
        (layer, row[0]): Published(*row[1:])
        for layer, ids in by_layer.items()
        for row in connection.execute(
            SQL["public_states"], {"layer": layer, "ids": orjson.dumps(ids).decode()}
        )
    }


def _withdraw(connection: apsw.Connection, seqs: Sequence[int]) -> None:
    for statement in _WITHDRAWN:
        connection.executemany(SQL[statement], ((seq,) for seq in seqs))


def _announce(
    connection: apsw.Connection,
    fresh: Sequence[Fresh],
    removals: Sequence[tuple[int, str, str]],
) -> None:
    if connection.execute(SQL["removals_exist"]).get:
        keys = ((form.layer, form.id) for _, form in fresh)
        connection.executemany(SQL["forget_removal"], keys)
    connection.executemany(SQL["add_removal"], removals)


def _insert(connection: apsw.Connection, fresh: Sequence[Fresh]) -> None:
    connection.executemany(SQL["publish_feature"], ((seq, *form[:7]) for seq, form in fresh))
    connection.executemany(SQL["publish_body"], ((seq, form.body) for seq, form in fresh))
    connection.executemany(
        SQL["publish_box"], ((seq, *form.bounds) for seq, form in fresh if form.bounds)
    )
    connection.executemany(SQL["publish_name"], name_rows(fresh))
    connection.executemany(
        SQL["publish_photo"],
        ((seq, form.layer, form.id, photo) for seq, form in fresh for photo in form.photos),
    )


def name_rows(fresh: Iterable[Fresh]) -> Iterator[tuple[int, str, str]]:
    """Yield the rows by which the search finds forms: (rowid, folded, name)."""
    for seq, form in fresh:
        for place, name in enumerate(form.names[:NAMES_PER_ROW]):
            yield seq * NAMES_PER_ROW + place, folded(name), name

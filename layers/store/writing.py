"""One `Store.write`: what is prepared before the lock, and what is done under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import uuid4

import apsw
import orjson

from geomap.errors import KeyReused, RecordTaken, RevisionConflict, SourceUnknown
from geomap.model import Edit, EditKind, Source, Written
from geomap.photos import named_in
from layers.projection import PublicForm, public_forms
from layers.store.publishing import publish, publish_sources
from layers.store.records import CHUNK, SQL, Content, contents, features_in, source_row, sources_of
from layers.store.withheld import release, withhold

ANSWERED = 1_000
"""Writes of more edits than this do not list the revisions that they made."""

Key = tuple[str, str]
"""(layer, id)."""


@dataclass(frozen=True, slots=True)
class Note:
    """Who writes, when and why."""

    actor: str
    action: str
    comment: str
    at: datetime
    key: str | None
    asked: bytes = b""
    """What tells the request from others under its key; empty: the edits themselves."""


Beside = Callable[[apsw.Connection, Note, str], None]
"""What is done in the transaction of a write, under its id: `(connection, note, id)`."""


class Item(NamedTuple):
    """One edit, ready: nothing of it is left to compute under the lock."""

    edit: Edit
    content: Content | None
    digest: bytes
    form: PublicForm | None


@dataclass(frozen=True, slots=True)
class Batch:
    """All edits of one write, prepared with the sources as they were at that moment."""

    items: Sequence[Item]
    given: Mapping[str, Source]
    known: Mapping[str, Source]


class State(NamedTuple):
    """A feature as the transaction finds it. A deleted one has a revision and no digest."""

    revision: int
    digest: bytes | None


ABSENT = State(0, None)


@dataclass(slots=True)
class Plan:
    """What a batch comes to, given the states of its features."""

    saved: dict[Key, tuple[Any, ...]] = field(default_factory=dict)
    deleted: dict[Key, None] = field(default_factory=dict)
    history: list[tuple[Any, ...]] = field(default_factory=list)
    """Rows of `revision`, without the number of the write."""
    forms: dict[Key, PublicForm | None] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(
        default_factory=lambda: {"created": 0, "updated": 0, "unchanged": 0, "deleted": 0}
    )


def prepared(edits: Sequence[Edit], given: Sequence[Source], known: Mapping[str, Source]) -> Batch:
    """Return a batch with its rows and public forms.

    Raises:
        SourceUnknown: An edit names a source that is neither given nor known.
    """
    fresh = {source.id: source for source in given}
    sources = {**known, **fresh}
    chunks = (edits[start : start + CHUNK] for start in range(0, len(edits), CHUNK))
    items = [item for chunk in chunks for item in _items(chunk, sources)]
    return Batch(items, fresh, known)


def _items(edits: Sequence[Edit], sources: Mapping[str, Source]) -> Iterator[Item]:
    puts = [edit.feature for edit in edits if edit.kind is EditKind.PUT]
    ready = zip(contents(puts), public_forms(puts, sources), strict=True)
    return (_item(edit, ready) for edit in edits)


def _item(edit: Edit, ready: Iterator[tuple[tuple[Content, bytes], PublicForm | None]]) -> Item:
    if edit.kind is EditKind.DELETE:
        return Item(edit, None, b"", None)
    (content, digest), form = next(ready)
    return Item(edit, content, digest, form)


def written(
    connection: apsw.Connection, batch: Batch, note: Note, beside: Beside | None = None
) -> Written:
    """Do a write inside an open transaction, or return the answer that its key had before.

    Args:
        connection: Inside the transaction.
        batch: The edits.
        note: Who writes, when and why.
        beside: Called once all else is done; not where the write had been done before.

    Raises:
        RevisionConflict: An edit expected another revision than the latest.
        RecordTaken: Two features would stand for one record of a source.
        SourceUnknown: A source has gone since the batch was prepared.
        KeyReused: The key stands for a write of other edits.
    """
    digest, earlier = b"", None
    if note.key is not None:
        digest = note.asked or _digest(batch)
        earlier = answer_to(connection, note.actor, note.key, digest)
    if earlier is not None:
        return earlier
    known = sources_of(connection, "sources")
    if known != batch.known:
        # Another process saved a source meanwhile: what is published must name it as it is.
        edits = [item.edit for item in batch.items]
        batch = prepared(edits, tuple(batch.given.values()), known)
    changed = [s for s in batch.given.values() if s != known.get(s.id)]
    connection.executemany(SQL["save_source"], map(source_row, changed))
    plan = _plan(connection, batch)
    answer = Written(str(uuid4()), **plan.counts, revisions=plan.revisions)
    _save(connection, plan, answer, note)
    connection.executemany(SQL["name_photo"], _photos(batch))
    renewed = [source.id for source in changed if source.id in known]
    _publish(connection, plan, renewed, note)
    if beside is not None:
        beside(connection, note, answer.transaction_id)
    _save_answer(connection, answer, note, digest)
    return answer


def _plan(connection: apsw.Connection, batch: Batch) -> Plan:
    states = _states(connection, batch.items)
    plan = Plan()
    for item in batch.items:
        feature = item.edit.feature
        key = (feature.layer, feature.id)
        before = states.get(key, ABSENT)
        _check_expected(item.edit, before)
        states[key] = after = _planned(plan, key, item, before)
        if len(batch.items) <= ANSWERED:
            plan.revisions[feature.id] = after.revision
    return plan


def _planned(plan: Plan, key: Key, item: Item, before: State) -> State:
    """Add one edit to the plan; return the state that it leaves."""
    content = item.content
    if item.digest == (before.digest or b""):
        plan.counts["unchanged"] += 1
        return before
    revision = before.revision + 1
    plan.forms[key] = item.form
    if content is None:
        plan.counts["deleted"] += 1
        plan.saved.pop(key, None)
        plan.deleted[key] = None
        plan.history.append((*key, revision, *(None,) * len(Content._fields)))
        return State(revision, None)
    plan.counts["created" if before.digest is None else "updated"] += 1
    plan.saved[key] = (*key, revision, item.digest, *content)
    plan.history.append((*key, revision, *content))
    return State(revision, item.digest)


def _check_expected(edit: Edit, state: State) -> None:
    found = state.revision if state.digest is not None else 0
    if edit.expected is not None and edit.expected != found:
        raise RevisionConflict(edit.feature.layer, edit.feature.id, edit.expected, found)


def _states(connection: apsw.Connection, items: Iterable[Item]) -> dict[Key, State]:
    by_layer: dict[str, list[str]] = {}
    for item in items:
        by_layer.setdefault(item.edit.feature.layer, []).append(item.edit.feature.id)
    states: dict[Key, State] = {}
    for layer, ids in by_layer.items():
        asked = {"layer": layer, "ids": orjson.dumps(ids).decode()}
        for feature_id, revision in connection.execute(SQL["deleted_states"], asked):
            states[layer, feature_id] = State(revision, None)
        for feature_id, revision, digest in connection.execute(SQL["feature_states"], asked):
            states[layer, feature_id] = State(revision, digest)
    return states


def _save(connection: apsw.Connection, plan: Plan, answer: Written, note: Note) -> None:
    counts = {name: plan.counts[name] for name in ("created", "updated", "deleted")}
    number = connection.execute(
        SQL["add_write"],
        {
            "transaction_id": answer.transaction_id,
            "at": note.at.isoformat(),
            "actor": note.actor,
            "action": note.action,
            "comment": note.comment,
            **counts,
        },
    ).get
    release(connection, plan.deleted, plan.saved)
    connection.executemany(SQL["delete_feature"], plan.deleted)
    _save_features(connection, plan.saved.values())
    withhold(connection, plan.saved)
    connection.executemany(
        SQL["add_revision"], ((*row[:3], number, *row[3:]) for row in plan.history)
    )


def _photos(batch: Batch) -> Iterator[tuple[str, str, str]]:
    """Yield the photos that records name, each as (layer, id of the record, id of the photo)."""
    for edit, content, _, _ in batch.items:
        feature = edit.feature
        if content is not None and "photos" in feature.properties:
            yield from ((feature.layer, feature.id, one) for one in named_in(feature.properties))


def _save_features(connection: apsw.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    at_hand: list[tuple[Any, ...]] = []

    def watched() -> Iterator[tuple[Any, ...]]:
        for row in rows:
            at_hand[:] = [row]
            yield row

    try:
        connection.executemany(SQL["save_feature"], watched())
    except apsw.ConstraintError as problem:
        [(layer, _, _, _, source_id, record_id, *_)] = at_hand
        if "UNIQUE" in str(problem):
            raise RecordTaken(layer, source_id, record_id) from problem
        raise SourceUnknown(source_id) from problem


def _publish(connection: apsw.Connection, plan: Plan, renewed: Sequence[str], note: Note) -> None:
    touched = publish(connection, plan.forms, note.at)
    sources = sources_of(connection, "sources")
    for source_id in renewed:
        rows = connection.execute(SQL["features_of_source"], {"source_id": source_id})
        for features in features_in(rows):
            forms = public_forms(features, sources)
            keys = [(feature.layer, feature.id) for feature in features]
            publish(connection, dict(zip(keys, forms, strict=True)), note.at)
    publish_sources(connection, touched | set(renewed))


def _digest(batch: Batch) -> bytes:
    """Return what tells the edits of one write from those of another."""
    told = blake2b(digest_size=16)
    for edit, _, digest, _ in batch.items:
        feature = edit.feature
        said = (edit.kind.value, feature.layer, feature.id, edit.expected, digest.hex())
        told.update(orjson.dumps(said))
    return told.digest()


def answer_to(connection: apsw.Connection, actor: str, key: str, digest: bytes) -> Written | None:
    """Return the answer to an earlier write under a key, None where there was none.

    Raises:
        KeyReused: The key stands for another write.
    """
    found = connection.execute(SQL["answer"], {"actor": actor, "key": key}).fetchone()
    if found is None:
        return None
    if found[0] != digest:
        # The first answer would say that these edits are made, and they would be lost.
        raise KeyReused(key)
    return Written(**orjson.loads(found[1]))


def _save_answer(connection: apsw.Connection, answer: Written, note: Note, digest: bytes) -> None:
    if note.key is not None:
        connection.execute(
            SQL["save_answer"],
            {
                "actor": note.actor,
                "key": note.key,
                "at": note.at.isoformat(),
                "digest": digest,
                "answer": orjson.dumps(asdict(answer)).decode(),
            },
        )

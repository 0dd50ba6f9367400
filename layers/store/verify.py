"""Whether a store holds together: pages, history, and the projection of every record."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import apsw
import orjson

from geomap.model import Feature
from layers.projection import PublicForm, public_forms
from layers.store.publishing import Fresh, name_rows
from layers.store.records import SQL, features_in, sources_of
from layers.store.withheld import withheld_faults

NAMED = 100
"""Faults are listed up to this many."""
BOX_ERROR_DEGREES = 1e-4
"""Boxes are kept in 32-bit floats, rounded outward."""


def faults(connection: apsw.Connection) -> list[str]:
    """Return what is wrong, one sentence each; empty when all is well.

    The caller holds a read transaction, so that all is of one commit.
    """
    try:
        found = list(islice(_pages(connection), NAMED))
        # A file with torn pages says nothing true about what it holds.
        return found or list(islice(_meaning(connection), NAMED))
    except apsw.Error as problem:
        return [f"The store cannot be read: {problem}."]


def _pages(connection: apsw.Connection) -> Iterator[str]:
    for (said,) in connection.execute("PRAGMA integrity_check"):
        if said != "ok":
            yield f"The file is damaged: {said}."
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        yield f"The table {table} refers to a row that is not there."
    said = connection.execute(SQL["check_rtree"]).get
    if said != "ok":
        yield f"The index of places is damaged: {said}."


def _meaning(connection: apsw.Connection) -> Iterator[str]:
    features, features_logged, revisions, revisions_logged = connection.execute(
        SQL["logged_counts"]
    ).get
    if features != features_logged:
        yield f"There are {features} records, and the log of writes made {features_logged:.0f}."
    if revisions != revisions_logged:
        yield f"There are {revisions} revisions, and the log has {revisions_logged:.0f}."
    for layer, feature_id, fault in connection.execute(SQL["stray_revisions"]):
        yield f"{layer}/{feature_id}: {fault}."
    for (suggestion_id,) in connection.execute(SQL["stray_suggestions"]):
        yield f"The suggestion {suggestion_id} is not where its last step has put it."
    yield from _projection(connection)
    yield from withheld_faults(connection)


def _projection(connection: apsw.Connection) -> Iterator[str]:
    sources = sources_of(connection, "sources")
    rows = connection.execute(SQL["all_features"])
    published = placed = named = shown = 0
    for features in features_in(rows):
        for feature, form in zip(features, public_forms(features, sources), strict=True):
            fault = _row_fault(connection, feature, form)
            if fault:
                yield f"{feature.layer}/{feature.id}: {fault}."
            if form:
                published += 1
                placed += form.bounds is not None
                named += len([*name_rows([Fresh(0, form)])])
                shown += len(_own_photos(connection, form))
    expected = (published, published, placed, named, shown)
    *found, highest = connection.execute(SQL["public_counts"]).get
    if tuple(found) != expected:
        what = "rows, texts, boxes, names and photos"
        yield f"The public projection has {found} {what}, not {[*expected]}."
    if highest > connection.execute(SQL["public_version"]).get:
        yield "The public projection has changes that it has not counted."


def _row_fault(
    connection: apsw.Connection, feature: Feature, form: PublicForm | None
) -> str | None:
    asked = {"layer": feature.layer, "id": feature.id}
    row = connection.execute(SQL["public_row"], asked).get
    if form is None:
        return None if row is None else "it is published and must not be"
    if row is None:
        return "it is not published and should be"
    seq, source_id, rank, digest, *texts, west, south, east, north = row
    said = (source_id, rank, digest, *texts)
    if said != (form.source_id, form.rank, form.digest, form.geometry, form.columns, form.body):
        return "what is published is not what it says"
    if not _close((west, south, east, north), form.bounds):
        return "its box is not around it"
    names = connection.execute(SQL["public_names"], {"seq": seq}).fetchall()
    if names != [*name_rows([Fresh(seq, form)])]:
        return "its names are not those it has"
    own = _own_photos(connection, form)
    photos = connection.execute(SQL["public_photos"], {"seq": seq}).fetchall() if own else []
    return None if photos == own else "its photos are not those it has"


def _own_photos(connection: apsw.Connection, form: PublicForm) -> list[tuple[Any, ...]]:
    """Return the photos that are to be published with a record, by id."""
    if not form.photos:
        return []
    ids = orjson.dumps(form.photos).decode()
    asked = {"layer": form.layer, "id": form.id, "ids": ids}
    return connection.execute(SQL["own_photos"], asked).fetchall()


def _close(box: tuple[Any, ...], bounds: tuple[float, float, float, float] | None) -> bool:
    if bounds is None or box[0] is None:
        return bounds is None and box[0] is None
    return all(abs(a - b) <= BOX_ERROR_DEGREES for a, b in zip(box, bounds, strict=True))

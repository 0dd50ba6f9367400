"""Opening a segment: nothing of it is trusted before it has been looked at, nothing is computed."""

from __future__ import annotations

import sys
from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from geomap.errors import GeomapError
from geomap.status.rules import RULE_VERSION
from layers.base import Base
from layers.catalog import LAYERS
from layers.content import NAME_COLUMNS
from layers.layer import Layer
from layers.segments.contents import open_content
from layers.segments.folder import LOG, Damaged, Folder, Said, Stamp, probe, verify
from layers.segments.parts import parts_of
from layers.snapshot import Snapshot
from layers.store.protocol import PublicReader, PublicRow
from layers.table import LayerTable

FORMAT = 1
"""Raised whenever the same rows would be written otherwise."""
NEWEST, SPREAD = 64, 64
"""Rows that must still be what they were, or have been replaced since, by the store's own word."""
TRIES = 3
"""The segment that is pointed to may be replaced while it is being opened."""
_UNUSABLE = (Damaged, ValueError, LookupError, TypeError, GeomapError)

Witness = list[list[Any]]


class Segments:
    """The segments of one store; see `layers.snapshot.Segments`."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    def stamp(self) -> Stamp | None:
        """Return what changes when there is a newer segment; None while there is none."""
        return self.folder.stamp()

    def newest(self, reader: PublicReader, *, verified: bool = False) -> Snapshot | None:
        """Return what the public could see as of the newest segment; None without a sound one.

        Args:
            reader: Sees a commit as new as the segment's, or newer.
            verified: Whether all bytes are compared rather than some of each file.
        """
        for _ in range(TRIES):
            try:
                found = self.folder.manifest()
                return found and _opened(*found, reader, verify if verified else probe)
            except OSError as problem:
                LOG.info("A segment could not be read: %s", problem)
            except _UNUSABLE as problem:
                LOG.warning("A segment is not used and will be built anew: %s", problem)
                return None
        return None

    def is_complete(self) -> bool:
        """Return whether the segment that is pointed to has all parts that this code writes."""
        try:
            found = self.folder.manifest()
        except (OSError, *_UNUSABLE):
            return False
        return found is not None and all(
            layer["parts"] == sorted(parts_of(LAYERS[name]))
            for name, layer in found[1]["layers"].items()
        )


def schema() -> str:
    """Return what must be the same in the code that writes a segment and that which reads it."""
    layers = [(layer.id, layer.columns(), layer.group_by) for layer in LAYERS.values()]
    # Texts and sheets of exports hold what no column does.
    fields = [[(field.name, field.kind) for field in layer.fields] for layer in LAYERS.values()]
    told = repr((fields, FORMAT, sys.byteorder, NAME_COLUMNS, RULE_VERSION, layers))
    return blake2b(told.encode(), digest_size=8).hexdigest()


def witness(tables: Mapping[str, LayerTable], reader: PublicReader) -> Witness:
    """Return layer, number, id and digest of the newest rows, and of some of all others.

    Public changes are numbered for the life of a store; a store that went another way, one put
    back from a copy for example, has other rows under the newest numbers.
    """
    every = np.concatenate([table.seqs for table in tables.values()])
    newest = np.sort(every)[-NEWEST:]
    spread = np.random.default_rng(len(every)).choice(every, min(SPREAD, len(every)), replace=False)
    chosen = np.union1d(newest, spread)
    return [
        [name, row.seq, row.id, _digest(row)]
        for name, table in tables.items()
        for row in reader.rows(name, table.seqs[np.isin(table.seqs, chosen)].tolist())
    ]


def _opened(segment: Path, said: Said, reader: PublicReader, check: Any) -> Snapshot:
    if said["schema"] != schema():
        raise Damaged("Another geomap wrote it.")
    if said["version"] > reader.version():
        raise Damaged("It is newer than the store.")
    check(segment, said["files"])
    tables = {
        name: _open_layer(segment / name, LAYERS[name], layer)
        for name, layer in said["layers"].items()
    }
    _require_same_store(said["witness"], said["version"], reader)
    return Snapshot(said["version"], date.fromisoformat(said["today"]), tables, {})


def _open_layer(folder: Path, layer: Layer, said: Said) -> LayerTable:
    content = open_content(folder, said["content"])
    prepared: dict[Hashable, Any] = {"in_order": lambda: True}
    for name, part in parts_of(layer).items():
        try:
            # Now, and not when first asked for: the folder may be gone by then.
            opened = part.open(folder / name)
        except (OSError, ValueError, LookupError) as problem:
            LOG.info("%s of %s is not prepared: %s", name, layer.id, problem)
        else:
            prepared[name] = partial(part.ready, opened)
    return LayerTable(layer, content, said["version"], Base(content, prepared))


def _require_same_store(told: Witness, version: int, reader: PublicReader) -> None:
    since = {(change.layer, change.id) for change in reader.changes(version)}
    expected = {(name, seq): (id_, digest) for name, seq, id_, digest in told}
    found = {
        (name, row.seq): (row.id, _digest(row))
        for name in {name for name, *_ in told}
        for row in reader.rows(name, [seq for layer, seq, *_ in told if layer == name])
    }
    for key, row in expected.items():
        if found.get(key) != row and (key[0], row[0]) not in since:
            raise Damaged("It is of another store.")


def _digest(row: PublicRow) -> str:
    parts: Sequence[bytes] = (row.id.encode(), row.geometry or b"", row.columns)
    return blake2b(b"\0".join(parts), digest_size=8).hexdigest()

"""Building a segment: the one before and what changed since; from the store without one."""

from __future__ import annotations

import os
import secrets
from datetime import date
from pathlib import Path

import numpy as np

from layers.base import Base
from layers.segments.contents import open_content, write_content
from layers.segments.folder import Folder, Said, files_of
from layers.segments.opening import Segments, schema, witness
from layers.segments.parts import Building, parts_of
from layers.snapshot import Snapshot, followed, read_anew
from layers.store.protocol import PublicReader, Store
from layers.table import LayerTable, compacted, rows_in_order


def build(store: Store, folder: Folder, today: date) -> bool:
    """Write a segment of the latest commit and point to it.

    Returns:
        Whether there is one as of this commit and day now; False while another process builds.

    Raises:
        OSError: The folder cannot be written, or the disk is full; what was there stays.
    """
    with folder.building() as mine:
        if not mine:
            return False
        segments = Segments(folder)
        with store.public() as reader:
            former = segments.newest(reader, verified=True)
            is_latest = former and (former.version, former.today) == (reader.version(), today)
            if is_latest and segments.is_complete():
                folder.swept()
                return True
            if former:
                _write(folder, former, followed(former, reader, today), reader)
            else:
                _write(folder, None, read_anew(reader, today), reader)
    return True


def _write(folder: Folder, former: Snapshot | None, now: Snapshot, reader: PublicReader) -> None:
    old = folder.manifest() if former else None
    fresh = folder.begun()
    layers: Said = {}
    files: Said = {}
    tables: dict[str, LayerTable] = {}
    for name, table in now.tables.items():
        if old and _is_as_before(old[1]["layers"][name], table):
            tables[name], layers[name] = table, old[1]["layers"][name]
            files |= _linked(old[0], fresh, name, old[1]["files"])
            continue
        tables[name] = _built(table)
        layers[name] = _write_layer(fresh / name, tables[name], table, reader)
        files |= files_of(fresh, fresh / name)
    said = {
        "schema": schema(),
        "version": now.version,
        "today": now.today.isoformat(),
        "layers": layers,
        "witness": witness(tables, reader),
        "files": files,
    }
    folder.point_to(fresh, f"{now.version}-{secrets.token_hex(4)}", said)


def _is_as_before(said: Said, table: LayerTable) -> bool:
    same_parts = said["parts"] == sorted(parts_of(table.layer))
    return said["version"] == table.version and same_parts and not table.is_edited()


def _linked(old: Path, fresh: Path, name: str, files: Said) -> Said:
    """Take over the files of a layer; they are the same, so they need not be written again."""
    kept = {file: seen for file, seen in files.items() if file.startswith(f"{name}/")}
    for file in kept:
        (fresh / file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.link(old / file, fresh / file)
    return kept


def _built(table: LayerTable) -> LayerTable:
    in_memory = table.base.prepared("by_rank") is None
    return table if in_memory and not table.is_edited() else compacted(table)


def _write_layer(folder: Path, table: LayerTable, former: LayerTable, reader: PublicReader) -> Said:
    folder.mkdir(mode=0o700)
    content = write_content(folder, table.content)
    # Parts are of the rows as workers will have them: their codes are not those of before.
    by_id = table.base.by_id
    base = Base(open_content(folder, content), {"by_id": lambda: by_id, "in_order": lambda: True})
    written = LayerTable(table.layer, base.content, table.version, base)
    building = Building(written, reader, former, np.asarray(rows_in_order(former)))
    parts = parts_of(table.layer)
    for name, part in parts.items():
        (folder / name).mkdir(mode=0o700)
        part.write(folder / name, building)
    return {"version": table.version, "content": content, "parts": sorted(parts)}

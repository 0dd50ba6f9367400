"""Write to a store from several processes, then kill them all at once: no test, but what one runs.

    python writers.py STORE_URL ACKS WRITERS SECONDS SEED

Each acknowledged write is one line of JSON in the file ACKS: its transaction, and for each
feature its id, its revision, and its name, null where it was deleted.
"""

import os
import random
import signal
import sys
import time
from datetime import date
from uuid import UUID

import orjson
import shapely

from geomap.model import Edit, EditKind, Feature, Source, Visibility
from layers.store.engines import open_store

SOURCE = Source("r", "Register", "Board", "CC0-1.0", "https://r.example", date(2026, 1, 1), "Board")
IMPORT_ROWS = 400


def feature(chance: random.Random, number: int) -> Feature:
    """Return a site with a place, a name and a visibility of chance."""
    return Feature(
        layer="sites",
        id=str(UUID(int=number, version=4)),
        source_id="r",
        record_id=str(number),
        geometry=shapely.Point(chance.uniform(20, 40), chance.uniform(55, 65)),
        properties={"names": [{"value": f"Site {chance.random()}", "lang": "en"}], "rank": 1},
        visibility=chance.choice([*Visibility, Visibility.PUBLIC, Visibility.PUBLIC]),
    )


def edits(chance: random.Random, own: range) -> list[Edit]:
    """Return one edit, or an import of hundreds of new and old records."""
    if chance.random() < 0.25:
        numbers = chance.sample(own, IMPORT_ROWS)
        return [Edit(EditKind.PUT, feature(chance, number)) for number in numbers]
    kind = EditKind.DELETE if chance.random() < 0.2 else EditKind.PUT
    return [Edit(kind, feature(chance, chance.choice(own[:20])))]


def write_for_ever(url: str, acks: int, own: range, seed: int) -> None:
    """Write, and acknowledge what has returned."""
    chance = random.Random(seed)
    store = open_store(url)
    while True:
        wanted = edits(chance, own)
        written = store.write(wanted, actor=str(seed), action="edit", sources=[SOURCE])
        said = [
            (edit.feature.id, written.revisions[edit.feature.id], name_of(edit)) for edit in wanted
        ]
        os.write(acks, orjson.dumps([written.transaction_id, said]) + b"\n")


def name_of(edit: Edit) -> str | None:
    """Return the name that an edit gives, None for a deletion."""
    return None if edit.kind is EditKind.DELETE else edit.feature.properties["names"][0]["value"]


def main() -> None:
    """Fork the writers, wait, kill them."""
    url, acks_path, writers, seconds, seed = sys.argv[1:]
    acks = os.open(acks_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    children = []
    for writer in range(int(writers)):
        child = os.fork()
        if not child:
            own = range(writer * 10_000 + 1, writer * 10_000 + 1_001)
            write_for_ever(url, acks, own, int(seed) * 100 + writer)
        children.append(child)
    time.sleep(float(seconds))
    for child in children:
        os.kill(child, signal.SIGKILL)
    statuses = [os.waitpid(child, 0)[1] for child in children]
    # A writer that ended by itself met an error: its traceback is on stderr.
    sys.exit(any(os.WTERMSIG(status) != signal.SIGKILL for status in statuses))


if __name__ == "__main__":
    main()

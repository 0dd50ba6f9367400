"""Two worlds, one with hidden sites and one without: no public byte tells them apart."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.model import Edit, EditKind, Feature, Source, Visibility
from layers.store.connections import PUBLIC_TABLES, public_connection
from layers.store.sqlite import SqliteStore

SOURCE = Source("r", "R", "B", "CC0-1.0", "https://r.example", date(2026, 1, 1), "B")
NEWER = replace(SOURCE, as_of=date(2026, 2, 2))
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHOWN = [Visibility.PUBLIC, Visibility.GENERALISED, Visibility.RESTRICTED]


def features(numbers, visibilities):
    return st.builds(
        lambda number, lng, lat, name, visibility: Feature(
            layer="sites",
            id=f"00000000-0000-4000-8000-{number:012}",
            source_id="r",
            record_id=str(number),
            geometry=shapely.Point(lng, lat),
            properties={"names": [{"value": name, "lang": "en"}], "kind": "defence"},
            visibility=visibility,
        ),
        numbers,
        st.sampled_from([28.70, 28.71, 180.0, -180.0]),
        st.sampled_from([60.70, 60.71]),
        st.sampled_from(["Castle", "Old castle", "Tomb"]),
        st.sampled_from(visibilities),
    )


def edits(of_features):
    return st.lists(
        st.builds(
            Edit, st.sampled_from([EditKind.PUT, EditKind.PUT, EditKind.DELETE]), of_features
        ),
        max_size=4,
    )


PUBLIC_EDITS = edits(features(st.integers(1, 5), SHOWN))
HIDDEN_EDITS = edits(features(st.integers(11, 15), [Visibility.HIDDEN]))
WRITES = st.lists(
    st.tuples(PUBLIC_EDITS, HIDDEN_EDITS, HIDDEN_EDITS, st.sampled_from([SOURCE, NEWER])),
    min_size=1,
    max_size=6,
)


@contextmanager
def world() -> Iterator[tuple[SqliteStore, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "geomap.db"
        store = SqliteStore(path, now=lambda: NOON)
        yield store, path
        store.close()


def public_bytes(path):
    """Return every cell of every table that a public connection can name."""
    connection = public_connection(path)
    found = {
        table: connection.execute(f"SELECT * FROM {table}").fetchall()
        for table in sorted(PUBLIC_TABLES - {"json_each"})
    }
    connection.close()
    return found


def write(store, wanted, source):
    store.write(wanted, actor="officer", action="edit", sources=[source])


@settings(max_examples=30, deadline=None)
@given(WRITES)
def test_no_public_byte_tells_of_hidden_sites_and_their_edits(writes):
    with world() as (without, path_without), world() as (with_hidden, path_with):
        for public, hidden, hidden_alone, source in writes:
            if public:
                write(without, public, source)
                write(with_hidden, [*hidden[:2], *public, *hidden[2:]], source)
                write(with_hidden, hidden_alone, source)
            assert public_bytes(path_without) == public_bytes(path_with)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 0.01), min_size=1, max_size=5))
def test_no_public_byte_tells_of_moves_within_a_cell(moves):
    site = Feature(
        layer="sites",
        id="00000000-0000-4000-8000-000000000001",
        source_id="r",
        record_id="1",
        geometry=shapely.Point(28.70, 60.70),
        properties={"names": [{"value": "Castle", "lang": "en"}]},
        visibility=Visibility.GENERALISED,
    )
    with world() as (store, path):
        write(store, [Edit(EditKind.PUT, site)], SOURCE)
        before = public_bytes(path)
        for move in moves:
            moved = replace(site, geometry=shapely.Point(28.70 + move, 60.70 + move))
            write(store, [Edit(EditKind.PUT, moved)], SOURCE)
            assert public_bytes(path) == before

"""A real store in a temporary folder, and short ways to say what is in it."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shapely import Point

from geomap.model import Edit, EditKind, Feature, Source
from layers.store.engines import open_store
from layers.store.protocol import Store

SOURCE = Source(
    "test",
    "A test register",
    "A test office",
    "CC0-1.0",
    "https://example.org/register",
    date(2026, 1, 1),
    "Test office 2026",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'geomap.db'}")
    yield opened
    opened.close()


@pytest.fixture
def feature() -> Callable[..., Feature]:
    def made(layer: str, name: str, geometry: Any = None, **rest: Any) -> Feature:
        envelope = {key: rest.pop(key) for key in ("id", "visibility", "cell_km") if key in rest}
        names = [{"value": name, "lang": "en", "type": "preferred"}]
        return Feature(
            layer=layer,
            source_id=SOURCE.id,
            record_id=name,
            geometry=Point(*geometry) if isinstance(geometry, tuple) else geometry,
            properties={"names": names, **rest},
            **{"id": str(uuid.uuid4()), **envelope},
        )

    return made


@pytest.fixture
def put(store: Store) -> Callable[..., None]:
    def write(*features: Feature) -> None:
        edits = [Edit(EditKind.PUT, one) for one in features]
        store.write(edits, actor="tester", action="edit", sources=[SOURCE])

    return write


@pytest.fixture
def delete(store: Store) -> Callable[..., None]:
    def write(*features: Feature) -> None:
        edits = [Edit(EditKind.DELETE, one) for one in features]
        store.write(edits, actor="tester", action="delete")

    return write

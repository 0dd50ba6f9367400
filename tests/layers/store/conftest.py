"""A store of each engine, empty and real, and features to put into it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import shapely

from geomap.model import Edit, EditKind, Feature, Source
from layers.store.engines import STORES, open_store
from layers.store.protocol import Store

SOURCE = Source(
    id="register",
    title="Register of monuments",
    publisher="Board of Antiquities",
    licence="CC-BY-4.0",
    url="https://register.example.org",
    as_of=date(2026, 1, 1),
    attribution="Board of Antiquities 2026",
)


@pytest.fixture(params=sorted(STORES))
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    addresses = {"sqlite": f"sqlite:///{tmp_path / 'live' / 'geomap.db'}"}
    return addresses[request.param]


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def source() -> Source:
    return SOURCE


@pytest.fixture
def site() -> Callable[..., Feature]:
    """Make the site of a number; same number, same id."""

    def made(number: int, name: str = "Castle", **changes: Any) -> Feature:
        feature = Feature(
            layer="sites",
            id=str(UUID(int=number, version=4)),
            source_id=SOURCE.id,
            record_id=f"record-{number}",
            geometry=shapely.Point(28.75, 60.71),
            properties={
                "names": [{"value": name, "lang": "en", "type": "preferred"}],
                "kind": "defence",
                "country": "RU",
                "rank": 50,
            },
        )
        return replace(feature, **changes)

    return made


@pytest.fixture
def put(store: Store) -> Callable[..., Any]:
    """Write features, as the import of a register does."""

    def written(*features: Feature, **how: Any) -> Any:
        edits = [Edit(EditKind.PUT, feature) for feature in features]
        return store.write(edits, actor="officer", action="edit", sources=[SOURCE], **how)

    return written


@pytest.fixture
def delete(store: Store) -> Callable[..., Any]:
    def deleted(*features: Feature, expected: int | None = None) -> Any:
        edits = [Edit(EditKind.DELETE, feature, expected) for feature in features]
        return store.write(edits, actor="officer", action="delete")

    return deleted

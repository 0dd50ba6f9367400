"""A small world in a real store, and the real application over it."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry
from starlette.testclient import TestClient

from api.app import create_app
from geomap.access import Action, Role, Scope
from geomap.accounts import Account, Token
from geomap.model import Edit, EditKind, Feature, Source, Visibility
from geomap.settings import Settings
from layers.store.engines import open_store
from layers.store.protocol import Store

TOKEN = "a token that is long enough"
HERE = box(28, 61, 29, 62)
"""Where the rights of officers of these tests end."""
SOURCE = Source(
    id="trial",
    title="Trial register",
    publisher="The trial office",
    licence="CC0-1.0",
    url="https://example.org/register",
    as_of=date(2026, 1, 1),
    attribution="Trial register",
)


def identity(record: str) -> str:
    """Return the id that the features of these tests have for a record."""
    digits = uuid.uuid5(uuid.NAMESPACE_URL, record).hex
    return str(uuid.UUID(digits[:12] + "4" + digits[13:16] + "8" + digits[17:]))


def names(**by_language: str) -> list[dict[str, str]]:
    return [
        {"value": value, "lang": lang, "type": "preferred"} for lang, value in by_language.items()
    ]


def feature(
    layer: str, record: str, geometry: BaseGeometry | None, *, visibility: str = "public", **more
) -> Feature:
    more.setdefault("names", names(en=record))
    more = {key: value for key, value in more.items() if value is not None}
    return Feature(
        layer=layer,
        id=identity(record),
        source_id=SOURCE.id,
        record_id=record,
        geometry=geometry,
        properties=more,
        visibility=Visibility(visibility),
    )


def site(record: str, lng: float | None, lat: float | None, **more) -> Feature:
    geometry = None if lng is None or lat is None else Point(lng, lat)
    return feature("sites", record, geometry, **more)


def city(record: str, lng: float, lat: float, **more) -> Feature:
    return feature("cities", record, Point(lng, lat), **more)


def pair(one: Feature, other: Feature, **more) -> Feature:
    assert one.geometry is not None
    assert other.geometry is not None
    return feature(
        "twins",
        f"{one.record_id} – {other.record_id}",
        LineString([one.geometry, other.geometry]),
        city_a=one.id,
        city_b=other.id,
        country_a=one.properties["country"],
        country_b=other.properties["country"],
        **more,
    )


def put_all(store: Store, *features: Feature) -> None:
    edits = [Edit(EditKind.PUT, one) for one in features]
    store.write(edits, actor="test", action="trial", sources=[SOURCE])


def dated(year_from: int, year_to: int) -> dict[str, object]:
    return {"dating": f"{year_from}/{year_to}", "dating_from": year_from, "dating_to": year_to}


IMATRA = city("Imatra", 28.77, 61.17, country="FI", population=25000)
SVETOGORSK = city("Svetogorsk", 28.86, 61.11, country="RU", population=15000)
VYBORG = city(
    "Vyborg",
    28.73,
    60.71,
    country="RU",
    names=names(en="Vyborg", ru="Выборг", fi="Viipuri"),
)
WORLD: tuple[Feature, ...] = (
    site("Rapids", 28.775, 61.17, kind="landscape", country="FI", rank=60, **dated(1880, 1900)),
    site("Castle", 28.728, 60.715, kind="defence", country="RU", rank=90, **dated(1293, 1310)),
    site("Library", 28.747, 60.709, kind="building", country="RU", rank=70, **dated(1933, 1935)),
    site("Chapel", 28.79, 61.19, kind="worship", country="FI", rank=10),
    site("Nowhere", None, None, kind="culture", country="FI", **dated(1950, 1960)),
    site("Unkind", 28.60, 61.00, country="FI"),
    site("Fiji fort", 178.5, -17.5, kind="defence", country="FJ", **dated(1800, 1810)),
    site("Samoa house", -171.8, -13.8, kind="building", country="WS", **dated(1900, 1900)),
    site("Comma", 25.0, 60.2, kind="culture", country="FI", municipality="Helsinki, Kallio"),
    feature("sites", "Park", box(28.70, 61.10, 28.74, 61.14), kind="landscape", country="FI"),
    site("Secret", 28.76, 61.16, kind="archaeology", country="FI", visibility="hidden"),
    IMATRA,
    SVETOGORSK,
    VYBORG,
    feature("regions", "Border", box(28.0, 60.5, 29.5, 61.5), region_type="euroregion"),
    pair(IMATRA, SVETOGORSK, **{"established": "1993", "established_from": 1993}),
    pair(IMATRA, VYBORG),
)
PUBLIC_SITES = 10


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Builders of features, and the small world that `world` holds."""
    return SimpleNamespace(
        site=site,
        city=city,
        pair=pair,
        dated=dated,
        names=names,
        identity=identity,
        source=SOURCE,
        put_all=put_all,
        public_sites=PUBLIC_SITES,
    )


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application over the small world, which no test changes."""
    settings = Settings(store=f"sqlite:///{tmp_path_factory.mktemp('world') / 'geomap.db'}")
    store = open_store(settings.store)
    put_all(store, *WORLD)
    store.close()
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings with a store of the test's own."""
    return Settings(store=f"sqlite:///{tmp_path / 'geomap.db'}", metrics=True)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """A store of the test's own, as another process than the application would open it."""
    opened = open_store(settings.store)
    yield opened
    opened.close()


@pytest.fixture
def put(store: Store) -> Callable[..., None]:
    """Write features into the test's own store."""
    return lambda *features: put_all(store, *features)


@pytest.fixture
def client(settings: Settings, store: Store) -> Iterator[TestClient]:
    """The application over the test's own store."""
    with TestClient(create_app(settings)) as opened:
        yield opened


@pytest.fixture
def boss(settings, store):
    """The application over the test's own store, asked with the token of its settings."""
    changed = Settings(store=settings.store, edit_token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(changed), headers=headers, follow_redirects=False) as client:
        yield client


@pytest.fixture
def person(boss, store):
    """Whoever is signed in with a token of their own."""

    def made(name, role, scope=None):
        store.accounts.save(Account(name, name, role, scope or Scope()))
        ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        token = Token(f"t-{name}", "", frozenset(Action), frozenset(), "", ends)
        store.accounts.add_token(name, token, f"secret of {name}")
        headers = {"Authorization": f"Bearer secret of {name}"}
        return TestClient(boss.app, headers=headers, follow_redirects=False)

    return made


@pytest.fixture
def officer(store):
    """Sign a role in, whose rights end at Imatra; return what its requests carry."""

    def signed_in(role=Role.HERITAGE_EDITOR, scope=None):
        scope = scope or Scope(frozenset({"imatra"}), area=HERE)
        store.accounts.save(Account(f"id-{role}", f"Officer {role}", role, scope))
        secret = f"session of {role}"
        store.accounts.open_session(f"id-{role}", secret)
        return {"Cookie": f"geomap_session={secret}"}

    return signed_in

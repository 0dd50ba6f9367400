"""The data of the benchmarks: made up of one seed, about real cities, written by `Store.write`."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import shapely

from common.peers import BENCHMARKS, peer
from geomap.model import Edit, EditKind, Feature, Source
from geomap.settings import Settings
from layers.content import NAME_COLUMNS
from layers.derive import completed
from layers.segments.folder import folder_of
from layers.segments.keeper import refreshed
from layers.segments.opening import Segments
from layers.snapshot import Follower, Snapshot
from layers.store.engines import open_store
from layers.store.protocol import Store
from layers.table import LayerTable
from layers.tiles.properties import details, names

WORK = Path(os.environ.get("GEOMAP_BENCH_DIR", Path(tempfile.gettempdir()) / "geomap-benchmarks"))
"""What is made once and used by all benchmarks; may be deleted at any time."""
SEED = 20260101
CHUNK = 20_000
PAIRS, TWINNED = 15_613, 9_000
SOURCE = Source(
    "bench", "Made-up register", "geomap", "CC0-1.0", "https://example.org", date(2026, 1, 1), "-"
)
KINDS = ("worship", "defence", "archaeology", "culture", "building", "landscape", "nature", None)
LEVELS = ("world", "european", "national", "regional", "municipal", None)
CONDITIONS = ("good", "fair", "poor", "very_bad", None)
WORDS = {"en": "Old church of", "ru": "Старая церковь", "fi": "Vanha kirkko"}
DENSER_IN_EUROPE = 2.5
"""As the registers are: two and a half times the sites of elsewhere."""
SPREAD_DEGREES = 0.05


class City(NamedTuple):
    """One real city."""

    lng: float
    lat: float
    country: str
    name: str
    population: int


def address(size: int) -> str:
    """Return the address of the store with so many sites; it is made when it is not there."""
    folder = WORK / f"{size}"
    url = f"sqlite:///{folder / 'geomap.db'}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder)
        folder.mkdir()
        store = open_store(url)
        for edits in batches(size):
            store.write(edits, actor="bench", action="import", sources=[SOURCE])
        store.close()
        (folder / "complete").touch()
    return url


def segments(url: str) -> Segments:
    """Return the segments of a store, the newest one as of its latest commit and today."""
    folder = folder_of(Settings(store=url))
    assert folder
    store = open_store(url)
    refreshed(url, store, folder)
    store.close()
    return Segments(folder)


@contextmanager
def opened(size: int) -> Iterator[tuple[Store, Follower, Snapshot]]:
    """Open the store with so many sites, and all of it in memory as a server has it."""
    url = address(size)
    kept, store = segments(url), open_store(url)
    try:
        follower = Follower(store, segments=kept)
        yield store, follower, follower.current()
    finally:
        store.close()


def batches(size: int) -> Iterator[list[Edit]]:
    """Yield everything that a store holds, as edits."""
    cities, rng = real_cities(), np.random.default_rng(SEED)
    yield _puts(regions(rng, cities))
    pairs = twins(rng, cities)
    nothing: Any = _NoStore()
    yield completed(_puts(pairs), nothing)
    for start in range(0, size, CHUNK):
        yield _puts(sites(rng, cities, start, min(size, start + CHUNK)))


def real_cities() -> list[City]:
    """Return some 200,000 real cities, kept after the first time."""
    kept = WORK / "cities.json"
    if not kept.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        with peer() as asked:
            kept.write_text(json.dumps(asked.ask("cities")), "utf-8")
    return [City(*values) for values in json.loads(kept.read_text("utf-8"))]


def sites(
    rng: np.random.Generator, cities: Sequence[City], start: int, stop: int
) -> Iterator[Feature]:
    """Yield sites about cities, with twelve attributes; one in eight lacks each optional one."""
    count = stop - start
    near = _chosen(rng, cities, count)
    places = np.array([(cities[row].lng, cities[row].lat) for row in near])
    places += rng.normal(0, SPREAD_DEGREES, (count, 2))
    places = np.clip(places, (-180, -85), (180, 85)).round(6)
    numbers = rng.integers(0, (8, 6, 5, 8, 1000), (count, 5))
    for row, place in enumerate(shapely.points(places)):
        kind, level, condition, dated, permille = numbers[row].tolist()
        city, number = cities[near[row]], start + row
        properties = {
            "names": _names(f"{city.name} {number}", number),
            "kind": KINDS[kind],
            "country": city.country,
            "municipality": city.name,
            **(_dating(1000 + permille) if dated else {}),
            "protection": LEVELS[level],
            "condition": CONDITIONS[condition],
            "rank": permille / 10,
        }
        known = {name: value for name, value in properties.items() if value is not None}
        yield Feature("sites", _uuid(rng), SOURCE.id, str(number), place, known)


def _dating(year: int) -> dict[str, Any]:
    return {"dating": str(year), "dating_from": year, "dating_to": year}


def _names(about: str, number: int) -> list[dict[str, str]]:
    """Return an English name, for every second a Russian one, for every fourth a Finnish one."""
    languages = ["en", *(["ru"] if number % 2 else []), *(["fi"] if number % 4 == 1 else [])]
    return [
        {"value": f"{WORDS[lang]} {about}", "lang": lang, "type": "preferred"} for lang in languages
    ]


def _chosen(rng: np.random.Generator, cities: Sequence[City], count: int) -> list[int]:
    europe = [-11 < city.lng < 45 and 35 < city.lat < 71 for city in cities]
    weights = np.where(europe, DENSER_IN_EUROPE, 1.0)
    rows: list[int] = rng.choice(len(cities), count, p=weights / weights.sum()).tolist()
    return rows


def twins(rng: np.random.Generator, cities: Sequence[City]) -> list[Feature]:
    """Return cities and the pairs between them; `completed` draws their lines."""
    largest = sorted(range(len(cities)), key=lambda row: -cities[row].population)[:TWINNED]
    ends = [
        Feature("cities", _uuid(rng), SOURCE.id, str(row), shapely.Point(cities[row][:2]),
                {"names": [{"value": cities[row].name, "lang": "en", "type": "preferred"}],
                 "country": cities[row].country, "population": cities[row].population})
        for row in largest
    ]  # fmt: skip
    drawn = rng.integers(0, len(ends), (PAIRS, 2)).tolist()
    pairs = [
        Feature("twins", _uuid(rng), SOURCE.id, str(number), None,
                {"city_a": ends[a].id, "city_b": ends[b if b != a else a - 1].id,
                 "pair_type": "partnership"})
        for number, (a, b) in enumerate(drawn)
    ]  # fmt: skip
    return ends + pairs


def regions(rng: np.random.Generator, cities: Sequence[City]) -> list[Feature]:
    """Return real administrative units where the registers are there, else ragged areas."""
    folder = Path(os.environ.get("GEOMAP_TEST_DATA", BENCHMARKS.parent.parent / "shared" / "data"))
    shapes: list[shapely.Geometry] = []
    for path in sorted((folder / "admin_regions").glob("*.geojson")):
        shapes += shapely.get_parts(shapely.from_geojson(path.read_text("utf-8"))).tolist()
    return [
        Feature("regions", _uuid(rng), SOURCE.id, str(number), shape, _named(f"Region {number}"))
        for number, shape in enumerate(shapes or _ragged(rng, cities))
    ]


def _ragged(rng: np.random.Generator, cities: Sequence[City]) -> list[shapely.Geometry]:
    angles = np.linspace(0, 2 * np.pi, 1_000, endpoint=False)
    rings = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rough = 1 + np.cumsum(rng.normal(0, 0.004, (400, 1_000)), axis=1)
    middles = np.array([cities[row][:2] for row in _chosen(rng, cities, 400)])
    areas = shapely.polygons(rings * rough[:, :, None] * 1.5 + middles[:, None])
    valid: list[shapely.Geometry] = shapely.make_valid(areas, method="structure").tolist()
    return valid


def _named(name: str) -> dict[str, Any]:
    return {"names": [{"value": name, "lang": "en", "type": "preferred"}], "rank": 50.0}


def _puts(features: Any) -> list[Edit]:
    return [Edit(EditKind.PUT, feature) for feature in features]


def _uuid(rng: np.random.Generator) -> str:
    return str(UUID(bytes=rng.bytes(16), version=4))


class _NoStore:
    """A store in which nothing is yet: what the pairs are completed against."""

    def feature(self, _layer: str, _id: str) -> None:
        return None


def csv_for_peers(size: int, layer_id: str) -> Path:
    """Write what tiles tell of a layer, and its geometry as WKB in hex; return the file."""
    path = WORK / f"{size}" / f"{layer_id}.csv"
    if not path.exists():
        with opened(size) as (_, _, snapshot):
            frame = _told(snapshot.tables[layer_id])
        frame.to_csv(path.with_suffix(".partial"), index=False)
        path.with_suffix(".partial").replace(path)
    return path


def _told(table: LayerTable) -> Any:
    frame = table.frame[[*names(table), *details(table)]].copy()
    for column in NAME_COLUMNS[1:]:
        frame[column] = frame[column].where(frame[column] != frame["name"], None)
    frame["wkb"] = shapely.to_wkb(table.frame.geometry.to_numpy(), hex=True)
    return frame


def peer_columns(size: int, layer_id: str) -> list[str]:
    """Return the attributes that a tile carries of a single feature: peers get the same."""
    with csv_for_peers(size, layer_id).open(encoding="utf-8") as file:
        return file.readline().strip().split(",")[:-1]

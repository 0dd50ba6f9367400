"""Tiles of places: nothing lost between zooms, nothing too large."""

from collections import Counter

import numpy as np
import pytest

from geomap.grid import MAX_LAT, Tile, tile_at
from geomap.places import Bounds
from layers.content import keys_of
from layers.tiles import engine, mvt, places
from layers.tiles.points import FINE_BITS, MAX_BYTES, MAX_SINGLES, PointIndex
from layers.tiles.properties import Dress, Groups

KINDS = ("worship", "defence", "nature")
EDGES = [(180, 0), (-180, 0), (0, 90), (0, -90), (179.9999, 89), (0, 0), (45, MAX_LAT), (90, -86)]
TOO_LARGE = MAX_BYTES + 1


class Places:
    """An index with what its features say."""

    def __init__(self, index, dress):
        self.index, self.dress = index, dress

    def __len__(self):
        return len(self.index)

    def among(self, mask):
        return Places(self.index.among(mask), self.dress)

    def encode(self, tile, name, mask=None):
        index = self.index if mask is None else self.index.among(mask)
        return index.encode(tile, name, self.dress)


def index_of(lnglats, kinds=None, ranks=None, name="Church {}"):
    lnglats = np.asarray(lnglats, float)
    count = len(lnglats)
    kinds = np.zeros(count, np.int64) if kinds is None else kinds
    ranks = np.arange(count, dtype=float) if ranks is None else ranks
    names = {
        "id": mvt.texts([f"id-{row}" for row in range(count)]),
        "name": mvt.texts([name.format(row) for row in range(count)]),
    }
    kind = np.array([*KINDS, None], object)[kinds]
    details = {"kind": mvt.column(kind), "rank": mvt.column(np.arange(count).astype(object))}
    by_rank = np.lexsort((np.arange(count), -ranks))
    groups = Groups(KINDS, (kinds + 1) % 4)
    return Places(PointIndex(keys_of(lnglats), by_rank, groups), Dress(names, details))


@pytest.fixture(scope="module")
def scattered():
    """4,000 places: a crowd about Vyborg, some round the world, and the hard ones."""
    rng = np.random.default_rng(3)
    crowd = rng.normal((28.75, 60.71), 0.2, (2_900, 2))
    world = rng.uniform((-180, -90), (180, 90), (1_000, 2))
    one_place = np.tile([(24.94, 60.17)], (92, 1))
    lnglats = np.concatenate([crowd, world, one_place, EDGES])
    kinds = rng.integers(0, 4, len(lnglats))
    return lnglats, kinds, index_of(lnglats, kinds)


def tiles_of(lnglats, z):
    return sorted({tile_at(lng, lat, z) for lng, lat in lnglats.tolist()}, key=lambda t: (t.x, t.y))


def counted(features):
    """Return how many rows features stand for, by kind."""
    counts = Counter()
    for feature in features:
        said = feature["properties"]
        if "count" in said:
            by_kind = {key[2:]: n for key, n in said.items() if key.startswith("n_")}
            assert sum(by_kind.values()) == said["count"] > 1
            counts.update(by_kind)
        else:
            counts[said.get("kind", "unknown")] += 1
    return counts


@pytest.mark.parametrize("filtered", [False, True])
@pytest.mark.parametrize("z", [0, 1, 3, 6, 7, 8, 11, 16, 22])
def test_the_counts_of_a_zoom_add_up_to_the_rows_of_each_kind(z, filtered, scattered, decode):
    lnglats, kinds, index = scattered
    mask = np.arange(len(kinds)) % 3 > 0 if filtered else np.ones(len(kinds), bool)
    tiles = (index.encode(tile, "sites", mask) for tile in tiles_of(lnglats, z))
    total = sum((counted(decode(tile)["sites"]) for tile in tiles if tile), Counter())
    names = np.array([*KINDS, "unknown"])
    assert total == Counter(names[kinds[mask]].tolist())


@pytest.mark.parametrize("z", [2, 7, 10, 14])
def test_each_feature_stands_where_its_row_is(z, scattered, decode):
    lnglats, _, index = scattered
    for tile in tiles_of(lnglats, z)[::7]:
        unit = 360 / 4096 / 2**z
        for feature in decode(index.encode(tile, "sites"))["sites"]:
            lng, lat = lnglats[int(feature["properties"]["id"].removeprefix("id-"))]
            x, y = feature["geometry"]["coordinates"]
            assert 0 <= x < 4096
            assert 0 <= y < 4096
            box = tile.bounds()
            assert box.west + x * unit == pytest.approx(lng, abs=1.1 * unit)
            # a unit of latitude is never taller than one of longitude is wide
            middle = tile_middle(tile, y)
            assert middle == pytest.approx(min(max(lat, -MAX_LAT), MAX_LAT), abs=2 * unit)


def tile_middle(tile, y):
    north = np.pi * (1 - 2 * (tile.y + (y + 0.5) / 4096) / 2**tile.z)
    return np.degrees(np.arctan(np.sinh(north)))


def test_a_cluster_speaks_in_the_name_of_its_best_ranked_member(decode):
    index = index_of([(24.9, 60.1), (24.91, 60.1), (24.9, 60.11)], ranks=np.array([1, 9, 5.0]))
    [cluster] = decode(index.encode(Tile(3, 4, 2), "sites"))["sites"]
    assert cluster["properties"] == {
        "id": "id-1",
        "name": "Church 1",
        "count": 3,
        "n_worship": 3,
    }


def test_of_equal_rank_the_earlier_row_speaks(decode):
    index = index_of([(24.9, 60.1)] * 3, ranks=np.full(3, -np.inf))
    [cluster] = decode(index.encode(Tile(0, 0, 0), "sites"))["sites"]
    assert cluster["properties"]["id"] == "id-0"


def test_a_place_alone_in_its_cell_tells_its_details_and_no_count(decode):
    index = index_of([(24.9, 60.1), (-70, -30)], kinds=np.array([3, 1]))
    features = decode(index.encode(Tile(0, 0, 0), "sites"))["sites"]
    by_id = {feature["properties"]["id"]: feature["properties"] for feature in features}
    assert by_id["id-0"] == {"id": "id-0", "name": "Church 0", "rank": 0}
    assert by_id["id-1"] == {"id": "id-1", "name": "Church 1", "rank": 1, "kind": "defence"}


def test_from_zoom_seven_places_stand_alone_even_in_a_crowd(decode):
    rng = np.random.default_rng(4)
    crowd = rng.normal((28.7, 60.7), 0.001, (MAX_SINGLES, 2))
    index = index_of(crowd)
    features = decode(index.encode(tile_at(28.7, 60.7, 7), "sites"))["sites"]
    assert len(features) == MAX_SINGLES
    assert all("count" not in feature["properties"] for feature in features)


def test_one_more_than_there_is_room_for_makes_cells(decode):
    tile = tile_at(28.7, 60.7, 7)
    box = tile.bounds()
    rng = np.random.default_rng(4)
    places = rng.uniform((box.west, box.south), (box.east, box.north), (MAX_SINGLES + 1, 2))
    features = decode(index_of(places).encode(tile, "sites"))["sites"]
    assert any("count" in feature["properties"] for feature in features)
    size = 4096 >> FINE_BITS
    cells = [tuple(unit // size for unit in f["geometry"]["coordinates"]) for f in features]
    assert len(set(cells)) == len(cells)


def test_clusters_of_two_tiles_never_hold_the_same_row(scattered, decode):
    lnglats, _, index = scattered
    seen = Counter()
    for tile in tiles_of(lnglats, 5):
        seen.update(f["properties"]["id"] for f in decode(index.encode(tile, "sites"))["sites"])
    assert seen.most_common(1)[0][1] == 1


def test_both_sides_of_the_antimeridian_hold_their_own(decode):
    index = index_of([(180, 10), (-180, 10), (179.99, 10), (-179.99, 10)])
    east = decode(index.encode(tile_at(180, 10, 8), "sites"))["sites"]
    west = decode(index.encode(tile_at(-180, 10, 8), "sites"))["sites"]
    assert {f["properties"]["id"] for f in east} == {"id-0", "id-2"}
    assert {f["properties"]["id"] for f in west} == {"id-1", "id-3"}


def test_what_has_no_place_is_in_no_tile():
    index = index_of([(np.nan, np.nan), (np.nan, 3)])
    assert len(index) == 0
    assert index.encode(Tile(0, 0, 0), "sites") == b""


def test_a_tile_without_places_is_empty(scattered):
    assert scattered[2].encode(tile_at(-40, -40, 14), "sites") == b""


def test_a_filter_that_keeps_nothing_leaves_an_empty_tile(scattered):
    nothing = np.zeros(len(scattered[0]), bool)
    assert scattered[2].encode(Tile(0, 0, 0), "sites", nothing) == b""


def test_filters_narrow_one_another(scattered):
    first = np.arange(len(scattered[0])) % 2 == 0
    second = np.arange(len(scattered[0])) % 3 == 0
    both = scattered[2].among(first & second)
    step_by_step = scattered[2].among(first).among(second)
    assert len(both) == int((first & second).sum())
    for tile in (Tile(0, 0, 0), tile_at(28.7, 60.7, 9)):
        assert both.encode(tile, "sites") == step_by_step.encode(tile, "sites")


def test_gdal_reads_the_same_features(scattered, decode, read_by_gdal):
    tile = tile_at(28.7, 60.7, 6)
    encoded = scattered[2].encode(tile, "sites")
    ours = decode(encoded)["sites"]
    frame = read_by_gdal(encoded, tile, "sites")
    assert frame["id"].tolist() == [feature["properties"]["id"] for feature in ours]
    assert frame["count"].sum() == sum(f["properties"].get("count", 0) for f in ours)


def million(rng):
    """A million places: villages, denser in Europe, and some anywhere."""
    villages = rng.uniform((-10, 36), (40, 70), (5_000, 2))
    lnglats = villages[rng.integers(0, 5_000, 1_000_000)] + rng.normal(0, 0.1, (1_000_000, 2))
    lnglats[:150_000] = rng.uniform((-180, -85), (180, 85), (150_000, 2))
    lnglats[150_000:250_000] = rng.normal((2.35, 48.86), 0.01, (100_000, 2))
    return lnglats


@pytest.fixture(scope="module")
def million_index():
    rng = np.random.default_rng(8)
    lnglats = million(rng)
    # A tenth of the names, so that building stays quick; each is long and in Cyrillic.
    ids = np.array([f"{row:08x}-0000-4000-8000-000000000000" for row in range(1_000)], object)
    names = np.array([f"Церковь Рождества Богородицы {row}" for row in range(1_000)], object)
    which = rng.integers(0, 1_000, len(lnglats))
    kinds = rng.integers(0, 4, len(lnglats))
    ids, names = mvt.column(ids[which]), mvt.column(names[which])
    dress = Dress(
        {"id": ids, "name": names, "name_fi": names},
        {"kind": mvt.column(np.array([*KINDS, None], object)[kinds])},
    )
    by_rank = np.argsort(-rng.random(len(lnglats)))
    index = PointIndex(keys_of(lnglats), by_rank, Groups(KINDS, (kinds + 1) % 4))
    return lnglats, Places(index, dress)


@pytest.mark.parametrize("z", range(0, 15))
def test_no_tile_of_a_million_places_is_too_large(z, million_index, decode):
    lnglats, index = million_index
    rng = np.random.default_rng(z)
    probes = [(2.35, 48.86), *lnglats[rng.integers(0, len(lnglats), 12)].tolist()]
    sizes = [len(index.encode(tile_at(lng, lat, z), "sites")) for lng, lat in probes]
    assert 0 < max(sizes) < TOO_LARGE


@pytest.mark.parametrize("z", [0, 2])
def test_a_million_places_are_a_million_at_low_zoom(z, million_index, decode):
    lnglats, index = million_index
    tiles = [Tile(z, x, y) for x in range(2**z) for y in range(2**z)]
    encoded = [index.encode(tile, "sites") for tile in tiles]
    total = sum((counted(decode(tile)["sites"]) for tile in encoded if tile), Counter())
    assert sum(total.values()) == len(lnglats)


def test_long_names_make_wider_cells_and_lose_no_row(decode):
    tile = tile_at(10, 50, 9)
    box: Bounds = tile.bounds()
    rng = np.random.default_rng(9)
    places = rng.uniform((box.west, box.south), (box.east, box.north), (6_000, 2))
    encoded = index_of(places, name="Very long name indeed " * 20 + "{}").encode(tile, "sites")
    assert len(encoded) <= MAX_BYTES
    assert sum(counted(decode(encoded)["sites"]).values()) == 6_000


@pytest.mark.parametrize("form", ["numpy", "compiled"])
def test_cities_of_more_countries_than_a_layer_has_keys_tell_the_largest(form, decode):
    countries = [f"c{number:03}" for number in range(200)]
    sizes = np.arange(200) + 2
    of = np.repeat(np.arange(200), sizes)
    lnglats = np.random.default_rng(4).uniform((-170, -80), (170, 80), (len(of), 2))
    names = {"id": mvt.texts([f"id-{row}" for row in range(len(of))])}
    details = {"country": mvt.column(np.array(countries, object)[of])}
    groups = Groups(tuple(countries), of + 1)
    index = PointIndex(keys_of(lnglats), np.arange(len(of)), groups)
    before = engine.in_use()
    engine.choose(form)
    try:
        tile = decode(index.encode(Tile(0, 0, 0), "cities", Dress(names, details)))["cities"]
    finally:
        engine.choose(before)
    clusters = [one["properties"] for one in tile if "count" in one["properties"]]
    alone = Counter(one["properties"].get("country") for one in tile)
    assert sum(one["count"] for one in clusters) + len(tile) - len(clusters) == len(of)
    told = Counter()
    for cluster in clusters:
        told.update({key[2:]: n for key, n in cluster.items() if key.startswith("n_")})
    assert len(told) == places.MOST_KEYS - len(["id", "country", "count"])
    assert min(told) > "c060"
    for code, n in told.items():
        assert n + alone[code] == sizes[countries.index(code)]

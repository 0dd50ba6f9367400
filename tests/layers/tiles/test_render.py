"""What each layer draws in a tile, unfiltered and filtered."""

from collections import Counter
from datetime import date
from types import MappingProxyType

import numpy as np
import pytest
from shapely import LineString, Point, box

from geomap.errors import LayerNotFound
from geomap.grid import Tile, tile_at, tiles_covering
from geomap.places import Bounds
from layers.catalog import LAYERS
from layers.query import Query
from layers.snapshot import Snapshot
from layers.tiles.render import MAX_ARCS, render

HELSINKI, VYBORG = (24.94, 60.17), (28.75, 60.71)
KINDS = np.array(["worship", "defence", None], object)


@pytest.fixture
def snapshot(table_of):
    """Eleven sites (one without a place, one an area), a region, two cities, a pair."""
    sites = [Point(24.9 + row / 50, 60.1) for row in range(9)]
    tables = {
        "sites": table_of(
            "sites",
            [*sites, box(25.2, 60.2, 25.3, 60.3), None],
            kind=KINDS[np.arange(11) % 3],
            country=["FI"] * 11,
            rank=np.arange(11.0),
            name=np.array([f"Site {row}" for row in range(11)], object),
            name_en=np.array([f"Site {row}" for row in range(11)], object),
            name_ru=np.array([f"Место {row}" for row in range(11)], object),
            dating_from=np.array([1300.0, np.nan] * 5 + [1.0]),
        ),
        "regions": table_of("regions", [box(20, 59, 32, 64)], region_type=["programme_area"]),
        "cities": table_of(
            "cities", [Point(HELSINKI), Point(VYBORG)], country=["FI", "RU"], twin_count=[2, 1]
        ),
        "twins": table_of("twins", [LineString([HELSINKI, VYBORG])], status=["unknown"]),
    }
    return Snapshot(1, date(2026, 1, 1), MappingProxyType(tables), {})


def test_a_tile_of_all_layers_holds_each_under_its_name(snapshot, decode):
    layers = decode(render(snapshot, list(LAYERS), tile_at(*HELSINKI, 9), Query()))
    assert layers.keys() == {
        "sites",
        "sites_shapes",
        "regions",
        "regions_labels",
        "cities",
        "twins",
    } - {"regions_labels"}  # the label stands in another tile
    assert [f["geometry"]["type"] for f in layers["sites_shapes"]] == ["Polygon"]
    assert [f["geometry"]["type"] for f in layers["twins"]] == ["LineString"]


def test_a_single_site_tells_what_a_map_needs_and_no_more(snapshot, decode):
    features = decode(render(snapshot, ["sites"], tile_at(24.9, 60.1, 12), Query()))["sites"]
    [site] = [f["properties"] for f in features if f["properties"]["id"] == "sites-000000"]
    assert site == {
        "id": "sites-000000",
        "name": "Site 0",
        "name_ru": "Место 0",  # name_en is the name itself
        "kind": "worship",
        "country": "FI",
        "dating_from": 1300,
        "rank": 0,
    }


def test_computed_columns_are_told_too(snapshot, decode):
    [city] = decode(render(snapshot, ["cities"], tile_at(*HELSINKI, 9), Query()))["cities"]
    assert city["properties"] == {"id": "cities-000000", "country": "FI", "twin_count": 2}
    [pair] = decode(render(snapshot, ["twins"], tile_at(*HELSINKI, 9), Query()))["twins"]
    assert pair["properties"]["status"] == "unknown"


@pytest.mark.parametrize("z", [0, 4, 8, 12])
def test_every_site_with_a_place_is_counted_at_every_zoom(z, snapshot, decode):
    assert total(snapshot, z, Query(), decode) == 10


@pytest.mark.parametrize("z", [0, 4, 8, 12])
def test_filters_narrow_the_counts(z, snapshot, decode):
    assert total(snapshot, z, Query(equals={"kind": ("worship",)}), decode) == 4
    assert total(snapshot, z, Query(equals={"kind": ("",)}), decode) == 3


def total(snapshot, z, query, decode):
    tiles = tiles_covering(Bounds(24, 60, 26, 61), z)
    encoded = [render(snapshot, ["sites"], tile, query) for tile in tiles]
    features = [feature for tile in encoded if tile for feature in decode(tile).get("sites", [])]
    return sum(feature["properties"].get("count", 1) for feature in features)


def test_outlines_are_filtered_like_the_places(snapshot, decode):
    tile = tile_at(25.25, 60.25, 10)
    assert "sites_shapes" in decode(render(snapshot, ["sites"], tile, Query()))
    none = Query(equals={"kind": ("nature",)})
    assert render(snapshot, ["sites"], tile, none) == b""


def test_a_filter_narrows_only_layers_that_have_its_field(snapshot, decode):
    query = Query(equals={"kind": ("nature",)})
    layers = decode(render(snapshot, ["sites", "cities"], tile_at(*HELSINKI, 9), query))
    assert layers.keys() == {"cities"}


def test_the_box_of_a_query_does_not_matter(snapshot):
    tile = tile_at(*HELSINKI, 9)
    boxed = Query(bbox=Bounds(0, 0, 1, 1), limit=1, order="-rank")
    assert render(snapshot, ["sites"], tile, boxed) == render(snapshot, ["sites"], tile, Query())


def test_a_region_has_one_label_for_all_its_tiles(snapshot, decode):
    tiles = tiles_covering(Bounds(20, 59, 32, 64), 6)
    layers = [decode(render(snapshot, ["regions"], tile, Query())) for tile in tiles]
    assert all("regions" in tile for tile in layers)
    assert sum(len(tile.get("regions_labels", [])) for tile in layers) == 1


def test_a_tile_where_nothing_is_has_no_bytes(snapshot):
    assert render(snapshot, list(LAYERS), tile_at(-100, -60, 9), Query()) == b""


def test_a_layer_that_does_not_exist_is_refused(snapshot):
    with pytest.raises(LayerNotFound):
        render(snapshot, ["castles"], Tile(0, 0, 0), Query())


@pytest.fixture
def crowded(table_of):
    rng = np.random.default_rng(5)
    ends = rng.uniform((-10, 35), (40, 65), (4_000, 2, 2))
    table = table_of(
        "twins",
        [LineString(pair) for pair in ends],
        status=KINDS[rng.integers(0, 3, 4_000)],
        rank=np.arange(4_000.0),
    )
    return Snapshot(1, date(2026, 1, 1), {"twins": table}, {})


def test_thousands_of_pairs_are_bundles_at_low_zoom(crowded, decode):
    features = decode(render(crowded, ["twins"], Tile(0, 0, 0), Query()))["twins"]
    assert sum(feature["properties"]["count"] for feature in features) == 4_000
    by_status = Counter()
    for feature in features:
        said = feature["properties"]
        by_status.update({key: n for key, n in said.items() if key.startswith("n_")})
    assert by_status.total() == 4_000


def test_a_filter_that_leaves_few_pairs_shows_each(crowded, decode):
    kept = np.arange(MAX_ARCS)
    seqs = frozenset(kept.tolist())
    features = decode(render(crowded, ["twins"], Tile(0, 0, 0), Query(words="x", seqs=seqs)))
    assert {f["properties"]["id"] for f in features["twins"]} == {f"twins-{n:06}" for n in kept}


@pytest.mark.parametrize("z", [6, 7, 8])
def test_no_pair_is_lost_between_zooms(z, crowded, decode):
    box_ = Bounds(-11, 34, 41, 66)
    counted = {}
    for tile in tiles_covering(box_, z):
        for feature in decode(render(crowded, ["twins"], tile, Query())).get("twins", []):
            said = feature["properties"]
            counted[said["id"]] = said.get("count", 1)
            by_status = sum(n for key, n in said.items() if key.startswith("n_"))
            assert by_status == said.get("count", 0)
    assert sum(counted.values()) == 4_000

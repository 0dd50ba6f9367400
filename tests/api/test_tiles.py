"""Tiles over HTTP, read by an independent decoder."""

import gzip

import mapbox_vector_tile
import pytest

from geomap.grid import tile_at
from layers.tiles.grids import GRIDS

MVT = "application/vnd.mapbox-vector-tile"
GRID = "tiles/WebMercatorQuad"


def decoded(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MVT
    return mapbox_vector_tile.decode(answer.content) if answer.content else {}


def shown(layer):
    return sum(one["properties"].get("count") or 1 for one in layer["features"])


@pytest.mark.parametrize("path", [f"{GRID}/0/0/0", "tiles/0/0/0.pbf"])
def test_the_tile_of_the_world_counts_every_site_with_a_place(world, make, path):
    tile = decoded(world.get(f"/collections/sites/{path}"))
    assert shown(tile["sites"]) == make.public_sites - 1


def test_rows_stand_before_columns_in_the_grid_and_behind_them_in_xyz(world):
    tile = tile_at(28.775, 61.17, 10)
    by_row = world.get(f"/collections/sites/{GRID}/{tile.z}/{tile.y}/{tile.x}")
    by_xyz = world.get(f"/collections/sites/tiles/{tile.z}/{tile.x}/{tile.y}.pbf")
    names = {one["properties"]["name"] for one in decoded(by_row)["sites"]["features"]}
    assert "Rapids" in names
    assert decoded(by_row) == decoded(by_xyz)


def test_all_layers_are_had_in_one_tile_or_those_asked_for(world):
    everything = decoded(world.get(f"/{GRID}/0/0/0"))
    assert {"sites", "cities", "regions", "twins"} <= set(everything)
    some = decoded(world.get("/tiles/0/0/0.pbf?collections=cities,sites"))
    assert set(some) == {"cities", "sites"}
    assert world.get("/tiles/0/0/0.pbf?collections=rivers").status_code == 400


def test_tiles_take_the_filters_of_items(world):
    kinds = decoded(world.get("/collections/sites/tiles/0/0/0.pbf?kind=defence"))
    words = decoded(world.get("/collections/sites/tiles/0/0/0.pbf?q=castle"))
    dated = decoded(world.get("/tiles/0/0/0.pbf?datetime=1300&dated=true&collections=sites"))
    assert shown(kinds["sites"]) == 2
    assert shown(words["sites"]) == shown(dated["sites"]) == 1


def test_a_field_that_not_all_layers_of_a_tile_have_is_unknown(world):
    assert world.get("/tiles/0/0/0.pbf?kind=defence").status_code == 400
    assert world.get("/tiles/0/0/0.pbf?collections=sites&kind=defence").status_code == 200
    assert world.get("/tiles/0/0/0.pbf?collections=sites,cities&country=FI").status_code == 200


def test_an_empty_tile_inside_the_grid_is_200_without_a_body(world):
    answer = world.get(f"/collections/sites/{GRID}/10/0/0")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "tile", ["23/0/0", "0/1/0", "3/8/0", "3/0/8", "-1/0/0", "a/0/0", "1_0/0/0", "١/0/0", "0/0/1e3"]
)
def test_a_tile_outside_the_grid_is_404(world, tile):
    answer = world.get(f"/collections/sites/{GRID}/{tile}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_tile_is_gzipped_for_those_who_read_it(world):
    path = "/collections/sites/tiles/0/0/0.pbf"
    plain = world.get(path, headers={"Accept-Encoding": "identity"})
    with world.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in plain.headers


def test_a_tile_shows_what_was_just_written(client, put, make):
    put(make.site("First", 10.0, 50.0))
    assert shown(decoded(client.get("/tiles/0/0/0.pbf"))["sites"]) == 1
    put(make.site("Second", 100.0, -50.0))
    assert shown(decoded(client.get("/tiles/0/0/0.pbf"))["sites"]) == 2


@pytest.mark.parametrize("above", ["/collections/sites", ""])
def test_tilesets_lead_to_tiles(world, above):
    tilesets = world.get(f"{above}/tiles?f=json").json()["tilesets"]
    assert [one["tileMatrixSetURI"].rsplit("/", 1)[1] for one in tilesets] == list(GRIDS)
    for tileset in tilesets:
        assert tileset["dataType"] == "vector"
        links = {one["rel"]: one["href"] for one in tileset["links"]}
        grid = world.get(links["http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"]).json()
        assert (grid["uri"], grid["crs"]) == (tileset["tileMatrixSetURI"], tileset["crs"])
        metadata = world.get(links["self"]).json()
        [item] = [one for one in metadata["links"] if one["rel"] == "item"]
        assert (item["templated"], item["type"]) == (True, MVT)
        column = 1 if grid["tileMatrices"][0]["matrixWidth"] == 2 else 0
        address = item["href"].format(tileMatrix=0, tileRow=0, tileCol=column)
        assert "sites" in decoded(world.get(address))


def test_tilesets_of_some_collections_lead_to_tiles_of_these(world):
    [first, *_] = world.get("/tiles?collections=cities").json()["tilesets"]
    tileset = world.get(first["links"][0]["href"]).json()
    [item] = [one for one in tileset["links"] if one["rel"] == "item"]
    address = item["href"].format(tileMatrix=0, tileRow=0, tileCol=0)
    assert set(decoded(world.get(address))) == {"cities"}


@pytest.mark.parametrize("path", ["/tiles", "/tiles/WebMercatorQuad"])
def test_tilesets_of_what_is_no_collection_are_refused(world, path):
    assert world.get(f"{path}?collections=rivers").status_code == 400


@pytest.mark.parametrize("place", ["/collections/sites", "/collections/twins"])
def test_collections_and_the_landing_page_name_their_tilesets(world, place):
    rel = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
    for address in ("/?f=json", place):
        [href] = [one["href"] for one in world.get(address).json()["links"] if one["rel"] == rel]
        assert "f=json" in href
        assert world.get(href).json()["tilesets"]


@pytest.mark.parametrize("grid_id", GRIDS)
def test_limits_are_the_zooms_that_there_are(world, grid_id):
    limits = world.get(f"/collections/sites/tiles/{grid_id}").json()["tileMatrixSetLimits"]
    tiles = f"/collections/sites/tiles/{grid_id}"
    for one in limits:
        z, row, column = one["tileMatrix"], one["maxTileRow"], one["maxTileCol"]
        assert world.get(f"{tiles}/{z}/{row}/{column}").status_code == 200
        assert world.get(f"{tiles}/{z}/{row + 1}/{column}").status_code == 404
        assert world.get(f"{tiles}/{z}/{row}/{column + 1}").status_code == 404
    assert world.get(f"{tiles}/{int(z) + 1}/0/0").status_code == 404


@pytest.mark.parametrize("grid_id", GRIDS)
def test_limits_lie_within_the_grid(world, grid_id):
    limits = world.get(f"/tiles/{grid_id}").json()["tileMatrixSetLimits"]
    matrices = world.get(f"/tileMatrixSets/{grid_id}").json()["tileMatrices"]
    for limit, matrix in zip(limits, matrices, strict=False):
        assert limit["tileMatrix"] == matrix["id"]
        assert limit["maxTileRow"] == matrix["matrixHeight"] - 1
        assert limit["maxTileCol"] == matrix["matrixWidth"] - 1
    assert len(limits) <= len(matrices)


@pytest.mark.parametrize(
    "path", ["/tiles/MapQuad", "/tiles/MapQuad/0/0/0", "/tileMatrixSets/MapQuad"]
)
def test_a_grid_that_is_not_there_is_404_and_says_which_are(world, path):
    answer = world.get(path)
    assert answer.status_code == 404
    assert "WorldCRS84Quad" in answer.json()["detail"]


@pytest.mark.parametrize("grid_id", GRIDS)
def test_tiles_of_every_grid_take_filters(world, grid_id):
    column = "1" if grid_id == "WorldCRS84Quad" else "0"
    tile = f"/collections/sites/tiles/{grid_id}/0/0/{column}"
    every, some = decoded(world.get(tile)), decoded(world.get(f"{tile}?kind=worship"))
    assert shown(every["sites"]) > shown(some["sites"]) == 1


def test_the_grid_is_that_of_the_standard(world):
    matrices = world.get("/tileMatrixSets/WebMercatorQuad").json()["tileMatrices"]
    assert [one["id"] for one in matrices] == [str(z) for z in range(25)]
    assert matrices[0]["cellSize"] == pytest.approx(156543.033928041)
    assert matrices[3]["matrixWidth"] == 8
    assert matrices[12]["scaleDenominator"] == pytest.approx(136494.693366)


@pytest.mark.parametrize("layer", ["sites", "cities", "regions", "twins"])
def test_tilejson_names_the_layers_and_fields_that_tiles_hold(world, layer):
    body = world.get(f"/collections/{layer}/{GRID}/tilejson.json").json()
    assert body["tilejson"] == "3.0.0"
    declared = {one["id"]: set(one["fields"]) for one in body["vector_layers"]}
    place = tile_at(28.72, 61.12, 9)
    for z, x, y in ((0, 0, 0), (place.z, place.x, place.y)):
        tile = decoded(world.get(body["tiles"][0].format(z=z, x=x, y=y)))
        assert set(tile) <= set(declared)
        for name, content in tile.items():
            for one in content["features"]:
                carried = {key for key in one["properties"] if not key.startswith("n_")}
                assert carried <= declared[name] | {"twin_count"}


def test_tilejson_of_some_layers_asks_for_those_alone(world):
    body = world.get(f"/{GRID}/tilejson.json?collections=cities").json()
    assert body["tiles"] == ["http://testserver/tiles/{z}/{x}/{y}.pbf?collections=cities"]
    assert [one["id"] for one in body["vector_layers"]] == ["cities"]


def test_the_base_map_is_served_from_here(world):
    tile = mapbox_vector_tile.decode(world.get("/basemap/0/0/0.mvt").content)
    assert "earth" in tile
    assert world.get("/basemap/0/0/1.mvt").status_code == 404
    assert world.get("/basemap/20/0/0.mvt").status_code == 200

"""GDAL reads features, tiles and files: Debian's 3.6 by `ogrinfo`, and pyogrio's own."""

import re
import sys
from pathlib import Path

import pyogrio
import pytest

from geomap.places import Bounds
from layers.catalog import LAYERS
from layers.query import Query

GDAL_UTILS = Path(sys.prefix) / "gdal-utils"
BOX = (24.0, 60.0, 30.0, 62.0)


def counted(said: str) -> int:
    return int(re.search(r"Feature Count: (\d+)", said)[1])


@pytest.mark.parametrize("layer", LAYERS)
def test_debians_gdal_counts_what_the_store_holds(server, program, held, layer):
    said = program("ogrinfo", "-ro", "-so", f"OAPIF:{server}", layer)
    assert counted(said) == len(held(layer)) > 0


def test_debians_gdal_filters_by_a_field_and_by_a_box(server, program, held):
    said = program("ogrinfo", "-ro", "-so", "-where", "country = 'FI'", f"OAPIF:{server}", "sites")
    assert counted(said) == len(held("sites", Query(equals={"country": ("FI",)}))) > 0
    box = [str(degrees) for degrees in BOX]
    said = program("ogrinfo", "-ro", "-so", "-spat", *box, f"OAPIF:{server}", "sites")
    assert counted(said) == len(held("sites", Query(bbox=Bounds(*BOX), placed=True))) > 0


@pytest.mark.parametrize("layer", LAYERS)
def test_pyogrios_gdal_reads_every_feature_by_its_id(server, held, layer):
    frame = pyogrio.read_dataframe(f"OAPIF:{server}", layer=layer, PAGE_SIZE="37")
    assert set(frame["id"]) == held(layer)


def test_pyogrios_gdal_reads_a_box(server, held):
    frame = pyogrio.read_dataframe(f"OAPIF:{server}", layer="sites", bbox=BOX)
    assert set(frame["id"]) == held("sites", Query(bbox=Bounds(*BOX), placed=True))


def test_gdal_reads_the_tiles_of_a_zoom(server, program, held):
    said = program("ogrinfo", "-ro", "-so", f"MVT:{server}/collections/cities/tiles/3", "cities")
    assert counted(said) > 0
    frame = pyogrio.read_dataframe(f"MVT:{server}/collections/cities/tiles/3", layer="cities")
    # A cluster stands for several; one on an edge of tiles stands in one of them only.
    assert frame["count"].fillna(1).sum() == len(held("cities"))


@pytest.mark.parametrize("name", ["gpkg", "fgb", "geojson"])
def test_gdal_reads_the_files(server, held, tmp_path, fetched, name):
    path = fetched(f"/collections/sites/export?f={name}", f"sites.{name}")
    layers = {str(layer) for layer, _ in pyogrio.list_layers(path)}
    frame = pyogrio.read_dataframe(path, layer="sites" if "sites" in layers else None)
    assert set(frame["id"]) == held("sites")


@pytest.mark.parametrize("layer", LAYERS)
def test_the_geopackage_has_no_fault_that_gdals_validator_knows(fetched, program, layer):
    if not GDAL_UTILS.is_dir():
        pytest.skip("`make clients` has not been run.")
    path = fetched(f"/collections/{layer}/export?f=gpkg", f"{layer}.gpkg")
    validator = str(GDAL_UTILS / "osgeo_utils" / "samples" / "validate_gpkg.py")
    python_path = {"PYTHONPATH": str(GDAL_UTILS)}
    program("/usr/bin/python3", validator, "--extra", str(path), env=python_path)


def test_gdal_reads_every_place_of_a_pmtiles_file(held, fetched):
    path = fetched("/collections/cities/export?f=pmtiles", "cities.pmtiles")
    frame = pyogrio.read_dataframe(path, layer="cities")
    assert set(frame["id"]) == held("cities")
    assert frame.crs.to_epsg() == 3857

"""Files for QGIS: well-formed, pointing here alone, the same bytes each time."""

import io
import re
import zipfile
from xml.etree import ElementTree

import pytest

from api.palette import KINDS
from layers.catalog import LAYERS


def project(world, **more):
    answer = world.get("/qgis/geomap.qgz", **more)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        [name] = archive.namelist()
        return ElementTree.fromstring(archive.read(name))


def test_the_project_holds_every_collection_its_tiles_and_the_map_beneath(world):
    made = project(world)
    ids = [layer.findtext("id") for layer in made.iter("maplayer")]
    assert set(ids) == {
        "geomap_basemap",
        *(f"geomap_{layer}" for layer in LAYERS),
        *(f"geomap_{layer}_tiles" for layer in LAYERS),
    }
    assert [one.get("id") for one in made.iter("layer-tree-layer")] == ids
    assert ids[-1] == "geomap_basemap"


def test_sources_are_absolute_and_of_this_server(world):
    for layer in project(world, headers={"Host": "map.example.org"}).iter("maplayer"):
        source = layer.findtext("datasource")
        assert re.findall(r"\w+://[^/'&]*", source) == ["http://map.example.org"]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_definition_holds_a_collection_and_its_tiles(world, layer):
    answer = world.get(f"/collections/{layer}/geomap.qlr")
    assert f'filename="{layer}.qlr"' in answer.headers["content-disposition"]
    made = ElementTree.fromstring(answer.content)
    features, tiles = made.iter("maplayer")
    assert f"typename='{layer}'" in features.findtext("datasource")
    assert f"/collections/{layer}/tiles/" in tiles.findtext("datasource")


def test_kinds_have_their_colours_and_labels_in_the_language_asked_for(world):
    made = ElementTree.fromstring(world.get("/collections/sites/geomap.qlr?lang=fi").content)
    labels = {one.get("value"): one.get("label") for one in made.iter("category")}
    assert set(labels) == {*KINDS, ""}
    assert labels[""] == "Muut"


def test_a_file_is_the_same_bytes_each_time(world):
    first, second = (world.get("/qgis/geomap.qgz") for _ in range(2))
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]

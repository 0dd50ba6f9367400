"""Every format: what goes out can be read by others, and says whose it is."""

import json
from datetime import date

import numpy as np
import pyproj
import pytest
import shapely
from shapely import LineString, MultiPoint, box

from geomap.crs import FILE_CRS
from geomap.errors import ParameterInvalid
from geomap.model import Visibility
from layers.catalog import LAYERS
from layers.exports.schema import attribute_types
from layers.exports.table import EXPORTS, export_named, options_for

WHOLE = [name for name, export in EXPORTS.items() if not export.drawn]
TABLES = ("gpkg", "fgb", "parquet", "csv")
SHAPES = {
    "Fort": (28.75, 61.5),
    "Wall": LineString([(20, 60), (21, 61)]),
    "Park": box(22, 62, 23, 63),
    "Tombs": MultiPoint([(24, 60), (25, 61)]),
}
FULL = {
    "kind": "defence",
    "country": "FI",
    "dating": "1475/1478",
    "dating_from": 1475,
    "dating_to": 1478,
    "description": {"en": 'A "fort"', "sv": "Ett slott"},
    "designations": [{"scheme": "other", "value": "I, 2"}],
    "in_danger": False,
    "inscribed": 1991,
    "accuracy_m": 5,
    "rank": 7.5,
    "as_of": "2025-12-31",
    "extra": {"kuntanro": 740, "huom": ["a", None]},
}


@pytest.fixture
def sites(put, feature):
    def names(name):
        of = {"en": name, "ru": f"Форт {name}", "fi": f"{name}linna", "sv": f"{name}borg"}
        return [{"value": value, "lang": k, "type": "preferred"} for k, value in of.items()]

    shown = [
        feature("sites", name, shape, **FULL | {"names": names(name)})
        for name, shape in SHAPES.items()
    ]
    hidden = feature("sites", "Secret", (10.0, 60.0), visibility=Visibility.HIDDEN)
    put(*shown, hidden)
    return shown


@pytest.mark.parametrize("name", WHOLE)
def test_every_feature_comes_back_with_its_geometry(sites, read, name):
    frame = read(name)
    assert set(frame.index) == set(SHAPES)
    for site in sites:
        assert shapely.equals_exact(frame.geometry[site.record_id], site.geometry, 1e-7)


@pytest.mark.parametrize("name", WHOLE)
def test_names_in_all_languages_and_licence_and_source_are_in_each_row(sites, read, name):
    frame = read(name)
    for record in SHAPES:
        row = frame.loc[record]
        assert (row["name"], row["name_ru"], row["name_fi"]) == (
            record,
            f"Форт {record}",
            f"{record}linna",
        )
        assert f"{record}borg" in str(row["names"])
        assert (row["licence"], row["source"], row["attribution"]) == (
            "CC0-1.0",
            "A test register",
            "Test office 2026",
        )


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_hidden_is_in_no_file(sites, exported, read, name):
    assert "Secret" not in read(name).index
    assert b"Secret" not in exported(name)


@pytest.mark.parametrize("name", WHOLE)
def test_an_empty_layer_is_a_sound_file(name, read, exported):
    if name == "geojsonseq":
        assert exported(name) == b""
    else:
        assert len(read(name)) == 0


@pytest.mark.parametrize("name", TABLES)
def test_fields_have_their_types(sites, read, name):
    row = read(name).loc["Fort"]
    assert row["dating"] == "1475/1478"
    assert (row["dating_from"], row["dating_to"], row["inscribed"]) == (1475, 1478, 1991)
    assert isinstance(row["dating_from"], int | np.integer)
    assert (row["rank"], row["accuracy_m"]) == (7.5, 5.0)
    assert not row["in_danger"]
    assert isinstance(row["in_danger"], bool | np.bool_ | np.int32)
    assert str(row["as_of"])[:10] == date(2025, 12, 31).isoformat()
    assert (row["lng"], row["lat"]) == (28.75, 61.5)
    for field in ("description", "designations", "extra"):
        assert json.loads(row[field]) == FULL[field]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_table_has_a_column_for_all_that_a_feature_says(layer, put, feature, properties):
    cities = [feature("cities", name, (n, 60.0), country="FI") for n, name in enumerate("ab")]
    ends = {"city_a": cities[0].id, "city_b": cities[1].id, "established": "1990"}
    pair = feature("twins", "a – b", LineString([(0, 60), (1, 60)]), **ends)
    put(*cities, pair, feature("regions", "r", box(-1, 59, 2, 61)), feature("sites", "s", (0, 60)))
    columns = set(attribute_types(LAYERS[layer]))
    assert {name for field in LAYERS[layer].fields for name in [field.name]} - columns <= {
        "public_names"
    }
    for told in properties(layer).values():
        assert set(told) <= columns


@pytest.mark.parametrize("name", TABLES)
def test_a_feature_without_a_place_is_in_the_table_all_the_same(put, feature, read, name):
    put(feature("sites", "Lost"), feature("sites", "Found", (1.0, 2.0)))
    frame = read(name)
    assert set(frame.index) == {"Lost", "Found"}
    assert frame.geometry["Lost"] is None
    assert np.isnan(frame["lng"]["Lost"])


@pytest.mark.parametrize("crs", FILE_CRS)
@pytest.mark.parametrize("name", ["parquet", "csv"])
def test_every_offered_reference_system_is_written_easting_first(sites, read, name, crs):
    frame = read(name, crs=crs)
    expected = pyproj.Transformer.from_crs("OGC:CRS84", crs, always_xy=True).transform(28.75, 61.5)
    fort = frame.geometry["Fort"]
    assert (fort.x, fort.y) == pytest.approx(expected, abs=1e-3)
    if name == "parquet":
        assert frame.crs == crs or frame.crs.equals("OGC:CRS84")


@pytest.mark.parametrize("name", ["gpkg", "fgb"])
def test_gdal_is_told_the_reference_system(sites, read, name):
    frame = read(name, crs="EPSG:3067")
    assert frame.crs.to_epsg() == 3067
    fort = frame.geometry["Fort"]
    assert 590_000 < fort.x < 600_000
    assert 6_815_000 < fort.y < 6_825_000


@pytest.mark.parametrize("name", TABLES)
def test_a_place_that_a_reference_system_cannot_tell_stays_in_degrees(put, feature, read, name):
    put(feature("sites", "Far", (117.0, 0.0)), feature("sites", "Fort", (27.0, 61.0)))
    frame = read(name, crs="EPSG:3067")
    assert frame.geometry["Far"] is None
    assert (frame["lng"]["Far"], frame["lat"]["Far"]) == (117.0, 0.0)
    assert frame.geometry["Fort"].x == pytest.approx(500_000)


def test_the_page_of_exports_tells_of_every_format_and_reference_system(checkout):
    page = (checkout / "docs" / "exports.md").read_text()
    assert all(f"| `{name}` |" in page for name in EXPORTS)
    told = page.partition("## Reference systems")[2]
    assert all(code.removeprefix("EPSG:") in told for code in FILE_CRS if "2583" not in code)


def test_a_format_that_nobody_writes_is_refused_by_name():
    with pytest.raises(ParameterInvalid, match="geojson"):
        export_named("dwg")


@pytest.mark.parametrize(
    ("name", "wishes"),
    [
        ("gpkg", {"crs": "EPSG:2393"}),
        ("geojson", {"crs": "EPSG:3067"}),
        ("geojsonseq", {"crs": "EPSG:3857"}),
        ("gpkg", {"bom": True}),
    ],
)
def test_what_a_format_cannot_do_is_refused(name, wishes):
    with pytest.raises(ParameterInvalid, match=next(iter(wishes))):
        options_for(export_named(name), **wishes)

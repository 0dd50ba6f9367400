"""Regions of member units: no slivers of two sources, real holes stay, missing units are said."""

import csv
import json

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from geomap.errors import FileUnreadable, ParameterInvalid
from geomap.geodesy import area_km2
from layers.imports.regions import dissolved

KM = 1 / 111.32
"""Degrees of latitude."""


def holes(outline):
    return [ring for part in shapely.get_parts(outline) for ring in part.interiors]


def wavy(side, phase):
    """A unit on one side of 30° E whose border waves by some 600 m."""
    lats = np.linspace(0, 1, 200)
    border = 30 + 0.6 * KM * np.sin(lats * 60 + phase)
    edge = list(zip(border, lats, strict=True))
    return Polygon([*edge, (30 + side, 1), (30 + side, 0)])


def test_two_units_become_one_outline():
    outline = dissolved([[box(20, 0, 21, 1), box(21, 0, 22, 1)]], 1000)
    assert outline.geom_type == "Polygon"
    assert outline.is_valid
    assert area_km2(outline) == pytest.approx(area_km2(box(20, 0, 22, 1)), rel=1e-3)


def test_two_sources_that_draw_one_border_differently_leave_no_slivers():
    west, east = wavy(-1, 0.0), wavy(1, 1.5)
    assert holes(shapely.union_all([west, east]))
    outline = dissolved([[west], [east]], 3000)
    assert outline.geom_type == "Polygon"
    assert outline.is_valid
    assert holes(outline) == []
    assert area_km2(outline) == pytest.approx(area_km2(box(29, 0, 31, 1)), rel=2e-3)


def test_a_gap_narrower_than_the_tolerance_closes_and_a_wider_one_stays():
    west, near, far = box(20, 0, 21, 1), box(21 + KM, 0, 22, 1), box(21 + 8 * KM, 0, 22, 1)
    assert dissolved([[west], [near]], 3000).geom_type == "Polygon"
    assert dissolved([[west], [far]], 3000).geom_type == "MultiPolygon"


def test_a_real_hole_stays():
    ring = box(20, 0, 22, 2).difference(box(20.9, 0.9, 21.1, 1.1))
    outline = dissolved([[ring], [box(22 + KM / 2, 0, 23, 2)]], 3000)
    [hole] = holes(outline)
    assert area_km2(Polygon(hole)) == pytest.approx(area_km2(box(20.9, 0.9, 21.1, 1.1)), rel=1e-2)


def test_what_one_source_leaves_open_is_meant():
    town = box(20.5, 0.5, 20.5 + 2 * KM, 0.5 + 2 * KM)
    district = box(20, 0, 21, 1).difference(town)
    outline = dissolved([[district], [box(21, 0, 22, 1)]], 5000)
    assert len(holes(outline)) == 1


def test_islands_stay():
    island = box(20, 2, 20.1, 2.1)
    outline = dissolved([[MultiPolygon([box(20, 0, 21, 1), island])], [box(21, 0, 22, 1)]], 3000)
    assert len(shapely.get_parts(outline)) == 2


def test_a_region_over_the_antimeridian_is_cut_there():
    chukotka = MultiPolygon([box(170, 64, 180, 68), box(-180, 64, -172, 68)])
    alaska = box(-172 + KM, 64, -160, 68)
    outline = dissolved([[chukotka], [alaska]], 5000)
    assert outline.is_valid
    assert len(shapely.get_parts(outline)) == 2
    assert outline.bounds == pytest.approx((-180, 64, 180, 68), abs=0.2)
    assert outline.covers(shapely.Point(-166, 66))
    assert not outline.covers(shapely.Point(0, 66))


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folder(tmp_path):
    region = {
        "region_id": "one",
        "name_en": "Region One",
        "kind": "Euroregion",
        "period": "1998-",
        "status": "active; one member left",
        "source_url": "https://example.org/one",
    }
    write(tmp_path / "regions.csv", [region])
    member = {
        "region_id": "one",
        "role": "member",
        "unit_source": "ne_admin1",
        "source_url": "https://example.org/one",
    }
    write(
        tmp_path / "region_members.csv",
        [
            {**member, "unit_code": "FI-02", "unit_name": "South Karelia", "country": "FI"},
            {**member, "unit_code": "RU-LEN", "unit_name": "Leningrad", "country": "RU"},
            {**member, "unit_code": "EE-00", "unit_name": "Nowhere", "country": "EE"},
            {
                **member,
                "unit_code": "FI-99",
                "unit_name": "Beside",
                "country": "FI",
                "role": "adjoining",
            },
        ],
    )
    units = [
        ("FI-02", box(27, 61, 29, 62)),
        ("RU-LEN", box(29, 59, 33, 61.5)),
        ("FI-99", box(25, 61, 27, 62)),
    ]
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": json.loads(shapely.to_geojson(shape)),
                "properties": {"iso_3166_2": code},
            }
            for code, shape in units
        ],
    }
    (tmp_path / "ne_admin1_test.geojson").write_text(json.dumps(collection))
    return tmp_path


def test_a_region_is_drawn_from_its_members_and_says_how(store, imported, folder):
    report = imported(folder / "regions.csv", "regions", profile="regions")
    assert [(fault.row, fault.code, fault.severity) for fault in report.faults] == [
        (1, "REF_NOT_FOUND", "warning")
    ]
    [region] = store.features("regions")
    assert region.geometry.covers(shapely.Point(28, 61.5))
    assert not region.geometry.covers(shapely.Point(26, 61.5))
    properties = region.properties
    assert properties["region_type"] == "euroregion"
    assert properties["region_status"] == "active"
    assert properties["status_text"] == "active; one member left"
    assert properties["period"] == "1998/.."
    assert properties["countries"] == ["EE", "FI", "RU"]
    assert [member["role"] for member in properties["members"]][-1] == "adjoining"
    assert "Natural Earth" in properties["geometry_source"]
    assert set(properties["boundary_statement"]) == {"en", "ru", "fi"}
    assert "joins 2 member units" in properties["boundary_statement"]["en"]
    assert "Not drawn: Nowhere." in properties["boundary_statement"]["en"]
    assert imported(folder / "regions.csv", "regions", profile="regions").written is None


def test_units_may_lie_elsewhere(store, imported, folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("units")
    (folder / "ne_admin1_test.geojson").rename(other / "ne_admin1_test.geojson")
    for units in (other, other / "ne_admin1_test.geojson"):
        report = imported(
            folder / "regions.csv", "regions", profile="regions", units=(units,), dry_run=True
        )
        assert report.counts.warning == 1
    bare = imported(folder / "regions.csv", "regions", profile="regions")
    assert "PLACE_MISSING" in {fault.code for fault in bare.warnings}
    [region] = store.features("regions")
    assert region.geometry is None


def test_a_file_of_units_whose_name_is_not_known_is_refused(imported, folder):
    (folder / "ne_admin1_test.geojson").rename(folder / "units.geojson")
    with pytest.raises(FileUnreadable, match=r"ne_admin1_\*\.geojson"):
        imported(
            folder / "regions.csv", "regions", profile="regions", units=(folder / "units.geojson",)
        )


def test_units_are_refused_where_no_outline_is_made_of_them(imported, table, tmp_path):
    path = table("sites.csv", {"record_id": "a", "source_id": "own", "name_en": "A castle"})
    with pytest.raises(ParameterInvalid, match="outlines"):
        imported(path, "sites", units=(tmp_path,))


def test_a_table_of_members_without_a_needed_column_is_refused(imported, folder):
    table = folder / "region_members.csv"
    table.write_text(table.read_text().replace("unit_code", "code"))
    with pytest.raises(FileUnreadable, match="unit_code"):
        imported(folder / "regions.csv", "regions", profile="regions")


def test_a_table_of_regions_without_its_members_is_refused(imported, folder):
    (folder / "region_members.csv").unlink()
    with pytest.raises(FileUnreadable, match=r"region_members\.csv"):
        imported(folder / "regions.csv", "regions", profile="regions")

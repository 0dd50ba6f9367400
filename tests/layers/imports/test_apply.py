"""One path in: all or nothing, the same file twice changes nothing, nothing silently dropped."""

import csv
import json
from dataclasses import replace
from datetime import date

import pytest
import shapely

from geomap.errors import FileUnreadable, LayerNotFound, ParameterInvalid
from geomap.model import Edit, EditKind, Visibility
from layers.imports.apply import Wish, import_as, import_file
from layers.imports.report import Counts
from layers.imports.sources import sources_beside

GOOD = {"source_id": "own", "lng": "28.9", "lat": "61.86", "name_en": "A castle"}


def sites(count, **changed):
    return [{"record_id": f"r{number}", **GOOD, **changed} for number in range(count)]


def all_of(store, layer):
    return {one.record_id: one for one in store.features(layer)}


def test_rows_become_features_with_their_source(store, table, imported):
    report = imported(table("sites.csv", *sites(3)), "sites")
    assert report.counts == Counts(rows=3, insert=3)
    assert list(report.faults) == []
    assert report.source.licence == "CC-BY-4.0"
    stored = all_of(store, "sites")
    assert sorted(stored) == ["r0", "r1", "r2"]
    assert stored["r0"].source_id == "own"
    assert stored["r0"].geometry == shapely.Point(28.9, 61.86)
    assert stored["r0"].properties["country"] == "FI"


def test_the_same_file_again_changes_nothing(store, table, imported):
    path = table("sites.csv", *sites(3))
    first = imported(path, "sites")
    before = all_of(store, "sites")
    again = imported(path, "sites")
    assert again.counts == Counts(rows=3, unchanged=3)
    assert again.written is None
    assert all_of(store, "sites") == before
    assert first.written.created == 3


def test_a_changed_row_updates_its_record_and_no_other(store, table, imported):
    imported(table("sites.csv", *sites(3)), "sites")
    before = all_of(store, "sites")
    changed = sites(3)
    changed[1]["name_en"] = "Another castle"
    report = imported(table("sites.csv", *changed, *sites(4)[3:]), "sites")
    assert report.counts == Counts(rows=4, insert=1, update=1, unchanged=2)
    after = all_of(store, "sites")
    assert after["r1"].id == before["r1"].id
    assert after["r1"].revision == before["r1"].revision + 1
    assert after["r0"] == before["r0"]


def test_a_dry_run_counts_and_writes_nothing(store, table, imported):
    path = table("sites.csv", *sites(3))
    report = imported(path, "sites", dry_run=True)
    assert report.counts == Counts(rows=3, insert=3)
    assert report.written is None
    assert all_of(store, "sites") == {}
    with store.public() as reader:
        assert reader.version() == 0


@pytest.mark.parametrize("accept_valid", [False, True])
@pytest.mark.parametrize("position", range(5))
def test_one_bad_row_anywhere_refuses_the_file_or_is_left_out(
    store, table, imported, position, accept_valid
):
    rows = sites(5)
    rows[position]["lat"] = "north"
    report = imported(table("sites.csv", *rows), "sites", accept_valid=accept_valid)
    [fault] = report.errors
    assert (fault.row, fault.column, fault.code) == (position + 1, "lng, lat", "NUMBER_UNPARSABLE")
    assert report.refused is not accept_valid
    kept = {f"r{number}" for number in range(5)} - {f"r{position}"}
    assert set(all_of(store, "sites")) == (kept if accept_valid else set())
    assert report.counts == Counts(rows=5, insert=4, error=1)


def test_all_faults_of_a_file_are_found_in_one_pass(table, imported):
    path = table(
        "sites.csv",
        {"record_id": "a", **GOOD, "kind": "church", "country": "Suomi"},
        {"record_id": "", **GOOD},
        {"record_id": "b", **GOOD, "lat": "95"},
        {"record_id": "c", **GOOD, "source_id": "nobody"},
        {"record_id": "d", **GOOD, "dating": "long ago"},
        {"record_id": "d", **GOOD},
        {"record_id": "e", **GOOD, "name_en": ""},
    )
    report = imported(path, "sites")
    assert [(fault.row, fault.column, fault.code) for fault in report.faults] == [
        (1, "country", "COUNTRY_UNKNOWN"),
        (1, "kind", "ENUM_UNKNOWN"),
        (2, "record_id", "REQUIRED_MISSING"),
        (3, "lng, lat", "AXIS_SWAPPED_SUSPECT"),
        (4, "source_id", "LICENCE_MISSING"),
        (5, "dating", "DATE_UNPARSABLE"),
        (6, "record_id", "DUPLICATE_ID"),
        (7, "name_en", "REQUIRED_MISSING"),
    ]
    assert all(fault.hint for fault in report.faults)


@pytest.mark.parametrize(
    ("lng", "lat", "code"), [("", "", "PLACE_MISSING"), ("0", "0.0", "PLACE_IMPOSSIBLE")]
)
def test_a_record_without_a_place_is_kept_and_listed(store, table, imported, lng, lat, code):
    rows = sites(2)
    rows[1] |= {"lng": lng, "lat": lat}
    report = imported(table("sites.csv", *rows), "sites")
    [fault] = report.faults
    assert (fault.row, fault.code, fault.severity) == (2, code, "warning")
    assert report.counts == Counts(rows=2, insert=2, warning=1)
    assert all_of(store, "sites")["r1"].geometry is None


def test_a_place_that_fits_its_country_only_when_turned_round_is_suspected(table, imported):
    rows = sites(2, country="FI")
    rows[1] |= {"lng": "61.86", "lat": "28.9"}
    report = imported(table("sites.csv", *rows), "sites")
    [fault] = report.faults
    assert (fault.row, fault.code, fault.severity) == (2, "AXIS_SWAPPED_SUSPECT", "warning")


def test_columns_that_no_field_takes_are_kept(store, table, imported):
    imported(table("sites.csv", *sites(1, architect="Erik Axelsson Tott")), "sites")
    assert all_of(store, "sites")["r0"].properties["extra"] == {"architect": "Erik Axelsson Tott"}


def test_what_officers_decided_about_publication_survives_the_next_import(store, table, imported):
    imported(table("sites.csv", *sites(2)), "sites")
    site = all_of(store, "sites")["r0"]
    hidden = replace(site, visibility=Visibility.HIDDEN, cell_km=50)
    store.write([Edit(EditKind.PUT, hidden)], actor="officer", action="edit")
    assert imported(table("sites.csv", *sites(2)), "sites").counts.unchanged == 2
    imported(table("sites.csv", *sites(2, name_en="Renamed")), "sites")
    after = all_of(store, "sites")["r0"]
    assert (after.visibility, after.cell_km) == (Visibility.HIDDEN, 50)
    assert after.properties["names"][0]["value"] == "Renamed"


def test_coordinates_come_in_the_stated_reference_system(store, table, imported):
    rows = sites(1, lng="385597,68", lat="6672102,03")
    report = imported(table("sites.csv", *rows), "sites", crs="EPSG:3067")
    assert report.crs == "EPSG:3067"
    assert (
        shapely.distance(all_of(store, "sites")["r0"].geometry, shapely.Point(24.9384, 60.1699))
        < 0.001
    )


def test_geojson_comes_in_with_shapes_of_its_own(store, table, imported, tmp_path):
    ring = [[28.0, 61.0], [28.1, 61.0], [28.1, 61.1], [28.0, 61.0]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"record_id": "p", "source_id": "own", "name_en": "A park"},
    }
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    path = tmp_path / "sites.geojson"
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    feature,
                    {
                        **feature,
                        "geometry": bow,
                        "properties": {**feature["properties"], "record_id": "q"},
                    },
                    {
                        **feature,
                        "geometry": None,
                        "properties": {**feature["properties"], "record_id": "r"},
                    },
                ],
            }
        )
    )
    report = imported(path, "sites", accept_valid=True)
    assert [(fault.row, fault.code) for fault in report.faults] == [
        (2, "GEOM_INVALID"),
        (3, "PLACE_MISSING"),
    ]
    stored = all_of(store, "sites")
    assert stored["p"].geometry.geom_type == "Polygon"
    assert stored["r"].geometry is None


def test_a_dating_in_words_is_read_where_no_other_is_given(store, table, imported):
    rows = sites(3)
    rows[0] |= {"dating": "1475", "dating_text": "15th century"}
    rows[1] |= {"dating_text": "1760s"}
    rows[2] |= {"dating_text": "of old"}
    imported(table("sites.csv", *rows), "sites")
    stored = all_of(store, "sites")
    assert [stored[f"r{n}"].properties.get("dating") for n in range(3)] == ["1475", "176X", None]
    assert stored["r1"].properties["dating_from"] == 1760
    assert stored["r2"].properties["dating_text"] == "of old"


CITIES = [
    {
        "record_id": "imatra",
        "source_id": "own",
        "country": "FI",
        "lng": "28.77",
        "lat": "61.17",
        "name_en": "Imatra",
    },
    {
        "record_id": "svetogorsk",
        "source_id": "own",
        "country": "RU",
        "lng": "28.87",
        "lat": "61.12",
        "name_en": "Svetogorsk",
        "name_ru": "Светогорск",
    },
    {
        "record_id": "twin",
        "source_id": "own",
        "country": "FI",
        "lng": "28.77",
        "lat": "61.17",
        "name_en": "Imatra too",
    },
]


def pair(a, b, **rest):
    return {"record_id": f"{a}--{b}", "city_a": a, "city_b": b, "source_id": "own", **rest}


def test_pairs_bring_their_cities_in_the_same_transaction(store, table, imported):
    table("cities.csv", *CITIES)
    events = "2022-03-01;suspended;a;political_decision;https://example.org/1"
    report = imported(
        table("twins.csv", pair("imatra", "svetogorsk", status_events=events)), "twins"
    )
    assert report.counts == Counts(rows=1, insert=1)
    assert report.companions == {"cities": Counts(rows=3, insert=3)}
    [made] = store.features("twins")
    cities = all_of(store, "cities")
    assert made.properties["city_a"] == cities["imatra"].id
    assert made.properties["status_events"][0]["status"] == "suspended"
    assert {name["lang"]: name["value"] for name in made.properties["names"]}["ru"] == (
        "Imatra – Светогорск"
    )
    history = [store.history("twins", made.id)[0], store.history("cities", cities["imatra"].id)[0]]
    assert len({revision.transaction_id for revision in history}) == 1
    assert imported(report.path, "twins").written is None


def test_a_bad_city_refuses_the_pairs_too_and_says_in_which_file(store, table, imported):
    table("cities.csv", CITIES[0], {**CITIES[1], "lat": "x"})
    report = imported(table("twins.csv", pair("imatra", "svetogorsk")), "twins")
    assert report.refused
    assert [(fault.column, fault.code) for fault in report.errors] == [
        ("cities.csv: lng, lat", "NUMBER_UNPARSABLE"),
        ("city_b", "REF_NOT_FOUND"),
    ]
    assert all_of(store, "cities") == {}


def test_a_pair_of_a_city_with_itself_is_a_fault_and_two_cities_at_one_place_a_warning(
    store, table, imported
):
    table("cities.csv", *CITIES)
    path = table("twins.csv", pair("imatra", "imatra"), pair("imatra", "twin"))
    report = imported(path, "twins", accept_valid=True)
    assert [(fault.row, fault.code, fault.severity) for fault in report.faults] == [
        (1, "PAIR_OF_ONE", "error"),
        (2, "SAME_PLACE", "warning"),
    ]
    [kept] = store.features("twins")
    assert kept.geometry is None
    assert kept.properties["distance_km"] == 0


def test_pairs_of_a_later_file_find_cities_that_are_there_already(store, table, imported):
    imported(table("towns.csv", *CITIES), "cities")
    report = imported(table("twins.csv", pair("svetogorsk", "imatra")), "twins")
    assert report.companions == {}
    assert report.counts.insert == 1


def test_a_city_that_moves_takes_its_pair_along(store, table, imported):
    table("cities.csv", *CITIES)
    imported(table("twins.csv", pair("imatra", "svetogorsk")), "twins")
    moved = [{**CITIES[0], "lng": "24.94", "lat": "60.17"}, *CITIES[1:]]
    report = imported(table("cities.csv", *moved), "cities")
    assert report.counts == Counts(rows=3, update=1, unchanged=2)
    [followed] = store.features("twins")
    assert followed.revision == 2
    assert followed.properties["distance_km"] > 200


def test_the_progress_is_told(store, table):
    steps = []
    path = table("sites.csv", *sites(2500))
    import_file(store, path, "sites", progress=lambda *step: steps.append(step))
    assert steps[0] == ("read", 1000, 2500)
    assert ("read", 2500, 2500) in steps
    assert steps[-1] == ("write", 2500, 2500)


def test_encoding_delimiter_and_time_are_said(table, imported, tmp_path):
    table("sites.csv", *sites(1))
    text = (tmp_path / "sites.csv").read_text().replace(",", ";")
    (tmp_path / "semicolons.csv").write_text(text, encoding="utf-8-sig")
    report = imported(tmp_path / "semicolons.csv", "sites")
    assert (report.encoding, report.encoding_basis, report.delimiter) == ("utf-8-sig", "mark", ";")
    assert report.seconds > 0


def test_the_report_lists_every_fault_as_a_line_and_no_formula(table, imported, tmp_path):
    rows = sites(3)
    rows[0]["kind"] = "=HYPERLINK(1)"
    rows[1] |= {"lng": "-181", "lat": "-95"}
    report = imported(table("sites.csv", *rows), "sites")
    report.write_csv(tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == ["row", "column", "value", "code", "hint", "severity"]
    assert lines[0]["value"] == "'=HYPERLINK(1)"
    assert lines[0]["row"] == "1"
    assert lines[1]["value"] == "'-181.0, -95.0"
    assert [line["code"] for line in lines] == ["ENUM_UNKNOWN", "PLACE_IMPOSSIBLE"]


def test_a_source_that_changes_its_date_is_renewed_without_touching_records(
    store, table, imported, tmp_path
):
    path = table("sites.csv", *sites(1))
    imported(path, "sites")
    sources = (tmp_path / "sources.csv").read_text().replace("2026-01-31", "2026-02-28")
    (tmp_path / "sources.csv").write_text(sources)
    report = imported(path, "sites")
    assert report.counts.unchanged == 1
    with store.public() as reader:
        assert reader.sources()["own"].as_of.isoformat() == "2026-02-28"
    assert all_of(store, "sites")["r0"].revision == 1


LISTED = {"list_entry": "1", "name": "MILL", "lon": "-1.5", "lat": "52.5", "grade": "II"}


def test_the_date_that_was_stated_for_a_register_stays_until_another_is(store, table, imported):
    path = table("nhle.csv", LISTED)
    dates = [date(2026, 5, 31), None, date(2026, 6, 30), None]
    versions = []
    for stated in dates:
        imported(path, "sites", profile="nhle", as_of=stated)
        with store.public() as reader:
            versions.append((reader.sources()["gb-nhle"].as_of, reader.version()))
    assert [at for at, _ in versions] == [dates[0], dates[0], dates[2], dates[2]]
    assert versions[0] == versions[1] != versions[2] == versions[3]
    table("nhle.csv", LISTED, {**LISTED, "list_entry": "2"})
    assert imported(path, "sites", profile="nhle").counts == Counts(rows=2, insert=1, unchanged=1)
    with store.public() as reader:
        assert reader.sources()["gb-nhle"].as_of == dates[2]


def test_a_date_is_refused_where_a_table_states_those_of_its_sources(table, imported):
    with pytest.raises(ParameterInvalid, match=r"sources\.csv"):
        imported(table("sites.csv", *sites(1)), "sites", as_of=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,title\nown,Own\n", "needs the columns"),
        ("id,title,publisher,licence,url,as_of,attribution\nown,Own,,,,2026-01-01,\n", "licence"),
        ("id,title,publisher,licence,url,as_of,attribution\nown,Own,,CC0,,soon,\n", "as_of"),
    ],
)
def test_a_source_must_say_its_licence_and_date(tmp_path, content, message):
    (tmp_path / "sources.csv").write_text(content)
    with pytest.raises(FileUnreadable, match=message):
        sources_beside(tmp_path / "sites.csv")


def test_what_is_not_known_is_named(store, table):
    path = table("sites.csv", *sites(1))
    with pytest.raises(LayerNotFound):
        import_file(store, path, "castles")
    with pytest.raises(ParameterInvalid, match="profile"):
        import_as(store, path, "sites", Wish(profile="nobody"))

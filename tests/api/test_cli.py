"""The command `geomap`, as typed."""

import json

import pytest
from click.testing import CliRunner

import geomap
from api.cli import main
from layers.store.engines import open_store


@pytest.fixture
def run(settings):
    def command(*arguments):
        return CliRunner().invoke(main, arguments, env={"GEOMAP_STORE": settings.store})

    return command


CITIES = (
    "record_id,country,lat,lng,name_en,source_id,source_url,as_of\n"
    "narva,EE,59.378,28.19,Narva,trial,https://example.org/narva,2026-01-01\n"
    "ivangorod,RU,59.375,28.21,Ivangorod,trial,https://example.org/ivangorod,2026-01-01\n"
)
SOURCES = (
    "id,title,publisher,licence,url,as_of,attribution\n"
    "trial,Trial register,The trial office,CC0-1.0,https://example.org/,2026-01-01,Trial register\n"
)


@pytest.fixture
def cities(tmp_path):
    (tmp_path / "sources.csv").write_text(SOURCES)
    path = tmp_path / "cities.csv"
    path.write_text(CITIES)
    return path


def test_it_tells_its_version(run):
    assert run("--version").output == f"geomap, version {geomap.__version__}\n"


def test_it_lists_its_commands(run):
    listed = run("--help").output
    for name in ("serve", "seed", "import", "export", "backup", "restore", "check"):
        assert f"  {name} " in listed


def test_a_file_is_imported_once(run, cities):
    first = run("import", str(cities), "--layer", "cities")
    again = run("import", str(cities), "--layer", "cities")
    assert first.exit_code == again.exit_code == 0, first.output
    assert "2 rows, 2 new, 0 changed, 0 unchanged" in first.output
    assert "2 rows, 0 new, 0 changed, 2 unchanged" in again.output


def test_the_date_of_a_register_is_stated_on_the_line(run, tmp_path, settings):
    path = tmp_path / "nhle.csv"
    path.write_text("list_entry,name,lon,lat\n1,MILL,-1.5,52.5\n")
    command = ("import", str(path), "--layer", "sites", "--profile", "nhle")
    assert run(*command, "--as-of", "2026-05-31").exit_code == 0
    store = open_store(settings.store)
    with store.public() as reader:
        assert reader.sources()["gb-nhle"].as_of.isoformat() == "2026-05-31"
    store.close()
    refused = run(*command, "--as-of", "May")
    assert refused.exit_code == 2
    assert "'May' does not match" in refused.stderr


def test_units_may_be_named_on_the_line(run, cities, tmp_path):
    missing = run("import", str(cities), "--layer", "regions", "--units", str(tmp_path / "none"))
    assert missing.exit_code == 2
    unwanted = run("import", str(cities), "--layer", "cities", "--units", str(tmp_path))
    assert (unwanted.exit_code, unwanted.stderr.count("\n")) == (2, 1)


def test_what_another_source_has_brought_is_told_in_one_line(run, cities):
    columns = "record_id,lat,lng,name_en,wikidata,source_id\n"
    described = SOURCES.splitlines()[1].removeprefix("trial")
    cities.with_name("sources.csv").write_text(f"{SOURCES}later{described}\n")
    for source in ("trial", "later"):
        rows = (f"{source}-{n},59.37,28.{n},Narva,Q{n},{source}\n" for n in range(30))
        cities.write_text(columns + "".join(rows))
        told = run("import", str(cities), "--layer", "cities")
    assert "30 rows, 0 new, 0 changed, 0 unchanged, 30 recognised" in told.output
    assert "Known from another source, which stays as it is: trial 30." in told.output
    assert "RECOGNISED" not in told.output


def test_a_dry_run_writes_nothing(run, cities, settings):
    done = run("import", str(cities), "--layer", "cities", "--dry-run")
    assert "dry run" in done.output
    store = open_store(settings.store)
    assert list(store.features("cities")) == []
    store.close()


def test_a_faulty_file_is_refused_whole_and_its_faults_are_listed(run, cities, tmp_path):
    cities.write_text(CITIES + "bad,XXX,100,200,,trial,nowhere,someday\n")
    report = tmp_path / "faults.csv"
    refused = run("import", str(cities), "--layer", "cities", "--report", str(report))
    assert refused.exit_code == 1
    assert "Nothing was written" in refused.output
    assert "COUNTRY_UNKNOWN" in report.read_text()
    taken = run("import", str(cities), "--layer", "cities", "--accept-valid")
    assert taken.exit_code == 0
    assert "2 new" in taken.output


def test_a_fault_of_a_whole_row_names_no_column(run, cities):
    cities.write_text(CITIES + "short,EE\n")
    said = run("import", str(cities), "--layer", "cities").output
    assert "error: row 3: ROW_RAGGED: " in said


def test_a_wrong_option_is_exit_2_and_a_failure_exit_1_each_in_one_line(run, cities):
    misused = run("import", str(cities), "--layer", "cities", "--profile", "unheard-of")
    assert misused.exit_code == 2
    assert misused.stderr.startswith("geomap: profile=")
    assert misused.stderr.count("\n") == 1
    failed = run("restore", str(cities.parent))
    assert failed.exit_code == 1
    assert failed.stderr.count("\n") == 1


def test_a_folder_that_is_not_there_is_said_before_anything_is_done(run, cities, tmp_path):
    missing = str(tmp_path / "none" / "file")
    refused = run("import", str(cities), "--layer", "cities", "--report", missing)
    assert refused.exit_code == 2
    assert f"There is no folder {tmp_path / 'none'}." in refused.stderr
    assert "2 new" in run("import", str(cities), "--layer", "cities").output
    assert run("export", "cities", "-f", "geojson", "-o", missing).exit_code == 2


def test_a_disk_that_refuses_is_said_in_one_line(run, tmp_path):
    (tmp_path / "cities.geojson.partial").mkdir()
    refused = run("export", "cities", "-f", "geojson", "-o", str(tmp_path / "cities.geojson"))
    assert refused.exit_code == 1
    assert refused.stderr == f"geomap: {tmp_path / 'cities.geojson.partial'}: Is a directory\n"


def test_a_setting_that_cannot_be_read_is_said_in_one_line(settings):
    said = CliRunner().invoke(main, ["check"], env={"GEOMAP_PORT": "eighty"})
    assert said.exit_code == 2
    assert said.stderr.startswith("geomap: GEOMAP_PORT='eighty'")


def test_a_layer_is_exported_as_it_is_served(run, put, make, tmp_path):
    put(make.site("One", 10.0, 50.0), make.site("Unseen", 11.0, 50.0, visibility="hidden"))
    output = tmp_path / "sites.geojson"
    done = run("export", "sites", "-o", str(output))
    assert done.exit_code == 0, done.output
    [one] = json.loads(output.read_text())["features"]
    assert one["properties"]["record_id"] == "One"
    assert list(tmp_path.glob("*.partial")) == []


def test_a_layer_is_exported_in_the_format_and_reference_system_asked_for(run, put, make, tmp_path):
    put(make.site("One", 27.0, 61.0))
    output = tmp_path / "sites.csv"
    wishes = ("-f", "csv", "--crs", "EPSG:3067", "--bom")
    done = run("export", "sites", *wishes, "-o", str(output))
    assert done.exit_code == 0, done.output
    assert output.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "POINT (500000 " in output.read_text("utf-8-sig")


def test_a_wish_that_a_format_cannot_meet_is_said_and_writes_nothing(run, tmp_path):
    done = run("export", "sites", "--crs", "EPSG:3067", "-o", str(tmp_path / "sites.geojson"))
    assert done.exit_code == 2
    assert "GeoJSON is in degrees" in done.output
    assert list(tmp_path.glob("sites.*")) == []


def test_a_backup_can_be_put_back(run, store, put, make, tmp_path):
    put(make.site("One", 10.0, 50.0))
    assert run("backup", str(tmp_path / "copies")).exit_code == 0
    put(make.site("Two", 11.0, 50.0))
    in_use = run("restore", str(tmp_path / "copies"))
    assert in_use.exit_code == 1
    store.close()
    assert run("restore", str(tmp_path / "copies")).exit_code == 0
    assert run("export", "sites", "-o", str(tmp_path / "now.geojson")).output.startswith("1 sites")


def test_a_sound_store_passes_its_check(run, put, make):
    put(make.site("One", 10.0, 50.0))
    checked = run("check")
    assert (checked.exit_code, checked.output) == (0, "The store is sound.\n")


def test_the_seed_loads_and_changes_nothing_the_second_time(run):
    first, again = run("seed"), run("seed")
    assert first.exit_code == again.exit_code == 0, first.output
    assert " 0 new, 0 changed" in again.output

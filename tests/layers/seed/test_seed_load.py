"""The seed comes into a store whole, and a second time it changes nothing."""

import pytest

from geomap.errors import InputFaulty
from layers.seed import load
from layers.seed.load import FILES, FOLDER, load_seed

COUNTS = {"cities": 70, "twins": 89, "sites": 225, "regions": 6}


def test_a_new_store_holds_the_whole_seed(store):
    reports = load_seed(store)
    assert {layer: len(list(store.features(layer))) for layer in COUNTS} == COUNTS
    assert [report.layer_id for report in reports] == ["twins", "sites", "regions"]
    assert [fault for report in reports for fault in report.faults] == []


def test_the_seed_loaded_again_changes_nothing(store):
    load_seed(store)
    with store.public() as reader:
        before = reader.version()
    reports = load_seed(store)
    assert [report.written for report in reports] == [None, None, None]
    assert [report.counts.unchanged for report in reports] == [89, 225, 6]
    with store.public() as reader:
        assert reader.version() == before


def test_the_public_reads_every_source_with_its_licence(store):
    load_seed(store)
    with store.public() as reader:
        sources = reader.sources()
    assert set(sources) == {
        "geonames",
        "wikidata-p190-2016",
        "public-pages",
        "unesco-whl",
        "geomap-seed",
        "geomap-outlines",
    }
    assert sources["geonames"].licence == "CC-BY-4.0"


@pytest.mark.parametrize(
    ("words", "city"),
    [
        ("Viipuri", "ru-vyborg"),
        ("Выборг", "ru-vyborg"),
        ("Vyborg", "ru-vyborg"),
        ("Leningrad", "ru-saint-petersburg"),
        ("Молотов", "ru-perm"),
        ("Tukums", None),
        ("Königsberg", "ru-kaliningrad"),
        ("Riika", "lv-riga"),
        ("Åbo", "fi-turku"),
    ],
)
def test_a_city_is_found_by_its_names_of_any_language_and_time(store, words, city):
    load_seed(store)
    with store.public() as reader:
        hits = {hit.id for hit in reader.search(words, ["cities"], 10)}
    found = {store.feature("cities", hit).record_id for hit in hits}
    assert found == ({city} if city else set())


def test_every_pair_has_its_line_and_its_countries(store):
    load_seed(store)
    for pair in store.features("twins"):
        assert pair.geometry is not None, pair.record_id
        assert pair.properties["distance_km"] > 0
        assert pair.properties["country_a"]
        assert pair.properties["country_b"]


def test_an_interrupted_seed_is_completed_by_loading_it_again(store, monkeypatch):
    monkeypatch.setattr(load, "FILES", FILES[:1])
    load_seed(store)
    monkeypatch.setattr(load, "FILES", FILES)
    load_seed(store)
    assert {layer: len(list(store.features(layer))) for layer in COUNTS} == COUNTS


def test_a_table_that_was_edited_wrongly_is_refused_and_not_written(store, monkeypatch, tmp_path):
    for file in FOLDER.glob("*.*"):
        if file.suffix in (".csv", ".geojson"):
            text = file.read_text("utf-8")
            (tmp_path / file.name).write_text(text.replace(",single_object,", ",palace,"), "utf-8")
    monkeypatch.setattr(load, "FOLDER", tmp_path)
    with pytest.raises(InputFaulty, match="palace"):
        load_seed(store)
    assert list(store.features("sites")) == []

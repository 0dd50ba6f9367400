"""What two registers both tell of is one thing in the store: the record that came first."""

from dataclasses import replace

import pytest

from geomap.model import Edit, EditKind, Visibility
from layers.imports.report import Counts
from layers.seed.load import load_seed

PLACES = {
    "vyborg": ("Q1", "28.75", "60.71"),
    "imatra": ("Q2", "28.77", "61.17"),
    "kotka": ("Q3", "26.94", "60.46"),
}
PAIRS = "twin_cities/pairs_wikidata_p190_2016-09.csv"


def city(source, name, **ids):
    """Return a row of a city; where it has no other identifiers, Wikidata's."""
    wikidata, lng, lat = PLACES[name]
    return {
        "record_id": f"{source}-{name}",
        "source_id": source,
        "lng": lng,
        "lat": lat,
        "name_en": name.title(),
        **(ids or {"wikidata": wikidata}),
    }


def pair(source, a, b, kind=""):
    return {
        "record_id": f"{source}-{a}-{b}-{kind}",
        "source_id": source,
        "city_a": f"{source}-{a}",
        "city_b": f"{source}-{b}",
        "pair_type": kind,
    }


def stored(store, layer):
    return {one.record_id: one for one in store.features(layer)}


@pytest.fixture
def told(table, imported):
    """Import what a source tells: its cities, and the pairs between them."""

    def run(source, *pairs):
        table("cities.csv", *(city(source, name) for name in PLACES))
        return imported(table("twins.csv", *(pair(source, *ends) for ends in pairs)), "twins")

    return run


def test_a_city_of_another_source_is_not_made_again_and_stays_as_it_is(store, table, imported):
    imported(table("a.csv", city("own", "vyborg")), "cities")
    before = stored(store, "cities")
    rows = [
        {**city("other", "vyborg"), "name_fi": "Viipuri", "population": "76000"},
        city("other", "imatra"),
    ]
    report = imported(table("b.csv", *rows), "cities")
    assert report.counts == Counts(rows=2, insert=1, recognised=1)
    assert report.recognised == {"own": 1}
    [fault] = report.faults
    assert (fault.row, fault.code, fault.severity) == (1, "RECOGNISED", "info")
    assert "'own-vyborg' of 'own'" in fault.hint
    after = stored(store, "cities")
    assert after.keys() == {"own-vyborg", "other-imatra"}
    assert after["own-vyborg"] == before["own-vyborg"]


@pytest.mark.parametrize(
    ("one", "other", "recognised"),
    [
        ({"wikidata": "Q1"}, {"wikidata": "Q1", "geonames": "7"}, True),
        ({"geonames": "7"}, {"wikidata": "Q1", "geonames": "7"}, True),
        ({"wikidata": "Q1", "geonames": "8"}, {"wikidata": "Q1", "geonames": "7"}, True),
        ({"wikidata": "Q2", "geonames": "7"}, {"wikidata": "Q1", "geonames": "7"}, False),
        ({"wikidata": "Q2"}, {"geonames": "Q2"}, False),
        ({"wikidata": ""}, {"wikidata": ""}, False),
    ],
)
def test_wikidata_decides_where_both_state_it_and_geonames_where_not(
    table, imported, one, other, recognised
):
    imported(table("a.csv", city("own", "vyborg", **one)), "cities")
    report = imported(table("b.csv", city("other", "vyborg", **other)), "cities")
    assert report.counts.recognised == int(recognised)
    assert report.counts.insert == int(not recognised)


def test_an_identifier_that_two_rows_of_a_file_share_tells_neither(store, table, imported):
    imported(table("a.csv", city("own", "vyborg", geonames="7")), "cities")
    rows = [city("other", name, geonames="7") for name in ("vyborg", "imatra")]
    report = imported(table("b.csv", *rows), "cities")
    assert report.counts == Counts(rows=2, insert=2)
    third = {**city("third", "vyborg", geonames="7"), "source_id": "own"}
    assert imported(table("c.csv", third), "cities").counts.insert == 1


def test_a_record_that_is_stored_under_its_own_source_is_updated_as_ever(store, table, imported):
    imported(table("a.csv", city("other", "vyborg", wikidata="")), "cities")
    imported(table("b.csv", city("own", "vyborg")), "cities")
    report = imported(table("a.csv", city("other", "vyborg")), "cities")
    assert report.counts == Counts(rows=1, update=1)


def test_pairs_refer_to_the_stored_city(store, told):
    told("own", ("vyborg", "imatra"))
    report = told("other", ("vyborg", "kotka"))
    assert report.companions == {"cities": Counts(rows=3, recognised=3)}
    assert report.counts == Counts(rows=1, insert=1)
    assert report.recognised == {"own": 3}
    cities = stored(store, "cities")
    assert cities.keys() == {"own-vyborg", "own-imatra", "own-kotka"}
    made = stored(store, "twins")["other-vyborg-kotka-"]
    assert made.properties["city_b"] == cities["own-kotka"].id
    assert made.geometry is not None


@pytest.mark.parametrize("ends", [("vyborg", "imatra"), ("imatra", "vyborg")])
@pytest.mark.parametrize(
    ("first", "then", "recognised"),
    [
        ("", "", True),
        ("partnership", "", True),
        ("", "partnership", True),
        ("partnership", "partnership", True),
        ("partnership", "friendship", False),
    ],
)
def test_a_pair_is_known_in_either_order_by_its_type_or_without_one(
    store, told, ends, first, then, recognised
):
    told("own", ("vyborg", "imatra", first))
    before = stored(store, "twins")
    report = told("other", (*ends, then))
    assert report.counts.recognised == int(recognised)
    assert report.counts.insert == int(not recognised)
    assert stored(store, "twins").items() >= before.items()


def test_the_same_files_again_change_nothing_in_any_order(store, told):
    pairs = {"own": ("vyborg", "imatra"), "other": ("imatra", "vyborg")}
    told("own", pairs["own"])
    told("other", pairs["other"])
    for source in ("other", "own", "other"):
        assert told(source, pairs[source]).written is None


def test_a_dry_run_says_the_same_numbers(table, imported, told):
    told("own", ("vyborg", "imatra"))
    table("cities.csv", *(city("other", name) for name in PLACES))
    path = table("twins.csv", pair("other", "vyborg", "imatra"), pair("other", "kotka", "imatra"))
    dry, wet = (imported(path, "twins", dry_run=run) for run in (True, False))
    assert dry.written is None
    assert (dry.counts, dry.companions) == (wet.counts, wet.companions)
    assert (wet.counts.recognised, wet.counts.insert) == (1, 1)


def test_a_row_with_an_error_is_an_error_and_not_recognised(table, imported):
    imported(table("a.csv", city("own", "vyborg")), "cities")
    bad = {**city("other", "vyborg"), "country": "Suomi"}
    report = imported(table("b.csv", bad), "cities")
    assert report.counts == Counts(rows=1, error=1)
    assert report.refused


def test_a_hidden_city_is_not_shown_by_another_source_that_tells_of_it(store, table, imported):
    imported(table("a.csv", city("own", "vyborg")), "cities")
    hidden = replace(stored(store, "cities")["own-vyborg"], visibility=Visibility.HIDDEN)
    store.write([Edit(EditKind.PUT, hidden)], actor="officer", action="edit")
    imported(table("b.csv", city("other", "vyborg")), "cities")
    with store.public() as reader:
        assert reader.search("Vyborg", ["cities"], 10) == []


def test_pairs_without_their_cities_find_them_by_wikidata(store, table, imported):
    imported(table("towns.csv", city("own", "vyborg"), city("own", "imatra")), "cities")
    path = table("pairs.csv", {"a_qid": "Q1", "b_qid": "Q2"}, {"a_qid": "Q1", "b_qid": "Q9"})
    report = imported(path, "twins", profile="twins", accept_valid=True)
    assert [(fault.row, fault.code) for fault in report.faults] == [(2, "REF_NOT_FOUND")]
    [made] = store.features("twins")
    assert made.properties["city_a"] == stored(store, "cities")["own-vyborg"].id


def test_the_report_lists_what_was_recognised_row_by_row(table, imported, tmp_path):
    imported(table("a.csv", city("own", "vyborg")), "cities")
    report = imported(table("b.csv", city("other", "vyborg")), "cities")
    report.write_csv(tmp_path / "report.csv")
    [line] = (tmp_path / "report.csv").read_text().splitlines()[1:]
    assert line == (
        "1,record_id,other-vyborg,RECOGNISED,"
        "\"It is 'own-vyborg' of 'own', which stays as it is.\",info"
    )


@pytest.mark.slow
def test_each_name_of_vyborg_finds_one_city_when_seed_and_register_are_in_one_store(
    store, imported, shared_data
):
    load_seed(store)
    dry, wet, again = (
        imported(shared_data / PAIRS, "twins", profile="twins", dry_run=dry)
        for dry in (True, False, False)
    )
    assert dry.counts == wet.counts
    assert wet.companions == {"cities": Counts(rows=9_088, insert=9_023, recognised=65)}
    assert (wet.counts.insert, wet.counts.recognised) == (15_536, 77)
    assert again.written is None
    assert [report.written for report in load_seed(store)] == [None, None, None]
    with store.public() as reader:
        found = [reader.search(words, ["cities"], 10) for words in ("Viipuri", "Выборг", "Vyborg")]
    vyborg = stored(store, "cities")["ru-vyborg"].id
    assert [[hit.id for hit in hits] for hits in found] == [[vyborg]] * 3


@pytest.mark.slow
def test_the_seed_after_the_register_is_recognised_by_the_same_rule(store, imported, shared_data):
    imported(shared_data / PAIRS, "twins", profile="twins")
    pairs, _, _ = load_seed(store)
    assert pairs.companions == {"cities": Counts(rows=70, insert=5, recognised=65)}
    assert (pairs.counts.insert, pairs.counts.recognised) == (12, 77)
    with store.public() as reader:
        found = [reader.search(words, ["cities"], 10) for words in ("Выборг", "Vyborg")]
    assert [[hit.id for hit in hits] for hits in found] == [[found[0][0].id]] * 2


def test_a_world_heritage_site_of_the_seed_is_recognised_in_the_list(store, shared_data, imported):
    load_seed(store)
    numbers = [
        known["value"]
        for site in store.features("sites")
        for known in site.properties.get("external_ids", ())
        if known["scheme"] == "unesco_whc"
    ]
    path = shared_data / "unesco_whs" / "unesco_whs_2025.csv"
    report = imported(path, "sites", profile="unesco")
    assert report.counts.recognised == len(numbers) > 50
    assert report.counts.insert == 1248 - len(numbers)
    again = imported(path, "sites", profile="unesco")
    assert (again.counts.insert, again.counts.update) == (0, 0)

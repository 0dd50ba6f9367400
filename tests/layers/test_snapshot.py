"""The read side shows what the store holds, at once and in every process."""

import subprocess
import sys
from dataclasses import replace
from datetime import date

import orjson
from shapely import box

from geomap.model import Visibility
from layers.bodies import feature_body
from layers.snapshot import Follower


def names(follower, layer="sites"):
    return sorted(follower.current().tables[layer].frame["name"])


def test_a_new_site_stands_in_the_next_snapshot(store, put, feature):
    follower = Follower(store)
    assert names(follower) == []
    put(feature("sites", "Olavinlinna", (28.9, 61.86)))
    assert names(follower) == ["Olavinlinna"]


def test_a_layer_that_began_empty_follows_every_later_write(store, put, feature):
    follower = Follower(store)
    for number, country in enumerate([None, "FI", None, "RU"]):
        follower.current()
        put(feature("sites", f"Site {number}", (28.0, 61.0), country=country))
    frame = follower.current().tables["sites"].frame
    assert dict(zip(frame["name"], frame["country"].astype(object).fillna(""), strict=True)) == {
        "Site 0": "",
        "Site 1": "FI",
        "Site 2": "",
        "Site 3": "RU",
    }


def test_no_id_but_its_own_finds_a_feature(store, put, feature):
    site = feature("sites", "Fort", (28.0, 61.0))
    put(site)
    table = Follower(store).current().tables["sites"]
    assert table.positions([site.id]).tolist() == [0]
    for other in (site.id + "x", site.id[:-1], "", "крепость", site.id.upper()):
        assert table.positions([other]).tolist() == []


def test_a_moved_and_a_deleted_site_are_followed(store, put, delete, feature):
    follower = Follower(store)
    fort, church = feature("sites", "Fort", (28.0, 61.0)), feature("sites", "Church", (29.0, 62.0))
    put(fort, church)
    follower.current()
    put(replace(fort, geometry=church.geometry))
    delete(church)
    table = follower.current().tables["sites"]
    assert list(table.frame["name"]) == ["Fort"]
    assert table.frame.geometry.iloc[0].equals(church.geometry)


def test_a_write_of_another_process_stands_in_the_next_snapshot(store, put, feature, tmp_path):
    follower = Follower(store)
    put(feature("sites", "Ours", (28.0, 61.0)))
    assert names(follower) == ["Ours"]
    script = f"""
import uuid
from geomap.model import Edit, EditKind, Feature
from layers.store.engines import open_store
store = open_store("sqlite:///{tmp_path / "geomap.db"}")
theirs = Feature("sites", str(uuid.uuid4()), "test", "theirs", None,
                 {{"names": [{{"value": "Theirs", "lang": "en", "type": "preferred"}}]}})
store.write([Edit(EditKind.PUT, theirs)], actor="other", action="edit")
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert names(follower) == ["Ours", "Theirs"]


def test_a_layer_that_no_edit_touches_is_not_read_again(store, put, feature):
    follower = Follower(store)
    put(feature("sites", "Fort", (28.0, 61.0)), feature("cities", "Imatra", (28.7, 61.1)))
    before = follower.current()
    put(feature("cities", "Vyborg", (28.7, 60.7)))
    after = follower.current()
    assert after.tables["sites"] is before.tables["sites"]
    assert after.tables["cities"].version != before.tables["cities"].version


def test_a_hidden_site_leaves_the_tables_and_changes_no_version_while_hidden(store, put, feature):
    follower = Follower(store)
    grave = feature("sites", "Grave", (28.0, 61.0))
    put(grave)
    assert names(follower) == ["Grave"]
    put(replace(grave, visibility=Visibility.HIDDEN))
    assert names(follower) == []
    before = follower.current()
    put(replace(grave, visibility=Visibility.HIDDEN, geometry=box(28, 61, 29, 62)))
    assert follower.current() is before


def test_a_site_knows_the_regions_that_hold_it_also_after_a_region_is_redrawn(store, put, feature):
    follower = Follower(store)
    karelia = feature("regions", "Karelia", box(27, 60, 32, 64))
    inside, outside = feature("sites", "In", (28.0, 61.0)), feature("sites", "Out", (20.0, 61.0))
    put(karelia, inside, outside)

    def holders():
        frame = follower.current().tables["sites"].frame
        return dict(zip(frame["name"], frame["region_ids"], strict=True))

    assert holders() == {"In": (karelia.id,), "Out": ()}
    put(replace(karelia, geometry=box(19, 60, 21, 64)))
    assert holders() == {"In": (), "Out": (karelia.id,)}


def test_silence_about_a_pair_is_unknown_and_its_cities_count_it(store, put, feature):
    imatra, svetogorsk = feature("cities", "Imatra"), feature("cities", "Svetogorsk")
    pair = feature("twins", "Imatra – Svetogorsk", city_a=imatra.id, city_b=svetogorsk.id)
    put(imatra, svetogorsk, pair)
    tables = Follower(store).current().tables
    assert list(tables["twins"].frame["status"]) == ["unknown"]
    assert set(tables["cities"].frame["twin_count"]) == {1}


def test_the_reasons_of_a_status_name_the_city_in_each_language(store, put, feature):
    imatra = feature("cities", "Imatra", (28.8, 61.2))
    svetogorsk = feature("cities", "Svetogorsk", (28.87, 61.11))
    svetogorsk.properties["names"].append(
        {"value": "Светогорск", "lang": "ru", "type": "preferred"}
    )
    event = {"date": "2022-03-03", "status": "suspended", "side": "b"}
    cities = {"city_a": imatra.id, "city_b": svetogorsk.id}
    pair = feature("twins", "Imatra – Svetogorsk", status_events=[event], **cities)
    put(imatra, svetogorsk, pair)
    with Follower(store).reading() as (snapshot, reader):
        texts = {
            lang: orjson.loads(feature_body(reader, snapshot.tables["twins"], pair.id, lang))
            for lang in ("en", "ru", "fi")
        }
    assert {lang: text["properties"]["because"][1] for lang, text in texts.items()} == {
        "en": "One side decided so: Svetogorsk.",
        "ru": "Решение приняла одна сторона: Светогорск.",
        "fi": "Päätöksen teki yksi osapuoli: Svetogorsk.",
    }


def test_the_status_of_a_pair_changes_with_the_calendar_and_without_an_edit(store, put, feature):
    a, b = feature("cities", "A"), feature("cities", "B")
    activity = {"type": "school_exchange", "start": "2026-03-01", "end": "2026-03-07"}
    put(a, b, feature("twins", "A – B", city_a=a.id, city_b=b.id, activities=[activity]))
    today = date(2026, 6, 1)
    follower = Follower(store, today=lambda: today)

    def status():
        return follower.current().tables["twins"].frame["status"].iloc[0]

    assert status() == "active"
    today = date(2030, 6, 1)
    assert status() == "unknown"


def test_computed_members_stand_in_the_feature_s_text(store, put, feature):
    region, site = feature("regions", "R", box(27, 60, 32, 64)), feature("sites", "S", (28.0, 61.0))
    put(region, site)
    with Follower(store).reading() as (snapshot, reader):
        text = feature_body(reader, snapshot.tables["sites"], site.id)
        assert feature_body(reader, snapshot.tables["sites"], "no such id") is None
    assert orjson.loads(text)["properties"]["region_ids"] == [region.id]


def test_a_reader_and_its_snapshot_see_one_commit_while_others_write(store, put, feature):
    follower = Follower(store)
    site = feature("sites", "Before", (28.0, 61.0))
    put(site)
    with follower.reading() as (snapshot, reader):
        put(feature("sites", "After", (28.0, 61.0)))
        follower.current()
        table = snapshot.tables["sites"]
        assert list(table.frame["name"]) == ["Before"]
        assert len(reader.bodies("sites", table.seqs.tolist())) == 1
    assert names(follower) == ["After", "Before"]

"""The second gate: what `public` shows, and what it keeps to itself."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import shapely

from geomap.errors import StoreUnusable
from geomap.model import Visibility
from geomap.places import Bounds

HIDDEN = Visibility.HIDDEN


def ids(found):
    return sorted(hit[1] if isinstance(hit, tuple) else hit.id for hit in found)


def test_a_row_is_found_by_its_number_until_its_bytes_change(store, put, site):
    put(site(1), site(2))
    with store.public() as reader:
        rows = {row.id: row for row in reader.rows("sites")}
        first = rows[site(1).id]
        assert list(reader.rows("sites", [first.seq])) == [first]
        bodies = reader.bodies("sites", [row.seq for row in rows.values()])
        assert bodies[first.seq] == reader.body("sites", site(1).id)
        assert reader.bodies("cities", [first.seq]) == {}
    put(site(1, "Fortress"))
    with store.public() as reader:
        assert reader.bodies("sites", [first.seq]) == {}
        assert max(row.seq for row in reader.rows("sites")) > first.seq


def test_texts_come_in_the_order_of_their_numbers_and_no_others_with_them(store, put, delete, site):
    many = [site(number) for number in range(1, 13)]
    put(*many)
    delete(*many[3:6])
    put(site(2, "Fortress"))
    with store.public() as reader:
        seqs = sorted(row.seq for row in reader.rows("sites"))
        for wanted in (seqs, seqs[2:5], seqs[::2], [seqs[0], seqs[-1]], seqs[:1], []):
            bodies = reader.bodies("sites", wanted)
            assert reader.texts(wanted) == [bodies[seq] for seq in wanted]
        with pytest.raises(StoreUnusable):
            reader.texts([*seqs, seqs[-1] + 7])


def test_the_change_feed_tells_the_last_of_each_feature_in_order(store, put, delete, site):
    put(site(1), site(2), site(3))
    with store.public() as reader:
        since = reader.version()
    put(site(3, "Tower"))
    put(site(1, "Fortress"))
    put(site(1, "Ruin"))
    delete(site(2))
    with store.public() as reader:
        changes = reader.changes(since)
        assert [(change.id, change.seq is None) for change in changes] == [
            (site(3).id, False),
            (site(1).id, False),
            (site(2).id, True),
        ]
        assert [change.number for change in changes] == sorted({c.number for c in changes})
        assert reader.changes(reader.version()) == []
        assert changes[-1].number == reader.version()


def test_a_feature_that_comes_back_is_no_longer_told_as_gone(store, put, delete, site):
    put(site(1))
    delete(site(1))
    put(site(1))
    with store.public() as reader:
        [change] = reader.changes(0)
        assert change.seq == change.number <= reader.version()


def test_hidden_edits_leave_no_trace_in_public(store, put, delete, site):
    put(site(1))

    def seen():
        with store.public() as reader:
            return (
                reader.version(),
                reader.changes(0),
                list(reader.rows("sites")),
                reader.updated_at("sites"),
                reader.sources(),
                reader.search("tomb", ["sites"], 9),
            )

    before = seen()
    put(site(2, "Tomb", visibility=HIDDEN))
    put(site(2, "Secret tomb", visibility=HIDDEN))
    delete(site(2))
    assert seen() == before


def test_a_source_of_hidden_features_alone_is_not_known(store, put, delete, site, source):
    put(site(1, visibility=HIDDEN))
    with store.public() as reader:
        assert reader.sources() == {}
        assert reader.updated_at("sites") is None
    put(site(1))
    with store.public() as reader:
        assert reader.sources() == {"register": source}
    put(site(1, visibility=HIDDEN))
    with store.public() as reader:
        assert reader.sources() == {}
        assert reader.body("sites", site(1).id) is None


def test_moving_within_a_cell_changes_no_public_byte(store, put, site):
    generalised = site(1, visibility=Visibility.GENERALISED)
    put(generalised)
    with store.public() as reader:
        before = (reader.changes(0), list(reader.rows("sites")), reader.updated_at("sites"))
    moved = replace(generalised, geometry=shapely.Point(28.7501, 60.7101))
    assert put(moved).updated == 1
    with store.public() as reader:
        assert before == (reader.changes(0), list(reader.rows("sites")), reader.updated_at("sites"))


def test_a_reader_sees_one_commit_whatever_is_written_meanwhile(store, put, site):
    put(site(1))
    with store.public() as reader:
        before = reader.version()
        put(site(2))
        assert reader.version() == before
        assert ids(reader.rows("sites")) == [site(1).id]
    with store.public() as reader:
        assert len(list(reader.rows("sites"))) == 2


def test_rows_left_half_way_do_not_hold_the_old_view_open(store, put, site):
    put(site(1), site(2))
    with store.public() as reader:
        rows = reader.rows("sites")
        next(rows)
    put(site(3))
    with store.public() as reader:
        assert len(list(reader.rows("sites"))) == 3
    with pytest.raises(Exception, match="closed"):
        next(rows)


def test_boxes_are_met_exactly(store, put, site):
    # 13.3777041 lies between two 32-bit floats, which the index alone cannot tell apart.
    put(site(1, geometry=shapely.Point(13.3777041, 50)))
    with store.public() as reader:
        assert ids(reader.within("sites", Bounds(13.3777041, 50, 13.4, 50))) == [site(1).id]
        assert reader.within("sites", Bounds(13.37770411, 50, 13.4, 50)) == []
        assert reader.within("sites", Bounds(13, 50, 13.37770409, 50)) == []
        assert reader.within("cities", Bounds(-180, -90, 180, 90)) == []


def test_a_box_over_the_antimeridian_finds_both_sides(store, put, site):
    put(
        site(1, geometry=shapely.Point(179.5, 65)),
        site(2, geometry=shapely.Point(-179.5, 65)),
        site(3, geometry=shapely.Point(0, 65)),
        site(4, geometry=shapely.LineString([(-180, 65), (180, 65)])),
    )
    with store.public() as reader:
        found = reader.within("sites", Bounds(179, 60, -179, 70))
        assert ids(found) == [site(1).id, site(2).id, site(4).id]
        assert found[0][2].geom_type in {"Point", "LineString"}


NAMES = [
    {"value": "Выборг", "lang": "ru", "type": "preferred"},
    {"value": "Viipuri", "lang": "fi", "type": "historic"},
    {"value": "Vyborg", "lang": "en", "type": "preferred"},
]


@pytest.mark.parametrize("words", ["viip", "ВЫБ", "vyborg", "Výbörg", " vyborg! ", '"vyborg'])
def test_any_name_in_any_script_finds_the_feature(store, put, site, words):
    put(site(1, properties={"names": NAMES}), site(2))
    with store.public() as reader:
        assert ids(reader.search(words, ["sites"], 9)) == [site(1).id]


@pytest.mark.parametrize("words", ["", "   ", "***", '"', "\0", "viip NEAR", "name:x", "castle -x"])
def test_words_that_name_nothing_find_nothing(store, put, site, words):
    put(site(1, properties={"names": NAMES}), site(2))
    with store.public() as reader:
        assert reader.search(words, ["sites"], 9) == []


def test_yo_is_ye_and_joined_letters_are_apart(store, put, site):
    def named(number, name):
        return site(number, properties={"names": [{"value": name, "lang": "ru"}]})

    put(named(1, "Королёв"), named(2, "Tromsø"), named(3, "Järvenpää"), named(4, "Йошкар-Ола"))
    with store.public() as reader:
        assert ids(reader.search("королев", ["sites"], 9)) == [site(1).id]
        assert ids(reader.search("tromso", ["sites"], 9)) == [site(2).id]
        assert ids(reader.search("JARVENPAA", ["sites"], 9)) == [site(3).id]
        assert ids(reader.search("йошкар ола", ["sites"], 9)) == [site(4).id]


def test_all_words_must_start_words_of_one_name_in_any_order(store, put, site):
    put(site(1, "Castle of Vyborg"), site(2, "Castle of Olavinlinna"))
    with store.public() as reader:
        assert ids(reader.search("vyb cas", ["sites"], 9)) == [site(1).id]
        assert reader.search("vyb olav", ["sites"], 9) == []
        assert reader.search("yborg", ["sites"], 9) == []


def test_a_name_that_is_the_words_comes_first_then_rank(store, put, site):
    def ranked(number, name, rank):
        return site(number, properties={"names": [{"value": name, "lang": "en"}], "rank": rank})

    put(ranked(1, "Perm Opera", 90), ranked(2, "Perm", 10), ranked(3, "Permanent post", 95))
    with store.public() as reader:
        hits = reader.search("perm", ["sites"], 9)
        assert [hit.id for hit in hits] == [site(2).id, site(3).id, site(1).id]
        assert [hit.rank for hit in hits] == [10, 95, 90]
        assert reader.search("perm", ["sites"], 1) == hits[:1]
        assert reader.search("perm", ["cities"], 9) == []


def test_a_feature_is_found_once_however_many_of_its_names_match(store, put, site):
    names = [{"value": f"Perm {number}", "lang": "en"} for number in range(300)]
    put(site(1, properties={"names": names}))
    with store.public() as reader:
        assert len(reader.search("perm", ["sites"], 9)) == 1
    put(site(1))
    with store.public() as reader:
        assert reader.search("perm", ["sites"], 9) == []
    assert store.check() == []


def test_the_data_version_differs_after_each_commit_for_every_thread(store, put, site):
    seen = [store.data_version()]
    assert store.data_version() == seen[0]
    for number in range(1, 4):
        put(site(number))
        with ThreadPoolExecutor(4) as threads:
            [answer] = set(threads.map(lambda _: store.data_version(), range(40)))
        assert answer not in seen
        seen.append(answer)

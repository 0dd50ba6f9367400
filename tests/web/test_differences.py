"""Differences as people read them: what went, what came, and nothing that a program would say."""

import pytest

from layers.catalog import LAYERS
from web.pages.differences import places, rows
from web.pages.values import Reader


def told(path, before, after, lang="en", layer="sites"):
    reader = Reader(LAYERS[layer], lang, "https://map.example", lambda *_: "")
    return rows(reader, [{"path": path, "before": before, "after": after}])


def name(value, lang="en", kind="preferred"):
    return {"value": value, "lang": lang, "type": kind}


def shown(cell):
    return cell.text or [(title, one.text) for title, one in cell.pairs] if cell else None


def test_names_are_told_one_by_one_gone_new_or_another():
    before = [name("Mill"), name("Mylly", "fi"), name("Old mill", "en", "historic")]
    after = [name("Mylly", "fi"), name("Great mill"), name("Мельница", "ru")]
    [row] = told("names", before, after)
    assert [(shown(one.was), shown(one.now)) for one in row.items] == [
        ([("English, Preferred name", "Mill")], [("English, Preferred name", "Great mill")]),
        ([("English, Historic name", "Old mill")], None),
        (None, [("Russian, Preferred name", "Мельница")]),
    ]


def test_a_name_given_twice_is_new_once():
    [row] = told("names", [name("A")], [name("A"), name("A")])
    assert len(row.items) == 1


def test_a_text_is_told_word_by_word_in_its_language():
    before = {"en": "A wooden church by the road", "fi": "Kirkko"}
    after = {"en": "A stone church by the old road", "fi": "Kirkko"}
    [row] = told("description", before, after, lang="fi")
    assert row.title == "Kuvaus (englanti)"
    assert row.lang == "en"
    assert row.words == [
        ("", "A"), ("del", "wooden"), ("ins", "stone"), ("", "church by the"), ("ins", "old"),
        ("", "road"),
    ]  # fmt: skip


def test_a_text_that_is_quite_another_is_told_whole():
    [row] = told("description", {"en": "One thing"}, {"en": "Something else entirely"})
    assert row.words == ()
    assert (row.items[0].was.text, row.items[0].now.text) == (
        "One thing",
        "Something else entirely",
    )


def test_visibility_and_terms_are_told_in_words():
    [row] = told("visibility", "public", "hidden", lang="ru")
    assert row.items[0].was.text == "Все видят точное место"
    [row] = told("condition", None, "good")
    assert (row.items[0].was.text, row.items[0].now.text) == ("", "Good")
    [row] = told("dating", "1902", "2022-03-02", lang="fi")
    assert row.items[0].now.text == "2. maaliskuuta 2022"


@pytest.mark.parametrize("path", ["dating_from", "protection", "name"])
def test_what_the_house_computes_is_left_out(path):
    assert told(path, 1, 2) == []


def test_other_columns_are_told_by_their_own_names():
    [row] = told("extra.Väri", "red", None)
    assert (row.title, row.items[0].was.text, row.items[0].now.text) == ("Väri", "red", "")


def test_a_place_is_told_in_numbers_and_how_far_it_has_moved():
    before = {"type": "Point", "coordinates": [28.5, 61.5]}
    after = {"type": "Point", "coordinates": [28.5, 61.6]}
    [row] = told("geometry", before, after)
    assert (row.items[0].was.text, row.items[0].now.text) == (
        "61.50000, 28.50000",
        "61.60000, 28.50000",
    )
    assert row.note == "The middle has moved by 11.1 km."
    [row] = told("geometry", None, after)
    assert row.note == ""


def test_a_long_list_is_told_in_part():
    [row] = told("names", [], [name(f"N{n}") for n in range(60)])
    assert (len(row.items), row.left_out) == (50, 10)


def test_an_outline_of_many_corners_is_drawn_with_few():
    ring = [[n / 1e5, (n % 7) / 1e6] for n in range(20_000)]
    ring += [[0.2, -1], [0, -1], ring[0]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    drawn = places([{"path": "geometry", "before": outline, "after": None}])
    assert drawn["after"] is None
    assert len(drawn["before"]["coordinates"][0]) < 8_000
    assert places([{"path": "kind", "before": "a", "after": "b"}]) is None

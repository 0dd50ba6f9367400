"""Texts as filters compare them are prepared in a segment, and say what the rows say."""

from dataclasses import replace
from itertools import product

import pytest

from geomap.model import Visibility
from layers.cql2 import forms
from layers.cql2.arrow import FOLDED
from layers.cql2.filter import filter_of
from layers.cql2.forms import MADE_OF, texts_of, values_of
from layers.cql2.mask import filter_mask
from layers.cql2.queryables import queryables_of
from layers.cql2.texts import FOLDS
from layers.segments.arrays import mapped_files

NAMES = ["Straße", "ΟΔΟΣ", "ᾼδω", "Хёльге", "København", "Narva", "İznik", "plain"]
TOWNS = ["Ähtäri", "Narva", "Выборг", "Straßburg"]
EVERY = [(), *MADE_OF]


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A few texts are worth preparing here, and are folded as a million are."""
    monkeypatch.setattr(forms, "LONG", 2)
    monkeypatch.setattr("layers.cql2.arrow.FEW", 0)


@pytest.fixture
def filled(put, feature):
    sites = [
        replace(
            feature("sites", name, (28.0, 61.0), municipality=town), record_id=f"{name} in {town}"
        )
        for name, town in product(NAMES, TOWNS)
    ]
    put(*sites)
    return sites


def folded(text, folds):
    for fold in folds:
        text = FOLDS[fold](text) if text is not None else None
    return text


@pytest.mark.parametrize("folds", EVERY)
def test_what_is_prepared_is_what_the_rows_say_in_each_form(filled, built, follow, folds):
    built()
    table = follow().current().tables["sites"]
    for column in ("name", "name_en", "name_ru", "id"):
        said = [table.ids[row].decode() if column == "id" else table.value(column, row)
                for row in range(len(table))]  # fmt: skip
        assert texts_of(table, column, folds).to_pylist() == [folded(one, folds) for one in said]
    values = [*table.columns["municipality"].values]
    found = values_of(table, "municipality", folds, len(values)).to_pylist()
    assert found == [*(folded(one, folds) for one in values), None]


def test_a_worker_that_opens_a_segment_folds_no_text(filled, built, follow, monkeypatch):
    built()
    table = follow().current().tables["sites"]
    for fold in FOLDED:
        monkeypatch.setitem(FOLDED, fold, lambda _: pytest.fail("a text is folded"))
    monkeypatch.setattr(forms, "plain_texts", lambda *_: pytest.fail("texts are made"))
    for folds in EVERY:
        assert len(texts_of(table, "name", folds)) == len(table)
        values_of(table, "municipality", folds, len(TOWNS))


def test_a_form_that_is_the_same_as_another_is_not_written_again(put, feature, built, folder):
    put(*(feature("sites", f"narva {number}", (28.0, 61.0)) for number in range(9)))
    built()
    written = forms.read(mapped_files(folder.manifest()[0] / "sites" / forms.PART))
    assert set(written._arrays) >= {("name", ()), ("id", ())}
    assert not {folds for _, folds in written._arrays} - {()}
    assert written.get("name", ("accenti", "casei")).to_pylist()[0].startswith("narva")


FILTERS = [
    "CASEI(name) LIKE CASEI('%str%')",
    "ACCENTI(CASEI(name)) = ACCENTI(name_en)",
    "CASEI(ACCENTI(municipality)) = 'narva'",
    "CASEI(name) < CASEI(municipality)",
    "municipality IN ('Narva', 'Kotka')",
    "NOT ACCENTI(municipality) LIKE 'A%'",
    "id LIKE '%a%'",
]


@pytest.mark.parametrize("text", FILTERS)
def test_edits_behind_prepared_texts_are_found_as_in_rows_read_anew(
    filled, built, follow, anew, put, delete, feature, text
):
    built()
    put(feature("sites", "Große Straße", (27.0, 61.0), municipality="Kotka"))
    put(replace(filled[3], properties=filled[3].properties | {"municipality": "NARVA"}))
    put(replace(filled[4], visibility=Visibility.HIDDEN))
    delete(filled[5])
    asked = filter_of(text, queryables_of("sites"))

    def found(follower):
        table = follower.current().tables["sites"]
        kept = filter_mask(table, asked) & table.alive
        return {table.ids[row] for row in kept.nonzero()[0].tolist()}

    assert found(follow()) == found(anew())

"""What a filter may cost, and the shortcuts that keep it cheap."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.errors import ParameterInvalid
from layers.cql2 import budget, frames, places
from layers.cql2.mask import filter_mask
from layers.cql2.texts import form_of, like
from layers.cql2.tree import Type

DEAR = [
    "n + m > 3",
    "t LIKE '%a_b%'",
    "t = u",
    "S_INTERSECTS(geom, POLYGON((0 0, 5 0, 5 5, 0 0)))",
    "S_TOUCHES(geom, POINT(1 1))",
    "n > m",
]


@pytest.fixture
def both(make_both):
    rows = {
        "t": (Type.TEXT, ["a", "b"]),
        "u": (Type.TEXT, ["a", "c"]),
        "n": (Type.NUMBER, [1, 2]),
        "m": (Type.NUMBER, [2, 1]),
    }
    return make_both(rows, [shapely.Point(1, 1), shapely.Point(9, 9)])


@pytest.mark.parametrize("condition", DEAR)
def test_what_would_take_too_long_is_refused(both, monkeypatch, condition):
    asked = both.filter(condition)
    filter_mask(both.table, asked)
    monkeypatch.setattr(budget, "LEAST_MS", 0.0)
    monkeypatch.setattr(budget, "NS_A_ROW", 1.0)
    with pytest.raises(ParameterInvalid, match="too long"):
        filter_mask(both.table, asked)


@pytest.fixture
def repeated(make_both):
    """A thousand rows: in one column two values, in the other each its own."""
    rows = {
        "few": (Type.TEXT, ["a", "b"] * 500),
        "many": (Type.TEXT, [f"a{number}" for number in range(1000)]),
    }
    return make_both(rows, [None] * 1000, few=("few", "many"))


@pytest.mark.parametrize("column", ["few", "many"])
def test_conditions_on_one_column_are_paid_for_by_its_values(repeated, monkeypatch, column):
    monkeypatch.setattr(budget, "LEAST_MS", 0.0)
    monkeypatch.setattr(budget, "NS_A_ROW", budget.SOUGHT + budget.LOOKED_UP)
    asked = repeated.filter(" OR ".join(f"{column} LIKE '%a{number}%'" for number in range(90)))
    if column == "few":
        assert not filter_mask(repeated.table, asked).any()
        return
    with pytest.raises(ParameterInvalid, match="too long"):
        filter_mask(repeated.table, asked)


def test_a_column_that_is_named_again_is_fetched_once(make_both, monkeypatch):
    both = make_both({name: (Type.NUMBER, [1, 2, 3]) for name in "nm"}, [None] * 3)
    fetched, floats = [], frames.Distinct.floats
    monkeypatch.setattr(frames.Distinct, "floats", lambda of: fetched.append(of) or floats(of))
    assert both.by_mask(both.filter("n + m + n + m + n > m")) == [0, 1, 2]
    assert len(fetched) == 2


coordinates = st.integers(0, 12).map(float)
rings = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=9)


@settings(max_examples=200, deadline=None)
@given(rings, st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=40))
@pytest.mark.parametrize("function", ["S_INTERSECTS", "S_WITHIN", "S_DISJOINT"])
def test_cells_change_no_answer(make_both, function, ring, points):
    shape = shapely.Polygon(ring)
    if not shape.is_valid or shape.area == 0:
        return
    both = make_both({}, [shapely.Point(*point) for point in points])
    asked = both.filter(f"{function}(geom, {shape.wkt})")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "MANY", 0.0)
        by_cells = filter_mask(both.table, asked)
    assert np.array_equal(by_cells, filter_mask(both.table, asked))


@settings(max_examples=500)
@given(st.text("ab%_\\", max_size=6), st.text("ab%", max_size=8))
def test_the_quick_question_of_a_pattern_is_answered_yes_by_all_that_match(pattern, text):
    form = form_of(pattern)
    quick = {
        "is": text == form.letters,
        "begins": text.startswith(form.letters),
        "ends": text.endswith(form.letters),
        "holds": form.letters in text,
    }[form.kind]
    assert quick or not like(text, pattern)
    if form.whole:
        assert quick == like(text, pattern)

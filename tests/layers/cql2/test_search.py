"""Letters are found in texts as Python finds them, however they are looked for."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomap.errors import ParameterInvalid
from layers.cql2 import search
from layers.cql2.arrow import of_texts
from layers.cql2.budget import LEAST_MS, Budget
from layers.cql2.search import holding

LETTERS = "aab ÄёΩ"
texts = st.lists(st.none() | st.text(LETTERS, max_size=9), max_size=40)


@pytest.fixture(params=[-1.0, 0.4, 9.0])
def small(request):
    """Blocks of a few texts, crowded always, sometimes, or never."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "FEW", 0)
        patch.setattr(search, "ROWS", 7)
        patch.setattr(search, "SAMPLED", 2)
        patch.setattr(search, "CROWDED", request.param)
        yield


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=texts, letters=st.text(LETTERS, min_size=1, max_size=5), first=st.integers(0, 3))
def test_letters_are_found_where_they_are(small, said, letters, first):
    found = holding(of_texts(said).slice(first), letters, lambda _: None)
    assert found.tolist() == [text is not None and letters in text for text in said[first:]]


def test_a_text_does_not_hold_what_begins_in_it_and_ends_in_the_next(small):
    found = holding(of_texts(["xab", "cx", None, "", "abc"]), "abc", lambda _: None)
    assert found.tolist() == [False, False, False, False, True]


@pytest.mark.parametrize("letters", ["q", "ab", "ababab"])
def test_looking_is_paid_for(letters):
    said = of_texts(["ab" * 20] * 5_000)
    paid = []
    assert holding(said, letters, paid.append).all() == (letters != "q")
    purse = Budget(5_000)
    purse.pay(LEAST_MS * 1e6 - sum(paid) + 1)
    with pytest.raises(ParameterInvalid, match="too long"):
        holding(said, letters, purse.pay)

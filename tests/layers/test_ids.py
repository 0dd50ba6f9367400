"""Ids keep their order and their writing, whatever they are."""

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import ids as module
from layers.ids import RowIds

UUIDS = st.one_of(
    st.uuids().map(str),
    # Bytes of nothing at the end are what fixed-width text would lose.
    st.integers(0, 255).map(lambda number: str(uuid.UUID(int=number << 120))),
)
ANY = st.one_of(UUIDS, st.sampled_from(["a", "b", "", "A" * 36, str(uuid.UUID(int=1)).upper()]))


@given(st.lists(st.lists(ANY, max_size=5), max_size=4))
def test_what_goes_in_comes_out(batches):
    kept = RowIds.empty()
    for batch in batches:
        kept = kept.grown(batch)
    written = [one for batch in batches for one in batch]
    assert [one.decode() for one in kept[:].tolist()] == written
    assert [kept[row].decode() for row in range(len(kept))] == written


@given(st.lists(UUIDS, unique=True), st.lists(ANY, unique=True), st.sampled_from([0, 256]))
def test_each_id_is_found_where_it_stands_and_no_other(known, others, many):
    usual, module.MANY = module.MANY, many
    try:
        kept = RowIds.empty().grown(known)
        order = np.argsort(kept.keys, kind="stable").astype(np.int32)
        assert [known[row] for row in order] == sorted(known)
        asked = [*known, *others]
        found = {known[order[place]] for place in kept.places(asked, order)}
        assert found == set(known)
    finally:
        module.MANY = usual


def test_uuids_take_sixteen_bytes():
    kept = RowIds.empty().grown([str(uuid.uuid4()) for _ in range(9)])
    assert kept.keys.nbytes == 9 * 16


@pytest.mark.parametrize("later", ["x", "y" * 50])
def test_one_id_of_another_kind_leaves_the_rest_as_they_were(later):
    first = [str(uuid.uuid4()) for _ in range(3)]
    before = RowIds.empty().grown(first)
    after = before.grown([later])
    assert [one.decode() for one in after[:].tolist()] == [*first, later]
    assert [one.decode() for one in before[:].tolist()] == first

"""The garbage collector rests while much is made, and is as it was afterwards."""

import gc

import pytest

from layers.collector import collector_at_rest


@pytest.fixture(autouse=True)
def enabled():
    gc.enable()
    yield
    gc.enable()


def test_it_rests_inside_and_works_again_afterwards():
    with collector_at_rest():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_after_an_error():
    with pytest.raises(ValueError, match="broken"), collector_at_rest():
        raise ValueError("broken")
    assert gc.isenabled()


def test_it_stays_at_rest_where_it_was_before():
    gc.disable()
    with collector_at_rest():
        pass
    assert not gc.isenabled()

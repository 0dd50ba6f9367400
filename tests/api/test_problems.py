"""Each named error has one status, and one page that explains it."""

import pytest

from api.problems import STATUSES, explained
from geomap import errors
from geomap.errors import GeomapError


def every_error(kind=GeomapError):
    for error in kind.__subclasses__():
        yield error
        yield from every_error(error)


@pytest.mark.parametrize("error", [*every_error()], ids=lambda error: error.__name__)
def test_every_named_error_has_a_status_and_a_name_of_its_own(error):
    assert error in STATUSES
    assert 400 <= STATUSES[error] < 600
    assert explained(error.problem)
    assert [other for other in every_error() if other.problem == error.problem] == [error]


def test_the_table_holds_nothing_but_errors():
    named = {error for error in vars(errors).values() if isinstance(error, type)}
    assert set(STATUSES) <= named

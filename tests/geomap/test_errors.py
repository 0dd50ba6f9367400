import inspect

import pytest

from geomap import errors
from geomap.errors import GeomapError, InputFaulty, ParameterInvalid
from geomap.model import Fault

ERRORS = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, GeomapError) and error is not GeomapError
]


def test_every_error_has_a_name_of_its_own():
    assert len({error.problem for error in ERRORS}) == len(ERRORS)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_is_documented_and_named_for_a_uri(error):
    assert error.__doc__
    assert error.problem != "error"
    assert error.problem.replace("-", "").isalpha()
    assert error.problem == error.problem.lower()


def test_faults_are_all_kept_and_the_message_says_how_many_more():
    faults = [
        Fault("DATE_UNPARSABLE", "dating", "yesteryear", "Write EDTF."),
        Fault("ENUM_UNKNOWN", "kind", "castle", "One of worship, defence …"),
    ]
    error = InputFaulty(faults)
    assert error.faults == tuple(faults)
    assert str(error) == "dating: 'yesteryear': Write EDTF. (and 1 more)"
    assert str(InputFaulty(faults[:1])) == "dating: 'yesteryear': Write EDTF."


def test_a_long_value_does_not_come_back_whole():
    assert len(str(ParameterInvalid("bbox", "9" * 10_000, "four numbers."))) < 300

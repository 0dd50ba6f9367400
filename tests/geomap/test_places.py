import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import CoordinateOutOfRange
from geomap.places import Bounds

LNGS, LATS = st.floats(-180, 180), st.floats(-90, 90)
BOXES = st.builds(
    lambda west, east, lats: Bounds(west, min(lats), east, max(lats)),
    LNGS,
    LNGS,
    st.tuples(LATS, LATS),
)


@given(BOXES)
def test_a_box_holds_its_corners(bounds):
    for lng in (bounds.west, bounds.east):
        for lat in (bounds.south, bounds.north):
            assert bounds.holds(lng, lat)


@given(BOXES, LNGS, LATS)
def test_a_box_holds_what_one_of_its_parts_holds(bounds, lng, lat):
    assert bounds.holds(lng, lat) == any(part.holds(lng, lat) for part in bounds.parts())
    assert all(part.west <= part.east for part in bounds.parts())


def test_a_box_may_cross_the_antimeridian():
    fiji = Bounds(177, -20, -178, -16)
    assert fiji.parts() == (Bounds(177, -20, 180, -16), Bounds(-180, -20, -178, -16))
    assert fiji.holds(180, -18)
    assert fiji.holds(-180, -18)
    assert not fiji.holds(0, -18)


@pytest.mark.parametrize(
    "numbers",
    [
        (0, 10, 1, 5),
        (0, -91, 1, 5),
        (0, 0, 1, 90.5),
        (-181, 0, 1, 1),
        (0, 0, 180.1, 1),
        (math.nan, 0, 1, 1),
        (0, 0, math.inf, 1),
    ],
)
def test_a_box_that_cannot_be_is_refused(numbers):
    with pytest.raises(CoordinateOutOfRange):
        Bounds(*numbers)

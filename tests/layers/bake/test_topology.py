import numpy as np
import pytest
import shapely

from layers.bake.topology import Topology, polygons, shared_lines


def topology(*rings: list[tuple[float, float]]) -> Topology:
    """One object `things` whose members are polygons of one ring each."""
    members = [
        {"type": "Polygon", "arcs": [[position]], "properties": {}}
        for position in range(len(rings))
    ]
    arcs = tuple(np.array(ring, dtype=float) for ring in rings)
    return Topology(arcs, {"things": {"geometries": members}})


def drawn(ring: list[tuple[float, float]]) -> shapely.MultiPolygon:
    whole = topology(ring)
    return shapely.MultiPolygon(polygons(whole, whole.members("things")[0]))


def test_a_polygon_away_from_the_antimeridian_stays_as_it_is():
    square = drawn([(10, 10), (20, 10), (20, 20), (10, 20), (10, 10)])
    assert square.equals(shapely.box(10, 10, 20, 20))


def test_a_polygon_across_the_antimeridian_is_cut_there():
    stitched = drawn([(170, 10), (-170, 10), (-170, 20), (170, 20), (170, 10)])
    expected = shapely.union(shapely.box(170, 10, 180, 20), shapely.box(-180, 10, -170, 20))
    assert stitched.equals(expected)


@pytest.mark.parametrize("side", [1, -1], ids=["north", "south"])
def test_a_polygon_around_a_pole_holds_the_pole(side):
    ring = [(lng, 70 * side) for lng in (*range(-180, 180, 10), -180)]
    cap = drawn(ring)
    assert cap.area == pytest.approx(360 * 20)
    assert cap.covers(shapely.Point(15, 89.9 * side))
    assert not cap.covers(shapely.Point(15, 60 * side))


def test_a_ring_of_too_few_corners_is_left_out():
    assert drawn([(10, 10), (20, 10), (10, 10)]).is_empty


def test_neighbours_share_the_line_on_which_they_meet():
    arcs = tuple(np.array(line, dtype=float) for line in ([(0, 0), (0, 1)], [(5, 5), (6, 6)]))
    members = [{"arcs": [[0]]}, {"arcs": [[~0]]}, {"arcs": [[1]]}]
    [(pair, line)] = shared_lines(Topology(arcs, {"things": {"geometries": members}}), "things")
    assert pair == (0, 1)
    assert line.equals(shapely.LineString([(0, 0), (0, 1)]))

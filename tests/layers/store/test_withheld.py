"""The index of what is not public: it follows every edit, stays small, and is no secret's leak."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from shapely import LineString, Point

from geomap.model import Edit, EditKind, Visibility
from geomap.places import Bounds
from layers.store.connections import public_connection
from layers.store.migrate import migrate
from layers.store.sqlite import SqliteStore
from layers.store.statements import migrations

HERE = Bounds(20, 60, 21, 61)


@pytest.fixture
def path(store_url):
    return Path(store_url.removeprefix("sqlite:///"))


@pytest.fixture
def delete(store):
    return lambda one: store.write([Edit(EditKind.DELETE, one)], actor="t", action="trial")


def found(store, box=HERE, **more):
    return [one.id for _, one in store.withheld("sites", [box], limit=100, **more)]


@pytest.mark.parametrize("visibility", ["generalised", "restricted", "hidden"])
def test_what_is_not_public_is_found_by_its_place(store, put, site, visibility):
    one = site(1, geometry=Point(20.5, 60.5), visibility=Visibility(visibility))
    put(one, site(2, geometry=Point(20.5, 60.5)))
    assert found(store) == [one.id]
    assert found(store, Bounds(22, 60, 23, 61)) == []
    [(_, feature)] = store.withheld("sites", [HERE], limit=1)
    assert feature.properties == one.properties
    assert feature.visibility == visibility


def test_it_follows_every_edit(store, put, delete, site):
    one = site(1, geometry=Point(20.5, 60.5))
    put(one)
    assert found(store) == []
    hidden = replace(one, visibility=Visibility.HIDDEN)
    put(hidden)
    assert found(store) == [one.id]
    put(replace(hidden, geometry=Point(30, 60)))
    assert found(store) == []
    assert found(store, Bounds(29, 59, 31, 61)) == [one.id]
    put(hidden)
    put(one)
    assert found(store) == []
    put(hidden)
    delete(hidden)
    assert found(store) == []
    put(hidden)
    assert found(store) == [one.id]
    assert store.check() == []


def test_what_has_no_place_is_not_in_it(store, put, site):
    put(site(1, geometry=None, visibility=Visibility.HIDDEN))
    assert found(store, Bounds(-180, -90, 180, 90)) == []
    assert store.check() == []


def test_a_box_across_the_antimeridian_finds_both_sides_page_by_page(store, put, site):
    places = [(179.5, 0), (-179.5, 0), (0, 0), (179.6, 1), (-179.4, 1)]
    made = [site(n, geometry=Point(p), visibility=Visibility.HIDDEN) for n, p in enumerate(places)]
    put(*made)
    box, seen, after = Bounds(179, -5, -179, 5), [], 0
    while page := store.withheld("sites", [box], after=after, limit=2):
        seen += [one.id for _, one in page]
        after = page[-1][0]
    assert sorted(seen) == sorted(made[n].id for n in (0, 1, 3, 4))


def test_a_line_is_found_by_its_box_and_other_layers_are_not(store, put, site):
    line = LineString([(20.2, 60.2), (25, 65)])
    put(site(1, geometry=line, visibility=Visibility.HIDDEN))
    assert len(found(store)) == 1
    assert store.withheld("cities", [HERE], limit=9) == []


def test_no_public_connection_can_name_it(store, path, put, site):
    put(site(1, geometry=Point(20.5, 60.5), visibility=Visibility.HIDDEN))
    with closing(public_connection(path)) as connection, pytest.raises(apsw.AuthError):
        connection.execute("SELECT count(*) FROM withheld_rtree")


def test_a_check_notices_what_officers_would_not_find(store, path, put, site):
    put(site(1, geometry=Point(20.5, 60.5), visibility=Visibility.HIDDEN))
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("DELETE FROM withheld_rtree")
    assert any("officers do not find it" in said for said in store.check())


def test_a_store_from_before_the_index_gets_it_filled(tmp_path, source, site):
    path = tmp_path / "old.db"
    with closing(SqliteStore(path)) as store:
        edits = [
            Edit(EditKind.PUT, site(1, geometry=Point(20.5, 60.5), visibility=Visibility.HIDDEN)),
            Edit(EditKind.PUT, site(2, geometry=None, visibility=Visibility.HIDDEN)),
            Edit(EditKind.PUT, site(3, geometry=Point(20.5, 60.5))),
        ]
        store.write(edits, actor="t", action="trial", sources=[source])
    number = next(n for n, script in enumerate(migrations("sqlite")) if "withheld_rtree" in script)
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("DROP TABLE withheld_rtree")
        connection.pragma("user_version", number)
        migrate(connection, scripts=migrations("sqlite")[: number + 1])
        connection.pragma("user_version", len(migrations("sqlite")))
    with closing(SqliteStore(path)) as store:
        assert len(found(store)) == 1
        assert store.check() == []

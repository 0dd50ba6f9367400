"""Photos in the store: seen with the record that names them, by whom that is seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import apsw
import pytest

from geomap.model import Visibility
from geomap.photos import Picture, Size, named_in
from geomap.settings import sqlite_path
from layers.history import found_by, left_by
from layers.store.connections import public_connection
from layers.store.engines import open_store, restore_store
from layers.store.sqlite import SqliteStore

PICTURE = Picture(4, 3, b"RIFF the whole", b"RIFF a part")
OTHER = Picture(4, 3, b"RIFF another", b"RIFF its part")


def with_photos(site, *ids):
    photos = [
        {"id": one, "alt": "A wall", "author": "Aino Aalto", "licence": "CC0-1.0"} for one in ids
    ]
    return replace(site, properties={**site.properties, "photos": photos})


def shown(store, photo_id, size=Size.FULL):
    with store.public() as reader:
        return reader.photo(photo_id, size)


@pytest.fixture
def photo(store):
    return store.photos.put(PICTURE, actor="officer")


@pytest.fixture
def pictured(put, site, photo):
    """A public site with a photo."""
    feature = with_photos(site(1), photo)
    put(feature)
    return feature


def test_a_photo_is_kept_before_a_record_names_it_and_the_public_sees_nothing_of_it(store, photo):
    assert store.photos.content(photo, Size.FULL) == PICTURE.full
    assert store.photos.content(photo, Size.THUMBNAIL) == PICTURE.thumbnail
    known = store.photos.known(photo)
    assert (known.actor, known.width, known.height, known.feature_id) == ("officer", 4, 3, "")
    assert shown(store, photo) is None


def test_ids_of_photos_are_random_and_no_two_alike(store):
    ids = {store.photos.put(PICTURE) for _ in range(20)}
    assert len(ids) == 20
    assert all(one[14] == "4" for one in ids)


def test_what_is_not_kept_is_none(store):
    assert store.photos.known("never") is None
    assert store.photos.content("never", Size.FULL) is None
    assert shown(store, "never") is None


@pytest.mark.parametrize(
    ("size", "content"), [(Size.FULL, PICTURE.full), (Size.THUMBNAIL, PICTURE.thumbnail)]
)
def test_the_photo_of_a_public_site_is_public(store, pictured, photo, size, content):
    assert shown(store, photo, size) == content
    known = store.photos.known(photo)
    assert (known.layer, known.feature_id) == ("sites", pictured.id)
    with store.public() as reader:
        body = reader.body("sites", pictured.id)
    assert f'"href":"/photos/{photo}","thumbnail":"/photos/{photo}/thumbnail"'.encode() in body


@pytest.mark.parametrize("visibility", sorted({*Visibility} - {Visibility.PUBLIC}))
def test_the_photo_of_a_site_that_is_not_wholly_public_is_gone_with_the_commit_and_comes_back(
    store, put, pictured, photo, visibility
):
    with store.public() as earlier:
        earlier.version()
        put(replace(pictured, visibility=visibility))
        assert shown(store, photo) is None
        assert shown(store, photo, Size.THUMBNAIL) is None
        # One view is of one commit.
        assert earlier.photo(photo, Size.FULL) == PICTURE.full
    with store.public() as reader:
        body = reader.body("sites", pictured.id)
    assert body is None or (b"photo" not in body and photo.encode() not in body)
    assert store.photos.content(photo, Size.FULL) == PICTURE.full
    assert store.check() == []
    put(pictured)
    assert shown(store, photo) == PICTURE.full
    assert store.check() == []


def test_a_photo_goes_with_its_record_and_with_the_edit_that_takes_it_away(
    store, put, delete, site, pictured, photo
):
    put(site(1))
    assert shown(store, photo) is None
    put(pictured)
    delete(pictured)
    assert shown(store, photo) is None
    assert store.check() == []


def test_history_has_the_photos_of_each_revision_and_a_restored_one_shows_them(
    store, put, site, pictured, photo
):
    put(site(1))
    first, last = store.history("sites", pictured.id)
    assert named_in(left_by(first).properties) == (photo,)
    assert named_in(found_by(last).properties) == (photo,)
    put(left_by(first))
    assert shown(store, photo) == PICTURE.full


def test_an_edit_of_another_field_leaves_the_photo_where_it_was(store, put, pictured, photo):
    other = {**pictured.properties, "kind": "worship"}
    put(replace(pictured, properties=other))
    assert shown(store, photo) == PICTURE.full
    assert store.check() == []


@pytest.mark.parametrize("first", [Visibility.HIDDEN, Visibility.PUBLIC])
def test_a_record_that_names_the_photo_of_another_does_not_show_it(store, put, site, photo, first):
    put(with_photos(site(1, visibility=first), photo))
    put(with_photos(site(2), photo))
    assert store.photos.known(photo).feature_id == site(1).id
    put(with_photos(site(1, visibility=Visibility.HIDDEN), photo))
    assert shown(store, photo) is None
    assert store.check() == []


def test_a_record_may_name_a_photo_twice_and_one_that_is_not_there(store, put, site, photo):
    put(with_photos(site(1), photo, photo, "11111111-1111-4111-8111-111111111111"))
    assert shown(store, photo) == PICTURE.full
    assert store.check() == []


def test_a_write_that_fails_names_no_photo(store, put, site, photo):
    put(site(2))
    taken = replace(with_photos(site(1), photo), record_id="record-2")
    with pytest.raises(Exception, match="record-2"):
        put(taken)
    assert store.photos.known(photo).feature_id == ""


@pytest.fixture
def clock():
    return [datetime(2026, 11, 21, 12, tzinfo=UTC)]


@pytest.fixture
def dated(tmp_path, clock):
    opened = SqliteStore(tmp_path / "dated.db", now=lambda: clock[0])
    yield opened
    opened.close()


def is_kept(store, photo_id):
    return store.photos.content(photo_id, Size.FULL) is not None


def test_a_photo_that_no_record_names_is_forgotten_after_a_day(dated, clock):
    first = dated.photos.put(PICTURE)
    clock[0] += timedelta(hours=23)
    second = dated.photos.put(OTHER)
    assert is_kept(dated, first)
    clock[0] += timedelta(hours=2)
    dated.photos.put(OTHER)
    assert not is_kept(dated, first)
    assert is_kept(dated, second)


def test_a_photo_of_somebody_with_an_account_waits_for_as_long_as_a_draft(dated, clock):
    photo = dated.photos.put(PICTURE, actor="officer")
    clock[0] += timedelta(days=30)
    dated.photos.put(OTHER)
    assert is_kept(dated, photo)
    clock[0] += timedelta(days=2)
    dated.photos.put(OTHER)
    assert not is_kept(dated, photo)


def test_a_photo_that_is_held_stays_for_as_long_as_that(dated, clock):
    draft, suggestion = dated.photos.put(PICTURE), dated.photos.put(PICTURE)
    dated.photos.hold("draft 1", [draft, "never"])
    dated.photos.hold("suggestion 1", [suggestion, suggestion])
    clock[0] += timedelta(days=30)
    dated.photos.put(OTHER)
    assert is_kept(dated, draft)
    assert is_kept(dated, suggestion)
    assert dated.check() == []
    dated.photos.hold("draft 1", [])
    dated.photos.hold("suggestion 1", [suggestion])
    dated.photos.put(OTHER)
    assert not is_kept(dated, draft)
    assert is_kept(dated, suggestion)


def test_a_photo_that_a_record_has_ever_named_stays(store, put, site, pictured, photo):
    put(site(1))
    connection = apsw.Connection(str(store._path))
    connection.execute("UPDATE photo SET at = '2020-01-01T00:00:00+00:00'")
    connection.close()
    store.photos.put(OTHER)
    assert is_kept(store, photo)


def test_photos_go_into_a_backup_and_come_back_with_it(
    store, store_url, put, site, pictured, photo, tmp_path
):
    hidden = store.photos.put(OTHER)
    put(with_photos(site(2, visibility=Visibility.HIDDEN), hidden))
    backup = store.backup(tmp_path / "backups")
    put(site(1))
    store.close()
    restore_store(store_url, backup)
    again = open_store(store_url)
    assert shown(again, photo) == PICTURE.full
    assert shown(again, hidden) is None
    assert again.photos.content(hidden, Size.FULL) == OTHER.full
    assert again.check() == []
    again.close()


SABOTAGE = {
    "DELETE FROM public_photo": "its photos are not those it has",
    "INSERT INTO public_photo SELECT id, 999 FROM photo WHERE actor = ''": "photos, not",
    "DELETE FROM photo WHERE feature_id IS NOT NULL": "refers to a row that is not there",
    """INSERT INTO public_photo
       SELECT photo.id, public_feature.seq FROM photo, public_feature
       WHERE feature_id IS NULL""": "and photos, not",
}


@pytest.mark.parametrize("statement", SABOTAGE)
def test_photos_that_are_shown_amiss_are_said(store, store_url, pictured, statement):
    store.photos.put(OTHER)
    connection = apsw.Connection(str(sqlite_path(store_url)))
    connection.execute(statement)
    connection.close()
    assert any(SABOTAGE[statement] in fault for fault in store.check()), store.check()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT picture FROM photo",
        "SELECT count(*) FROM photo",
        "SELECT thumbnail FROM public_photo JOIN photo USING (id)",
        "SELECT picture FROM (SELECT picture FROM photo) AS one",
        "WITH one AS (SELECT picture FROM photo) SELECT * FROM one",
        "SELECT EXISTS (SELECT 1 FROM photo WHERE id = (SELECT id FROM public_photo_content))",
        "SELECT holder FROM photo_hold",
        "SELECT actor FROM public_photo_content",
        "DELETE FROM public_photo",
    ],
)
def test_a_public_connection_reads_photos_through_the_view_alone(store, store_url, statement):
    connection = public_connection(sqlite_path(store_url))
    assert (
        connection.execute("SELECT picture, thumbnail FROM public_photo_content").fetchall() == []
    )
    with pytest.raises(apsw.Error):
        connection.execute(statement)
    connection.close()

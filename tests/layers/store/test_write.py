"""The first gate: what `write` promises."""

import resource
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import shapely

from geomap.errors import KeyReused, RecordTaken, RevisionConflict, SourceUnknown, StoreUnusable
from geomap.model import Edit, EditKind, Visibility


def test_what_is_written_is_read_back_whole(store, put, site):
    written = put(site(1))
    stored = store.feature("sites", site(1).id)
    assert stored == replace(site(1), revision=1)
    assert (written.created, written.revisions) == (1, {site(1).id: 1})
    assert list(store.features("sites")) == [stored]
    assert store.by_record("sites", "register") == {"record-1": (site(1).id, 1)}


def test_a_feature_without_a_place_is_kept_and_published(store, put, site):
    put(site(1, geometry=None))
    assert store.feature("sites", site(1).id).geometry is None
    with store.public() as reader:
        assert b'"geometry":null' in reader.body("sites", site(1).id)
    assert store.check() == []


def test_equal_content_makes_no_revision_and_no_public_change(store, put, site):
    put(site(1))
    with store.public() as reader:
        before = (reader.version(), reader.updated_at("sites"), list(reader.rows("sites")))
    properties = dict(reversed(site(1).properties.items()))
    again = put(site(1, properties=properties))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert len(store.history("sites", site(1).id)) == 1
    with store.public() as reader:
        assert before == (reader.version(), reader.updated_at("sites"), list(reader.rows("sites")))


def test_a_stale_revision_is_refused_and_names_the_latest(store, put, site):
    put(site(1))
    put(site(1, "Fortress"))
    stale = Edit(EditKind.PUT, site(1, "Ruin"), expected=1)
    with pytest.raises(RevisionConflict) as refused:
        store.write([stale], actor="officer", action="edit")
    assert (refused.value.expected, refused.value.found) == (1, 2)
    assert store.feature("sites", site(1).id) == replace(site(1, "Fortress"), revision=2)


def test_one_stale_edit_undoes_the_whole_write(store, put, site):
    put(site(1))
    edits = [
        Edit(EditKind.PUT, site(2)),
        Edit(EditKind.DELETE, site(1)),
        Edit(EditKind.PUT, site(1), expected=7),
    ]
    with pytest.raises(RevisionConflict):
        store.write(edits, actor="officer", action="edit")
    assert [feature.id for feature in store.features("sites")] == [site(1).id]
    assert store.check() == []


def test_expecting_revision_zero_creates_and_never_replaces(store, site, source):
    edit = Edit(EditKind.PUT, site(1), expected=0)
    assert store.write([edit], actor="o", action="create", sources=[source]).created == 1
    with pytest.raises(RevisionConflict):
        store.write([edit], actor="o", action="create")


def test_a_deleted_feature_is_gone_and_its_history_stays(store, put, delete, site):
    put(site(1))
    assert delete(site(1), expected=1).deleted == 1
    assert store.feature("sites", site(1).id) is None
    with store.public() as reader:
        assert reader.body("sites", site(1).id) is None
    first, last = store.history("sites", site(1).id)
    assert (first.after, last.before, last.after) == (last.before, first.after, None)
    assert delete(site(1)).unchanged == 1


def test_a_feature_that_comes_back_goes_on_counting(store, put, delete, site):
    put(site(1))
    delete(site(1))
    assert put(site(1)).revisions == {site(1).id: 3}
    assert [entry.revision for entry in store.history("sites", site(1).id)] == [1, 2, 3]
    assert store.check() == []


def test_edits_of_one_feature_in_one_write_follow_each_other(store, put, site):
    written = put(site(1), site(1, "Fortress"), site(1, "Fortress"))
    assert (written.created, written.updated, written.unchanged) == (1, 1, 1)
    assert len(store.history("sites", site(1).id)) == 2
    edits = [Edit(EditKind.DELETE, site(1)), Edit(EditKind.PUT, site(1, "Tower"))]
    assert store.write(edits, actor="o", action="edit").revisions == {site(1).id: 4}
    assert store.check() == []


def test_history_says_who_when_why_before_and_after(store, put, site):
    start = datetime.now(UTC)
    put(site(1), comment="from the archive")
    put(site(1, visibility=Visibility.HIDDEN))
    created, hidden = store.history("sites", site(1).id)
    assert (created.actor, created.action, created.comment) == (
        "officer",
        "edit",
        "from the archive",
    )
    assert start <= created.at <= hidden.at <= datetime.now(UTC)
    assert created.before is None
    assert created.after["geometry"] == {"type": "Point", "coordinates": [28.75, 60.71]}
    assert hidden.before == created.after
    assert hidden.after == {**created.after, "visibility": "hidden"}
    assert created.transaction_id != hidden.transaction_id


def test_a_retry_under_the_same_key_is_answered_and_not_made_again(store, put, site):
    first = put(site(1), key="k")
    put(site(1, "Fortress"))
    assert put(site(1), key="k") == first
    assert store.feature("sites", site(1).id).revision == 2


def test_a_key_of_another_write_is_refused_and_nothing_is_lost_unsaid(store, put, site):
    put(site(1), key="once")
    with pytest.raises(KeyReused, match="'once'"):
        put(site(2), key="once")
    assert [one.record_id for one in store.features("sites")] == [site(1).record_id]


def test_a_key_belongs_to_its_actor(store, put, site):
    put(site(1), key="k")
    other = store.write([Edit(EditKind.PUT, site(2))], actor="other", action="edit", key="k")
    assert other.created == 1


def test_a_record_stands_for_one_feature_only(store, put, site):
    put(site(1))
    with pytest.raises(RecordTaken, match="'record-1' of 'register'"):
        put(site(3), site(2, record_id="record-1"))
    assert store.by_record("sites", "register") == {"record-1": (site(1).id, 1)}


def test_a_record_may_pass_to_another_feature_when_its_own_goes(store, put, site):
    put(site(1))
    edits = [
        Edit(EditKind.PUT, site(2, record_id="record-1")),
        Edit(EditKind.DELETE, site(1)),
    ]
    store.write(edits, actor="officer", action="merge")
    assert store.by_record("sites", "register") == {"record-1": (site(2).id, 1)}


def test_a_source_must_be_known(store, site):
    with pytest.raises(SourceUnknown, match="'register'"):
        store.write([Edit(EditKind.PUT, site(1))], actor="o", action="edit")


def test_a_source_that_changes_changes_what_is_published_of_all_its_features(
    store, put, site, source
):
    put(site(1), site(2, visibility=Visibility.HIDDEN))
    newer = replace(source, attribution="Board of Antiquities 2027")
    written = store.write([], actor="officer", action="edit", sources=[newer])
    assert written.updated == 0
    with store.public() as reader:
        assert b"Antiquities 2027" in reader.body("sites", site(1).id)
        assert reader.sources() == {"register": newer}
    assert store.check() == []


def test_large_writes_do_not_list_their_revisions(put, site):
    written = put(*(site(number) for number in range(1, 1003)))
    assert (written.created, written.revisions) == (1002, {})


def test_a_shape_is_kept_to_the_last_bit(store, put, site):
    shape = shapely.from_wkt("POLYGON ((28.1 60.2, 28.30000000000001 60.2, 28.2 60.5, 28.1 60.2))")
    put(site(1, geometry=shape))
    assert store.feature("sites", site(1).id).geometry.equals_exact(shape, 0)


def test_a_full_disk_refuses_the_write_and_nothing_else(store, put, site):
    put(site(1))
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, unlimited[1]))
    try:
        with pytest.raises(StoreUnusable, match="disk"):
            put(*(site(number) for number in range(1, 3000)))
        with store.public() as reader:
            assert [row.id for row in reader.rows("sites")] == [site(1).id]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    put(site(2))
    assert store.check() == []

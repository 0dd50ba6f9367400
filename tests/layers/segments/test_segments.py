"""A segment is the store's public side in files: as right, shared, and never trusted blindly."""

import logging
import os
import shutil
from dataclasses import replace
from datetime import date

import numpy as np
import orjson
import pytest
from shapely import LineString, box

from geomap.grid import tile_at
from geomap.model import Edit, EditKind, Source, Visibility
from geomap.settings import Settings
from layers import catalog
from layers import snapshot as snapshots
from layers.exports.table import EXPORTS
from layers.query import Query, facets, select
from layers.segments.folder import folder_of
from layers.segments.opening import Segments
from layers.segments.parts import PARTS, Part, parts_of
from layers.snapshot import Follower
from layers.store.engines import open_store, restore_store
from layers.tiles.render import render

SOURCE = Source(
    "test", "A register", "An office", "CC0-1.0", "https://example.org", date(2026, 1, 1), "Office"
)  # fmt: skip
LAYERS = ["sites", "cities", "regions", "twins"]


@pytest.fixture
def filled(put, feature):
    """Some of everything."""
    a, b = feature("cities", "Imatra", (28.8, 61.2)), feature("cities", "Svetogorsk", (28.9, 61.1))
    event = {"date": "2022-03-03", "status": "suspended", "side": "b"}
    sites = [
        feature("sites", f"Fort {number}", (28 + number / 50, 61.0), kind="defence", rank=number)
        for number in range(30)
    ]
    put(
        *sites,
        feature("sites", "Wall", LineString([(28, 61), (28.2, 61.3)]), municipality="Lahti"),
        feature("sites", "Lost"),
        feature("regions", "Karelia", box(27, 60, 32, 64)),
        a,
        b,
        feature("twins", "A – B", city_a=a.id, city_b=b.id, status_events=[event],
                geometry=LineString([(28.8, 61.2), (28.9, 61.1)])),
    )  # fmt: skip
    return sites


def told(follower):
    """Return all that readers can be told of each layer."""
    with follower.reading() as (snapshot, reader):
        answers = {"version": snapshot.version}
        for name, table in snapshot.tables.items():
            rows = select(table, Query())
            export = b"".join(EXPORTS["geojson"].write(snapshot, reader, table, rows))
            features = sorted(orjson.loads(export)["features"], key=lambda one: one["id"])
            answers[name] = features, facets(table, Query()), table.extent()
        for z in (0, 3, 7, 9, 14):
            answers[z] = sorted(render(snapshot, LAYERS, tile_at(28.8, 61.2, z), Query()))
        return answers


def test_what_a_segment_says_is_what_the_store_says(filled, built, follow, anew):
    assert built()
    follower = follow()
    assert told(follower) == told(anew())
    assert follower.is_mapped


def test_a_worker_that_opens_a_segment_derives_nothing_from_its_rows(filled, built, follow):
    built()
    for table in follow().current().tables.values():
        for name in parts_of(table.layer):
            table.base.cached(name, lambda name=name: pytest.fail(f"{name} is built"))


def test_later_edits_are_followed_from_the_segment_on(filled, built, follow, anew, put, delete):
    built()
    put(replace(filled[0], geometry=filled[1].geometry))
    delete(filled[2])
    put(replace(filled[3], visibility=Visibility.HIDDEN))
    assert told(follow()) == told(anew())


def test_a_second_segment_is_made_of_the_first_and_the_edits(
    filled, built, follow, anew, put, feature
):
    built()
    put(replace(filled[0], properties=filled[0].properties | {"municipality": "Kotka"}))
    put(feature("sites", "New", (27.0, 61.0)), feature("sites", "Box", box(28, 61, 28.1, 61.1)))
    assert built()
    follower = follow()
    assert told(follower) == told(anew())
    assert not any(table.is_edited() for table in follower.current().tables.values())


def test_files_of_a_layer_without_edits_are_not_written_again(filled, built, folder, put, feature):
    built()
    before = folder.manifest()[0] / "sites" / "lnglats.npy"
    inode = before.stat().st_ino
    put(feature("cities", "Vyborg", (28.7, 60.7)))
    built()
    after = folder.manifest()[0] / "sites" / "lnglats.npy"
    assert after != before
    assert after.stat().st_ino == inode


def test_a_worker_goes_over_to_a_newer_segment_between_two_requests(
    filled, built, follow, anew, put, feature
):
    built()
    follower = follow()
    held = follower.current()
    put(feature("sites", "New", (27.0, 61.0)))
    assert not follower.renew()
    built()
    put(feature("sites", "Newer", (27.0, 61.1)))
    assert follower.renew()
    assert not follower.renew()
    assert told(follower) == told(anew())
    # Who still reads from the former one is not disturbed, though its files are gone.
    assert len(select(held.tables["sites"], Query())) == len(filled) + 2
    assert held.tables["sites"].geometry(np.arange(3)) is not None


def test_a_worker_writes_nothing_into_the_files(filled, built, follow, folder, put, feature):
    built()
    segment = folder.manifest()[0]
    before = {file: file.read_bytes() for file in segment.rglob("*.npy")}
    follower = follow()
    follower.current()
    for number in range(3):
        put(feature("sites", f"New {number}", (27.0, 61.0)))
        follower.current()
    assert {file: file.read_bytes() for file in before} == before


def test_nothing_of_a_hidden_site_is_left_in_files(built, folder, put, feature, store):
    secret = feature("sites", "Zxqvjk", (28.123456, 61.654321), municipality="Wvutsr")
    put(secret, *(feature("sites", f"Fort {number}", (28.0, 61.0)) for number in range(5)))
    traces = [b"Zxqvjk", b"Wvutsr", bytes.fromhex(secret.id.replace("-", "")), secret.id.encode(),
              np.float64(28.123456).tobytes()]  # fmt: skip
    built()
    found = b"".join(file.read_bytes() for file in folder.path.rglob("*") if file.is_file())
    assert all(trace in found for trace in (*traces[:3], traces[-1]))
    put(replace(secret, visibility=Visibility.HIDDEN))
    built()
    left = b"".join(file.read_bytes() for file in folder.path.rglob("*") if file.is_file())
    assert not any(trace in left for trace in traces)


def test_nothing_of_an_exact_place_is_left_once_it_is_generalised(built, folder, put, feature):
    site = feature("sites", "Fort", (28.123456, 61.654321))
    put(site)
    built()
    put(replace(site, visibility=Visibility.GENERALISED))
    built()
    left = b"".join(file.read_bytes() for file in folder.path.rglob("*") if file.is_file())
    assert np.float64(28.123456).tobytes() not in left


def test_files_are_for_their_owner_alone(filled, built, folder):
    built()
    assert {path.stat().st_mode & 0o077 for path in (folder.path, folder.manifest()[0])} == {0}


def _cut(segment):
    file = segment / "sites" / "ids.npy"
    os.truncate(file, file.stat().st_size - 8)


def _turned(segment):
    file = segment / "sites" / "lnglats.npy"
    octets = bytearray(file.read_bytes())
    octets[200] ^= 1
    file.write_bytes(octets)


def _headless(segment):
    (segment / "cities" / "name.blob.npy").write_bytes(b"")


def _told_otherwise(segment):
    file = segment / "manifest.json"
    file.write_bytes(file.read_bytes().replace(b'"version":', b'"version":1'))


def _nameless(segment):
    (segment.parent / "current").write_text("")


def _pointless(segment):
    (segment.parent / "current").write_text("../../elsewhere 00000000")


DAMAGES = [
    _cut, _turned, _headless, _told_otherwise, _nameless, _pointless,
    lambda segment: (segment / "sites" / "seqs.npy").unlink(),
    lambda segment: (segment / "manifest.json").unlink(),
    shutil.rmtree,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_segment_is_not_used_and_is_built_anew(
    damage, filled, built, follow, anew, folder
):
    built()
    damage(folder.manifest()[0])
    follower = follow()
    assert told(follower) == told(anew())
    assert not follower.is_mapped
    assert built()
    assert follow().current().version == follower.current().version
    healed = follow()
    healed.current()
    assert healed.is_mapped


def test_a_builder_does_not_copy_a_byte_that_turned_in_the_middle_of_a_file(
    filled, built, follow, anew, folder, put, feature
):
    put(*(feature("sites", f"More {number}", (28 + number / 500, 62.0)) for number in range(4000)))
    built()
    file = folder.manifest()[0] / "sites" / "lnglats.npy"
    octets = bytearray(file.read_bytes())
    octets[30_000] ^= 0xFF
    file.write_bytes(octets)
    follower = follow()
    follower.current()
    assert follower.is_mapped  # A worker compares some bytes of each file only.
    put(feature("sites", "New", (27.0, 61.0)))
    built()
    assert told(follow()) == told(anew())


def test_a_segment_of_another_store_is_not_used(
    filled, built, folder, feature, store, put, tmp_path
):
    built()
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    edits = [Edit(EditKind.PUT, feature("sites", f"Other {n}", (1.0, 2.0))) for n in range(99)]
    other.write(edits, actor="tester", action="edit", sources=[SOURCE])
    follower = Follower(other, segments=Segments(folder))
    assert len(follower.current().tables["sites"]) == 99
    assert not follower.is_mapped
    other.close()


def test_a_segment_that_the_store_has_left_behind_is_not_used(
    filled, built, follow, anew, folder, put, feature, store, tmp_path
):
    """A copy put in the place of a store goes on from an older commit, with other rows."""
    store.backup(tmp_path / "copies")
    put(feature("sites", "Lost with the restore", (28.0, 61.0)))
    built()
    store.close()
    url = f"sqlite:///{tmp_path / 'geomap.db'}"
    restore_store(url, tmp_path / "copies")
    again = open_store(url)
    follower = Follower(again, segments=Segments(folder))
    assert "Lost with the restore" not in set(follower.current().tables["sites"].frame["name"])
    assert not follower.is_mapped
    again.close()


def test_a_segment_of_another_format_is_not_used(filled, built, follow, folder, monkeypatch):
    built()
    monkeypatch.setattr("layers.segments.opening.FORMAT", 2)
    follower = follow()
    follower.current()
    assert not follower.is_mapped


def test_a_segment_without_a_field_that_came_later_is_not_used(
    filled, built, follow, anew, monkeypatch
):
    """Its sheets do not hold the field, which an export asks for."""
    before = catalog.LAYERS["sites"]
    fields = tuple(field for field in before.fields if field.name != "area_ha")
    monkeypatch.setitem(catalog.LAYERS, "sites", replace(before, fields=fields))
    built()
    monkeypatch.setitem(catalog.LAYERS, "sites", before)
    follower = follow()
    assert told(follower) == told(anew())
    assert not follower.is_mapped


def test_a_part_that_is_missing_is_done_without(filled, built, follow, anew, monkeypatch):
    unknown = Part(lambda folder, _: None, lambda folder: (folder / "none").read_bytes())
    built()
    monkeypatch.setitem(PARTS, "later", unknown)
    follower = follow()
    assert told(follower) == told(anew())
    assert follower.is_mapped
    assert follower.current().tables["sites"].base.prepared("later") is None


def test_a_part_is_written_from_the_one_before(filled, built, follow, put, feature, monkeypatch):
    """What `exports` does: text of old rows is copied, text of new ones is made."""
    made = []

    def write(folder, building):
        table, before = building.table, building.former.base.prepared("names")
        old = before.splitlines() if before else []
        texts = []
        for row, former in enumerate(building.rows.tolist()):
            if before and former < building.former.base.count:
                texts.append(old[former])
            else:
                made.append(table.value("name", row))
                texts.append(made[-1])
        (folder / "names.txt").write_text("\n".join(texts))

    read = lambda folder: (folder / "names.txt").read_text()  # noqa: E731
    part = Part(write, read, lambda layer: layer.id == "sites")
    monkeypatch.setitem(PARTS, "names", part)
    built()
    assert len(made) == len(filled) + 2
    made.clear()
    put(feature("sites", "New", (27.0, 61.0)), replace(filled[5], geometry=None))
    built()
    assert sorted(made) == ["Fort 5", "New"]
    table = follow().current().tables["sites"]
    names = [table.value("name", row) for row in range(len(table))]
    assert table.base.prepared("names").splitlines() == names


def test_a_folder_that_cannot_be_written_leaves_everything_in_memory(
    filled, built, follow, anew, folder, monkeypatch
):
    folder.path.write_text("A file stands in the way.")
    with pytest.raises(OSError, match="exists"):
        built()
    assert told(follow()) == told(anew())


def test_one_process_builds_at_a_time(filled, built, folder):
    with folder.building() as mine:
        assert mine
        assert not built()
    assert built()


def test_a_builder_that_was_killed_leaves_nothing_that_is_used(filled, built, follow, folder):
    with folder.building():
        (folder.begun() / "sites").mkdir()
    (folder.path / "1-older").mkdir()
    built()
    assert {path.name for path in folder.path.iterdir()} == {
        "lock", "current", folder.manifest()[0].name,
    }  # fmt: skip


def test_without_a_builder_nothing_is_compacted_in_a_worker(
    filled, built, follow, put, feature, monkeypatch
):
    monkeypatch.setattr(snapshots, "WORN", 3)
    built()
    follower = follow()
    follower.current()
    put(*(feature("sites", f"New {number}", (27.0, 61.0)) for number in range(9)))
    table = follower.current().tables["sites"]
    follower.rest()
    assert follower.current().tables["sites"].base is table.base
    follower.compacts_itself = True
    put(feature("sites", "One more", (27.0, 61.0)))
    follower.current()
    follower.rest()
    assert not follower.current().tables["sites"].is_edited()


def test_the_folder_is_beside_the_store_or_where_the_setting_says(tmp_path):
    beside = Settings(store=f"sqlite:///{tmp_path}/a.db")
    assert folder_of(beside).path == tmp_path / "a.db.segments"
    elsewhere = replace(beside, segments=str(tmp_path / "fast"))
    other = replace(elsewhere, store=f"sqlite:///{tmp_path}/other/a.db")
    assert folder_of(elsewhere).path.parent == tmp_path / "fast"
    assert folder_of(elsewhere).path != folder_of(other).path


def test_a_damaged_segment_is_told_in_the_log(filled, built, follow, folder, caplog):
    built()
    _cut(folder.manifest()[0])
    with caplog.at_level(logging.WARNING, "geomap"):
        follow().current()
    assert "ids.npy is not as it was written" in caplog.text


def test_an_empty_store_has_an_empty_segment(built, follow, put, feature):
    assert built()
    follower = follow()
    assert follower.current().version == 0
    put(feature("sites", "First", (28.0, 61.0)))
    assert len(follower.current().tables["sites"]) == 1


def test_a_part_that_is_new_to_a_segment_is_added_without_an_edit(
    filled, built, follow, folder, monkeypatch
):
    built()
    before = folder.stamp()
    built()
    assert folder.stamp() == before
    part = Part(lambda folder, _: (folder / "it").write_text("made"),
                lambda folder: (folder / "it").read_text())  # fmt: skip
    monkeypatch.setitem(PARTS, "later", part)
    built()
    assert follow().current().tables["sites"].base.prepared("later") == "made"

"""Places as features: both forms say what a reader that is not ours says they say."""

import os
import shutil
import subprocess
import sys
import time

import mapbox_vector_tile
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.errors import SettingInvalid
from geomap.grid import MAX_ZOOM, cells_of
from layers.columns import Terms, Texts, numeric
from layers.growing import Growing
from layers.ids import RowIds
from layers.tiles import engine, kernel, places, values
from layers.tiles.places import Shown
from layers.tiles.properties import Dress
from layers.tiles.values import Names

FORMS = pytest.mark.parametrize("encode", [places.encode, kernel.encode])
WORDS = st.one_of(st.none(), st.text(max_size=200))
NUMBERS = st.one_of(
    st.none(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)
)
GROUPS = {"n_a": 1, "n_b": 2, "n_unknown": 0}


@st.composite
def tables(draw):
    """Draw the columns of some rows, as lists, and how they are kept in memory."""
    count = draw(st.integers(1, 30))

    def column(of):
        return draw(st.lists(of, min_size=count, max_size=count))

    told = {
        "text": column(WORDS),
        "word": column(st.sampled_from(["a", "ä", "", None])),
        "number": column(NUMBERS),
        "many": column(NUMBERS),
        "truth": column(st.sampled_from([True, False, None])),
    }
    uuids = st.uuids().map(str) if draw(st.booleans()) else st.text("abc", min_size=1, max_size=50)
    ids = column(uuids)
    kept = {
        "text": Texts.empty().grown(told["text"]).source(),
        "word": Terms.of(told["word"]).source(),
        "number": numeric(told["number"]).source(),
        "many": values.Numbers(np.array([np.nan if n is None else n for n in told["many"]], float)),
        "truth": Terms.of(told["truth"]).source(),
    }
    return {"id": ids, **told}, {"id": Names(RowIds.empty().grown(ids)), **kept}


@st.composite
def tiles(draw):
    """Draw columns, which of them are details, rows, places, and counts or none."""
    told, kept = draw(tables())
    split = draw(st.integers(1, len(kept)))
    names, details = dict([*kept.items()][:split]), dict([*kept.items()][split:])
    rows = draw(st.lists(st.sampled_from(range(len(told["id"]))), min_size=1, unique=True))
    keys = draw(st.lists(st.integers(0, 2**62 - 1), min_size=len(rows), max_size=len(rows)))
    groups = st.lists(st.integers(0, 3000), min_size=3, max_size=3).filter(any)
    counts = draw(st.none() | st.lists(groups, min_size=len(rows), max_size=len(rows)))
    shown = Shown(
        draw(st.integers(0, MAX_ZOOM)), np.array(rows), np.array(keys, np.uint64),
        None if counts is None else np.array(counts), {} if counts is None else GROUPS,
    )  # fmt: skip
    return told, Dress(names, details), shown


def expected(told, dress, shown):
    """Return what the features are to say, and where they stand."""
    features = []
    x, y = (cells.tolist() for cells in cells_of(shown.keys))
    for nth, row in enumerate(shown.rows.tolist()):
        said = {key: told[key][row] for key in dress.names}
        counts = None if shown.counts is None else shown.counts[nth].tolist()
        if counts is None or sum(counts) == 1:
            said |= {key: told[key][row] for key in dress.details}
        else:
            said |= {"count": sum(counts)}
            said |= {key: counts[group] or None for key, group in GROUPS.items()}
        place = [(cells[nth] << shown.zoom >> 19) % 4096 for cells in (x, y)]
        features.append(({key: one for key, one in said.items() if one is not None}, place))
    return features


def read(encoded):
    layers = mapbox_vector_tile.decode(encoded, default_options={"y_coord_down": True})
    return [(f["properties"], f["geometry"]["coordinates"]) for f in layers["x"]["features"]]


@FORMS
@given(tile=tiles())
@settings(deadline=None)
def test_every_feature_is_read_back_as_it_was(encode, tile):
    told, dress, shown = tile
    assert read(encode("x", dress, shown)) == expected(told, dress, shown)


@FORMS
@given(tile=tiles())
@settings(deadline=None)
def test_a_value_that_no_feature_tells_is_not_in_the_tile(encode, tile):
    _, dress, shown = tile
    encoded = encode("x", dress, shown)
    [layer] = mapbox_vector_tile.Mapbox.vector_tile_pb2.tile.FromString(encoded).layers
    tags = [tag for feature in layer.features for tag in feature.tags]
    assert set(tags[::2]) == set(range(len(layer.keys)))
    assert set(tags[1::2]) == set(range(len(layer.values)))


@FORMS
def test_more_values_than_two_bytes_can_number_are_read_back(encode):
    count = 20_000
    texts = [f"имя {row}" if row % 3 else None for row in range(count)]
    dress = Dress(
        {"id": values.texts([str(row) for row in range(count)]), "name": values.texts(texts)}, {}
    )
    features = read(encode("x", dress, Shown(0, np.arange(count), np.arange(count, dtype="u8"))))
    assert [said.get("name") for said, _ in features] == texts
    assert [said["id"] for said, _ in features] == [str(row) for row in range(count)]


@FORMS
@pytest.mark.parametrize("size", [5, 5_000, 70_000])
@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
def test_dictionaries_of_any_size_and_codes_and_offsets_of_any_width_say_the_same(
    size, dtype, encode, rng
):
    if size > np.iinfo(dtype).max:
        size = 100
    words = [f"слово {number}" for number in range(size)]
    entries = values.texts(words)
    for offsets in (entries.offsets.astype(np.int32), entries.offsets.astype(np.int64)):
        codes = rng.integers(-1, size, 900).astype(dtype)
        column = values.Terms(codes, entries.blob, offsets)
        rows = np.sort(rng.choice(900, 300, replace=False))
        encoded = encode("x", Dress({"w": column}, {}), Shown(3, rows, rows.astype(np.uint64)))
        said = [said.get("w") for said, _ in read(encoded)]
        assert said == [words[code] if code >= 0 else None for code in codes[rows]]


def test_a_text_that_is_only_the_name_again_is_left_out():
    name = Texts.empty().grown(["a", "b", "c"])
    english = Texts.empty(name).grown(["a", "x", None], name)
    dress = Dress({"name": name.source(), "name_en": english.source()}, {})
    for encode in (places.encode, kernel.encode):
        for rows in (np.arange(3), np.array([2, 1, 0])):
            said = [said for said, _ in read(encode("x", dress, Shown(0, rows, rows.astype("u8"))))]
            assert said[1] == {"name": "b", "name_en": "x"}
            assert {"name": "a"} in said
            assert {"name": "c"} in said


@FORMS
def test_columns_mapped_from_a_file_are_read_where_they_lie(encode, tmp_path):
    np.save(tmp_path / "codes.npy", np.array([0, -1, 1], np.int8))
    codes = np.load(tmp_path / "codes.npy", mmap_mode="r")
    entries = values.texts(["one", "two"])
    column = values.Terms(Growing(codes).values, entries.blob, entries.offsets)
    rows = np.arange(3)
    encoded = encode("x", Dress({"w": column}, {}), Shown(0, rows, rows.astype(np.uint64)))
    assert [said for said, _ in read(encoded)] == [{"w": "one"}, {}, {"w": "two"}]


@FORMS
def test_features_that_say_nothing_have_a_place_all_the_same(encode):
    nameless = Dress({"name": values.texts([None, None])}, {})
    shown = Shown(0, np.arange(2), np.array([0, 2**62 - 1], np.uint64))
    assert read(encode("x", nameless, shown)) == [({}, [0, 0]), ({}, [4095, 4095])]


@FORMS
def test_a_tile_without_features_takes_no_bytes(encode):
    nothing = Shown(0, np.empty(0, np.int64), np.empty(0, np.uint64))
    assert encode("x", Dress({"id": values.texts([])}, {}), nothing) == b""


@pytest.fixture
def _as_before():
    before = engine.in_use()
    yield
    engine.choose(before)


@pytest.mark.usefixtures("_as_before")
def test_tiles_are_written_with_numpy_until_the_loop_is_ready():
    engine.choose("numpy")
    aside = engine.choose("auto")
    assert aside is not None
    aside.join()
    assert engine.in_use() == "compiled"
    assert engine.choose("numpy") is None
    assert engine.in_use() == "numpy"


@pytest.mark.usefixtures("_as_before")
def test_one_worker_of_many_compiles_and_the_others_wait_for_it(monkeypatch):
    at_once, most = [], []

    def compiling(*_given, **_how):
        at_once.append(1)
        most.append(len(at_once))
        time.sleep(0.05)
        at_once.pop()

    engine.choose("numpy")
    monkeypatch.delitem(sys.modules, engine.KERNEL)
    monkeypatch.setattr(engine.subprocess, "run", compiling)
    monkeypatch.setattr(engine, "_compiled", lambda: None)
    threads = [engine.choose("auto") for _ in range(4)]
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


@pytest.mark.usefixtures("_as_before")
def test_without_numba_auto_is_numpy_and_the_compiled_loop_is_refused(monkeypatch):
    monkeypatch.setattr(engine, "_has_numba", lambda: False)
    engine.choose("auto")
    assert engine.in_use() == "numpy"
    with pytest.raises(SettingInvalid, match="GEOMAP_KERNEL"):
        engine.choose("compiled")


@pytest.mark.usefixtures("_as_before")
def test_what_cannot_be_compiled_leaves_numpy_at_work(monkeypatch, caplog):
    engine.choose("numpy")
    monkeypatch.setattr(engine, "KERNEL", "layers.tiles.no_such_kernel")
    aside = engine.choose("auto")
    aside.join()
    assert engine.in_use() == "numpy"
    assert "No compiled kernel" in caplog.text


def test_the_server_starts_without_numba():
    """What is imported before a kernel is chosen must not need it."""
    code = "import sys; import api.app; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


SAID = """
import numpy as np
from layers.tiles import kernel, values
from layers.tiles.places import Shown
from layers.tiles.properties import Dress
rows = np.arange(1)
shown = Shown(0, rows, rows.astype(np.uint64))
print(kernel.encode("x", Dress({"n": values.texts(["name"])}, {}), shown).hex())
"""


@pytest.mark.slow
def test_the_loop_is_compiled_anew_when_a_module_of_its_parts_has_changed(checkout, tmp_path):
    """Numba's own cache asks after the file of the outermost function alone."""
    for room in ("geomap", "layers"):
        shutil.copytree(checkout / room, tmp_path / room, ignore=shutil.ignore_patterns("data"))
    house = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def said() -> str:
        command = [sys.executable, "-c", SAID]
        return subprocess.run(
            command, cwd=tmp_path, env=house, check=True, capture_output=True, text=True
        ).stdout

    before = said()
    parts = tmp_path / "layers" / "tiles" / "octets.py"
    text = parts.read_text()
    parts.write_text(text.replace("    out[at] = number\n", "    out[at] = number + 1\n"))
    assert said() != before

"""Any sequence of writes leaves the store as a plain dictionary would be left."""

import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
import shapely
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from geomap.errors import RevisionConflict
from geomap.model import Edit, EditKind, Feature, Source, Visibility
from layers.projection import public_form
from layers.store.engines import STORES, open_store

NUMBERS = st.integers(1, 6)
LAYERS = st.sampled_from(["sites", "cities"])
PLACES = st.one_of(
    st.none(),
    st.builds(
        shapely.Point,
        st.sampled_from([28.7, 28.7001, -179.99, 179.99]),
        st.sampled_from([60.1, 60.1001, -89.0]),
    ),
)
FEATURES = st.builds(
    lambda layer, number, place, name, visibility: Feature(
        layer=layer,
        id=f"00000000-0000-4000-8000-{number:012}",
        source_id="register",
        record_id=str(number),
        geometry=place,
        properties={"names": [{"value": name, "lang": "fi"}], "country": "FI"},
        visibility=visibility,
    ),
    LAYERS,
    NUMBERS,
    PLACES,
    st.sampled_from(["Viipuri", "Kotka", "Кемь"]),
    st.sampled_from(Visibility),
)
EDITS = st.lists(
    st.builds(Edit, st.sampled_from([EditKind.PUT, EditKind.PUT, EditKind.DELETE]), FEATURES),
    min_size=1,
    max_size=4,
)
SOURCES = st.builds(
    lambda year: Source(
        "register", "Register", "Board", "CC0-1.0", "https://r.example", date(year, 1, 1), "Board"
    ),
    st.integers(2024, 2026),
)


class StoreAgainstDictionary(RuleBasedStateMachine):
    """The store, beside it what it should hold, and a reader that follows the change feed."""

    engine = "sqlite"

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = open_store(f"{self.engine}:///{self.folder / 'geomap.db'}")
        self.features = {}
        self.revisions = {}
        self.source = None
        self.followed = {}
        self.version = 0

    def teardown(self):
        assert self.store.check() == []
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(source=SOURCES, edits=EDITS)
    def import_with_source(self, source, edits):
        self.source = source
        self._write(edits, sources=[source])

    @precondition(lambda self: self.source)
    @rule(edits=EDITS)
    def write(self, edits):
        self._write(edits)

    @precondition(lambda self: self.features)
    @rule(feature=FEATURES, data=st.data())
    def write_over_a_seen_revision(self, feature, data):
        seen = data.draw(st.integers(0, 4))
        key = (feature.layer, feature.id)
        found = self.features[key].revision if key in self.features else 0
        edit = Edit(EditKind.PUT, feature, expected=seen)
        if seen == found:
            self._write([edit])
        else:
            with pytest.raises(RevisionConflict):
                self.store.write([edit], actor="o", action="edit")

    @precondition(lambda self: self.source)
    @rule(edits=EDITS)
    def ask_twice(self, edits):
        key = str(uuid4())
        first = self._write(edits, key=key)
        assert self.store.write(edits, actor="o", action="edit", key=key) == first

    @rule()
    def check(self):
        assert self.store.check() == []

    @rule()
    def reopen(self):
        self.store.close()
        self.store = open_store(f"{self.engine}:///{self.folder / 'geomap.db'}")

    @invariant()
    def holds_what_the_dictionary_holds(self):
        stored = {
            (feature.layer, feature.id): feature
            for layer in ("sites", "cities")
            for feature in self.store.features(layer)
        }
        assert stored == self.features

    @invariant()
    def publishes_the_public_form_of_each(self):
        forms = {key: public_form(feature, self.source) for key, feature in self.features.items()}
        bodies = {key: form.body for key, form in forms.items() if form}
        with self.store.public() as reader:
            found = {
                (layer, row.id): reader.body(layer, row.id)
                for layer in ("sites", "cities")
                for row in reader.rows(layer)
            }
        assert found == bodies
        for body in bodies.values():
            assert orjson.loads(body)
            assert body.endswith(b"}}")

    @invariant()
    def a_follower_of_the_feed_has_every_row(self):
        with self.store.public() as reader:
            assert reader.version() >= self.version
            for change in reader.changes(self.version):
                self.followed.pop((change.layer, change.id), None)
                if change.seq is not None:
                    self.followed[change.layer, change.id] = change.seq
            self.version = reader.version()
            rows = {
                (layer, row.id): row.seq
                for layer in ("sites", "cities")
                for row in reader.rows(layer)
            }
        assert self.followed == rows

    @invariant()
    def every_history_ends_at_its_feature(self):
        for (layer, feature_id), revision in self.revisions.items():
            history = self.store.history(layer, feature_id)
            assert [entry.revision for entry in history] == list(range(1, revision + 1))
            assert (history[-1].after is None) == ((layer, feature_id) not in self.features)

    def _write(self, edits, **how):
        written = self.store.write(edits, actor="o", action="edit", **how)
        for edit in edits:
            self._edit(edit.kind, edit.feature)
        return written

    def _edit(self, kind, feature):
        key = (feature.layer, feature.id)
        before = self.features.get(key)
        if kind is EditKind.DELETE:
            if before:
                self.revisions[key] += 1
                del self.features[key]
        elif before is None or replace(before, revision=0) != feature:
            self.revisions[key] = self.revisions.get(key, 0) + 1
            self.features[key] = replace(feature, revision=self.revisions[key])


@pytest.mark.parametrize("engine", sorted(STORES))
def test_any_sequence_of_writes_leaves_what_a_dictionary_would(engine, monkeypatch):
    monkeypatch.setattr(StoreAgainstDictionary, "engine", engine)
    run(
        StoreAgainstDictionary,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Files that someone sends to be imported: within their rights, and never more than they see.

What the file has no column for stays as the record has it. An identifier that a record beyond
the rights of whoever sends the file goes by tells nothing of that record: who does not see all
has new records named with `@` and the account behind the identifier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import shapely

from geomap.errors import FileUnreadable, ParameterInvalid
from geomap.model import Edit, EditKind, Fault, Feature, Source, Visibility
from layers.catalog import layer_named
from layers.derive import completed, same_geometry
from layers.imports.identities import FACTS, Identities, Register
from layers.imports.keeping import kept
from layers.imports.plan import Plan, Planned, Planner
from layers.imports.profile import Profile
from layers.imports.rows import GZIP, Reading, Row
from layers.imports.table import PROFILES, profile_named, reader_of
from layers.layer import Layer
from layers.store.protocol import Store

MOST_ROWS = 20_000
"""Of a file: so much is written, and undone, in one transaction while others wait."""
MOST_FAULTS = 100_000
OF = "@"


@dataclass(frozen=True, slots=True)
class Gate:
    """What whoever sends a file sees and may do."""

    name: str
    """What is put behind the identifiers of their new records; empty for who sees everything."""
    sees: Callable[[Feature], bool]
    may: Callable[[Feature], bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be imported. Empty texts mean: as the profile or the file says."""

    profile: str = "geomap"
    crs: str = ""
    encoding: str = ""
    visibility: Visibility = Visibility.PUBLIC
    """Of new records; those that are there keep theirs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What importing a file would do."""

    edits: Sequence[Edit]
    faults: Sequence[Fault]
    sources: Sequence[Source]
    counts: Mapping[str, int]
    """rows, created, changed, unchanged, recognised, refused (rows), warned (rows)."""
    reading: Mapping[str, str]
    """encoding, delimiter and crs."""
    digest: str
    """Equal for equal edits, whatever ids new records would get."""


def profiles_of(layer_id: str) -> list[str]:
    """Return the names of the profiles that a single file can be read with."""
    return [
        name for (name, layer), one in PROFILES.items() if layer == layer_id and not one.outlines
    ]


def outcome_of(
    store: Store, path: Path, layer_id: str, asked: Asked, gate: Gate, *, own: Source
) -> Outcome:
    """Return what importing a file would do. Nothing is written.

    Args:
        store: What there is.
        path: The file, alone in its folder.
        layer_id: Where its records go.
        asked: How it is read.
        gate: For whom.
        own: The source of rows that name none.

    Raises:
        FileUnreadable: It is not what it claims to be, or more than is imported at a time.
        ParameterInvalid: There is no such profile.
    """
    if asked.profile not in profiles_of(layer_id):
        known = ", ".join(profiles_of(layer_id))
        raise ParameterInvalid("profile", asked.profile, f"one of {known} is expected.")
    layer, profile = layer_named(layer_id), profile_named(asked.profile, layer_id)
    reading = _opened(path, asked, profile, own)
    described = _sources(store, profile, own, gate)
    crs = asked.crs or reading.crs or profile.crs
    columns: set[str] = set(reading.columns)
    noted = replace(reading, rows=_noted(reading.rows, columns))
    planner = Planner(layer, profile, noted, crs=crs, sources=[*described])
    identities = SeenIdentities(store, gate)
    plan = planner.plan(identities, lambda *_: None)
    if len(plan.faults) > MOST_FAULTS:
        raise FileUnreadable(f"More than {MOST_FAULTS:,} values are faulty: is it read rightly?")
    work = _Work(store, layer, gate, identities, asked)
    edits = work.edits(plan, _taken(profile, columns))
    named = {edit.feature.source_id for edit in edits}
    return Outcome(
        edits=edits,
        faults=sorted(plan.faults, key=lambda fault: fault.row or 0),
        sources=[described[one] for one in sorted(named & described.keys())],
        counts=work.counts(plan),
        reading={"encoding": reading.encoding, "delimiter": reading.delimiter, "crs": crs},
        digest=_digest(edits),
    )


class SeenIdentities(Identities):
    """Which feature stands for which record, as far as whoever sends the file sees it."""

    def __init__(self, store: Store, gate: Gate) -> None:
        super().__init__(store)
        self._gate = gate
        self._given: dict[tuple[str, str, str], tuple[str, int]] = {}
        self.names: dict[str, str] = {}
        """Id of a feature → the identifier that its record goes by in the store."""
        self.stored: dict[str, Feature] = {}
        """By id: the records that are there."""

    def of(self, layer: str, source_id: str, record_id: str) -> tuple[str, int]:
        """Return (id, revision) of a record's feature; a new id with revision 0 where none is."""
        key = (layer, source_id, record_id)
        if key not in self._given:
            found = self._seen(layer, source_id, record_id)
            if found is None:
                self._given[key] = new = (str(uuid4()), 0)
                name = f"{record_id}{OF}{self._gate.name}" if self._gate.name else record_id
                self.names[new[0]] = name
            else:
                self._given[key] = (found.id, found.revision)
                self.names[found.id], self.stored[found.id] = found.record_id, found
        return self._given[key]

    def find(self, layer: str, record_id: str, sources: Any, *, scheme: str = "") -> str | None:
        """Return the id of the feature that a record is known by, of those that are seen."""
        for source_id in sources:
            if elsewhere := self._elsewhere.get((layer, source_id, record_id)):
                return elsewhere
            if found := self._seen(layer, source_id, record_id):
                return found.id
        return self.register(layer).bearer((scheme, record_id)) if scheme else None

    def register(self, layer: str) -> Register:
        """Return the records of a layer that are seen, by their marks; the store is read once."""
        if layer not in self._registers:
            marked = (one for one in self._store.features(layer) if FACTS[layer].of(one).marks)
            self._registers[layer] = Register(layer, filter(self._gate.sees, marked))
        return self._registers[layer]

    def _seen(self, layer: str, source_id: str, record_id: str) -> Feature | None:
        """Return the record of an identifier: its own, that which the sender made, or another's."""
        found = self._store.known_as(layer, source_id, record_id)
        own = f"{record_id}{OF}{self._gate.name}"
        for name in sorted(found, key=lambda name: (name != record_id, name != own, name)):
            feature = self._store.feature(layer, found[name])
            if feature is not None and self._gate.sees(feature):
                return feature
        return None


@dataclass(slots=True)
class _Work:
    """From a plan to the edits that change something, within the rights of the sender."""

    store: Store
    layer: Layer
    gate: Gate
    identities: SeenIdentities
    asked: Asked
    fates: Counter[str] = field(default_factory=Counter)

    def edits(self, plan: Plan, taken: frozenset[str]) -> list[Edit]:
        """Return the edits; rows that are not in the sender's rights become faults of the plan."""
        merged = self._once(self._merged(plan, taken), plan)
        allowed = [one for one in merged if self._allowed(one, plan)]
        wished = [Edit(EditKind.PUT, one.feature, expected=one.revision) for one in allowed]
        edits = completed(wished, self.store)
        own = {edit.feature.id for edit in wished}
        changing = [edit for edit in edits if self._changes(edit, edit.feature.id in own)]
        return changing

    @staticmethod
    def _once(rows: Iterator[Planned], plan: Plan) -> list[Planned]:
        """Return the rows without those that stand for a record which another row stands for."""
        first: dict[str, Planned] = {}
        for one in rows:
            other = first.setdefault(one.feature.id, one)
            if other is not one:
                hint = f"Row {other.row} stands for the same record."
                name = one.feature.record_id
                plan.faults.append(Fault("DUPLICATE_ID", "record_id", name, hint, row=one.row))
                plan.refused += 1
        return [*first.values()]

    def counts(self, plan: Plan) -> Mapping[str, int]:
        """Return how many rows come to what."""
        warned = {fault.row for fault in plan.faults if fault.severity == "warning"}
        return {
            "rows": plan.rows,
            "created": self.fates["created"],
            "changed": self.fates["changed"],
            "unchanged": self.fates["unchanged"],
            "recognised": plan.recognised.total(),
            "refused": plan.refused,
            "warned": len(warned),
        }

    def _merged(self, plan: Plan, taken: frozenset[str]) -> Iterator[Planned]:
        """Yield the rows on the records that are there: what the file does not speak of stays."""
        held = set()
        for one in plan.planned:
            feature = replace(one.feature, record_id=self.identities.names[one.feature.id])
            stored = self.identities.stored.get(feature.id)
            if stored is None:
                yield replace(one, feature=replace(feature, visibility=self.asked.visibility))
                continue
            if feature.geometry is None and stored.geometry is not None:
                held.add(one.row)
            yield replace(one, feature=kept(stored, feature, self.layer, taken))
        plan.faults[:] = [
            one for one in plan.faults if one.code != "PLACE_MISSING" or one.row not in held
        ]

    def _allowed(self, one: Planned, plan: Plan) -> bool:
        stored = self.identities.stored.get(one.feature.id)
        sides = [one.feature, *([stored] if stored else [])]
        if all(map(self.gate.may, sides)):
            return True
        inside = stored is None or self.gate.may(stored)
        hint = _BEYOND if inside else _NOT_YOURS
        value = str(one.feature.properties.get("municipality") or "")
        plan.faults.append(Fault("NOT_ALLOWED", "municipality", value, hint, row=one.row))
        plan.refused += 1
        return False

    def _changes(self, edit: Edit, is_own: bool) -> bool:
        """Tell whether an edit changes something, and count it where it is of a row."""
        stored = self.identities.stored.get(edit.feature.id)
        if not is_own:
            return True
        same = stored is not None and _is_same(stored, edit.feature)
        self.fates["unchanged" if same else "changed" if stored else "created"] += 1
        return not same


_BEYOND = "The record would lie outside the municipalities and regions of your account."
_NOT_YOURS = "This record lies outside the municipalities and regions of your account."


def _is_same(one: Feature, other: Feature) -> bool:
    return one.properties == other.properties and same_geometry(one.geometry, other.geometry)


def _opened(path: Path, asked: Asked, profile: Profile, own: Source) -> Reading:
    with path.open("rb") as file:
        if file.read(2) == GZIP:
            raise FileUnreadable(f"{path.name} is packed: send it unpacked.")
    reading = reader_of(path)(path, encoding=asked.encoding)
    rows = _sourced(_bounded(reading.rows, path.name), profile, own)
    return replace(reading, rows=rows)


def _bounded(rows: Iterator[Row], name: str) -> Iterator[Row]:
    yield from islice(rows, MOST_ROWS)
    if next(rows, None) is not None:
        raise FileUnreadable(
            f"{name} has more than {MOST_ROWS:,} rows. So many are imported at a time, for they "
            "become, and are undone as, one change: send it in parts."
        )


def _sourced(rows: Iterator[Row], profile: Profile, own: Source) -> Iterator[Row]:
    """Yield rows with the house's own source where they name none."""
    if profile.source is not None:
        yield from rows
        return
    column = profile.source_column
    for row in rows:
        named = str(row.values.get(column) or "").strip()
        yield row if named else replace(row, values={**row.values, column: own.id})


def _noted(rows: Iterator[Row], columns: set[str]) -> Iterator[Row]:
    """Yield rows, and note what columns there are: those of GeoJSON are known only as they come."""
    for row in rows:
        columns.update(row.values)
        yield row


def _sources(store: Store, profile: Profile, own: Source, gate: Gate) -> Mapping[str, Source]:
    """Return the sources that rows may name: a profile's own, else those that the sender sees."""
    stored = store.sources()
    if profile.source is not None:
        return {profile.source.id: stored.get(profile.source.id, profile.source)}
    with store.public() as reader:
        known = reader.sources() if gate.name else stored
    return {**known, own.id: stored.get(own.id, own)}


def _taken(profile: Profile, columns: set[str]) -> frozenset[str]:
    """Return the fields that the file speaks of."""
    headers = {
        name.partition(",")[0].strip() if profile.typed_headers else name for name in columns
    }
    spoken = {take.field.split(".")[0] for take in profile.takes if take.column in headers}
    return frozenset({*spoken, *(name for name, _ in profile.constants)})


def _digest(edits: Sequence[Edit]) -> str:
    told = blake2b(digest_size=16)
    for edit in edits:
        one = edit.feature
        # A new record has another id each time that it is planned.
        known = one.id if edit.expected else ""
        place = b"" if one.geometry is None else shapely.to_wkb(one.geometry)
        said = (one.layer, known, one.source_id, one.record_id, edit.expected, one.properties)
        more = (one.visibility.value, one.cell_km)
        told.update(orjson.dumps((*said, *more), option=orjson.OPT_SORT_KEYS))
        told.update(place)
    return told.hexdigest()

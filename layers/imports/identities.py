"""Which feature stands for which record: of the same source, or of another that knows it too."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from uuid import uuid4

from geomap.model import Feature
from layers.store.protocol import Store

Marks = Sequence[Hashable]

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "cities": ("wikidata", "geonames"),
    "sites": ("unesco_whc",),
}
"""Identifiers that tell the things of a layer apart, the surest first: it decides where two
records have both. A site's Wikidata page may speak of a part or of the whole; it tells nothing."""


class Facts(Protocol):
    """What a record says about which thing it is."""

    @property
    def marks(self) -> Marks:
        """What two records of one thing have in common, the surest first."""

    def agrees(self, other: Any) -> bool:
        """Tell whether two records that share a mark may speak of one thing."""


@dataclass(frozen=True, slots=True)
class ThingFacts:
    """A city or a site is known by its identifiers."""

    ids: Mapping[str, frozenset[str]]
    """By scheme, the surest first."""
    distinct: ClassVar[bool] = True

    @classmethod
    def of(cls, feature: Feature) -> ThingFacts:
        """Return what a record says."""
        given = feature.properties.get("external_ids", ())
        return cls(
            {
                scheme: frozenset(member["value"] for member in given if member["scheme"] == scheme)
                for scheme in SCHEMES[feature.layer]
            }
        )

    @property
    def marks(self) -> Marks:
        """The pairs of scheme and value."""
        return [(scheme, value) for scheme, ids in self.ids.items() for value in sorted(ids)]

    def agrees(self, other: ThingFacts) -> bool:
        """Tell whether the surest scheme that both records have says that they are one."""
        both = next(scheme for scheme, ids in self.ids.items() if ids and other.ids[scheme])
        return not self.ids[both].isdisjoint(other.ids[both])


@dataclass(frozen=True, slots=True)
class PairFacts:
    """A pair is known by its two cities, in any order, and by its type where both state one."""

    ends: frozenset[str]
    pair_type: str
    distinct: ClassVar[bool] = False

    @classmethod
    def of(cls, feature: Feature) -> PairFacts:
        """Return what a pair says."""
        ends = frozenset((feature.properties["city_a"], feature.properties["city_b"]))
        return cls(ends, feature.properties.get("pair_type", ""))

    @property
    def marks(self) -> Marks:
        """The two cities."""
        return [self.ends]

    def agrees(self, other: PairFacts) -> bool:
        """Tell whether the pairs are of one type, or one of them states none."""
        return not (self.pair_type and other.pair_type) or self.pair_type == other.pair_type


FACTS: Mapping[str, type[ThingFacts] | type[PairFacts]] = {
    "cities": ThingFacts,
    "sites": ThingFacts,
    "twins": PairFacts,
}
"""The layers whose records are recognised. Where they are `distinct`, each thing is one record of
a source, so that a mark which two of its records share tells neither from the other."""


@dataclass(frozen=True, slots=True)
class Known:
    """A stored record, as far as it takes to recognise it."""

    id: str
    source_id: str
    record_id: str
    facts: Facts


class Register:
    """The records of a layer that the store holds, by their marks."""

    def __init__(self, layer: str, features: Iterable[Feature]) -> None:
        self._of = FACTS[layer]
        self._by_mark: dict[Hashable, list[Known]] = defaultdict(list)
        for feature in features:
            facts = self._of.of(feature)
            known = Known(feature.id, feature.source_id, feature.record_id, facts)
            for mark in facts.marks:
                self._by_mark[mark].append(known)

    def recognised(self, features: Sequence[Feature]) -> list[Known | None]:
        """Return for each new record of a file the one of another source that is the same."""
        told = [self._of.of(feature) for feature in features]
        uses = Counter(mark for facts in told for mark in facts.marks)
        shared = {mark for mark, times in uses.items() if times > 1 and self._of.distinct}
        return [
            self._same(facts, feature.source_id, shared)
            for feature, facts in zip(features, told, strict=True)
        ]

    def bearer(self, mark: Hashable) -> str | None:
        """Return the id of the feature that has a mark; None where none, or several, have it."""
        found = self._by_mark.get(mark, ())
        return found[0].id if len(found) == 1 else None

    def _same(self, facts: Facts, source_id: str, shared: set[Hashable]) -> Known | None:
        for mark in facts.marks:
            others = [
                known
                for known in self._by_mark.get(mark, ())
                if known.source_id != source_id and known.facts.agrees(facts)
            ]
            bearers = Counter(known.source_id for known in others)
            if self._of.distinct:
                others = [known for known in others if bearers[known.source_id] == 1]
            if others and mark not in shared:
                return min(others, key=lambda known: (known.source_id, known.record_id))
        return None


class Identities:
    """Which feature stands for which record: those of the store, and those of this import."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._records: dict[tuple[str, str], dict[str, tuple[str, int]]] = {}
        self._registers: dict[str, Register] = {}
        self._elsewhere: dict[tuple[str, str, str], str] = {}

    def of(self, layer: str, source_id: str, record_id: str) -> tuple[str, int]:
        """Return (id, revision) of a record's feature; a new id with revision 0 where none is."""
        records = self._of_source(layer, source_id)
        if record_id not in records:
            records[record_id] = (str(uuid4()), 0)
        return records[record_id]

    def find(
        self, layer: str, record_id: str, sources: Iterable[str], *, scheme: str = ""
    ) -> str | None:
        """Return the id of the feature that a record is known by.

        It is that of the first of these sources which has the record, else, where identifiers of
        records are those of a scheme (`wikidata`), of the feature that bears this one.
        """
        for source_id in sources:
            if elsewhere := self._elsewhere.get((layer, source_id, record_id)):
                return elsewhere
            if found := self._of_source(layer, source_id).get(record_id):
                return found[0]
        return self.register(layer).bearer((scheme, record_id)) if scheme else None

    def register(self, layer: str) -> Register:
        """Return the stored records of a layer by their marks; the store is read once."""
        if layer not in self._registers:
            self._registers[layer] = Register(layer, self._store.features(layer))
        return self._registers[layer]

    def recognise(self, new: Sequence[Feature]) -> list[Known | None]:
        """Return for each new record of a layer the stored one of another source that is the same.

        References to a record that is recognised are found at that one from then on.
        """
        layer = new[0].layer if new else ""
        # The store is not read for records that have nothing to be recognised by.
        if layer not in FACTS or not any(FACTS[layer].of(feature).marks for feature in new):
            return [None] * len(new)
        found = self.register(layer).recognised(new)
        for feature, known in zip(new, found, strict=True):
            if known:
                self._elsewhere[feature.layer, feature.source_id, feature.record_id] = known.id
        return found

    def _of_source(self, layer: str, source_id: str) -> dict[str, tuple[str, int]]:
        key = (layer, source_id)
        if key not in self._records:
            self._records[key] = dict(self._store.by_record(layer, source_id))
        return self._records[key]

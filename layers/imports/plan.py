"""From the rows of a file to sound features and all of its faults, in one pass; writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from geomap.model import Fault, Feature
from layers.checking import Checked, LayerCheck
from layers.countries import country_at
from layers.imports.identities import Identities
from layers.imports.profile import Mapped, Mapper, Profile
from layers.imports.rows import Reading, Row
from layers.layer import Layer

Progress = Callable[[str, int, int], None]
"""(stage, done, total): stage is read, derive or write; total is 0 where it is not known."""
STEP = 1000
"""Rows between two calls of the progress."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One sound row: its feature, and the revision of it that the store holds (0: none)."""

    feature: Feature
    revision: int
    row: int


@dataclass(slots=True)
class Plan:
    """What a file comes to."""

    layer: Layer
    planned: list[Planned] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    refused: int = 0
    """Rows that have an error."""
    recognised: Counter[str] = field(default_factory=Counter)
    """Sound rows whose record another source has brought already, by that source."""


class Planner:
    """Plans the rows of one file.

    Args:
        layer: The layer they are for.
        profile: How they are read.
        reading: The opened file.
        crs: Reference system of its coordinates.
        sources: Ids of the sources that its rows and references may name, likeliest first.
    """

    def __init__(
        self,
        layer: Layer,
        profile: Profile,
        reading: Reading,
        *,
        crs: str,
        sources: Sequence[str],
    ) -> None:
        self.layer = layer
        self.profile = profile
        self.reading = reading
        self._sources = sources
        self._mapper = Mapper(profile, reading.columns)
        self._check = LayerCheck(layer, crs=crs)
        self._has_places = bool(profile.x) or reading.has_geometry
        self._of = {name: f.of for name in profile.references if (f := layer.field(name))}
        self._seen: dict[tuple[str, str], int] = {}

    def plan(self, identities: Identities, progress: Progress) -> Plan:
        """Return sound features and all faults.

        Raises:
            FileUnreadable: The file stops being what it began as.
        """
        plan = Plan(self.layer)
        for row in self.reading.rows:
            plan.rows += 1
            self._plan_row(row, plan, identities)
            if plan.rows % STEP == 0:
                progress("read", plan.rows, self.reading.expected)
        progress("read", plan.rows, plan.rows)
        plan.faults += swapped_faults(plan)
        self._leave_recognised(plan, identities)
        return plan

    def _plan_row(self, row: Row, plan: Plan, identities: Identities) -> None:
        mapped = self._mapper(row)
        source_id = self.profile.source.id if self.profile.source else self._mapper.source_id(row)
        faults = self._identity_faults(mapped, source_id, row)
        faults += self._resolve(mapped.values, source_id, identities)
        checked = self._check(mapped.values, mapped.geometry)
        faults += self._named(mapped, checked)
        if faults:
            plan.faults += [replace(fault, row=row.number) for fault in faults]
            if any(fault.severity == "error" for fault in faults):
                plan.refused += 1
                return
        feature_id, revision = identities.of(self.layer.id, source_id, mapped.record_id)
        feature = Feature(
            self.layer.id,
            feature_id,
            source_id,
            mapped.record_id,
            checked.geometry,
            checked.properties,
        )
        plan.planned.append(Planned(feature, revision, row.number))

    def _leave_recognised(self, plan: Plan, identities: Identities) -> None:
        """Take out of the plan what another source has brought already: that record stays."""
        new = [planned for planned in plan.planned if not planned.revision]
        found = identities.recognise([planned.feature for planned in new])
        for planned, known in zip(new, found, strict=True):
            if known is None:
                continue
            hint = f"It is {known.record_id!r} of {known.source_id!r}, which stays as it is."
            column, value = ", ".join(self.profile.record), planned.feature.record_id
            fault = Fault("RECOGNISED", column, value, hint, "info", row=planned.row)
            plan.faults.append(fault)
            plan.recognised[known.source_id] += 1
        left = {planned.row for planned, known in zip(new, found, strict=True) if known}
        plan.planned = [planned for planned in plan.planned if planned.row not in left]

    def _identity_faults(self, mapped: Mapped, source_id: str, row: Row) -> list[Fault]:
        column = ", ".join(self.profile.record)
        faults = list(mapped.faults)
        if source_id not in self._sources:
            hint = "Describe the source, with its licence and date, in sources.csv beside the file."
            faults.append(Fault("LICENCE_MISSING", self.profile.source_column, source_id, hint))
        if not mapped.record_id:
            hint = "Without the record's identifier it cannot be found again."
            return [*faults, Fault("REQUIRED_MISSING", column, "", hint)]
        first = self._seen.setdefault((source_id, mapped.record_id), row.number)
        if first != row.number:
            hint = f"Row {first} has this identifier already."
            faults.append(Fault("DUPLICATE_ID", column, mapped.record_id, hint))
        return faults

    def _resolve(
        self, values: dict[str, Any], source_id: str, identities: Identities
    ) -> list[Fault]:
        """Put ids of features in the place of their records' identifiers."""
        faults = []
        for name, layer_id in self._of.items():
            record_id = values.get(name)
            if not isinstance(record_id, str) or not record_id:
                continue
            sources = (source_id, *self._sources)
            scheme = self.profile.reference_scheme
            found = identities.find(layer_id, record_id, sources, scheme=scheme)
            if found is None:
                hint = f"The layer {layer_id!r} has no such record; import it first."
                faults.append(Fault("REF_NOT_FOUND", self._mapper.column(name), record_id, hint))
            values[name] = found or record_id
        return faults

    def _named(self, mapped: Mapped, checked: Checked) -> list[Fault]:
        """Return the faults of the check under the columns of the file."""
        faults = [
            replace(fault, column=self._mapper.column(fault.column)) for fault in checked.faults
        ]
        if self._has_places and not mapped.has_place:
            column = self._mapper.column("geometry")
            hint = "The record is kept without geometry."
            faults.append(Fault("PLACE_MISSING", column, "", hint, "warning"))
        return faults


def swapped_faults(plan: Plan) -> list[Fault]:
    """Return a warning for each row whose place would be in its stated country if turned round.

    Ranges alone do not tell: 60, 25 is as good a place as 25, 60.
    """
    stated = [
        planned
        for planned in plan.planned
        if planned.feature.properties.get("country_basis", "stated") == "stated"
        and planned.feature.properties.get("country")
        and planned.feature.geometry is not None
    ]
    if not stated:
        return []
    countries = np.array([p.feature.properties["country"] for p in stated], dtype=object)
    points = shapely.point_on_surface([p.feature.geometry for p in stated])
    places = shapely.get_coordinates(points)
    elsewhere = np.flatnonzero(country_at(places)[0] != countries)
    turned = places[elsewhere][:, ::-1]
    turned[np.abs(turned[:, 1]) > 90] = np.nan
    suspects = elsewhere[country_at(turned)[0] == countries[elsewhere]]
    hint = "With the two numbers turned round the place would be in the stated country."
    return [
        Fault(
            "AXIS_SWAPPED_SUSPECT",
            "geometry",
            f"{places[row][0]}, {places[row][1]}",
            hint,
            "warning",
            row=stated[row].row,
        )
        for row in suspects
    ]


def same_place_faults(plan: Plan, features: Mapping[str, Feature]) -> list[Fault]:
    """Return a warning for each pair of this plan that no arc can join.

    Args:
        plan: The plan of a file of pairs.
        features: The pairs as completed by `layers.derive`, by id.
    """
    faults = []
    for planned in plan.planned:
        pair = features[planned.feature.id]
        if pair.geometry is not None:
            continue
        if pair.properties.get("distance_km") is None:
            hint = "One of the cities has no place; the pair is kept without its line."
            code = "PLACE_MISSING"
        else:
            hint = "Two cities stand at one place; the pair is kept without its line."
            code = "SAME_PLACE"
        faults.append(Fault(code, "geometry", pair.record_id, hint, "warning", row=planned.row))
    return faults

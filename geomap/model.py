"""The records that every room speaks of. All geometry is OGC:CRS84: degrees, longitude first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shapely.geometry.base import BaseGeometry

JsonObject = Mapping[str, Any]


class Visibility(StrEnum):
    """Who may learn of a feature; see `layers.projection` for what each one publishes."""

    PUBLIC = "public"
    GENERALISED = "generalised"
    RESTRICTED = "restricted"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Source:
    """Where records come from, under which licence, and as of when."""

    id: str
    title: str
    publisher: str
    licence: str
    """SPDX identifier or licence URI; the exact words of the publisher where neither exists."""
    url: str
    as_of: date
    attribution: str


@dataclass(frozen=True, slots=True)
class Feature:
    """One record of a layer, as the store of record keeps it.

    `properties` holds JSON values only and passes the checks of its layer; what the read side
    computes (a pair's status, the regions that hold a site) is not in it.
    """

    layer: str
    id: str
    """UUIDv4, never reused."""
    source_id: str
    record_id: str
    """The record's own identifier in its source; unique within (layer, source_id)."""
    geometry: BaseGeometry | None
    properties: JsonObject
    visibility: Visibility = Visibility.PUBLIC
    cell_km: int = 10
    """Edge of the published cell when `visibility` is generalised: 1, 5, 10 or 50."""
    revision: int = 0
    """0 until stored; the store counts up from 1."""


class EditKind(StrEnum):
    """What an edit does to its feature."""

    PUT = "put"
    """Create or replace, by (layer, id)."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Edit:
    """One wished change. `expected` is the revision the editor saw; None skips the check."""

    kind: EditKind
    feature: Feature
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What one `Store.write` did. A retry under the same idempotency key gets the same answer."""

    transaction_id: str
    created: int
    updated: int
    unchanged: int
    deleted: int
    revisions: Mapping[str, int] = field(default_factory=dict)
    """Feature id → revision now, for writes of up to 1,000 edits; empty for larger ones."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One entry of a feature's history: who changed what, when and why."""

    layer: str
    id: str
    revision: int
    at: datetime
    actor: str
    action: str
    comment: str
    transaction_id: str
    before: JsonObject | None
    after: JsonObject | None
    place: int = 0
    """Where it stands in the log: the changes of one write are paged by it."""


@dataclass(frozen=True, slots=True)
class Write:
    """One group of changes that were made together: an edit, an import, a bulk action, an undo."""

    number: int
    """Writes are counted up in their order."""
    transaction_id: str
    at: datetime
    actor: str
    action: str
    comment: str
    created: int
    updated: int
    deleted: int

    @property
    def changed(self) -> int:
        """How many records it has changed."""
        return self.created + self.updated + self.deleted


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one value of an input, said so that it can be mended."""

    code: str
    """One of the codes of `geomap.terms.FAULT_CODES`, for example `DATE_UNPARSABLE`."""
    column: str
    value: str
    hint: str
    severity: str = "error"
    """error: the row cannot be taken; warning: it is taken as the hint says; info: nothing is
    wrong with it, and the hint says what became of it."""
    row: int | None = None
    """1-based row of the input (a CSV header does not count), None where there are no rows."""

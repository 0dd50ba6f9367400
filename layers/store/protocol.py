"""What a store is. Two gates: `write` for every change, `public` for every public read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shapely.geometry.base import BaseGeometry

from geomap.accounts import Accounts
from geomap.drafts import Drafts
from geomap.model import Edit, Feature, Revision, Source, Write, Written
from geomap.notices import Notices
from geomap.photos import Photos, Size
from geomap.places import Bounds
from geomap.suggestions import Suggestions
from geomap.uploads import Uploads

if TYPE_CHECKING:
    from layers.cql2.filter import Filter


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One published feature as the read side loads it."""

    seq: int
    """Number of the row in the public projection; changes whenever the row's bytes change."""
    id: str
    geometry: bytes | None
    """WKB, OGC:CRS84."""
    columns: bytes
    """JSON array: the values of `Layer.columns()`, then `name`, `name_en`, `name_ru`, `name_fi`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the public change feed."""

    number: int
    layer: str
    id: str
    seq: int | None
    """The row as it is since then; None when the feature left the public projection."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer of the name search."""

    layer: str
    id: str
    name: str
    """The name that matched, in its own language."""
    rank: float
    seq: int


class PublicReader(Protocol):
    """One consistent view of the public projection: all calls see the same commit."""

    def version(self) -> int:
        """Return the number of the latest public change; 0 for an empty store."""

    def changes(self, since: int) -> list[Change]:
        """Return the changes after `since`, oldest first, the last one a feature only."""

    def rows(self, layer: str, seqs: Sequence[int] | None = None) -> Iterator[PublicRow]:
        """Yield all rows of a layer, or those of `seqs`, in no particular order."""

    def bodies(self, layer: str, seqs: Sequence[int]) -> dict[int, bytes]:
        """Return ready GeoJSON Feature texts by row number.

        Each is compact UTF-8 and ends with the members of `properties` (`…}}`), so that a
        caller can splice computed members in before the last two braces.
        """

    def texts(self, seqs: Sequence[int]) -> list[bytes]:
        """Return ready GeoJSON Feature texts of ascending row numbers, in their order.

        As `bodies`, for many at once: neighbours are read in one sweep of the file.

        Raises:
            StoreUnusable: A row that the snapshot knows has no text.
        """

    def body(self, layer: str, feature_id: str) -> bytes | None:
        """Return the GeoJSON text of one feature, None when the public has none."""

    def photo(self, photo_id: str, size: Size) -> bytes | None:
        """Return the bytes of a published photo, None when the public has none of this id."""

    def within(self, layer: str, bounds: Bounds) -> list[tuple[int, str, BaseGeometry]]:
        """Return (seq, id, geometry) of features whose geometry's box meets `bounds`.

        The R*Tree answers in 32-bit floats; the exact box is checked again here.
        """

    def search(self, words: str, layers: Sequence[str], limit: int) -> list[Hit]:
        """Return features one of whose names starts each of the words, best rank first.

        Case, accents and the order of words do not matter; any script. A name that is just
        the words comes before all others.
        """

    def filtered(self, layer: str, asked: Filter) -> list[int]:
        """Return the numbers of the rows that a filter keeps, ascending.

        Raises:
            ParameterInvalid: It asks for what only the read side computes.
        """

    def sources(self) -> Mapping[str, Source]:
        """Return the sources that published features name."""

    def updated_at(self, layer: str) -> datetime | None:
        """Return when the public projection of a layer last changed; None when it never did."""


class Store(Protocol):
    """The store of record. One instance a process; safe to call from any thread."""

    def write(
        self,
        edits: Iterable[Edit],
        *,
        actor: str,
        action: str,
        comment: str = "",
        sources: Sequence[Source] = (),
        key: str | None = None,
        asked: bytes = b"",
    ) -> Written:
        """Make all edits or none: version checks, history and public projection with them.

        Args:
            edits: In their order.
            actor: Who makes them, as history tells it.
            action: What it is called there.
            comment: Why.
            sources: Those that the edits name and the store does not know, or knows otherwise.
            key: Under which a retry gets the same answer.
            asked: What tells a request from others under its key; empty: the edits themselves.

        Raises:
            RevisionConflict: An edit expected another revision than the latest; 0 expects none.
            RecordTaken: Two features would stand for one record of a source.
            SourceUnknown: A feature names a source that is neither stored nor given.
            KeyReused: `key` was used by this actor for other edits.
            StoreBusy: The write lock did not come free within five seconds.
        """

    @property
    def accounts(self) -> Accounts:
        """Who may sign in: kept in the same store, changed by their own gate."""

    @property
    def drafts(self) -> Drafts:
        """What accounts have typed and not saved, for themselves alone."""

    @property
    def suggestions(self) -> Suggestions:
        """What people suggest to be changed: kept in the same store, changed by their own gate."""

    @property
    def notices(self) -> Notices:
        """What people are told, and the mail that goes with it."""

    @property
    def photos(self) -> Photos:
        """What the photos of records show: kept in the same store, changed by their own gate."""

    @property
    def uploads(self) -> Uploads:
        """Files that were sent to be imported, for their accounts alone."""

    def transaction(
        self, transaction_id: str, *, after: int = 0, last: int | None = None
    ) -> list[Revision]:
        """Return what one write has changed, in its order.

        Args:
            transaction_id: The write.
            after: Only what stands behind this `Revision.place`.
            last: So many at most; None: all of them.
        """

    def changed_since(self, transaction_id: str) -> set[tuple[str, str]]:
        """Return layer and id of the records of a write that another has changed since."""

    def write_of(self, transaction_id: str) -> Write | None:
        """Return one write; None where there is none."""

    def place_of(self, transaction_id: str, feature_id: str, revision: int) -> int:
        """Return `Revision.place` of one change of a write; behind all where it has none such."""

    def writes(
        self, *, actor: str | None = None, before: int | None = None, last: int = 50
    ) -> list[Write]:
        """Return the latest writes, latest first.

        Args:
            actor: Whose; None: those of all.
            before: Only those with a smaller number.
            last: So many at most.
        """

    def answer(self, actor: str, key: str, asked: bytes) -> Written | None:
        """Return what a write under this key did; None where there was none.

        Raises:
            KeyReused: It was used by this actor for another request.
        """

    def sources(self) -> Mapping[str, Source]:
        """Return all sources, by id."""

    def feature(self, layer: str, feature_id: str) -> Feature | None:
        """Return the record itself, whatever its visibility."""

    def features(self, layer: str) -> Iterator[Feature]:
        """Yield all records of a layer, whatever their visibility, ordered by id."""

    def known_as(self, layer: str, source_id: str, record_id: str) -> dict[str, str]:
        """Return record_id → id of what goes by an identifier, alone or with `@` behind it."""

    def withheld(
        self, layer: str, boxes: Sequence[Bounds], *, after: int = 0, limit: int
    ) -> list[tuple[int, Feature]]:
        """Return records of which the public sees less than all, or nothing, by an index.

        Args:
            layer: Theirs.
            boxes: One of which their box meets; the index keeps 32-bit floats, rounded outward.
            after: The number that the last page ended with.
            limit: Most records of a page.

        Returns:
            (number, record), ascending. Fewer than `limit` are the last ones.
        """

    def by_record(self, layer: str, source_id: str) -> dict[str, tuple[str, int]]:
        """Return record_id → (id, revision) of a source: what an upsert needs to know."""

    def history(
        self,
        layer: str,
        feature_id: str,
        *,
        last: int | None = None,
        before: int | None = None,
        most_bytes: int | None = None,
    ) -> list[Revision]:
        """Return revisions of a feature, oldest first, without reading what is not asked for.

        Args:
            layer: The feature's layer.
            feature_id: Its id.
            last: The latest so many; None: all of them.
            before: Only those with a smaller number.
            most_bytes: About how much they may hold together: fewer come where they are large,
                the latest one always.
        """

    def public(self) -> AbstractContextManager[PublicReader]:
        """Open one consistent view that cannot name a non-public table."""

    def data_version(self) -> int:
        """Return a number that differs once any process has committed; costs microseconds."""

    def backup(self, directory: Path) -> Path:
        """Write a verified copy of the whole store into `directory`; return its file."""

    def check(self) -> list[str]:
        """Return what is wrong with the store, one sentence each; empty when all is well."""

    def close(self) -> None:
        """Release files and connections."""

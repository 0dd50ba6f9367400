"""A change cannot be made as things are, or not any more."""

from __future__ import annotations

from collections.abc import Sequence

from geomap.errors.base import GeomapError
from geomap.model import Fault, JsonObject


class RevisionConflict(GeomapError):
    """Someone was faster: the revision that the editor saw is not the latest."""

    problem = "revision-conflict"

    def __init__(self, layer_id: str, feature_id: str, expected: int, found: int) -> None:
        super().__init__(
            f"{layer_id}/{feature_id} is at revision {found}, the change was made on {expected}."
        )
        self.expected = expected
        self.found = found


class VersionStale(GeomapError):
    """The record has changed since the version that the change was made on."""

    problem = "version-stale"

    def __init__(self, base: JsonObject | None, current: JsonObject, etag: str) -> None:
        """Carry both versions, so that whoever asked can merge.

        Args:
            base: The version that the change was made on; None when it is not known.
            current: The version now, as a GeoJSON Feature.
            etag: That of the current version.
        """
        super().__init__(
            "The record has changed since: compare `base`, the version of your change, with "
            "`current`, and send the change again with the tag `current_etag` in If-Match."
        )
        self.base, self.current, self.etag = base, current, etag


class VersionPassed(GeomapError):
    """A suggestion was made on another version of the record than the present one."""

    problem = "version-passed"

    def __init__(self) -> None:
        super().__init__("The record has changed since; read it again and suggest anew.")


class ConditionMissing(GeomapError):
    """A change from a browser says which version it was made on, by If-Match."""

    problem = "condition-missing"

    def __init__(self) -> None:
        super().__init__("Send If-Match with the ETag of the version that the change is made on.")


class UndoConflict(GeomapError):
    """Records of a write have been changed again since: it cannot be undone as a whole."""

    problem = "undo-conflict"

    def __init__(self, changed: Sequence[tuple[str, str]]) -> None:
        """Name what stands in the way.

        Args:
            changed: Layer and id of each record.
        """
        super().__init__(
            f"{len(changed)} of the records have been changed since, {changed[0][1]} for example; "
            "restore the others one by one, or undo the later changes first."
        )
        self.changed = tuple(changed)


class TransactionNotFound(GeomapError):
    """No write has this id, or none whose records are within the rights of whoever asks."""

    problem = "transaction-not-found"

    def __init__(self, transaction_id: str) -> None:
        super().__init__(f"There is no change {transaction_id[:100]!r}.")


class FeatureGone(GeomapError):
    """The record was deleted; those who could see it learn so."""

    problem = "feature-gone"

    def __init__(self, layer_id: str, feature_id: str, when: str) -> None:
        super().__init__(
            f"The feature {feature_id!r} of the layer {layer_id!r} was deleted on {when}; its "
            "history tells by whom, and it can be restored."
        )


class FeatureInUse(GeomapError):
    """Other records refer to this one, which therefore stays."""

    problem = "feature-in-use"


class RecordTaken(GeomapError):
    """Two features of a layer cannot stand for one record of a source."""

    problem = "record-taken"

    def __init__(self, layer_id: str, source_id: str, record_id: str) -> None:
        super().__init__(
            f"The layer {layer_id!r} has a feature for the record {record_id!r} of {source_id!r}."
        )
        self.record_id = record_id


class KeyReused(GeomapError):
    """An idempotency key stands for one write; another one needs a key of its own."""

    problem = "key-reused"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The key {key[:200]!r} has been used for another write; nothing was changed."
        )
        self.key = key


class SourceUnknown(GeomapError):
    """A feature names a source that is neither stored nor given with it."""

    problem = "source-unknown"

    def __init__(self, source_id: str) -> None:
        super().__init__(f"There is no source {source_id!r}; give it together with its features.")
        self.source_id = source_id


class SuggestionNotFound(GeomapError):
    """There is no such suggestion, or none for whoever asks."""

    problem = "suggestion-not-found"

    def __init__(self, suggestion_id: str) -> None:
        super().__init__(f"There is no suggestion {suggestion_id[:100]!r}.")


class SuggestionsDecided(GeomapError):
    """Suggestions wait no longer: they were decided or withdrawn meanwhile."""

    problem = "suggestions-decided"

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__(
            f"{len(titles)} of the suggestions wait no longer, {titles[0]} for example; "
            "nothing was changed."
        )
        self.titles = tuple(titles)


class SuggestionsConflict(GeomapError):
    """Some suggestions cannot be approved as things are; each is told with what hinders it."""

    problem = "suggestions-conflict"

    def __init__(self, hindered: Sequence[JsonObject]) -> None:
        super().__init__(
            f"{len(hindered)} of the suggestions cannot be approved as things are, "
            f"{hindered[0]['title']} for example; nothing was changed."
        )
        self.hindered = tuple(hindered)


class PatchConflict(GeomapError):
    """What a patch changes has been changed by someone else meanwhile."""

    problem = "patch-conflict"

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(f"Changed meanwhile: {', '.join(paths)}.")
        self.paths = tuple(paths)


class DraftNotFound(GeomapError):
    """The account has no such draft."""

    problem = "draft-not-found"

    def __init__(self, record: str) -> None:
        super().__init__(f"You have no draft {record[:200]!r}.")


class DraftTooLarge(GeomapError):
    """More was typed than is kept of a draft."""

    problem = "draft-too-large"

    def __init__(self, most: int) -> None:
        super().__init__(f"A draft may have {most} bytes; this one is not kept.")


class DraftsFull(GeomapError):
    """An account has as many drafts as are kept of it; save or discard one."""

    problem = "drafts-full"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"You have {most} drafts, and no more are kept: save or discard one. This one is "
            "not kept."
        )


class PhotoNotFound(GeomapError):
    """A photo of what is not public and one that never was are one and the same answer."""

    problem = "photo-not-found"

    def __init__(self, photo_id: str) -> None:
        super().__init__(f"There is no photo {photo_id[:100]!r}.")


class PhotoRefused(GeomapError):
    """A file is no picture that is taken."""

    problem = "photo-refused"


class ImportGone(GeomapError):
    """A file that was sent is kept no more."""

    problem = "import-gone"

    def __init__(self) -> None:
        super().__init__("This file is kept no more, or was imported: send it again.")


class ImportChanged(GeomapError):
    """An import would do something else by now than was shown."""

    problem = "import-changed"

    def __init__(self) -> None:
        super().__init__("Records have been changed since: look again at what it would do.")


class ImportFaulty(GeomapError):
    """Rows of a file are faulty, and only a sound one was to be imported."""

    problem = "import-faulty"

    def __init__(self, rows: int, faults: Sequence[Fault] = ()) -> None:
        super().__init__(
            f"{rows} rows are faulty, and nothing was imported; accept_valid takes the others."
        )
        self.faults = tuple(faults)


class UploadsFull(GeomapError):
    """As many files are kept as may be at a time; trying again later will do."""

    problem = "uploads-full"

    def __init__(self) -> None:
        super().__init__("Too many files wait to be imported; please try again later.")

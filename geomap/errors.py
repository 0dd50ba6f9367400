"""Every named error. Nothing here knows HTTP; `api/problems.py` gives each its status."""

from __future__ import annotations

from collections.abc import Sequence

from geomap.model import Fault, JsonObject


class GeomapError(Exception):
    """Something that can be said to the person who asked. `problem` names it in a URI."""

    problem = "error"


class LayerNotFound(GeomapError):
    """No layer has this id."""

    problem = "layer-not-found"

    def __init__(self, layer_id: str) -> None:
        super().__init__(f"There is no layer {layer_id!r}.")
        self.layer_id = layer_id


class FeatureNotFound(GeomapError):
    """Hidden, deleted and never existed are one and the same answer."""

    problem = "feature-not-found"

    def __init__(self, layer_id: str, feature_id: str) -> None:
        super().__init__(f"The layer {layer_id!r} has no feature {feature_id!r}.")
        self.feature_id = feature_id


class ParameterUnknown(GeomapError):
    """A query parameter that this resource does not know."""

    problem = "parameter-unknown"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no parameter {name!r} here; known are {', '.join(known)}.")
        self.name = name


class ParameterInvalid(GeomapError):
    """A parameter's value cannot be read."""

    problem = "parameter-invalid"

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(f"{name}={value[:200]!r} cannot be read: {expected}")
        self.name = name
        self.value = value
        self.expected = expected


class CoordinateOutOfRange(GeomapError):
    """A latitude beyond 90 degrees, or a number that is not finite."""

    problem = "coordinate-out-of-range"


class SamePlaceTwice(GeomapError):
    """Both ends of a line are one place."""

    problem = "same-place-twice"

    def __init__(self, place: tuple[float, float]) -> None:
        super().__init__(f"Both ends are the place {place[0]}, {place[1]}: that makes no line.")


class CrsUnknown(GeomapError):
    """No reference system has this name, or coordinates cannot be in it."""

    problem = "crs-unknown"


class TileOutOfRange(GeomapError):
    """No such tile in the tile matrix set."""

    problem = "tile-out-of-range"


class GridNotFound(GeomapError):
    """No tile matrix set has this id."""

    problem = "grid-not-found"

    def __init__(self, grid_id: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no tile matrix set {grid_id[:100]!r}; there are {', '.join(known)}."
        )
        self.grid_id = grid_id


class InputFaulty(GeomapError):
    """An input has faults; all of them are listed."""

    problem = "input-faulty"

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{first.column}: {first.value!r}: {first.hint}{more}")
        self.faults = tuple(faults)


class FileUnreadable(GeomapError):
    """A file is not what it claims to be."""

    problem = "file-unreadable"


class DateUnparsable(GeomapError):
    """A date is not EDTF (ISO 8601-2)."""

    problem = "date-unparsable"


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


class BodyUnreadable(GeomapError):
    """The body of a request is not what its type says."""

    problem = "body-unreadable"


class MediaTypeUnknown(GeomapError):
    """A body is of a type that is not taken here."""

    problem = "media-type-unknown"

    def __init__(self, given: str, known: Sequence[str]) -> None:
        super().__init__(f"A body of type {given[:100]!r} is not taken; {', '.join(known)} is.")
        self.known = tuple(known)


class SignInNeeded(GeomapError):
    """This is for those who have said who they are."""

    problem = "sign-in-needed"

    def __init__(self) -> None:
        super().__init__("Sign in, or send a token as Bearer or as the password of Basic.")


class CredentialsWrong(GeomapError):
    """What was sent to say who asks is not known, or no longer."""

    problem = "credentials-wrong"

    def __init__(self) -> None:
        super().__init__("The name, password or token is not right, or no longer.")


class NameTaken(GeomapError):
    """Another account has this name."""

    problem = "name-taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is an account named {name!r} already.")


class AccountUnknown(GeomapError):
    """There is no such account, token or invitation."""

    problem = "account-unknown"


class PasswordTooShort(GeomapError):
    """A password is too short, or too long to be one."""

    problem = "password-too-short"


class SignInFailed(GeomapError):
    """Signing in by way of another house has not come to its end."""

    problem = "sign-in-failed"


class TooManyAttempts(GeomapError):
    """Signing in has failed too often; trying again later will do."""

    problem = "too-many-attempts"

    def __init__(self, seconds: int) -> None:
        super().__init__("Signing in has failed too often; please wait a quarter of an hour.")
        self.seconds = seconds


class ForeignOrigin(GeomapError):
    """What changes something must come from a page of this site."""

    problem = "foreign-origin"

    def __init__(self) -> None:
        super().__init__(
            "This must be sent from a page of this site: Sec-Fetch-Site or Origin says otherwise."
        )


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


class TransactionNotFound(GeomapError):
    """No write has this id, or none whose records are within the rights of whoever asks."""

    problem = "transaction-not-found"

    def __init__(self, transaction_id: str) -> None:
        super().__init__(f"There is no change {transaction_id[:100]!r}.")


class NotAllowed(GeomapError):
    """The rights of whoever asks do not reach so far."""

    problem = "not-allowed"


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


class ImportBusy(GeomapError):
    """As many files are being read as may be at a time; trying again later will do."""

    problem = "import-busy"

    def __init__(self) -> None:
        super().__init__("Other files are being read; please try again.")


class UploadsFull(GeomapError):
    """As many files are kept as may be at a time; trying again later will do."""

    problem = "uploads-full"

    def __init__(self) -> None:
        super().__init__("Too many files wait to be imported; please try again later.")


class StoreBusy(GeomapError):
    """The write lock did not come free in time; trying again later will do."""

    problem = "store-busy"


class ExportBusy(GeomapError):
    """As many files are being written as may be at a time; trying again later will do."""

    problem = "export-busy"


class ExportFailed(GeomapError):
    """A file could not be written to its end."""

    problem = "export-failed"


class StoreUnusable(GeomapError):
    """The store cannot be opened safely, and the message says why."""

    problem = "store-unusable"


class MachineExhausted(GeomapError):
    """The machine has run out of files, or of space on its disk; nothing was changed."""

    problem = "machine-exhausted"


class SettingInvalid(GeomapError):
    """A setting of the environment cannot be read."""

    problem = "setting-invalid"


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


class BackupUnusable(GeomapError):
    """A file cannot take the store's place; the store stays as it is."""

    problem = "backup-unusable"


class PhotoNotFound(GeomapError):
    """A photo of what is not public and one that never was are one and the same answer."""

    problem = "photo-not-found"

    def __init__(self, photo_id: str) -> None:
        super().__init__(f"There is no photo {photo_id[:100]!r}.")


class PhotoRefused(GeomapError):
    """A file is no picture that is taken."""

    problem = "photo-refused"


class PhotosBusy(GeomapError):
    """As many pictures are being read as may be at a time; trying again later will do."""

    problem = "photos-busy"


class PhotosOff(GeomapError):
    """Pictures cannot be opened safely on this machine, and so are not."""

    problem = "photos-off"

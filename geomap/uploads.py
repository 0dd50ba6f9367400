"""Files that were sent to be imported, kept until that is decided: for their account alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from geomap.model import JsonObject

KEPT = timedelta(days=1)
"""After which a file that was not imported is gone."""
MOST_BYTES = 20 * 1024 * 1024
"""Of one file."""
MOST_OF_ACCOUNT = 3
"""Files that are kept for an account; a further one takes the place of the oldest."""
MOST_OF_ALL = 200
"""Files that are kept at a time."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, how it is to be read, and what was shown of what it would do."""

    id: str
    """Random: nobody guesses it."""
    layer: str
    name: str
    """Of the file, as it was sent."""
    content: bytes
    wishes: JsonObject = field(default_factory=dict)
    digest: str = ""
    """Of all that the import would write."""
    report: JsonObject = field(default_factory=dict)
    faults: bytes = b""
    """The table of all faults, CSV."""


class Uploads(Protocol):
    """Where they are kept: beside the accounts, in the same store."""

    def keep(self, account: str, upload: Upload) -> None:
        """Keep a file, or keep it with another report; forget what has been kept for too long.

        Raises:
            UploadsFull: As many files are kept as may be at a time.
        """

    def of(self, account: str, upload_id: str) -> Upload | None:
        """Return a file of an account."""

    def forget(self, account: str, upload_id: str) -> None:
        """Forget a file."""

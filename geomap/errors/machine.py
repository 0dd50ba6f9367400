"""The house itself cannot do it: busy, exhausted, misconfigured."""

from __future__ import annotations

from geomap.errors.base import GeomapError


class StoreBusy(GeomapError):
    """The write lock did not come free in time; trying again later will do."""

    problem = "store-busy"


class ExportBusy(GeomapError):
    """As many files are being written as may be at a time; trying again later will do."""

    problem = "export-busy"


class ExportFailed(GeomapError):
    """A file could not be written to its end."""

    problem = "export-failed"


class ImportBusy(GeomapError):
    """As many files are being read as may be at a time; trying again later will do."""

    problem = "import-busy"

    def __init__(self) -> None:
        super().__init__("Other files are being read; please try again.")


class StoreUnusable(GeomapError):
    """The store cannot be opened safely, and the message says why."""

    problem = "store-unusable"


class MachineExhausted(GeomapError):
    """The machine has run out of files, or of space on its disk; nothing was changed."""

    problem = "machine-exhausted"


class SettingInvalid(GeomapError):
    """A setting of the environment cannot be read."""

    problem = "setting-invalid"


class BackupUnusable(GeomapError):
    """A file cannot take the store's place; the store stays as it is."""

    problem = "backup-unusable"


class PhotosBusy(GeomapError):
    """As many pictures are being read as may be at a time; trying again later will do."""

    problem = "photos-busy"


class PhotosOff(GeomapError):
    """Pictures cannot be opened safely on this machine, and so are not."""

    problem = "photos-off"

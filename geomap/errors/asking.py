"""What someone asks for, or sends, cannot be read, or is not there."""

from __future__ import annotations

from collections.abc import Sequence

from geomap.errors.base import GeomapError
from geomap.model import Fault


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


class BodyUnreadable(GeomapError):
    """The body of a request is not what its type says."""

    problem = "body-unreadable"


class MediaTypeUnknown(GeomapError):
    """A body is of a type that is not taken here."""

    problem = "media-type-unknown"

    def __init__(self, given: str, known: Sequence[str]) -> None:
        super().__init__(f"A body of type {given[:100]!r} is not taken; {', '.join(known)} is.")
        self.known = tuple(known)

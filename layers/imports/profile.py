"""What a profile is: a register described as data; and how its rows become values of a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dict_field
from functools import partial
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geomap.errors import FileUnreadable
from geomap.model import Fault, Source
from layers.fields import is_blank
from layers.imports.convert import CONVERTERS, number_of
from layers.imports.geojson import FEATURE_ID
from layers.imports.rows import Row


@dataclass(frozen=True, slots=True)
class Take:
    """One column that fills a field. Takes of one field add to it; the first single value stays.

    A dotted field (`designations.value`) is a member of the one object that the profile makes.
    """

    column: str
    field: str
    convert: str = "text"
    """Key of `layers.imports.convert.CONVERTERS`."""
    given: Mapping[str, Any] = dict_field(default_factory=dict)
    """What the converter is told besides the value."""
    beside: Mapping[str, str] = dict_field(default_factory=dict)
    """What it is told from other columns of the row: {argument: column}."""


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A GeoJSON file of administrative units, known by a pattern of its name."""

    id: str
    """As the table of members calls it."""
    pattern: str
    key: str
    """Form of a unit's code, made of its properties: `{subject_ru}:{name_ru}`."""
    credit: str


@dataclass(frozen=True, slots=True)
class Outlines:
    """How regions get their outlines: from a table of members and files of units near by."""

    members: str
    """File beside the regions: region_id, role, unit_source, unit_code, unit_name, country."""
    drawn_roles: tuple[str, ...]
    """Members of other roles are listed and not drawn."""
    gap_m: float
    """Gaps between units, and holes, narrower than this are differences of two sources."""
    units: tuple[UnitFile, ...]
    folders: tuple[str, ...]
    """Where the files of units are looked for, from the folder of the regions."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A register: whose it is, and which of its columns fill which fields of which layer."""

    name: str
    layer: str
    source: Source | None
    """None: each row names its source in `source_column`, described in a file beside it."""
    record: tuple[str, ...]
    """The columns that make the record's identifier, joined by a dash."""
    takes: tuple[Take, ...]
    constants: tuple[tuple[str, Any], ...] = ()
    """(field, value) for every row; a field that a column fills as well keeps the column's."""
    x: str = ""
    """Column of the longitude or easting; empty: the layer's geometry is made by the house."""
    y: str = ""
    crs: str = "OGC:CRS84"
    unordered: bool = False
    """The record's identifier is the same whichever of its columns comes first."""
    source_column: str = ""
    typed_headers: bool = False
    """Headers carry dBASE types (`Kunta,C,100`), which are cut off."""
    references: tuple[str, ...] = ()
    """Fields that name a record of another layer by its identifier in the source."""
    reference_scheme: str = ""
    """The scheme of external identifiers (`wikidata`) that these are, where they are of one."""
    companion: str = ""
    """A file beside this one whose records come first, in the same transaction."""
    companion_layer: str = ""
    outlines: Outlines | None = None
    """Set where geometry is made of member units."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A row in the words of a layer, not yet checked."""

    record_id: str
    values: dict[str, Any]
    geometry: BaseGeometry | None
    has_place: bool
    """Whether the row says anything about a place."""
    faults: tuple[Fault, ...]


class Mapper:
    """Turns rows of one file into values of a layer, as its profile says.

    Args:
        profile: The register.
        columns: Columns of the file; () where they are known only row by row.

    Raises:
        FileUnreadable: A column that the profile cannot do without is missing.
    """

    def __init__(self, profile: Profile, columns: Iterable[str]) -> None:
        self.profile = profile
        self._headers = {column: _untyped(column, profile) for column in columns}
        self._needed(set(self._headers.values()))
        self._silent = {*profile.record, profile.x, profile.y, profile.source_column, FEATURE_ID}
        self._takes = [
            (take, partial(CONVERTERS[take.convert], **take.given)) for take in profile.takes
        ]
        self._silent.update(*(take.beside.values() for take in profile.takes))
        self._columns = {take.field.split(".")[0]: take.column for take in reversed(profile.takes)}

    def __call__(self, row: Row) -> Mapped:
        """Return one row in the words of the layer; what no field takes is in `extra`."""
        values = {name: value for name, value in self._values(row).items() if not is_blank(value)}
        made: dict[str, Any] = {}
        used = set(self._silent)
        for take, convert in self._takes:
            if take.column in values and _fill(made, take, convert, values):
                used.add(take.column)
        extra = {name: value for name, value in values.items() if name not in used}
        for name, value in self.profile.constants:
            _put(made, name, value)
        if extra:
            made["extra"] = {**made.get("extra", {}), **extra}
        geometry, has_place, faults = self._place(row, values)
        return Mapped(self.record_id(values), made, geometry, has_place, (*row.faults, *faults))

    def column(self, field: str) -> str:
        """Return the column of the file that a field's fault speaks of."""
        if field == "geometry" and self.profile.x:
            return f"{self.profile.x}, {self.profile.y}"
        top, _, rest = field.partition(".")
        top = top.partition("[")[0]
        if top == "extra" and rest:
            return rest
        return self._columns.get(top, field)

    def record_id(self, values: Mapping[str, Any]) -> str:
        """Return the identifier of a row's record, empty where it has none."""
        parts = [str(values.get(column, "") or "").strip() for column in self.profile.record]
        if not all(parts):
            return str(values.get(FEATURE_ID, "")) if len(parts) == 1 else ""
        return "-".join(sorted(parts) if self.profile.unordered else parts)

    def source_id(self, row: Row) -> str:
        """Return the source that a row names, empty where the profile names it for all."""
        return str(row.values.get(self.profile.source_column) or "").strip()

    def _values(self, row: Row) -> Mapping[str, Any]:
        if not self.profile.typed_headers:
            return row.values
        return {self._headers.get(name, name): value for name, value in row.values.items()}

    def _needed(self, columns: set[str]) -> None:
        if not columns:
            return
        needed = [*self.profile.record, self.profile.x, self.profile.y]
        missing = [name for name in needed if name and name not in columns]
        if missing:
            raise FileUnreadable(
                f"The profile {self.profile.name!r} needs the columns {', '.join(missing)}; "
                f"the file has {', '.join(sorted(columns))}."
            )

    def _place(
        self, row: Row, values: Mapping[str, Any]
    ) -> tuple[BaseGeometry | None, bool, tuple[Fault, ...]]:
        if row.geometry is not None or not self.profile.x:
            return row.geometry, row.geometry is not None, ()
        x, y = values.get(self.profile.x), values.get(self.profile.y)
        if x is None and y is None:
            return None, False, ()
        numbers = (number_of(x), number_of(y))
        if numbers[0] is None or numbers[1] is None:
            fault = Fault(
                "NUMBER_UNPARSABLE",
                f"{self.profile.x}, {self.profile.y}",
                f"{x}, {y}",
                "Both coordinates must be numbers, such as 60.17 or 60,17.",
            )
            return None, True, (fault,)
        return shapely.Point(numbers[0], numbers[1]), True, ()


def _untyped(column: str, profile: Profile) -> str:
    return column.partition(",")[0].strip() if profile.typed_headers else column


def _fill(
    made: dict[str, Any], take: Take, convert: Callable[..., Any], row: Mapping[str, Any]
) -> bool:
    told = {name: row[column] for name, column in take.beside.items() if column in row}
    converted = convert(row[take.column], **told)
    return converted is not None and _put(made, take.field, converted)


def _put(made: dict[str, Any], name: str, value: Any) -> bool:
    """Add a value to a field; False where a single value stands there already."""
    top, _, member = name.partition(".")
    if member:
        objects = made.setdefault(top, [{}])
        return bool(objects[0].setdefault(member, value) is value)
    held = made.get(name)
    if isinstance(value, list) and isinstance(held, list):
        held.extend(member for member in value if member not in held)
    elif isinstance(value, dict) and isinstance(held, dict):
        made[name] = {**value, **held}
    elif held is None:
        made[name] = list(value) if isinstance(value, list) else value
    else:
        return bool(held == value)
    return True

"""Regions given as member units: their outlines, without the slivers of two boundary sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from geomap.errors import FileUnreadable
from geomap.model import Fault
from layers.imports import csv, geojson
from layers.imports.profile import Outlines, UnitFile
from layers.imports.rows import Reading, Row

GRID_M = 0.01
"""Unions are made on this grid, so that they are valid and come out the same everywhere."""
GRID_DEGREES = 1e-7
NOISE_M = 250.0
"""Gaps between units of one source, and holes, narrower than this mean nothing."""
OVERLAP_M = 0.5
"""A filled gap reaches so far into its neighbours that no hairline stays between them."""
MEMBER_COLUMNS = (
    "region_id",
    "role",
    "unit_source",
    "unit_code",
    "unit_name",
    "country",
    "source_url",
)

STATEMENT: Mapping[str, str] = {
    "en": "The outline joins {count} member units in the generalised boundaries of {credit}. "
    "It shows about where the region lies; it is no statement on any border.",
    "ru": "Контур объединяет {count} территорий-участниц в генерализованных границах источника "
    "{credit}. Он показывает примерное положение региона и ничего не утверждает о границах.",
    "fi": "Ääriviiva yhdistää {count} jäsenaluetta lähteen {credit} yleistetyin rajoin. Se "
    "kertoo suunnilleen, missä alue on, eikä ota kantaa mihinkään rajaan.",
}
NOT_DRAWN: Mapping[str, str] = {
    "en": " Not drawn: {names}.",
    "ru": " Не показаны: {names}.",
    "fi": " Piirtämättä: {names}.",
}


def dissolved(sources: Sequence[Sequence[BaseGeometry]], gap_m: float) -> BaseGeometry:
    """Return the outline of administrative units that belong together.

    Two sources draw one boundary differently, and gaps and holes stay between their units. Those
    into which no circle of `gap_m` fits are filled, where they lie between units of two sources;
    what one source alone leaves open (a lake, a town that is no member, a bay) stays as it is.

    Args:
        sources: Valid polygons, OGC:CRS84, by the source that drew them.
        gap_m: Metres, on a plane that keeps areas true around the units' middle.

    Returns:
        A valid Polygon or MultiPolygon, OGC:CRS84, cut at the antimeridian.
    """
    west, _, east, _ = shapely.total_bounds([unit for units in sources for unit in units])
    wraps = east - west > 180
    rolled = [
        shapely.transform(np.array(units, dtype=object), _unrolled if wraps else np.asarray)
        for units in sources
    ]
    there, back = _plane(np.concatenate(rolled))
    groups = [
        _joined(shapely.set_precision(shapely.transform(units, there), GRID_M), NOISE_M)
        for units in rolled
    ]
    whole = shapely.transform(_joined(np.array(groups, dtype=object), gap_m), back)
    if wraps:
        whole = _cut(shapely.transform(whole, _unrolled))
    return shapely.set_precision(whole, GRID_DEGREES)


def _unrolled(corners: Any) -> Any:
    """Count longitudes from 0 to 360, so that what crosses the antimeridian is whole."""
    return corners + np.column_stack([360.0 * (corners[:, 0] < 0), np.zeros(len(corners))])


def _cut(whole: BaseGeometry) -> BaseGeometry:
    """Cut a geometry of longitudes from 0 to 360 into its two sides of the antimeridian."""
    near = shapely.intersection(whole, shapely.box(0, -90, 180, 90))
    far = shapely.intersection(whole, shapely.box(180, -90, 360, 90))
    far = shapely.transform(far, lambda corners: corners - np.array([360.0, 0.0]))
    return shapely.union_all([near, far])


def _joined(shapes: Any, gap_m: float) -> BaseGeometry:
    whole = shapely.union_all(shapes, grid_size=GRID_M)
    gaps = _gaps(shapes, whole, gap_m) if len(shapes) > 1 else []
    if len(gaps):
        filled = shapely.buffer(gaps, OVERLAP_M, join_style="mitre")
        whole = shapely.union_all([whole, *filled], grid_size=GRID_M)
    return _without_narrow_holes(whole, NOISE_M)


def _plane(units: Any) -> tuple[Any, Any]:
    """Return the ways to a plane around the units (Lambert's equal-area) and back."""
    west, south, east, north = shapely.total_bounds(units)
    middle = f"+lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f}"
    transformer = Transformer.from_crs(
        "OGC:CRS84", f"+proj=laea {middle} +datum=WGS84 +units=m", always_xy=True
    )

    def there(corners: Any) -> Any:
        return np.column_stack(transformer.transform(corners[:, 0], corners[:, 1]))

    def back(corners: Any) -> Any:
        return np.column_stack(
            transformer.transform(corners[:, 0], corners[:, 1], direction="INVERSE")
        )

    return there, back


def _gaps(shapes: Any, whole: BaseGeometry, gap_m: float) -> Any:
    """Return where no circle of `gap_m` fits, between two of the shapes."""
    half = gap_m / 2
    closed = whole.buffer(half, quad_segs=4).buffer(-half, quad_segs=4)
    pieces = shapely.get_parts(shapely.difference(closed, whole, grid_size=GRID_M))
    pieces = pieces[shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON]
    tree = shapely.STRtree(shapes)
    piece, _ = tree.query(pieces, predicate="dwithin", distance=OVERLAP_M)
    return pieces[np.bincount(piece, minlength=len(pieces)) >= 2]


def _without_narrow_holes(whole: BaseGeometry, width_m: float) -> BaseGeometry:
    parts = [
        shapely.Polygon(part.exterior, [h for h in part.interiors if _is_wide(h, width_m)])
        for part in shapely.get_parts(whole)
    ]
    return shapely.union_all(parts, grid_size=GRID_M)


def _is_wide(hole: BaseGeometry, width_m: float) -> bool:
    return not shapely.Polygon(hole).buffer(-width_m / 2).is_empty


@dataclass(slots=True)
class _Units:
    """The units of one file, by their codes; a code may stand for several."""

    file: UnitFile
    by_code: dict[str, list[tuple[Mapping[str, Any], BaseGeometry]]] = field(default_factory=dict)

    def outline(self, code: str, name: str) -> BaseGeometry | None:
        """Return the outline of a code, of the unit of this name where several share the code."""
        found = self.by_code.get(code, [])
        named = [unit for unit in found if name in unit[0].values()]
        outlines = [outline for _, outline in named or found]
        return shapely.union_all(outlines) if outlines else None


def with_outlines(
    reading: Reading, path: Path, outlines: Outlines, places: Sequence[Path] = ()
) -> Reading:
    """Return the rows of a table of regions with members, outline and boundary statement.

    A member whose unit is not found is a warning, and the statement names it.

    Args:
        reading: The table of regions.
        path: Its file, beside which the table of members stands.
        outlines: How it is done.
        places: Files or folders of units that are looked at first.

    Raises:
        FileUnreadable: The table of members is missing or incomplete, or a file of units is no
            GeoJSON, or not known by its name.
    """
    table = path.with_name(outlines.members)
    if not table.is_file():
        raise FileUnreadable(f"{outlines.members} is not there beside {path.name}.")
    listed = csv.read(table)
    missing = [column for column in MEMBER_COLUMNS if column not in listed.columns]
    if missing:
        raise FileUnreadable(f"{table.name} needs the columns {', '.join(missing)}.")
    members: dict[str, list[Mapping[str, Any]]] = {}
    for row in listed.rows:
        if row.faults:
            raise FileUnreadable(f"{table.name}, row {row.number}: {row.faults[0].hint}")
        members.setdefault(str(row.values.get("region_id", "")), []).append(row.values)
    _require_known(places, outlines)
    folders = [*places, *(path.parent / folder for folder in outlines.folders)]
    units = {file.id: _units(file, folders) for file in outlines.units}
    rows = _outlined(reading.rows, outlines, members, units)
    return replace(reading, rows=rows, has_geometry=True)


def _require_known(places: Sequence[Path], outlines: Outlines) -> None:
    patterns = [file.pattern for file in outlines.units]
    for place in places:
        if not place.is_dir() and not any(place.match(pattern) for pattern in patterns):
            raise FileUnreadable(f"{place.name}: files of units are called {', '.join(patterns)}.")


def _units(file: UnitFile, places: Sequence[Path]) -> _Units:
    units = _Units(file)
    found = next((path for place in places for path in _files(place, file.pattern)), None)
    for row in geojson.read(found).rows if found else ():
        try:
            code = file.key.format(**row.values)
        except KeyError as problem:
            raise FileUnreadable(f"{found}: a unit has no {problem}.") from problem
        if row.geometry is not None:
            units.by_code.setdefault(code, []).append((row.values, row.geometry))
    return units


def _files(place: Path, pattern: str) -> Iterator[Path]:
    if place.is_dir():
        yield from sorted(place.glob(pattern))
    elif place.match(pattern):
        yield place


def _outlined(
    rows: Iterator[Row],
    outlines: Outlines,
    members: Mapping[str, Sequence[Mapping[str, Any]]],
    units: Mapping[str, _Units],
) -> Iterator[Row]:
    for row in rows:
        own = members.get(str(row.values.get("region_id", "")), ())
        drawn, missing = _drawn(own, outlines, units)
        outline = dissolved(list(drawn.values()), outlines.gap_m) if drawn else None
        credits = "; ".join(units[source].file.credit for source in drawn)
        count = sum(len(shapes) for shapes in drawn.values())
        values = {
            **row.values,
            "members": [_member(member) for member in own],
            "countries": sorted({str(member["country"]) for member in own if member["country"]}),
            "geometry_source": credits,
            "boundary_statement": _statement(count, credits, missing) if drawn else {},
        }
        faults = tuple(_missing(member) for member in missing)
        yield replace(row, values=values, geometry=outline, faults=(*row.faults, *faults))


def _drawn(
    members: Sequence[Mapping[str, Any]], outlines: Outlines, units: Mapping[str, _Units]
) -> tuple[dict[str, list[BaseGeometry]], list[Mapping[str, Any]]]:
    """Return the outlines of the members to draw by unit source, and members without a unit."""
    drawn: dict[str, list[BaseGeometry]] = {}
    missing = []
    for member in members:
        if member["role"] not in outlines.drawn_roles:
            continue
        source = str(member["unit_source"])
        outline = (
            units[source].outline(str(member["unit_code"]), str(member["unit_name"]))
            if source in units
            else None
        )
        if outline is None:
            missing.append(member)
        else:
            drawn.setdefault(source, []).append(outline)
    return drawn, missing


def _member(member: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": member["unit_code"],
        "name": member["unit_name"] or member["unit_code"],
        "country": member["country"],
        "role": member["role"],
        "unit_source": member["unit_source"],
        "source_url": member["source_url"],
    }


def _missing(member: Mapping[str, Any]) -> Fault:
    code = f"{member['unit_source']}: {member['unit_code']}"
    hint = "No file near by has this unit; the region is drawn without it, and says so."
    return Fault("REF_NOT_FOUND", "unit_code", code, hint, "warning")


def _statement(count: int, credit: str, missing: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    names = ", ".join(str(member["unit_name"]) for member in missing)
    return {
        lang: text.format(count=count, credit=credit)
        + (NOT_DRAWN[lang].format(names=names) if missing else "")
        for lang, text in STATEMENT.items()
    }

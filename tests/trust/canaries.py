"""What nobody without rights may read anywhere, in every form in which bytes could hold it."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import unquote_plus

import mapbox_vector_tile
import pyarrow.parquet as pq
from pmtiles.reader import MemorySource, all_tiles
from pyproj import Transformer

from tests.trust.registers import (
    CANARY,
    GHOST,
    HIDDEN,
    HIDDEN_AT,
    IMATRA,
    LAPPEENRANTA,
    PERSON,
    SECRET_SOURCE,
    twins,
)

_METRES = Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True)
_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"
KNOWN = (GHOST.id, twins(IMATRA, LAPPEENRANTA).id)
"""Ids that are public all the same: a public pair names the city, and the script shows the pair."""
FORMS = ("<d", ">d", "<f", ">f")
"""How a number stands in WKB, in Arrow, in an R*Tree and in SQLite's own cells."""


def canaries() -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each: words, ids, and places as text, numbers, metres, geohash."""
    for word in (CANARY, PERSON, SECRET_SOURCE.id):
        for form in (word, word.lower(), word.upper()):
            yield word, form.encode()
            yield word, form.encode("utf-16-le")
    for one in (one for one in HIDDEN if one.id not in KNOWN):
        yield f"id of {one.record_id}", one.id.encode()
        yield f"id of {one.record_id}", bytes.fromhex(one.id.replace("-", ""))
    for lng, lat in HIDDEN_AT:
        yield from _place(lng, lat)


def _place(lng: float, lat: float) -> Iterator[tuple[str, bytes]]:
    name = f"place {lng}, {lat}"
    for number in (lng, lat, *_METRES.transform(lng, lat)):
        # To about a metre: what is rounded or goes on with other digits is found as well.
        yield name, f"{number:.7f}"[: f"{number:.7f}".index(".") + 6].encode()
        for form in FORMS:
            yield name, struct.pack(form, number)
    yield name, _geohash(lng, lat).encode()


def _geohash(lng: float, lat: float, letters: int = 8) -> str:
    """Return the name of a cell of some 20 to 40 metres."""
    spans, bits = [[-180.0, 180.0], [-90.0, 90.0]], []
    for step in range(letters * 5):
        span, value = spans[step % 2], (lng, lat)[step % 2]
        middle = sum(span) / 2
        bits.append(value >= middle)
        span[0 if value >= middle else 1] = middle
    fives = (bits[n : n + 5] for n in range(0, len(bits), 5))
    return "".join(_BASE32[int("".join("01"[bit] for bit in five), 2)] for five in fives)


def _unzipped(body: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as folder:
        for name in folder.namelist():
            yield name.encode()
            yield folder.read(name)


def _table(body: bytes) -> Iterator[bytes]:
    table = pq.read_table(io.BytesIO(body))
    yield json.dumps(table.to_pydict(), default=str, ensure_ascii=False).encode()
    for value in table.column("geometry").to_pylist() if "geometry" in table.column_names else ():
        yield value or b""


def _tile(body: bytes) -> Iterator[bytes]:
    yield json.dumps(mapbox_vector_tile.decode(body), ensure_ascii=False).encode() if body else b""


def _archive(body: bytes) -> Iterator[bytes]:
    for _, tile in all_tiles(MemorySource(body)):
        yield from opened(tile)


OPENED: Mapping[bytes, Callable[[bytes], Iterable[bytes]]] = {
    b"\x1f\x8b": lambda body: opened(gzip.decompress(body)),
    b"PK\x03\x04": _unzipped,
    b"PAR1": _table,
    b"PMTiles": _archive,
    b"\x1a": _tile,
}
"""How bytes begin whose contents do not lie open."""


def opened(body: bytes) -> Iterator[bytes]:
    """Yield some bytes, and what they hold packed."""
    yield body
    for start, contents in OPENED.items():
        if body.startswith(start):
            yield from contents(body)


def _without_published(part: bytes) -> bytes:
    for name in PUBLISHED:
        part = part.replace(name, b"")
    return part


def found_in(body: bytes, asked: str = "") -> list[str]:
    """Return the canaries in some bytes, but those that the question itself held."""
    told = unquote_plus(asked).casefold()
    return [
        name
        for part in map(_without_published, opened(body))
        for name, canary in CANARIES
        if canary in part and canary.decode("latin-1").casefold() not in told
    ]


_PAIR = f"Imatra – {GHOST.record_id}"
PUBLISHED = tuple(
    form.encode() for name in (_PAIR, _PAIR.casefold()) for form in (name, json.dumps(name)[1:-1])
)
"""What a public record is called, though a hidden one is called so, too."""
CANARIES = tuple(dict.fromkeys(canaries()))

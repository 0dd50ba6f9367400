"""The reader of CQL2 text: recursive descent over tokens, each of which is looked at once.

The grammar is that of OGC 21-065r2. Reading is linear in the length of the text, so that no
filter can keep a worker busy before it is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from layers.cql2.raw import (
    Box,
    Geometry,
    Instant,
    Items,
    Limits,
    Name,
    Op,
    Raw,
    Span,
    Value,
    refused,
    require_short,
)
from layers.cql2.tokens import Token, tokens

COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_TRUTHS = {"TRUE": True, "FALSE": False}
_KEYWORDS = frozenset({"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "DIV"})
_NESTING: Mapping[str, tuple[str, int]] = {
    "POINT": ("Point", 0),
    "LINESTRING": ("LineString", 1),
    "POLYGON": ("Polygon", 2),
    "MULTIPOINT": ("MultiPoint", 1),
    "MULTILINESTRING": ("MultiLineString", 2),
    "MULTIPOLYGON": ("MultiPolygon", 3),
}
"""Word of WKT → type of GeoJSON, and how deep its coordinates lie in lists."""


def read_text(text: str) -> Raw:
    """Return what a filter in CQL2 text says.

    Raises:
        ParameterInvalid: It cannot be read, or is too long, too deep or too wide.
    """
    require_short(text)
    reader = _Reader(tokens(text))
    said = reader.either()
    reader.end()
    return said


class _Reader:
    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens, self._place = found, 0
        self._limits = Limits()

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _next(self) -> Token:
        token = self._now
        self._place += 1
        return token

    def _takes(self, *keys: str) -> str:
        """Go past the token and return its key when it is one of these; else return ""."""
        if self._now.key in keys:
            return self._next().key
        return ""

    def _must(self, key: str) -> None:
        if not self._takes(key):
            raise self._unexpected(f"expected {key}")

    def _unexpected(self, expected: str) -> Exception:
        found = self._now.text or "the end"
        return refused(self._now.at, found, f"{expected}, found {found!r}.")

    def _follows(self, key: str) -> bool:
        """Tell whether a sign comes after the present token, which is then not the end."""
        return self._tokens[self._place + 1].key == key

    def end(self) -> None:
        if self._now.kind != "end":
            raise self._unexpected("expected AND, OR, an operator or the end")

    def either(self) -> Raw:
        return self._chain("OR", self._both)

    def _both(self) -> Raw:
        return self._chain("AND", self._factor)

    def _chain(self, word: str, part: Callable[[], Raw]) -> Raw:
        parts, at = [part()], self._now.at
        while self._takes(word):
            parts.append(part())
        return Op(word.lower(), tuple(parts), at) if len(parts) > 1 else parts[0]

    def _factor(self) -> Raw:
        at = self._now.at
        if not self._takes("NOT"):
            return self._predicate()
        self._limits.deeper(at)
        said = Op("not", (self._factor(),), at)
        self._limits.back()
        return said

    def _predicate(self) -> Raw:
        left, at = self._sum(), self._now.at
        if self._now.key in COMPARISONS:
            return Op(self._next().key, (left, self._sum()), at)
        if self._takes("IS"):
            negated = self._takes("NOT")
            self._must("NULL")
            return _perhaps_not(negated, Op("isnull", (left,), at))
        negated = self._takes("NOT")
        word = self._takes("LIKE", "BETWEEN", "IN")
        if word:
            return _perhaps_not(negated, _CONDITIONS[word](self, left, at))
        if negated:
            raise self._unexpected("expected LIKE, BETWEEN or IN")
        return left

    def like(self, left: Raw, at: str) -> Op:
        return Op("like", (left, self._sum()), at)

    def between(self, left: Raw, at: str) -> Op:
        low = self._sum()
        self._must("AND")
        return Op("between", (left, low, self._sum()), at)

    def among(self, left: Raw, at: str) -> Op:
        here = self._now.at
        self._must("(")
        return Op("in", (left, Items(self._list(self.either), here)), at)

    def _sum(self) -> Raw:
        return self._operators(("+", "-"), self._product)

    def _product(self) -> Raw:
        return self._operators(("*", "/", "%", "DIV"), self._power)

    def _operators(self, signs: tuple[str, ...], part: Callable[[], Raw]) -> Raw:
        said, at, levels = part(), self._now.at, 0
        while sign := self._takes(*signs):
            # Each sum is an argument of the next: as deep as parentheses would make it.
            self._limits.deeper(at)
            said, at, levels = Op(sign.lower(), (said, part()), at), self._now.at, levels + 1
        self._limits.back(levels)
        return said

    def _power(self) -> Raw:
        at = self._now.at
        if self._takes("-"):
            self._limits.deeper(at)
            said = self._power()
            self._limits.back()
            if isinstance(said, Value) and _is_number(said.value):
                return Value(-said.value, at)  # type: ignore[operator]
            return Op("*", (Value(-1, at), said), at)
        base, at = self._operand(), self._now.at
        if not self._takes("^"):
            return base
        self._limits.deeper(at)
        said = Op("^", (base, self._power()), at)
        self._limits.back()
        return said

    def _operand(self) -> Raw:
        token = self._now
        if self._takes("("):
            return self._parenthesis(token.at)
        if token.kind == "word" and self._follows("(") and token.key not in _KEYWORDS:
            return self._call()
        if token.kind == "word" and self._follows_a_z(token.key):
            return self._shape()
        return self._single()

    def _follows_a_z(self, word: str) -> bool:
        """Tell whether a geometry with heights begins here: `POINT Z (`."""
        return word in _NESTING and self._follows("Z")

    def _single(self) -> Raw:
        token = self._now
        self._limits.operand(token.at)
        if token.kind == "word":
            if token.key in _KEYWORDS:
                raise self._unexpected("expected a property, a value or a function")
            self._next()
            if token.key in _TRUTHS:
                return Value(_TRUTHS[token.key], token.at)
            return Name(token.text, token.at)
        make = _SINGLES.get(token.kind)
        if make is None:
            raise self._unexpected("expected a property, a value or a function")
        return make(self._next())

    def _parenthesis(self, at: str) -> Raw:
        """Return what stands in parentheses: one expression, or the items of an array."""
        if self._takes(")"):
            return Items((), at)
        items = self._list(self.either)
        return Items(items, at) if len(items) > 1 else items[0]

    def _list(self, part: Callable[[], Any]) -> tuple[Any, ...]:
        """Return what stands between an opened parenthesis and its end, by commas."""
        self._limits.deeper(self._now.at)
        items = [part()]
        while self._takes(","):
            items.append(part())
        self._must(")")
        self._limits.back()
        return tuple(items)

    def _call(self) -> Raw:
        token = self._now
        if token.key in _NESTING or token.key == "GEOMETRYCOLLECTION":
            return self._shape()
        self._next()
        self._must("(")
        if token.key in _LITERALS:
            self._limits.operand(token.at)
            return _LITERALS[token.key](self, token.at)
        args = () if self._takes(")") else self._list(self.either)
        return Op(token.text.lower(), args, token.at)

    def date(self, at: str) -> Raw:
        return Instant("date", self._only_text(), at)

    def timestamp(self, at: str) -> Raw:
        return Instant("timestamp", self._only_text(), at)

    def _only_text(self) -> str:
        [text] = self._sized("a text in quotes", self._list(self._text), (1,))
        return str(text)

    def _text(self) -> str:
        if self._now.kind != "text":
            raise self._unexpected("expected a text in quotes")
        return self._next().text

    def span(self, at: str) -> Raw:
        return Span(self._sized("two ends", self._list(self._span_end), (2,)), at)

    def _span_end(self) -> str | Name:
        token = self._now
        if token.kind == "text":
            return self._next().text
        if token.kind == "word" and self._follows("("):
            said = self._call()
            if isinstance(said, Instant):
                return said.text
        elif token.kind in ("word", "name"):
            self._next()
            return Name(token.text, token.at)
        raise refused(token.at, token.text, "a date or timestamp in quotes, '..', or a property.")

    def box(self, at: str) -> Raw:
        numbers = self._list(self._number)
        return Box(self._sized("four numbers or six", numbers, (4, 6)), at)

    def _sized(self, what: str, items: tuple[Any, ...], sizes: tuple[int, ...]) -> tuple[Any, ...]:
        if len(items) not in sizes:
            raise refused(self._now.at, len(items), f"expected {what}.")
        return items

    def _number(self) -> float:
        sign = -1.0 if self._takes("-") else 1.0
        if self._now.kind != "number":
            raise self._unexpected("expected a number")
        return sign * float(number_of(self._next()))

    def _shape(self) -> Raw:
        at = self._now.at
        self._limits.operand(at)
        return Geometry(self._wkt(), at)

    def _wkt(self) -> dict[str, Any]:
        word = self._next().key
        if word == "GEOMETRYCOLLECTION":
            self._must("(")
            return {"type": "GeometryCollection", "geometries": self._list(self._wkt)}
        if word not in _NESTING:
            self._place -= 1
            raise self._unexpected("expected a geometry")
        self._takes("Z")
        kind, depth = _NESTING[word]
        self._must("(")
        return {"type": kind, "coordinates": self._coordinates(kind, depth)}

    def _coordinates(self, kind: str, depth: int) -> Any:
        """Return coordinates up to the parenthesis that closes them, which is open already."""
        if depth == 0:
            [position] = self._sized("one position", self._list(self._position), (1,))
            return position
        if depth > 1:
            return self._list(partial(self._inner, kind, depth - 1))
        return self._list(self._bare if kind == "MultiPoint" else self._position)

    def _inner(self, kind: str, depth: int) -> Any:
        self._must("(")
        return self._coordinates(kind, depth)

    def _bare(self) -> tuple[float, ...]:
        """Return a position that may stand in parentheses of its own."""
        wrapped = self._takes("(")
        position = self._position()
        if wrapped:
            self._must(")")
        return position

    def _position(self) -> tuple[float, ...]:
        numbers = []
        while self._now.kind == "number" or self._now.key == "-":
            numbers.append(self._number())
        return self._sized("a position of two numbers or three", tuple(numbers), (2, 3))


_CONDITIONS: Mapping[str, Callable[[_Reader, Raw, str], Op]] = {
    "LIKE": _Reader.like,
    "BETWEEN": _Reader.between,
    "IN": _Reader.among,
}
_LITERALS: Mapping[str, Callable[[_Reader, str], Raw]] = {
    "DATE": _Reader.date,
    "TIMESTAMP": _Reader.timestamp,
    "INTERVAL": _Reader.span,
    "BBOX": _Reader.box,
}


_SINGLES: Mapping[str, Callable[[Token], Raw]] = {
    "name": lambda token: Name(token.text, token.at),
    "text": lambda token: Value(token.text, token.at),
    "number": lambda token: Value(number_of(token), token.at),
}


def number_of(token: Token) -> int | float:
    """Return a number: whole ones exactly, however long.

    Raises:
        ParameterInvalid: It is beyond what a number can be.
    """
    if token.text.isascii() and token.text.isdigit():
        return int(token.text)
    value = float(token.text)
    if not math.isfinite(value):
        raise refused(token.at, token.text, "a number up to 1.7e308 is expected.")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _perhaps_not(negated: str, said: Op) -> Op:
    return Op("not", (said,), said.at) if negated else said

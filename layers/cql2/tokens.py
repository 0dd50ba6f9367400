"""CQL2 text, cut into words, names, texts, numbers and signs."""

from __future__ import annotations

import re
from typing import NamedTuple

from layers.cql2.raw import refused

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<text>'(?:''|\\'|[^'])*')
    | (?P<quoted>"(?:""|[^"])*")
    | (?P<word>[^\W\d][\w.:]*|:[\w.:]+)
    | (?P<sign><=|>=|<>|[=<>+\-*/%^(),])
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"''|\\'")


class Token(NamedTuple):
    """One piece of the text. Words are in upper case in `key`, for keywords know no case."""

    kind: str
    text: str
    """Names and texts without their quotes."""
    key: str
    at: str


def tokens(text: str) -> list[Token]:
    """Return the tokens of a filter, the last one an `end`; in one pass, without going back.

    Raises:
        ParameterInvalid: A character has no place in a filter, or a quote is not closed.
    """
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        at = f"character {place + 1}"
        if match is None:
            what = "a closing quote." if text[place] in "'\"" else "no such character."
            raise refused(at, text[place : place + 20], f"expected {what}")
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_token(kind, match[0], at))
        place = match.end()
    return [*found, Token("end", "", "", f"character {len(text) + 1}")]


def _token(kind: str, text: str, at: str) -> Token:
    if kind == "text":
        return Token(kind, _ESCAPED.sub("'", text[1:-1]), "", at)
    if kind == "quoted":
        return Token("name", text[1:-1].replace('""', '"'), "", at)
    return Token(kind, text, text.upper(), at)

"""Texts as filters compare them: without case, without accents, by a pattern."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

_STROKES = str.maketrans("øØđĐłŁħĦŧŦıɨƗ", "oOdDlLhHtTiiI")
"""Letters with a stroke, which Unicode does not take apart."""
MOST_WILDCARDS = 16
LONGEST_PATTERN = 256
_OUTER = 3
"""Parts of a pattern of letters with `%` at both ends."""


def casei(text: str) -> str:
    """Return a text without difference of case: full case folding of Unicode."""
    return text.casefold()


class _Plain(dict[int, str]):
    """What stands in place of each letter, learned as letters are met."""

    def __missing__(self, code: int) -> str:
        apart = unicodedata.normalize("NFD", chr(code))
        plain = "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")
        self[code] = unicodedata.normalize("NFC", plain).translate(_STROKES)
        return self[code]


_PLAIN = _Plain()


def accenti(text: str) -> str:
    """Return a text without the marks that stand on, under or through its letters."""
    return text if text.isascii() else text.translate(_PLAIN)


FOLDS: Mapping[str, Callable[[str], str]] = {"casei": casei, "accenti": accenti}


def like(text: str, pattern: str) -> bool:
    """Tell whether a text has the form of a pattern.

    Each part between two `%` is looked for once, from where the one before it ended, so that
    the work is bounded by the length of text times that of pattern.
    """
    first, *rest = _parts(pattern)
    if not rest:
        return len(text) == len(first) and _stands(text, 0, first)
    last = rest.pop()
    end = len(text) - len(last)
    if end < len(first) or not _stands(text, 0, first) or not _stands(text, end, last):
        return False
    place = len(first)
    for part in rest:
        found = _find(text, place, end, part)
        if found is None:
            return False
        place = found + len(part)
    return True


Part = tuple[str | None, ...]


@lru_cache(256)
def _parts(pattern: str) -> tuple[Part, ...]:
    """Return what stands between the `%`: letters, None for any one."""
    parts: list[list[str | None]] = [[]]
    letters = iter(pattern)
    for letter in letters:
        if letter == "%":
            parts.append([])
        elif letter == "\\":
            parts[-1].append(next(letters, letter))
        else:
            parts[-1].append(None if letter == "_" else letter)
    return tuple(map(tuple, parts))


def _stands(text: str, place: int, part: Part) -> bool:
    letters = text[place : place + len(part)]
    return all(letter in (None, found) for letter, found in zip(part, letters, strict=True))


def _find(text: str, start: int, end: int, part: Part) -> int | None:
    if None not in part:
        found = text.find("".join(letter or "" for letter in part), start, end)
        return None if found < 0 else found
    places = range(start, end - len(part) + 1)
    return next((place for place in places if _stands(text, place, part)), None)


class Form(NamedTuple):
    """What a pattern asks of a text first: a quick question that every match answers."""

    kind: str
    """`is`, `begins`, `ends` or `holds`."""
    letters: str
    whole: bool
    """Whether that is all it asks."""


def form_of(pattern: str) -> Form:
    """Return the quickest question of a pattern: its outer letters, else its longest ones."""
    parts = _parts(pattern)
    first, last = _until_any(parts[0]), _until_any(parts[-1][::-1])[::-1]
    if len(parts) == 1 and None not in parts[0]:
        return Form("is", first, whole=True)
    wild = any(None in part for part in parts)
    if first or last:
        kind, letters = ("begins", first) if first else ("ends", last)
        return Form(kind, letters, whole=not wild and len(parts) < _OUTER and not (first and last))
    runs = [run for part in parts for run in _runs(part)]
    longest = max(runs, key=len)
    if not longest:
        return Form("begins", "", whole=not wild)
    return Form("holds", longest, whole=not wild and len(parts) == _OUTER)


def _until_any(part: Part) -> str:
    return _runs(part)[0]


def _runs(part: Part) -> list[str]:
    """Return the letters of a part between those that may be any."""
    runs: list[list[str]] = [[]]
    for letter in part:
        if letter is None:
            runs.append([])
        else:
            runs[-1].append(letter)
    return ["".join(run) for run in runs]


def regex_of(pattern: str) -> str:
    """Return a regular expression of RE2 that matches just what `like` does."""
    forms = (
        "".join("." if letter is None else re.sub(r"([^\w\s])", r"\\\1", letter) for letter in part)
        for part in _parts(pattern)
    )
    return rf"(?s)\A{'.*'.join(forms)}\z"

"""Which value each feature of a tile has of each property, numbered and then told as tags.

Parts of the compiled loop in `kernel`; columns are read by their addresses, which `flat` keeps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import carray  # type: ignore[attr-defined]

from layers.tiles import flat
from layers.tiles.flat import Work
from layers.tiles.octets import Array, part, pointer

MANY = 1 << 40
"""An array whose length the loop need not know."""
NOT_TOLD = -1
_SMALL = 1024
"""Counts below that are told once, however many features have them; dictionaries up to that are
cleared before use."""


class Tags(NamedTuple):
    """Which value each feature has of each property."""

    found: Array
    """Number of the value among those of its property, -1 for none; shape (keys, features).
    When all are numbered: the tag itself, `NOT_TOLD` for none."""
    order: Array
    """For each property, its values: codes, rows or counts; shape (keys, features)."""
    sizes: Array
    """How many values each property adds to those of the layer."""
    numbers: Array
    """Number of each key in the layer, -1 where no feature has it."""
    bases: Array
    """Number of the first value of each property; all counts share one list."""
    widths: Array
    """Bytes of the tags of each feature."""


@part
def _number_codes(codes: Array, work: Work, alone: Array, tags: Tags, key: int) -> None:
    """Number the distinct codes of the features in the order in which they occur."""
    order, found, scratch, seen = tags.order[key], tags.found[key], work.scratch, 0
    cleared = work.columns[key, flat.SIZE] <= _SMALL
    if cleared:
        scratch[: work.columns[key, flat.SIZE]] = -1
    for feature in range(len(work.rows)):
        code = int(codes[work.rows[feature]])
        if code < 0 or not alone[feature]:
            continue
        at = int(scratch[code])
        # What nobody has written there is believed only if the list says the same.
        if at < 0 or not (cleared or (at < seen and order[at] == code)):
            at = seen
            scratch[code], order[at] = at, code
            seen += 1
        found[feature] = at
    tags.sizes[key] = seen


@part
def _number_texts(offsets: Array, work: Work, alone: Array, tags: Tags, key: int) -> None:
    """Number the rows that have a text: each has its own."""
    order, found, seen = tags.order[key], tags.found[key], 0
    for feature in range(len(work.rows)):
        row = work.rows[feature]
        if alone[feature] and offsets[row + 1] - offsets[row] > 1:
            found[feature], order[seen] = seen, row
            seen += 1
    tags.sizes[key] = seen


@part
def _number_rows(numbers: Array, work: Work, alone: Array, tags: Tags, key: int) -> None:
    """Number the rows that have a number, or an id: ids are there always."""
    order, found, seen = tags.order[key], tags.found[key], 0
    of_numbers = work.columns[key, flat.KIND] == flat.NUMBERS
    for feature in range(len(work.rows)):
        row = work.rows[feature]
        if alone[feature] and not (of_numbers and np.isnan(numbers[row])):
            found[feature], order[seen] = seen, row
            seen += 1
    tags.sizes[key] = seen


@part
def _number_values(work: Work, alone: Array, tags: Tags, key: int) -> None:
    column = work.columns[key]
    kind, width_, place = column[flat.KIND], column[flat.WIDTH], pointer(column[flat.DATA])
    if kind == flat.TERMS:
        if width_ == 1:
            _number_codes(carray(place, (MANY,), np.int8), work, alone, tags, key)
        elif width_ == 2:
            _number_codes(carray(place, (MANY,), np.int16), work, alone, tags, key)
        else:
            _number_codes(carray(place, (MANY,), np.int32), work, alone, tags, key)
    elif kind == flat.TEXTS:
        offsets = pointer(column[flat.OFFSETS])
        if column[flat.OFFSET_WIDTH] == 4:
            _number_texts(carray(offsets, (MANY,), np.int32), work, alone, tags, key)
        else:
            _number_texts(carray(offsets, (MANY,), np.int64), work, alone, tags, key)
    else:
        _number_rows(carray(place, (MANY,), np.float64), work, alone, tags, key)


@part
def _number_counts(work: Work, tags: Tags, totals: Array) -> None:
    """Number the counts of what stands for several; small ones that are equal share a value."""
    first = len(work.columns)
    known, seen = np.full(_SMALL, -1, np.int32), 0
    values = tags.order[first:].reshape(-1)
    for feature in range(len(work.rows)):
        if totals[feature] < 2:
            continue
        for nth in range(len(work.groups) + 1):
            count = work.counts[feature, work.groups[nth - 1]] if nth else totals[feature]
            if count <= 0:
                continue
            at = int(known[count]) if count < _SMALL else -1
            if at < 0:
                at = seen
                values[at] = count
                seen += 1
                if count < _SMALL:
                    known[count] = at
            tags.found[first + nth, feature] = at
            tags.numbers[first + nth] = 0
    tags.sizes[first] = seen


@part
def number_all(work: Work, totals: Array) -> Tags:
    """Number the values of all properties, and the keys of those that are told."""
    features, columns = len(work.rows), len(work.columns)
    keys = len(work.key_ends) - 1
    tags = Tags(
        np.full((keys, features), -1, np.int32),
        np.empty((keys, features), np.int32),
        np.zeros(keys, np.int64),
        np.full(keys, -1, np.int64),
        np.zeros(keys, np.int64),
        np.zeros(features, np.int64),
    )
    everyone = np.ones(features, np.bool_)
    alone = totals == 1
    for key in range(columns):
        _number_values(work, alone if work.columns[key, flat.DETAIL] else everyone, tags, key)
        if tags.sizes[key]:
            tags.numbers[key] = 0
    if keys > columns:
        _number_counts(work, tags, totals)
    told = 0
    for key in range(keys):
        if tags.numbers[key] == 0:
            tags.numbers[key] = told
            told += 1
    return tags


@part
def tell(tags: Tags, columns: int) -> None:
    """Make tags of the numbers, and count the bytes of each feature's.

    A tag is the number of its key and that of its value as a varint, which takes three bytes at
    most: a tile has no room for more values.
    """
    keys, features = tags.found.shape
    for key in range(keys):
        if key:
            tags.bases[key] = tags.bases[key - 1] + (tags.sizes[key - 1] if key <= columns else 0)
        if tags.numbers[key] < 0:
            continue
        said, base, found = int(tags.numbers[key]), int(tags.bases[key]), tags.found[key]
        for feature in range(features):
            if found[feature] < 0:
                continue
            number = base + int(found[feature])
            low, middle = number & 0x7F, number >> 7 & 0x7F
            if number < 1 << 7:
                found[feature] = said | low << 8
                tags.widths[feature] += 2
            elif number < 1 << 14:
                found[feature] = said | (low | 0x80) << 8 | middle << 16
                tags.widths[feature] += 3
            else:
                high = number >> 14
                found[feature] = said | (low | 0x80) << 8 | (middle | 0x80) << 16 | high << 24
                tags.widths[feature] += 4

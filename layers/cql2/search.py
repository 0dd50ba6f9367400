"""Letters inside texts: looked for in all texts end to end, by their rarest bytes first.

Arrow looks into one text after another, and takes 1.6 ns a byte for it. Here two bytes of the
letters are compared with a block of texts at once, a twentieth of a nanosecond each; places at
which both stand are few as a rule, and only these are compared with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.columns import Mask
from layers.cql2 import budget
from layers.cql2.arrow import bools

ROWS = 16_384
"""Texts of a block: they stay in the processor's cache."""
FEW = 2_048
"""So many texts are left to Arrow."""
CROWDED = 0.4
"""With so many places a text, it is quicker to compare all bytes of the block once more."""
SAMPLED = 32
"""Of so many bytes of the first block one is counted, to know which are rare."""
Octets = NDArray[np.uint8]
Offsets = NDArray[np.int32]
Spend = Callable[[float], None]


def holding(texts: pa.Array | pa.ChunkedArray, letters: str, spend: Spend) -> Mask:
    """Return which texts hold some letters, one at least; a null does not.

    Args:
        texts: In UTF-8.
        letters: What is looked for.
        spend: Takes the nanoseconds that are about to be used.
    """
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    return np.concatenate([np.empty(0, bool), *(_of_chunk(one, letters, spend) for one in chunks)])


def _of_chunk(texts: pa.Array, letters: str, spend: Spend) -> Mask:
    if len(texts) < FEW:
        spend(budget.SOUGHT * len(texts))
        return _by_arrow(texts, letters)
    _, ends, octets = texts.buffers()
    offsets = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    blob = np.frombuffer(octets, np.uint8) if octets else np.empty(0, np.uint8)
    found, wanted = np.zeros(len(texts), bool), np.frombuffer(letters.encode(), np.uint8)
    order = _rarest_first(wanted, blob[offsets[0] : offsets[ROWS if len(texts) > ROWS else -1]])
    for start in range(0, len(texts), ROWS):
        ends = offsets[start : start + ROWS + 1]
        block = _Block(found[start : start + ROWS], blob[ends[0] : ends[-1]], ends - ends[0])
        _look(block, wanted, order, spend)
    return found


class _Block(NamedTuple):
    """Some texts, end to end."""

    into: Mask
    """What is to be said of them."""
    octets: Octets
    offsets: Offsets


def _look(block: _Block, wanted: Octets, order: list[int], spend: Spend) -> None:
    """Mark which texts of a block hold what is wanted."""
    many, octets, price = CROWDED * len(block.into), block.octets, budget.SCANNED_BYTE
    marks, places = np.ones(max(len(octets) - len(wanted) + 1, 0), bool), len(octets)
    while order and places > many:
        spend(price * len(octets))
        pair, order, price = order[:2], order[2:], budget.SCANNED_AGAIN
        for place in pair:
            marks &= octets[place : place + len(marks)] == wanted[place]
        places = int(np.count_nonzero(marks))
    if places > many:
        spend(budget.MARKED_BYTE * len(octets))
        _of_marks(block, marks, len(wanted))
    else:
        spend(budget.SPOTTED * places)
        _of_places(block, _matching(octets, wanted, order, marks), len(wanted))


def _by_arrow(texts: pa.Array, letters: str) -> Mask:
    values, known = bools(pc.match_substring(texts, letters))
    return values if known is None else values & known


def _rarest_first(wanted: Octets, sample: Octets) -> list[int]:
    """Return the places of bytes in what is wanted, the rarest in a sample of texts first."""
    counts = np.bincount(sample[::SAMPLED], minlength=256)[wanted]
    order: list[int] = np.argsort(counts, kind="stable").tolist()
    return order


def _matching(octets: Octets, wanted: Octets, order: list[int], marks: Mask) -> NDArray[np.intp]:
    """Return the marked places at which all that is wanted stands."""
    places = np.flatnonzero(marks)
    for place in order:
        if not len(places):
            break
        places = places[octets[places + place] == wanted[place]]
    return places


def _of_places(block: _Block, places: NDArray[np.intp], size: int) -> None:
    """Mark the texts in which something of this size stands at a place; none holds half of it."""
    rows = np.searchsorted(block.offsets, places, side="right") - 1
    block.into[rows[places + size <= block.offsets[rows + 1]]] = True


def _of_marks(block: _Block, marks: Mask, size: int) -> None:
    """Mark the texts that have a mark from which on there is room for something of this size."""
    starts, stops = block.offsets[:-1], block.offsets[1:] - (size - 1)
    roomy = np.flatnonzero(stops > starts)
    spans = np.column_stack([starts[roomy], stops[roomy]]).ravel()
    block.into[roomy] = np.logical_or.reduceat(np.append(marks, False), spans)[::2]

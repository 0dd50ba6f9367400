"""Filters as masks over the columns of a table, in the three-valued logic of SQL.

Truth is a byte: 0 false, 1 unknown, 2 true. So AND is the lower of two, OR the higher, and NOT
what is left to 2. What asks of one dictionary column alone is evaluated once for each of its
values, however many rows have it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.columns import Mask
from layers.cql2 import budget
from layers.cql2.arrow import bools, of_texts, scalar
from layers.cql2.filter import Filter
from layers.cql2.folding import OPERATORS, folds_of
from layers.cql2.frames import EXACT, AllRows, Frame, Numbers
from layers.cql2.functions import ARITHMETIC, FUNCTIONS
from layers.cql2.places import related
from layers.cql2.search import holding
from layers.cql2.sets import RELATIONS, as_set
from layers.cql2.texts import form_of, regex_of
from layers.cql2.tree import (
    Always,
    Among,
    And,
    Arithmetic,
    Arrays,
    Call,
    Comparison,
    Given,
    Holds,
    Like,
    Literal,
    Missing,
    Moment,
    Not,
    Or,
    Place,
    Predicate,
    Property,
    Scalar,
    Spatial,
    Type,
    columns_of,
)
from layers.exports.arrow import of_numbers
from layers.table import LayerTable

FALSE, UNKNOWN, TRUE = 0, 1, 2
Truth: TypeAlias = NDArray[np.uint8]

_TEXT_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def filter_mask(table: LayerTable, asked: Filter) -> Mask:
    """Return for which rows a filter is true, shape (rows,); dead rows are not told from others."""
    mask: Mask = truth(asked.tree, AllRows(table)) == TRUE
    return mask


def truth(node: Predicate, frame: Frame) -> Truth:
    """Return how true a condition is for each row of a frame."""
    if isinstance(frame, AllRows) and (name := _dictionary(node, frame)) is not None:
        frame.spend(budget.LOOKED_UP)
        return truth(node, frame.distinct(name))[frame.codes(name)]
    return _TRUTHS[type(node)](node, frame)


def _dictionary(node: Predicate | Scalar, frame: AllRows) -> str | None:
    """Return the column when a node reads one alone, and that has a dictionary."""
    [name, *others] = columns_of(node) or [""]
    return name if not others and frame.has_dictionary(name) else None


def _always(node: Always, frame: Frame) -> Truth:
    return np.full(frame.size, TRUE if node.value else FALSE, np.uint8)


def _and(node: And, frame: Frame) -> Truth:
    return reduce(np.minimum, _each(And, node.parts, frame))


def _or(node: Or, frame: Frame) -> Truth:
    return reduce(np.maximum, _each(Or, node.parts, frame))


def _each(join: type[And] | type[Or], parts: Sequence[Predicate], frame: Frame) -> Sequence[Truth]:
    """Return the truth of each part; those of one dictionary column are joined before."""
    frame.spend(budget.JOINED * len(parts))
    if not isinstance(frame, AllRows):
        return [truth(part, frame) for part in parts]
    groups: dict[Any, list[Predicate]] = {}
    for place, part in enumerate(parts):
        column = _dictionary(part, frame)
        groups.setdefault(place if column is None else column, []).append(part)
    joined = (tuple(group) for group in groups.values())
    return [truth(group[0] if len(group) == 1 else join(group), frame) for group in joined]


def _not(node: Not, frame: Frame) -> Truth:
    answer: Truth = TRUE - truth(node.part, frame)
    return answer


def _given(node: Given, frame: Frame) -> Truth:
    frame.spend(budget.JOINED)
    known = truth(node.known, frame) == TRUE
    return np.where(known, truth(node.then, frame), np.uint8(UNKNOWN))


def _comparison(node: Comparison, frame: Frame) -> Truth:
    left, right = _value(node.left, frame), _value(node.right, frame)
    if isinstance(left, Numbers):
        frame.spend(budget.NUMBERED)
        return _number_truth(node.op, left, right)
    if isinstance(right, str):
        frame.spend(budget.COMPARED)
        right = scalar(right)
    else:
        frame.spend(budget.COMPARED_BOTH)
    return _of_arrow(_TEXT_OPERATORS[node.op](left, right))


def _number_truth(op: str, left: Numbers, right: Numbers | float) -> Truth:
    if isinstance(right, Numbers):
        missing = left.missing | right.missing
        with np.errstate(invalid="ignore"):  # of what is missing
            return _of_bools(OPERATORS[op](left.values, right.values), missing)
    if left.values.dtype == np.float64 and isinstance(right, int) and abs(right) > EXACT:
        return _of_bools(_exactly(op, left.values, right), left.missing)
    return _of_bools(OPERATORS[op](left.values, right), left.missing)


def _exactly(op: str, values: NDArray[np.float64], whole: int) -> NDArray[np.bool_]:
    """Compare floating-point numbers with a whole one that may lie between two of them."""
    near = float(whole)
    if int(near) == whole:
        compared: NDArray[np.bool_] = OPERATORS[op](values, near)
        return compared
    if op in ("=", "<>"):
        return np.full(len(values), op == "<>")
    # No value is equal, so what is on the near side of it is on the near side of its neighbour.
    below = op in ("<", "<=")
    includes = (near < whole) == below
    return np.asarray(OPERATORS[op[0] + ("=" if includes else "")](values, near))


def _among(node: Among, frame: Frame) -> Truth:
    of = _value(node.of, frame)
    if not isinstance(of, Numbers):
        frame.spend(budget.LISTED)
        found, _ = bools(pc.is_in(of, value_set=of_texts(map(str, node.values))))
        return _of_bools(found, _nulls(of))
    frame.spend(budget.NUMBERED * len(node.values))
    each = (_number_truth("=", of, value) for value in node.values)  # type: ignore[arg-type]
    return reduce(np.maximum, each)


def _like(node: Like, frame: Frame) -> Truth:
    texts, form = _value(node.of, frame), form_of(node.pattern)
    answer = _FORMS[form.kind](texts, form.letters, frame)
    if form.whole:
        return answer
    # What has the letters is few: only that is matched with all of the pattern.
    rows = np.flatnonzero(answer == TRUE)
    frame.budget.spend(budget.MATCHED, len(rows))
    matched = pc.match_substring_regex(texts.take(of_numbers(rows)), regex_of(node.pattern))
    answer[rows] = _of_arrow(matched)
    return answer


def _is(texts: Any, letters: str, frame: Frame) -> Truth:
    frame.spend(budget.COMPARED)
    return _of_arrow(pc.equal(texts, scalar(letters)))


def _begins(texts: Any, letters: str, frame: Frame) -> Truth:
    frame.spend(budget.COMPARED)
    return _of_arrow(pc.starts_with(texts, letters))


def _ends(texts: Any, letters: str, frame: Frame) -> Truth:
    frame.spend(budget.COMPARED)
    return _of_arrow(pc.ends_with(texts, letters))


def _holding(texts: Any, letters: str, frame: Frame) -> Truth:
    return _of_bools(holding(texts, letters, frame.budget.pay), _nulls(texts))


_FORMS: Mapping[str, Callable[[Any, str, Frame], Truth]] = {
    "is": _is,
    "begins": _begins,
    "ends": _ends,
    "holds": _holding,
}
"""What a pattern asks first → how it is asked."""


def _missing(node: Missing, frame: Frame) -> Truth:
    frame.spend(budget.MISSED)
    if isinstance(node.of, Place):
        assert isinstance(frame, AllRows)  # noqa: S101  a place is no column with a dictionary
        return _of_bools(np.isnan(frame.table.lnglats()[:, 0]))
    if isinstance(node.of, Property):
        return _of_bools(frame.missing(node.of.column))
    value = _value(node.of, frame)
    if isinstance(value, Numbers):
        return _of_bools(value.missing)
    missing = _nulls(value)
    return _of_bools(np.zeros(frame.size, bool) if missing is None else missing)


def _holds(node: Holds, frame: Frame) -> Truth:
    values, missing = frame.numbers(node.of.column)
    return _of_bools(values != 0, missing)


def _spatial(node: Spatial, frame: Frame) -> Truth:
    assert isinstance(frame, AllRows)  # noqa: S101  a place is no column with a dictionary
    table = frame.table
    return _of_bools(related(node, table, frame.budget), np.isnan(table.lnglats()[:, 0]))


def _arrays(node: Arrays, frame: Frame) -> Truth:
    held = frame.objects(node.of.column)
    test, wanted = RELATIONS[node.relation], as_set(node.values)
    answer = [one is not None and test(as_set(one), wanted) for one in held.tolist()]
    return _of_bools(np.array(answer, bool), held == None)  # noqa: E711


def _of_bools(holds: Any, missing: NDArray[np.bool_] | None = None) -> Truth:
    answer: Truth = np.asarray(holds, bool).astype(np.uint8)
    answer <<= 1
    if missing is not None:
        answer *= (~missing).view(np.uint8)
        answer += missing.view(np.uint8)  # UNKNOWN
    return answer


def _of_arrow(holds: Any) -> Truth:
    """Return the truth of what Arrow has compared; null is unknown."""
    values, known = bools(holds)
    return _of_bools(values, None if known is None else ~known)


def _nulls(texts: Any) -> NDArray[np.bool_] | None:
    return bools(pc.is_null(texts))[0] if texts.null_count else None


def _value(node: Scalar, frame: Frame) -> Any:
    """Return an expression's values: Numbers, texts of Arrow; or that of a literal itself."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Property):
        if node.type is Type.TEXT:
            return frame.texts(node.column, ())
        return frame.numbers(node.column)
    if isinstance(node, Moment):
        return _moments(node, frame)
    if isinstance(node, Arithmetic):
        return _computed(node, frame)
    return _called(node, frame)


def _moments(node: Moment, frame: Frame) -> Numbers:
    values, missing = frame.moments(node.column, node.reading, node.side)
    if node.missing is None:
        return Numbers(values, missing)
    return Numbers(np.where(missing, node.missing, values), np.zeros(len(values), bool))


def _computed(node: Arithmetic, frame: Frame) -> Numbers:
    if isinstance(frame, AllRows) and (name := _dictionary(node, frame)) is not None:
        frame.spend(budget.NUMBERED)
        values, none = _computed(node, frame.distinct(name))
        return Numbers(values[frame.codes(name)], none[frame.codes(name)])
    frame.spend(budget.COMPUTED.get(node.op, budget.NUMBERED))
    sides = [_value(side, frame) for side in (node.left, node.right)]
    with np.errstate(all="ignore"):
        result = ARITHMETIC[node.op](*map(_floats, sides))
    missing = ~np.isfinite(result)
    for side in sides:
        if isinstance(side, Numbers):
            missing |= side.missing
    return Numbers(result, missing)


def _floats(side: Any) -> Any:
    if not isinstance(side, Numbers):
        return float(side)
    return side.values.astype(np.float64, copy=False)


def _called(node: Call, frame: Frame) -> Any:
    of, folds = folds_of(node)
    if folds:
        assert isinstance(of, Property)  # noqa: S101  texts are properties, or folded already
        return frame.texts(of.column, folds)
    values, missing = _value(node.of, frame)
    return Numbers(FUNCTIONS[node.function].of(values), missing)


_TRUTHS: Mapping[type[Any], Callable[[Any, Frame], Truth]] = {
    Always: _always,
    And: _and,
    Or: _or,
    Not: _not,
    Given: _given,
    Comparison: _comparison,
    Among: _among,
    Like: _like,
    Missing: _missing,
    Holds: _holds,
    Spatial: _spatial,
    Arrays: _arrays,
}

"""The status of each pair as a column: JSON in flat memory, an object when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from geomap.status import PairStatus
from geomap.status.reasons import Reason, Value
from geomap.status.vitality import Vitality
from geomap.when import Span, parse_edtf
from layers.columns import Mask, Rows, Test, Texts, numbered
from layers.tiles.values import Terms


class Statuses:
    """A column of `PairStatus`, which no tile carries and no filter asks for."""

    def __init__(self, texts: Texts | None = None) -> None:
        self.texts = texts or Texts.empty()

    def __len__(self) -> int:
        return len(self.texts)

    def grown(self, values: Sequence[PairStatus]) -> Statuses:
        """See `Column`."""
        # Thousands of pairs, those with nothing on record, share one object.
        told = {id(value): _told(value) for value in {id(one): one for one in values}.values()}
        return Statuses(self.texts.joined([told[id(value)] for value in values]))

    def taken(self, rows: Rows) -> Statuses:
        """See `Column`."""
        return Statuses(self.texts.taken(rows))

    def objects(self, rows: Rows | Mask | slice) -> npt.NDArray[np.object_]:
        """See `Column`."""
        numbers = numbered(rows, len(self))
        statuses = np.empty(len(numbers), object)
        statuses[:] = [self.value(row) for row in numbers.tolist()]
        return statuses

    def value(self, row: int) -> PairStatus:
        """See `Column`."""
        return _read(self.texts.entry(row))

    def mask(self, test: Test, *, missing: bool) -> Mask:
        """See `Column`; each row has a status."""
        return np.asarray(test(self.objects(slice(None))), bool)

    def source(self) -> Terms:
        """Return a column without a value."""
        return Terms(np.full(len(self), -1, np.int8), np.empty(0, np.uint8), np.zeros(1, np.int32))


def _told(status: PairStatus) -> bytes:
    reasons = [
        [one.message, {name: _value_told(value) for name, value in one.values.items()}, one.refs]
        for one in status.because
    ]
    vitality = status.vitality and astuple(status.vitality)
    days = status.as_of, status.last_activity_on
    said = status.status, status.rule_version, status.confidence, status.hint
    return orjson.dumps([said, days, reasons, vitality])


def _value_told(value: Value) -> Any:
    if isinstance(value, Span):
        return {"edtf": value.edtf}
    return {"names": value} if isinstance(value, Mapping) else value


@lru_cache(maxsize=1024)
def _read(text: bytes) -> PairStatus:
    (status, rule_version, confidence, hint), days, reasons, vitality = orjson.loads(text)
    as_of, last = (day and date.fromisoformat(day) for day in days)
    return PairStatus(
        status=status,
        as_of=as_of,
        rule_version=rule_version,
        because=tuple(
            Reason(message, {name: _value_read(value) for name, value in values.items()}, (*refs,))
            for message, values, refs in reasons
        ),
        last_activity_on=last,
        vitality=vitality and Vitality(*vitality),
        confidence=confidence,
        hint=hint,
    )


def _value_read(value: Any) -> Value:
    if isinstance(value, dict):
        read: Value = parse_edtf(value["edtf"]) if "edtf" in value else value["names"]
        return read
    return tuple(value) if isinstance(value, list) else value

"""The distinct values of a column, and the code of each."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, overload


class Kept(Protocol):
    """Texts that stand sorted in a file."""

    def __len__(self) -> int: ...

    def __getitem__(self, code: int) -> str: ...

    def __iter__(self) -> Iterator[str]: ...


class Dictionary(Sequence[Any]):
    """Values by code. It only ever grows, so columns that follow one another share one.

    A large one begins with texts that stay in their file: no worker makes objects of them all.
    """

    def __init__(self, values: Iterable[Any] = (), kept: Kept | None = None) -> None:
        self._kept, self._first = kept, len(kept) if kept else 0
        self._added = [*values]
        self._codes = {value: self._first + at for at, value in enumerate(self._added)}

    def __len__(self) -> int:
        return self._first + len(self._added)

    @overload
    def __getitem__(self, code: int) -> Any: ...

    @overload
    def __getitem__(self, code: slice) -> list[Any]: ...

    def __getitem__(self, code: int | slice) -> Any:
        """Return the value of a code."""
        if isinstance(code, slice):
            return [self[one] for one in range(len(self))[code]]
        if self._kept is not None and 0 <= code < self._first:
            return self._kept[code]
        return self._added[code - self._first if code >= 0 else code]

    def __iter__(self) -> Iterator[Any]:
        yield from self._kept or ()
        yield from self._added

    def code(self, value: Any) -> int:
        """Return the code of a value, a new one for what is new; -1 for None."""
        if value is None:
            return -1
        code = self._codes.get(value)
        if code is None:
            code = self._sought(value)
        if code is None:
            code = self._codes[value] = len(self)
            self._added.append(value)
        return code

    def _sought(self, value: Any) -> int | None:
        if self._kept is None or not isinstance(value, str):
            return None
        at = bisect.bisect_left(range(self._first), value, key=self._kept.__getitem__)
        return at if at < self._first and self._kept[at] == value else None

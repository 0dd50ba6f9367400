"""The rows of a layer that no longer change, and the indices over them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from layers.content import Content, ranks_of

Built = TypeVar("Built")
Prepared = Mapping[Hashable, Callable[[], Any]]


class Base:
    """Rows that no longer change, and the indices over them."""

    def __init__(self, content: Content, prepared: Prepared | None = None) -> None:
        """Keep the rows.

        Args:
            content: The rows, in Morton order where they are to be drawn fast.
            prepared: How what was built of them before is opened, by its key.
        """
        self.content, self.count = content, len(content)
        self._lock = threading.RLock()
        self._prepared = prepared or {}
        self._built: dict[Hashable, Any] = {}

    def cached(self, key: Hashable, build: Callable[[], Built]) -> Built:
        """Return what `build` makes for this key, once for the life of the base."""
        if key in self._built:  # what is there stays there
            there: Built = self._built[key]
            return there
        with self._lock:
            if key not in self._built:
                self._built[key] = self._prepared.get(key, build)()
            built: Built = self._built[key]
            return built

    def prepared(self, key: str) -> Any:
        """Return what a segment holds under this key, None where there is no such thing."""
        return self.cached(key, self._prepared[key]) if key in self._prepared else None

    @property
    def in_order(self) -> bool:
        """Whether the rows stand in Morton order."""
        keys = self.content.keys.values
        return self.cached("in_order", lambda: bool((keys[1:] >= keys[:-1]).all()))

    @property
    def by_id(self) -> NDArray[np.int32]:
        """Rows in the order of their ids."""
        keys = self.content.ids.keys
        return self.cached("by_id", lambda: np.argsort(keys, kind="stable").astype(np.int32))

    @property
    def by_rank(self) -> NDArray[np.int32]:
        """Rows, the best-ranked first; of equals the one with the lower id."""

        def build() -> NDArray[np.int32]:
            ranks = ranks_of(self.content)[self.by_id]
            return self.by_id[np.argsort(-ranks, kind="stable")]

        return self.cached("by_rank", build)

    @property
    def standing(self) -> NDArray[np.int32]:
        """The place of each row in `by_rank`."""

        def build() -> NDArray[np.int32]:
            standing = np.empty(self.count, np.int32)
            standing[self.by_rank] = np.arange(self.count, dtype=np.int32)
            return standing

        return self.cached("standing", build)

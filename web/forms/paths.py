"""Names of inputs. `names[0].lang` is the input, the fault's column and the place in the record.

Faults of a record name their place by the same path, so that each stands beside its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

MOST_INPUTS = 5_000
MOST_ITEMS = 500
"""Members of a list that a form may have; longer ones are imports."""

_STEP = re.compile(r"\.?([A-Za-z_][\w-]*)|\[(\d{1,3})\]", re.ASCII)


def tree_of(posted: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return what was typed as a record: objects and lists, all leaves text.

    Args:
        posted: Name and value of each input. Of inputs of one name all values are kept, as a
            list; names that are no path, or lead through one another, are left out.
    """
    tree: dict[str, Any] = {}
    for number, (name, value) in enumerate(posted):
        steps = steps_of(name)
        if steps and number < MOST_INPUTS:
            _put(tree, steps, value)
    closed: dict[str, Any] = _closed(tree)
    return closed


def steps_of(name: str) -> list[str | int]:
    """Return the steps of a path, `a[0].b` as `["a", 0, "b"]`; empty where it is none."""
    steps: list[str | int] = []
    at = 0
    while at < len(name):
        found = _STEP.match(name, at)
        if found is None:
            return []
        steps.append(found[1] if found[1] is not None else int(found[2]))
        at = found.end()
    return steps if steps and isinstance(steps[0], str) else []


def _put(tree: dict[str | int, Any] | dict[str, Any], steps: list[str | int], value: str) -> None:
    here: Any = tree
    for step in steps[:-1]:
        here = here.setdefault(step, {})
        if not isinstance(here, dict):
            return
    last = steps[-1]
    if isinstance(here.get(last), dict):
        return
    here.setdefault(last, []).append(value)


def _closed(node: Any) -> Any:
    """Return a node with numbered members as lists and single texts as themselves."""
    if isinstance(node, list):
        return node[0] if len(node) == 1 else node
    if node and all(isinstance(step, int) for step in node):
        return [_closed(node[step]) for step in sorted(node)[:MOST_ITEMS]]
    return {str(step): _closed(member) for step, member in node.items()}

"""SQL statements, one in each file of `sql/<engine>/`, by the names of the files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def statements(engine: str) -> Mapping[str, str]:
    """Return all statements of an engine by name."""
    return {
        file.name.removesuffix(".sql"): file.read_text("utf-8")
        for file in (files("layers.store") / "sql" / engine).iterdir()
        if file.name.endswith(".sql")
    }


@cache
def migrations(engine: str) -> tuple[str, ...]:
    """Return the migration scripts of an engine in order; the first one is number 1.

    Raises:
        ValueError: The numbers of the files are not 1, 2, 3 ….
    """
    scripts = sorted(
        (file.name, file.read_text("utf-8"))
        for file in (files("layers.store") / "sql" / engine / "migrations").iterdir()
        if file.name.endswith(".sql")
    )
    numbers = [int(name.partition("_")[0]) for name, _ in scripts]
    if numbers != list(range(1, len(scripts) + 1)):
        raise ValueError(f"Migrations of {engine} are numbered {numbers}.")
    return tuple(script for _, script in scripts)

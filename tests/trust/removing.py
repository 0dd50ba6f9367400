"""Takes one guard out of the code while it is loaded: the tests that stand for it must notice.

`python -m pytest -p tests.trust.removing` with GEOMAP_REMOVE=`<number>` runs tests without the
guard of that number; `guards()` lists them all. No file is changed.
"""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
GUARDED = ("api", "web", "geomap/access.py")
"""Where guards stand."""
REFUSING = frozenset(
    {
        "require",
        "require_own_origin",
        "require_right",
        "require_right_to_restore",
        "require_right_to_suggest",
        "check_conditions",
    }
)
"""What raises where something is not allowed: it is left out."""
TELLING = frozenset({"may", "may_somewhere", "may_review", "may_restore", "_may", "see"})
"""What tells whether something is allowed: it always is."""
SCOPES = frozenset({"actor.scope.holds", "actor.limit.holds"})
"""What tells whether a record lies within a border: it always does."""
FOUND = "record"
"""What finds a record to which an actor may do something: everyone may do it who may read."""
REACHING = "Right"
"""A line of the table of rights that ends at a border: it reaches everywhere."""


class Guard(NamedTuple):
    """One place in the code where something is refused."""

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.text}"


def guards() -> list[Guard]:
    """Return all guards, in the order of files and lines."""
    return [guard for file in _files() for guard in _in(file)]


def _files() -> Iterator[Path]:
    for name in GUARDED:
        path = ROOT / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _in(path: Path) -> Iterator[Guard]:
    source = path.read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        if _is_guard(node):
            text = ast.unparse(node).replace("\n", " ")
            yield Guard(str(path.relative_to(ROOT)), node.lineno, node.col_offset, text[:90])


def _is_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and bool(_kind(node))


def _kind(call: ast.Call) -> str:
    name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
    arguments = [ast.unparse(one) for one in call.args]
    if name == FOUND:
        return FOUND if any("Action." in one for one in arguments) else ""
    if name == REACHING:
        return REACHING if arguments[-1:] == ["Where.OWN"] else ""
    known = name in REFUSING | TELLING or ast.unparse(call.func) in SCOPES
    return name if known else ""


class _Without(ast.NodeTransformer):
    """The code without the guard that stands at one place."""

    def __init__(self, guard: Guard) -> None:
        self.at = (guard.line, guard.column)
        self.done = False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        kind = _kind(node)
        if (node.lineno, node.col_offset) != self.at or not kind:
            return self.generic_visit(node)
        self.done = True
        if kind == FOUND:
            return _expression(
                f"{ast.unparse(node.func)}({ast.unparse(node.args[0])}, Action.READ)"
            )
        if kind == REACHING:
            *most, _ = map(ast.unparse, node.args)
            return _expression(f"Right({', '.join(most)}, Where.EVERYWHERE)")
        return ast.Constant(None if kind in REFUSING else True)


def _expression(text: str) -> ast.AST:
    return ast.parse(text, mode="eval").body


class _Loader(importlib.machinery.SourceFileLoader):
    guard: Guard

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        without = _Without(self.guard)
        tree = without.visit(ast.parse(Path(path).read_text("utf-8")))
        assert without.done, self.guard
        return compile(ast.fix_missing_locations(tree), path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.name = guard.file.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.name:
            return None
        loader = _Loader(fullname, str(ROOT / self.guard.file))
        loader.guard = self.guard
        return importlib.util.spec_from_file_location(fullname, loader.path, loader=loader)


if number := os.environ.get("GEOMAP_REMOVE"):
    removed = guards()[int(number)]
    assert removed.file.removesuffix(".py").replace("/", ".") not in sys.modules, removed
    sys.meta_path.insert(0, _Finder(removed))

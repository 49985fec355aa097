"""The project's own files as the house rules read them: parsed once, named by their path from the root."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: `path` from the root, its text, its syntax tree and all nodes of that."""

    path: str
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]


class Literal(NamedTuple):
    """One string in the code, and the line it stands on."""

    value: str
    line: int


@cache
def modules(folder: str = "portal") -> tuple[Module, ...]:
    """Every Python file under a folder of the project."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text("utf-8")
        tree = ast.parse(text)
        found.append(Module(str(path.relative_to(ROOT)), text, tree, tuple(ast.walk(tree))))
    return tuple(found)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository that is there, whatever its kind."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def calls(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its dotted name, as far as it is written out: ("datetime.now", …)."""
    for node in nodes:
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            yield name, node


def dotted(node: ast.AST) -> str:
    """`a.b.c` as text; empty for anything that is not a plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Every imported module with its line."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


def literals(nodes: Iterable[ast.AST]) -> Iterator[Literal]:
    """Every string in the code, parts of f-strings among them."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Literal(node.value, node.lineno)


def at(module: Module, line: int) -> str:
    """ "portal/x.py:12", as tools print it."""
    return f"{module.path}:{line}"

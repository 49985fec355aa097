"""What texts an expression of the code may be: followed through names, branches, tables, fields and calls.

It errs on the side of more: a text it finds may never come there, a text it does not find surely does not.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.house.source import Module, dotted, modules

# A field that more classes have says nothing of which value it is.
TOO_COMMON = 4
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """An expression, the module it stands in, and the functions around it from the outermost."""

    node: ast.expr
    module: Module
    around: tuple[Function, ...]


def texts(place: Place) -> frozenset[str]:
    """Every text the expression may be."""
    found, left, seen = set(), [place], {id(place.node)}
    while left:
        one = left.pop()
        if isinstance(one.node, ast.Constant) and isinstance(one.node.value, str):
            found.add(one.node.value)
        fresh = [source for source in _sources(one) if id(source.node) not in seen]
        seen |= {id(source.node) for source in fresh}
        left += fresh
    return frozenset(found)


def _sources(place: Place) -> Iterator[Place]:
    """The expressions that this one takes its value from."""
    node, module, around = place
    if isinstance(node, ast.IfExp):
        yield from (Place(part, module, around) for part in (node.body, node.orelse))
    elif isinstance(node, ast.Name):
        yield from _named(node.id, place)
    elif isinstance(node, ast.Attribute):
        yield from fields_given(node.attr)
    elif isinstance(node, ast.Call):
        yield from _called(node, place)
    elif isinstance(node, ast.Dict):
        yield from (Place(value, module, around) for value in node.values)
    elif isinstance(node, ast.Subscript):
        yield Place(node.value, module, around)
    else:
        parts = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
        yield from (Place(part, module, around) for part in parts)


def _called(node: ast.Call, place: Place) -> Iterator[Place]:
    """What a call gives: the returns of our function, or what a table is asked for and its default."""
    name = dotted(node.func).rpartition(".")[2]
    if name == "get" and isinstance(node.func, ast.Attribute):
        yield from (Place(one, *place[1:]) for one in (node.func.value, *node.args[1:]))
    for function, module in index().functions.get(name, ()):
        if module is not place.module and name.startswith("_"):
            continue
        yield from (
            Place(one.value, module, (function,))
            for one in ast.walk(function)
            if isinstance(one, ast.Return) and one.value
        )


def _named(name: str, place: Place) -> Iterator[Place]:
    """Where a name gets its value: in the function, from its callers, or at the head of a module."""
    for depth in range(len(place.around), 0, -1):
        around, function = place.around[:depth], place.around[depth - 1]
        found = [Place(value, place.module, around) for value in _assigned(function, name)]
        if name in _parameters(function):
            found += _arguments(function, name)
        if found:
            yield from found
            return
    path, here = place.module.path, name
    if name in imported(path):
        path, here = imported(path)[name]
    module = _by_path().get(path)
    if module is not None:
        yield from (Place(value, module, ()) for value in _heads(path).get(here, ()))


def _assigned(tree: ast.AST, name: str) -> Iterator[ast.expr]:
    for one in ast.walk(tree):
        if isinstance(one, ast.For | ast.comprehension) and _binds(one.target, name):
            yield one.iter
        elif isinstance(one, ast.Assign):
            for target in one.targets:
                if _binds(target, name):
                    yield _part(target, one.value, name)
        elif isinstance(one, ast.AnnAssign | ast.NamedExpr) and one.value and _binds(one.target, name):
            yield one.value


def _part(target: ast.expr, value: ast.expr, name: str) -> ast.expr:
    """Of `a, b = x, y` the part that is given to the name."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return next(v for t, v in zip(target.elts, value.elts, strict=True) if _binds(t, name))
    return value


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(target))


def _parameters(function: Function) -> list[str]:
    return [one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def _arguments(function: Function, name: str) -> list[Place]:
    """What the callers of a function give as this parameter, and its default."""
    module = next(module for one, module in index().functions[function.name] if one is function)
    calls = given(function.name, name, _parameters(function).index(name))
    found = [one for one in calls if one.module is module or not function.name.startswith("_")]
    parameters = [*function.args.posonlyargs, *function.args.args]
    defaults = dict(zip([one.arg for one in parameters[::-1]], function.args.defaults[::-1], strict=False))
    defaults |= {
        one.arg: default
        for one, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        if default
    }
    return found + ([Place(defaults[name], module, ())] if name in defaults else [])


def given(callee: str, keyword: str, position: int) -> Iterator[Place]:
    """The argument of every call of `callee`, by its keyword or its position; `partial(callee, …)` is a call too."""
    for call, module, around in index().calls.get(callee, ()):
        arguments = call.args[1:] if dotted(call.func).endswith("partial") else call.args
        if position < len(arguments):
            yield Place(arguments[position], module, around)
        yield from (Place(one.value, module, around) for one in call.keywords if one.arg == keyword)


def fields_given(name: str) -> Iterator[Place]:
    """What the field of that name is given, wherever a value of ours that has one is made, or set later."""
    having = index().fields.get(name, [])
    if len(having) <= TOO_COMMON:
        for cls, position in having:
            yield from given(cls, name, position)
        yield from index().set_later.get(name, ())


@cache
def _by_path() -> dict[str, Module]:
    return {module.path: module for module in modules()}


class Index(NamedTuple):
    """All of the code once over: functions, classes' fields in order, calls and later-set fields, each by name."""

    functions: dict[str, list[tuple[Function, Module]]]
    fields: dict[str, list[tuple[str, int]]]
    calls: dict[str, list[tuple[ast.Call, Module, tuple[Function, ...]]]]
    set_later: dict[str, list[Place]]


@cache
def index() -> Index:
    """Every module walked once."""
    found = Index(*(defaultdict(list) for _ in Index._fields))
    for module in modules():
        _enter(module.tree, module, (), found)
    return found


def _enter(node: ast.AST, module: Module, around: tuple[Function, ...], found: Index) -> None:
    if isinstance(node, Function):
        found.functions[node.name].append((node, module))
        around = (*around, node)
    elif isinstance(node, ast.ClassDef):
        named = [
            one.target.id
            for one in node.body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        ]
        for position, name in enumerate(named):
            found.fields[name].append((node.name, position))
    elif isinstance(node, ast.Call):
        name = dotted(node.func).rpartition(".")[2]
        if name == "partial" and node.args:
            name = dotted(node.args[0]).rpartition(".")[2]
        found.calls[name].append((node, module, around))
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                found.set_later[target.attr].append(Place(node.value, module, around))
    for child in ast.iter_child_nodes(node):
        _enter(child, module, around, found)


@cache
def _heads(path: str) -> dict[str, list[ast.expr]]:
    """Names at the head of a module with their values."""
    module = _by_path()[path]
    found = defaultdict(list)
    for one in module.tree.body:
        if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None:
            for target in one.targets if isinstance(one, ast.Assign) else [one.target]:
                for name in (sub for sub in ast.walk(target) if isinstance(sub, ast.Name)):
                    found[name.id].append(_part(target, one.value, name.id))
    return found


@cache
def imported(path: str) -> dict[str, tuple[str, str]]:
    """Name → (module's path, its name there) of what a module imports from ours."""
    module = _by_path()[path]
    return {
        one.asname or one.name: (f"{node.module.replace('.', '/')}.py", one.name)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("portal.")
        for one in node.names
    }

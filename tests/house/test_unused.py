"""Nothing stands in the product that nothing uses: tables, columns, settings, permissions, functions, switches.

Facts come from the syntax trees, the models and the migrations. What waits for a requirement is named in unused.py, and
an entry there that is needed no longer fails too.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from portal.access import permissions as p
from portal.access.rules import settings as rules
from portal.db.base import Base
from portal.schema import METADATA
from portal.settings import Settings
from tests.house import unused
from tests.house.flow import given, imported, index
from tests.house.source import ROOT, Module, modules, tracked

CODE = tuple(one for one in modules() if not one.path.endswith("/models.py"))
TABLES = {mapper.class_.__tablename__: mapper.class_.__name__ for mapper in Base.registry.mappers}
NAMED = re.compile(r"[\w.]+:\w+")
REQUIREMENT = re.compile(r"[A-D]\d{1,2}\.\d{2}: \S|«\w+»")
# What litestar, click and the worker call by what is written above the function.
OURS = {
    "property",
    "staticmethod",
    "classmethod",
    "cache",
    "lru_cache",
    "asynccontextmanager",
    "contextmanager",
    "dataclass",
}


@cache
def migrations() -> str:
    """SQL and tables of the migrations: functions, views and policies of the product are there."""
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "migrations/versions").glob("*.py")))


@cache
def templates() -> Counter[str]:
    """Every word of the pages and letters."""
    files = [path for path in tracked() if (ROOT / "templates") in path.parents]
    return Counter(word for path in files for word in re.findall(r"\w+", path.read_text("utf-8")))


@cache
def read_names() -> Counter[str]:
    """Names and attributes that code reads, and words of SQL that it sends, beside what an INSERT only fills."""
    found = Counter(templates())
    for module in CODE:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                found[node.id if isinstance(node, ast.Name) else node.attr] += 1
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(_words_of_sql(node.value))
    found.update(_words_of_sql(re.sub(r"op\.create_table\(.*?\n    \)", "", migrations(), flags=re.DOTALL)))
    return found


def _words_of_sql(text: str) -> Iterator[str]:
    if re.search(r"\b(SELECT|UPDATE|DELETE|RETURNING|WHERE|JOIN|CHECK|PARTITION|ORDER BY)\b", text):
        yield from re.findall(r"\w+", re.sub(r"INSERT INTO \w+ \([^)]*\)", "", text))


def fits(found: set[str], listed: Mapping[str, str]) -> None:
    """What is found is what is listed, and each entry says what it waits for."""
    assert found - set(listed) == set(), (
        "used by nothing: leave it out, or name what it waits for in unused.py"
    )
    assert set(listed) - found == set(), "used now, or gone: take the entry out of unused.py"
    assert [name for name, why in listed.items() if not REQUIREMENT.match(why)] == []


def test_every_table_is_written_by_the_product() -> None:
    """By an act that something calls: what only an uncalled function writes is not."""
    live = {module: _called_part(module) for module in CODE}
    seeded = set(re.findall(r"INSERT INTO (?:public\.)?(\w+)", migrations()))
    written = {
        table for table, model in TABLES.items() if any(_writes(*one, table, model) for one in live.items())
    }
    fits(set(TABLES) - written - seeded, unused.UNWRITTEN_TABLES)


def _writes(module: Module, text: str, table: str, model: str) -> bool:
    """By SQL, or by the model under whatever name the module knows it."""
    if re.search(rf"(INSERT INTO|COPY) {table}\b", text):
        return True
    names = [
        name
        for name, (path, there) in imported(module.path).items()
        if there == model and path.endswith("models.py")
    ]
    return any(
        re.search(rf"(insert|upsert)\w*\(\s*(\w+,\s*)?{name}\b|(?<![.\w]){name}\(", text) for name in names
    )


def _called_part(module: Module) -> str:
    """The module without the functions that wait for somebody to call them."""
    text = module.text
    for node in module.tree.body:
        if f"{module.path}:{getattr(node, 'name', '')}" in unused.UNCALLED:
            text = text.replace(ast.get_source_segment(module.text, node) or "", "")
    return text


def test_every_table_is_read() -> None:
    text = "\n".join(module.text for module in CODE) + migrations()
    unread = {
        table
        for table, model in TABLES.items()
        if not re.search(rf"(FROM|JOIN|UPDATE|INTO)\s+(public\.)?{table}\b|\b{model}\b", text)
    }
    assert unread == set()


def test_every_column_is_read() -> None:
    read = read_names()
    checks = " ".join(
        str(one.sqltext) for t in METADATA.tables.values() for one in t.constraints if hasattr(one, "sqltext")
    )
    unread = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if not read[column.name] and not re.search(rf"\b{column.name}\b", checks)
    }
    fits(unread, unused.UNREAD_COLUMNS)


def test_every_setting_of_the_installation_is_read() -> None:
    read = {
        node.attr
        for module in CODE
        if module.path != "portal/settings.py"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
    }
    assert {one.name for one in dataclasses.fields(Settings)} - read == set()


def test_every_rule_of_the_page_is_read_by_name_and_no_other_is() -> None:
    """A key is asked for in SQL or by its constant; a match limit by the field of the same name."""
    constants = {
        value: name for name, value in vars(rules).items() if isinstance(value, str) and name.isupper()
    }
    unread = []
    for key, rule in rules.RULES.items():
        if rule.is_limit:
            used = any(
                isinstance(node, ast.Attribute) and node.attr == key.removeprefix(rules.LIMIT)
                for module in modules("portal/invoicing/rules")
                for node in ast.walk(module.tree)
            )
        else:
            used = f"'{key}'" in migrations() or any(
                isinstance(node, ast.Name)
                and node.id == constants.get(key)
                and isinstance(node.ctx, ast.Load)
                for module in CODE
                if "/rules/settings.py" not in module.path and "setting_rules" not in module.path
                for node in ast.walk(module.tree)
            )
        unread += [] if used else [key]
    assert unread == []
    asked = set(re.findall(r"key = '(\w+\.\w+)'", migrations() + "".join(one.text for one in CODE)))
    assert asked <= set(rules.RULES)


def test_every_permission_is_asked_for() -> None:
    names = {value: name for name, value in vars(p).items() if isinstance(value, str) and name.isupper()}
    elsewhere = [one for one in CODE if one.path != "portal/access/permissions.py"]
    asked = {
        code
        for code in p.EVERY_CODE
        for module in elsewhere
        if re.search(rf'\b{names[code]}\b|"{code}"', module.text)
    }
    fits(set(p.EVERY_CODE) - asked, unused.UNASKED_PERMISSIONS)


def test_every_public_function_and_constant_is_used() -> None:
    found = {f"{module.path}:{name}" for module in CODE for name in _unused_in(module)}
    fits(found - unused.FOR_TESTS, unused.UNCALLED)
    assert unused.FOR_TESTS - found == set(), "used by the product now, or gone"


def _unused_in(module: Module) -> Iterator[str]:
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not _called_by_others(node) and not _used(module, node.name) and not _fake(node.name):
                yield node.name
            if isinstance(node, ast.ClassDef) and not _foreign(node) and not _fake(node.name):
                yield from (f"{node.name}.{name}" for name in _methods(node) if not _loaded()[name])
        elif isinstance(node, ast.Assign | ast.AnnAssign) and module.path != "portal/schema.py":
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))
            yield from (name for name in names if not name.startswith("_") and not _used(module, name))


def _methods(node: ast.ClassDef) -> Iterator[str]:
    for one in node.body:
        is_method = isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_method and not one.name.startswith("__") and not _called_by_others(one):
            yield one.name


def _called_by_others(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """By a framework, through what decorates it."""
    named = {re.split(r"[.(]", ast.unparse(one))[0] for one in node.decorator_list}
    named |= {re.split(r"\(", ast.unparse(one))[0].rpartition(".")[2] for one in node.decorator_list}
    return bool(node.decorator_list) and not named & OURS


def _foreign(node: ast.ClassDef) -> bool:
    """Of a class that is not ours: its methods are called by whoever made that."""
    return any(ast.unparse(base).split("[")[0] not in _classes() for base in node.bases)


@cache
def _classes() -> frozenset[str]:
    return frozenset(
        node.name for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)
    )


def _fake(name: str) -> bool:
    """The stand-ins of integrations, which the house asks for beside each real one."""
    return name.startswith("Fake")


@cache
def _loaded() -> Counter[str]:
    """Every name and attribute that is read anywhere."""
    found = Counter(templates())
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                found[node.id if isinstance(node, ast.Name) else node.attr] += 1
    return found


@cache
def _reexported() -> dict[tuple[str, str], tuple[str, str]]:
    """What a package hands on of its modules: (package, name) → (module, name)."""
    return {
        (module.path.removesuffix("/__init__.py").replace("/", "."), one.asname or one.name): (
            node.module,
            one.name,
        )
        for module in modules()
        if module.path.endswith("__init__.py")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for one in node.names
    }


@cache
def _uses() -> frozenset[tuple[str, str]]:
    """(module, name) read in the module itself, imported from it, or reached through it; "a.b:name" is a use too."""
    found = set()
    behind = _reexported()
    for module in (*modules(), *modules("migrations")):
        here = module.path[:-3].replace("/", ".").removesuffix(".__init__")
        through: dict[str, str] = {}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    if not module.path.endswith("__init__.py"):
                        found.add(behind.get((node.module, one.name), (node.module, one.name)))
                    through[one.asname or one.name] = f"{node.module}.{one.name}"
            elif isinstance(node, ast.Import):
                through |= {one.asname or one.name: one.name for one in node.names}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.add((here, node.id))
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value).startswith("import_module("):
                found |= {(one.path[:-3].replace("/", "."), node.attr) for one in modules()}
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add((through.get(node.value.id, ""), node.attr))
            elif (
                isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMED.fullmatch(node.value)
            ):
                found.add(tuple(node.value.split(":")))
    return frozenset(found)


def _used(module: Module, name: str) -> bool:
    return (module.path[:-3].replace("/", ".").removesuffix(".__init__"), name) in _uses()


def test_every_optional_field_of_a_value_is_given_by_somebody() -> None:
    """A field with a default that nobody ever fills is a question nobody asks; of values that never change."""
    never = [
        f"{module.path}:{node.name}.{name}"
        for module in CODE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and f"{module.path}:{node.name}" not in unused.UNCALLED
        and any("frozen=True" in ast.unparse(one) for one in node.decorator_list)
        for position, name in _optional(node)
        if name not in _named()
        and not _spread(node.name)
        and not any(True for _ in given(node.name, name, position))
    ]
    assert never == []


def _optional(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
    for position, one in enumerate(fields):
        name = ast.unparse(one.target)
        if one.value is not None and not name.startswith("_") and "init=False" not in ast.unparse(one):
            yield position, name


@cache
def _named() -> frozenset[str]:
    """Words that some call or table gives a value to."""
    found: set[str | None] = set()
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                found |= {one.arg for one in node.keywords}
            elif isinstance(node, ast.Dict):
                found |= {str(one.value) for one in node.keys if isinstance(one, ast.Constant)}
    return frozenset(one for one in found if one)


def _spread(name: str) -> bool:
    """Whether the class is made, or replaced, with * or **: what is in them is not followed."""
    made = [call for call, _module, _around in index().calls.get(name, ())]
    made += [
        call
        for call, _m, _a in index().calls.get("replace", ())
        if call.args and f"{name}(" in ast.unparse(call.args[0])
    ]
    return any(isinstance(one, ast.Starred) for call in made for one in call.args) or any(
        one.arg is None for call in made for one in call.keywords
    )


def test_every_switch_is_turned_by_somebody() -> None:
    """A parameter that is yes or no, with a default, and no caller in the product that says otherwise."""
    unturned = []
    for name, functions in index().functions.items():
        for function, module in functions if name != "__init__" else ():
            pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
            for argument, default in pairs:
                is_switch = isinstance(default, ast.Constant) and isinstance(default.value, bool)
                if is_switch and not any(True for _ in given(name, argument.arg, 10**6)):
                    unturned.append(f"{module.path}:{name}({argument.arg})")
    assert [one for one in unturned if one not in unused.SWITCHES_FOR_TESTS] == []
    assert unused.SWITCHES_FOR_TESTS - set(unturned) == set()


@pytest.mark.parametrize("name", ["UNWRITTEN_TABLES", "UNREAD_COLUMNS", "UNASKED_PERMISSIONS", "UNCALLED"])
def test_the_list_of_what_waits_is_short(name: str) -> None:
    """Whoever adds to it takes something away."""
    most = {"UNWRITTEN_TABLES": 13, "UNREAD_COLUMNS": 7, "UNASKED_PERMISSIONS": 1, "UNCALLED": 9}
    assert len(getattr(unused, name)) <= most[name]

"""What our code never does (docs/house.md, habits): each rule once, with the few places it is meant for."""

from __future__ import annotations

import ast
import re

from tests.house.source import Module, at, calls, imports, literals, modules

PARSERS = {"fromstring", "XMLParser", "parse", "XML", "HTML", "iterparse", "HTMLParser"}
HTTP_CLIENTS = {
    "httpx",
    "requests",
    "aiohttp",
    "urllib3",
    "http.client",
    "urllib.request",
    "meilisearch_python_sdk",
}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s")
# Names of our own tables and columns are put together; every value is still a parameter.
SQL_OF_NAMES = {
    "portal/audit/transition.py": "table and columns of the model that moves",
    "portal/db/bulk.py": "table and columns of a model",
}
# Where a column called status is no document's life, and has no machine.
STATUS_PLACES = {
    "portal/audit/transition.py": "the one function that writes a status",
}
# Seconds to wait, likeness of words: floats that are no amounts.
FLOAT_PLACES = (
    "portal/jobs/", "portal/worker.py", "portal/integrations/", "portal/cli/", "portal/db/",
    "portal/formats/rule_", "portal/formats/child",
)  # fmt: skip


def test_only_the_clock_reads_the_time() -> None:
    found = [
        at(module, call.lineno)
        for module in modules()
        if module.path != "portal/kernel/dates.py"
        for name, call in calls(module.nodes)
        if ".".join(name.split(".")[-2:]) in CLOCKS
    ]
    assert found == []


def test_only_the_hardened_parser_parses_xml() -> None:
    found = [
        at(module, call.lineno)
        for module in modules()
        if module.path != "portal/formats/xml.py"
        for name, call in calls(module.nodes)
        if name.split(".")[0] in {"etree", "lxml", "ElementTree", "ET"} and name.split(".")[-1] in PARSERS
    ]
    found += [
        at(module, line)
        for module in modules()
        for name, line in imports(module.nodes)
        if name.startswith(("xml.", "lxml.html", "defusedxml"))
    ]
    assert found == []


def test_only_integrations_reach_the_network() -> None:
    found = [
        at(module, line)
        for module in modules()
        if not module.path.startswith("portal/integrations/")
        for name, line in imports(module.nodes)
        if any(name == client or name.startswith(f"{client}.") for client in HTTP_CLIENTS)
    ]
    assert found == []


def test_no_amount_is_a_float() -> None:
    found = [
        at(module, node.lineno)
        for module in modules()
        if not module.path.startswith(FLOAT_PLACES)
        for node in module.nodes
        if _is_float(node)
    ]
    assert found == []


def _is_float(node: ast.AST) -> bool:
    """A literal such as 0.5, or a call of float(); a match pattern only asks what something is."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"


def test_no_import_hides_in_a_function() -> None:
    found = [
        at(module, inner.lineno)
        for module in modules()
        for node in module.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_values_reach_sql_only_as_parameters() -> None:
    found = [
        at(module, node.lineno)
        for module in modules()
        if module.path not in SQL_OF_NAMES
        for node in module.nodes
        if isinstance(node, ast.JoinedStr) and _is_sql_with_values(node)
    ]
    assert found == []


def test_the_exceptions_for_sql_are_still_needed() -> None:
    needed = {
        module.path
        for module in modules()
        for node in module.nodes
        if isinstance(node, ast.JoinedStr) and _is_sql_with_values(node)
    }
    assert set(SQL_OF_NAMES) <= needed


def _is_sql_with_values(text: ast.JoinedStr) -> bool:
    """SQL with something in it that is no constant of the module: constants are spelled in capitals."""
    written = "".join(part.value for part in text.values if isinstance(part, ast.Constant))
    if not SQL.search(written):
        return False
    return any(
        not name.isupper()
        for part in text.values
        if isinstance(part, ast.FormattedValue)
        for name in _names(part)
    )


def _names(hole: ast.FormattedValue) -> set[str]:
    """The names a hole is filled from, but for those a comprehension in it makes up."""
    named = [node for node in ast.walk(hole) if isinstance(node, ast.Name)]
    made = {node.id for node in named if isinstance(node.ctx, ast.Store)}
    return {node.id for node in named} - made


def test_statuses_are_written_by_one_function() -> None:
    """`.status = …` on a row and status in an update's values stand in portal.audit.transition alone."""
    found = [
        at(module, node.lineno)
        for module in modules()
        if module.path not in STATUS_PLACES
        for node in module.nodes
        if _writes_status(node)
    ]
    found += [
        at(module, literal.line)
        for module in modules()
        for literal in literals(module.nodes)
        if re.search(r"UPDATE \w+[^;]*\bSET\s+(\w+\s*=[^,;]*,\s*)*status\s*=", literal.value)
        and "procrastinate" not in literal.value
    ]
    assert found == []


def _writes_status(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Attribute) and target.attr == "status" for target in node.targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
        inside = dotted_root(node.func.value)
        return inside == "update" and any(keyword.arg == "status" for keyword in node.keywords)
    return False


def dotted_root(node: ast.AST) -> str:
    """The function a chain of calls begins with: update(X).where(…).values → "update"."""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return node.func.id
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def test_no_text_is_put_together_from_swedish_pieces() -> None:
    """A sentence made by an f-string cannot be looked up in English: holes are %(name)s in one msgid."""
    found = [
        at(module, node.lineno)
        for module in modules()
        if not module.path.startswith(OPERATORS)
        for node in _shown_pieces(module)
    ]
    assert found == []


OPERATORS = (
    "portal/cli/", "portal/doctor.py", "portal/settings.py", "portal/db/", "portal/jobs/", "portal/app.py",
    "portal/audit/", "portal/integrations/", "portal/worker.py", "portal/formats/",
)  # fmt: skip
SWEDISH = re.compile("[åäöÅÄÖ]")


def _shown_pieces(module: Module) -> list[ast.JoinedStr]:
    return [
        node
        for node in module.nodes
        if isinstance(node, ast.JoinedStr)
        and any(isinstance(part, ast.Constant) and SWEDISH.search(str(part.value)) for part in node.values)
    ]

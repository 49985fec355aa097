"""Figures and days in words come from one formatter (portal/web/figures.py, over kernel/money.py and kernel/dates.py):
no page makes its own. What pages then show is looked at by the crawl (e2e/pages/checks.py)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from jinja2 import nodes

from portal.web.assets import Assets
from portal.web.templating import environment
from tests.house.source import ROOT, calls, modules

TEMPLATES = ROOT / "templates"
PAGES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
FORMATTER = "portal/web/figures.py"
# What a form's field is filled with, to be read again.
FIELDS = frozenset({"portal/web/supplier/fields.py", FORMATTER})
# Names of values as they are stored: a finished text is not called so.
STORED = re.compile(r"(_at|_on|_date|_amount)$|^(valid_from|valid_to)$")
# A number and the many of a thing: which word it is depends on the number, and that is ngettext's to say.
WORDS = "rader|fakturor|artiklar|beställningar|leveranser|filer|dagar|timmar|träffar|ärenden|kronor|st|styck"
MANY = re.compile(rf"%\((num|rows|lines|more|days|hours|left)\)s ({WORDS})\b")


def test_no_page_writes_a_number_with_a_point() -> None:
    """f"{value:f}" and "{:.2f}" give "0.5"; format_number_sv, format_kr and the filters kr and qty give "0,5"."""
    found = [
        (module.path, node.lineno)
        for module in modules("portal/web")
        for node in module.nodes
        if _is_spec(node)
    ]
    assert [one for one in found if one[0] not in FIELDS] == []


def _is_spec(node: ast.AST) -> bool:
    """f"{x:.2f}" or format(x, ".2f")."""
    if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
        return ast.unparse(node.format_spec).rstrip("\"'").endswith("f")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "format":
        return len(node.args) > 1 and ast.unparse(node.args[1]).rstrip("\"'").endswith("f")
    return False


def test_no_page_writes_a_day_of_its_own() -> None:
    """`day`, `long_day`, `full_day` and `moment` are for people, `machine` for fields and addresses."""
    own = [
        (module.path, node.lineno)
        for module in modules("portal/web")
        if module.path != FORMATTER
        for node in module.nodes
        if isinstance(node, ast.Attribute) and node.attr in {"isoformat", "strftime"}
    ]
    assert own == []


@pytest.mark.parametrize("template", PAGES)
def test_no_template_shows_a_day_or_an_amount_as_it_is_stored(template: str) -> None:
    tree = environment(Assets({}, {}), TEMPLATES).parse((TEMPLATES / template).read_text("utf-8"))
    raw = [node.lineno for output in tree.find_all(nodes.Output) for node in _shown(output.nodes)]
    assert raw == [], "give it to a filter: day, long_day, full_day, kr or qty"


def _shown(given: list[nodes.Expr]) -> Iterator[nodes.Node]:
    """What is written out without a filter, also as a part of a joined text or a condition's answer."""
    for node in given:
        if isinstance(node, nodes.Concat):
            yield from _shown(node.nodes)
        elif isinstance(node, nodes.CondExpr):
            yield from _shown([node.expr1, *([node.expr2] if node.expr2 else [])])
        elif isinstance(node, nodes.Or | nodes.And):
            yield from _shown([node.left, node.right])
        elif isinstance(node, nodes.Getattr) and STORED.search(node.attr):
            yield node


def test_a_number_and_its_word_go_through_ngettext() -> None:
    """gettext("%(num)s rader") says "1 rader"."""
    found = [
        (module.path, call.lineno)
        for module in modules("portal")
        for name, call in calls(module.nodes)
        if name == "gettext"
        for given in call.args
        if isinstance(given, ast.Constant) and MANY.search(str(given.value))
    ]
    written = [page for page in PAGES if _counts_by_hand((TEMPLATES / page).read_text("utf-8"))]
    assert (found, written) == ([], [])


def _counts_by_hand(text: str) -> bool:
    """_("%(num)s rader"), or {% trans %} of a number and its word without {% pluralize %}."""
    said = re.search(r"_\([\"'][^\"']*" + MANY.pattern, text)
    blocks = re.findall(r"\{% trans\b.*?endtrans %\}", text, re.DOTALL)
    counted = re.compile(rf"\{{\{{ (num|rows|lines|more|days|hours|left) \}}\}} ({WORDS})\b")
    return bool(said) or any(counted.search(one) and "pluralize" not in one for one in blocks)

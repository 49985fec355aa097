"""Templates compile, import what they use, and hold nothing a strict content security policy refuses."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from portal.web.assets import Assets
from portal.web.templating import environment
from tests.house.source import ROOT

TEMPLATES = ROOT / "templates"
PAGES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
# Given to every template by portal.web.templating, or by Jinja itself.
SPEAKS_HTML = re.compile(r"<\s*(style)\b|\son[a-z]+\s*=|\sstyle\s*=|javascript:", re.IGNORECASE)
ARGUMENTS = re.compile(r"\{%-?.*?-?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


@cache
def _environment() -> Environment:
    return environment(Assets({}, {}), TEMPLATES)


def _source(template: str) -> str:
    return (TEMPLATES / template).read_text("utf-8")


@pytest.mark.parametrize("template", PAGES)
def test_it_compiles_and_every_name_it_takes_is_there(template: str) -> None:
    """Templates, macros and filters are looked up when a page is shown: here they are looked up before."""
    env = _environment()
    tree = env.parse(_source(template))
    for include in tree.find_all((nodes.Extends, nodes.Include, nodes.FromImport, nodes.Import)):
        if isinstance(include.template, nodes.Const):
            env.get_template(include.template.value)
    for imported in tree.find_all(nodes.FromImport):
        assert isinstance(imported.template, nodes.Const), "a macro is imported from a file that is named"
        wanted = {name if isinstance(name, str) else name[0] for name in imported.names}
        assert wanted <= _macros(imported.template.value), imported.template.value
        assert not imported.with_context, (
            f"{template}:{imported.lineno} macros take what they need as arguments"
        )
    env.compile(_source(template), name=template)


@pytest.mark.parametrize("template", PAGES)
def test_it_imports_the_macros_it_calls(template: str) -> None:
    """And no others: an import nobody uses hides what a template is made of."""
    tree = _environment().parse(_source(template))
    imported = {
        name if isinstance(name, str) else name[1]
        for node in tree.find_all(nodes.FromImport)
        for name in node.names
    }
    named = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    assert imported - named == set()
    called = {call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
    assert (called & _all_macros()) - imported - _macros(template) - _given(tree) == set()


def _macros(template: str) -> set[str]:
    tree = _environment().parse(_source(template))
    return {macro.name for macro in tree.find_all(nodes.Macro)}


def _given(tree: nodes.Template) -> set[str]:
    """Names a macro takes as arguments, or a loop or {% set %} gives."""
    return {node.name for node in tree.find_all(nodes.Name) if node.ctx in {"param", "store"}}


@cache
def _all_macros() -> frozenset[str]:
    return frozenset(name for page in PAGES if page.startswith("components/") for name in _macros(page))


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.refused += [
            f"{tag} {name}" for name in named if name == "style" or name.startswith(("on", "hx-on"))
        ]
        if tag == "style" or (tag == "script" and "src" not in named):
            self.refused.append(tag)


@pytest.mark.parametrize("template", PAGES)
def test_it_keeps_the_strict_policy(template: str) -> None:
    text = _source(template)
    assert _Tags(ARGUMENTS.sub("", text)).refused == []
    assert SPEAKS_HTML.search(text) is None, SPEAKS_HTML.search(text)


@pytest.mark.parametrize("template", PAGES)
def test_nothing_escapes_escaping(template: str) -> None:
    tree = _environment().parse(_source(template))
    assert [node.lineno for node in tree.find_all(nodes.Filter) if node.name == "safe"] == []
    assert [node.lineno for node in tree.find_all(nodes.ScopedEvalContextModifier)] == []


def test_code_makes_no_html() -> None:
    """Markup comes from templates and from our own build of icons alone; tables are told their headings (cards.py)."""
    makers = [path for path in (ROOT / "portal").rglob("*.py") if "Markup(" in path.read_text("utf-8")]
    assert sorted(path.name for path in makers) == ["assets.py", "cards.py"]
    tags = re.compile(r"<(div|span|p|td|tr|a|li|ul|b|strong|form|input)\b[^>]*>")
    found = [
        str(path)
        for path in (ROOT / "portal" / "web").rglob("*.py")
        if tags.search(Path(path).read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("template", [page for page in PAGES if "<table" in _source(page)])
def test_a_table_can_be_read_on_a_phone(template: str) -> None:
    """Its cells are told their headings (filter `cards`), or say them themselves where the layout is a table's own."""
    text = _source(template)
    assert "|cards }}" in text or re.search(r'class="\w+-label"', text), "use the macro data_table"

"""What a template can know when it is compiled: its fixed texts, icons and addresses, in one language.

Each language has an environment of its own (portal.web.templating), so `_("Fakturor")`, `icon("search")` and
`url("/help")` are answered once, when the template is compiled, and cost nothing when a page is shown. A call with
anything but one literal is left as it is, and so is a text nobody has translated: it is looked up, and missed, when
it is shown.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

from portal.web.assets import Assets
from portal.web.i18n import known_text, localised_in

GETTEXT = frozenset({"_", "gettext"})


class Constants(NodeTransformer):
    """Replaces the calls whose answer is known by the answer."""

    def __init__(self, assets: Assets, language: str) -> None:
        self.assets = assets
        self.language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """The answer in place of the call, or the call with what lies inside it settled."""
        return self._answer(node) or self.generic_visit(node)

    def _answer(self, node: nodes.Call) -> nodes.Expr | None:
        argument = _only_literal(node)
        if argument is None:
            return None
        if isinstance(node.node, nodes.Name):
            return self._of_name(node.node.name, argument)
        return self._of_assets(node.node, argument)

    def _of_name(self, name: str, argument: str) -> nodes.Expr | None:
        if name in GETTEXT:
            text = known_text(argument, self.language)
            # Texts of our own templates are markup, and "%%" in them is a percent sign, as Jinja's newstyle has it.
            return nodes.MarkSafe(nodes.Const(text % {})) if text is not None else None
        if name == "url":
            return nodes.Const(localised_in(argument, self.language))
        if name == "icon" and argument in self.assets.icons:
            return nodes.Const(self.assets.icon(argument))
        return None

    def _of_assets(self, called: nodes.Expr, argument: str) -> nodes.Expr | None:
        if (
            not isinstance(called, nodes.Getattr)
            or called.attr != "url"
            or argument not in self.assets.hashed
        ):
            return None
        ours = isinstance(called.node, nodes.Name) and called.node.name == "assets"
        return nodes.Const(self.assets.url(argument)) if ours else None


def _only_literal(node: nodes.Call) -> str | None:
    """The text a call is given when that is all it is given."""
    if node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) != 1:
        return None
    argument = node.args[0]
    return argument.value if isinstance(argument, nodes.Const) and isinstance(argument.value, str) else None


class SettledEnvironment(Environment):
    """An environment of one language that answers what it can while it compiles."""

    constants: Constants | None = None

    def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
        """Jinja's hook between parsing and writing the code."""
        settled = self.constants.visit(source) if self.constants is not None else source
        return super()._generate(settled, *args, **named)

"""Every reason code that a rule can produce has a supplier's sentence, in both languages, with its figures."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from portal.invoicing.rules.reasons import REASONS
from portal.web import i18n
from portal.web.invoicing.spoken import worded
from portal.web.supplier.stop_words import ALIKE, WORDS
from tests.house.source import modules

RULES = "portal/invoicing"
HOLE = re.compile(r"%\((\w+)\)s")
# The customer's own names for its organisations: the invoice does not say them, so its supplier is not told them.
WITHHELD = frozenset({"gln_name", "other_name"})
# Part of a param, and no sentence of a reason.
NOT_A_REASON = frozenset({"okänd (%(unit)s)"})
# Stored by a person's act, with a name and a note: read by the customer alone.
INTERNAL = frozenset({"returned", "sent_back", "not_mine"})
SENTENCES = [
    (code, names, text)
    for code, words in WORDS.items()
    for names, text in ((frozenset(), words.text), *words.texts.items())
]  # fmt: skip


def codes_in_code() -> Iterator[str]:
    """The first argument of every Reason(…), reason(…) and _reason(case, …), and every REASONS key."""
    for module in modules(RULES):
        for node in module.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = {"Reason": 0, "reason": 0, "_reason": 1}.get(node.func.id)
                if place is not None and len(node.args) > place:
                    given = node.args[place]
                    if isinstance(given, ast.Constant):
                        yield str(given.value)


def test_every_code_has_a_suppliers_sentence() -> None:
    found = set(codes_in_code())
    assert len(found) > 20, "the rules are found"
    assert found - INTERNAL - set(WORDS) == set()
    assert set(REASONS) == set(WORDS)


def test_the_figures_that_a_rule_gives_have_their_own_sentence() -> None:
    """The names a rule's message is filled with are those of a sentence: else the figures would be left out."""
    told = {names for _, names, _ in SENTENCES}
    for module in (one for one in modules("portal/invoicing/rules") if "Reason(" in one.text):
        for node in module.nodes:
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node.value not in NOT_A_REASON
            ):
                names = frozenset(HOLE.findall(node.value))
                assert not names or names in told or names == {"order"}, (module.path, node.value)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    ("code", "names", "text"), [*SENTENCES, ("number_taken", frozenset({"number"}), ALIKE)]
)
def test_each_is_rendered_with_its_figures(
    code: str, names: frozenset[str], text: str, language: str
) -> None:
    params = {name: f"«{name}»" for name in names}
    held = i18n._locale.set(language)
    try:
        said = worded(text, params)
    finally:
        i18n._locale.reset(held)
    assert "%(" not in said and said.endswith(".")
    assert all(
        value in said
        for name, value in params.items()
        if (name not in WITHHELD or code != "organisation_conflict")
    )
    assert language == "sv" or i18n._english()[text].texts[0] != text, "it is another in English"


def test_each_says_what_to_do() -> None:
    assert not [code for code, words in WORDS.items() if not words.remedy.endswith(".")]

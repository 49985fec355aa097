"""The official rules of edition 2026.5 as facts: what they say of our mutants, and that the stand-in says the same.

The facts are always tested. The live comparison needs the rules themselves, which `make rules` installs.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from portal.formats.check import check_document
from portal.formats.findings import Finding
from portal.formats.rulesets import RuleSet, packaged_rules
from tests.formats.official.base import base
from tests.formats.official.goldens import FILE, facts, is_judged, official
from tests.formats.official.mutants import KINDS, mutant, random_steps, systematic

GOLDENS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
FEWEST = 40
RANDOM = 750
"""Mutants of each kind that the deep comparison draws."""


@pytest.mark.parametrize("kind", KINDS)
def test_the_base_documents_are_exact(kind: str) -> None:
    assert check_document(base(kind).encode()).findings == ()


def test_there_are_enough_goldens_of_each_kind_and_outcome() -> None:
    outcomes = Counter((one["document"], one["verdict"]) for one in GOLDENS)
    for kind in KINDS:
        assert outcomes[kind, "accepted"] + outcomes[kind, "rejected"] >= FEWEST
        assert min(outcomes[kind, "accepted"], outcomes[kind, "rejected"]) >= FEWEST // 4
    assert len({code for one in GOLDENS for code in one["fatal"]}) >= FEWEST


@pytest.mark.parametrize("kind", KINDS)
def test_the_stand_in_says_what_the_edition_says(kind: str) -> None:
    ours = [facts(kind, one["steps"], packaged_rules()) for one in GOLDENS if one["document"] == kind]
    assert ours == [one for one in GOLDENS if one["document"] == kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["0225", "0240"])
def test_a_new_scheme_of_an_address_is_no_fault(kind: str, scheme: str) -> None:
    """Case CI20."""
    path = "/*/cac:AccountingSupplierParty/cac:Party/cbc:EndpointID"
    data = mutant(kind, [["attr", path, "schemeID", scheme]])
    assert check_document(data).findings == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_new_charge_code_is_no_fault(kind: str) -> None:
    """Case CI20."""
    path = "/*/cac:AllowanceCharge[cbc:ChargeIndicator='true']/cbc:AllowanceChargeReasonCode"
    assert check_document(mutant(kind, [["text", path, "PRV"]])).findings == ()


@pytest.fixture(scope="module")
def installed() -> tuple[RuleSet, ...]:
    folder = Path(os.environ.get("PORTAL_DATA_DIR", ".portal"))
    rules = official(folder)
    if not rules:
        pytest.skip(f"the official rules are not installed in {folder} (make rules)")
    return rules


@pytest.mark.deep
@pytest.mark.parametrize("kind", KINDS)
def test_the_facts_are_still_what_the_rules_say(kind: str, installed: tuple[RuleSet, ...]) -> None:
    for one in GOLDENS:
        if one["document"] == kind:
            assert facts(kind, one["steps"], installed) == one


@pytest.mark.deep
@pytest.mark.parametrize("kind", KINDS)
def test_systematic_and_random_mutants_are_judged_alike(kind: str, installed: tuple[RuleSet, ...]) -> None:
    """Every id, of warnings too, and every severity."""
    judged = 0
    for steps in [*systematic(), *(random_steps(seed, kind) for seed in range(RANDOM))]:
        data = mutant(kind, steps)
        ours = check_document(data)
        if is_judged(ours):
            judged += 1
            assert said(check_document(data, rules=installed).findings) == said(ours.findings), steps
    assert judged > RANDOM


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return sorted({(one.code, one.severity) for one in findings})


MESSAGES = {
    "Order": ("order",), "OrderResponse": ("order_response", "order_agreement"),
    "OrderChange": ("order_change",), "OrderCancellation": ("order_cancellation",),
    "DespatchAdvice": ("despatch_advice",), "Catalogue": ("catalogue", "punch_out"),
    "ApplicationResponse": ("invoice_response", "mlr", "catalogue_response"),
}  # fmt: skip
SPACE = "urn:oasis:names:specification:ubl:schema:xsd:"


@pytest.mark.deep
@pytest.mark.parametrize(
    ("root", "transaction"), [(root, one) for root, all_of in MESSAGES.items() for one in all_of]
)
def test_the_installed_sets_judge_every_other_message(
    root: str, transaction: str, installed: tuple[RuleSet, ...]
) -> None:
    """An almost empty one breaks rules of its own set; none is left without rules, and none is aborted."""
    data = (
        f'<{root} xmlns="{SPACE}{root}-2" xmlns:cbc="{SPACE}CommonBasicComponents-2"><cbc:CustomizationID>'
        f"urn:fdc:peppol.eu:poacc:trns:{transaction}:3</cbc:CustomizationID></{root}>"
    )
    result = check_document(data.encode(), rules=installed)
    assert result.verdict == "rejected"
    assert {finding.layer for finding in result.findings} == {"peppol"}
    assert not {"NO_RULES", "RULES_ABORTED"} & {finding.code for finding in result.findings}

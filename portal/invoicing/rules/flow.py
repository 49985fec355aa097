"""Step 6 and 7, which way an invoice goes (A6.11–A6.13): order, else subscription, else a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.invoicing.values import FlowFacts
from portal.kernel.decision import Decision, Reason
from portal.kernel.plain import from_plain, to_plain
from portal.kernel.text import sentence_list
from portal.orders.status import OPEN

KIND = "flow"
RULES = ("A6.11/1", "A6.13/1", "A4.07/1")
ORDER, SUBSCRIPTION, MANUAL = "order", "subscription", "manual"


@dataclass(frozen=True, slots=True)
class FlowResult:
    """`target`: the order's or subscription's id. `reviewer`: a user id; None in the manual flow: unknown."""

    flow: str
    target: str | None = None
    reviewer: str | None = None
    by: str | None = None
    reasons: tuple[Reason, ...] = ()


def decide(facts: FlowFacts) -> FlowResult:
    """A credit note always goes the manual way, with the invoice it credits named."""
    if not facts.credit_note:
        found = _order(facts) or _subscription(facts)
        if found:
            return found
    return _manual(facts)


def key(reference: str | None) -> str:
    """A reference as it is compared: upper case without blanks."""
    return "".join((reference or "").split()).upper()


def _order(facts: FlowFacts) -> FlowResult | None:
    for reference in filter(None, (key(facts.order_reference), key(facts.buyer_reference))):
        for order in facts.orders:
            ours = (order.organisation, order.supplier) == (facts.organisation, facts.supplier)
            if key(order.number) == reference and ours and order.status in OPEN:
                return FlowResult(ORDER, order.id, by=order.number)
    return None


def _subscription(facts: FlowFacts) -> FlowResult | None:
    references = (facts.contract_reference, facts.object_reference, facts.buyer_reference)
    for reference in filter(None, map(key, references)):
        for one in facts.subscriptions:
            ours = (one.organisation, one.supplier) == (facts.organisation, facts.supplier)
            if key(one.number) == reference and ours and one.active:
                return FlowResult(SUBSCRIPTION, one.id, by=one.number)
    return None


def _manual(facts: FlowFacts) -> FlowResult:
    credit = (_credit(facts),) if facts.credit_note else ()
    wanted = key(facts.buyer_reference)
    for code in facts.codes:
        if key(code.code) == wanted and code.organisation == facts.organisation:
            return FlowResult(MANUAL, reviewer=code.reviewer, by=code.code, reasons=credit)
    return FlowResult(MANUAL, reasons=(*credit, _unknown(facts)))


def _credit(facts: FlowFacts) -> Reason:
    if not facts.preceding:
        return Reason("credit_note", "Kreditfakturan säger inte vilken faktura den gäller.", rule=RULES[2])
    message = "Kreditfakturan gäller faktura %(numbers)s."
    return Reason("credit_note", message, {"numbers": sentence_list(facts.preceding)}, RULES[2])


def _unknown(facts: FlowFacts) -> Reason:
    references = (
        facts.order_reference, facts.buyer_reference, facts.contract_reference, facts.object_reference,
    )  # fmt: skip
    named = list(
        dict.fromkeys(reference.strip() for reference in references if reference and reference.strip())
    )
    if not named:
        message = "Fakturan har inget ordernummer och ingen referens. Ange granskare."
        return Reason("reviewer_unknown", message, rule=RULES[2])
    message = (
        "%(numbers)s är varken en öppen order, ett abonnemang eller en mottagarkod hos oss för leverantören."
        " Ange granskare."
    )
    return Reason("reviewer_unknown", message, {"numbers": sentence_list(named, "och")}, RULES[2])


def decision(facts: FlowFacts) -> tuple[FlowResult, Decision]:
    """The result, and the value that is stored with the invoice."""
    result = decide(facts)
    plain = to_plain(result)
    plain.pop("reasons")
    return result, Decision(KIND, facts, {}, RULES, plain, result.reasons)


def again(inputs: Mapping[str, Any], _limits: Mapping[str, Any]) -> Decision:
    """Today's code on stored inputs."""
    return decision(from_plain(FlowFacts, inputs))[1]

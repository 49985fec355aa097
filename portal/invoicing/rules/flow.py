"""Step 6 and 7, which way an invoice goes (A6.11–A6.13): order, else subscription, else a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.invoicing.flow_values import DebitCandidate, FlowFacts, OrderCandidate
from portal.invoicing.rules.references import EXACT, Hit, Search, find, key
from portal.kernel.decision import Decision, Reason
from portal.kernel.plain import from_plain, to_plain
from portal.kernel.text import sentence_list
from portal.orders.status import CANCELLED, INVOICEABLE, REJECTED_BY_SUPPLIER

KIND = "flow"
RULES = ("A6.11/2", "A6.13/2", "A4.07/2")
# Of these nothing is owed, but whoever settles the invoice wants to know that the order was there.
_DEAD = {
    CANCELLED: "Fakturan gäller order %(order)s, som är makulerad. Ange granskare.",
    REJECTED_BY_SUPPLIER: "Fakturan gäller order %(order)s, som leverantören har avböjt. Ange granskare.",
}
ORDER, SUBSCRIPTION, MANUAL = "order", "subscription", "manual"
ORDER_REFERENCE, BUYER_REFERENCE, CONTACT_NAME = "order_reference", "buyer_reference", "contact_name"
CONTRACT_REFERENCE, OBJECT_REFERENCE, CREDITED = "contract_reference", "object_reference", "preceding"


@dataclass(frozen=True, slots=True)
class FlowResult:
    """`target`: the order's or subscription's id. `reviewer`: a user id; None in the manual flow: unknown.

    `evidence`: in which field the number that decided stands, and how it was found.
    """

    flow: str
    target: str | None = None
    reviewer: str | None = None
    by: str | None = None
    reasons: tuple[Reason, ...] = ()
    evidence: Hit | None = None


def decide(facts: FlowFacts) -> FlowResult:
    """A credit note always goes to a person: who answered for the invoice it credits, when that is known."""
    if facts.credit_note:
        return _credited(facts) or _credit_of_order(facts) or _manual(facts, (_credit(facts),))
    return _order(facts) or _subscription(facts) or _manual(facts)


def _of_us_both(facts: FlowFacts) -> list[OrderCandidate]:
    both = facts.organisation, facts.supplier
    return [one for one in facts.orders if (one.organisation, one.supplier) == both]


def named_order(facts: FlowFacts) -> OrderCandidate | None:
    """The order the invoice names in BT-13 or BT-10: of the same organisation and supplier, and once sent."""
    hit = _orders(facts).hit
    return next((one for one in _ours(facts) if hit and one.number == hit.value), None)


def _ours(facts: FlowFacts) -> list[OrderCandidate]:
    return [one for one in _of_us_both(facts) if one.status in INVOICEABLE]


def _orders(facts: FlowFacts) -> Search:
    fields = ((ORDER_REFERENCE, facts.order_reference), (BUYER_REFERENCE, facts.buyer_reference))
    return find(fields, (one.number for one in _ours(facts)))


def _order(facts: FlowFacts) -> FlowResult | None:
    order = named_order(facts)
    return FlowResult(ORDER, order.id, by=order.number, evidence=_orders(facts).hit) if order else None


def _subscription(facts: FlowFacts) -> FlowResult | None:
    fields = (
        (CONTRACT_REFERENCE, facts.contract_reference), (OBJECT_REFERENCE, facts.object_reference),
        (BUYER_REFERENCE, facts.buyer_reference),
    )  # fmt: skip
    for name, reference in fields:
        for one in facts.subscriptions if reference else ():
            ours = (one.organisation, one.supplier) == (facts.organisation, facts.supplier)
            if key(one.number) == key(reference) and ours and one.active:
                hit = Hit(one.number, EXACT, name, reference or "")
                return FlowResult(SUBSCRIPTION, one.id, by=one.number, evidence=hit)
    return None


def _manual(facts: FlowFacts, reasons: tuple[Reason, ...] = ()) -> FlowResult:
    """To the reviewer of a recipient code: BT-10, and where that holds none the contact person's name (BT-56)."""
    codes = {one.code: one for one in facts.codes if one.organisation == facts.organisation}
    searches = [
        find([field], codes)
        for field in ((BUYER_REFERENCE, facts.buyer_reference), (CONTACT_NAME, facts.contact_name))
    ]
    found = next((search for search in searches if search.hit or search.several), Search())
    if found.hit:
        code = codes[found.hit.value]
        if not code.reviewer:
            return FlowResult(MANUAL, by=code.code, reasons=(*reasons, _left(code.code)), evidence=found.hit)
        return FlowResult(MANUAL, reviewer=code.reviewer, by=code.code, reasons=reasons, evidence=found.hit)
    if dead := next((one for one in _of_us_both(facts) if one.status in _DEAD), None):
        return FlowResult(MANUAL, reasons=(*reasons, _ended(dead)))
    unclear = [one.several for one in (_orders(facts), found) if one.several]
    return FlowResult(
        MANUAL, reasons=(*reasons, *(map(_several, unclear) if unclear else (_unknown(facts),)))
    )


def _debits(facts: FlowFacts) -> Iterator[DebitCandidate]:
    for one in facts.debits:
        if (one.organisation, one.supplier) == (facts.organisation, facts.supplier):
            yield one


def _credited(facts: FlowFacts) -> FlowResult | None:
    debit = next((one for one in _debits(facts) if one.responsible), None)
    if debit is None:
        return None
    if debit.order:
        message = (
            "Kreditfakturan gäller faktura %(number)s på order %(order)s. Den som beställde granskar den."
        )
        params = {"number": debit.number, "order": debit.order}
    else:
        message = "Kreditfakturan gäller faktura %(number)s och går till samma granskare."
        params = {"number": debit.number}
    reason = Reason("credit_note", message, params, RULES[2])
    hit = Hit(debit.number, EXACT, CREDITED, debit.number)
    return FlowResult(MANUAL, reviewer=debit.responsible, by=debit.number, reasons=(reason,), evidence=hit)


def _credit_of_order(facts: FlowFacts) -> FlowResult | None:
    order = named_order(facts)
    if order is None or order.buyer is None:
        return None
    message = "Kreditfakturan gäller order %(order)s. Den som beställde granskar den."
    reason = Reason("credit_note", message, {"order": order.number}, RULES[2])
    return FlowResult(
        MANUAL, reviewer=order.buyer, by=order.number, reasons=(reason,), evidence=_orders(facts).hit
    )


def _left(code: str) -> Reason:
    message = "Mottagarkod %(code)s leder till någon som inte är aktiv längre. Ange granskare."
    return Reason("reviewer_unknown", message, {"code": code}, RULES[2])


def _credit(facts: FlowFacts) -> Reason:
    if not facts.preceding:
        return Reason("credit_note", "Kreditfakturan säger inte vilken faktura den gäller.", rule=RULES[2])
    if any(_debits(facts)):
        message = "Kreditfakturan gäller faktura %(numbers)s."
    else:
        message = "Kreditfakturan gäller faktura %(numbers)s, som vi inte har fått från leverantören."
    return Reason("credit_note", message, {"numbers": sentence_list(facts.preceding)}, RULES[2])


def _ended(order: OrderCandidate) -> Reason:
    return Reason("reviewer_unknown", _DEAD[order.status], {"order": order.number}, RULES[2])


def _several(numbers: tuple[str, ...]) -> Reason:
    message = "Fakturan nämner %(numbers)s, och det går inte att veta vilken som gäller. Ange granskare."
    return Reason("reviewer_unknown", message, {"numbers": sentence_list(numbers)}, RULES[2])


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
        "%(numbers)s är varken en skickad order, ett abonnemang eller en mottagarkod hos oss för leverantören."
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

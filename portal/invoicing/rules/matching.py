"""Order matching (A6.10): an invoice against its order and what is received, in demo-city.md's precedence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.invoicing.match_values import Charge, InvoiceLineFacts, MatchFacts, MatchLimits
from portal.invoicing.rules.line_match import LINE_CONTROLS, LineCase, unit_price
from portal.invoicing.rules.pairing import pair
from portal.invoicing.status import AWAITING_RECEIPT, MATCHING_REQUIRED
from portal.invoicing.values import ZERO
from portal.kernel.decision import Decision, Reason, run
from portal.kernel.money import canonical, canonical_number, format_kr, format_number_sv, to_ore
from portal.kernel.plain import from_plain, to_plain
from portal.kernel.text import sentence_list

KIND = "match"
MATCHED, WITHIN, AWAITING, DEVIATION = "matched", "matched_within_tolerance", "awaiting_receipt", "deviation"
RULES = (
    "A6.10.pairing/1",
    *(control.rule for control in LINE_CONTROLS),
    "A6.10.charge/1",
    "A6.10.total/1",
    "A5.06/1",
    "A5.07/1",
)
_HUNDRED = Decimal(100)
_EXPLAIN_THE_TOTAL = frozenset({"line_unknown", "unit", "price", "charge", "total", "negative_quantity"})
_HALF_ORE = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """One order line in the match, or an invoice line without one (`order_line` None). Numbers as text."""

    order_line: str | None
    name: str
    ordered: str
    received: str
    invoiced_before: str
    invoiced: str
    order_price: str
    invoice_price: str
    difference: str
    invoice_lines: tuple[str, ...]
    deviations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchResult:
    """`status` is where the invoice rests, None when matched and on to the final check."""

    decision: str
    status: str | None
    reasons: tuple[Reason, ...]
    lines: tuple[LineOutcome, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Reason codes, each once, in order."""
        return tuple(dict.fromkeys(reason.code for reason in self.reasons))

    @property
    def order_lines(self) -> dict[str, str]:
        """Invoice line id → order line number."""
        return {one: line.order_line for line in self.lines if line.order_line for one in line.invoice_lines}


def match(facts: MatchFacts, limits: MatchLimits) -> MatchResult:
    """(1) deviates from the order, (2) beyond what is received, (3) review asked for, (4) matched."""
    pairs, unknown = pair(facts.order, facts.lines)
    cases = [LineCase.of(one, limits) for one in pairs]
    per_line = {case.order.number: run(LINE_CONTROLS, case) for case in cases}
    found = _order_deviations(facts, limits, cases, per_line, unknown)
    status, decision = MATCHING_REQUIRED, DEVIATION
    if not found:
        found, status, decision = _receipt(cases)
    if not found and facts.order.review_requested:
        found, status, decision = (_review_requested(facts),), MATCHING_REQUIRED, DEVIATION
    lines = tuple(_outcome(case, found) for case in cases) + tuple(map(_unpaired, unknown))
    if found:
        return MatchResult(decision, status, found, lines)
    exact = all(map(_exact, cases)) and facts.net == sum((line.line_amount for line in facts.lines), ZERO)
    return MatchResult(MATCHED if exact else WITHIN, None, (), lines)


def _order_deviations(
    facts: MatchFacts,
    limits: MatchLimits,
    cases: list[LineCase],
    per_line: Mapping[str, tuple[Reason, ...]],
    unknown: list[InvoiceLineFacts],
) -> tuple[Reason, ...]:
    found: list[Reason] = [_credit_note(facts)] if facts.credit_note else []
    found += map(_line_unknown, unknown)
    found += (reason for reasons in per_line.values() for reason in reasons)
    found += _charges(facts, limits)
    # The total is held against the order only when no line has already said why it is higher.
    if not _EXPLAIN_THE_TOTAL & {reason.code for reason in found}:
        found += _total(facts, limits, cases)
    return tuple(found)


def _credit_note(facts: MatchFacts) -> Reason:
    message = "Kreditfakturan gäller %(numbers)s och matchas aldrig av sig själv."
    numbers = sentence_list(facts.preceding) or "ingen namngiven faktura"
    return Reason("credit_note", message, {"numbers": numbers}, "A6.10.pairing/1")


def _line_unknown(line: InvoiceLineFacts) -> Reason:
    message = "Rad %(line)s, %(name)s, finns inte på ordern."
    name = line.name or line.seller_item_id or "utan artikelnummer"
    return Reason("line_unknown", message, {"line": line.id, "name": name}, "A6.10.pairing/1")


def _charges(facts: MatchFacts, limits: MatchLimits) -> list[Reason]:
    """Freight and fees: agreed on the order, or on the allow-list and together within its amount."""
    on_lines = tuple(Charge(line.charges) for line in facts.lines if line.charges)
    charges = facts.charges + on_lines
    total = sum((charge.amount for charge in charges), ZERO)
    if total <= facts.order.agreed_charges:
        return []
    listed = all(charge.reason_code in limits.charge_codes for charge in charges)
    if listed and total - facts.order.agreed_charges <= limits.charge_amount:
        return []
    named = sentence_list([charge.reason or "avgift" for charge in charges])
    message = "Fakturan har %(named)s på %(total)s men %(agreed)s är avtalat."
    params = {"named": named, "total": format_kr(total), "agreed": format_kr(facts.order.agreed_charges)}
    return [Reason("charge", message, params, "A6.10.charge/1")]


def _total(facts: MatchFacts, limits: MatchLimits, cases: list[LineCase]) -> list[Reason]:
    """Net above the order's prices plus charges, öre rounding aside: within both percentage and amount."""
    charges = sum((c.amount for c in facts.charges), ZERO) + sum((line.charges for line in facts.lines), ZERO)
    expected = sum((case.quantity * case.order.price for case in cases), ZERO) + charges
    more = facts.net - expected - _HALF_ORE * len(facts.lines)
    if more <= 0 or (more <= expected * limits.total_percent / _HUNDRED and more <= limits.total_amount):
        return []
    message = "Fakturans netto är %(net)s men beställt blir %(expected)s. Skillnaden är %(more)s."
    params = {
        "net": format_kr(facts.net), "expected": format_kr(expected), "more": format_kr(facts.net - expected),
    }  # fmt: skip
    return [Reason("total", message, params, "A6.10.total/1")]


def _receipt(cases: list[LineCase]) -> tuple[tuple[Reason, ...], str, str]:
    """Nothing of the rest received on every line short of it: wait. Something received: a person decides."""
    short = [case for case in cases if case.quantity > _left(case)]
    if any(_left(case) > 0 for case in short):
        return tuple(map(_over_received, short)), MATCHING_REQUIRED, DEVIATION
    return tuple(map(_missing, short)), AWAITING_RECEIPT, AWAITING


def _left(case: LineCase) -> Decimal:
    """Received and not yet invoiced; never below zero."""
    return max(case.order.received - case.order.invoiced, ZERO)


def _over_received(case: LineCase) -> Reason:
    message = (
        "%(name)s: %(invoiced)s är fakturerat men %(left)s är mottaget och inte fakturerat."
        " Det är %(more)s mer än vad som är mottaget."
    )
    params = {
        "name": case.order.name, "invoiced": format_number_sv(case.quantity),
        "left": format_number_sv(_left(case)), "more": format_number_sv(case.quantity - _left(case)),
    }  # fmt: skip
    return Reason("quantity_over_received", message, params, "A5.06/1", case.order.number)


def _missing(case: LineCase) -> Reason:
    message = "%(name)s: %(invoiced)s är fakturerat men leveransen är inte kvitterad."
    params = {"name": case.order.name, "invoiced": format_number_sv(case.quantity)}
    return Reason("receipt_missing", message, params, "A5.06/1", case.order.number)


def _review_requested(facts: MatchFacts) -> Reason:
    message = "Fakturan stämmer med order %(order)s, men beställaren har bett att få granska den."
    return Reason("review_requested", message, {"order": facts.order.number}, "A5.07/1")


def _exact(case: LineCase) -> bool:
    return case.price == case.order.price and to_ore(case.amount) == to_ore(case.quantity * case.order.price)


def _outcome(case: LineCase, reasons: tuple[Reason, ...]) -> LineOutcome:
    order = case.order
    codes = tuple(dict.fromkeys(reason.code for reason in reasons if reason.line == order.number))
    return LineOutcome(
        order.number, order.name, canonical_number(order.ordered), canonical_number(order.received),
        canonical_number(order.invoiced), canonical_number(case.quantity), canonical_number(order.price),
        canonical_number(case.price), canonical(case.difference),
        tuple(line.id for line in case.pair.lines), codes,
    )  # fmt: skip


def _unpaired(line: InvoiceLineFacts) -> LineOutcome:
    quantity, price = canonical_number(line.quantity), canonical_number(unit_price(line))
    amount = canonical(line.line_amount)
    return LineOutcome(
        None, line.name, "0", "0", "0", quantity, "0", price, amount, (line.id,), ("line_unknown",)
    )


def decision(facts: MatchFacts, limits: MatchLimits) -> tuple[MatchResult, Decision]:
    """The result, and the value that is stored with the invoice."""
    result = match(facts, limits)
    plain = to_plain(result)
    plain.pop("reasons")
    return result, Decision(KIND, facts, limits, RULES, plain, result.reasons)


def again(inputs: Mapping[str, Any], limits: Mapping[str, Any]) -> Decision:
    """Today's code on stored inputs and limits."""
    return decision(from_plain(MatchFacts, inputs), from_plain(MatchLimits, limits))[1]

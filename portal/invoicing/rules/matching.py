"""Order matching (A6.10): an invoice against its order and what is received, in demo-city.md's precedence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.invoicing.match_values import MatchFacts, MatchLimits
from portal.invoicing.rules import charges
from portal.invoicing.rules.charges import ChargeOutcome, Charges
from portal.invoicing.rules.filling import Fill
from portal.invoicing.rules.line_match import LINE_CONTROLS, LineCase, read_as, unit_price
from portal.invoicing.rules.misfits import RULE as PAIRING
from portal.invoicing.rules.pairing import Pairing, pair
from portal.invoicing.status import AWAITING_RECEIPT, MATCHING_REQUIRED
from portal.invoicing.values import ZERO
from portal.kernel.decision import Decision, Reason, run
from portal.kernel.money import canonical, canonical_number, format_kr, format_number_sv, to_ore
from portal.kernel.plain import from_plain, to_plain
from portal.kernel.text import sentence_list

KIND = "match"
MATCHED, WITHIN, AWAITING, DEVIATION = "matched", "matched_within_tolerance", "awaiting_receipt", "deviation"
RULES = (
    PAIRING,
    *(control.rule for control in LINE_CONTROLS),
    charges.RULE,
    "A6.10.total/2",
    "A5.06/1",
    "A5.07/1",
)
_HUNDRED = Decimal(100)
_EXPLAIN_THE_TOTAL = frozenset(
    {"line_unknown", "order_of_line", "unit", "price", "charge", "total", "negative_quantity"}
)
GOODS, UNKNOWN, CHARGE, ROUNDING, FREE = "goods", "unknown", "charge", "rounding", "free"
_HALF_ORE = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """One order line in the match, or an invoice line without one (`order_line` None). Numbers as text.

    `positions` of the invoice's lines; `invoice_lines` what they are called there (BT-126). `kind` of a line without
    an order line: unknown, a charge, rounding, or free: it costs nothing. `units` read as the order's: "H87 = EA".
    """

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
    positions: tuple[int, ...] = ()
    kind: str = GOODS
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchResult:
    """`status` is where the invoice rests, None when matched and on to the final check.

    `fills`: what of each invoice line counts on which order line. `rounding`: positions of lines that round off.
    """

    decision: str
    status: str | None
    reasons: tuple[Reason, ...]
    lines: tuple[LineOutcome, ...]
    fills: tuple[Fill, ...] = ()
    charges: tuple[ChargeOutcome, ...] = ()
    rounding: tuple[int, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Reason codes, each once, in order."""
        return tuple(dict.fromkeys(reason.code for reason in self.reasons))


def match(facts: MatchFacts, limits: MatchLimits) -> MatchResult:
    """(1) deviates from the order, (2) beyond what is received, (3) review asked for, (4) matched."""
    pairing = pair(facts)
    cases = [LineCase.of(one, facts.order, limits) for one in pairing.pairs]
    per_line = {case.order.number: run(LINE_CONTROLS, case) for case in cases}
    extra = _charges(facts, pairing, limits)
    found = _order_deviations(facts, limits, cases, per_line, pairing, extra)
    status, decision = MATCHING_REQUIRED, DEVIATION
    if not found:
        found, status, decision = _receipt(cases)
    if not found and facts.order.review_requested:
        found, status, decision = (_review_requested(facts),), MATCHING_REQUIRED, DEVIATION
    lines = tuple(_outcome(case, found) for case in cases) + _without_order_line(facts, pairing, extra)
    rest = (lines, tuple(pairing.fills), extra.outcomes, tuple(pairing.rounding))
    if found:
        return MatchResult(decision, status, found, *rest)
    exact = all(map(_exact, cases)) and facts.net == sum((line.line_amount for line in facts.lines), ZERO)
    return MatchResult(MATCHED if exact else WITHIN, None, (), *rest)


def _charges(facts: MatchFacts, pairing: Pairing, limits: MatchLimits) -> Charges:
    own_lines = [charges.as_charge(facts.lines[at - 1]) for at in pairing.charges]
    roundings = [facts.lines[at - 1].line_amount for at in pairing.rounding]
    return charges.judge(facts, own_lines, roundings, limits)


def _order_deviations(
    facts: MatchFacts,
    limits: MatchLimits,
    cases: list[LineCase],
    per_line: Mapping[str, tuple[Reason, ...]],
    pairing: Pairing,
    extra: Charges,
) -> tuple[Reason, ...]:
    found: list[Reason] = [_credit_note(facts)] if facts.credit_note else []
    found += pairing.unknown.values()
    found += (reason for reasons in per_line.values() for reason in reasons)
    found += charges.refusal(extra, limits)
    # The total is held against the order only when no line has already said why it is higher.
    if not _EXPLAIN_THE_TOTAL & {reason.code for reason in found}:
        found += _total(facts, limits, cases, extra)
    return tuple(found)


def _credit_note(facts: MatchFacts) -> Reason:
    message = "Kreditfakturan gäller %(numbers)s och matchas aldrig av sig själv."
    numbers = sentence_list(facts.preceding) or "ingen namngiven faktura"
    return Reason("credit_note", message, {"numbers": numbers}, PAIRING)


def _total(facts: MatchFacts, limits: MatchLimits, cases: list[LineCase], extra: Charges) -> list[Reason]:
    """What is to be paid, less VAT, above the order's prices plus charges: within both percentage and amount.

    Öre rounding is left aside: of each line, and of the whole within its limit (BT-114 and lines that round off).
    """
    expected = sum((case.quantity * case.order.price for case in cases), ZERO) + extra.total
    asked = facts.net if facts.payable is None else max(facts.net, facts.payable)
    more = (
        asked - expected - max(extra.rounding + _rounding(facts, limits), ZERO) - _HALF_ORE * len(facts.lines)
    )
    if more <= 0 or (more <= expected * limits.total_percent / _HUNDRED and more <= limits.total_amount):
        return []
    message = "Fakturans netto är %(net)s men beställt blir %(expected)s. Skillnaden är %(more)s."
    params = {"net": format_kr(asked), "expected": format_kr(expected), "more": format_kr(asked - expected)}
    return [Reason("total", message, params, "A6.10.total/2")]


def _rounding(facts: MatchFacts, limits: MatchLimits) -> Decimal:
    """BT-114, if it is within its limit."""
    return facts.rounding if abs(facts.rounding) <= limits.rounding else ZERO


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
        tuple(line.id for line in case.pair.lines), codes, case.pair.positions, GOODS, read_as(case),
    )  # fmt: skip


def _without_order_line(facts: MatchFacts, pairing: Pairing, extra: Charges) -> tuple[LineOutcome, ...]:
    """Lines that fill no order line, in the invoice's order: shown, whatever became of them."""
    refused = {charges.as_charge(facts.lines[at - 1]) for at in pairing.charges} & set(extra.refused)
    kinds: dict[int, tuple[str, str | None]] = {
        at: (UNKNOWN, reason.code) for at, reason in pairing.unknown.items()
    }
    kinds |= dict.fromkeys(pairing.free, (FREE, None)) | dict.fromkeys(pairing.rounding, (ROUNDING, None))
    for at in pairing.charges:
        kinds[at] = (CHARGE, "charge" if charges.as_charge(facts.lines[at - 1]) in refused else None)
    return tuple(_unpaired(facts, at, *kinds[at]) for at in sorted(kinds))


def _unpaired(facts: MatchFacts, position: int, kind: str, code: str | None) -> LineOutcome:
    line = facts.lines[position - 1]
    quantity, price = canonical_number(line.quantity), canonical_number(unit_price(line))
    return LineOutcome(
        None, line.name, "0", "0", "0", quantity, "0", price, canonical(line.line_amount), (line.id,),
        (code,) if code else (), (position,), kind,
    )  # fmt: skip


def decision(facts: MatchFacts, limits: MatchLimits) -> tuple[MatchResult, Decision]:
    """The result, and the value that is stored with the invoice."""
    result = match(facts, limits)
    plain = to_plain(result)
    plain.pop("reasons")
    return result, Decision(KIND, facts, limits, RULES, plain, result.reasons)


def again(inputs: Mapping[str, Any], limits: Mapping[str, Any]) -> Decision:
    """Today's code on stored inputs and limits."""
    return decision(from_plain(MatchFacts, inputs), from_plain(MatchLimits, limits))[1]

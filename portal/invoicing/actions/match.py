"""Order matching and final check of one invoice, and the coding it gets: pure, on values gathered before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.coding.rules.proposal import Proposal, propose_account
from portal.coding.values import CodeString, CodingRegister, CodingRow, CodingRule
from portal.formats.en16931 import Identifier, Invoice, InvoiceLine
from portal.invoicing.actions.case import Case, CodedRow, Rest
from portal.invoicing.actions.order_coding import Amount, like_order
from portal.invoicing.actions.paying import payable
from portal.invoicing.match_facts import match_facts, vat_rows
from portal.invoicing.match_values import OrderLineFacts
from portal.invoicing.queries.limits import LimitRows
from portal.invoicing.queries.ordered import Line, Order
from portal.invoicing.rules import final_check, flow, matching, rounding, vat
from portal.invoicing.rules.deadlines import receipt_overdue
from portal.invoicing.rules.final_check import FinalFacts, VatPair
from portal.invoicing.rules.foreign_account import ready_day
from portal.invoicing.rules.matching import MatchResult
from portal.invoicing.rules.payment_date import payment_date
from portal.invoicing.status import (
    AWAITING_RECEIPT,
    DONE,
    LEVGRUPPEN,
    MATCHING_REQUIRED,
    PAYMENT_INFORMATION,
)
from portal.invoicing.values import ZERO
from portal.kernel.failpoints import At, place


@dataclass(frozen=True, slots=True)
class Given:
    """What holds for a match that day. `wait_days`: how long a receipt is waited for."""

    limits: LimitRows
    register: CodingRegister
    today: date
    wait_days: int


def match_case(case: Case, order: Order, given: Given, at: At) -> None:
    """Match against the order as it is now; when Klar, the order's lines count as invoiced."""
    facts = match_facts(case.invoice, order.facts())
    terms = case.supplier.terms if case.supplier else None
    result, decision = matching.decision(facts, given.limits.for_invoice(order, facts.lines, terms))
    case.decisions.append(decision)
    case.flow = flow.ORDER
    case.fills = result.fills
    if result.status is not None:
        case.rest = _stopped(case, order, result, given.today, given.wait_days)
        return
    with place(at, "process.final_check"):
        _finish(case, order, result, given)


def _stopped(case: Case, order: Order, result: MatchResult, today: date, wait_days: int) -> Rest:
    """Waiting ends for good on day 7: a later receipt of a part does not make it wait again (A5.06)."""
    if result.status != AWAITING_RECEIPT:
        return Rest(MATCHING_REQUIRED, "stop_match", users=(order.buyer_id,), reasons=result.reasons)
    if not receipt_overdue(case.arrival_date, today, wait_days):
        return Rest(AWAITING_RECEIPT, "wait_receipt", reasons=result.reasons)
    move = "receipt_timeout" if case.state == AWAITING_RECEIPT else "stop_match"
    return Rest(MATCHING_REQUIRED, move, users=(order.buyer_id,), reasons=result.reasons)


def _finish(case: Case, order: Order, result: MatchResult, given: Given) -> None:
    lines = {line.number: line for line in order.lines}
    case.coding = _coding_of(case, order, result, given)
    checked, decision = final_check.decision(_final_facts(case, lines, given.register))
    case.decisions.append(decision)
    if checked.status is not None:
        case.rest = Rest(checked.status, "stop_match", users=(order.buyer_id,), reasons=checked.reasons)
        return
    if case.payment_decision is not None:
        case.decisions.append(case.payment_decision)
    if case.payment_stop is not None:
        case.rest = Rest(PAYMENT_INFORMATION, "hold_payment", LEVGRUPPEN, reasons=(case.payment_stop,))
        return
    for fill in case.fills:
        lines[fill.order_line].invoiced += fill.quantity
    to_pay = payable(case.invoice, case.supplier, otherwise=case.paid_otherwise)
    case.payment_date = payment_date(to_pay, ready_day(given.today, case.pay_not_before))
    case.rest = Rest(DONE, "finish_match")


def _coding_of(case: Case, order: Order, result: MatchResult, given: Given) -> list[CodedRow]:
    """The order's coding with the invoice's amounts, and a row for what is rounded off: BT-114 and such lines."""
    invoice = case.invoice
    lines = [Amount(at, line.name, line.line_amount) for at, line in enumerate(invoice.lines, 1)]
    rounded = sum((line.amount for line in lines if line.position in result.rounding), ZERO)
    goods = [line for line in lines if line.position not in result.rounding]
    coded = like_order(order, goods, result.fills, invoice.net_amount - rounded)
    rows = [CodedRow(CodingRow(row.code, row.amount), row.text, row.source or "") for row in coded]
    amount = rounded + invoice.rounding_amount
    extra = rounding.rounding_row(
        [row.row for row in rows], amount, given.limits.rounding_account, given.register
    )
    return [*rows, CodedRow(extra, None, rounding.SOURCE)] if extra else rows


def _final_facts(case: Case, lines: dict[str, Line], register: CodingRegister) -> FinalFacts:
    rows = tuple(coded.row for coded in case.coding or ())
    invoice = case.invoice
    pairs = tuple(
        _pair(fill.position, invoice.lines[fill.position - 1], lines[fill.order_line].facts)
        for fill in case.fills
    )
    names = {
        dimension: {code: known[code] for code in _used(rows, dimension) if code in known}
        for dimension, known in register.values.items()
    }
    return FinalFacts(
        flow.ORDER, vat_rows(invoice), rows, invoice.net_amount + invoice.rounding_amount, names,
        tuple(rule for rule in register.rules if _applies(rule, rows)), pairs,
    )  # fmt: skip


def _pair(position: int, line: InvoiceLine, ordered: OrderLineFacts) -> VatPair:
    return VatPair(str(position), line.vat_category, line.vat_rate, ordered.vat_category, ordered.vat_rate)


def _used(rows: Sequence[CodingRow], dimension: str) -> list[str]:
    return sorted({code for row in rows if (code := row.code.get(dimension))})


def _applies(rule: CodingRule, rows: Sequence[CodingRow]) -> bool:
    """Only the rules these rows can meet are stored with the decision."""
    return any(all(span.holds(row.code.get(span.dimension)) for span in rule.when) for row in rows)


def propose_coding(invoice: Invoice, register: CodingRegister) -> list[CodedRow]:
    """Accounts for the lines whose articles carry a UNSPSC code (A6.19), one row for each account."""
    found: dict[str, tuple[Proposal, Decimal, list[str]]] = {}
    for line in invoice.lines:
        proposal = next(filter(None, (_account(code.value, register) for code in _unspsc(line))), None)
        if proposal:
            first, amount, names = found.get(proposal.account, (proposal, ZERO, []))
            found[proposal.account] = (first, amount + line.line_amount, [*names, line.name])
    return [
        CodedRow(CodingRow(CodeString(account), amount), names[0], f"UNSPSC {proposal.prefix}")
        for account, (proposal, amount, names) in found.items()
    ]


def _unspsc(line: InvoiceLine) -> list[Identifier]:
    return [one for one in line.classifications if one.scheme == vat.UNSPSC_LIST]


def _account(code: str, register: CodingRegister) -> Proposal | None:
    return propose_account(code, register.unspsc_accounts)

"""Order matching and final check of one invoice, and the coding it gets: pure, on values gathered before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.coding.rules.proposal import Proposal, propose_account, split_by_shares
from portal.coding.values import CodeString, CodingRegister, CodingRow, CodingRule
from portal.formats.en16931 import Identifier, Invoice, InvoiceLine
from portal.invoicing.actions.case import Case, CodedRow, Rest
from portal.invoicing.match_values import MatchLimits, match_facts, vat_rows
from portal.invoicing.queries.ordered import Line, Order
from portal.invoicing.rules import final_check, flow, matching
from portal.invoicing.rules.deadlines import receipt_overdue
from portal.invoicing.rules.final_check import FinalFacts, VatPair
from portal.invoicing.rules.foreign_account import ready_day
from portal.invoicing.rules.matching import MatchResult
from portal.invoicing.rules.payment_date import payment_date
from portal.invoicing.status import AWAITING_RECEIPT, DONE, MATCHING_REQUIRED
from portal.invoicing.values import ZERO
from portal.kernel.failpoints import At, place

UNSPSC_LIST = "TST"
FROM_ORDER = "från ordern"


@dataclass(frozen=True, slots=True)
class Given:
    """What holds for a match that day. `wait_days`: how long a receipt is waited for."""

    limits: MatchLimits
    register: CodingRegister
    today: date
    wait_days: int


def match_case(case: Case, order: Order, given: Given, at: At) -> None:
    """Match against the order as it is now; when Klar, the order's lines count as invoiced."""
    result, decision = matching.decision(match_facts(case.invoice, order.facts()), given.limits)
    case.decisions.append(decision)
    case.flow = flow.ORDER
    case.order_lines = result.order_lines
    if result.status is not None:
        case.rest = _stopped(case, order, result, given.today, given.wait_days)
        return
    with place(at, "process.final_check"):
        _finish(case, order, given.register, given.today)


def _stopped(case: Case, order: Order, result: MatchResult, today: date, wait_days: int) -> Rest:
    """Waiting ends for good on day 7: a later receipt of a part does not make it wait again (A5.06)."""
    if result.status != AWAITING_RECEIPT:
        return Rest(MATCHING_REQUIRED, "stop_match", users=(order.buyer_id,), reasons=result.reasons)
    if not receipt_overdue(case.arrival_date, today, wait_days):
        return Rest(AWAITING_RECEIPT, "wait_receipt", reasons=result.reasons)
    move = "receipt_timeout" if case.state == AWAITING_RECEIPT else "stop_match"
    return Rest(MATCHING_REQUIRED, move, users=(order.buyer_id,), reasons=result.reasons)


def _finish(case: Case, order: Order, register: CodingRegister, today: date) -> None:
    lines = {line.number: line for line in order.lines}
    case.coding = list(_coding_of(case, lines))
    result, decision = final_check.decision(_final_facts(case, lines, register))
    case.decisions.append(decision)
    if result.status is not None:
        case.rest = Rest(result.status, "stop_match", users=(order.buyer_id,), reasons=result.reasons)
        return
    for line in case.invoice.lines:
        lines[case.order_lines[line.id]].invoiced += line.quantity
    internal = case.supplier is not None and case.supplier.internal is not None
    case.payment_date = payment_date(
        case.invoice.due_date, ready_day(today, case.pay_not_before), internal=internal
    )
    case.rest = Rest(DONE, "finish_match")


def _coding_of(case: Case, lines: dict[str, Line]) -> Iterator[CodedRow]:
    """The order's coding with the invoice's amounts; what the lines do not hold falls on the first row."""
    rest = case.invoice.net_amount - sum((line.line_amount for line in case.invoice.lines), ZERO)
    for invoiced in case.invoice.lines:
        line = lines[case.order_lines[invoiced.id]]
        parts = (
            split_by_shares(invoiced.line_amount, [share for _, share in line.coding]) if line.coding else ()
        )
        for (code, _), amount in zip(line.coding, parts, strict=True):
            yield CodedRow(CodingRow(code, amount + rest), line.facts.name, FROM_ORDER)
            rest = ZERO


def _final_facts(case: Case, lines: dict[str, Line], register: CodingRegister) -> FinalFacts:
    rows = tuple(coded.row for coded in case.coding or ())
    pairs = tuple(
        _pair(invoiced, lines[case.order_lines[invoiced.id]].facts.vat_category,
              lines[case.order_lines[invoiced.id]].facts.vat_rate)
        for invoiced in case.invoice.lines
    )  # fmt: skip
    names = {
        dimension: {code: known[code] for code in _used(rows, dimension) if code in known}
        for dimension, known in register.values.items()
    }
    return FinalFacts(
        flow.ORDER, vat_rows(case.invoice), rows, case.invoice.net_amount, names,
        tuple(rule for rule in register.rules if _applies(rule, rows)), pairs,
    )  # fmt: skip


def _pair(line: InvoiceLine, category: str, rate: Decimal) -> VatPair:
    return VatPair(line.id, line.vat_category, line.vat_rate, category, rate)


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
    return [one for one in line.classifications if one.scheme == UNSPSC_LIST]


def _account(code: str, register: CodingRegister) -> Proposal | None:
    return propose_account(code, register.unspsc_accounts)

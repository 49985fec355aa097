"""From arrival control to rest, for a batch of invoices in one transaction: gather, decide, apply.

Locks are taken in one order everywhere: originals, invoices, number claims, orders by id, order lines by id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.coding.queries import load_register
from portal.coding.values import CodingRegister
from portal.db.bulk import as_json
from portal.invoicing.actions import apply, numbers
from portal.invoicing.actions.case import (
    Case,
    Rest,
    arrival_facts,
    flow_facts,
    is_secret,
    named_orders,
    standing_facts,
    supplier_candidates,
    supplier_facts,
)
from portal.invoicing.actions.correction import BY_HAND
from portal.invoicing.actions.credits import find_debits, see_each_other
from portal.invoicing.actions.holding import match_unless_held, tell_of_credits
from portal.invoicing.actions.match import Given, propose_coding
from portal.invoicing.actions.vat_remark import remark_on_vat, wants_articles
from portal.invoicing.flow_values import OrderCandidate
from portal.invoicing.queries.articles import unspsc_of_articles
from portal.invoicing.queries.limits import LimitRows, limits_in_force
from portal.invoicing.queries.numbers import claim_numbers
from portal.invoicing.queries.ordered import Order, lock_orders
from portal.invoicing.queries.people import Sight, sight_of_secrecy
from portal.invoicing.queries.references import (
    Known,
    SupplierRow,
    Wanted,
    look_up,
)
from portal.invoicing.queries.stored import most_rounding, wait_days
from portal.invoicing.rules import arrival, flow, payment, supplier
from portal.invoicing.rules.arrival import ArrivalResult
from portal.invoicing.rules.flow import FlowResult
from portal.invoicing.status import (
    ARRIVAL,
    INVOICE_INFORMATION,
    LEVGRUPPEN,
    LOCAL_ADMIN,
    PAYMENT_INFORMATION,
    REVIEW,
    REVIEWER_MISSING,
    SUPPLIER_NOT_CHOSEN,
)
from portal.kernel.dates import stockholm_date
from portal.kernel.failpoints import At, place

_STOPS = {
    SUPPLIER_NOT_CHOSEN: "stop_supplier",
    PAYMENT_INFORMATION: "stop_payment",
    INVOICE_INFORMATION: "stop_information",
}


@dataclass(frozen=True, slots=True)
class Batch:
    """What every stage is given."""

    session: AsyncSession
    concern_id: UUID
    now: datetime
    at: At

    @property
    def today(self) -> date:
        """Stockholm's calendar day."""
        return stockholm_date(self.now)


async def settle(batch: Batch, cases: Sequence[Case]) -> None:
    """Bring every case to rest and write it all, in the order of the cases: earlier ones take first."""
    arriving = [case for case in cases if case.state in ARRIVAL]
    waiting = [case for case in cases if case.state not in ARRIVAL]
    known = await _arrive(batch, arriving, waiting)
    passed = [case for case in arriving if case.rest is None]
    orders = await _choose_flow(batch, passed, known, waiting)
    matching = [case for case in cases if case.rest is None]
    with place(batch.at, "process.match"):
        limits = await limits_in_force(batch.session, batch.concern_id, batch.today)
        registers = await _registers(batch, passed + waiting)
        days = await wait_days(batch.session, batch.concern_id, batch.today)
        _match_all(batch, matching, limits, registers, days)
        await _control_vat(batch, [case for case in passed if case.flow == flow.MANUAL], limits)
    with place(batch.at, "process.coding"):
        _propose_all(passed, registers)
    with place(batch.at, "process.owners"):
        await _hand_over(batch, cases)
    changed = [case for case in cases if case.changed]
    await apply.write(batch.session, batch.concern_id, changed, orders, now=batch.now, at=batch.at)
    seen_anew = [case for case in cases if not case.changed and case.has_new_facts]
    await apply.write_decisions(batch.session, batch.concern_id, seen_anew, batch.now)
    await tell_of_credits(batch.session, batch.concern_id, changed)


async def _arrive(batch: Batch, cases: Sequence[Case], waiting: Sequence[Case]) -> Known:
    wanted = Wanted(chosen={case.supplier_id for case in waiting if case.supplier_id})
    for case in cases:
        case.want(wanted)
    with place(batch.at, "process.facts"):
        known = await look_up(batch.session, batch.concern_id, wanted, batch.today)
        for case in cases:
            case.supplier = chosen_supplier(case, known)
        await find_debits(batch.session, batch.concern_id, cases)
        taken = await numbers.taken(batch.session, batch.concern_id, cases, known)
        ceiling = await most_rounding(batch.session, batch.concern_id, batch.today)
        for case in waiting:
            case.supplier = next((row for row in known.suppliers if row.id == case.supplier_id), None)
            _payment_today(case, known)
    with place(batch.at, "process.arrival"):
        for case in cases:
            _control(case, known, taken.get(case.id), ceiling)
        see_each_other(cases)
    with place(batch.at, "process.invoices"):
        await apply.insert_invoices(
            batch.session, batch.concern_id, [c for c in cases if c.is_new], batch.now
        )
    with place(batch.at, "process.numbers"):
        await _claim(batch, cases, known, ceiling)
    return known


def _payment_today(case: Case, known: Known) -> None:
    """Whether what arrival chose to pay on still holds, should the invoice become Klar now."""
    choice, case.payment_decision = payment.decision(standing_facts(case, known))
    case.payment_stop = choice.reason
    if choice.reason is None:
        case.account, case.paid_otherwise = choice.account, choice.otherwise


def chosen_supplier(case: Case, known: Known) -> SupplierRow | None:
    """The supplier step 2 chooses, as the concern holds it."""
    candidates = supplier_candidates(case, known)
    found = supplier.choose(supplier_facts(case, candidates)).supplier
    return next((row for row in candidates if found and str(row.id) == found.id), None)


def _control(case: Case, known: Known, taken: str | None, ceiling: Decimal) -> None:
    result, decision = arrival.decision(arrival_facts(case, known, case.supplier, taken, ceiling))
    case.secret = case.secret or is_secret(case, known)
    case.organisation_id = UUID(result.organisation) if result.organisation else None
    case.supplier_id = UUID(result.supplier) if result.supplier else None
    case.account, case.paid_otherwise = result.account, result.otherwise
    case.decisions = [decision]
    case.rest = _stop(result) if result.status else None


def _stop(result: ArrivalResult) -> Rest:
    status = result.status or INVOICE_INFORMATION
    return Rest(status, _STOPS[status], result.handler_role, reasons=result.reasons)


async def _claim(batch: Batch, cases: Sequence[Case], known: Known, ceiling: Decimal) -> None:
    """Take the number of each that passed; whoever comes second stops with number_taken (A4.11)."""
    passed = [case for case in cases if case.rest is None and not case.has_claim]
    alike = numbers.alike_in(passed, known)
    for case in passed:
        if case.id in alike:
            _control(case, known, alike[case.id], ceiling)
    passed = [case for case in passed if case.rest is None]
    if not passed:
        return
    rows = [apply.claim_row(batch.concern_id, case, batch.now) for case in passed]
    won = await claim_numbers(batch.session, as_json(rows))
    lost = [case for case in passed if case.id not in won]
    taken = await numbers.taken(batch.session, batch.concern_id, lost, known)
    for case in lost:
        _control(case, known, taken.get(case.id, "other_organisation"), ceiling)


async def _choose_flow(
    batch: Batch, passed: Sequence[Case], known: Known, waiting: Sequence[Case]
) -> dict[UUID, Order]:
    """Lock every order that is named or waited for, then choose the way each invoice goes."""
    named = {row.id for case in passed for row in named_orders(case, known)}
    with place(batch.at, "process.orders_lock"):
        held = {case.order_id for case in waiting if case.order_id}
        orders = await lock_orders(batch.session, batch.concern_id, named | held)
    for case in waiting:
        case.order = orders[case.order_id] if case.order_id else None
    with place(batch.at, "process.flow"):
        for case in passed:
            if not case.invoice.is_credit_note:
                _flow(case, known, orders)
        see_each_other(passed)
        for case in passed:
            if case.invoice.is_credit_note:
                _flow(case, known, orders)
    return orders


def _flow(case: Case, known: Known, orders: dict[UUID, Order]) -> None:
    # None when a person has said that it has no order.
    named = () if BY_HAND in case.forced else named_orders(case, known)
    candidates = [
        OrderCandidate(
            o.number, str(o.id), str(o.organisation_id), str(o.supplier_id), o.status, str(o.buyer_id)
        )
        for o in (orders[row.id] for row in named)
    ]
    result, decision = flow.decision(flow_facts(case, known, candidates))
    case.decisions.append(decision)
    case.flow = result.flow
    if result.flow == flow.ORDER and result.target:
        case.order = orders[UUID(result.target)]
        case.secret = case.secret or case.order.secret
    else:
        _manual(case, result)


def _manual(case: Case, result: FlowResult) -> None:
    case.flow = flow.MANUAL
    if result.reviewer:
        case.reviewer_id = UUID(result.reviewer)
        case.rest = Rest(REVIEW, "route_review", users=(case.reviewer_id,), reasons=result.reasons)
    else:
        case.rest = Rest(REVIEWER_MISSING, "stop_no_reviewer", LOCAL_ADMIN, reasons=result.reasons)


async def _registers(batch: Batch, cases: Sequence[Case]) -> Callable[[UUID], CodingRegister]:
    organisations = {case.organisation_id for case in cases if case.organisation_id}
    registers = {
        one: await load_register(batch.session, batch.concern_id, one, batch.today) for one in organisations
    }
    return registers.__getitem__


def _match_all(
    batch: Batch,
    cases: Sequence[Case],
    limits: LimitRows,
    registers: Callable[[UUID], CodingRegister],
    wait_days: int,
) -> None:
    for case in cases:
        if case.order is not None:
            register = registers(case.order.organisation_id)
            given = Given(limits, register, batch.today, wait_days)
            match_unless_held(case, case.order, given, batch.at)


async def _control_vat(batch: Batch, cases: Sequence[Case], limits: LimitRows) -> None:
    """Without an order nothing says what VAT is right but the kind of goods and the day: the reviewer is told."""
    without = [case for case in cases if case.supplier_id and wants_articles(case.invoice)]
    keys = [(case.supplier_id, number) for case in without for number in wants_articles(case.invoice)]
    articles = await unspsc_of_articles(batch.session, batch.concern_id, keys)
    for case in cases:
        remark_on_vat(case, articles, limits.vat_rates)


def _propose_all(cases: Sequence[Case], registers: Callable[[UUID], CodingRegister]) -> None:
    for case in cases:
        if case.flow == flow.MANUAL and case.organisation_id and not case.has_coding:
            case.coding = propose_coding(case.invoice, registers(case.organisation_id))


async def _hand_over(batch: Batch, cases: Sequence[Case]) -> None:
    """A stop whose handlers hold no B45 shows a secret invoice to central A45 with B45."""
    if not any(case.secret and case.rest for case in cases):
        return
    sight = await sight_of_secrecy(batch.session, batch.concern_id, batch.today)
    for case in cases:
        if case.secret and case.rest is not None and not _seen(case, case.rest, sight):
            case.rest = replace(case.rest, role=LEVGRUPPEN, users=())


def _seen(case: Case, rest: Rest, sight: Sight) -> bool:
    if rest.role == LOCAL_ADMIN:
        return case.organisation_id in sight.organisations
    return rest.role is not None or not rest.users or any(user in sight.users for user in rest.users)

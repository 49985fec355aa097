"""Så kan du lösa det: for each stop the ways out, the best first, each with its consequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.formats.en16931 import Invoice as Neutral
from portal.invoicing.actions.case import supplier_keys
from portal.invoicing.models import Invoice
from portal.invoicing.queries import choices
from portal.invoicing.queries.detail import Detail
from portal.invoicing.rules.foreign_account import another_company, confirmation_refusal
from portal.invoicing.rules.payment_means import second_refusal
from portal.invoicing.rules.standing import Who, refusal
from portal.invoicing.rules.ways_out import Fit, fitting
from portal.invoicing.status import INVOICE
from portal.kernel.dates import later, stockholm_date
from portal.kernel.money import format_sv
from portal.kernel.plain import from_plain
from portal.web.figures import long_day, machine
from portal.web.i18n import gettext
from portal.web.invoicing.solution_cards import ALWAYS, Solution, cards, right_total

Option = tuple[str, str]
Twin = tuple[str, str, str, str]
MOST_CARDS = 5
_ALL_SHOWN = "sent_back"


@dataclass(frozen=True, slots=True)
class Solutions:
    """The cards, what their fields offer and start with, and the sum as it was reckoned.

    `joining`: suppliers the invoice may be from that are not approved yet.
    `twins`: the invoices this one may be the same as: id, number, amount, when it came.
    """

    cards: tuple[Solution, ...]
    suppliers: tuple[Option, ...] = ()
    joining: tuple[Option, ...] = ()
    organisations: tuple[Option, ...] = ()
    reviewers: tuple[Option, ...] = ()
    accounts: tuple[str, ...] = ()
    twins: tuple[Twin, ...] = ()
    equation: tuple[tuple[str, str, str | None], ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    refused: str | None = None


async def solutions_of(
    session: AsyncSession, actor: Actor, detail: Detail, who: Who, now: Any
) -> Solutions | None:
    """The ways out for this actor; None in statuses that no role handles."""
    invoice = detail.invoice
    if invoice.status not in ALWAYS:
        return None
    taken = "number_taken" in _codes(invoice)
    same = await choices.same_number(session, actor, invoice) if taken else ()
    double = next((row for row in same if _is_double(row, invoice)), None)
    fit = fitting(invoice.reasons, is_double=double is not None, sum_agrees=_sum_agrees(invoice))
    allowed, refused = _allowed(fit, detail, who, actor, is_double=double is not None)
    if not allowed:
        return Solutions((), refused=refused)
    shown = _marked(allowed, fit, invoice)
    day = stockholm_date(now)
    named = {card.value for card in shown}
    return Solutions(
        shown,
        await _possible_suppliers(session, invoice) if "supplier" in named else (),
        await _possible_suppliers(session, invoice, "pending") if "supplier" in named else (),
        tuple((str(r.id), f"{r.code} {r.name}") for r in await choices.organisations(session, invoice.concern_id))
        if "organisation" in named else (),
        tuple((str(r.id), f"{r.name} ({r.login})") for r in await choices.reviewers(session, invoice, day))
        if "reviewer" in named else (),
        tuple(f"{r.kind.capitalize()} {r.number}" for r in await choices.registered_accounts(session, invoice, day))
        if "propose_account" in named else (),
        _twins(same, detail.alike) if taken else (),
        _equation(invoice),
        _values(invoice, double),
    )  # fmt: skip


def _allowed(
    fit: Fit, detail: Detail, who: Who, actor: Actor, *, is_double: bool
) -> tuple[list[Solution], str | None]:
    """The cards that the actor may use, the fitting ones first; and why not another."""
    invoice, refused, allowed = detail.invoice, None, []
    known = cards(invoice, is_double=is_double)
    for name in dict.fromkeys((*fit.ways, *ALWAYS[invoice.status])):
        card = known[name]
        if _is_other_half(name, invoice):
            continue
        why = refusal(INVOICE.move(card.verb), detail.place, who) or _own_check(card, invoice, actor)
        if why is None:
            allowed.append(card)
        refused = refused or why
    return allowed, refused


def _is_other_half(name: str, invoice: Invoice) -> bool:
    """What two persons say has two halves: only the one that is next is offered, and none where nothing is paid."""
    if name in ("paid_otherwise", "otherwise_second"):
        return (invoice.otherwise_checked_person is None) == (name == "otherwise_second")
    if name not in ("payment", "payment_second", "propose_account"):
        return False
    checked = invoice.payment_checked_person is not None
    return "paid_otherwise" in _codes(invoice) or name == ("payment" if checked else "payment_second")


def _marked(allowed: Sequence[Solution], fit: Fit, invoice: Invoice) -> tuple[Solution, ...]:
    """The first marked and chosen, when it is the way that fits best."""
    first, *rest = allowed
    best = bool(fit.ways) and first.value == fit.ways[0]
    shown = (replace(first, suggested=best and fit.suggested, checked=best and fit.chosen), *rest)
    return shown if _ALL_SHOWN in _codes(invoice) else shown[:MOST_CARDS]


def _is_double(other: Any, invoice: Invoice) -> bool:
    """The same number, and the same amount: the invoice has been sent twice."""
    return bool(other.payable_amount == invoice.payable_amount)


def _own_check(card: Solution, invoice: Invoice, actor: Actor) -> str | None:
    if card.verb == "confirm_paid_otherwise":
        return second_refusal(actor.person_id, invoice.otherwise_checked_person)
    if card.verb != "confirm_payment":
        return None
    return confirmation_refusal(actor.person_id, invoice.payment_checked_person)


async def _possible_suppliers(
    session: AsyncSession, invoice: Invoice, status: str = "approved"
) -> tuple[Option, ...]:
    """Those the invoice may be from: of its organisation number, or all when it states none (A9.04)."""
    seller = supplier_keys(from_plain(Neutral, invoice.document))
    return tuple(
        (str(row.id), row.name)
        for row in await choices.suppliers(session, invoice.concern_id, status)
        if another_company(seller, row.org_number, row.name) is None
    )


def _twins(*found: Sequence[Any]) -> tuple[Twin, ...]:
    rows = {row.id: row for some in found for row in some}.values()
    return tuple(
        (str(row.id), row.number, format_sv(row.payable_amount), long_day(row.arrival_date)) for row in rows
    )


def _codes(invoice: Invoice) -> list[str]:
    return [str(one.get("code")) for one in invoice.reasons]


def _sum_agrees(invoice: Invoice) -> bool:
    """Whether the total and what is to be paid follow from net, VAT, prepaid and rounding as they are written."""
    right = right_total(invoice), _payable(invoice)
    return right == (invoice.gross_amount, invoice.payable_amount)


def _payable(invoice: Invoice) -> Decimal:
    """What BT-115 should be."""
    return right_total(invoice) - invoice.prepaid_amount + invoice.rounding_amount


def _equation(invoice: Invoice) -> tuple[tuple[str, str, str | None], ...]:
    right = _payable(invoice)
    if "sum" not in _codes(invoice) or right == invoice.payable_amount:
        return ()
    return (
        (gettext("Rader, frakt och rabatt"), format_sv(invoice.net_amount), None),
        (gettext("Moms"), format_sv(invoice.tax_amount), None),
        (gettext("Räknat"), format_sv(right), "sum"),
        (gettext("Står på fakturan"), format_sv(invoice.payable_amount), None),
        (gettext("Skillnad"), format_sv(abs(right - invoice.payable_amount)), "warn"),
    )


def _values(invoice: Invoice, double: Any) -> dict[str, str]:
    """What the fields begin with: never the value that the invoice was stopped for."""
    codes = set(_codes(invoice))
    good = later(invoice.issue_date, 30)
    due = good if "due_date" in codes or invoice.due_date is None else invoice.due_date
    return {
        "gross": format_sv(right_total(invoice)), "number": "" if "number_taken" in codes else invoice.number,
        "due_date": machine(due),
        "issue_date": "" if "invoice_date" in codes else machine(invoice.issue_date),
        "comment": _double_of(double) if double else "",
    }  # fmt: skip


def _double_of(row: Any) -> str:
    return gettext("Fakturan har kommit två gånger. Faktura %(number)s kom också %(day)s.") % {
        "number": row.number, "day": long_day(row.arrival_date),
    }  # fmt: skip
